/* Text in UTF-16 of either byte order, told by its first character and taken for
 * what it says in UTF-8.
 *
 * For formats whose records begin with a character of ASCII's, so that each piece
 * shows its width by itself. */
#ifndef INGEST_WIDE_H
#define INGEST_WIDE_H

#include "core/arena.h"

enum width { WIDTH_ONE, WIDTH_LITTLE, WIDTH_BIG }; /* UTF-8, UTF-16LE, UTF-16BE */

enum width width_of(struct span bytes);

/* A copy, to be freed, of one byte a unit: ASCII as it is, every other unit a
 * byte (0xBF) that means nothing.  For looking where something stands. */
uint8_t *wide_narrow(struct span bytes, enum width w);

/* The text in UTF-8: the bytes themselves where they are. */
struct span wide_text(struct arena *a, struct span bytes, enum width w, bool *altered,
                      bool *full);

/* Where in the evidence a byte of that text came from.  Asked from front to back. */
struct places {
    uint64_t offset;   /* in the evidence, of the byte at `at` */
    const uint8_t *at;
    uint64_t end;      /* of the piece: half a unit may be left over there */
    bool wide;
};

struct places places_of(struct span text, enum width w, uint64_t begin, uint64_t end);
uint64_t place_of(struct places *p, const uint8_t *at);

#endif
