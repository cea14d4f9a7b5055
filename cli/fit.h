/* How a table fits a terminal: pure, so that it can be tested. */
#ifndef CLI_FIT_H
#define CLI_FIT_H

#include "core/span.h"

struct fit {
    int natural; /* columns that its heading and its widest value take */
    int least;   /* columns it needs to be read with ease */
    int floor;   /* columns below which it is of no use */
    int rank;    /* the highest is left out first; 0: never */
    int width;   /* out: columns it gets; 0: left out */
};

#define FIT_GAP 1      /* columns between two columns */
#define FIT_GOES_FIRST 5 /* columns of this rank go before any other is squeezed */

/* Gives every column its width so that the row takes at most `available`
 * (0: unlimited).  Where not all of it has room: first the columns of high rank
 * are left out until the rest can be read with ease; then these are squeezed;
 * then those of low rank go, too.  What is over is shared out evenly.  Where not
 * even the rest fits at its floor, the row is too wide. */
void fit_columns(struct fit *columns, size_t count, int available);

/* Columns that shown text (of text_show()) takes on a terminal. */
int fit_width(struct span shown);

/* Shortens shown text to at most `width` columns, ".." in place of what is cut:
 * the end, or for a path the middle, so that the file name stays.  Into out,
 * ended by a zero, which holds at least shown.len + 3 bytes. */
void fit_text(char *out, struct span shown, int width, bool path);

#endif
