/* The order of a list, and the places in it: keys, anchors, and what lies
 * behind or before one.
 *
 * NULLs come last in either direction; the row's id, ascending, is always the
 * last key, so that an order is total and paging by key meets every row once,
 * however many are equal. */
#ifndef QUERIES_ORDER_H
#define QUERIES_ORDER_H

#include "queries/statement.h"

/* The keys that the question sorts by; its own, or the default of its kind
 * (score, then newest: last_time for sightings, time for loads). */
size_t order_keys(const struct question *q, struct sort_key keys[static SORT_KEYS_MAX]);

/* FAULT_USAGE where a list of sightings is sorted by what only a load has. */
bool order_sound(const struct question *q, struct fault *f) MUST_CHECK;

/* The tables (queries/columns.h) that the keys need. */
unsigned order_tables(const struct question *q);

/* A column's value in a list: where the filter asks of loads, `loads` counts those
 * that answer. */
void order_expression(struct statement *s, const struct question *q, enum column c);

/* ` ORDER BY ...`; `id` names the row's id.  reversed: from the end. */
void order_by(struct statement *s, const struct question *q, const char *id, bool reversed);

/* ` AND (...)`: the rows behind the question's anchor, or before it; nothing
 * where it has none. */
void order_beyond(struct statement *s, const struct question *q, const char *id, bool before);

#endif
