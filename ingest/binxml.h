/* Windows' binary XML, read into named values without rendering any XML.
 *
 * A record's body is tokens, or (nearly always) an instance of a template that
 * stands once in its chunk.  A template is compiled on first sight into a short
 * list of what goes where, so that each further record costs a walk over its
 * values.  Names, templates and nested fragments refer to offsets in the chunk;
 * none is believed. */
#ifndef INGEST_BINXML_H
#define INGEST_BINXML_H

#include "core/fault.h"
#include "ingest/event.h"

struct binxml;

/* Texts go to `texts`, which must outlive it. */
struct binxml *binxml_open(struct arena *texts);
void binxml_close(struct binxml *x);

/* From here on records lie in this chunk (up to 64 KiB, offsets from its first
 * byte, borrowed): what was known of the last one's templates is forgotten. */
void binxml_chunk(struct binxml *x, struct span chunk);

struct binxml_body {
    size_t at, end;  /* in the chunk */
    bool strict;     /* for carved records: whatever looks odd is refused */
};

/* Fills *e (Provider, id, logged, record, Channel, Computer, values; it sets
 * RECORD_ALTERED where a text was mended and leaves what it does not find), and
 * gives in *stopped where the XML ended.  On failure *why says what is broken,
 * *e is half filled, and the caller rewinds the arena. */
bool binxml_record(struct binxml *x, struct binxml_body body, struct event *e, size_t *stopped,
                   const char **why) MUST_CHECK;

/* Has this chunk cost more work than any sound one can? */
bool binxml_tired(const struct binxml *x);

#endif
