/* Inside store/: the hunting queries as questions of the console. */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/rows.h"
#include "store/store.h"

/* Both give all that there is: the window begins behind the question's anchor, whose
 * id is a row's place in the answer. */
bool query_list(struct store *s, const struct question *q, struct rows *r,
                struct fault *f) MUST_CHECK;
/* FAULT_USAGE with a sentence where the case holds nothing of what it needs. */
bool query_run(struct store *s, const struct question *q, struct rows *r,
               struct fault *f) MUST_CHECK;

#endif
