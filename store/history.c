/* The allowlist's history: its lines, and where they stand. */
#include "store/history.h"

#include "store/sealed.h"

static const struct sealed allowlist = {
    .what = "the allowlist", .last = STMT_HISTORY_LAST, .read = STMT_HISTORY_READ,
    /* id, time, entry, sightings, loads, hosts; action, author, reason */
    .numbers = { 0, 1, 3, 6, 7, 8 }, .number_count = 6,
    .texts = { 2, 4, 5 }, .text_count = 3,
    .previous = 9, .hash = 10,
};

bool history_add(struct store *s, struct change_line *l, struct fault *f)
{
    struct seal seal;
    sqlite3_stmt *st;

    if (!sealed_next(s, &allowlist, &l->id, &seal, f))
        return false;
    l->time = moment_now();
    sealed_close(&allowlist, (int64_t[]){ l->id, l->time, l->entry, l->sightings, l->loads, l->hosts },
                 (struct span[]){ l->action, l->author, l->reason }, &seal);
    if (!(st = stmt_get(s, STMT_HISTORY_NEW, f)))
        return false;
    stmt_number(st, 1, l->id);
    stmt_number(st, 2, l->time);
    stmt_text(st, 3, l->action);
    stmt_number(st, 4, l->entry);
    stmt_text(st, 5, l->author);
    stmt_text(st, 6, l->reason);
    stmt_number(st, 7, l->sightings);
    stmt_number(st, 8, l->loads);
    stmt_number(st, 9, l->hosts);
    stmt_blob(st, 10, span_of(seal.previous, sizeof seal.previous));
    stmt_blob(st, 11, span_of(seal.hash, sizeof seal.hash));
    return stmt_run(s, st, f);
}

bool history_next(struct store *s, bool redo, int64_t *entry, struct fault *f)
{
    return sealed_undo(s, STMT_HISTORY_ALL, redo, entry, f);
}

bool history_check(struct store *s, struct fault *f)
{
    return sealed_check(s, &allowlist, f);
}
