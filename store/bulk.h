/* Inside store/: rows of integers that one statement writes.
 *
 * Binding, running and resetting a statement for each row costs as much as the
 * row itself.  So rows wait in a `bulk`, which SQL sees as a table with the
 * columns c0, c1, ...: `INSERT INTO load (...) SELECT c0, ... FROM bulk_loads`. */
#ifndef STORE_BULK_H
#define STORE_BULK_H

#include "store/connection.h"

#define BULK_ROWS 4096
#define BULK_COLUMNS 14

struct bulk_row {
    int64_t c[BULK_COLUMNS]; /* MOMENT_NONE: NULL */
};

struct bulk {
    struct bulk_row *rows; /* BULK_ROWS */
    size_t count;
};

/* The row behind the last, with nothing in it; there is room (bulk_full). */
struct bulk_row *bulk_add(struct bulk *b);
bool bulk_full(const struct bulk *b);

/* Shows it to the connection under that name; *b must outlive every statement
 * that reads it. */
bool bulk_register(struct store *s, const char *name, struct bulk *b,
                   struct fault *f) MUST_CHECK;
void bulk_free(struct bulk *b);

/* Runs the statement over all rows, and empties it. */
bool bulk_write(struct store *s, struct bulk *b, enum stmt name, struct fault *f) MUST_CHECK;

#endif
