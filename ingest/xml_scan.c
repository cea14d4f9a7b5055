/* Where the <Event> records of a text begin and end, told by bytes alone.
 *
 * It steps from `<` to `<`, knowing tags, comments, CDATA and instructions, and
 * nothing of what they mean.  The surprise: an <Event> inside an <Event> is a
 * new record only if it looks like one (namespace, or <System> in it); then
 * the outer one never ended.  An attribute's value can't hold a `<`: a quote
 * that is never closed ends at the next one, and swallows nothing.
 *
 * Linear: a search that found no end is not made again over the same bytes,
 * and at most XML_DEPTH_MAX starts can wait for one end. */
#include "ingest/xml_scan.h"

#include "ingest/decoder.h"

#define NAME_MAX_BYTES 64 /* of a tag's name that may still be `prefix:Event` */
#define ATTRIBUTE_BYTES_MIN 5 /* ` a=""` */
#define TOO_MANY_ATTRIBUTES "a tag with more than 64 attributes"
#define UNENDED "an <Event> without its end"
#define NAMESPACE "schemas.microsoft.com/win/2004/08/events/event"

struct tag {
    struct span local; /* the name without its prefix */
    size_t end;        /* behind it */
    size_t attributes;
    bool empty;        /* <x/> */
    bool cut;          /* the bytes end inside it */
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const bool ends_name[256] = {
    [' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true,
    ['>'] = true, ['/'] = true, ['<'] = true, ['='] = true,
};

/* The local name that begins at p; *end is behind it. */
static struct span name_at(struct span in, size_t p, size_t *end)
{
    size_t start = p, stop = p + NAME_MAX_BYTES < in.len ? p + NAME_MAX_BYTES : in.len;

    for (; p < stop && !ends_name[in.at[p]]; p++)
        if (in.at[p] == ':')
            start = p + 1;
    *end = p;
    return span_of(in.at + start, p - start);
}

/* The tag whose `<` stands at p. */
static struct tag tag_at(struct span in, size_t p)
{
    struct tag t = { 0 };
    size_t i;

    t.local = name_at(in, p + 1, &i);
    for (; i < in.len; i++) {
        uint8_t c = in.at[i];

        if (c == '>') {
            t.empty = in.at[i - 1] == '/';
            t.end = i + 1;
            return t;
        }
        if (c == '<') {
            t.end = i;
            return t;
        }
        if (c == '=')
            t.attributes++;
        if (c != '"' && c != '\'')
            continue;
        for (i++; i < in.len && in.at[i] != c && in.at[i] != '<'; i++)
            ;
        if (i < in.len && in.at[i] == '<')
            i--;
    }
    t.cut = true;
    t.end = in.len;
    return t;
}

static size_t next_open(struct span in, size_t p)
{
    const uint8_t *at = p < in.len ? memchr(in.at + p, '<', in.len - p) : NULL;

    return at ? (size_t)(at - in.at) : in.len;
}

static bool starts_at(struct span in, size_t p, const char *text)
{
    return span_starts(span_of(in.at + p, in.len - p), span_text(text));
}

/* Does the <Event> with this tag look like one of Windows' logs?  *unsure where
 * the bytes end before that is told. */
static bool looks_real(struct span in, size_t p, const struct tag *t, bool *unsure)
{
    size_t i = t->end, end = in.len;

    if (memmem(in.at + p, t->end - p, NAMESPACE, sizeof NAMESPACE - 1))
        return true;
    while (i < in.len && is_space(in.at[i]))
        i++;
    if (i < in.len && in.at[i] != '<')
        return false;
    struct span local = i < in.len ? name_at(in, i + 1, &end) : SPAN_EMPTY;
    *unsure = end == in.len;
    return span_is(local, "System") || span_is(local, "Provider");
}

/* Behind the next `text` at or after p; 0 where there is none.  *sought keeps
 * how far that was found out. */
static size_t behind(struct span in, size_t p, const char *text, size_t *sought)
{
    size_t len = strlen(text), from = p > *sought ? p : *sought;
    const uint8_t *at = from < in.len ? memmem(in.at + from, in.len - from, text, len) : NULL;

    if (at)
        return (size_t)(at - in.at) + len;
    if (in.len > len && in.len - len > *sought)
        *sought = in.len - len;
    return 0;
}

/* One record on the way from its start to its end. */
struct body {
    struct span in; /* up to the record's largest possible end */
    bool open;      /* more bytes may follow within that */
    const char *wrong;
    unsigned events; /* open ones */
    size_t at;
};

enum step { STEP_ON, STEP_ENDS, STEP_BROKEN, STEP_CUT };

/* A comment, CDATA, instruction or declaration at b->at. */
static enum step special(struct xml_scan *s, struct body *b)
{
    size_t p = b->at, to = 0;

    if (starts_at(b->in, p, "<!--")) {
        to = behind(b->in, p + 4, "-->", &s->comment_sought);
    } else if (starts_at(b->in, p, "<![CDATA[")) {
        to = behind(b->in, p + 9, "]]>", &s->cdata_sought);
    } else if (b->in.at[p + 1] == '?') {
        to = behind(b->in, p + 2, "?>", &s->instruction_sought);
    } else {
        b->wrong = "a declaration (<!DOCTYPE, <!ENTITY) in a record";
        to = p + 2;
    }
    if (!to && b->open)
        return STEP_CUT;
    b->at = to ? to : p + 2; /* never closed: it hides nothing */
    return STEP_ON;
}

static enum step end_tag(struct body *b)
{
    struct span local = name_at(b->in, b->at + 2, &b->at);

    if (!span_is(local, "Event"))
        return STEP_ON;
    while (b->at < b->in.len && is_space(b->in.at[b->at]))
        b->at++;
    if (b->at == b->in.len || b->in.at[b->at] != '>')
        return STEP_ON;
    b->at++;
    return --b->events == 0 ? STEP_ENDS : STEP_ON;
}

/* An <Event> at b->at. */
static enum step event_tag(struct body *b)
{
    struct tag t = tag_at(b->in, b->at);
    bool unsure = false;

    if (t.cut)
        return STEP_CUT;
    if (b->events > 0) {
        if (looks_real(b->in, b->at, &t, &unsure) || b->events >= XML_DEPTH_MAX)
            return STEP_BROKEN;
        if (unsure)
            return STEP_CUT;
    }
    if (t.attributes > XML_ATTRIBUTES_MAX)
        b->wrong = TOO_MANY_ATTRIBUTES;
    b->at = t.end;
    if (t.empty)
        return b->events == 0 ? STEP_ENDS : STEP_ON;
    b->events++;
    return STEP_ON;
}

/* Any tag that begins at b->at.  The next `<` ends it in any case; its
 * attributes are counted only where it has room for too many. */
static enum step start_tag(struct body *b)
{
    const uint8_t *name = b->in.at + b->at + 1;
    size_t end;

    if (b->in.len - b->at > 6 && memcmp(name, "Data", 4) == 0 && ends_name[name[4]])
        end = b->at + 5; /* most are this one */
    else if (span_is(name_at(b->in, b->at + 1, &end), "Event"))
        return event_tag(b);

    size_t next = next_open(b->in, end);
    if (next - b->at > XML_ATTRIBUTES_MAX * ATTRIBUTE_BYTES_MIN
        && tag_at(b->in, b->at).attributes > XML_ATTRIBUTES_MAX)
        b->wrong = TOO_MANY_ATTRIBUTES;
    b->at = next;
    return STEP_ON;
}

static enum step next_step(struct xml_scan *s, struct body *b)
{
    if (b->at >= b->in.len || b->in.at[b->at] != '<')
        b->at = next_open(b->in, b->at);
    if (b->at + 1 >= b->in.len)
        return STEP_CUT;
    switch (b->in.at[b->at + 1]) {
    case '/': return end_tag(b);
    case '!':
    case '?': return special(s, b);
    default: return start_tag(b);
    }
}

static enum xml_found read_record(struct xml_scan *s, size_t start, struct xml_record *r)
{
    size_t left = s->in.len - start, largest = record_max(XML_RECORD_MAX);
    size_t most = left < largest ? left : largest;
    struct body b = {
        .in = span_of(s->in.at, start + most),
        .open = !s->at_end && left < largest,
        .at = start,
    };
    enum step step = STEP_ON;

    while (step == STEP_ON)
        step = next_step(s, &b);
    *r = (struct xml_record){ .start = start, .end = b.at, .wrong = b.wrong };
    if (step == STEP_CUT) {
        if (b.open) {
            s->at = start;
            return XML_MORE;
        }
        r->cut = left < largest;
        r->wrong = r->cut ? UNENDED : record_too_long(XML_RECORD_MAX);
        /* Too large: what began within its last tag is looked at again. */
        r->end = r->cut || b.at == start ? b.in.len : b.at;
    }
    if (step == STEP_BROKEN)
        r->wrong = UNENDED;
    s->at = r->end;
    return XML_RECORD;
}

/* Does an <Event> begin at the `<` at p?  *unsure where the bytes end within its
 * name. */
static bool starts_event(struct span in, size_t p, bool *unsure)
{
    size_t end;
    struct span local = name_at(in, p + 1, &end);

    *unsure = end == in.len && end - p <= NAME_MAX_BYTES;
    return span_is(local, "Event") && end < in.len
        && (is_space(in.at[end]) || in.at[end] == '>' || in.at[end] == '/');
}

/* Behind the comment or CDATA that begins at the `<` at p: what stands in it is no
 * record.  p where none begins; 0 where it has no end (yet). */
static size_t past_hidden(struct xml_scan *s, size_t p)
{
    static const size_t opening_max = sizeof "<![CDATA[" - 1;

    if (p + 1 >= s->in.len || s->in.at[p + 1] != '!')
        return p;
    if (starts_at(s->in, p, "<!--"))
        return behind(s->in, p + 4, "-->", &s->comment_sought);
    if (starts_at(s->in, p, "<![CDATA["))
        return behind(s->in, p + opening_max, "]]>", &s->cdata_sought);
    return s->in.len - p < opening_max ? 0 : p;
}

/* The first such place at or after p, sure or not; in.len where there is none.
 * *more where something begins there that hides records, and does not end yet:
 * what never ends hides nothing. */
static size_t next_start(struct xml_scan *s, size_t p, bool *unsure, bool *more)
{
    for (p = next_open(s->in, p); p < s->in.len;) {
        size_t behind_it = past_hidden(s, p);

        if (behind_it > p) {
            p = next_open(s->in, behind_it);
            continue;
        }
        if (behind_it == 0 && p + 1 < s->in.len && s->in.at[p + 1] == '!' && !s->at_end) {
            *more = true;
            return p;
        }
        if (starts_event(s->in, p, unsure) || *unsure)
            return p;
        p = next_open(s->in, p + 1);
    }
    return s->in.len;
}

enum xml_found xml_next(struct xml_scan *s, struct xml_record *r)
{
    bool unsure = false, more = false;
    size_t start = next_start(s, s->at, &unsure, &more), end;

    s->at = start;
    if (more)
        return XML_MORE;
    if (start == s->in.len)
        return XML_NONE;
    if (unsure && (!s->at_end || !span_is(name_at(s->in, start + 1, &end), "Event"))) {
        if (s->at_end)
            s->at = s->in.len;
        return XML_NONE;
    }
    return read_record(s, start, r);
}

size_t xml_last_event(struct span in)
{
    for (const char *c = "!?"; *c; c++) { /* comments, CDATA, instructions */
        const uint8_t *at = in.at, *end = in.at + in.len;

        while ((at = memchr(at, *c, (size_t)(end - at))) != NULL) {
            if (at > in.at && at[-1] == '<')
                return 0;
            at++;
        }
    }
    for (size_t left = in.len; left > 0;) {
        const uint8_t *at = memrchr(in.at, '<', left);
        bool unsure = false;

        if (!at)
            break;
        left = (size_t)(at - in.at);
        if (!starts_event(in, left, &unsure))
            continue;
        struct tag t = tag_at(in, left);
        if (!t.cut && looks_real(in, left, &t, &unsure))
            return left;
    }
    return 0;
}

bool xml_has_event(struct span in)
{
    struct xml_scan s = { .in = in, .at_end = true };
    bool unsure = false, more = false;

    for (size_t p = next_start(&s, 0, &unsure, &more); p < in.len && !unsure;
         p = next_start(&s, p + 1, &unsure, &more)) {
        struct tag t = tag_at(in, p);

        if (looks_real(in, p, &t, &unsure))
            return true;
        unsure = false;
    }
    return false;
}

/* Behind blanks, instructions and comments at p. */
static size_t past_blanks(struct span in, size_t p)
{
    size_t none = 0, to = p;

    do {
        p = to;
        while (p < in.len && is_space(in.at[p]))
            p++;
        to = starts_at(in, p, "<!--") ? behind(in, p + 4, "-->", &none)
           : starts_at(in, p, "<?") ? behind(in, p + 2, "?>", &none) : 0;
        none = 0;
    } while (to > p);
    return p;
}

bool xml_is_empty_export(struct span in)
{
    size_t p = past_blanks(in, 0), end;
    struct tag t;

    if (p >= in.len || in.at[p] != '<' || !span_is(name_at(in, p + 1, &end), "Events"))
        return false;
    t = tag_at(in, p);
    if (t.cut)
        return false;
    if (t.empty)
        return past_blanks(in, t.end) == in.len;
    p = past_blanks(in, t.end);
    if (!starts_at(in, p, "</") || !span_is(name_at(in, p + 2, &end), "Events"))
        return false;
    while (end < in.len && is_space(in.at[end]))
        end++;
    return end < in.len && in.at[end] == '>' && past_blanks(in, end + 1) == in.len;
}
