/* UTF-16 as UTF-8, and the places of both.  Never believes a declaration. */
#include "ingest/wide.h"

#include "core/fault.h"
#include "core/text.h"

enum width width_of(struct span b)
{
    if (b.len >= 2 && (span_starts(b, SPAN("\xFF\xFE")) || (b.at[0] && !b.at[1])))
        return WIDTH_LITTLE;
    if (b.len >= 2 && (span_starts(b, SPAN("\xFE\xFF")) || (!b.at[0] && b.at[1])))
        return WIDTH_BIG;
    return WIDTH_ONE;
}

uint8_t *wide_narrow(struct span in, enum width w)
{
    size_t low = w == WIDTH_LITTLE ? 0 : 1;
    uint8_t *out = memory_get(in.len / 2 + 1);

    for (size_t i = 0; i < in.len / 2; i++) {
        uint8_t c = in.at[2 * i + low];

        out[i] = in.at[2 * i + (1 - low)] || c >= 0x80 ? 0xBF : c;
    }
    return out;
}

struct span wide_text(struct arena *a, struct span in, enum width w, bool *altered, bool *full)
{
    if (w == WIDTH_ONE)
        return in;
    if (w == WIDTH_BIG) {
        uint8_t *little = arena_bytes(a, in.len);

        if (!little) {
            *full = true;
            return SPAN_NONE;
        }
        for (size_t i = 0; i < in.len; i++)
            little[i] = in.at[(i ^ 1) < in.len ? i ^ 1 : i];
        in.at = little;
    }
    return text_from_utf16le(a, in, altered, full);
}

struct places places_of(struct span text, enum width w, uint64_t begin, uint64_t end)
{
    return (struct places){ .offset = begin, .at = text.at, .end = end,
                            .wide = w != WIDTH_ONE };
}

uint64_t place_of(struct places *p, const uint8_t *at)
{
    if (!p->wide) {
        p->offset += (uint64_t)(at - p->at);
    } else {
        for (const uint8_t *b = p->at; b < at; b++)
            if ((*b & 0xc0) != 0x80) /* four bytes were two units */
                p->offset += *b >= 0xf0 ? 4 : 2;
        if (p->offset > p->end)
            p->offset = p->end;
    }
    p->at = at;
    return p->offset;
}
