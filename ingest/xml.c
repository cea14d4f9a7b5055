/* One <Event> at a time through libxml2, the only file that knows it, where it is
 * not plain (xml_plain.h).
 *
 * Entities, network and huge texts are closed; one attempt is made to mend a
 * record that is refused.  Never builds a tree, never loads anything.  The
 * surprise: sound records share one document, since a document for each costs
 * as much as the record; the first broken one ends it. */
#include "ingest/xml.h"

#include "core/fault.h"
#include "core/text.h"
#include "ingest/normal.h"
#include "ingest/xml_mend.h"
#include "ingest/xml_plain.h"
#include "ingest/xml_scan.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <stdlib.h>

#define SCRATCH_BYTES_MAX (8u << 20) /* a record, mended */
#define REASON_BYTES_MAX 160         /* of libxml2's own words in a loss */
#define OPTIONS (XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

#define ELEMENTS(_) \
    _(System) _(EventData) _(Provider) _(EventID) _(TimeCreated) _(EventRecordID) \
    _(Channel) _(Computer) _(Data) _(Name) _(SystemTime)
#define ELEMENT_ENUM(name) E_##name,
enum element { ELEMENTS(ELEMENT_ENUM) ELEMENT_COUNT };

enum section { SECTION_NONE, SECTION_SYSTEM, SECTION_DATA };

#define GUESSES 32

struct guess {
    uint8_t name[32];
    size_t len;
    enum event_field field;
};

struct xml_reader {
    xmlParserCtxtPtr parser;
    const xmlChar *name[ELEMENT_COUNT]; /* as the parser's dictionary holds them */
    struct batch *batch;
    struct arena scratch;
    struct xml_plain plain;

    /* Of the record at hand. */
    struct event e;
    struct span EventID, EventRecordID, SystemTime;
    bool skip_data;
    struct guess guess[GUESSES];
    unsigned data;            /* <Data> so far */
    unsigned depth;
    enum section section;
    struct span *into;        /* what the text that comes belongs to; NULL */
    uint8_t *pool, *at, *end; /* room for all its texts */
    bool mended, full, deep;
    bool usable;              /* the parser's document takes one more record */
};

static void add_text(struct xml_reader *r, const uint8_t *text, size_t len)
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
    struct xml_reader *r = ctx;

    if (r->into && len > 0)
        add_text(r, text, (size_t)len);
}

static void begin_value(struct xml_reader *r, struct span *into)
{
    if (span_logged(*into)) /* of two the first counts */
        return;
    r->into = into;
    into->at = r->at;
}

static void end_value(struct xml_reader *r)
{
    size_t len = (size_t)(r->at - r->into->at);

    if (r->mended)
        len = xml_unmend(r->at - len, len);
    r->at = (uint8_t *)r->pool + (r->into->at - r->pool) + len;
    r->into->len = len;
    r->into = NULL;
}

/* libxml2 hands on `&` in an attribute as `&#38;` while entities are closed. */
static void add_attribute(struct xml_reader *r, struct span *into, struct span value)
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
static struct span attribute(const struct xml_reader *r, int count, const xmlChar **attributes,
                             enum element which)
{
    for (int i = 0; i < count; i++) {
        const xmlChar **a = attributes + 5 * i;

        if (a[0] == r->name[which])
            return span_of(a[3], (size_t)(a[4] - a[3]));
    }
    return SPAN_NONE;
}

static void on_system(struct xml_reader *r, const xmlChar *name, int count,
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

/* Events of one kind have the same names in the same order: what stood at this
 * place before is asked first. */
static enum event_field field_of(struct xml_reader *r, struct span name)
{
    struct guess *g = &r->guess[r->data++ % GUESSES];

    if (name.len > sizeof g->name)
        return EVENT_FIELD_COUNT;
    if (name.len != g->len || memcmp(name.at, g->name, name.len) != 0) {
        memcpy(g->name, name.at, name.len);
        g->len = name.len;
        g->field = event_field(name);
    }
    return g->field;
}

static void on_data(struct xml_reader *r, int count, const xmlChar **attributes)
{
    struct span name = attribute(r, count, attributes, E_Name);
    enum event_field f = span_logged(name) ? field_of(r, name) : EVENT_FIELD_COUNT;

    if (f != EVENT_FIELD_COUNT)
        begin_value(r, &r->e.value[f]);
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **namespace, int count, int defaulted,
                     const xmlChar **attributes)
{
    struct xml_reader *r = ctx;

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

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_reader *r = ctx;

    (void)name, (void)prefix, (void)uri;
    if (r->depth == 4 && r->into)
        end_value(r);
    if (r->depth == 3 && r->section == SECTION_SYSTEM) {
        r->e.has_id = span_number(span_trimmed(r->EventID), &r->e.id);
        r->skip_data = !r->e.has_id || !normal_wants(r->e.Provider, r->e.Channel, r->e.id);
    }
    r->depth--;
}

/* ---- one record ---- */

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

struct xml_reader *xml_reader_open(struct batch *b)
{
    struct xml_reader *r = memory_zero(1, sizeof *r);
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
    r->batch = b;
    r->parser = xmlCreatePushParserCtxt(&handler, r, NULL, 0, NULL);
    if (!r->parser)
        fault_memory();
    for (int i = 0; i < ELEMENT_COUNT; i++) {
        r->name[i] = xmlDictLookup(r->parser->dict, (const xmlChar *)names[i], -1);
        if (!r->name[i])
            fault_memory();
    }
    for (int i = 0; i < GUESSES; i++)
        r->guess[i].field = EVENT_FIELD_COUNT;
    arena_init(&r->scratch, SCRATCH_BYTES_MAX);
    return r;
}

void xml_reader_close(struct xml_reader *r)
{
    if (!r)
        return;
    xmlFreeParserCtxt(r->parser);
    arena_clear(&r->scratch);
    free(r);
}

/* A new document for libxml2, with one element open, in which records stand
 * side by side.  One that is not well-formed ends it; so each is parsed as if
 * alone, and the sound ones cost no document of their own. */
static void begin_document(struct xml_reader *r)
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
static bool parse(struct xml_reader *r, struct span text, struct arena_mark before)
{
    xmlParserCtxtPtr parser = r->parser;

    arena_rewind(&r->batch->arena, before);
    r->e = (struct event){ .logged = MOMENT_NONE };
    r->EventID = r->EventRecordID = r->SystemTime = SPAN_NONE;
    r->skip_data = r->full = r->deep = false;
    r->data = 0;
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
static const char *reason(struct xml_reader *r)
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
    text = text_clean(&r->batch->arena, span_of(message, len), &altered, &full);
    uint8_t *out = full ? NULL : arena_get(&r->batch->arena, text.len + 1);
    if (!out)
        return "not well-formed XML";
    memcpy(out, text.at, text.len);
    for (size_t i = 0; i < text.len; i++)
        if (out[i] == '\n')
            out[i] = ' ';
    return (const char *)out;
}

size_t xml_read_plain(struct xml_reader *r, struct span in, struct event *e)
{
    return xml_plain_read(&r->plain, &r->batch->arena, in, e);
}

const char *xml_read_event(struct xml_reader *r, struct span text, struct event *e)
{
    struct arena_mark before = arena_mark(&r->batch->arena);

    if (text.len && xml_read_plain(r, text, e) == text.len)
        return NULL;
    arena_rewind(&r->batch->arena, before);
    return xml_read_strictly(r, text, e);
}

const char *xml_read_strictly(struct xml_reader *r, struct span text, struct event *e)
{
    struct arena_mark before = arena_mark(&r->batch->arena), empty = arena_mark(&r->scratch);
    bool altered = false, ok;

    r->mended = false;
    ok = text_is_utf8(text) && parse(r, text, before);
    if (!ok) {
        struct span mended = xml_mend(&r->scratch, text, &altered);

        r->mended = altered;
        ok = altered && parse(r, mended, before);
        arena_rewind(&r->scratch, empty);
    }
    if (!ok) {
        arena_rewind(&r->batch->arena, before);
        return reason(r);
    }
    arena_trim(&r->batch->arena, r->pool, (size_t)(r->at - r->pool));
    r->e.logged = moment_parse(span_trimmed(r->SystemTime));
    if (r->e.logged == MOMENT_NONE)
        r->e.unread = span_trimmed(r->SystemTime);
    if (span_number(span_trimmed(r->EventRecordID), &r->e.record))
        r->e.flags |= RECORD_NUMBERED;
    if (altered)
        r->e.flags |= RECORD_ALTERED;
    *e = r->e;
    return NULL;
}
