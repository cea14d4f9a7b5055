/* Which sightings a question is about: its scope, its text and its pivots, as
 * a condition on `sighting s`.
 *
 * `contains` is asked of the sighting: its host, Image, the module's texts and
 * the users who loaded it.  A load answers where its sighting does. */
#ifndef QUERIES_SCOPE_H
#define QUERIES_SCOPE_H

#include "queries/statement.h"

/* Is the question sound?  FAULT_USAGE names what is off (a hash pivot that is
 * no hexadecimal prefix of at least HASH_PREFIX_MIN digits, an empty host). */
#define HASH_PREFIX_MIN 4
#define CONTAINS_BYTES_MAX 4096
bool scope_sound(const struct question *q, struct fault *f) MUST_CHECK;

/* Appends ` WHERE ...`, with the hits alone or with everything as the question
 * says.  What follows may begin with AND. */
void scope_where(struct statement *s, const struct question *q);

/* The same without regard to hits and allowlist: all that the texts and pivots
 * let through. */
void scope_where_everything(struct statement *s, const struct question *q);

#endif
