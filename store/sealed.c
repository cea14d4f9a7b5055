/* Histories that are only ever added to.
 *
 * Nothing is ever taken out of one: an undo is a line of its own.  What can be undone
 * or done again is worked out from the lines each time. */
#include "store/sealed.h"

#include <stdlib.h>

static void add_text(struct digest *d, struct span text)
{
    uint64_t len = text.len;

    digest_add(d, span_of(&len, sizeof len));
    digest_add(d, text);
}

bool sealed_next(struct store *s, const struct sealed *h, int64_t *id, struct seal *seal,
                 struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, h->last, f);
    bool row;

    *seal = (struct seal){ 0 };
    if (!st || !stmt_step(s, st, &row, f))
        return false;
    *id = row ? sqlite3_column_int64(st, 0) + 1 : 1;
    if (row && sqlite3_column_bytes(st, 1) == SHA256_BYTES)
        memcpy(seal->previous, sqlite3_column_blob(st, 1), SHA256_BYTES);
    stmt_done(st);
    return *id <= HISTORY_MAX
        || fault(f, FAULT_LIMIT, "more than %d changes of %s", HISTORY_MAX, h->what);
}

void sealed_close(const struct sealed *h, const int64_t *numbers, const struct span *texts,
                  struct seal *seal)
{
    struct digest *d = digest_open();

    digest_add(d, span_of(seal->previous, sizeof seal->previous));
    digest_add(d, span_of(numbers, h->number_count * sizeof *numbers));
    for (size_t i = 0; i < h->text_count; i++)
        add_text(d, texts[i]);
    digest_take(d, seal->hash);
    digest_close(d);
}

static bool is_seal(sqlite3_stmt *st, int column, const uint8_t want[static SHA256_BYTES])
{
    return sqlite3_column_bytes(st, column) == SHA256_BYTES
        && memcmp(sqlite3_column_blob(st, column), want, SHA256_BYTES) == 0;
}

bool sealed_check(struct store *s, const struct sealed *h, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, h->read, f);
    struct seal seal = { 0 };
    bool row = true, sound = true;
    int64_t id = 0;

    if (!st)
        return false;
    while (row && sound) {
        int64_t numbers[SEALED_NUMBERS_MAX];
        struct span texts[SEALED_TEXTS_MAX];

        if (!stmt_step(s, st, &row, f))
            return false;
        if (!row)
            break;
        for (size_t i = 0; i < h->number_count; i++)
            numbers[i] = sqlite3_column_int64(st, h->numbers[i]);
        for (size_t i = 0; i < h->text_count; i++)
            texts[i] = stmt_span(st, h->texts[i]);
        sealed_close(h, numbers, texts, &seal);
        sound = numbers[0] == ++id && is_seal(st, h->previous, seal.previous)
             && is_seal(st, h->hash, seal.hash);
        memcpy(seal.previous, seal.hash, sizeof seal.previous);
    }
    stmt_done(st);
    return sound || fault(f, FAULT_CASE, "%s: line %lld of the history of %s was changed by "
                          "other means than modhunt", s->path, (long long)id, h->what);
}

bool sealed_undo(struct store *s, enum stmt lines, bool redo, int64_t *change, struct fault *f)
{
    int64_t *done = memory_get(2 * HISTORY_MAX * sizeof *done), *undone = done + HISTORY_MAX;
    size_t done_count = 0, undone_count = 0;
    sqlite3_stmt *st = stmt_get(s, lines, f);
    bool row = true, ok = st != NULL;

    /* A line moves one from stack to stack or adds one, so neither outgrows the lines. */
    for (size_t n = 0; ok && row && n < HISTORY_MAX; n++) {
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
