/* One slot of an EVTX file: its chunk's records, and what lies between them.
 *
 * Never drops a record for a checksum, and never believes a count: declared is
 * what lies before the chunk's free space, all else is carved and must prove
 * itself.  A record's end that holds more than its XML is searched too: growing
 * a record over the next one is how events are hidden. */
#include "ingest/binxml_parts.h"
#include "ingest/crc32.h"
#include "ingest/evtx.h"
#include "ingest/normal.h"

#define CHUNK_HEAD 512
#define RECORD_HEAD 24
#define RECORD_MIN 28 /* head, and the size once more at the end */
#define FILETIME_1990 UINT64_C(122756256000000000)
#define FILETIME_2100 UINT64_C(157469184000000000)

static const uint8_t record_magic[4] = "**\0";

struct chunk {
    struct batch *b;
    struct binxml *x;
    const uint8_t *at;
    size_t len;
    uint64_t place; /* in the file */
};

static bool is_record(const struct chunk *c, size_t at)
{
    return at <= c->len && c->len - at >= RECORD_MIN
        && memcmp(c->at + at, record_magic, sizeof record_magic) == 0;
}

/* The size that a record gives, 0 where it can't be. */
static size_t record_size(const struct chunk *c, size_t at)
{
    uint32_t size = raw_u32(c->at + at + 4);

    return size >= RECORD_MIN && size <= c->len - at ? size : 0;
}

/* A record's head that nobody declared: is it one for sure?  Its size stands
 * once more at its end; the last one inside a record that was grown over it
 * lost that to the size of the grown one, `outer`. */
static size_t proven_size(const struct chunk *c, size_t at, size_t end, size_t outer)
{
    size_t size = is_record(c, at) ? record_size(c, at) : 0, copy;
    uint64_t time = size ? raw_u64(c->at + at + 16) : 0;

    if (size == 0 || size > end - at || time < FILETIME_1990 || time > FILETIME_2100)
        return 0;
    copy = raw_u32(c->at + at + size - 4);
    return copy == size || (outer && at + size == end && copy == outer) ? size : 0;
}

static size_t next_magic(const struct chunk *c, size_t from, size_t end)
{
    const uint8_t *hit = from < end ? memmem(c->at + from, end - from, record_magic,
                                             sizeof record_magic) : NULL;

    return hit ? (size_t)(hit - c->at) : end;
}

/* Reads the record into *e; false, with the reason, where it is broken. */
static bool record_read(const struct chunk *c, size_t at, size_t size, bool strict,
                        struct event *e, size_t *stopped, const char **why)
{
    struct binxml_body body = { at + RECORD_HEAD, at + size - 4, strict };

    e->place = c->place + at;
    e->record = raw_u64(c->at + at + 8);
    e->logged = moment_from_filetime(raw_u64(c->at + at + 16));
    e->flags = RECORD_NUMBERED;
    return binxml_record(c->x, body, e, stopped, why);
}

/* Looks in [at, end), the end of a record of `outer` bytes (0: of none), for
 * records that nobody declared. */
static void carve(const struct chunk *c, size_t at, size_t end, size_t outer)
{
    struct batch *b = c->b;

    while (end - at >= RECORD_MIN && !binxml_tired(c->x)) {
        size_t size, stopped;
        const char *why;

        at = next_magic(c, at, end);
        size = at < end ? proven_size(c, at, end, outer) : 0;
        if (size == 0) {
            at = at < end ? at + 1 : end;
            continue;
        }
        struct arena_mark mark = arena_mark(&b->arena);
        struct found *f = arena_get(&b->arena, sizeof *f);
        if (!f)
            return;
        if (!record_read(c, at, size, true, &f->event, &stopped, &why)) {
            arena_rewind(&b->arena, mark);
            at++;
            continue;
        }
        f->event.flags |= RECORD_RECOVERED;
        if (b->last_found)
            b->last_found->next = f;
        else
            b->found = f;
        b->last_found = f;
        at += size;
    }
}

/* A declared record. */
static void record(const struct chunk *c, size_t at, size_t size)
{
    struct arena_mark mark = arena_mark(&c->b->arena);
    struct event e = { 0 };
    size_t stopped;
    const char *why;

    if (record_read(c, at, size, false, &e, &stopped, &why)) {
        normal_event(c->b, &e, mark);
        if (stopped + RECORD_MIN <= at + size)
            carve(c, stopped, at + size, size);
        return;
    }
    arena_rewind(&c->b->arena, mark);
    batch_loss(c->b, c->place + at, size, why);
    carve(c, at + RECORD_HEAD, at + size, size);
}

bool evtx_zeros(struct span s)
{
    return s.len == 0 || (s.at[0] == 0 && memcmp(s.at, s.at + 1, s.len - 1) == 0);
}

/* Where the next record stands for sure, behind a break at `at`. */
static size_t resume(const struct chunk *c, size_t at, size_t end)
{
    do
        at = next_magic(c, at + 1, end);
    while (at < end && !proven_size(c, at, c->len, 0));
    return at;
}

/* The declared records up to `end`; gives where they stopped.  `known` says
 * that the end is the chunk's own word. */
static size_t walk(const struct chunk *c, size_t end, bool known)
{
    size_t at = CHUNK_HEAD;

    while (at < end) {
        bool magic = is_record(c, at);
        size_t size = magic ? record_size(c, at) : 0, next;

        if (size) {
            record(c, at, size);
            at += size;
            continue;
        }
        next = resume(c, at, end);
        if (!known && next == end && evtx_zeros(span_of(c->at + at, end - at)))
            return at;
        batch_loss(c->b, c->place + at, next - at,
                   c->len < EVTX_SLOT && next == c->len ? "the file ends inside a record"
                   : magic ? "a record's size can't be true"
                           : "no record where the chunk says that there are some");
        at = next;
    }
    return at;
}

/* A zero is none: some writers leave them out. */
static bool checksums_hold(const struct chunk *c, size_t free_space)
{
    uint32_t of_records = raw_u32(c->at + 52), of_head = raw_u32(c->at + 124), sum;

    sum = crc32_add(crc32_add(0, span_of(c->at, 120)), span_of(c->at + 128, 384));
    if (of_head && of_head != sum)
        return false;
    return !of_records || free_space > c->len
        || crc32_add(0, span_of(c->at + CHUNK_HEAD, free_space - CHUNK_HEAD)) == of_records;
}

void evtx_chunk(struct batch *b, struct binxml *x, struct span slot, uint64_t place)
{
    struct chunk c = { b, x, slot.at, slot.len, place };
    size_t free_space, end;
    bool known;

    binxml_chunk(x, slot);
    if (slot.len < CHUNK_HEAD || memcmp(slot.at, "ElfChnk", 8) != 0) {
        batch_loss(b, place, slot.len, slot.len < CHUNK_HEAD ? "the file ends inside a chunk's header"
                                                            : "a slot doesn't start as a chunk");
        carve(&c, 0, slot.len, 0);
        return;
    }
    free_space = raw_u32(slot.at + 48);
    known = free_space >= CHUNK_HEAD && free_space <= EVTX_SLOT;
    end = known && free_space < slot.len ? free_space : slot.len;
    if (known && !checksums_hold(&c, free_space))
        batch_note(b, place, "the chunk's checksum is wrong; its records were read all the same");
    end = walk(&c, end, known);
    if (known && free_space > slot.len && end == slot.len && free_space - end >= RECORD_MIN
        && (!b->last_loss || b->last_loss->place + b->last_loss->len != place + end))
        batch_loss(b, place + end, 0, "the file ends inside a chunk");
    if (end < slot.len)
        carve(&c, end, slot.len, 0);
}
