/* The ledger as statements: files, hosts, channels, damaged places, and what
 * else is known of one file or host. */
#ifndef QUERIES_LEDGER_H
#define QUERIES_LEDGER_H

#include "queries/compile.h"

/* QUESTION_EVIDENCE and QUESTION_HOSTS: whole rows, sorted by one of their own
 * columns and paged by it.  FAULT_USAGE where there is no such column. */
bool ledger_list(const struct question *q, uint32_t limit, struct inquiry *out,
                 struct fault *f) MUST_CHECK;

/* QUESTION_PROBLEMS, QUESTION_CHANNELS, QUESTION_ABOUT. */
void ledger_compile(const struct question *q, uint32_t limit, struct statement *s);

#endif
