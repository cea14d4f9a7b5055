/* The questions whose answers are few rows: totals, allowlist, and stacks. */
#ifndef QUERIES_OVERVIEW_H
#define QUERIES_OVERVIEW_H

#include "queries/statement.h"

/* `limit` rows and one more; 0: all. */
bool overview_compile(const struct question *q, uint32_t limit, struct statement *s,
                      struct fault *f) MUST_CHECK;

#endif
