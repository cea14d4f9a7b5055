/* Which sightings and loads a question is about: its scope and its filter, as a
 * condition of a statement over `sighting s`, or over `load l` of `sighting s`. */
#ifndef QUERIES_SCOPE_H
#define QUERIES_SCOPE_H

#include "queries/statement.h"

#define CONTAINS_BYTES_MAX 4096

/* Is the question sound?  FAULT_USAGE names what is off in its filter. */
bool scope_sound(const struct question *q, struct fault *f) MUST_CHECK;

/* Appends ` WHERE ...` on sightings, with the hits alone or with everything as
 * the question says.  What follows may begin with AND. */
void scope_where(struct statement *s, const struct question *q);

/* The same without regard to hits and allowlist: all that the filter lets through. */
void scope_where_everything(struct statement *s, const struct question *q);

/* On loads: of the question's own sighting, whatever the scope, or of all in it. */
void scope_where_loads(struct statement *s, const struct question *q);

/* Does the filter ask anything of loads?  Then a sighting's loads are counted with
 * scope_over_loads: `(SELECT what ...)` over those of `sighting s` that answer. */
bool scope_of_loads(const struct question *q);
void scope_over_loads(struct statement *s, const struct question *q, const char *what);

#endif
