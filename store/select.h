/* Inside store/: runs the reading side's statements, within a snapshot, and
 * ends them when they are late or no longer wanted. */
#ifndef STORE_SELECT_H
#define STORE_SELECT_H

#include "queries/statement.h"
#include "store/connection.h"

#define SELECT_WAIT_US (30 * 1000000ll) /* the longest that an answer may take */

/* Every statement until select_end sees the case as it is now.  wait_us: the
 * longest that they may take together; 0: as long as they need.  Where it
 * fails there is nothing to end. */
bool select_begin(struct store *s, int64_t wait_us, struct fault *f) MUST_CHECK;
void select_end(struct store *s);

/* Prepared and bound; the texts are borrowed from the statement.  NULL and *f.
 * The caller ends it with sqlite3_finalize. */
sqlite3_stmt *select_open(struct store *s, const struct statement *text,
                          struct fault *f) MUST_CHECK;

/* *row: is there one?  False, and *f: FAULT_INTERRUPTED where store_interrupt
 * asked for it, FAULT_LIMIT where it was late. */
bool select_step(struct store *s, sqlite3_stmt *st, bool *row, struct fault *f) MUST_CHECK;

/* Binds a row's id to ?1 of a statement that was reset, and steps once. */
bool select_row(struct store *s, sqlite3_stmt *st, int64_t id, bool *row,
                struct fault *f) MUST_CHECK;

/* `count` values from column `from` on; texts are valid UTF-8 and copied into
 * the arena.  False: the arena is full. */
bool select_cells(sqlite3_stmt *st, int from, size_t count, struct cell *cells,
                  struct arena *a) MUST_CHECK;

/* Forgets a store_interrupt that came when nothing was running. */
void select_calm(struct store *s);

#endif
