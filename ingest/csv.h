/* One row of a CSV beside the names of its header, for who shows it. */
#ifndef INGEST_CSV_H
#define INGEST_CSV_H

#include "core/span.h"

#define CSV_CELLS_MAX 1024

struct csv_cell {
    struct span text; /* without the quotes around it */
    bool doubled;     /* quotes in it are doubled */
};

struct csv_row {
    size_t cells, len; /* bytes of the row, without its line end */
    struct csv_cell name[CSV_CELLS_MAX], cell[CSV_CELLS_MAX];
};

/* The row at the start of `rows`, under the header at the start of the file's
 * `head` (both UTF-8); false where it has not a cell for each name. */
bool csv_row(struct span head, struct span rows, struct csv_row *out);

#endif
