/* A question becomes statements.  Knows SQL and the case's tables, but no
 * SQLite: what runs them is store's business.
 *
 * A list is answered in two steps, so that only narrow keys are sorted: `pick`
 * gives the ids of its rows in their order, `row` one id's columns.  What is
 * few is answered by `pick` alone, whole rows at once.  No text of a question
 * ever becomes SQL. */
#ifndef QUERIES_COMPILE_H
#define QUERIES_COMPILE_H

#include "queries/statement.h"

struct inquiry {
    struct statement pick;
    struct statement row;   /* ?1 is the id; no text where `pick` gives whole rows */
    struct statement outer; /* gives a row if there is one on the anchor's other
                               side; no text where there can be none */
    bool reversed;          /* pick's rows come last first */
};

/* Every kind but QUESTION_HUNT and QUESTION_DETAIL, whose answers take more
 * than two statements (queries/hunt.h, queries/detail.h).  FAULT_USAGE where
 * the question makes no sense.  `limit` rows, and one more to see whether there
 * is one; 0: all.  On failure there is nothing to clear. */
bool compile_question(const struct question *q, uint32_t limit, struct inquiry *out,
                      struct fault *f) MUST_CHECK;
void inquiry_clear(struct inquiry *in);

#endif
