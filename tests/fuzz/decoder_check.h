/* Any bytes as a source of one format: sniffed, cut as a reader cuts that sees
 * little at a time, decoded; and each batch is held to what a batch promises. */
#ifndef TESTS_FUZZ_DECODER_CHECK_H
#define TESTS_FUZZ_DECODER_CHECK_H

#include "core/text.h"
#include "ingest/decoder.h"

#include <stdlib.h>

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(struct span s)
{
    must(!s.at || (text_is_utf8(s) && !memchr(s.at, 0, s.len)));
}

static void check_batch(const struct batch *b)
{
    uint64_t loads = 0, losses = 0;

#define CHECK(name, auditd, ecs, width) check_text(x->name);
    for (const struct load *x = b->loads; x; x = x->next, loads++) {
        must(x->origin.place >= b->begin && x->origin.place < b->end);
        check_text(x->origin.Channel);
        check_text(x->ProcessSigning);
        LOAD_FIELDS(CHECK)
    }
    for (const struct process *x = b->processes; x; x = x->next) {
        PROCESS_FIELDS(CHECK)
    }
    for (const struct context *x = b->contexts; x; x = x->next) {
        CONTEXT_FIELDS(CHECK)
    }
#undef CHECK
    for (const struct range *r = b->ranges; r; r = r->next) {
        check_text(r->Computer);
        check_text(r->Channel);
    }
    for (const struct other *o = b->others; o; o = o->next)
        check_text(o->Provider);
    for (const struct loss *l = b->losses; l; l = l->next) {
        check_text(span_text(l->reason));
        if (l->note) /* of the whole source, mostly */
            continue;
        losses++;
        must(l->place >= b->begin && l->place + l->len <= b->end);
    }
    must(loads == b->counts.loads && losses == b->counts.damaged);
    must(b->counts.records == b->counts.loads + b->counts.processes + b->counts.context
                                  + b->counts.other + b->counts.damaged);
}

/* The first byte says how much the reader sees at a time. */
static void check_decoder(const struct decoder *d, struct span text)
{
    void *state = calloc(1, d->cut_bytes + 1);
    size_t see = text.len ? 256 + (size_t)text.at[0] * 16 : 256, at = 0;

    must(state != NULL);
    d->sniff(text);
    for (size_t visible = see; at < text.len; visible += see) {
        size_t left = text.len - at;
        bool at_end = visible >= left;
        struct span seen = span_of(text.at + at, at_end ? left : visible);
        struct piece p = { .offset = at, .first = at == 0 };

        uint8_t *prefix = NULL;
        if (d->prefix) {
            struct span said = d->prefix(state);

            prefix = malloc(said.len + 1);
            must(prefix != NULL);
            memcpy(prefix, said.at ? said.at : (const uint8_t *)"", said.len);
            p.prefix = span_of(prefix, said.len);
        }
        size_t n = d->cut(state, seen, at, at_end);
        must(n <= seen.len && (n > 0 || !at_end));
        if (n > 0) {
            struct batch *b = batch_open(1, at, at + n);
            uint8_t *copy = malloc(n); /* of its own, so that no byte behind it is read */

            must(copy != NULL);
            memcpy(copy, text.at + at, n);
            p.bytes = span_of(copy, n);
            p.last = at + n == text.len;
            d->decode(&p, b);
            free(copy);
            check_batch(b);
            batch_close(b);
            at += n;
            visible = 0;
        }
        free(prefix);
    }
    free(state);
}

#endif
