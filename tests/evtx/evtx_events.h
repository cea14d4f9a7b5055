/* Whole events, token by token: as Windows writes them (a template for System,
 * another for the data) and as event collectors do (no template at all). */
#ifndef TESTS_EVTX_EVENTS_H
#define TESTS_EVTX_EVENTS_H

#include "tests/evtx/evtx_make.h"

enum { SYSTEM_ID, SYSTEM_TIME, SYSTEM_NUMBER, SYSTEM_PROVIDER, SYSTEM_CHANNEL, SYSTEM_COMPUTER,
       SYSTEM_DATA, SYSTEM_VALUES };

/* <Event><System>...</System>%SYSTEM_DATA</Event> */
static inline void make_system(struct make *m)
{
    make_element(m, "Event", true);
    make_attribute(m, "xmlns", false);
    make_text(m, "http://schemas.microsoft.com/win/2004/08/events/event");
    make_attributes_end(m);
    make_inside(m);
    make_element(m, "System", false);
    make_inside(m);
    make_element(m, "Provider", true);
    make_attribute(m, "Name", false);
    make_value(m, SYSTEM_PROVIDER, VALUE_WSTRING, true);
    make_attributes_end(m);
    make_empty(m);
    make_value_element(m, "EventID", SYSTEM_ID, VALUE_UINT16, true);
    make_element(m, "TimeCreated", true);
    make_attribute(m, "SystemTime", false);
    make_value(m, SYSTEM_TIME, VALUE_FILETIME, true);
    make_attributes_end(m);
    make_empty(m);
    make_value_element(m, "EventRecordID", SYSTEM_NUMBER, VALUE_UINT64, true);
    make_value_element(m, "Channel", SYSTEM_CHANNEL, VALUE_WSTRING, true);
    make_value_element(m, "Computer", SYSTEM_COMPUTER, VALUE_WSTRING, true);
    make_close(m);
    make_value(m, SYSTEM_DATA, VALUE_BINXML, true);
    make_close(m);
}

struct make_field {
    const char *name;
    struct value value;
    bool optional;
};

/* <EventData><Data Name="..">%0</Data>...</EventData> */
static inline void make_event_data(struct make *m, const struct make_field *f, size_t count)
{
    make_element(m, "EventData", false);
    make_inside(m);
    for (size_t i = 0; i < count; i++) {
        make_element(m, "Data", true);
        make_attribute(m, "Name", false);
        make_text(m, f[i].name);
        make_attributes_end(m);
        make_inside(m);
        make_value(m, (unsigned)i, f[i].value.type, f[i].optional);
        make_close(m);
    }
    make_close(m);
}

/* Where a chunk's two templates stand; 0: not yet. */
struct make_templates {
    uint32_t system, data;
};

/* One record as Windows writes it: a template for System, and in its last value
 * one for the data; each is defined where it is met first. */
static inline void make_event(struct make *m, struct make_templates *t, unsigned id,
                              const struct make_field *f, size_t count)
{
    struct make inner;
    struct value v[SYSTEM_VALUES], data[64];
    uint64_t number, time;
    uint16_t id16 = (uint16_t)id;
    uint32_t values;

    make_record_begins(m);
    number = m->last;
    time = MAKE_TIME + number * 10000000;
    make_fragment(m);
    if (t->system)
        make_instance(m, 0x5157e3, t->system);
    else {
        t->system = make_template(m, 0x5157e3);
        make_system(m);
        make_template_end(m);
    }
    v[SYSTEM_ID] = (struct value){ (uint8_t *)&id16, 2, VALUE_UINT16 };
    v[SYSTEM_TIME] = (struct value){ (uint8_t *)&time, 8, VALUE_FILETIME };
    v[SYSTEM_NUMBER] = (struct value){ (uint8_t *)&number, 8, VALUE_UINT64 };
    v[SYSTEM_PROVIDER] = make_wide("Microsoft-Windows-Sysmon");
    v[SYSTEM_CHANNEL] = make_wide("Microsoft-Windows-Sysmon/Operational");
    v[SYSTEM_COMPUTER] = make_wide("WS01.lab.example");
    /* The inner fragment is written in place, to know where it stands. */
    values = m->len + 4 + 4 * SYSTEM_VALUES;
    for (int i = 0; i < SYSTEM_DATA; i++)
        values += v[i].len;
    inner = *m;
    inner.len = values;
    make_fragment(&inner);
    if (t->data)
        make_instance(&inner, 0xda7a, t->data);
    else {
        t->data = make_template(&inner, 0xda7a);
        make_event_data(&inner, f, count);
        make_template_end(&inner);
    }
    MAKE_CHECK(count <= 64);
    for (size_t i = 0; i < count; i++)
        data[i] = f[i].value;
    make_values(&inner, data, (uint32_t)count);
    make_u8(&inner, 0);
    v[SYSTEM_DATA] = (struct value){ inner.at + values, inner.len - values, VALUE_BINXML };
    memcpy(m->names, inner.names, sizeof m->names);
    m->name_count = inner.name_count;
    make_values(m, v, SYSTEM_VALUES);
    make_u8(m, 0);
    make_record_ends(m);
}

/* A Sysmon Event ID 7 with the given module. */
static inline void make_load(struct make *m, struct make_templates *t, const char *ImageLoaded)
{
    static const uint8_t guid[16] = { 0x93, 0x8d, 0xf3, 0x23, 0xb4, 0xce, 0x8e, 0x5f,
                                      0x9f, 8, 0, 0, 0, 0, 12, 0 };
    static const uint8_t pid[4] = { 0xf4, 0x01 };
    struct make_field f[] = {
        { "UtcTime", make_wide("2026-01-05 00:00:01.500"), false },
        { "ProcessGuid", { guid, 16, VALUE_GUID }, false },
        { "ProcessId", { pid, 4, VALUE_UINT32 }, false },
        { "Image", make_wide("C:\\Windows\\System32\\rundll32.exe"), false },
        { "ImageLoaded", make_wide(ImageLoaded), false },
        { "Signed", make_wide("false"), false },
    };

    make_event(m, t, 7, f, sizeof f / sizeof f[0]);
}

/* <Event><System>, with the least that makes it Sysmon's Event ID 7, </System> */
static inline void make_least_system(struct make *m)
{
    make_element(m, "Event", false);
    make_inside(m);
    make_element(m, "System", false);
    make_inside(m);
    make_element(m, "Provider", true);
    make_attribute(m, "Name", false);
    make_text(m, "Microsoft-Windows-Sysmon");
    make_attributes_end(m);
    make_empty(m);
    make_text_element(m, "EventID", "7");
    make_close(m);
}

/* The same without templates, as event collectors write it. */
static inline void make_load_loose(struct make *m, const char *ImageLoaded)
{
    make_record_begins(m);
    make_fragment(m);
    m->dependency = false;
    make_element(m, "Event", false);
    make_inside(m);
    make_element(m, "System", false);
    make_inside(m);
    make_element(m, "Provider", true);
    make_attribute(m, "Name", false);
    make_text(m, "Microsoft-Windows-Sysmon");
    make_attributes_end(m);
    make_empty(m);
    make_text_element(m, "EventID", "7");
    make_element(m, "TimeCreated", true);
    make_attribute(m, "SystemTime", false);
    make_text(m, "2026-01-05T00:00:01.5000000Z");
    make_attributes_end(m);
    make_empty(m);
    make_text_element(m, "EventRecordID", "7001");
    make_text_element(m, "Channel", "Microsoft-Windows-Sysmon/Operational");
    make_text_element(m, "Computer", "WS02.lab.example");
    make_close(m);
    make_element(m, "EventData", false);
    make_inside(m);
    make_element(m, "Data", true);
    make_attribute(m, "Name", false);
    make_text(m, "ImageLoaded");
    make_attributes_end(m);
    make_inside(m);
    make_text(m, ImageLoaded);
    make_close(m);
    make_close(m);
    make_close(m);
    make_u8(m, 0);
    m->dependency = true;
    make_record_ends(m);
}

#endif
