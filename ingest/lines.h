/* The lines of a text, and of a piece of evidence that is one record a line. */
#ifndef INGEST_LINES_H
#define INGEST_LINES_H

#include "ingest/decoder.h"

#define LINES_LOSSES_MAX 10000 /* of one piece; its rest is then one loss more */
#define TOO_MANY_LOSSES "more damage than can be told apart"

/* The next line, without its line feed; *rest begins behind it. */
static inline struct span line_take(struct span *rest)
{
    const uint8_t *lf = memchr(rest->at, '\n', rest->len);
    struct span line = span_of(rest->at, lf ? (size_t)(lf - rest->at) : rest->len);
    size_t taken = line.len + (lf != NULL);

    *rest = span_of(rest->at + taken, rest->len - taken);
    return line;
}

struct lines {
    const struct piece *piece;
    struct batch *batch;
    struct span rest;
    struct span line;  /* at hand, without white space around it; never empty */
    uint64_t place;    /* where the line begins */
};

static inline struct lines lines_of(const struct piece *p, struct batch *b)
{
    return (struct lines){ .piece = p, .batch = b, .rest = p->bytes };
}

/* On to the next one that is not blank; false at the end, and where the piece holds more damage than can
 * be told apart, whose rest is one loss then. */
bool lines_next(struct lines *l);

#endif
