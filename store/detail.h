/* Inside store/: everything about one sighting or load, as name, value, note. */
#ifndef STORE_DETAIL_H
#define STORE_DETAIL_H

#include "store/rows.h"
#include "store/select.h"

/* Within select_begin and select_end. */
bool detail_run(struct store *s, const struct question *q, struct rows *r,
                struct fault *f) MUST_CHECK;

#endif
