/* A list as a table: which columns fit, how wide, and what stands in a cell.
 *
 * Pure: a table is drawn from rows and a description of its columns. */
#ifndef TUI_TABLE_H
#define TUI_TABLE_H

#include "tui/grid.h"
#include "tui/rows.h"

#define TABLE_CELL_MAX 1024 /* bytes of a composed cell */

struct table_column {
    int id;               /* enum column, or the place in the page of a view without */
    const char *heading;  /* NULL: the column's own */
    enum column_type type;
    int min, max;         /* columns on the screen; max 0: as wide as may be */
    int rank;             /* the highest goes first where room is short; 0 stays */
    bool sortable;
    /* Where the cell is more than the value: composes it into out. */
    void (*compose)(const struct rows *r, size_t row, char *out, size_t size);
    /* Where it has a look of its own. */
    void (*draw)(const struct rows *r, size_t row, struct grid *g, int y, int x, int width);
};

struct table {
    const struct table_column *columns;
    size_t count;
    struct sort_key sort;
    /* How a row stands back: STYLE_PLAIN or STYLE_DIM; NULL: always plain. */
    bool (*faded)(const struct rows *r, size_t row);
};

/* Which columns fit into `width`: their places and widths, -1 where left out. */
struct table_fit {
    int x[ROWS_COLUMNS_MAX], width[ROWS_COLUMNS_MAX];
};

/* Learns from a new window how wide each column would like to be. */
void table_measure(const struct table *t, struct rows *r);
void table_fit(const struct table *t, const struct rows *r, int width, struct table_fit *fit);
void table_draw(const struct table *t, const struct rows *r, struct grid *g, int row, int column,
                int rows, int columns, bool focused);

/* A host's name, without its domain where there is no room for it. */
void table_host(const struct rows *r, size_t row, struct grid *g, int y, int x, int width);

#endif
