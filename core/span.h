/* Borrowed bytes, counted and never ended by a zero, and a cursor that reads
 * them safely.
 *
 * A span whose `at` is NULL means "not logged"; one of length 0 whose `at` is
 * not NULL means "logged, and empty".  The two are never mixed up. */
#ifndef CORE_SPAN_H
#define CORE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *at;
    size_t len;
};

#define SPAN_NONE ((struct span){ NULL, 0 })
#define SPAN_EMPTY ((struct span){ (const uint8_t *)"", 0 })
#define SPAN_INIT(literal) { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define SPAN(literal) ((struct span)SPAN_INIT(literal))

static inline struct span span_of(const void *at, size_t len)
{
    return (struct span){ at, len };
}

/* The bytes of a C string; NULL gives SPAN_NONE. */
static inline struct span span_text(const char *text)
{
    return text ? span_of(text, strlen(text)) : SPAN_NONE;
}

static inline bool span_logged(struct span s)
{
    return s.at != NULL;
}

/* Without the white space around it. */
static inline struct span span_trimmed(struct span s)
{
    while (s.len && memchr(" \t\r\n", s.at[0], 4))
        s = span_of(s.at + 1, s.len - 1);
    while (s.len && memchr(" \t\r\n", s.at[s.len - 1], 4))
        s.len--;
    return s;
}

/* Same bytes, and both logged or both not. */
static inline bool span_equal(struct span a, struct span b)
{
    return (a.at != NULL) == (b.at != NULL) && a.len == b.len
        && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool span_is(struct span s, const char *literal)
{
    return s.at && s.len == strlen(literal) && memcmp(s.at, literal, s.len) == 0;
}

/* ASCII letters without case, every other byte exactly. */
bool span_equal_nocase(struct span a, struct span b);

static inline bool span_starts(struct span s, struct span with)
{
    return s.len >= with.len && (with.len == 0 || memcmp(s.at, with.at, with.len) == 0);
}

/* The part behind the last `\` or `/`: a path's file name. */
struct span span_file_name(struct span path);

/* A whole decimal number (optional 0x for hexadecimal); false, and *out
 * untouched, where it is not one or does not fit. */
bool span_number(struct span s, uint64_t *out);

/* Reads little-endian numbers straight down.  Past the end it gives zeros and
 * sets `broken`, which is asked once at the end. */
struct cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool broken;
};

static inline struct cursor cursor_of(struct span s)
{
    return (struct cursor){ s.at, s.at ? s.at + s.len : NULL, false };
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

/* The next n bytes; an empty span, and broken, where fewer are left. */
static inline struct span cursor_take(struct cursor *c, size_t n)
{
    if (c->broken || cursor_left(c) < n) {
        c->broken = true;
        return SPAN_EMPTY;
    }
    c->at += n;
    return span_of(c->at - n, n);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    struct span s = cursor_take(c, 1);
    return s.len ? s.at[0] : 0;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    struct span s = cursor_take(c, 2);
    uint16_t v = 0;
    if (s.len)
        memcpy(&v, s.at, 2);
    return v;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    struct span s = cursor_take(c, 4);
    uint32_t v = 0;
    if (s.len)
        memcpy(&v, s.at, 4);
    return v;
}

static inline uint64_t cursor_u64(struct cursor *c)
{
    struct span s = cursor_take(c, 8);
    uint64_t v = 0;
    if (s.len)
        memcpy(&v, s.at, 8);
    return v;
}

#endif
