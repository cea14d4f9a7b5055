/* One record's binary XML as XML to read: escaped, indented, nothing left out.
 *
 * For showing a single record: ingest never renders.  Every bound of the other
 * reader holds here too (depth, work, text), so that the same hostile chunk costs
 * as little. */
#ifndef INGEST_BINXML_TEXT_H
#define INGEST_BINXML_TEXT_H

#include "ingest/binxml.h"

#define BINXML_MENDS_MAX 32

/* Bytes of the chunk that say what no valid text can. */
struct binxml_mend {
    uint32_t at, len;
    const char *why;
};

struct binxml_text {
    struct span text;   /* valid UTF-8, lines ended by LF; SPAN_NONE past the arena's ceiling */
    const char *broken; /* NULL, or why it ends early */
    struct binxml_mend mend[BINXML_MENDS_MAX];
    size_t mends;       /* met; those above the ceiling are not kept */
};

/* The record whose XML stands at `body` in the chunk. */
void binxml_text(struct span chunk, struct binxml_body body, struct arena *a,
                 struct binxml_text *out);

#endif
