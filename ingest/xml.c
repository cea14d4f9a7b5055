/* Sysmon's events as XML: `wevtutil`'s, Event Viewer's, evtx_dump's, Splunk's.
 *
 * The text is cut into records by bytes (xml_scan), and each <Event> is parsed
 * alone by libxml2 with entities, network, and huge texts closed; so one bad
 * character costs one record at most.  Never builds a tree, never loads
 * anything.  The surprise: a UTF-16 file is scanned by a copy that has one byte
 * a unit, so that places stay those of the source. */
#include "ingest/decoder.h"

#include "core/fault.h"
#include "core/text.h"
#include "ingest/normal.h"
#include "ingest/xml.h"
#include "ingest/xml_mend.h"
#include "ingest/xml_scan.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <stdlib.h>

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (4u << 20)
#define SCRATCH_BYTES_MAX (8u << 20) /* of one record: converted, mended */
#define REASON_BYTES_MAX 160         /* of libxml2's own words in a loss */
#define OPTIONS (XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

_Static_assert(PIECE_BYTES > 2 * XML_RECORD_MAX, "a piece has room for any record in UTF-16");

/* ---- encodings ---- */

enum encoding { ENCODING_UNKNOWN, UTF8, UTF16LE, UTF16BE };

/* UTF-16 where it says `Event` first; a mark of byte order decides at once. */
static enum encoding encoding_of(struct span in, uint64_t offset)
{
    static const uint8_t little[] = "E\0v\0e\0n\0t", big[] = "\0E\0v\0e\0n\0t";
    enum encoding e = ENCODING_UNKNOWN;
    const uint8_t *at;

    if (offset == 0 && span_starts(in, SPAN("\xFF\xFE")))
        return UTF16LE;
    if (offset == 0 && span_starts(in, SPAN("\xFE\xFF")))
        return UTF16BE;
    if ((at = memmem(in.at, in.len, "Event", 5)) != NULL) {
        e = UTF8;
        in.len = (size_t)(at - in.at);
    }
    if ((at = memmem(in.at, in.len, little, 10)) != NULL && (at - in.at) % 2 == 0) {
        e = UTF16LE;
        in.len = (size_t)(at - in.at);
    }
    if ((at = memmem(in.at, in.len, big, 10)) != NULL && (at - in.at) % 2 == 0)
        e = UTF16BE;
    return e;
}

static size_t unit_of(enum encoding e)
{
    return e == UTF16LE || e == UTF16BE ? 2 : 1;
}

/* One byte a unit: ASCII as it is, everything else a byte that means nothing. */
static uint8_t *narrow(struct span in, enum encoding e)
{
    size_t low = e == UTF16LE ? 0 : 1, high = 1 - low;
    uint8_t *out = memory_get(in.len / 2 + 1);

    for (size_t i = 0; i < in.len / 2; i++) {
        uint8_t c = in.at[2 * i + low];

        out[i] = in.at[2 * i + high] || c >= 0x80 ? 0xBF : c;
    }
    return out;
}

static void swap(uint8_t *out, struct span in)
{
    for (size_t i = 0; i + 1 < in.len; i += 2) {
        out[i] = in.at[i + 1];
        out[i + 1] = in.at[i];
    }
}

/* ---- sniff and cut ---- */

static bool xml_sniff(struct span head)
{
    enum encoding e = encoding_of(head, 0);
    struct span text = head;
    uint8_t *copy = NULL;
    bool is;

    if (e == ENCODING_UNKNOWN)
        return false;
    if (e != UTF8) {
        copy = narrow(head, e);
        text = span_of(copy, head.len / 2);
    }
    if (span_starts(text, SPAN("\xEF\xBB\xBF")))
        text = span_of(text.at + 3, text.len - 3);
    while (text.len && memchr(" \t\r\n\xBF", text.at[0], 5))
        text = span_of(text.at + 1, text.len - 1);
    /* XML inside of JSON is JSON's to unescape; a NUL before it is no text. */
    const uint8_t *at = memchr(text.at, '<', text.len);
    is = at && text.at[0] != '{' && text.at[0] != '['
        && !memchr(text.at, 0, (size_t)(at - text.at)) && xml_has_event(text);
    free(copy);
    return is;
}

struct cut_state {
    enum encoding encoding;
};

/* A piece ends where a record begins, or where none can. */
static size_t xml_cut(void *state, struct span bytes, uint64_t offset, bool at_end)
{
    struct cut_state *c = state;
    struct xml_record r;
    uint8_t *copy = NULL;
    enum xml_found found = XML_NONE;
    struct xml_scan s = { .in = bytes };

    if (at_end)
        return bytes.len;
    if (c->encoding == ENCODING_UNKNOWN)
        c->encoding = encoding_of(bytes, offset);
    if (unit_of(c->encoding) == 2) {
        copy = narrow(bytes, c->encoding);
        s.in = span_of(copy, bytes.len / 2);
    }
    size_t n = xml_last_event(s.in);
    if (n == 0) {
        while ((found = xml_next(&s, &r)) == XML_RECORD)
            ;
        n = s.at;
    }
    free(copy);
    if (n > 0)
        return n * unit_of(c->encoding);
    return found == XML_NONE ? bytes.len - bytes.len % 2 : 0;
}

/* ---- one record through libxml2 ---- */

#define ELEMENTS(_) \
    _(System) _(EventData) _(Provider) _(EventID) _(TimeCreated) _(EventRecordID) \
    _(Channel) _(Computer) _(Data) _(Name) _(SystemTime)
#define ELEMENT_ENUM(name) E_##name,
enum element { ELEMENTS(ELEMENT_ENUM) ELEMENT_COUNT };

enum section { SECTION_NONE, SECTION_SYSTEM, SECTION_DATA };

struct reading {
    xmlParserCtxtPtr parser;
    const xmlChar *name[ELEMENT_COUNT]; /* as the parser's dictionary holds them */
    struct batch *batch;
    struct arena scratch;

    /* Of the record at hand. */
    struct event e;
    struct span EventID, EventRecordID, SystemTime;
    bool skip_data;
    unsigned depth;
    enum section section;
    struct span *into;        /* what the text that comes belongs to; NULL */
    uint8_t *pool, *at, *end; /* room for all its texts */
    bool mended, full, deep;
    bool usable;              /* the parser's document takes one more record */
};

static void add_text(struct reading *r, const uint8_t *text, size_t len)
{
    if ((size_t)(r->end - r->at) < len) {
        r->full = true;
        return;
    }
    memcpy(r->at, text, len);
    r->at += len;
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
    struct reading *r = ctx;

    if (r->into && len > 0)
        add_text(r, text, (size_t)len);
}

static void begin_value(struct reading *r, struct span *into)
{
    if (span_logged(*into)) /* of two the first counts */
        return;
    r->into = into;
    into->at = r->at;
}

static void end_value(struct reading *r)
{
    size_t len = (size_t)(r->at - r->into->at);

    if (r->mended)
        len = xml_unmend(r->at - len, len);
    r->at = (uint8_t *)r->pool + (r->into->at - r->pool) + len;
    r->into->len = len;
    r->into = NULL;
}

/* libxml2 hands on `&` in an attribute as `&#38;` while entities are closed. */
static void add_attribute(struct reading *r, struct span *into, struct span value)
{
    static const struct span amp = SPAN_INIT("&#38;");

    begin_value(r, into);
    if (r->into != into)
        return;
    while (value.len) {
        const uint8_t *at = memmem(value.at, value.len, amp.at, amp.len);
        size_t len = at ? (size_t)(at - value.at) : value.len;

        add_text(r, value.at, len);
        if (at) {
            add_text(r, (const uint8_t *)"&", 1);
            len += amp.len;
        }
        value = span_of(value.at + len, value.len - len);
    }
    end_value(r);
}

/* The value of an attribute; five pointers each: name, prefix, URI, from, to. */
static struct span attribute(const struct reading *r, int count, const xmlChar **attributes,
                             enum element which)
{
    for (int i = 0; i < count; i++) {
        const xmlChar **a = attributes + 5 * i;

        if (a[0] == r->name[which])
            return span_of(a[3], (size_t)(a[4] - a[3]));
    }
    return SPAN_NONE;
}

static void on_system(struct reading *r, const xmlChar *name, int count,
                      const xmlChar **attributes)
{
    struct span value;

    if (name == r->name[E_Provider]) {
        value = attribute(r, count, attributes, E_Name);
        if (span_logged(value))
            add_attribute(r, &r->e.Provider, value);
    } else if (name == r->name[E_TimeCreated]) {
        value = attribute(r, count, attributes, E_SystemTime);
        if (span_logged(value))
            add_attribute(r, &r->SystemTime, value);
    } else if (name == r->name[E_EventID]) {
        begin_value(r, &r->EventID);
    } else if (name == r->name[E_EventRecordID]) {
        begin_value(r, &r->EventRecordID);
    } else if (name == r->name[E_Channel]) {
        begin_value(r, &r->e.Channel);
    } else if (name == r->name[E_Computer]) {
        begin_value(r, &r->e.Computer);
    }
}

static void on_data(struct reading *r, int count, const xmlChar **attributes)
{
    struct span name = attribute(r, count, attributes, E_Name);
    enum event_field f = span_logged(name) ? event_field(name) : EVENT_FIELD_COUNT;

    if (f != EVENT_FIELD_COUNT)
        begin_value(r, &r->e.value[f]);
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **namespace, int count, int defaulted,
                     const xmlChar **attributes)
{
    struct reading *r = ctx;

    (void)prefix, (void)uri, (void)namespaces, (void)namespace, (void)defaulted;
    if (++r->depth > XML_DEPTH_MAX + 1) {
        r->deep = true;
        xmlStopParser(r->parser);
    }
    if (r->depth == 3)
        r->section = name == r->name[E_System] ? SECTION_SYSTEM
                   : name == r->name[E_EventData] && !r->skip_data ? SECTION_DATA : SECTION_NONE;
    else if (r->depth == 4 && r->section == SECTION_SYSTEM)
        on_system(r, name, count, attributes);
    else if (r->depth == 4 && r->section == SECTION_DATA && name == r->name[E_Data])
        on_data(r, count, attributes);
}

static struct span trimmed(struct span s)
{
    while (s.len && memchr(" \t\r\n", s.at[0], 4))
        s = span_of(s.at + 1, s.len - 1);
    while (s.len && memchr(" \t\r\n", s.at[s.len - 1], 4))
        s.len--;
    return s;
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct reading *r = ctx;

    (void)name, (void)prefix, (void)uri;
    if (r->depth == 4 && r->into)
        end_value(r);
    if (r->depth == 3 && r->section == SECTION_SYSTEM) {
        r->e.has_id = span_number(trimmed(r->EventID), &r->e.id);
        r->skip_data = !r->e.has_id || !normal_wants(r->e.Provider, r->e.id);
    }
    r->depth--;
}

/* ---- records of a piece ---- */

static xmlParserInputPtr deny(const char *url, const char *id, xmlParserCtxtPtr parser)
{
    (void)url, (void)id, (void)parser;
    return NULL;
}

static void prepare_library(void)
{
    xmlInitParser();
    xmlSetExternalEntityLoader(deny);
}

static void reading_open(struct reading *r, struct batch *b)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static xmlSAXHandler handler = { /* copied */
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
    };
    static const char *const names[] = {
#define ELEMENT_TEXT(name) #name,
        ELEMENTS(ELEMENT_TEXT)
    };

    pthread_once(&once, prepare_library);
    *r = (struct reading){ .batch = b };
    r->parser = xmlCreatePushParserCtxt(&handler, r, NULL, 0, NULL);
    if (!r->parser)
        fault_memory();
    for (int i = 0; i < ELEMENT_COUNT; i++) {
        r->name[i] = xmlDictLookup(r->parser->dict, (const xmlChar *)names[i], -1);
        if (!r->name[i])
            fault_memory();
    }
    arena_init(&r->scratch, SCRATCH_BYTES_MAX);
}

static void reading_close(struct reading *r)
{
    xmlFreeParserCtxt(r->parser);
    arena_clear(&r->scratch);
}

/* A new document for libxml2, with one element open, in which records stand
 * side by side.  One that is not well-formed ends it; so each is parsed as if
 * alone, and the sound ones cost no document of their own. */
static void begin_document(struct reading *r)
{
    r->depth = 0;
    r->section = SECTION_NONE;
    r->into = NULL;
    if (xmlCtxtResetPush(r->parser, NULL, 0, NULL, NULL) != 0)
        fault_memory();
    xmlCtxtUseOptions(r->parser, OPTIONS);
    xmlParseChunk(r->parser, "<r>", 3, 0);
    r->usable = true;
}

/* Parses one <Event>; false where libxml2 refuses it, or a text found no room. */
static bool parse(struct reading *r, struct span text, struct arena_mark before)
{
    xmlParserCtxtPtr parser = r->parser;

    arena_rewind(&r->batch->arena, before);
    r->e = (struct event){ .logged = MOMENT_NONE };
    r->EventID = r->EventRecordID = r->SystemTime = SPAN_NONE;
    r->skip_data = r->full = r->deep = false;
    r->pool = r->at = arena_bytes(&r->batch->arena, text.len);
    if (!r->pool)
        return false;
    r->end = r->pool + text.len;
    if (!r->usable)
        begin_document(r);
    xmlParseChunk(parser, (const char *)text.at, (int)text.len, 0);
    if (parser->lastError.code == XML_ERR_NO_MEMORY)
        fault_memory();
    /* All of it was read, and it closed what it opened. */
    r->usable = parser->wellFormed && !r->deep && r->depth == 1
        && parser->input->cur == parser->input->end;
    return r->usable && !r->full;
}

/* libxml2's words, on one line and as valid UTF-8. */
static const char *reason(struct reading *r)
{
    const char *message = r->parser->lastError.message;
    size_t len = message ? strnlen(message, REASON_BYTES_MAX) : 0;
    bool altered = false, full = false;
    struct span text;

    while (len && (message[len - 1] == '\n' || message[len - 1] == '.'))
        len--;
    if (r->deep)
        return "elements nested deeper than 64";
    if (len == 0)
        return "not well-formed XML";
    text = text_clean(&r->scratch, span_of(message, len), &altered, &full);
    uint8_t *out = full ? NULL : arena_get(&r->batch->arena, text.len + 1);
    if (!out)
        return "not well-formed XML";
    memcpy(out, text.at, text.len);
    for (size_t i = 0; i < text.len; i++)
        if (out[i] == '\n')
            out[i] = ' ';
    return (const char *)out;
}

/* Reads one record into r->e, all but its place; why it could not, or NULL. */
static const char *read_record(struct reading *r, struct span text, bool altered)
{
    struct arena_mark before = arena_mark(&r->batch->arena);
    bool ok;

    r->mended = false;
    ok = text_is_utf8(text) && parse(r, text, before);
    if (!ok) {
        bool changed = false;
        struct span mended = xml_mend(&r->scratch, text, &changed);

        r->mended = changed;
        ok = changed && parse(r, mended, before);
        altered = true;
    }
    if (!ok) {
        arena_rewind(&r->batch->arena, before);
        return reason(r);
    }
    arena_trim(&r->batch->arena, r->pool, (size_t)(r->at - r->pool));
    r->e.logged = moment_parse(trimmed(r->SystemTime));
    if (span_number(trimmed(r->EventRecordID), &r->e.record))
        r->e.flags |= RECORD_NUMBERED;
    if (altered)
        r->e.flags |= RECORD_ALTERED;
    return NULL;
}

static void take_record(struct reading *r, struct span text, uint64_t place, uint64_t len,
                        bool altered)
{
    struct arena_mark before = arena_mark(&r->batch->arena);
    const char *wrong = read_record(r, text, altered);

    if (wrong) {
        batch_loss(r->batch, place, len, wrong);
        return;
    }
    r->e.place = place;
    normal_event(r->batch, &r->e, before);
}

/* The record's bytes as UTF-8. */
static struct span converted(struct reading *r, struct span in, enum encoding e, bool *altered)
{
    bool full = false;

    if (unit_of(e) == 1)
        return in;
    if (e == UTF16BE) {
        uint8_t *little = arena_bytes(&r->scratch, in.len);

        if (!little)
            return SPAN_NONE;
        swap(little, in);
        in.at = little;
    }
    return text_from_utf16le(&r->scratch, in, altered, &full);
}

static void xml_decode(const struct piece *p, struct batch *b)
{
    enum encoding e = encoding_of(p->bytes, p->offset);
    size_t unit = unit_of(e);
    struct xml_scan s = { .in = p->bytes, .at_end = true };
    struct xml_record found;
    struct reading r;
    uint8_t *copy = NULL;

    if (unit == 2) {
        copy = narrow(p->bytes, e);
        s.in = span_of(copy, p->bytes.len / 2);
    }
    reading_open(&r, b);
    struct arena_mark empty = arena_mark(&r.scratch);
    while (xml_next(&s, &found) == XML_RECORD) {
        uint64_t place = p->offset + found.start * unit, len = (found.end - found.start) * unit;
        bool altered = false;

        if (found.wrong) {
            batch_loss(b, place, len,
                       found.cut && p->last ? "cut at the end of the file" : found.wrong);
            continue;
        }
        struct span text = converted(&r, span_of(p->bytes.at + found.start * unit, len), e,
                                     &altered);
        if (span_logged(text))
            take_record(&r, text, place, len, altered);
        else
            batch_loss(b, place, len, "too large for its batch");
        arena_rewind(&r.scratch, empty);
    }
    reading_close(&r);
    free(copy);
}

/* ---- records that other formats carry ---- */

struct xml_reader {
    struct reading reading;
    struct arena_mark empty;
};

struct xml_reader *xml_reader_open(struct batch *b)
{
    struct xml_reader *x = memory_get(sizeof *x);

    reading_open(&x->reading, b);
    x->empty = arena_mark(&x->reading.scratch);
    return x;
}

void xml_reader_close(struct xml_reader *x)
{
    if (!x)
        return;
    reading_close(&x->reading);
    free(x);
}

static const uint8_t *last_of(struct span text, struct span what)
{
    const uint8_t *last = NULL, *at;

    while (text.len && (at = memmem(text.at, text.len, what.at, what.len)) != NULL) {
        last = at;
        text = span_of(at + what.len, (size_t)(text.at + text.len - at) - what.len);
    }
    return last;
}

/* An event whose carrier cut it short: what is whole of it, and closed. */
static struct span closed(struct arena *a, struct span text)
{
    static const struct { struct span whole, close; } ways[] = {
        { SPAN_INIT("</Data>"), SPAN_INIT("</EventData></Event>") },
        { SPAN_INIT("</System>"), SPAN_INIT("</Event>") },
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const uint8_t *last = last_of(text, ways[i].whole);
        size_t len = last ? (size_t)(last - text.at) + ways[i].whole.len : 0;
        uint8_t *out = last ? arena_bytes(a, len + ways[i].close.len) : NULL;

        if (!out)
            continue;
        memcpy(out, text.at, len);
        memcpy(out + len, ways[i].close.at, ways[i].close.len);
        return span_of(out, len + ways[i].close.len);
    }
    return SPAN_EMPTY;
}

const char *xml_read(struct xml_reader *x, struct span text, struct event *e)
{
    struct xml_scan s = { .in = text, .at_end = true };
    struct xml_record found;
    bool cut;

    cut = memmem(text.at, text.len, "</Event>", 8) == NULL;
    if (cut)
        s.in = closed(&x->reading.scratch, text);
    if (xml_next(&s, &found) != XML_RECORD)
        found.wrong = "no <Event> that says anything";
    const char *wrong = found.wrong;
    if (!wrong)
        wrong = read_record(&x->reading,
                            span_of(s.in.at + found.start, found.end - found.start), cut);
    arena_rewind(&x->reading.scratch, x->empty);
    if (!wrong)
        *e = x->reading.e;
    return wrong;
}

const struct decoder xml_decoder = {
    .name = "xml",
    .sniff = xml_sniff,
    .cut = xml_cut,
    .cut_bytes = sizeof(struct cut_state),
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = xml_decode,
};
