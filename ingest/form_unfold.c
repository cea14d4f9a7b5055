/* Fields that stand inside one string of the record: Azure's EventData (JSON or
 * XML), EvtxECmd's Payload, the message that Windows renders.
 *
 * Only opened for events that we keep.  The message is the last resort: there a
 * line end inside a value can pretend to be a field, so it is read only where the
 * record has no other word of Sysmon's, and the first of a name counts.  Behind it
 * only the bare list of values is left (form_listed.c). */
#include "ingest/form.h"

#include "ingest/json_walk.h"
#include "ingest/xml.h"

static bool any(const struct form *f, unsigned slot, unsigned count)
{
    return form_first(f, slot, count) != SLOT_NONE;
}

static struct span after_space(struct span s)
{
    while (s.len && memchr(" \t\r\n", s.at[0], 4))
        s = span_of(s.at + 1, s.len - 1);
    return s;
}

/* `<EventData>...</EventData>`, perhaps within a DataItem: read as an event of
 * its own. */
static void unfold_xml(struct form *f, struct span text)
{
    static const struct span open = SPAN_INIT("<EventData"), close = SPAN_INIT("</EventData>");
    static const struct span head = SPAN_INIT("<Event>"), tail = SPAN_INIT("</Event>");
    const uint8_t *from = memmem(text.at, text.len, open.at, open.len);
    const uint8_t *to = from ? memmem(from, (size_t)(text.at + text.len - from), close.at,
                                      close.len) : NULL;
    struct event e;

    if (!to)
        return;
    size_t len = (size_t)(to - from) + close.len;
    uint8_t *event = arena_bytes(&f->scratch, head.len + len + tail.len);
    if (!event)
        return;
    memcpy(event, head.at, head.len);
    memcpy(event + head.len, from, len);
    memcpy(event + head.len + len, tail.at, tail.len);
    if (!f->xml)
        f->xml = xml_reader_open(f->batch);
    if (xml_read(f->xml, span_of(event, head.len + len + tail.len), &e))
        return;
    f->altered = f->altered || (e.flags & RECORD_ALTERED);
    for (unsigned i = 0; i < EVENT_FIELD_COUNT; i++)
        if (span_logged(e.value[i]))
            form_put(f, SLOT_DATA + i, (struct form_value){
                .text = e.value[i], .object = f->object, .writing = WRITING_PLAIN });
}

static void unfold_nested(struct form *f)
{
    for (unsigned slot = SLOT_NESTED; slot < SLOT_MESSAGE; slot++) {
        struct span text = after_space(form_peek(f, slot));

        if (!text.len)
            continue;
        if (text.at[0] == '<')
            unfold_xml(f, text);
        else if (text.at[0] == '{' || text.at[0] == '[')
            json_fill(f, text, slot == SLOT_NESTED ? NODE_FIELDS : NODE_EVENT, NULL);
    }
}

/* `Image loaded:` and then a field a line, `Image: C:\...`. */
static void unfold_message(struct form *f, struct span text)
{
    f->object++;
    while (text.len) {
        const uint8_t *end = memchr(text.at, '\n', text.len);
        struct span line = span_of(text.at, end ? (size_t)(end - text.at) : text.len);
        const uint8_t *colon;

        text = span_of(line.at + line.len, text.len - line.len);
        if (text.len)
            text = span_of(text.at + 1, text.len - 1);
        while (line.len && (line.at[line.len - 1] == '\r'))
            line.len--;
        line = after_space(line);
        colon = memchr(line.at, ':', line.len);
        if (!colon)
            continue;
        enum event_field field = event_field(span_of(line.at, (size_t)(colon - line.at)));
        struct span value = span_of(colon + 1, line.len - (size_t)(colon - line.at) - 1);
        if (value.len && value.at[0] == ' ')
            value = span_of(value.at + 1, value.len - 1);
        if (field != EVENT_FIELD_COUNT)
            form_put(f, SLOT_DATA + field, (struct form_value){
                .text = value, .object = f->object, .writing = WRITING_PLAIN });
    }
}

/* fluentd calls the message Description. */
static struct span described(struct form *f)
{
    struct span text = form_peek(f, SLOT_FLAT + EVENT_Description);

    return text.len && memmem(text.at, text.len, "UtcTime: ", 9) ? text : SPAN_NONE;
}

void form_unfold(struct form *f, uint64_t id)
{
    unfold_nested(f);
    if (any(f, SLOT_DATA, EVENT_FIELD_COUNT) || any(f, SLOT_FLAT + EVENT_Image, 1)
        || any(f, SLOT_FLAT + EVENT_UtcTime, 1) || any(f, SLOT_PROCESS + ECS_PATH, 1)
        || any(f, SLOT_FLAT + EVENT_NewProcessName, 1))
        return;
    struct span text = form_peek(f, form_first(f, SLOT_MESSAGE,
                                               SLOT_SPLUNK_SOURCE - SLOT_MESSAGE));
    unfold_message(f, text.len ? text : described(f));
    if (!any(f, SLOT_DATA, EVENT_FIELD_COUNT))
        form_by_position(f, id);
}
