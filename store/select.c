/* Runs statements of the reading side.
 *
 * It never writes and never changes what a statement says.  The surprise:
 * sqlite3_interrupt alone is lost when it comes between two statements of one
 * answer, so a flag is kept beside it, which the progress handler looks at. */
#include "store/select.h"

#include "core/text.h"

#define STEPS_BETWEEN_LOOKS 2000 /* of SQLite's virtual machine: well under 1 ms */

static int look(void *ctx)
{
    struct store *s = ctx;

    if (atomic_load_explicit(&s->stop, memory_order_relaxed))
        return 1;
    s->late = s->late || (s->deadline && moment_ticks() > s->deadline);
    return s->late;
}

static bool run(struct store *s, const char *sql, struct fault *f)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    return connection_fault(s->db, s->path, f, "reading");
}

bool select_begin(struct store *s, int64_t wait_us, struct fault *f)
{
    s->late = false;
    s->deadline = wait_us ? moment_ticks() + wait_us : 0;
    if (sqlite3_get_autocommit(s->db) && !run(s, "SAVEPOINT reading", f))
        return false;
    sqlite3_progress_handler(s->db, STEPS_BETWEEN_LOOKS, look, s);
    return true;
}

void select_end(struct store *s)
{
    sqlite3_progress_handler(s->db, 0, NULL, NULL);
    /* Inside the writer's own transaction there is no savepoint of ours; the
     * error that says so changes nothing. */
    sqlite3_exec(s->db, "RELEASE reading", NULL, NULL, NULL);
    s->deadline = 0;
    select_calm(s);
}

void select_calm(struct store *s)
{
    atomic_store(&s->stop, false);
}

void store_interrupt(struct store *s)
{
    atomic_store(&s->stop, true);
    sqlite3_interrupt(s->db);
}

static bool broken(struct store *s, struct fault *f)
{
    if ((sqlite3_errcode(s->db) & 0xff) != SQLITE_INTERRUPT)
        return connection_fault(s->db, s->path, f, "reading");
    if (s->late)
        return fault(f, FAULT_LIMIT, "the answer took longer than %lld seconds",
                     SELECT_WAIT_US / 1000000);
    return fault(f, FAULT_INTERRUPTED, "the question was given up");
}

static int bind(sqlite3_stmt *st, int at, const struct cell *value)
{
    switch (value->type) {
    case CELL_NULL:
        return sqlite3_bind_null(st, at);
    case CELL_NUMBER:
        return sqlite3_bind_int64(st, at, value->number);
    case CELL_TEXT:
        return sqlite3_bind_text64(st, at, (const char *)value->text.at, value->text.len,
                                   SQLITE_STATIC, SQLITE_UTF8);
    }
    return SQLITE_MISUSE;
}

sqlite3_stmt *select_open(struct store *s, const struct statement *text, struct fault *f)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(s->db, text->text, (int)text->len, &st, NULL);

    for (size_t i = 0; code == SQLITE_OK && i < text->binds; i++)
        code = bind(st, (int)i + 1, &text->bind[i]);
    if (code == SQLITE_OK)
        return st;
    broken(s, f);
    sqlite3_finalize(st);
    return NULL;
}

bool select_step(struct store *s, sqlite3_stmt *st, bool *row, struct fault *f)
{
    int code = sqlite3_step(st);

    *row = code == SQLITE_ROW;
    return *row || code == SQLITE_DONE || broken(s, f);
}

bool select_row(struct store *s, sqlite3_stmt *st, int64_t id, bool *row, struct fault *f)
{
    sqlite3_reset(st);
    if (sqlite3_bind_int64(st, 1, id) != SQLITE_OK)
        return broken(s, f);
    return select_step(s, st, row, f);
}

/* A case that an enemy wrote may hold any bytes as text. */
static bool cell_text(sqlite3_stmt *st, int column, struct cell *cell, struct arena *a)
{
    const unsigned char *at = sqlite3_column_text(st, column);
    size_t len = (size_t)sqlite3_column_bytes(st, column);
    struct span text = at ? span_of(at, len) : SPAN_EMPTY;
    bool altered = false, full = false;
    struct span clean = text_clean(a, text, &altered, &full);

    if (!full && clean.at == text.at)
        clean = arena_copy(a, text, &full);
    *cell = (struct cell){ CELL_TEXT, 0, clean };
    return !full;
}

static bool cell_blob(sqlite3_stmt *st, int column, struct cell *cell, struct arena *a)
{
    size_t len = (size_t)sqlite3_column_bytes(st, column);
    uint8_t *hex = arena_bytes(a, 2 * len + 1);

    if (!hex)
        return false;
    hex_text((char *)hex, span_of(sqlite3_column_blob(st, column), len));
    *cell = (struct cell){ CELL_TEXT, 0, span_of(hex, 2 * len) };
    return true;
}

bool select_cells(sqlite3_stmt *st, int from, size_t count, struct cell *cells, struct arena *a)
{
    for (size_t i = 0; i < count; i++) {
        int column = from + (int)i;

        cells[i] = (struct cell){ CELL_NULL, 0, SPAN_NONE };
        switch (sqlite3_column_type(st, column)) {
        case SQLITE_NULL:
            break;
        case SQLITE_INTEGER:
            cells[i].type = CELL_NUMBER;
            cells[i].number = sqlite3_column_int64(st, column);
            break;
        case SQLITE_BLOB:
            if (!cell_blob(st, column, &cells[i], a))
                return false;
            break;
        default:
            if (!cell_text(st, column, &cells[i], a))
                return false;
            break;
        }
    }
    return true;
}
