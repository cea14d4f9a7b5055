/* Text into valid UTF-8 without NUL, and out again as what may be shown.
 *
 * Never believes a byte.  ASCII, which is nearly everything in Windows' logs,
 * goes 8 or 16 characters at a time. */
#include "core/text.h"

#include <stdio.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define REPLACEMENT 0xfffdu
#define NUL_SIGN 0x2400u
#define COMBINING_MAX 2 /* marks on one character; more of them are shown by number */

size_t text_put(uint8_t out[static 4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xc0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xe0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (c & 0x3f));
    return 4;
}

/* Length of the valid sequence at the start of `in`, 0 where there is none, and
 * its code point. */
static size_t sequence(struct span in, uint32_t *c)
{
    uint8_t lead = in.at[0];
    size_t len = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : (lead & 0xf0) == 0xe0 ? 3
               : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    uint32_t value = len == 1 ? lead : len == 2 ? lead & 0x1fu : len == 3 ? lead & 0x0fu
                                                                          : lead & 0x07u;

    if (len == 0 || in.len < len)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((in.at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (in.at[i] & 0x3fu);
    }
    if ((len == 3 && (value < 0x800 || (value >= 0xd800 && value < 0xe000)))
        || (len == 4 && (value < 0x10000 || value > 0x10ffff)))
        return 0;
    *c = value;
    return len;
}

uint32_t text_next(struct span *in)
{
    uint32_t c = REPLACEMENT;
    size_t len = sequence(*in, &c);

    len = len ? len : 1;
    in->at += len;
    in->len -= len;
    return c;
}

/* How many bytes at the start are ASCII and not NUL. */
static size_t plain_prefix(struct span in)
{
    size_t i = 0;

    for (; i + 8 <= in.len; i += 8) {
        uint64_t word;

        memcpy(&word, in.at + i, 8);
        if ((word & UINT64_C(0x8080808080808080))
            || ((word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080)))
            break;
    }
    while (i < in.len && in.at[i] && in.at[i] < 0x80)
        i++;
    return i;
}

/* How many bytes at the start are valid and not NUL. */
static size_t sound_prefix(struct span in)
{
    size_t i = 0;

    while (i < in.len) {
        uint32_t c;
        size_t len;

        i += plain_prefix(span_of(in.at + i, in.len - i));
        if (i == in.len || in.at[i] == 0)
            break;
        len = sequence(span_of(in.at + i, in.len - i), &c);
        if (len == 0)
            break;
        i += len;
    }
    return i;
}

bool text_is_utf8(struct span in)
{
    size_t done = 0;

    while ((done += sound_prefix(span_of(in.at + done, in.len - done))) < in.len) {
        if (in.at[done] != 0)
            return false;
        done++; /* a NUL is valid UTF-8, if not welcome */
    }
    return true;
}

struct span text_clean(struct arena *a, struct span in, bool *altered, bool *full)
{
    size_t sound;
    uint8_t *start, *out;

    if (!in.at || in.len == 0 || (sound = sound_prefix(in)) == in.len)
        return in;
    *altered = true;
    /* At worst each byte left becomes three. */
    start = in.len <= a->max / 3 ? arena_bytes(a, sound + (in.len - sound) * 3) : NULL;
    if (!start) {
        *full = true;
        return SPAN_NONE;
    }
    memcpy(start, in.at, sound);
    out = start + sound;
    for (struct span rest = span_of(in.at + sound, in.len - sound); rest.len;) {
        uint32_t c = text_next(&rest);

        out += text_put(out, c ? c : NUL_SIGN);
    }
    arena_trim(a, start, (size_t)(out - start));
    return span_of(start, (size_t)(out - start));
}

#if defined(__SSE2__)
/* Eight units as bytes in the low half; *plain where all are ASCII and not NUL. */
static inline __m128i narrow_eight(const uint8_t *in, bool *plain)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)in);
    __m128i odd = _mm_or_si128(_mm_and_si128(x, _mm_set1_epi16((short)0xff80)),
                               _mm_cmpeq_epi16(x, zero));

    *plain = _mm_movemask_epi8(_mm_cmpeq_epi8(odd, zero)) == 0xffff;
    return _mm_packus_epi16(x, zero);
}
#endif

/* Copies the ASCII characters (not NUL) at the start of n UTF-16 units. */
static size_t narrow_ascii(uint8_t *out, const uint8_t *in, size_t n)
{
    size_t i = 0;

#if defined(__SSE2__)
    bool plain = true;

    for (; i + 8 <= n; i += 8) {
        __m128i x = narrow_eight(in + 2 * i, &plain);

        if (!plain)
            break;
        _mm_storel_epi64((__m128i *)(void *)(out + i), x);
    }
    if (plain && i >= 8 && i < n) { /* the rest, with some of what is done already */
        __m128i x = narrow_eight(in + 2 * (n - 8), &plain);

        if (plain) {
            _mm_storel_epi64((__m128i *)(void *)(out + n - 8), x);
            return n;
        }
    }
#endif
    for (; i < n; i++) {
        if (in[2 * i + 1] || in[2 * i] >= 0x80 || in[2 * i] == 0)
            break;
        out[i] = in[2 * i];
    }
    return i;
}

static uint32_t unit_at(const uint8_t *in, size_t i)
{
    return in[2 * i] | (uint32_t)in[2 * i + 1] << 8;
}

/* One code point from the units at i; lone surrogates and NUL are mended. */
static uint32_t utf16_next(const uint8_t *in, size_t n, size_t *i, bool *altered)
{
    uint32_t c = unit_at(in, (*i)++);

    if (c >= 0xd800 && c < 0xdc00 && *i < n) {
        uint32_t low = unit_at(in, *i);

        if (low >= 0xdc00 && low < 0xe000) {
            (*i)++;
            return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    if (c == 0 || (c >= 0xd800 && c < 0xe000)) {
        *altered = true;
        return c ? REPLACEMENT : NUL_SIGN;
    }
    return c;
}

struct span text_from_utf16le(struct arena *a, struct span in, bool *altered, bool *full)
{
    size_t n = in.len / 2, i = 0;
    uint8_t *start, *out;

    if (!in.at)
        return SPAN_NONE;
    /* At worst each unit becomes three bytes, and an odd byte three more. */
    start = in.len <= a->max / 2 ? arena_bytes(a, 3 * n + 3) : NULL;
    if (!start) {
        *full = true;
        return SPAN_NONE;
    }
    out = start;
    while (i < n) {
        size_t plain = narrow_ascii(out, in.at + 2 * i, n - i);

        out += plain;
        i += plain;
        if (i < n)
            out += text_put(out, utf16_next(in.at, n, &i, altered));
    }
    if (in.len & 1) {
        *altered = true;
        out += text_put(out, REPLACEMENT);
    }
    arena_trim(a, start, (size_t)(out - start));
    return span_of(start, (size_t)(out - start));
}

/* Windows-1252, 0x80 to 0x9f (0: not assigned); elsewhere it is Latin-1. */
static const uint16_t cp1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

struct span text_from_cp1252(struct arena *a, struct span in, bool *altered, bool *full)
{
    uint8_t *start, *out;

    if (!in.at)
        return SPAN_NONE;
    start = in.len <= a->max / 3 ? arena_bytes(a, 3 * in.len) : NULL;
    if (!start) {
        *full = true;
        return SPAN_NONE;
    }
    out = start;
    for (size_t i = 0; i < in.len; i++) {
        uint32_t c = in.at[i];

        if (c >= 0x80 && c < 0xa0)
            c = cp1252[c - 0x80];
        if (c == 0) {
            *altered = true;
            c = in.at[i] ? REPLACEMENT : NUL_SIGN;
        }
        out += text_put(out, c);
    }
    arena_trim(a, start, (size_t)(out - start));
    return span_of(start, (size_t)(out - start));
}

void text_lower(uint8_t *out, struct span in)
{
    for (size_t i = 0; i < in.len; i++)
        out[i] = in.at[i] >= 'A' && in.at[i] <= 'Z' ? (uint8_t)(in.at[i] | 0x20) : in.at[i];
}

/* Where text_show writes: counts everything, keeps whole characters that fit. */
struct shown {
    char *out;
    size_t size, used, whole;
    bool cut;
};

static void show_bytes(struct shown *s, const void *bytes, size_t len)
{
    s->whole += len;
    if (s->cut || s->used + len + 1 > s->size) {
        s->cut = true;
        return;
    }
    memcpy(s->out + s->used, bytes, len);
    s->used += len;
}

size_t text_show(char *out, size_t size, struct span in)
{
    struct shown s = { out, size, 0, 0, false };
    unsigned marks = 0;
    bool base = false; /* is there a character for a mark to stand on? */

    while (in.len) {
        struct span here = in;
        uint32_t c = text_next(&in);
        bool bad = c == REPLACEMENT && here.at[0] != 0xef;
        int width = text_width(c);

        if (bad || text_hidden(c) || (width == 0 && (!base || marks == COMBINING_MAX))) {
            char number[16];
            int len = snprintf(number, sizeof number, "<U+%04X>", bad ? here.at[0] : c);

            show_bytes(&s, number, (size_t)len);
            base = false;
            continue;
        }
        marks = width == 0 ? marks + 1 : 0;
        base = true;
        show_bytes(&s, here.at, here.len - in.len);
    }
    if (size)
        out[s.used] = '\0';
    return s.whole;
}
