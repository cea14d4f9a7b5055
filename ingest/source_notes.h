/* What a source's records lack, said once a source: what was assumed for them, and
 * what was counted of them (core/load.h: enum assumed, enum summed).
 *
 * Belongs to the line's sender.  Zero means nothing is known yet. */
#ifndef INGEST_SOURCE_NOTES_H
#define INGEST_SOURCE_NOTES_H

#include "core/load.h"

struct source_notes {
    unsigned assumed;      /* of the source at hand: noted already */
    struct summed_of *open; /* of the sources that are open */
};

/* Adds the notes that are due to the batch; `opens`: it is the first of its source.
 * With `closes` of a file in which nothing was an event, that becomes its reason. */
void source_note(struct source_notes *n, struct batch *b, bool opens);

void source_notes_close(struct source_notes *n);

#endif
