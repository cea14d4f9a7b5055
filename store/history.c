/* The chain of the allowlist's changes, and which of them stands undone.
 *
 * Nothing is ever taken out of it: an undo is a line of its own.  What can be
 * undone or done again is worked out from the lines each time. */
#include "store/history.h"

#include "core/digest.h"

#include <stdlib.h>

static void seal_text(struct digest *d, struct span text)
{
    uint64_t len = text.len;

    digest_add(d, span_of(&len, sizeof len));
    digest_add(d, text);
}

static void seal(const struct change_line *l, struct span previous,
                 uint8_t out[static SHA256_BYTES])
{
    const int64_t numbers[] = { l->id, l->time, l->entry, l->sightings, l->loads, l->hosts };
    struct digest *d = digest_open();

    digest_add(d, previous);
    digest_add(d, span_of(numbers, sizeof numbers));
    seal_text(d, l->action);
    seal_text(d, l->author);
    seal_text(d, l->reason);
    digest_take(d, out);
    digest_close(d);
}

bool history_add(struct store *s, struct change_line *l, struct fault *f)
{
    uint8_t previous[SHA256_BYTES] = { 0 }, hash[SHA256_BYTES];
    sqlite3_stmt *st = stmt_get(s, STMT_HISTORY_LAST, f);
    bool row;

    if (!st || !stmt_step(s, st, &row, f))
        return false;
    l->id = row ? sqlite3_column_int64(st, 0) + 1 : 1;
    if (row && sqlite3_column_bytes(st, 1) == SHA256_BYTES)
        memcpy(previous, sqlite3_column_blob(st, 1), SHA256_BYTES);
    stmt_done(st);
    if (l->id > HISTORY_MAX)
        return fault(f, FAULT_LIMIT, "more than %d changes of the allowlist", HISTORY_MAX);
    l->time = moment_now();
    seal(l, span_of(previous, sizeof previous), hash);
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
    stmt_blob(st, 10, span_of(previous, sizeof previous));
    stmt_blob(st, 11, span_of(hash, sizeof hash));
    return stmt_run(s, st, f);
}

/* A new change drops what was undone; undo and redo move between the two. */
struct stacks {
    int64_t *done, *undone;
    size_t done_count, undone_count;
};

static bool replay(sqlite3_stmt *st, struct stacks *k)
{
    struct span action = stmt_span(st, 1);

    if (k->done_count >= HISTORY_MAX || k->undone_count >= HISTORY_MAX)
        return false;
    if (span_is(action, "allow")) {
        k->done[k->done_count++] = sqlite3_column_int64(st, 2);
        k->undone_count = 0;
    } else if (span_is(action, "undo") && k->done_count) {
        k->undone[k->undone_count++] = k->done[--k->done_count];
    } else if (span_is(action, "redo") && k->undone_count) {
        k->done[k->done_count++] = k->undone[--k->undone_count];
    }
    return true;
}

bool history_next(struct store *s, bool redo, int64_t *entry, struct fault *f)
{
    struct stacks k = { memory_get(HISTORY_MAX * sizeof(int64_t)),
                        memory_get(HISTORY_MAX * sizeof(int64_t)), 0, 0 };
    sqlite3_stmt *st = stmt_get(s, STMT_HISTORY_ALL, f);
    bool row = true, ok = st != NULL;

    while (ok && row) {
        ok = stmt_step(s, st, &row, f);
        if (ok && row && !replay(st, &k))
            row = false;
    }
    if (st)
        stmt_done(st);
    *entry = redo ? (k.undone_count ? k.undone[k.undone_count - 1] : 0)
                  : (k.done_count ? k.done[k.done_count - 1] : 0);
    free(k.done);
    free(k.undone);
    return ok;
}

bool history_check(struct store *s, struct fault *f)
{
    uint8_t previous[SHA256_BYTES] = { 0 }, hash[SHA256_BYTES];
    sqlite3_stmt *st = stmt_get(s, STMT_HISTORY_READ, f);
    bool row = true, sound = true;
    int64_t id = 0;

    if (!st)
        return false;
    while (row && sound) {
        if (!stmt_step(s, st, &row, f))
            return false;
        if (!row)
            break;
        struct change_line l = {
            .id = sqlite3_column_int64(st, 0), .time = sqlite3_column_int64(st, 1),
            .action = stmt_span(st, 2), .entry = sqlite3_column_int64(st, 3),
            .author = stmt_span(st, 4), .reason = stmt_span(st, 5),
            .sightings = sqlite3_column_int64(st, 6), .loads = sqlite3_column_int64(st, 7),
            .hosts = sqlite3_column_int64(st, 8),
        };
        seal(&l, span_of(previous, sizeof previous), hash);
        sound = l.id == ++id && sqlite3_column_bytes(st, 9) == SHA256_BYTES
             && memcmp(sqlite3_column_blob(st, 9), previous, SHA256_BYTES) == 0
             && sqlite3_column_bytes(st, 10) == SHA256_BYTES
             && memcmp(sqlite3_column_blob(st, 10), hash, SHA256_BYTES) == 0;
        memcpy(previous, hash, sizeof previous);
    }
    stmt_done(st);
    return sound || fault(f, FAULT_CASE, "%s: line %lld of the allowlist's history was changed by "
                          "other means than modhunt", s->path, (long long)id);
}
