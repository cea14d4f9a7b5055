/* Inside queries/filter_*.c: one test of a filter as SQL. */
#ifndef QUERIES_FILTER_LEAF_H
#define QUERIES_FILTER_LEAF_H

#include "queries/filter.h"
#include "queries/statement.h"

/* Appends the condition on a value: `expression` in any alias, true or not as
 * `neg` says, and never NULL where it is asked away. */
void leaf_condition(struct statement *s, const struct filter_node *n, const char *expression, bool neg);

/* The parts of one: text_answers() over `values`; how it is told to match (sure: it
 * will be asked away); `expression`, a sign and a bound; the test without its NOT. */
void leaf_answers(struct statement *s, size_t bind, unsigned how, const char *values);
unsigned leaf_how(const struct filter_node *n, bool sure);
void leaf_compare(struct statement *s, const char *expression, const char *sign,
                  const struct filter_bound *b, int64_t more);
void leaf_test(struct statement *s, const struct filter_node *n, const char *expression, bool sure);
/* `(SELECT ...)`: the users that answer. */
void leaf_users(struct statement *s, size_t bind, unsigned how);

/* On `s.host`. */
void leaf_host(struct statement *s, const struct filter_node *n, bool neg);

/* On `load l`.  few: each load's own user, process, evidence is looked at; else all
 * of these are, once. */
void leaf_user(struct statement *s, const struct filter_node *n, bool few, bool neg);
void leaf_process(struct statement *s, const struct filter_node *n, bool few, bool neg);
void leaf_evidence(struct statement *s, const struct filter_node *n, bool few, bool neg);

/* A word, on `sighting s`: any text shown of it. */
void leaf_word(struct statement *s, const struct filter_node *n, bool few, bool neg);

/* On `sighting s`: a condition that holds wherever a load of it passes the test.
 * False, and nothing appended, where there is none worth asking.  *exact: it holds
 * nowhere else.  The statement is not `few`, but for times. */
bool leaf_of_some_load(struct statement *s, const struct filter_node *n, bool few, bool *exact);

#endif
