/* A filter's tree as conditions of a statement.
 *
 * What is asked of modules and images is decided on those tables and carried to
 * sightings by id, never looked at per load.  A sighting answers if one of its
 * loads does, with all of the filter at once; a load answers by itself. */
#ifndef QUERIES_FILTER_SQL_H
#define QUERIES_FILTER_SQL_H

#include "core/match.h"
#include "queries/filter.h"
#include "queries/statement.h"

/* What text_answers() (store/matching.h) is told, beside an enum matcher_kind. */
#define MATCHING_KINDS 3
#define MATCHING_PATH 4
#define MATCHING_TAIL 8
#define MATCHING_SURE 16 /* an unsure match is none: it will be asked away */

/* Does it ask anything of loads (User, CommandLine, parent, time, evidence, ...)? */
bool filter_of_loads(const struct filter *fl);

/* ` AND (...)` on `sighting s`; nothing for an empty filter.  few: the statement
 * looks at few sightings anyway (the hits), so each one's own module is looked at
 * instead of all modules. */
void filter_sightings(struct statement *s, const struct filter *fl, bool few);

/* The same on `load l` of `sighting s`. */
void filter_loads(struct statement *s, const struct filter *fl, bool few);

/* `(SELECT what FROM load l WHERE ...)`: over the loads of a `sighting s` that
 * answers; `what` is a literal of ours. */
void filter_over_loads(struct statement *s, const struct filter *fl, const char *what);

#endif
