/* What the store answers to a SELECT, as it comes: columns are named by the
 * statement, and a column is a number where its first row has one. */
#ifndef CLI_SQL_ROWS_H
#define CLI_SQL_ROWS_H

#include "cli/output.h"

struct sql_rows {
    enum output_form form;
    uint64_t limit; /* 0: none */
    uint64_t rows;  /* printed */
    struct output_column columns[OUTPUT_COLUMNS_MAX];
    char *names[OUTPUT_COLUMNS_MAX];
    size_t count;
    struct output *out;
    bool too_wide;
};

/* The `each` of store_sql and store_query. */
bool sql_rows_print(void *ctx, const struct page *p);
/* Ends the output and frees; `ok` and *f say how the store ended.  Gives whether all
 * went well, else *f says what did not. */
bool sql_rows_close(struct sql_rows *r, bool ok, struct fault *f) MUST_CHECK;

#endif
