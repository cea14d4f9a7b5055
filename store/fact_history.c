/* What was imported, removed and restored: the lines of that history, and where they
 * stand. */
#include "store/history.h"

#include "store/sealed.h"

static const struct sealed facts = {
    .what = "facts", .last = STMT_FACT_HISTORY_LAST, .read = STMT_FACT_HISTORY_READ,
    /* id, time, import, sightings; action, author, reason */
    .numbers = { 0, 1, 3, 6 }, .number_count = 4,
    .texts = { 2, 4, 5 }, .text_count = 3,
    .previous = 7, .hash = 8,
};

bool fact_history_add(struct store *s, struct fact_line *l, struct fault *f)
{
    struct seal seal;
    sqlite3_stmt *st;

    if (!sealed_next(s, &facts, &l->id, &seal, f))
        return false;
    l->time = moment_now();
    sealed_close(&facts, (int64_t[]){ l->id, l->time, l->import, l->sightings },
                 (struct span[]){ l->action, l->author, l->reason }, &seal);
    if (!(st = stmt_get(s, STMT_FACT_HISTORY_NEW, f)))
        return false;
    stmt_number(st, 1, l->id);
    stmt_number(st, 2, l->time);
    stmt_text(st, 3, l->action);
    stmt_number(st, 4, l->import);
    stmt_text(st, 5, l->author);
    stmt_text(st, 6, l->reason);
    stmt_number(st, 7, l->sightings);
    stmt_blob(st, 8, span_of(seal.previous, sizeof seal.previous));
    stmt_blob(st, 9, span_of(seal.hash, sizeof seal.hash));
    return stmt_run(s, st, f);
}

bool fact_history_check(struct store *s, struct fault *f)
{
    return sealed_check(s, &facts, f);
}
