/* EVTX, Windows' event log: sniffed by its magic or its first chunk, cut by
 * slots of 64 KiB, decoded slot by slot.
 *
 * Never believes the file header: how many chunks there are, which is the
 * first, whether the log was closed; every slot is walked.  The surprise: a
 * file whose header is gone is still read. */
#include "ingest/evtx.h"

#include "ingest/decoder.h"

#define SLOTS_A_PIECE 16
#define DECLARED_ROOM 1024 /* at first; normal makes more */

static const uint8_t file_magic[8] = "ElfFile";
static const uint8_t chunk_magic[8] = "ElfChnk";

static bool magic_at(struct span s, size_t at, const uint8_t magic[8])
{
    return s.len >= at + 8 && memcmp(s.at + at, magic, 8) == 0;
}

static bool evtx_sniff(struct span head)
{
    return magic_at(head, 0, file_magic) || magic_at(head, EVTX_HEADER, chunk_magic);
}

static size_t evtx_cut(void *state, struct span bytes, uint64_t offset, bool at_end)
{
    size_t piece = SLOTS_A_PIECE * EVTX_SLOT;

    (void)state;
    if (offset == 0)
        piece = EVTX_HEADER + (SLOTS_A_PIECE - 1) * EVTX_SLOT;
    if (bytes.len >= piece)
        return piece;
    return at_end ? bytes.len : 0;
}

static void header(struct batch *b, struct span bytes)
{
    if (bytes.len < EVTX_HEADER)
        batch_loss(b, 0, bytes.len, "the file ends inside its header");
    else if (!magic_at(bytes, 0, file_magic))
        batch_loss(b, 0, EVTX_HEADER, "the file header is not one");
}

/* Slots of zeros: not used yet at the file's end, a hole where one that is used
 * follows.  Inside a piece that is known at once; at its ends evtx_follow tells. */
static void walk_slots(const struct piece *p, size_t at, struct batch *b, struct binxml *x)
{
    size_t empty = 0;

    b->gap.whole = true;
    for (; at < p->bytes.len; at += EVTX_SLOT) {
        size_t left = p->bytes.len - at;
        struct span slot = span_of(p->bytes.at + at, left < EVTX_SLOT ? left : EVTX_SLOT);

        if (evtx_zeros(slot)) {
            empty += slot.len;
            continue;
        }
        if (b->gap.whole)
            b->gap.ahead = empty;
        else if (empty)
            batch_loss(b, p->offset + at - empty, empty, EVTX_HOLE);
        b->gap.whole = false;
        empty = 0;
        evtx_chunk(b, x, slot, p->offset + at);
    }
    b->gap.behind = empty;
}

static void evtx_decode(const struct piece *p, struct batch *b)
{
    struct binxml *x = binxml_open(&b->arena);
    size_t at = 0;

    b->declared = arena_get(&b->arena, DECLARED_ROOM * sizeof *b->declared);
    b->declared_room = b->declared ? DECLARED_ROOM : 0;
    if (p->offset == 0) {
        header(b, p->bytes);
        at = EVTX_HEADER;
    }
    walk_slots(p, at, b, x);
    binxml_close(x);
}

const struct decoder evtx_decoder = {
    .name = "evtx",
    .sniff = evtx_sniff,
    .cut = evtx_cut,
    .piece_bytes = SLOTS_A_PIECE * EVTX_SLOT,
    .piece_max = SLOTS_A_PIECE * EVTX_SLOT,
    .decode = evtx_decode,
    .follow = evtx_follow,
    .follow_bytes = EVTX_FOLLOW_BYTES,
    .follow_end = evtx_follow_end,
};
