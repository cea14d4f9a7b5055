/* Any bytes as evidence of any form, with a record wanted at any place: it is cut,
 * rendered and shown, and nothing of it can reach a terminal as it is. */
#include "cli/record_text.h"
#include "core/text.h"
#include "ingest/evtx.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_shown(struct span text)
{
    while (text.len) {
        uint32_t c = text_next(&text);

        must(c == '\n' || !text_hidden(c));
    }
}

/* The first byte is the form and what is said of the record, two more its place. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const forms[] = { "evtx", "xml", "jsonl", "csv", "syslog", "auditd" };
    struct record r = { 0 };
    struct fault f;

    if (size < 4)
        return 0;
    uint64_t from = data[0] % 6 == 0 ? EVTX_HEADER : 0;
    size_t len = size - 3;
    struct record_wanted w = {
        .format = forms[data[0] % 6], .place = from + ((size_t)data[1] << 8 | data[2]),
        .altered = data[0] & 64, .recovered = data[0] & 128,
    };
    struct record_place p = {
        .format = w.format, .what = "load", .flags = w.altered ? RECORD_ALTERED : 0,
        .sources = 1, .source = { { .name = "n", .path = "p" } },
    };

    arena_init(&r.arena, 64u << 20);
    r.from = from;
    r.found = (struct found_bytes){ .head = memory_get(len), .head_len = len, .len = len,
                                    .stretch = memory_get(len), .path = memory_text("p") };
    memcpy(r.found.head, data + 3, len);
    memcpy(r.found.stretch, data + 3, len);
    if (record_cut(&r, &w, span_of(r.found.stretch, len), from, &f)) {
        size_t shown;
        char *text = record_text(&p, &r, &shown);

        must(r.bytes.at >= r.found.stretch && r.bytes.at + r.bytes.len <= r.found.stretch + len);
        check_shown(span_of(text, shown));
        free(text);
    }
    record_clear(&r);
    return 0;
}
