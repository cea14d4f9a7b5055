/* A recursive descent without recursion, over one record.
 *
 * It must refuse whatever libxml2 would refuse or read in another way; that it
 * does is tested by reading the same records both ways (test_xml, fuzz_xml). */
#include "ingest/xml_plain.h"

#include "ingest/normal.h"
#include "ingest/xml_scan.h"
#include "ingest/xml_token.h"

#define DEPTH_MAX 16     /* within a section that is passed over */

struct reader {
    struct xml_at c; /* where it is */
    struct arena *arena;
    struct xml_plain *memo;
    struct event *e;
    struct span EventID, EventRecordID, SystemTime;
    bool skip_data;
    unsigned data; /* <Data> so far */
};

/* ---- values ---- */

/* Of two the first counts.  `into` NULL: the text is not kept. */
static bool keep(struct reader *r, struct span *into, const struct xml_text *s)
{
    uint8_t *out;
    size_t len = s->text.len;

    if (!into || span_logged(*into))
        return !s->entity || xml_entities_are_plain(s->text);
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
    else if (!xml_resolve(out, s->text, &len))
        return false;
    arena_trim(r->arena, out, len);
    *into = span_of(out, len);
    return true;
}

static bool keep_attribute(struct reader *r, struct span *into, struct span value)
{
    return !span_logged(value) || keep(r, into, &(struct xml_text){ .text = value });
}

/* ---- sections ---- */

static bool system_child(struct reader *r, const struct xml_tag *t, struct span **into)
{
    *into = NULL;
    if (span_is(t->name, "Provider"))
        return keep_attribute(r, &r->e->Provider, xml_attribute(t, "Name"));
    if (span_is(t->name, "TimeCreated"))
        return keep_attribute(r, &r->SystemTime, xml_attribute(t, "SystemTime"));
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
static bool take_content(struct reader *r, const struct xml_tag *t, struct span *into)
{
    struct xml_text s = { .text = SPAN_EMPTY };

    if (!t->empty && !xml_take_text(&r->c, &s))
        return false;
    return keep(r, into, &s) && (t->empty || xml_take_end(&r->c, t->name));
}

static bool take_system(struct reader *r)
{
    struct span *into;
    struct xml_tag t;

    for (;;) {
        xml_pass_space(&r->c);
        if (xml_next_is(&r->c, "</", 2))
            return xml_take_end(&r->c, SPAN("System"));
        if (!xml_take_tag(&r->c, &t) || !system_child(r, &t, &into) || !take_content(r, &t, into))
            return false;
    }
}

/* The tag of a <Data>, in full.  Those of the record before are tried first. */
static bool take_data_tag(struct reader *r, struct xml_tag *t, enum event_field *field)
{
    struct plain_tag *known = &r->memo->tag[r->data++ % PLAIN_TAGS];
    const uint8_t *from = r->c.at;
    struct span name;
    size_t len;

    if (known->len && xml_next_is(&r->c, known->text, known->len)) {
        r->c.at += known->len;
        t->name = SPAN("Data");
        t->empty = false;
        *field = known->field;
        return true;
    }
    if (!xml_take_tag(&r->c, t))
        return false;
    name = span_is(t->name, "Data") ? xml_attribute(t, "Name") : SPAN_NONE;
    *field = span_logged(name) ? event_field(name) : EVENT_FIELD_COUNT;
    len = (size_t)(r->c.at - from);
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
    struct xml_tag t;

    for (;;) {
        xml_pass_space(&r->c);
        if (xml_next_is(&r->c, "</", 2))
            return xml_take_end(&r->c, SPAN("EventData"));
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
    struct xml_text s;
    struct xml_tag t;

    open[depth++] = name;
    while (depth) {
        if (!xml_take_text(&r->c, &s) || (s.entity && !xml_entities_are_plain(s.text)))
            return false;
        if (xml_next_is(&r->c, "</", 2)) {
            if (!xml_take_end(&r->c, open[--depth]))
                return false;
            continue;
        }
        if (!xml_take_tag(&r->c, &t) || span_is(t.name, "Event") || depth == DEPTH_MAX)
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
    struct xml_tag t;

    if (!xml_take_tag(&r->c, &t) || span_is(t.name, "Event"))
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
    struct xml_tag t;

    if (!xml_take_tag(&r->c, &t) || !span_is(t.name, "Event") || t.empty)
        return false;
    for (;;) {
        xml_pass_space(&r->c);
        if (xml_next_is(&r->c, "</", 2))
            return xml_take_end(&r->c, t.name);
        if (!take_section(r))
            return false;
    }
}

size_t xml_plain_read(struct xml_plain *p, struct arena *a, struct span in, struct event *e)
{
    struct arena_mark before = arena_mark(a);
    size_t most = in.len < XML_RECORD_MAX ? in.len : XML_RECORD_MAX;
    struct reader r = { .c = { in.at, in.at + most }, .arena = a, .memo = p, .e = e };

    *e = (struct event){ .logged = MOMENT_NONE };
    if (!take_event(&r)) {
        arena_rewind(a, before);
        return 0;
    }
    e->logged = moment_parse(span_trimmed(r.SystemTime));
    if (e->logged == MOMENT_NONE)
        e->unread = span_trimmed(r.SystemTime);
    if (span_number(span_trimmed(r.EventRecordID), &e->record))
        e->flags |= RECORD_NUMBERED;
    return (size_t)(r.c.at - in.at);
}
