/* Prepared statements by name, and binding in our words.
 *
 * Values are always bound.  The surprise: texts are bound without a copy, so
 * they must live until the statement is run. */
#include "store/connection.h"

#define STMT_TEXT(name, sql) [STMT_##name] = sql,
static const char *const texts[STMT_COUNT] = { STMTS(STMT_TEXT) };

sqlite3_stmt *stmt_get(struct store *s, enum stmt name, struct fault *f)
{
    sqlite3_stmt **st = &s->stmts.all[name];

    if (!*st
        && sqlite3_prepare_v3(s->db, texts[name], -1, SQLITE_PREPARE_PERSISTENT, st, NULL)
               != SQLITE_OK) {
        connection_fault(s->db, s->path, f, "preparing to write");
        return NULL;
    }
    return *st;
}

void stmt_text(sqlite3_stmt *st, int at, struct span text)
{
    if (text.at)
        sqlite3_bind_text64(st, at, (const char *)text.at, text.len, SQLITE_STATIC, SQLITE_UTF8);
    else
        sqlite3_bind_null(st, at);
}

void stmt_number(sqlite3_stmt *st, int at, int64_t number)
{
    sqlite3_bind_int64(st, at, number);
}

void stmt_time(sqlite3_stmt *st, int at, int64_t time)
{
    if (time == MOMENT_NONE)
        sqlite3_bind_null(st, at);
    else
        sqlite3_bind_int64(st, at, time);
}

void stmt_row(sqlite3_stmt *st, int at, int64_t id)
{
    if (id)
        sqlite3_bind_int64(st, at, id);
    else
        sqlite3_bind_null(st, at);
}

void stmt_blob(sqlite3_stmt *st, int at, struct span bytes)
{
    if (bytes.at)
        sqlite3_bind_blob64(st, at, bytes.at, bytes.len, SQLITE_STATIC);
    else
        sqlite3_bind_null(st, at);
}

bool stmt_run(struct store *s, sqlite3_stmt *st, struct fault *f)
{
    int code;

    do
        code = sqlite3_step(st);
    while (code == SQLITE_ROW);
    if (code != SQLITE_DONE) {
        connection_fault(s->db, s->path, f, "writing");
        sqlite3_reset(st);
        return false;
    }
    sqlite3_reset(st);
    return true;
}

bool stmt_step(struct store *s, sqlite3_stmt *st, bool *row, struct fault *f)
{
    int code = sqlite3_step(st);

    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return true;
    connection_fault(s->db, s->path, f, "writing");
    sqlite3_reset(st);
    return false;
}

void stmt_done(sqlite3_stmt *st)
{
    sqlite3_reset(st);
}

struct span stmt_span(sqlite3_stmt *st, int column)
{
    const unsigned char *text = sqlite3_column_text(st, column);

    if (sqlite3_column_type(st, column) == SQLITE_NULL)
        return SPAN_NONE;
    return text ? span_of(text, (size_t)sqlite3_column_bytes(st, column)) : SPAN_EMPTY;
}

int64_t stmt_moment(sqlite3_stmt *st, int column)
{
    return sqlite3_column_type(st, column) == SQLITE_NULL ? MOMENT_NONE
                                                          : sqlite3_column_int64(st, column);
}

void stmts_close(struct stmts *all)
{
    for (int i = 0; i < STMT_COUNT; i++) {
        sqlite3_finalize(all->all[i]);
        all->all[i] = NULL;
    }
}
