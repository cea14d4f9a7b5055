/* An <Event> that another format carries: the first in its text, and what is
 * whole of one that the carrier cut short.
 *
 * Never believes that the text ends where the event does. */
#include "ingest/xml.h"

#include "ingest/xml_scan.h"

#define SCRATCH_BYTES_MAX (8u << 20) /* a record, closed */

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

const char *xml_read(struct xml_reader *r, struct span text, struct event *e)
{
    struct xml_scan s = { .in = text, .at_end = true };
    struct xml_record found = { 0 };
    struct arena scratch = { 0 };
    bool cut = memmem(text.at, text.len, "</Event>", 8) == NULL;
    const char *wrong;

    arena_init(&scratch, SCRATCH_BYTES_MAX);
    if (cut)
        s.in = closed(&scratch, text);
    if (xml_next(&s, &found) != XML_RECORD)
        wrong = "no <Event> that says anything";
    else if ((wrong = found.wrong) == NULL)
        wrong = xml_read_event(r, span_of(s.in.at + found.start, found.end - found.start), e);
    if (!wrong && cut)
        e->flags |= RECORD_ALTERED;
    arena_clear(&scratch);
    return wrong;
}
