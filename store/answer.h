/* Inside store/: an answer's rows, for a page or for a stream. */
#ifndef STORE_ANSWER_H
#define STORE_ANSWER_H

#include "store/rows.h"
#include "store/select.h"

/* wait_us: the longest it may take; 0: as long as it needs. */
bool answer_run(struct store *s, const struct question *q, struct rows *r, int64_t wait_us,
                struct fault *f) MUST_CHECK;

#endif
