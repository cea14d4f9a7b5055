/* The screen as cells: the only door by which a text reaches the terminal.
 *
 * Everything is drawn into a grid through grid_text() and its kin, which let no
 * control, format or bidi character through (core/text.h decides which), keep
 * wide characters whole and cut on column boundaries.  What may not be drawn is
 * written as `<U+202E>` in STYLE_HIDDEN, which nothing else uses.  A grid knows
 * no terminal; tui/term.c shows it. */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include "core/span.h"

#define GRID_COLUMNS_MAX 1000
#define GRID_ROWS_MAX 500
#define GLYPH_BYTES_MAX 12 /* a character and two combining ones */

/* What a piece of text is; tui/term.c says how that looks. */
enum style {
    STYLE_PLAIN,
    STYLE_DIM,
    STYLE_STRONG,
    STYLE_BAR,         /* the top line */
    STYLE_BAR_STRONG,
    STYLE_BAR_ALERT,
    STYLE_HEADING,     /* over the columns of a list */
    STYLE_HEADING_SORT,
    STYLE_SCORE_1,
    STYLE_SCORE_2,
    STYLE_SCORE_3,
    STYLE_SCORE_4,
    STYLE_HIDDEN,      /* an escaped code point; nothing else */
    STYLE_MATCH,       /* the part of a path that made a factor true */
    STYLE_LABEL,       /* the name of a field */
    STYLE_KEY,         /* a key that may be pressed */
    STYLE_RULE,        /* lines between panes */
    STYLE_RULE_FOCUS,
    STYLE_MESSAGE,
    STYLE_ERROR,
    STYLE_COUNT
};

/* Our own signs, each with its likeness in ASCII. */
enum sign {
    SIGN_ELLIPSIS, SIGN_DESCENDING, SIGN_ASCENDING, SIGN_TRAIL, SIGN_LINE, SIGN_BAR,
    SIGN_BULLET, SIGN_SPIN_0, SIGN_SPIN_1, SIGN_SPIN_2, SIGN_SPIN_3, SIGN_COUNT
};

struct glyph {
    char text[GLYPH_BYTES_MAX]; /* UTF-8, counted by len */
    uint8_t len;
    uint8_t style;              /* enum style */
    bool selected;              /* under the cursor */
    bool tail;                  /* the right half of the wide glyph before it */
};

struct grid {
    int rows, columns;
    bool ascii;                 /* nothing but ASCII may be drawn */
    int cursor_row, cursor_column; /* the text cursor; -1: hidden */
    struct glyph *cells;
};

/* Clamps to 1..GRID_ROWS_MAX by 1..GRID_COLUMNS_MAX, and clears. */
void grid_resize(struct grid *g, int rows, int columns);
void grid_clear(struct grid *g);
void grid_free(struct grid *g);
const struct glyph *grid_cell(const struct grid *g, int row, int column);

/* Draws at most `width` columns of s; what is cut ends in an ellipsis.  Returns
 * the columns used.  Outside the grid nothing is drawn. */
int grid_text(struct grid *g, int row, int column, int width, enum style style, struct span s);
int grid_say(struct grid *g, int row, int column, int width, enum style style, const char *text);

/* The same for a path: cut in its middle, so that the file name and as many of
 * its folders as fit stay. */
int grid_path(struct grid *g, int row, int column, int width, enum style style, struct span path);

/* The same for paths that differ in their folders: cut in the very middle. */
int grid_middle(struct grid *g, int row, int column, int width, enum style style, struct span s);

/* The same, at the right end of the field. */
void grid_right(struct grid *g, int row, int column, int width, enum style style, struct span s);

/* Draws the bytes that fit into `width` columns and no more, without an
 * ellipsis; moves *s behind them and returns the columns used. */
int grid_flow(struct grid *g, int row, int column, int width, enum style style, struct span *s);

/* Columns that s takes, counted up to `most`. */
int grid_width(const struct grid *g, struct span s, int most);

void grid_sign(struct grid *g, int row, int column, enum style style, enum sign sign);
void grid_fill(struct grid *g, int row, int column, int width, enum style style);
void grid_line(struct grid *g, int row, int column, int width, enum style style);
void grid_select(struct grid *g, int row, int column, int width);
/* Makes plain text dim; what has a meaning of its own (STYLE_HIDDEN) stays. */
void grid_fade(struct grid *g, int row, int column, int width);

#endif
