/* Inside store/: every statement of the writing side, prepared once, by name.
 *
 * The texts stand in one table (STMTS).  A statement is prepared when it is
 * first asked for and kept until the store is closed. */
#ifndef STORE_STMT_H
#define STORE_STMT_H

#include "core/fault.h"
#include "core/moment.h"
#include "core/span.h"

#include <sqlite3.h>

#define STMTS(_) \
    _(BEGIN,           "BEGIN IMMEDIATE") \
    _(COMMIT,          "COMMIT") \
    _(KNOWN,           "SELECT id, size, fingerprint, sha256, state, place FROM evidence" \
                       " WHERE state <> 'duplicate' ORDER BY id")

#define STMT_ENUM(name, sql) STMT_##name,
enum stmt { STMTS(STMT_ENUM) STMT_COUNT };

struct stmts {
    sqlite3_stmt *all[STMT_COUNT];
};

struct store;

/* The statement, reset and with nothing bound; NULL and *f. */
sqlite3_stmt *stmt_get(struct store *s, enum stmt name, struct fault *f) MUST_CHECK;

/* Bind by position; what is not logged, MOMENT_NONE or 0 (row) becomes NULL. */
void stmt_text(sqlite3_stmt *st, int at, struct span text); /* borrowed until the reset */
void stmt_number(sqlite3_stmt *st, int at, int64_t number);
void stmt_time(sqlite3_stmt *st, int at, int64_t time);
void stmt_row(sqlite3_stmt *st, int at, int64_t id);
void stmt_blob(sqlite3_stmt *st, int at, struct span bytes);

/* Steps to the end and resets. */
bool stmt_run(struct store *s, sqlite3_stmt *st, struct fault *f) MUST_CHECK;
/* Steps once: *row says whether there is a row, which stays until stmt_done. */
bool stmt_step(struct store *s, sqlite3_stmt *st, bool *row, struct fault *f) MUST_CHECK;
void stmt_done(sqlite3_stmt *st);

/* Columns; NULL gives SPAN_NONE, MOMENT_NONE.  Spans borrow until the next step. */
struct span stmt_span(sqlite3_stmt *st, int column);
int64_t stmt_moment(sqlite3_stmt *st, int column);

void stmts_close(struct stmts *all);

#endif
