/* A JSON reader for hostile input, of one pass and no memory.
 *
 * Strings are most of the bytes, so their ends are found 16 bytes at a time
 * (SSE2 is part of every x86-64; elsewhere byte by byte).  Never reads a byte
 * behind `end`, not even to throw it away. */
#include "ingest/json.h"

#include "core/text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define REPLACEMENT 0xfffdu
#define NUL_SIGN 0x2400u
#define BLOCK 16 /* bytes of a vector */

struct json json_of(struct span text)
{
    return (struct json){ .at = text.at, .end = text.at ? text.at + text.len : NULL };
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static int hex_of(uint8_t c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Behind the four digits of a \u; -1 where they are not four. */
static int32_t unit_of(const uint8_t *at, const uint8_t *end)
{
    int32_t unit = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_of(at[i]);

        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* The first quote, backslash or control character, or `end`. */
static const uint8_t *plain_end(const uint8_t *at, const uint8_t *end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);

    for (; end - at >= BLOCK; at += BLOCK) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote),
                                                _mm_cmpeq_epi8(x, slash)),
                                   _mm_cmpeq_epi8(_mm_max_epu8(x, control), control));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);

        if (mask)
            return at + __builtin_ctz(mask);
    }
#endif
    while (at < end && *at != '"' && *at != '\\' && *at > 0x1f)
        at++;
    return at;
}

const uint8_t *json_string_end(const uint8_t *at, const uint8_t *end, uint8_t *marks,
                               const char **wrong)
{
    *marks = 0;
    *wrong = NULL;
    for (;;) {
        at = plain_end(at, end);
        if (at == end)
            return NULL;
        if (*at == '"')
            return at;
        if (*at == '\n') {
            *wrong = "a line ends inside a JSON string";
            return NULL;
        }
        if (*at != '\\') {
            *marks |= JSON_CONTROL;
            at++;
            continue;
        }
        *marks |= JSON_ESCAPED;
        if (end - at < 2)
            return NULL;
        if (at[1] == 'u') {
            if (end - at < 6)
                return NULL;
            if (unit_of(at + 2, end) >= 0) {
                at += 6;
                continue;
            }
        } else if (at[1] == '\\' || (at[1] && strchr("\"/bfnrt", at[1]))) {
            at += 2;
            continue;
        }
        *wrong = "a bad escape in a JSON string";
        return NULL;
    }
}

static enum json_step broken(struct json *j, const char *why)
{
    j->wrong = why;
    return JSON_BROKEN;
}

static enum json_step read_string(struct json *j, struct span *text, uint8_t *marks)
{
    const uint8_t *start = j->at + 1;
    const uint8_t *stop = json_string_end(start, j->end, marks, &j->wrong);

    if (!stop)
        return j->wrong ? JSON_BROKEN : JSON_SHORT;
    *text = span_of(start, (size_t)(stop - start));
    j->at = stop + 1;
    return JSON_VALUE;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
static enum json_step read_number(struct json *j, struct json_item *item)
{
    const uint8_t *p = j->at;

    if (p < j->end && *p == '-')
        p++;
    const uint8_t *whole = p;
    while (p < j->end && is_digit(*p))
        p++;
    bool good = p > whole && (*whole != '0' || p == whole + 1);
    if (good && p < j->end && *p == '.') {
        const uint8_t *part = ++p;

        while (p < j->end && is_digit(*p))
            p++;
        good = p > part;
    }
    if (good && p < j->end && (*p | 0x20) == 'e') {
        p++;
        if (p < j->end && (*p == '+' || *p == '-'))
            p++;
        const uint8_t *part = p;
        while (p < j->end && is_digit(*p))
            p++;
        good = p > part;
    }
    if (p == j->end) /* it may go on */
        return JSON_SHORT;
    if (!good)
        return broken(j, "a bad JSON number");
    item->text = span_of(j->at, (size_t)(p - j->at));
    item->kind = JSON_NUMBER;
    j->at = p;
    return JSON_VALUE;
}

static enum json_step read_word(struct json *j, struct json_item *item)
{
    static const struct { struct span word; enum json_kind kind; } words[] = {
        { SPAN_INIT("true"), JSON_TRUE },
        { SPAN_INIT("false"), JSON_FALSE },
        { SPAN_INIT("null"), JSON_NULL },
    };
    struct span rest = span_of(j->at, (size_t)(j->end - j->at));

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (span_starts(rest, words[i].word)) {
            item->text = span_of(j->at, words[i].word.len);
            item->kind = words[i].kind;
            j->at += words[i].word.len;
            return JSON_VALUE;
        }
        if (span_starts(words[i].word, rest))
            return JSON_SHORT;
    }
    return broken(j, "no JSON value where one must stand");
}

static enum json_step open_container(struct json *j, struct json_item *item, bool array)
{
    if (j->depth == JSON_DEPTH_MAX)
        return broken(j, "JSON nested deeper than 64");
    uint64_t bit = UINT64_C(1) << j->depth;
    j->arrays = array ? j->arrays | bit : j->arrays & ~bit;
    j->depth++;
    j->at++;
    j->some = false;
    item->kind = array ? JSON_ARRAY : JSON_OBJECT;
    return JSON_OPEN;
}

static enum json_step read_value(struct json *j, struct json_item *item)
{
    item->text_marks = 0;
    switch (*j->at) {
    case '"':
        item->kind = JSON_STRING;
        return read_string(j, &item->text, &item->text_marks);
    case '{':
    case '[':
        return open_container(j, item, *j->at == '[');
    case '-': case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9':
        return read_number(j, item);
    default:
        return read_word(j, item);
    }
}

static bool skip_space(struct json *j)
{
    while (j->at < j->end && is_space(*j->at))
        j->at++;
    return j->at < j->end;
}

/* The key and its colon; `at` then stands on the value. */
static enum json_step read_key(struct json *j, struct json_item *item)
{
    if (*j->at != '"')
        return broken(j, "no JSON key where one must stand");
    enum json_step step = read_string(j, &item->key, &item->key_marks);
    if (step != JSON_VALUE)
        return step;
    if (!skip_space(j))
        return JSON_SHORT;
    if (*j->at != ':')
        return broken(j, "no colon behind a JSON key");
    j->at++;
    return skip_space(j) ? JSON_VALUE : JSON_SHORT;
}

enum json_step json_next(struct json *j, struct json_item *item)
{
    item->key = SPAN_NONE;
    if (j->depth == 0) {
        if (j->some)
            return JSON_DONE;
        enum json_step step = skip_space(j) ? read_value(j, item) : JSON_SHORT;
        j->some = step == JSON_VALUE;
        return step;
    }
    if (!skip_space(j))
        return JSON_SHORT;

    bool array = j->arrays >> (j->depth - 1) & 1;
    if (*j->at == (array ? ']' : '}')) {
        j->at++;
        j->depth--;
        j->some = true;
        return JSON_CLOSE;
    }
    if (j->some) {
        if (*j->at != ',')
            return broken(j, "no comma between JSON values");
        j->at++;
        if (!skip_space(j))
            return JSON_SHORT;
    }
    if (!array) {
        enum json_step step = read_key(j, item);

        if (step != JSON_VALUE)
            return step;
    }
    enum json_step step = read_value(j, item);
    if (step == JSON_VALUE)
        j->some = true;
    return step;
}

/* One escape, whose backslash is at (*p)[0]; a surrogate pair counts as one. */
static uint32_t escape_next(const uint8_t **p, const uint8_t *end, bool *altered)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    uint8_t plain = (*p)[1];

    if (plain != 'u') {
        const char *letter = plain == '\\' ? NULL : strchr(from, plain);

        *p += 2;
        return letter ? (uint8_t)to[letter - from] : plain;
    }
    uint32_t unit = (uint32_t)unit_of(*p + 2, end);
    *p += 6;
    if (unit >= 0xd800 && unit < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        int32_t low = unit_of(*p + 2, end);

        if (low >= 0xdc00 && low < 0xe000) {
            *p += 6;
            return 0x10000 + ((unit - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
        }
    }
    if (unit != 0 && (unit < 0xd800 || unit >= 0xe000))
        return unit;
    *altered = true;
    return unit ? REPLACEMENT : NUL_SIGN;
}

/* Copies up to the next backslash.  out has BLOCK bytes more than it needs. */
static const uint8_t *copy_plain(uint8_t **out, const uint8_t *p, const uint8_t *end)
{
#if defined(__SSE2__)
    const __m128i slash = _mm_set1_epi8('\\');

    for (; end - p >= BLOCK; p += BLOCK, *out += BLOCK) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, slash));

        _mm_storeu_si128((__m128i *)(void *)*out, x);
        if (mask) {
            *out += __builtin_ctz(mask);
            return p + __builtin_ctz(mask);
        }
    }
#endif
    while (p < end && *p != '\\')
        *(*out)++ = *p++;
    return p;
}

struct span json_text(struct arena *a, struct span text, uint8_t marks, bool *altered,
                      bool *full)
{
    if (marks & JSON_CONTROL)
        *altered = true;
    if (!(marks & JSON_ESCAPED)) {
        struct span clean = text_clean(a, text, altered, full);

        return clean.at == text.at ? arena_copy(a, clean, full) : clean;
    }
    /* No escape is shorter than what it stands for. */
    uint8_t *start = text.len < a->max ? arena_bytes(a, text.len + BLOCK) : NULL;
    if (!start) {
        *full = true;
        return SPAN_NONE;
    }
    uint8_t *out = start;
    const uint8_t *p = text.at, *end = text.at + text.len;
    while ((p = copy_plain(&out, p, end)) < end)
        out += text_put(out, escape_next(&p, end, altered));
    arena_trim(a, start, (size_t)(out - start));
    return text_clean(a, span_of(start, (size_t)(out - start)), altered, full);
}

struct span json_name(uint8_t *out, size_t size, struct span text)
{
    const uint8_t *p, *end;
    uint8_t *o = out;
    bool altered = false;

    if (!text.len || text.len > size)
        return SPAN_EMPTY;
    p = text.at;
    end = text.at + text.len;
    while (p < end)
        if (*p == '\\')
            o += text_put(o, escape_next(&p, end, &altered));
        else
            *o++ = *p++;
    return altered ? SPAN_EMPTY : span_of(out, (size_t)(o - out));
}
