/* Memory that dies whole: a batch, a page, a scratch.
 *
 * An arena has a ceiling, given when it is made; a request that would pass it
 * gives NULL, and the caller turns that into a loss or a fault.  Zero is an
 * empty arena with the ceiling 0; arena_clear accepts it. */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/span.h"

struct arena_block;

struct arena {
    struct arena_block *block; /* the newest; it knows the older ones */
    uint8_t *at, *end;         /* free bytes of the newest */
    size_t total;              /* bytes of all blocks */
    size_t max;
};

/* A place to go back to: what was taken later is given up. */
struct arena_mark {
    struct arena_block *block;
    uint8_t *at;
};

void arena_init(struct arena *a, size_t max_bytes);

/* `size` bytes, zeroed, aligned for anything; NULL past the ceiling. */
void *arena_get(struct arena *a, size_t size);

/* `size` bytes, neither zeroed nor aligned; NULL past the ceiling. */
uint8_t *arena_bytes(struct arena *a, size_t size);

/* Gives back the tail of the newest arena_bytes() request, of which only
 * `used` bytes were needed. */
void arena_trim(struct arena *a, uint8_t *start, size_t used);

/* A copy of the span; SPAN_NONE stays itself.  Past the ceiling: SPAN_NONE and
 * *full set (which may be NULL). */
struct span arena_copy(struct arena *a, struct span s, bool *full);

struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);

/* Frees everything; the arena may be used again with the same ceiling. */
void arena_clear(struct arena *a);

#endif
