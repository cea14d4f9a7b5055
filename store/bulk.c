/* A read-only virtual table over rows in memory.
 *
 * It exists on the writing connection alone, is nobody's to create (no xCreate),
 * and can't be named by the file's own schema (DIRECTONLY). */
#include "store/bulk.h"

#include "core/moment.h"

#include <stdlib.h>

struct table {
    sqlite3_vtab base;
    const struct bulk *bulk;
};

struct bulk_cursor {
    sqlite3_vtab_cursor base;
    size_t at;
};

struct bulk_row *bulk_add(struct bulk *b)
{
    struct bulk_row *row;

    if (!b->rows)
        b->rows = memory_zero(BULK_ROWS, sizeof *b->rows);
    row = &b->rows[b->count++];
    *row = (struct bulk_row){ { 0 } };
    return row;
}

bool bulk_full(const struct bulk *b)
{
    return b->count == BULK_ROWS;
}

void bulk_free(struct bulk *b)
{
    free(b->rows);
    *b = (struct bulk){ 0 };
}

/* ---- what SQLite asks ---- */

static int table_connect(sqlite3 *db, void *bulk, int argc, const char *const *argv,
                         sqlite3_vtab **out, char **error)
{
    struct table *t;
    int code = sqlite3_declare_vtab(db, "CREATE TABLE bulk (c0, c1, c2, c3, c4, c5, c6, c7, c8,"
                                        " c9, c10, c11, c12, c13)");

    (void)argc, (void)argv, (void)error;
    if (code != SQLITE_OK)
        return code;
    t = memory_zero(1, sizeof *t);
    t->bulk = bulk;
    *out = &t->base;
    return sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
}

static int table_disconnect(sqlite3_vtab *t)
{
    free(t);
    return SQLITE_OK;
}

static int table_plan(sqlite3_vtab *t, sqlite3_index_info *plan)
{
    (void)t;
    plan->estimatedRows = BULK_ROWS;
    plan->estimatedCost = BULK_ROWS;
    return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
    struct bulk_cursor *c = memory_zero(1, sizeof *c);

    (void)t;
    *out = &c->base;
    return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *c)
{
    free(c);
    return SQLITE_OK;
}

static int cursor_first(sqlite3_vtab_cursor *c, int number, const char *text, int argc,
                        sqlite3_value **argv)
{
    (void)number, (void)text, (void)argc, (void)argv;
    ((struct bulk_cursor *)c)->at = 0;
    return SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *c)
{
    ((struct bulk_cursor *)c)->at++;
    return SQLITE_OK;
}

static int cursor_ended(sqlite3_vtab_cursor *c)
{
    return ((const struct bulk_cursor *)c)->at >= ((const struct table *)c->pVtab)->bulk->count;
}

static int cursor_column(sqlite3_vtab_cursor *c, sqlite3_context *to, int column)
{
    const struct bulk *b = ((const struct table *)c->pVtab)->bulk;
    int64_t value = b->rows[((const struct bulk_cursor *)c)->at].c[column];

    if (value != MOMENT_NONE)
        sqlite3_result_int64(to, value);
    return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *id)
{
    *id = (sqlite3_int64)((const struct bulk_cursor *)c)->at;
    return SQLITE_OK;
}

static const sqlite3_module module = {
    .iVersion = 1,
    .xConnect = table_connect,
    .xBestIndex = table_plan,
    .xDisconnect = table_disconnect,
    .xDestroy = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_first,
    .xNext = cursor_next,
    .xEof = cursor_ended,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

/* ---- ours ---- */

bool bulk_register(struct store *s, const char *name, struct bulk *b, struct fault *f)
{
    if (sqlite3_create_module_v2(s->db, name, &module, b, NULL) == SQLITE_OK)
        return true;
    return connection_fault(s->db, s->path, f, "preparing to write");
}

bool bulk_write(struct store *s, struct bulk *b, enum stmt name, struct fault *f)
{
    sqlite3_stmt *st = b->count ? stmt_get(s, name, f) : NULL;
    bool ok = !b->count || (st && stmt_run(s, st, f));

    b->count = 0;
    return ok;
}
