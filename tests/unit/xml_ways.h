/* Both ways of reading an <Event>, held against each other: what xml_plain.c
 * takes libxml2 must take, with the same end and the same values. */
#ifndef TESTS_UNIT_XML_WAYS_H
#define TESTS_UNIT_XML_WAYS_H

#include "core/fault.h"
#include "ingest/xml.h"
#include "ingest/xml_scan.h"

#include <stdio.h>
#include <stdlib.h>

static inline bool same_event(const struct event *a, const struct event *b)
{
    bool same = a->record == b->record && a->flags == b->flags && a->has_id == b->has_id
             && a->id == b->id && a->logged == b->logged && span_equal(a->Provider, b->Provider)
             && span_equal(a->Channel, b->Channel) && span_equal(a->Computer, b->Computer);

    for (int i = 0; i < EVENT_FIELD_COUNT; i++)
        same = same && span_equal(a->value[i], b->value[i]);
    return same;
}

static inline void ways_differ(const char *how, struct span text)
{
    fprintf(stderr, "the plain way %s:\n%.*s\n", how, (int)(text.len < 4096 ? text.len : 4096),
            (const char *)text.at);
    abort();
}

/* Aborts where the ways differ; how long the plain record at the beginning is. */
static inline size_t check_ways(struct xml_reader *r, struct span text)
{
    struct xml_scan scan = { .in = text, .at_end = true };
    struct xml_record found = { 0 };
    struct event plain, strict;
    size_t len = xml_read_plain(r, text, &plain);

    if (!len)
        return 0;
    if (len > text.len || xml_next(&scan, &found) != XML_RECORD || found.wrong || found.start
        || found.end != len)
        ways_differ("finds another record", text);
    if (xml_read_strictly(r, span_of(text.at, len), &strict) != NULL)
        ways_differ("reads what libxml2 refuses", text);
    if (!same_event(&plain, &strict))
        ways_differ("reads it otherwise", text);
    return len;
}

/* Of every place where an <Event> may begin. */
static inline void check_all_ways(struct span text)
{
    struct batch *b = batch_open(1, 0, text.len);
    struct xml_reader *r = xml_reader_open(b);
    const uint8_t *at = text.at, *end = text.at + text.len;

    while (at < end && (at = memmem(at, (size_t)(end - at), "<Event", 6)) != NULL) {
        struct arena_mark before = arena_mark(&b->arena);

        (void)check_ways(r, span_of(at, (size_t)(end - at)));
        arena_rewind(&b->arena, before);
        at++;
    }
    xml_reader_close(r);
    batch_close(b);
}

#endif
