/* One attempt to make a record readable that libxml2 refuses.
 *
 * XML has no way to say U+001B, yet command lines hold it.  The surprise: a
 * control character passes libxml2 as one of the 32 noncharacters U+FDD0 to
 * U+FDEF and becomes itself again in the value, as EVTX has it; such a
 * character of the evidence's own becomes U+FFFD in a mended record. */
#include "ingest/xml_mend.h"

#include "core/text.h"

#define STAND_IN 0xFDD0u
#define STAND_IN_LAST 0xFDEFu
#define GROWTH 5 /* bytes of what one becomes, at most: `&` to `&amp;` */
#define DIGITS_MAX 12 /* of a numeric reference, leading zeros and all */

static uint32_t mended(uint32_t c)
{
    if (c == 0)
        return 0x2400;
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
        return STAND_IN + c;
    if ((c >= STAND_IN && c <= STAND_IN_LAST) || (c >= 0xD800 && c <= 0xDFFF)
        || c == 0xFFFE || c == 0xFFFF || c > 0x10FFFF)
        return 0xFFFD;
    return c;
}

/* The code point of a numeric reference at the beginning of in, `&#...;`, and
 * its length; 0 where there is none. */
static size_t reference(struct span in, uint32_t *c)
{
    size_t i = 2, first;
    unsigned base = 10;
    uint64_t value = 0;

    if (in.len < 4 || in.at[0] != '&' || in.at[1] != '#')
        return 0;
    if (in.at[i] == 'x') {
        base = 16;
        i++;
    }
    for (first = i; i < in.len && i < first + DIGITS_MAX; i++) {
        uint8_t d = in.at[i];
        unsigned digit = 16;

        if (d >= '0' && d <= '9')
            digit = d - '0';
        else if ((d | 0x20) >= 'a' && (d | 0x20) <= 'f')
            digit = (d | 0x20) - 'a' + 10u;

        if (digit >= base)
            break;
        value = value * base + digit;
    }
    if (i == first || i >= in.len || in.at[i] != ';')
        return 0;
    *c = value > 0x10FFFF ? 0x110000 : (uint32_t)value;
    return i + 1;
}

/* The length of a reference that XML knows by itself; 0 where there is none. */
static size_t named(struct span in)
{
    static const char *const names[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&apos;" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_starts(in, span_text(names[i])))
            return strlen(names[i]);
    return 0;
}

struct mending {
    struct span in; /* what is left */
    uint8_t *out;
    bool changed;
};

static void copy(struct mending *m, size_t len)
{
    memcpy(m->out, m->in.at, len);
    m->out += len;
    m->in = span_of(m->in.at + len, m->in.len - len);
}

static void put(struct mending *m, uint32_t c)
{
    m->out += text_put(m->out, mended(c));
    m->changed = m->changed || mended(c) != c;
}

static void mend_reference(struct mending *m)
{
    uint32_t c = 0;
    size_t numeric = reference(m->in, &c), len = numeric ? numeric : named(m->in);

    if (numeric && mended(c) != c) {
        put(m, c);
        m->in = span_of(m->in.at + numeric, m->in.len - numeric);
    } else if (len) {
        copy(m, len);
    } else {
        copy(m, 1);
        memcpy(m->out, "amp;", 4);
        m->out += 4;
        m->changed = true;
    }
}

static void mend_character(struct mending *m)
{
    const uint8_t *at = m->in.at;
    uint32_t c = text_next(&m->in);

    put(m, c);
    /* One byte gone and U+FFFD come: that byte was part of no character. */
    m->changed = m->changed || (c == 0xFFFD && m->in.at - at == 1);
}

struct span xml_mend(struct arena *a, struct span in, bool *changed)
{
    uint8_t *start = arena_bytes(a, GROWTH * in.len);
    struct mending m = { .in = in, .out = start };
    bool cdata = false;

    if (!start)
        return SPAN_NONE;
    while (m.in.len) {
        if (span_starts(m.in, SPAN("<![CDATA[")))
            cdata = true;
        else if (span_starts(m.in, SPAN("]]>")))
            cdata = false;
        if (m.in.at[0] == '&' && !cdata)
            mend_reference(&m);
        else if (m.in.at[0] >= 0x20 && m.in.at[0] < 0x80)
            copy(&m, 1);
        else
            mend_character(&m);
    }
    *changed = m.changed;
    arena_trim(a, start, (size_t)(m.out - start));
    return span_of(start, (size_t)(m.out - start));
}

size_t xml_unmend(uint8_t *text, size_t len)
{
    size_t out = 0;

    for (size_t i = 0; i < len;) {
        /* U+FDD0 to U+FDEF are EF B7 90 to EF B7 AF. */
        if (len - i >= 3 && text[i] == 0xEF && text[i + 1] == 0xB7 && text[i + 2] >= 0x90
            && text[i + 2] <= 0xAF) {
            text[out++] = (uint8_t)(text[i + 2] - 0x90);
            i += 3;
        } else {
            text[out++] = text[i++];
        }
    }
    return out;
}
