/* Inside store/: the hunt, row by row, in the seed's exact order. */
#ifndef STORE_HUNT_H
#define STORE_HUNT_H

#include "store/rows.h"
#include "store/select.h"

/* Within select_begin and select_end.  r->limit rows, the first of all. */
bool hunt_run(struct store *s, const struct question *q, struct rows *r,
              struct fault *f) MUST_CHECK;

#endif
