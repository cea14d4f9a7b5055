/* The chain of what was imported, removed and restored, sealed like the
 * allowlist's (history.c). */
#include "store/history.h"

#include "core/digest.h"

static void seal_text(struct digest *d, struct span text)
{
    uint64_t len = text.len;

    digest_add(d, span_of(&len, sizeof len));
    digest_add(d, text);
}

static void seal(const struct fact_line *l, struct span previous, uint8_t out[static SHA256_BYTES])
{
    const int64_t numbers[] = { l->id, l->time, l->import, l->sightings };
    struct digest *d = digest_open();

    digest_add(d, previous);
    digest_add(d, span_of(numbers, sizeof numbers));
    seal_text(d, l->action);
    seal_text(d, l->author);
    seal_text(d, l->reason);
    digest_take(d, out);
    digest_close(d);
}

bool fact_history_add(struct store *s, struct fact_line *l, struct fault *f)
{
    uint8_t previous[SHA256_BYTES] = { 0 }, hash[SHA256_BYTES];
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_HISTORY_LAST, f);
    bool row;

    if (!st || !stmt_step(s, st, &row, f))
        return false;
    l->id = row ? sqlite3_column_int64(st, 0) + 1 : 1;
    if (row && sqlite3_column_bytes(st, 1) == SHA256_BYTES)
        memcpy(previous, sqlite3_column_blob(st, 1), SHA256_BYTES);
    stmt_done(st);
    if (l->id > HISTORY_MAX)
        return fault(f, FAULT_LIMIT, "more than %d changes of facts", HISTORY_MAX);
    l->time = moment_now();
    seal(l, span_of(previous, sizeof previous), hash);
    if (!(st = stmt_get(s, STMT_FACT_HISTORY_NEW, f)))
        return false;
    stmt_number(st, 1, l->id);
    stmt_number(st, 2, l->time);
    stmt_text(st, 3, l->action);
    stmt_number(st, 4, l->import);
    stmt_text(st, 5, l->author);
    stmt_text(st, 6, l->reason);
    stmt_number(st, 7, l->sightings);
    stmt_blob(st, 8, span_of(previous, sizeof previous));
    stmt_blob(st, 9, span_of(hash, sizeof hash));
    return stmt_run(s, st, f);
}

bool fact_history_check(struct store *s, struct fault *f)
{
    uint8_t previous[SHA256_BYTES] = { 0 }, hash[SHA256_BYTES];
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_HISTORY_READ, f);
    bool row = true, sound = true;
    int64_t id = 0;

    if (!st)
        return false;
    while (row && sound) {
        if (!stmt_step(s, st, &row, f))
            return false;
        if (!row)
            break;
        struct fact_line l = {
            .id = sqlite3_column_int64(st, 0), .time = sqlite3_column_int64(st, 1),
            .action = stmt_span(st, 2), .import = sqlite3_column_int64(st, 3),
            .author = stmt_span(st, 4), .reason = stmt_span(st, 5),
            .sightings = sqlite3_column_int64(st, 6),
        };
        seal(&l, span_of(previous, sizeof previous), hash);
        sound = l.id == ++id && sqlite3_column_bytes(st, 7) == SHA256_BYTES
             && memcmp(sqlite3_column_blob(st, 7), previous, SHA256_BYTES) == 0
             && sqlite3_column_bytes(st, 8) == SHA256_BYTES
             && memcmp(sqlite3_column_blob(st, 8), hash, SHA256_BYTES) == 0;
        memcpy(previous, hash, sizeof previous);
    }
    stmt_done(st);
    return sound || fault(f, FAULT_CASE, "%s: line %lld of the history of facts was changed by "
                          "other means than modhunt", s->path, (long long)id);
}
