/* Bytes into a chunk, little-endian, never past its end. */
#include "tests/gen/chunk.h"

void chunk_clear(struct chunk *c)
{
    memset(c, 0, sizeof *c);
    c->pos = CHUNK_HEADER;
}

void chunk_put(struct chunk *c, const void *bytes, size_t len)
{
    if (c->full || len > CHUNK_END - c->pos) {
        c->full = true;
        return;
    }
    memcpy(c->at + c->pos, bytes, len);
    c->pos += len;
}

void chunk_u8(struct chunk *c, uint8_t v)
{
    chunk_put(c, &v, 1);
}

void chunk_u16(struct chunk *c, uint16_t v)
{
    chunk_put(c, &v, 2);
}

void chunk_u32(struct chunk *c, uint32_t v)
{
    chunk_put(c, &v, 4);
}

void chunk_u64(struct chunk *c, uint64_t v)
{
    chunk_put(c, &v, 8);
}

void chunk_poke32(struct chunk *c, size_t at, uint32_t v)
{
    if (!c->full)
        memcpy(c->at + at, &v, 4);
}

/* A valid UTF-8 sequence to its code point; our own texts are valid. */
static uint32_t point(const uint8_t **p)
{
    uint32_t c = *(*p)++;
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
    if (more)
        c &= 0x3fu >> more;
    while (more--)
        c = (c << 6) | (*(*p)++ & 0x3fu);
    return c;
}

size_t chunk_utf16(struct chunk *c, struct span text)
{
    if (c->full || text.len * 2 > CHUNK_END - c->pos) {
        c->full = true;
        return 0;
    }
    uint8_t *out = c->at + c->pos, *start = out;
    const uint8_t *p = text.at, *end = text.at + text.len;
    size_t ascii = 0;
    while (ascii < text.len && p[ascii] < 0x80)
        ascii++;
    for (size_t i = 0; i < ascii; i++) {
        out[2 * i] = p[i];
        out[2 * i + 1] = 0;
    }
    out += 2 * ascii;
    p += ascii;
    while (p < end) {
        uint32_t v = point(&p);
        uint16_t unit[2] = { (uint16_t)v, 0 };
        size_t units = 1;
        if (v > 0xffff) {
            unit[0] = (uint16_t)(0xd800 + ((v - 0x10000) >> 10));
            unit[1] = (uint16_t)(0xdc00 + ((v - 0x10000) & 0x3ff));
            units = 2;
        }
        memcpy(out, unit, 2 * units);
        out += 2 * units;
    }
    c->pos += (size_t)(out - start);
    return (size_t)(out - start) / 2;
}
