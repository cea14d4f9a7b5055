/* Rows of a SELECT to stdout: shared by `modhunt sql` and `modhunt query`.
 *
 * Nothing is redacted here: what is asked for is printed. */
#include "cli/sql_rows.h"

#include <stdlib.h>

/* A column in which the first row has a number stands to the right. */
static void open_output(struct sql_rows *r, const struct page *p)
{
    struct output_place place = output_stdout();

    r->count = p->columns;
    for (size_t i = 0; i < p->columns; i++) {
        r->names[i] = memory_text(p->names[i]);
        r->columns[i] = (struct output_column){
            .name = r->names[i],
            .least = 24,
            .kind = p->rows && page_cell(p, 0, i)->type == CELL_NUMBER ? OUTPUT_NUMBER
                                                                         : OUTPUT_TEXT,
        };
    }
    r->out = output_open(r->form, r->columns, r->count, &place);
}

bool sql_rows_print(void *ctx, const struct page *p)
{
    struct sql_rows *r = ctx;

    if (p->columns > OUTPUT_COLUMNS_MAX) {
        r->too_wide = true;
        return false;
    }
    if (!r->out)
        open_output(r, p);
    for (size_t i = 0; i < p->rows; i++) {
        if (!output_row(r->out, page_cell(p, i, 0)))
            return false;
        if (r->limit && output_rows(r->out) >= r->limit)
            return false;
    }
    return true;
}

bool sql_rows_close(struct sql_rows *r, bool ok, struct fault *f)
{
    struct output_told told = { 0 };
    struct fault closing;

    if (ok && r->too_wide)
        ok = fault(f, FAULT_LIMIT, "the answer has more than %d columns", OUTPUT_COLUMNS_MAX);
    if (r->out && !output_close(r->out, &told, &closing) && ok) {
        *f = closing;
        ok = false;
    }
    r->rows = told.rows;
    for (size_t i = 0; i < r->count; i++)
        free(r->names[i]);
    return ok;
}
