/* What writes the XML of binxml_text.c: bytes, escapes, indentation, values as
 * text, and a note of each place that no valid text can say. */
#ifndef INGEST_BINXML_WRITE_H
#define INGEST_BINXML_WRITE_H

#include "ingest/binxml_parts.h"
#include "ingest/binxml_text.h"

#define XML_TEXT_MAX (2u << 20)  /* of one record, escaped */
#define XML_OPEN_MAX 128         /* elements in elements, over all fragments */

/* An element that is open. */
struct open {
    size_t start;      /* of the output, before its line */
    struct span name;  /* UTF-16 in the chunk */
    bool content;      /* text, a child, or an attribute's like */
    bool child;        /* the last thing in it was an element */
    bool absent;       /* an optional value in it was null */
};

struct writer {
    struct binxml *x;
    struct binxml_text *to;
    struct arena scratch;
    uint8_t *out;
    size_t used;
    struct open open[XML_OPEN_MAX];
    unsigned depth;
};

/* All false, and x->why, past XML_TEXT_MAX. */
bool writer_put(struct writer *w, struct span bytes) MUST_CHECK;
bool writer_line(struct writer *w, unsigned depth) MUST_CHECK; /* none before the first */
bool writer_name(struct writer *w, struct span utf16) MUST_CHECK;
bool writer_value(struct writer *w, struct value v, bool in_attribute) MUST_CHECK;

/* These bytes of the chunk could not be taken as they are. */
void writer_note(struct writer *w, const uint8_t *at, size_t len, const char *why);

#endif
