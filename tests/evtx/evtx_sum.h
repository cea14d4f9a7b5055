/* What tests of broken EVTX ask of every decode: the ledger's sum, a place for
 * each loss, and what it cost in time and memory. */
#ifndef TESTS_EVTX_SUM_H
#define TESTS_EVTX_SUM_H

#include "tests/evtx/evtx_events.h"
#include "tests/evtx/evtx_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define MILLISECOND 1000
#define SLOW (50 * MILLISECOND * SLOWER)
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOWER 20
#else
#define SLOWER 4 /* the machine has other work to do */
#endif

struct evtx_sum {
    struct counts counts;
    uint64_t arena;        /* the largest batch */
    uint64_t places;       /* losses whose place and length lie in the file */
    int64_t took;
    char reason[96];       /* of the first loss */
};

static inline void sum_see(struct batch *b, void *context)
{
    struct evtx_sum *s = context;

    if (b->arena.total > s->arena)
        s->arena = b->arena.total;
    for (const struct loss *l = b->losses; l; l = l->next) {
        assert_true(l->place >= b->begin && l->place + l->len <= b->end);
        if (s->places++ == 0)
            snprintf(s->reason, sizeof s->reason, "%s", l->reason);
    }
}

static inline struct evtx_sum sum_of(struct span file)
{
    struct evtx_sum s = { 0 };
    int64_t begin = moment_ticks();

    s.counts = evtx_file_decode(file, sum_see, &s);
    s.took = moment_ticks() - begin;
    assert_int_equal(s.counts.records, s.counts.loads + s.counts.processes + s.counts.context
                                           + s.counts.other + s.counts.damaged);
    assert_int_equal(s.places, s.counts.damaged);
    return s;
}

static inline struct evtx_sum sum_of_chunk(const struct make *m)
{
    struct span file = make_file(&m, 1);
    struct evtx_sum s = sum_of(file);

    free((void *)(uintptr_t)file.at);
    return s;
}

static inline struct make *chunk_of(unsigned loads)
{
    struct make *m = test_malloc(sizeof *m);
    struct make_templates t = { 0 };

    make_begin(m);
    for (unsigned i = 0; i < loads; i++)
        make_load(m, &t, "C:\\Temp\\module.dll");
    make_ends(m, m->len);
    return m;
}

#endif
