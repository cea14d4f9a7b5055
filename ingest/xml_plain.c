/* A recursive descent without recursion, over one record.
 *
 * It must refuse whatever libxml2 would refuse or read in another way; that it
 * does is tested by reading the same records both ways (test_xml, fuzz_xml). */
#include "ingest/xml_plain.h"

#include "core/text.h"
#include "ingest/normal.h"
#include "ingest/xml_scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define ATTRIBUTES_MAX 8 /* of one tag; more are libxml2's */
#define DEPTH_MAX 16     /* within a section that is passed over */

struct attribute {
    struct span name, value;
};

struct tag {
    struct span name;
    struct attribute attribute[ATTRIBUTES_MAX];
    unsigned attributes;
    bool empty; /* <x/> */
};

struct reader {
    const uint8_t *at, *end;
    struct arena *arena;
    struct xml_plain *memo;
    struct event *e;
    struct span EventID, EventRecordID, SystemTime;
    bool skip_data;
    unsigned data; /* <Data> so far */
};

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

static void pass_space(struct reader *r)
{
    while (r->at < r->end && is_space(*r->at))
        r->at++;
}

static bool next_is(const struct reader *r, const void *text, size_t len)
{
    return (size_t)(r->end - r->at) >= len && memcmp(r->at, text, len) == 0;
}

/* A name at r->at; empty where there is none. */
static struct span take_name(struct reader *r)
{
    const uint8_t *from = r->at;

    if (r->at < r->end && begins_name(*r->at))
        while (r->at < r->end && name_byte[*r->at])
            r->at++;
    return span_of(from, (size_t)(r->at - from));
}

/* What stands between two tags. */
struct segment {
    struct span text;
    bool line;    /* a tab or the end of a line */
    bool control; /* another control character: no XML */
    bool bracket, entity; /* `]`, `&` */
    bool high;    /* bytes beyond ASCII */
};

static void look_at(struct segment *s, uint8_t c)
{
    if (c < 0x20)
        *(is_space(c) ? &s->line : &s->control) = true;
    s->bracket = s->bracket || c == ']';
    s->entity = s->entity || c == '&';
    s->high = s->high || c >= 0x80;
}

#ifdef __SSE2__
/* Sixteen bytes at once, as long as no tag begins in them. */
static void look_at_blocks(struct reader *r, struct segment *s)
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

/* Up to the next `<`; false where there is none, or the text is not plain. */
static bool take_text(struct reader *r, struct segment *s)
{
    const uint8_t *from = r->at;

    *s = (struct segment){ .text = SPAN_EMPTY };
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

static bool take_value(struct reader *r, struct span *value)
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

static bool take_attribute(struct reader *r, struct tag *t)
{
    struct attribute *a = &t->attribute[t->attributes];

    if (t->attributes == ATTRIBUTES_MAX)
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

/* The start tag at r->at. */
static bool take_tag(struct reader *r, struct tag *t)
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

        pass_space(r);
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

/* `</name>` at r->at. */
static bool take_end(struct reader *r, struct span name)
{
    if (!next_is(r, "</", 2))
        return false;
    r->at += 2;
    if (!next_is(r, name.at, name.len))
        return false;
    r->at += name.len;
    return r->at < r->end && *r->at++ == '>';
}

static struct span attribute(const struct tag *t, const char *name)
{
    for (unsigned i = 0; i < t->attributes; i++)
        if (span_is(t->attribute[i].name, name))
            return t->attribute[i].value;
    return SPAN_NONE;
}

/* ---- values ---- */

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

/* Copies the text with its entities resolved; *len is what it came to. */
static bool resolve(uint8_t *out, struct span in, size_t *len)
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

/* Is every `&` of a text that is not kept one of XML's own? */
static bool entities_are_plain(struct span in)
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

/* Of two the first counts.  `into` NULL: the text is not kept. */
static bool keep(struct reader *r, struct span *into, const struct segment *s)
{
    uint8_t *out;
    size_t len = s->text.len;

    if (!into || span_logged(*into))
        return !s->entity || entities_are_plain(s->text);
    if (s->line) /* libxml2 makes one end of a line of two bytes */
        return false;
    if (!len) {
        *into = SPAN_EMPTY;
        return true;
    }
    out = arena_bytes(r->arena, len);
    if (!out)
        return false;
    if (!s->entity)
        memcpy(out, s->text.at, len);
    else if (!resolve(out, s->text, &len))
        return false;
    arena_trim(r->arena, out, len);
    *into = span_of(out, len);
    return true;
}

static bool keep_attribute(struct reader *r, struct span *into, struct span value)
{
    return !span_logged(value) || keep(r, into, &(struct segment){ .text = value });
}

/* ---- sections ---- */

static bool system_child(struct reader *r, const struct tag *t, struct span **into)
{
    *into = NULL;
    if (span_is(t->name, "Provider"))
        return keep_attribute(r, &r->e->Provider, attribute(t, "Name"));
    if (span_is(t->name, "TimeCreated"))
        return keep_attribute(r, &r->SystemTime, attribute(t, "SystemTime"));
    if (span_is(t->name, "EventID"))
        *into = &r->EventID;
    else if (span_is(t->name, "EventRecordID"))
        *into = &r->EventRecordID;
    else if (span_is(t->name, "Channel"))
        *into = &r->e->Channel;
    else if (span_is(t->name, "Computer"))
        *into = &r->e->Computer;
    return true;
}

/* What stands in a child of System or EventData, and its end. */
static bool take_content(struct reader *r, const struct tag *t, struct span *into)
{
    struct segment s = { .text = SPAN_EMPTY };

    if (!t->empty && !take_text(r, &s))
        return false;
    return keep(r, into, &s) && (t->empty || take_end(r, t->name));
}

static bool take_system(struct reader *r)
{
    struct span *into;
    struct tag t;

    for (;;) {
        pass_space(r);
        if (next_is(r, "</", 2))
            return take_end(r, SPAN("System"));
        if (!take_tag(r, &t) || !system_child(r, &t, &into) || !take_content(r, &t, into))
            return false;
    }
}

/* The tag of a <Data>, in full.  Those of the record before are tried first. */
static bool take_data_tag(struct reader *r, struct tag *t, enum event_field *field)
{
    struct plain_tag *known = &r->memo->tag[r->data++ % PLAIN_TAGS];
    const uint8_t *from = r->at;
    struct span name;
    size_t len;

    if (known->len && next_is(r, known->text, known->len)) {
        r->at += known->len;
        t->name = SPAN("Data");
        t->empty = false;
        *field = known->field;
        return true;
    }
    if (!take_tag(r, t))
        return false;
    name = span_is(t->name, "Data") ? attribute(t, "Name") : SPAN_NONE;
    *field = span_logged(name) ? event_field(name) : EVENT_FIELD_COUNT;
    len = (size_t)(r->at - from);
    if (!t->empty && span_is(t->name, "Data") && len <= sizeof known->text) {
        memcpy(known->text, from, len);
        known->len = len;
        known->field = *field;
    }
    return true;
}

static bool take_event_data(struct reader *r)
{
    enum event_field field;
    struct tag t;

    for (;;) {
        pass_space(r);
        if (next_is(r, "</", 2))
            return take_end(r, SPAN("EventData"));
        if (!take_data_tag(r, &t, &field)
            || !take_content(r, &t, field == EVENT_FIELD_COUNT ? NULL : &r->e->value[field]))
            return false;
    }
}

/* All up to the end of the element that is open: its tags must match. */
static bool pass_over(struct reader *r, struct span name)
{
    struct span open[DEPTH_MAX];
    unsigned depth = 0;
    struct segment s;
    struct tag t;

    open[depth++] = name;
    while (depth) {
        if (!take_text(r, &s) || (s.entity && !entities_are_plain(s.text)))
            return false;
        if (next_is(r, "</", 2)) {
            if (!take_end(r, open[--depth]))
                return false;
            continue;
        }
        if (!take_tag(r, &t) || span_is(t.name, "Event") || depth == DEPTH_MAX)
            return false;
        if (!t.empty)
            open[depth++] = t.name;
    }
    return true;
}

/* The identity of the event decides whether its data is wanted. */
static void end_system(struct reader *r)
{
    r->e->has_id = span_number(span_trimmed(r->EventID), &r->e->id);
    r->skip_data = !r->e->has_id || !normal_wants(r->e->Provider, r->e->Channel, r->e->id);
}

static bool take_section(struct reader *r)
{
    struct tag t;

    if (!take_tag(r, &t) || span_is(t.name, "Event"))
        return false;
    if (span_is(t.name, "System")) {
        if (!t.empty && !take_system(r))
            return false;
        end_system(r);
        return true;
    }
    if (t.empty)
        return true;
    return span_is(t.name, "EventData") && !r->skip_data ? take_event_data(r)
                                                         : pass_over(r, t.name);
}

static bool take_event(struct reader *r)
{
    struct tag t;

    if (!take_tag(r, &t) || !span_is(t.name, "Event") || t.empty)
        return false;
    for (;;) {
        pass_space(r);
        if (next_is(r, "</", 2))
            return take_end(r, t.name);
        if (!take_section(r))
            return false;
    }
}

size_t xml_plain_read(struct xml_plain *p, struct arena *a, struct span in, struct event *e)
{
    struct arena_mark before = arena_mark(a);
    size_t most = in.len < XML_RECORD_MAX ? in.len : XML_RECORD_MAX;
    struct reader r = { .at = in.at, .end = in.at + most, .arena = a, .memo = p, .e = e };

    *e = (struct event){ .logged = MOMENT_NONE };
    if (!take_event(&r)) {
        arena_rewind(a, before);
        return 0;
    }
    e->logged = moment_parse(span_trimmed(r.SystemTime));
    if (span_number(span_trimmed(r.EventRecordID), &e->record))
        e->flags |= RECORD_NUMBERED;
    return (size_t)(r.at - in.at);
}
