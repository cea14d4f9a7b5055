/* The analyst's own SELECT, on a connection of its own.
 *
 * Whatever it says it can't write, can't reach another file, and ends: opened
 * read-only, an authorizer that lets through a list and nothing else, SQLite's
 * limits, a deadline and a ceiling of rows.  The surprise: the views it may ask
 * are made in TEMP before the authorizer closes the door. */
#include "store/allowed.h"
#include "store/functions.h"
#include "store/list.h"

#include "queries/views.h"

#include <stdlib.h>

#define SQL_WAIT_US (30 * 1000000ll)
#define SQL_ROWS_MAX 10000000u
#define SQL_COLUMNS_SHOWN_MAX 128

static const struct {
    int what, value;
} limits[] = {
    { SQLITE_LIMIT_LENGTH, 16 << 20 },
    { SQLITE_LIMIT_SQL_LENGTH, 100000 },
    { SQLITE_LIMIT_EXPR_DEPTH, 100 },
    { SQLITE_LIMIT_COMPOUND_SELECT, 50 },
    { SQLITE_LIMIT_VDBE_OP, 100000 },
    { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000 },
    { SQLITE_LIMIT_VARIABLE_NUMBER, 32 },
    { SQLITE_LIMIT_ATTACHED, 0 },
};

struct console {
    struct store view;   /* the second connection, as the reading side knows one */
    struct store *asked; /* whose store_interrupt ends it */
    struct allowed allowed;
    const struct sql_value *values; /* of its parameters */
    size_t value_count;
};

/* The same file as the store's, which may lie where nothing can be written:
 * then SQLite must be told that nobody changes it. */
static char *name_of(const struct store *s, int *flags)
{
    static const char hex[] = "0123456789ABCDEF";
    const char *path = s->path;
    char *uri, *at;

    if (!sqlite3_uri_boolean(sqlite3_db_filename(s->db, "main"), "immutable", 0))
        return memory_text(path);
    *flags |= SQLITE_OPEN_URI;
    uri = at = memory_get(3 * strlen(path) + 32);
    memcpy(at, "file:", 5);
    at += 5;
    for (; *path; path++) {
        *at++ = '%';
        *at++ = hex[(unsigned char)*path >> 4];
        *at++ = hex[(unsigned char)*path & 15];
    }
    memcpy(at, "?immutable=1", sizeof "?immutable=1");
    return uri;
}

static bool run(struct console *c, const char *sql, struct fault *f)
{
    if (sqlite3_exec(c->view.db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    return connection_fault(c->view.db, c->view.path, f, "setting up");
}

static bool make_views(struct console *c, struct fault *f)
{
    struct statement text;
    bool ok = true;

    for (enum view v = 0; ok && v < VIEW_COUNT; v++) {
        statement_init(&text);
        views_compile(&text, v);
        ok = statement_ready(&text, f) && run(c, text.text, f);
        statement_clear(&text);
    }
    return ok;
}

static bool open_console(struct console *c, struct store *s, struct fault *f)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX
              | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    char *name = name_of(s, &flags);
    int code = sqlite3_open_v2(name, &c->view.db, flags, "unix");

    free(name);
    c->asked = s;
    c->view.path = s->path;
    c->view.read_only = true;
    if (code != SQLITE_OK)
        return connection_fault(c->view.db, s->path, f, "opening");
    if (!connection_harden(c->view.db, f) || !functions_register(c->view.db, f)
        || !text_functions_register(c->view.db, f)
        || !run(c, s->read_only ? "PRAGMA temp_store=MEMORY" : "PRAGMA temp_store=FILE", f)
        || !make_views(c, f) || !run(c, "PRAGMA query_only=ON; PRAGMA cache_size=-16384", f))
        return false;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(c->view.db, limits[i].what, limits[i].value);
    if (!allowed_guard(&c->allowed, c->view.db))
        return fault(f, FAULT_SYSTEM, "SQLite can't be kept from writing: nothing was asked");
    return true;
}

/* What is wrong with the words, rather than with the case. */
static bool misspelt(const struct console *c, struct fault *f)
{
    int at = sqlite3_error_offset(c->view.db);

    if (*c->allowed.say)
        return fault(f, FAULT_USAGE, "%s", c->allowed.say);
    if (at >= 0)
        return fault(f, FAULT_USAGE, "%s, at character %d", sqlite3_errmsg(c->view.db), at + 1);
    return fault(f, FAULT_USAGE, "%s", sqlite3_errmsg(c->view.db));
}

static bool blank(const char *text)
{
    return !text[strspn(text, " \t\r\n;")];
}

static sqlite3_stmt *prepare(struct console *c, const char *sql, struct fault *f)
{
    sqlite3_stmt *st = NULL;
    const char *rest = sql;
    int code = sqlite3_prepare_v2(c->view.db, sql, -1, &st, &rest);

    if (code != SQLITE_OK) {
        if ((code & 0xff) == SQLITE_ERROR || (code & 0xff) == SQLITE_AUTH
            || (code & 0xff) == SQLITE_TOOBIG)
            misspelt(c, f);
        else
            connection_fault(c->view.db, c->view.path, f, "reading");
        return NULL;
    }
    if (!st)
        fault(f, FAULT_USAGE, "there is no statement in it");
    else if (sqlite3_column_count(st) == 0)
        /* VACUUM comes this far: nobody is asked about it before it runs. */
        fault(f, FAULT_USAGE, "only SELECT may be asked here");
    else if (sqlite3_column_count(st) > SQL_COLUMNS_SHOWN_MAX)
        fault(f, FAULT_USAGE, "the answer has more than %d columns", SQL_COLUMNS_SHOWN_MAX);
    else if (!blank(rest))
        fault(f, FAULT_USAGE, "one statement at a time: there is more behind the first");
    else
        return st;
    sqlite3_finalize(st);
    return NULL;
}

static int look(void *ctx)
{
    struct console *c = ctx;

    if (atomic_load_explicit(&c->asked->stop, memory_order_relaxed))
        return 1;
    c->view.late = c->view.late || moment_ticks() > c->view.deadline;
    return c->view.late;
}

/* A mistake that shows only when it runs, or one of select_step's faults. */
static bool step(struct console *c, sqlite3_stmt *st, bool *row, struct fault *f)
{
    if (select_step(&c->view, st, row, f))
        return true;
    switch (sqlite3_errcode(c->view.db) & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_AUTH:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
        return misspelt(c, f);
    }
    return false;
}

static bool answer(struct console *c, sqlite3_stmt *st, struct rows *r, struct fault *f)
{
    const char *names[SQL_COLUMNS_SHOWN_MAX];
    size_t columns = (size_t)sqlite3_column_count(st);
    bool row = true, ok;

    for (size_t i = 0; i < columns; i++)
        names[i] = sqlite3_column_name(st, (int)i);
    ok = rows_columns(r, columns, names, NULL, f);
    while (ok && !r->ended && !r->full && (ok = step(c, st, &row, f)) && row) {
        r->page->more_behind = r->added == SQL_ROWS_MAX;
        ok = list_row(st, 0, 0, r, f);
    }
    return ok;
}

static bool bind_one(sqlite3_stmt *st, int at, const struct sql_value *v)
{
    switch (v->value.type) {
    case CELL_NULL:
        return sqlite3_bind_null(st, at) == SQLITE_OK;
    case CELL_NUMBER:
        return sqlite3_bind_int64(st, at, v->value.number) == SQLITE_OK;
    case CELL_TEXT:
        return sqlite3_bind_text64(st, at, (const char *)v->value.text.at, v->value.text.len,
                                   SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK;
    }
    return false;
}

/* Every parameter must have a value where any has one: NULL would be an answer. */
static bool bind(struct console *c, sqlite3_stmt *st, struct fault *f)
{
    for (int at = 1; c->values && at <= sqlite3_bind_parameter_count(st); at++) {
        const char *name = sqlite3_bind_parameter_name(st, at);
        const struct sql_value *v = NULL;

        for (size_t i = 0; name && i < c->value_count; i++)
            if (strcmp(name + 1, c->values[i].name) == 0)
                v = &c->values[i];
        if (!v)
            return fault(f, FAULT_USAGE, "the query uses %s, which is no argument of its header",
                         name ? name : "a parameter without a name");
        if (!bind_one(st, at, v))
            return misspelt(c, f);
    }
    return true;
}

static bool ask(struct console *c, const char *sql, struct rows *r, struct fault *f)
{
    sqlite3_stmt *st;
    bool ok;

    c->view.deadline = moment_ticks() + SQL_WAIT_US;
    sqlite3_progress_handler(c->view.db, 1000, look, c);
    st = prepare(c, sql, f);
    ok = st && bind(c, st, f) && answer(c, st, r, f);
    if (ok)
        rows_done(r);
    if (ok && !r->added)
        r->each(r->ctx, r->page);
    sqlite3_finalize(st);
    return ok;
}

bool store_query(struct store *s, const char *sql, const struct sql_value *values, size_t count,
                 bool (*each)(void *ctx, const struct page *rows), void *ctx, struct fault *f)
{
    struct console *c = memory_zero(1, sizeof *c);
    struct page *p = page_open(NULL);
    struct rows rows;
    bool ok;

    c->values = values;
    c->value_count = count;
    rows_stream(&rows, p, SQL_ROWS_MAX, each, ctx);
    ok = open_console(c, s, f) && ask(c, sql, &rows, f);
    page_close(p);
    sqlite3_close(c->view.db);
    select_calm(s);
    free(c);
    return ok;
}

bool store_sql(struct store *s, const char *sql, bool (*each)(void *ctx, const struct page *rows),
               void *ctx, struct fault *f)
{
    return store_query(s, sql, NULL, 0, each, ctx, f);
}
