/* Which bytes of a text record could not be taken as they are.
 *
 * Says nothing of what it means: the decoders have mended it, this only finds the
 * place again.  Looks at each byte once.  The surprise: it also finds what was
 * not to be mended, if the decoder never looked there. */
#include "ingest/record.h"

#include "core/text.h"

#define LOOK_AHEAD 16 /* units: of `&#x110000;`, and `\uD800\uDC00` */
#define SURROGATE(c) ((c) >= 0xd800 && (c) < 0xe000)

#define BAD_UTF8 "a byte that is part of no character"
#define HALF_PAIR "half of a surrogate pair"
#define A_NUL "a NUL"
#define A_CONTROL "a control character that the format has no room for"
#define NO_CHARACTER "what is no character"
#define BAD_ESCAPE "an escape that names no character"
#define BAD_REFERENCE "a reference to what XML has no character for"

struct scan {
    const uint8_t *at, *end;
    size_t unit;        /* bytes */
    bool big_endian;
    enum record_form form;
    bool in_string;     /* of JSON */
};

/* The unit `i` units ahead; a space past the end. */
static uint32_t unit(const struct scan *s, size_t i)
{
    const uint8_t *at = s->at + i * s->unit;

    if ((size_t)(s->end - s->at) < (i + 1) * s->unit)
        return ' ';
    if (s->unit == 1)
        return at[0];
    return s->big_endian ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

/* The code point here and how many units it takes; *why where it is bad. */
static uint32_t character(const struct scan *s, size_t *units, const char **why)
{
    uint32_t c = unit(s, 0), low;

    *units = 1;
    if (s->unit == 1) {
        struct span rest = span_of(s->at, (size_t)(s->end - s->at));
        size_t before = rest.len;

        c = text_next(&rest);
        *units = before - rest.len;
        if (c == 0xfffd && *units == 1)
            *why = BAD_UTF8;
    } else if (c >= 0xd800 && c < 0xdc00 && (low = unit(s, 1)) >= 0xdc00 && low < 0xe000) {
        *units = 2;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (SURROGATE(c)) {
        *why = HALF_PAIR;
    }
    return c;
}

static unsigned digit(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16;
}

static bool four_digits(const struct scan *s, size_t from, uint32_t *out)
{
    *out = 0;
    for (size_t i = from; i < from + 4; i++) {
        if (digit(unit(s, i)) > 15)
            return false;
        *out = *out << 4 | digit(unit(s, i));
    }
    return true;
}

/* At a backslash of a JSON string. */
static size_t escape(const struct scan *s, const char **why)
{
    uint32_t c, low;

    if (unit(s, 1) != 'u' || !four_digits(s, 2, &c))
        return 2;
    if (c >= 0xd800 && c < 0xdc00 && unit(s, 6) == '\\' && unit(s, 7) == 'u'
        && four_digits(s, 8, &low) && low >= 0xdc00 && low < 0xe000)
        return 12;
    if (c == 0 || SURROGATE(c))
        *why = BAD_ESCAPE;
    return 6;
}

static bool allowed_in_xml(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800)
        || (c >= 0xe000 && c < 0xfffe && !(c >= 0xfdd0 && c <= 0xfdef))
        || (c >= 0x10000 && c <= 0x10ffff);
}

/* At an ampersand of XML. */
static size_t reference(const struct scan *s, const char **why)
{
    static const char *const known[] = { "amp;", "lt;", "gt;", "quot;", "apos;" };
    size_t i = 2, first;
    unsigned base = 10;
    uint64_t value = 0;

    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        size_t n = 0;

        while (known[k][n] && unit(s, 1 + n) == (uint8_t)known[k][n])
            n++;
        if (!known[k][n])
            return 1 + n;
    }
    if (unit(s, 1) == '#') {
        if (unit(s, 2) == 'x') {
            base = 16;
            i++;
        }
        for (first = i; i < LOOK_AHEAD && digit(unit(s, i)) < base; i++)
            value = value * base + digit(unit(s, i));
        if (i > first && unit(s, i) == ';') {
            if (value > 0x10ffff || !allowed_in_xml((uint32_t)value))
                *why = BAD_REFERENCE;
            return i + 1;
        }
    }
    *why = "an ampersand that begins no reference";
    return 1;
}

/* Units of what stands here, and in *why what is wrong with it. */
static size_t step(struct scan *s, const char **why)
{
    bool xml = s->form == RECORD_XML || s->form == RECORD_LINE;
    size_t units;
    uint32_t c = character(s, &units, why);

    if (*why)
        return units;
    if (s->form == RECORD_JSON && c == '"')
        s->in_string = !s->in_string;
    if (s->form == RECORD_JSON && s->in_string && c == '\\')
        return escape(s, why);
    if (xml && c == '&')
        return reference(s, why);
    if (c == 0)
        *why = A_NUL;
    else if (c < 0x20 && ((xml && !allowed_in_xml(c)) || s->in_string))
        *why = A_CONTROL;
    else if (s->form == RECORD_XML && !allowed_in_xml(c))
        *why = NO_CHARACTER;
    return units;
}

void record_note(struct record *r, uint64_t place, uint64_t len, const char *why)
{
    struct record_mend *last = r->mends && r->mends <= RECORD_MENDS_MAX ? &r->mend[r->mends - 1]
                                                                       : NULL;

    if (last && last->why == why && last->place + last->len == place) {
        last->len += len; /* a run of them is one place */
        return;
    }
    if (r->mends < RECORD_MENDS_MAX)
        r->mend[r->mends] = (struct record_mend){ place, len, why };
    r->mends++;
}

void record_mends(struct record *r, enum record_form form, bool wide, bool big_endian)
{
    struct scan s = { .at = r->bytes.at, .end = r->bytes.at + r->bytes.len,
                      .unit = wide ? 2 : 1, .big_endian = big_endian, .form = form };

    while ((size_t)(s.end - s.at) >= s.unit) {
        const char *why = NULL;
        size_t len = step(&s, &why) * s.unit, left = (size_t)(s.end - s.at);

        len = len < left ? len : left;
        if (why)
            record_note(r, r->place + (uint64_t)(s.at - r->bytes.at), len, why);
        s.at += len;
    }
    if (s.at < s.end)
        record_note(r, r->place + (uint64_t)(s.at - r->bytes.at), 1, HALF_PAIR);
}
