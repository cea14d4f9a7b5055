/* The chain of what was done to hosts, sealed like the allowlist's (history.c).
 *
 * Nothing is taken out of it: an undo is a line of its own. */
#include "store/history.h"

#include "core/digest.h"

#include <stdlib.h>

static void seal_text(struct digest *d, struct span text)
{
    uint64_t len = text.len;

    digest_add(d, span_of(&len, sizeof len));
    digest_add(d, text);
}

static void seal(const struct host_line *l, struct span previous,
                 uint8_t out[static SHA256_BYTES])
{
    const int64_t numbers[] = { l->id, l->time, l->change, l->host, l->other };
    struct digest *d = digest_open();

    digest_add(d, previous);
    digest_add(d, span_of(numbers, sizeof numbers));
    seal_text(d, l->action);
    seal_text(d, l->was);
    seal_text(d, l->now);
    seal_text(d, l->author);
    seal_text(d, l->reason);
    digest_take(d, out);
    digest_close(d);
}

bool host_history_add(struct store *s, struct host_line *l, struct fault *f)
{
    uint8_t previous[SHA256_BYTES] = { 0 }, hash[SHA256_BYTES];
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_CHANGE_LAST, f);
    bool row;

    if (!st || !stmt_step(s, st, &row, f))
        return false;
    l->id = row ? sqlite3_column_int64(st, 0) + 1 : 1;
    if (row && sqlite3_column_bytes(st, 1) == SHA256_BYTES)
        memcpy(previous, sqlite3_column_blob(st, 1), SHA256_BYTES);
    stmt_done(st);
    if (l->id > HISTORY_MAX)
        return fault(f, FAULT_LIMIT, "more than %d changes of hosts", HISTORY_MAX);
    l->time = moment_now();
    l->change = l->change ? l->change : l->id;
    seal(l, span_of(previous, sizeof previous), hash);
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
    stmt_blob(st, 11, span_of(previous, sizeof previous));
    stmt_blob(st, 12, span_of(hash, sizeof hash));
    return stmt_run(s, st, f);
}

bool host_history_next(struct store *s, bool redo, int64_t *change, struct fault *f)
{
    int64_t *done = memory_get(2 * HISTORY_MAX * sizeof *done), *undone = done + HISTORY_MAX;
    size_t done_count = 0, undone_count = 0;
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_CHANGES, f);
    bool row = true, ok = st != NULL;

    /* A line moves one from stack to stack or adds one, so neither outgrows the lines. */
    for (size_t lines = 0; ok && row && lines < HISTORY_MAX; lines++) {
        ok = stmt_step(s, st, &row, f);
        if (!ok || !row)
            break;
        struct span action = stmt_span(st, 0);

        if (span_is(action, "undo") && done_count) {
            undone[undone_count++] = done[--done_count];
        } else if (span_is(action, "redo") && undone_count) {
            done[done_count++] = undone[--undone_count];
        } else if (!span_is(action, "undo") && !span_is(action, "redo")) {
            done[done_count++] = sqlite3_column_int64(st, 1);
            undone_count = 0;
        }
    }
    if (st)
        stmt_done(st);
    *change = redo ? (undone_count ? undone[undone_count - 1] : 0)
                   : (done_count ? done[done_count - 1] : 0);
    free(done);
    return ok;
}

bool host_history_check(struct store *s, struct fault *f)
{
    uint8_t previous[SHA256_BYTES] = { 0 }, hash[SHA256_BYTES];
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_CHANGE_READ, f);
    bool row = true, sound = true;
    int64_t id = 0;

    if (!st)
        return false;
    while (row && sound) {
        if (!stmt_step(s, st, &row, f))
            return false;
        if (!row)
            break;
        struct host_line l = {
            .id = sqlite3_column_int64(st, 0), .time = sqlite3_column_int64(st, 1),
            .action = stmt_span(st, 2), .change = sqlite3_column_int64(st, 3),
            .host = sqlite3_column_int64(st, 4), .other = sqlite3_column_int64(st, 5),
            .was = stmt_span(st, 6), .now = stmt_span(st, 7), .author = stmt_span(st, 8),
            .reason = stmt_span(st, 9),
        };
        seal(&l, span_of(previous, sizeof previous), hash);
        sound = l.id == ++id && sqlite3_column_bytes(st, 10) == SHA256_BYTES
             && memcmp(sqlite3_column_blob(st, 10), previous, SHA256_BYTES) == 0
             && sqlite3_column_bytes(st, 11) == SHA256_BYTES
             && memcmp(sqlite3_column_blob(st, 11), hash, SHA256_BYTES) == 0;
        memcpy(previous, hash, sizeof previous);
    }
    stmt_done(st);
    return sound || fault(f, FAULT_CASE, "%s: line %lld of the history of hosts was changed by "
                          "other means than modhunt", s->path, (long long)id);
}
