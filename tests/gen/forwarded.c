/* An event as a collector (WEC) forwards it: elements and texts, no template. */
#include "tests/gen/chunk.h"

static void plain(struct chunk *c, const char *name, struct span text)
{
    struct element el = element_open(c, name, false, false);
    if (!text.len) {
        chunk_u8(c, TOKEN_CLOSE_EMPTY);
        chunk_poke32(c, el.size_at, (uint32_t)(c->pos - el.size_at - 4));
        return;
    }
    chunk_u8(c, TOKEN_CLOSE_START);
    element_text(c, text);
    element_close(c, &el);
}

static void plain_attributes(struct chunk *c, const char *name, const char *one, const char *text,
                             const char *two, const char *text2)
{
    struct element el = element_open(c, name, true, false);
    element_attribute(c, one, two != NULL);
    element_text(c, span_text(text));
    if (two) {
        element_attribute(c, two, false);
        element_text(c, span_text(text2));
    }
    element_attributes(c, &el, true);
}

static void plain_number(struct chunk *c, const char *name, uint64_t v, bool hex)
{
    char text[32];
    int len = snprintf(text, sizeof text, hex ? "0x%llx" : "%llu", (unsigned long long)v);
    plain(c, name, span_of(text, (size_t)len));
}

static void plain_system(struct chunk *c, const struct gen_event *e)
{
    char when[40];
    struct element system = element_open(c, "System", false, false);
    chunk_u8(c, TOKEN_CLOSE_START);
    gen_clock(e->logged, 'T', 7, when);
    strncat(when, "Z", sizeof when - strlen(when) - 1);
    plain_attributes(c, "Provider", "Name", e->shape->Provider, "Guid", e->shape->Guid);
    plain_number(c, "EventID", e->shape->id, false);
    plain_number(c, "Version", e->shape->version, false);
    plain(c, "Level", SPAN("4"));
    plain_number(c, "Task", e->shape->task, false);
    plain(c, "Opcode", SPAN("0"));
    plain_number(c, "Keywords", e->shape->keywords, true);
    plain_attributes(c, "TimeCreated", "SystemTime", when, NULL, NULL);
    plain_number(c, "EventRecordID", e->record, false);
    plain(c, "Correlation", SPAN_NONE);
    plain_attributes(c, "Execution", "ProcessID", "3308", "ThreadID", "4716");
    plain(c, "Channel", span_text(e->shape->Channel));
    plain(c, "Computer", e->Computer);
    plain_attributes(c, "Security", "UserID", "S-1-5-18", NULL, NULL);
    element_close(c, &system);
}

void binxml_forwarded(struct chunk *c, const struct gen_event *e)
{
    binxml_fragment(c);
    struct element event = element_open(c, "Event", true, false);
    element_attribute(c, "xmlns", false);
    element_text(c, SPAN(EVENT_XMLNS));
    element_attributes(c, &event, false);
    plain_system(c, e);
    struct element data = element_open(c, "EventData", false, false);
    chunk_u8(c, TOKEN_CLOSE_START);
    for (size_t i = 0; i < e->shape->count; i++) {
        enum gen_fact f = e->shape->field[i];
        char text[48];
        struct element el = element_open(c, "Data", true, false);
        element_attribute(c, "Name", false);
        element_text(c, span_text(gen_fact_name(f)));
        struct span shown = gen_fact_text(e, f, text);
        element_attributes(c, &el, !shown.len);
        if (!shown.len)
            continue;
        element_text(c, shown);
        element_close(c, &el);
    }
    element_close(c, &data);
    element_close(c, &event);
    chunk_u8(c, TOKEN_END);
}
