/* Tags and texts of plain XML, byte by byte and sixteen at a time.
 *
 * Never reads past the end; refuses whatever it does not know for certain. */
#include "ingest/xml_token.h"

#include "core/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ---- bytes ---- */

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const bool name_byte[256] = {
    ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true,
    ['_'] = true, ['-'] = true, ['.'] = true,
};

static bool begins_name(uint8_t c)
{
    return name_byte[c] && (c > '9' || c < '-');
}

void xml_pass_space(struct xml_at *r)
{
    while (r->at < r->end && is_space(*r->at))
        r->at++;
}

bool xml_next_is(const struct xml_at *r, const void *text, size_t len)
{
    return (size_t)(r->end - r->at) >= len && memcmp(r->at, text, len) == 0;
}

/* A name at r->at; empty where there is none. */
static struct span take_name(struct xml_at *r)
{
    const uint8_t *from = r->at;

    if (r->at < r->end && begins_name(*r->at))
        while (r->at < r->end && name_byte[*r->at])
            r->at++;
    return span_of(from, (size_t)(r->at - from));
}

static void look_at(struct xml_text *s, uint8_t c)
{
    if (c < 0x20)
        *(is_space(c) ? &s->line : &s->control) = true;
    s->bracket = s->bracket || c == ']';
    s->entity = s->entity || c == '&';
    s->high = s->high || c >= 0x80;
}

#ifdef __SSE2__
/* Sixteen bytes at once, as long as no tag begins in them. */
static void look_at_blocks(struct xml_at *r, struct xml_text *s)
{
    while (r->end - r->at >= 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)r->at);
        __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);
        __m128i mark = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('&')),
                                    _mm_cmpeq_epi8(x, _mm_set1_epi8(']')));

        if (_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('<'))))
            return;
        /* The high bit of each byte is one beyond ASCII. */
        if (_mm_movemask_epi8(_mm_or_si128(x, _mm_or_si128(low, mark))))
            for (int i = 0; i < 16; i++)
                look_at(s, r->at[i]);
        r->at += 16;
    }
}
#endif

bool xml_take_text(struct xml_at *r, struct xml_text *s)
{
    const uint8_t *from = r->at;

    *s = (struct xml_text){ .text = SPAN_EMPTY };
#ifdef __SSE2__
    look_at_blocks(r, s);
#endif
    for (; r->at < r->end && *r->at != '<'; r->at++)
        look_at(s, *r->at);
    s->text = span_of(from, (size_t)(r->at - from));
    return r->at < r->end && !s->control
        && (!s->bracket || !memmem(s->text.at, s->text.len, "]]>", 3))
        /* Noncharacters are not XML's; they begin with these two bytes. */
        && (!s->high || (text_is_utf8(s->text)
                         && !memmem(s->text.at, s->text.len, "\xEF\xBF", 2)));
}

/* ---- tags ---- */

static bool take_value(struct xml_at *r, struct span *value)
{
    uint8_t quote = r->at < r->end ? *r->at : 0;
    const uint8_t *from = r->at + 1;

    if (quote != '"' && quote != '\'')
        return false;
    for (r->at++; r->at < r->end && *r->at != quote; r->at++)
        if (*r->at < 0x20 || *r->at >= 0x80 || *r->at == '<' || *r->at == '&')
            return false;
    if (r->at == r->end)
        return false;
    *value = span_of(from, (size_t)(r->at++ - from));
    return true;
}

static bool take_attribute(struct xml_at *r, struct xml_tag *t)
{
    struct xml_attribute *a = &t->attribute[t->attributes];

    if (t->attributes == PLAIN_ATTRIBUTES_MAX)
        return false;
    a->name = take_name(r);
    if (!a->name.len || r->at == r->end || *r->at++ != '=' || !take_value(r, &a->value))
        return false;
    for (unsigned i = 0; i < t->attributes; i++)
        if (span_equal(t->attribute[i].name, a->name))
            return false;
    t->attributes++;
    return true;
}

bool xml_take_tag(struct xml_at *r, struct xml_tag *t)
{
    t->attributes = 0;
    t->empty = false;
    if (r->at == r->end || *r->at++ != '<')
        return false;
    t->name = take_name(r);
    if (!t->name.len || span_is(t->name, "xml"))
        return false;
    for (;;) {
        const uint8_t *before = r->at;

        xml_pass_space(r);
        if (r->at == r->end)
            return false;
        if (*r->at == '>') {
            r->at++;
            return true;
        }
        if (*r->at == '/') {
            t->empty = true;
            r->at++;
            return r->at < r->end && *r->at++ == '>';
        }
        if (r->at == before || !take_attribute(r, t))
            return false;
    }
}

bool xml_take_end(struct xml_at *r, struct span name)
{
    if (!xml_next_is(r, "</", 2))
        return false;
    r->at += 2;
    if (!xml_next_is(r, name.at, name.len))
        return false;
    r->at += name.len;
    return r->at < r->end && *r->at++ == '>';
}

struct span xml_attribute(const struct xml_tag *t, const char *name)
{
    for (unsigned i = 0; i < t->attributes; i++)
        if (span_is(t->attribute[i].name, name))
            return t->attribute[i].value;
    return SPAN_NONE;
}

/* ---- entities ---- */

/* One of XML's own entities at the beginning; its length, or 0. */
static size_t entity(struct span in, uint8_t *c)
{
    static const struct { struct span name; uint8_t c; } names[] = {
        { SPAN_INIT("&amp;"), '&' }, { SPAN_INIT("&lt;"), '<' }, { SPAN_INIT("&gt;"), '>' },
        { SPAN_INIT("&quot;"), '"' }, { SPAN_INIT("&apos;"), '\'' } };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_starts(in, names[i].name)) {
            *c = names[i].c;
            return names[i].name.len;
        }
    return 0;
}

bool xml_resolve(uint8_t *out, struct span in, size_t *len)
{
    *len = 0;
    while (in.len) {
        const uint8_t *at = memchr(in.at, '&', in.len);
        size_t plain = at ? (size_t)(at - in.at) : in.len, n;

        memcpy(out + *len, in.at, plain);
        *len += plain;
        in = span_of(in.at + plain, in.len - plain);
        if (!at)
            break;
        if ((n = entity(in, out + *len)) == 0)
            return false;
        *len += 1;
        in = span_of(in.at + n, in.len - n);
    }
    return true;
}

bool xml_entities_are_plain(struct span in)
{
    const uint8_t *at;
    uint8_t c;

    while ((at = memchr(in.at, '&', in.len)) != NULL) {
        size_t n = entity(span_of(at, (size_t)(in.at + in.len - at)), &c);

        if (!n)
            return false;
        in = span_of(at + n, (size_t)(in.at + in.len - at) - n);
        if (!in.len)
            break;
    }
    return true;
}
