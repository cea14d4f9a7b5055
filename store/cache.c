/* Sets of eight slots and a clock's hand for each set.
 *
 * No chains and no growth, so that a million distinct strings cost what one
 * costs.  The surprise: a key that is put twice may lie in two slots for a
 * while if its id changed; cache_put looks for it first to avoid that. */
#include "store/cache.h"

#include <stdlib.h>

#define WAYS 8

void cache_init(struct cache *c, size_t slots)
{
    c->sets = 1;
    while (c->sets * WAYS < slots)
        c->sets *= 2;
    c->slots = memory_zero(c->sets * WAYS, sizeof *c->slots);
    c->used = memory_zero(c->sets, 1);
    c->hand = memory_zero(c->sets, 1);
}

void cache_free(struct cache *c)
{
    free(c->slots);
    free(c->used);
    free(c->hand);
    *c = (struct cache){ 0 };
}

void cache_forget(struct cache *c)
{
    memset(c->slots, 0, c->sets * WAYS * sizeof *c->slots);
    memset(c->used, 0, c->sets);
    memset(c->hand, 0, c->sets);
}

void cache_fetch(const struct cache *c, struct hash128 key)
{
    const char *set = (const char *)(c->slots + ((size_t)key.a & (c->sets - 1)) * WAYS);

    for (size_t at = 0; at < WAYS * sizeof(struct cache_slot); at += 64)
        __builtin_prefetch(set + at);
}

int64_t cache_find(struct cache *c, struct hash128 key)
{
    size_t set = (size_t)key.a & (c->sets - 1);
    const struct cache_slot *slot = c->slots + set * WAYS;

    for (unsigned i = 0; i < WAYS; i++)
        if (hash_equal(slot[i].key, key) && slot[i].id) {
            c->used[set] = (uint8_t)(c->used[set] | 1u << i);
            return slot[i].id;
        }
    return 0;
}

void cache_put(struct cache *c, struct hash128 key, int64_t id)
{
    size_t set = (size_t)key.a & (c->sets - 1);
    struct cache_slot *slot = c->slots + set * WAYS;
    unsigned way = WAYS;

    for (unsigned i = 0; i < WAYS && way == WAYS; i++)
        if (!slot[i].id || hash_equal(slot[i].key, key))
            way = i;
    while (way == WAYS) {
        unsigned at = c->hand[set];
        c->hand[set] = (uint8_t)((at + 1) % WAYS);
        if (c->used[set] & 1u << at)
            c->used[set] = (uint8_t)(c->used[set] & ~(1u << at));
        else
            way = at;
    }
    slot[way] = (struct cache_slot){ key, id };
    c->used[set] = (uint8_t)(c->used[set] | 1u << way);
}
