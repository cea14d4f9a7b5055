/* Any bytes as a source of XML: sniffed, cut as a reader cuts that sees little,
 * decoded; and what comes out is held to what a batch promises. */
#include "core/text.h"
#include "ingest/decoder.h"

#include <libxml/parser.h>
#include <stdlib.h>

static xmlParserInputPtr trap(const char *url, const char *id, xmlParserCtxtPtr parser)
{
    (void)url, (void)id, (void)parser;
    abort(); /* nothing external is ever asked for */
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(struct span s)
{
    must(!s.at || (text_is_utf8(s) && !memchr(s.at, 0, s.len)));
}

static void check_batch(const struct batch *b, uint64_t begin, uint64_t end)
{
    uint64_t loads = 0, losses = 0;

    for (const struct load *l = b->loads; l; l = l->next, loads++) {
        must(l->origin.place >= begin && l->origin.place < end);
#define CHECK(name, auditd, ecs, width) check_text(l->name);
        LOAD_FIELDS(CHECK)
#undef CHECK
    }
    for (const struct process *p = b->processes; p; p = p->next) {
#define CHECK(name, auditd, ecs, width) check_text(p->name);
        PROCESS_FIELDS(CHECK)
#undef CHECK
    }
    for (const struct context *c = b->contexts; c; c = c->next) {
#define CHECK(name, auditd, ecs, width) check_text(c->name);
        CONTEXT_FIELDS(CHECK)
#undef CHECK
    }
    for (const struct other *o = b->others; o; o = o->next)
        check_text(o->Provider);
    for (const struct loss *l = b->losses; l; l = l->next, losses++) {
        must(l->place >= begin && l->place + l->len <= end);
        check_text(span_text(l->reason));
    }
    must(loads == b->counts.loads && losses == b->counts.damaged);
    must(b->counts.records == b->counts.loads + b->counts.processes + b->counts.context
                                  + b->counts.other + b->counts.damaged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t state[64] = { 0 };
    struct span text = span_of(data, size);
    size_t at = 0, see = size > 1 ? 64 + (size_t)data[0] * 16 : 64;

    xml_decoder.sniff(text);
    must(xml_decoder.cut_bytes <= sizeof state);
    for (size_t visible = see; at < size; visible += see) {
        size_t left = size - at;
        bool at_end = visible >= left;
        size_t n = xml_decoder.cut(state, span_of(data + at, at_end ? left : visible), at, at_end);

        must(n <= visible && n <= left && (n > 0 || !at_end));
        if (n == 0)
            continue;
        struct batch *b = batch_open(1, at, at + n);
        struct piece p = { .offset = at, .bytes = span_of(data + at, n), .first = at == 0,
                           .last = at + n == size };

        xml_decoder.decode(&p, b);
        xmlSetExternalEntityLoader(trap); /* behind the decoder's own, from now on */
        check_batch(b, at, at + n);
        batch_close(b);
        at += n;
        visible = 0;
    }
    return 0;
}
