/* Memory that dies whole: a chain of blocks, the newest first.
 *
 * Never shrinks a block.  A rewind frees the blocks that came after the mark,
 * so that one huge record does not keep its memory. */
#include "core/arena.h"

#include "core/fault.h"

#include <stdalign.h>
#include <stdlib.h>

#define BLOCK_BYTES (64u << 10)  /* an ordinary block; a larger request gets its own */
#define ALIGN alignof(max_align_t)

struct arena_block {
    struct arena_block *older;
    size_t size;           /* of `bytes` */
    uint8_t *older_at;     /* where the older block stood, for a rewind */
    alignas(max_align_t) uint8_t bytes[];
};

void arena_init(struct arena *a, size_t max_bytes)
{
    *a = (struct arena){ .max = max_bytes };
}

static bool grow(struct arena *a, size_t size)
{
    size_t bytes = size > BLOCK_BYTES ? size : BLOCK_BYTES;
    struct arena_block *block;

    if (bytes > a->max - a->total)
        bytes = size; /* near the ceiling: just what is asked */
    if (size > a->max || a->total > a->max - bytes)
        return false;
    block = memory_get(sizeof *block + bytes);
    block->older = a->block;
    block->older_at = a->at;
    block->size = bytes;
    a->block = block;
    a->at = block->bytes;
    a->end = block->bytes + bytes;
    a->total += bytes;
    return true;
}

uint8_t *arena_bytes(struct arena *a, size_t size)
{
    uint8_t *got;

    if (size > (size_t)(a->end - a->at) || !a->at) {
        if (!grow(a, size ? size : 1))
            return NULL;
    }
    got = a->at;
    a->at += size;
    return got;
}

void *arena_get(struct arena *a, size_t size)
{
    size_t pad = a->at ? (size_t)(-(uintptr_t)a->at & (ALIGN - 1)) : 0;
    uint8_t *got;

    if (a->at && size + pad <= (size_t)(a->end - a->at) && size + pad >= size) {
        a->at += pad;
    } else {
        if (size > SIZE_MAX - ALIGN || !grow(a, size ? size : 1))
            return NULL;
    }
    got = a->at;
    a->at += size;
    memset(got, 0, size);
    return got;
}

void arena_trim(struct arena *a, uint8_t *start, size_t used)
{
    if (a->block && start >= a->block->bytes && start + used <= a->at)
        a->at = start + used;
}

struct span arena_copy(struct arena *a, struct span s, bool *full)
{
    uint8_t *at;

    if (!s.at)
        return SPAN_NONE;
    if (s.len == 0)
        return SPAN_EMPTY;
    at = arena_bytes(a, s.len);
    if (!at) {
        if (full)
            *full = true;
        return SPAN_NONE;
    }
    memcpy(at, s.at, s.len);
    return span_of(at, s.len);
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){ a->block, a->at };
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
    while (a->block != mark.block) {
        struct arena_block *block = a->block;

        a->block = block->older;
        a->total -= block->size;
        a->at = block->older_at;
        free(block);
    }
    a->at = mark.at;
    a->end = a->block ? a->block->bytes + a->block->size : NULL;
}

void arena_clear(struct arena *a)
{
    arena_rewind(a, (struct arena_mark){ NULL, NULL });
}
