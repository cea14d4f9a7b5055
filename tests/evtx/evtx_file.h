/* The EVTX decoder over a whole file at once, as ingest would drive it: cut,
 * decode, follow.  For tests, benchmarks and the fuzzer. */
#ifndef TESTS_EVTX_FILE_H
#define TESTS_EVTX_FILE_H

#include "ingest/decoder.h"

#include <stdio.h>
#include <stdlib.h>

/* All bytes of a file, to be freed; ends the program where it can't be read. */
static inline struct span evtx_file_read(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t room = 1 << 20, len = 0, got;
    uint8_t *at = malloc(room);

    if (!f || !at) {
        perror(path);
        exit(2);
    }
    while ((got = fread(at + len, 1, room - len, f)) > 0) {
        len += got;
        if (len == room && !(at = realloc(at, room *= 2)))
            exit(2);
    }
    fclose(f);
    return span_of(at, len);
}



/* Calls `see` (which may be NULL) for each batch, in order; gives the sums. */
static inline struct counts evtx_file_decode(struct span file, void (*see)(struct batch *, void *), void *context)
{
    struct counts sum = { 0 };
    void *follow = calloc(1, evtx_decoder.follow_bytes);
    size_t at = 0;

    while (at < file.len) {
        struct span rest = span_of(file.at + at, file.len - at);
        bool all = rest.len <= evtx_decoder.piece_bytes;
        size_t n = evtx_decoder.cut(NULL, all ? rest : span_of(rest.at, evtx_decoder.piece_bytes),
                                    at, all);
        struct piece p = { .offset = at, .bytes = span_of(rest.at, n), .first = at == 0,
                           .last = n == rest.len };
        struct batch *b = batch_open(1, at, at + n);

        evtx_decoder.decode(&p, b);
        evtx_decoder.follow(follow, b, p.last);
        if (see)
            see(b, context);
        sum.records += b->counts.records;
        sum.loads += b->counts.loads;
        sum.processes += b->counts.processes;
        sum.context += b->counts.context;
        sum.other += b->counts.other;
        sum.damaged += b->counts.damaged;
        sum.recovered += b->counts.recovered;
        batch_close(b);
        at += n;
    }
    evtx_decoder.follow_end(follow);
    free(follow);
    return sum;
}

#endif
