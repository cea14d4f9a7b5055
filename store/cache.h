/* Inside store/: from a keyed hash of strings to a row's id, in fixed memory.
 *
 * It forgets: what is not in it must be looked up in the case.  128 equal bits
 * are taken for equality (core/digest.h says why that is safe here). */
#ifndef STORE_CACHE_H
#define STORE_CACHE_H

#include "core/digest.h"

struct cache_slot {
    struct hash128 key;
    int64_t id;      /* 0: free */
};

struct cache {
    struct cache_slot *slots;
    uint8_t *used;   /* a bit a way: asked for since the hand came by */
    uint8_t *hand;
    size_t sets;     /* a power of two */
};

void cache_init(struct cache *c, size_t slots);
void cache_free(struct cache *c);
void cache_forget(struct cache *c); /* everything */

/* Asks memory for what cache_find will read. */
void cache_fetch(const struct cache *c, struct hash128 key);
int64_t cache_find(struct cache *c, struct hash128 key); /* 0: not there */
void cache_put(struct cache *c, struct hash128 key, int64_t id);

#endif
