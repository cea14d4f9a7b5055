/* Inside store/: what a statement of the analyst's own may do. */
#ifndef STORE_ALLOWED_H
#define STORE_ALLOWED_H

#include <sqlite3.h>
#include <stdbool.h>

#define ALLOWED_SAY_MAX 200
#define ALLOWED_MODULES_MAX 64
#define ALLOWED_NAME_MAX 40

struct allowed {
    /* Virtual tables that this SQLite has of its own: none may be read but
     * json_each and json_tree. */
    char module[ALLOWED_MODULES_MAX][ALLOWED_NAME_MAX];
    int modules;
    char say[ALLOWED_SAY_MAX]; /* why the last statement was refused; "" */
};

/* Reads what virtual tables there are, then lets through nothing but SELECT,
 * reading, recursion, and the functions named in allowed.c.  `a` must outlive
 * the connection.  False: the list could not be read. */
bool allowed_guard(struct allowed *a, sqlite3 *db);

#endif
