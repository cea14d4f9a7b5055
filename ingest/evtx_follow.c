/* Which records found in EVTX slack are copies, and which are news.
 *
 * Sees the batches of one file in order.  A copy has the record number and the
 * time of a declared record, or of one that was found already.  A chunk's slack
 * mostly holds what the chunk before it held, so what is remembered may be a
 * window: two generations of declared records.  Where a ceiling is reached what
 * is held back is judged then, against what is known by then. */
#include "ingest/evtx.h"
#include "ingest/normal.h"

#include <stdlib.h>

#define GENERATION_MAX (1u << 20)     /* declared records remembered, twice */
#define GENERATION_FIRST (1u << 12)
#define HELD_BYTES_MAX (8u << 20)     /* of found records held back */

/* Hashes of (number, time), open addressing, at most half full; 0 is free. */
struct seen {
    uint64_t *slot;
    size_t room, used;
};

struct evtx_follow {
    struct seen now, before;
    struct arena held_texts;
    struct found *held, *last_held;
};

static uint64_t key_of(uint64_t record, int64_t logged)
{
    struct span parts[] = { span_of(&record, sizeof record), span_of(&logged, sizeof logged) };

    return hash_spans(parts, 2).a | 1;
}

static size_t seen_slot(const struct seen *s, uint64_t key)
{
    size_t i = (size_t)(key >> 1) & (s->room - 1);

    while (s->slot[i] && s->slot[i] != key)
        i = (i + 1) & (s->room - 1);
    return i;
}

static bool seen_has(const struct seen *s, uint64_t key)
{
    return s->room && s->slot[seen_slot(s, key)] == key;
}

static void seen_grow(struct seen *s)
{
    struct seen wide = { .room = s->room ? 2 * s->room : GENERATION_FIRST, .used = s->used };

    wide.slot = memory_zero(wide.room, sizeof *wide.slot);
    for (size_t i = 0; i < s->room; i++)
        if (s->slot[i])
            wide.slot[seen_slot(&wide, s->slot[i])] = s->slot[i];
    free(s->slot);
    *s = wide;
}

static void seen_add(struct seen *s, uint64_t key)
{
    size_t i;

    if (2 * (s->used + 1) > s->room)
        seen_grow(s);
    i = seen_slot(s, key);
    s->used += s->slot[i] == 0;
    s->slot[i] = key;
}

static bool known(const struct evtx_follow *f, uint64_t key)
{
    return seen_has(&f->now, key) || seen_has(&f->before, key);
}

/* Every text of the event copied to another arena. */
static bool texts_copy(struct arena *a, struct event *e)
{
    bool full = false;

    e->Provider = arena_copy(a, e->Provider, &full);
    e->Channel = arena_copy(a, e->Channel, &full);
    e->Computer = arena_copy(a, e->Computer, &full);
    for (size_t i = 0; i < EVENT_FIELD_COUNT; i++)
        e->value[i] = arena_copy(a, e->value[i], &full);
    return !full;
}

/* Hands on what is no copy of anything known by now. */
static void judge(struct evtx_follow *f, struct batch *b)
{
    for (struct found *h = f->held; h; h = h->next) {
        struct arena_mark mark = arena_mark(&b->arena);
        uint64_t key = key_of(h->event.record, h->event.logged);

        if (known(f, key))
            continue;
        seen_add(&f->now, key);
        if (texts_copy(&b->arena, &h->event))
            normal_event(b, &h->event, mark);
        else
            arena_rewind(&b->arena, mark);
    }
    f->held = f->last_held = NULL;
    arena_clear(&f->held_texts);
}

static bool hold(struct evtx_follow *f, const struct found *found)
{
    struct arena_mark mark = arena_mark(&f->held_texts);
    struct found *h = arena_get(&f->held_texts, sizeof *h);

    if (h) {
        h->event = found->event;
        if (texts_copy(&f->held_texts, &h->event)) {
            if (f->last_held)
                f->last_held->next = h;
            else
                f->held = h;
            f->last_held = h;
            return true;
        }
    }
    arena_rewind(&f->held_texts, mark);
    return false;
}

static void remember(struct evtx_follow *f, struct batch *b)
{
    for (size_t i = 0; i < b->declared_count; i++) {
        if (f->now.used >= GENERATION_MAX) {
            judge(f, b);
            free(f->before.slot);
            f->before = f->now;
            f->now = (struct seen){ 0 };
        }
        seen_add(&f->now, key_of(b->declared[i].record, b->declared[i].logged));
    }
}

void evtx_follow(void *state, struct batch *b, bool last)
{
    struct evtx_follow **at = state, *f = *at;

    if (!f) {
        f = *at = memory_zero(1, sizeof *f);
        arena_init(&f->held_texts, HELD_BYTES_MAX);
    }
    remember(f, b);
    for (const struct found *found = b->found; found; found = found->next) {
        if (hold(f, found))
            continue;
        judge(f, b);
        if (!hold(f, found))
            break; /* larger than all that may be held: can't be, a chunk is 64 KiB */
    }
    b->found = b->last_found = NULL;
    if (last)
        judge(f, b);
}

void evtx_follow_end(void *state)
{
    struct evtx_follow **at = state;

    if (!*at)
        return;
    free((*at)->now.slot);
    free((*at)->before.slot);
    arena_clear(&(*at)->held_texts);
    free(*at);
    *at = NULL;
}
