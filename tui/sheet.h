/* Text that flows down a pane and may be scrolled: the detail, the help, the
 * empty views.
 *
 * The same calls count its lines (no grid) and draw the visible ones, so that
 * the model can tell how far one may scroll without drawing. */
#ifndef TUI_SHEET_H
#define TUI_SHEET_H

#include "tui/grid.h"

struct sheet {
    struct grid *grid;       /* NULL: only counted */
    const struct grid *measure; /* says whether ASCII alone is drawn */
    int row, column, rows, columns; /* the pane */
    int skip;                /* lines scrolled away */
    int line;                /* the line being written, from 0 */
    int at;                  /* its next column */
    int indent;              /* where a wrapped line goes on */
};

/* Lines past this many are cut: a pane is for reading, `modhunt record` for all. */
#define SHEET_LINES_MAX 4000

void sheet_text(struct sheet *s, enum style style, struct span text); /* wraps */
void sheet_say(struct sheet *s, enum style style, const char *text);
void sheet_words(struct sheet *s, enum style style, const char *text); /* wraps between words */
void sheet_tab(struct sheet *s, int column); /* goes on at this column, and indents there */
void sheet_end(struct sheet *s);             /* ends the line */

#endif
