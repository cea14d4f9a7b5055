/* An event as Windows logs it: a template instance inside a template instance.
 *
 * The outer template is the <Event> of one computer, the inner one the EventData
 * of one kind of event. */
#include "tests/gen/chunk.h"

#include <stdlib.h>

/* ---- templates ---- */

/* <name>%index</name> */
static void system_value(struct chunk *c, const char *name, uint16_t index, enum type type)
{
    struct element el = element_open(c, name, false, true);
    chunk_u8(c, TOKEN_CLOSE_START);
    element_substitute(c, index, type, true);
    element_close(c, &el);
}

/* <name attribute="%index"/>, with one attribute or two. */
static void system_attributes(struct chunk *c, const char *name, const char *one, uint16_t index,
                              enum type type, const char *two, uint16_t index2, enum type type2)
{
    struct element el = element_open(c, name, true, true);
    element_attribute(c, one, two != NULL);
    element_substitute(c, index, type, true);
    if (two) {
        element_attribute(c, two, false);
        element_substitute(c, index2, type2, true);
    }
    element_attributes(c, &el, true);
}

/* What Windows numbers so: 0 Level, 1 Opcode, 2 Task, 3 EventID, 4 Qualifiers,
 * 5 Keywords, 6 TimeCreated, 7 ActivityID, 8 and 9 Execution, 10 EventRecordID,
 * 11 Version, 12 UserID, 13 RelatedActivityID, 14 and 15 Provider, 16 Channel,
 * 17 what the provider says. */
static void event_template(struct chunk *c, struct span Computer)
{
    struct element event = element_open(c, "Event", true, true);
    element_attribute(c, "xmlns", false);
    element_text(c, SPAN(EVENT_XMLNS));
    element_attributes(c, &event, false);
    struct element system = element_open(c, "System", false, true);
    chunk_u8(c, TOKEN_CLOSE_START);
    system_attributes(c, "Provider", "Name", 14, T_STRING, "Guid", 15, T_GUID);
    struct element id = element_open(c, "EventID", true, true);
    element_attribute(c, "Qualifiers", false);
    element_substitute(c, 4, T_U16, true);
    element_attributes(c, &id, false);
    element_substitute(c, 3, T_U16, true);
    element_close(c, &id);
    system_value(c, "Version", 11, T_U8);
    system_value(c, "Level", 0, T_U8);
    system_value(c, "Task", 2, T_U16);
    system_value(c, "Opcode", 1, T_U8);
    system_value(c, "Keywords", 5, T_HEX64);
    system_attributes(c, "TimeCreated", "SystemTime", 6, T_FILETIME, NULL, 0, T_NULL);
    system_value(c, "EventRecordID", 10, T_U64);
    system_attributes(c, "Correlation", "ActivityID", 7, T_GUID, "RelatedActivityID", 13, T_GUID);
    system_attributes(c, "Execution", "ProcessID", 8, T_U32, "ThreadID", 9, T_U32);
    system_value(c, "Channel", 16, T_STRING);
    struct element computer = element_open(c, "Computer", false, true);
    chunk_u8(c, TOKEN_CLOSE_START);
    element_text(c, Computer);
    element_close(c, &computer);
    system_attributes(c, "Security", "UserID", 12, T_SID, NULL, 0, T_NULL);
    element_close(c, &system);
    element_substitute(c, 17, T_BINXML, true);
    element_close(c, &event);
}

static enum type type_of(enum gen_fact f)
{
    static const enum type types[] = { [GEN_TEXT] = T_STRING, [GEN_GUID] = T_GUID,
                                       [GEN_NUMBER] = T_U32, [GEN_HEX] = T_HEX64,
                                       [GEN_SID] = T_SID };
    return types[gen_fact_type(f)];
}

static void data_template(struct chunk *c, const struct gen_shape *shape)
{
    struct element data = element_open(c, "EventData", false, true);
    chunk_u8(c, TOKEN_CLOSE_START);
    for (size_t i = 0; i < shape->count; i++) {
        struct element el = element_open(c, "Data", true, true);
        element_attribute(c, "Name", false);
        element_text(c, span_text(gen_fact_name(shape->field[i])));
        element_attributes(c, &el, false);
        element_substitute(c, (uint16_t)i, type_of(shape->field[i]), false);
        element_close(c, &el);
    }
    element_close(c, &data);
}

/* The instance's head: which template, and the template itself the first time
 * that the chunk needs it. */
static void instance(struct chunk *c, const struct gen_event *e, const void *key,
                     const uint8_t guid[static 16])
{
    uint32_t id;
    memcpy(&id, guid, 4);
    chunk_u8(c, TOKEN_TEMPLATE);
    chunk_u8(c, 1);
    chunk_u32(c, id);
    for (size_t i = 0; i < c->known_count; i++)
        if (c->known[i].shape == key) {
            chunk_u32(c, c->known[i].at);
            return;
        }
    uint32_t at = (uint32_t)c->pos + 4, *bucket = &c->templates[id % 32];
    chunk_u32(c, at);
    chunk_u32(c, *bucket);
    chunk_put(c, guid, 16);
    size_t size_at = c->pos;
    chunk_u32(c, 0);
    binxml_fragment(c);
    if (key == e->shape)
        data_template(c, e->shape);
    else
        event_template(c, e->Computer);
    chunk_u8(c, TOKEN_END);
    chunk_poke32(c, size_at, (uint32_t)(c->pos - size_at - 4));
    if (c->full || c->known_count == CHUNK_TEMPLATES_MAX) {
        c->full = true;
        return;
    }
    *bucket = at;
    c->known[c->known_count++] = (struct chunk_template){ key, at };
}

/* ---- values ---- */

/* S-1-5-18 and its like as Windows stores them. */
static size_t put_sid(struct chunk *c, struct span text)
{
    size_t start = c->pos;
    uint8_t head[8] = { 1, 0, 0, 0, 0, 0, 0, 5 };
    uint32_t parts[8], count = 0, value = 0;
    size_t dashes = 0;
    for (size_t i = 1; i <= text.len && count < 8; i++) { /* behind the S */
        if (i < text.len && text.at[i] >= '0' && text.at[i] <= '9') {
            value = value * 10 + (uint32_t)(text.at[i] - '0');
            continue;
        }
        if (dashes == 2)
            head[7] = (uint8_t)value;
        if (dashes > 2)
            parts[count++] = value;
        dashes++;
        value = 0;
    }
    head[1] = (uint8_t)count;
    chunk_put(c, head, 8);
    chunk_put(c, parts, 4 * count);
    return c->pos - start;
}

static size_t put_value(struct chunk *c, const struct gen_event *e, enum gen_fact f)
{
    const struct gen_value *v = &e->value[f];
    size_t start = c->pos;
    switch (gen_fact_type(f)) {
    case GEN_TEXT: chunk_utf16(c, v->text); break;
    case GEN_GUID: chunk_put(c, v->guid.at, 16); break;
    case GEN_NUMBER: chunk_u32(c, (uint32_t)v->number); break;
    case GEN_HEX: chunk_u64(c, v->number); break;
    case GEN_SID: put_sid(c, v->text); break;
    }
    return c->pos - start;
}

static void describe(struct chunk *c, size_t at, size_t size, enum type type)
{
    uint16_t size16 = (uint16_t)size;
    if (c->full)
        return;
    memcpy(c->at + at, &size16, 2);
    c->at[at + 2] = (uint8_t)type;
    c->at[at + 3] = 0;
}

/* Room for `count` descriptions of values. */
static size_t descriptions(struct chunk *c, uint32_t count)
{
    static const uint8_t zeros[4 * SHAPE_FIELDS_MAX];
    chunk_u32(c, count);
    size_t at = c->pos;
    chunk_put(c, zeros, 4 * count);
    return at;
}

static void data_instance(struct chunk *c, const struct gen_event *e)
{
    binxml_fragment(c);
    instance(c, e, e->shape, e->shape->template_guid);
    size_t at = descriptions(c, (uint32_t)e->shape->count);
    for (size_t i = 0; i < e->shape->count; i++) {
        enum gen_fact f = e->shape->field[i];
        if (e->set[f])
            describe(c, at + 4 * i, put_value(c, e, f), type_of(f));
    }
    chunk_u8(c, TOKEN_END);
}

static struct gen_guid guid_from(const char *text)
{
    static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
    struct gen_guid g;
    size_t i = 0;
    for (const char *p = text; *p && i < 16; p++) {
        char pair[3] = { p[0], p[1], 0 };
        if (*p == '{' || *p == '}' || *p == '-')
            continue;
        g.at[order[i++]] = (uint8_t)strtoul(pair, NULL, 16);
        p++;
    }
    return g;
}

static void u8_value(struct chunk *c, size_t at, unsigned index, unsigned v)
{
    chunk_u8(c, (uint8_t)v);
    describe(c, at + 4 * index, 1, T_U8);
}

static void u16_value(struct chunk *c, size_t at, unsigned index, unsigned v)
{
    chunk_u16(c, (uint16_t)v);
    describe(c, at + 4 * index, 2, T_U16);
}

static void u32_value(struct chunk *c, size_t at, unsigned index, unsigned v)
{
    chunk_u32(c, v);
    describe(c, at + 4 * index, 4, T_U32);
}

static void u64_value(struct chunk *c, size_t at, unsigned index, uint64_t v, enum type type)
{
    chunk_u64(c, v);
    describe(c, at + 4 * index, 8, type);
}

static void text_value(struct chunk *c, size_t at, unsigned index, const char *text)
{
    describe(c, at + 4 * index, 2 * chunk_utf16(c, span_text(text)), T_STRING);
}

void binxml_event(struct chunk *c, const struct gen_event *e)
{
    const struct gen_shape *s = e->shape;
    uint64_t named = chance_of(e->Computer);
    uint8_t guid[16];
    memcpy(guid, &named, 8);
    memcpy(guid + 8, "modhunt", 8);
    struct gen_guid provider = guid_from(s->Guid);

    binxml_fragment(c);
    instance(c, e, e->Computer.at, guid);
    size_t at = descriptions(c, 18);
    u8_value(c, at, 0, 4);
    u8_value(c, at, 1, 0);
    u16_value(c, at, 2, s->task);
    u16_value(c, at, 3, s->id);
    u64_value(c, at, 5, s->keywords, T_HEX64);
    u64_value(c, at, 6, gen_filetime(e->logged), T_FILETIME);
    u32_value(c, at, 8, 3308);
    u32_value(c, at, 9, 4716);
    u64_value(c, at, 10, e->record, T_U64);
    u8_value(c, at, 11, s->version);
    describe(c, at + 4 * 12, put_sid(c, SPAN("S-1-5-18")), T_SID);
    text_value(c, at, 14, s->Provider);
    chunk_put(c, provider.at, 16);
    describe(c, at + 4 * 15, 16, T_GUID);
    text_value(c, at, 16, s->Channel);
    size_t start = c->pos;
    data_instance(c, e);
    describe(c, at + 4 * 17, c->pos - start, T_BINXML);
    chunk_u8(c, TOKEN_END);
}
