/* Inside store/: the rows of a compiled question. */
#ifndef STORE_LIST_H
#define STORE_LIST_H

#include "store/rows.h"
#include "store/select.h"

/* Within select_begin and select_end.  Where `r` is a window the page's
 * more_before and more_behind are settled too. */
bool list_run(struct store *s, const struct question *q, struct rows *r,
              struct fault *f) MUST_CHECK;

/* Makes the statement's current row the next row of the answer; its texts come
 * from column `from` on.  What is not wanted any more is passed over. */
bool list_row(sqlite3_stmt *st, int from, int64_t key, struct rows *r,
              struct fault *f) MUST_CHECK;

#endif
