/* What was done to hosts: the lines of that history, and where they stand. */
#include "store/history.h"

#include "store/sealed.h"

static const struct sealed hosts = {
    .what = "hosts", .last = STMT_HOST_CHANGE_LAST, .read = STMT_HOST_CHANGE_READ,
    /* id, time, change, host, other; action, was, now, author, reason */
    .numbers = { 0, 1, 3, 4, 5 }, .number_count = 5,
    .texts = { 2, 6, 7, 8, 9 }, .text_count = 5,
    .previous = 10, .hash = 11,
};

bool host_history_add(struct store *s, struct host_line *l, struct fault *f)
{
    struct seal seal;
    sqlite3_stmt *st;

    if (!sealed_next(s, &hosts, &l->id, &seal, f))
        return false;
    l->time = moment_now();
    l->change = l->change ? l->change : l->id;
    sealed_close(&hosts, (int64_t[]){ l->id, l->time, l->change, l->host, l->other },
                 (struct span[]){ l->action, l->was, l->now, l->author, l->reason }, &seal);
    if (!(st = stmt_get(s, STMT_HOST_CHANGE_NEW, f)))
        return false;
    stmt_number(st, 1, l->id);
    stmt_number(st, 2, l->time);
    stmt_text(st, 3, l->action);
    stmt_number(st, 4, l->change);
    stmt_number(st, 5, l->host);
    stmt_row(st, 6, l->other);
    stmt_text(st, 7, l->was);
    stmt_text(st, 8, l->now);
    stmt_text(st, 9, l->author);
    stmt_text(st, 10, l->reason);
    stmt_blob(st, 11, span_of(seal.previous, sizeof seal.previous));
    stmt_blob(st, 12, span_of(seal.hash, sizeof seal.hash));
    return stmt_run(s, st, f);
}

bool host_history_next(struct store *s, bool redo, int64_t *change, struct fault *f)
{
    return sealed_undo(s, STMT_HOST_CHANGES, redo, change, f);
}

bool host_history_check(struct store *s, struct fault *f)
{
    return sealed_check(s, &hosts, f);
}
