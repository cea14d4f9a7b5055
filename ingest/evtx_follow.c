/* Which records found in EVTX slack are copies, and which are news.
 *
 * Sees the batches of one file in order.  A copy has the record number and the
 * time of a declared record, or of one that was found already.  A chunk's slack
 * mostly holds what the chunk before it held, so what is remembered may be a
 * window: two generations of declared records, each only a list.  The few found
 * ones are held back and put into a table when they are judged: at the file's
 * end, or where a ceiling is reached, against what is known by then. */
#include "ingest/evtx.h"
#include "ingest/normal.h"

#include <stdlib.h>

#define GENERATION_MAX (1u << 20)  /* declared records remembered, twice */
#define HELD_BYTES_MAX (8u << 20)  /* of found records held back */
#define EMITTED_MAX (1u << 20)     /* found ones that are remembered as handed on */

/* Declared records of a part of the file. */
struct generation {
    struct declared *record;
    size_t count, room;
};

/* Hashes of (number, time), open addressing, at most half full; 0 is free. */
struct seen {
    uint64_t *slot;
    size_t room, used;
};

struct evtx_follow {
    struct generation now, before;
    struct seen emitted;
    struct arena held_texts;
    struct found *held, *last_held;
    size_t held_count;
    uint64_t empty; /* bytes of zeros before the next batch */
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

/* Room for `more` keys. */
static void seen_room(struct seen *s, size_t more)
{
    struct seen wide = { .room = s->room ? s->room : 64, .used = s->used };

    while (wide.room < 2 * (s->used + more))
        wide.room *= 2;
    if (wide.room == s->room)
        return;
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

    seen_room(s, 1);
    i = seen_slot(s, key);
    s->used += s->slot[i] == 0;
    s->slot[i] = key;
}

static void seen_clear(struct seen *s)
{
    free(s->slot);
    *s = (struct seen){ 0 };
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

/* Those of the held ones' keys that a declared record has. */
static struct seen declared_keys(const struct evtx_follow *f)
{
    const struct generation *parts[] = { &f->before, &f->now };
    struct seen held = { 0 }, declared = { 0 };
    uint64_t least = UINT64_MAX, most = 0;

    seen_room(&held, f->held_count);
    for (const struct found *h = f->held; h; h = h->next) {
        seen_add(&held, key_of(h->event.record, h->event.logged));
        least = h->event.record < least ? h->event.record : least;
        most = h->event.record > most ? h->event.record : most;
    }
    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i < parts[p]->count; i++) {
            const struct declared *d = &parts[p]->record[i];
            uint64_t key;

            if (d->record < least || d->record > most)
                continue;
            key = key_of(d->record, d->logged);
            if (seen_has(&held, key))
                seen_add(&declared, key);
        }
    seen_clear(&held);
    return declared;
}

/* Hands on what is no copy of anything known by now. */
static void judge(struct evtx_follow *f, struct batch *b)
{
    struct seen declared = f->held ? declared_keys(f) : (struct seen){ 0 };

    for (struct found *h = f->held; h; h = h->next) {
        struct arena_mark mark = arena_mark(&b->arena);
        uint64_t key = key_of(h->event.record, h->event.logged);

        if (seen_has(&declared, key) || seen_has(&f->emitted, key))
            continue;
        if (f->emitted.used >= EMITTED_MAX)
            seen_clear(&f->emitted);
        seen_add(&f->emitted, key);
        if (texts_copy(&b->arena, &h->event))
            normal_event(b, &h->event, mark);
        else
            arena_rewind(&b->arena, mark);
    }
    seen_clear(&declared);
    f->held = f->last_held = NULL;
    f->held_count = 0;
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
            f->held_count++;
            return true;
        }
    }
    arena_rewind(&f->held_texts, mark);
    return false;
}

static void remember(struct evtx_follow *f, struct batch *b)
{
    struct generation *now = &f->now;

    if (now->count >= GENERATION_MAX) {
        judge(f, b);
        free(f->before.record);
        f->before = *now;
        *now = (struct generation){ 0 };
    }
    if (now->room - now->count < b->declared_count) {
        now->room = 2 * now->room + b->declared_count;
        now->record = memory_grow(now->record, now->room, sizeof *now->record);
    }
    if (b->declared_count)
        memcpy(now->record + now->count, b->declared,
               b->declared_count * sizeof *b->declared);
    now->count += b->declared_count;
}

/* Zeros with something behind them are records that are gone. */
static void find_hole(struct evtx_follow *f, struct batch *b)
{
    uint64_t hole = f->empty + b->gap.ahead, begin = b->begin ? b->begin : EVTX_HEADER;

    if (b->gap.whole) {
        f->empty += b->gap.behind;
        return;
    }
    if (hole)
        batch_loss(b, begin - f->empty, hole, EVTX_HOLE);
    f->empty = b->gap.behind;
}

void evtx_follow(void *state, struct batch *b, bool last)
{
    struct evtx_follow **at = state, *f = *at;

    if (!f) {
        f = *at = memory_zero(1, sizeof *f);
        arena_init(&f->held_texts, HELD_BYTES_MAX);
    }
    find_hole(f, b);
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
    free((*at)->now.record);
    free((*at)->before.record);
    seen_clear(&(*at)->emitted);
    arena_clear(&(*at)->held_texts);
    free(*at);
    *at = NULL;
}
