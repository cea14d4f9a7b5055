/* Priority: the reasons beyond the seed, of every sighting that has some.
 *
 * What one pair gives is judged once (pair_reason); what needs other records of
 * the case is looked for whenever it settles, and both together stand in
 * `ranking` with what they add up to. */
#ifndef STORE_RANKING_H
#define STORE_RANKING_H

#include "store/writing.h"

/* In the open transaction: judges the pairs that are new (all of them where the
 * profile judges otherwise than the one before) and ranks all sightings. */
bool ranking_settle(struct store *s, struct fault *f) MUST_CHECK;

/* Pairs are gone, whose numbers others may get: all are judged anew next time. */
bool ranking_forget(struct store *s, struct fault *f) MUST_CHECK;

/* Is the case ranked by the store's profile? */
bool ranking_current(struct store *s, bool *current, struct fault *f) MUST_CHECK;

#endif
