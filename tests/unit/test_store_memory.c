/* Hundreds of thousands of distinct paths and command lines: the memory of
 * the writing side does not follow them.
 *
 * Built for release only: sanitizers multiply every allocation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/batches.h"

#include <inttypes.h>
#include <sys/resource.h>

#define DISTINCT 250000 /* the whole million is in golden/memory */
#define PER_BATCH 2000
#define RESIDENT_MAX_KIB (256L << 10)

static struct batch *make(size_t from)
{
    struct batch *b = batch_open(1, from, from + PER_BATCH);

    for (size_t n = from; n < from + PER_BATCH; n++) {
        char words[200];
        struct load *l = batch_load(b);
        struct process *p = batch_process(b);
        l->platform = p->platform = PLATFORM_WINDOWS;
        l->origin.time = p->origin.time = (int64_t)n * 1000;
        l->origin.place = p->origin.place = n;
        l->origin.record = 2 * n + 1;
        p->origin.record = 2 * n;
        l->origin.flags = p->origin.flags = RECORD_NUMBERED;
        l->Computer = p->Computer = SPAN("WS1");
        l->Image = p->Image = SPAN("C:\\Windows\\System32\\rundll32.exe");
        snprintf(words, sizeof words, "{00000000-0000-0000-0001-%012zx}", n);
        l->ProcessGuid = p->ProcessGuid = arena_copy(&b->arena, span_text(words), NULL);
        snprintf(words, sizeof words, "C:\\Users\\someone\\AppData\\Local\\Temp\\a-long-name-%zu.dll", n);
        l->ImageLoaded = arena_copy(&b->arena, span_text(words), NULL);
        snprintf(words, sizeof words, "rundll32.exe C:\\Users\\someone\\some-file-%zu.dll,Start /with "
                 "words that make it long %zu", n, n * 7919);
        p->CommandLine = arena_copy(&b->arena, span_text(words), NULL);
        p->source = PROCESS_EVENT1;
        b->counts.loads++;
        b->counts.processes++;
    }
    b->counts.records = b->counts.loads + b->counts.processes;
    return b;
}

static void a_million_of_each_stay_under_the_ceiling(void **state)
{
    static const struct source_opens opens = { .path = SPAN_INIT("f"), .format = "evtx" };
    static const struct source_closes closes = { .state = SOURCE_COMPLETE, .size = DISTINCT };
    struct fault f = { 0 };
    struct rusage use;
    char path[64], *got;
    struct store *s = case_new(path, &f);

    (void)state;
    assert_non_null(s);
    case_hasty(s);
    for (size_t n = 0; n < DISTINCT; n += PER_BATCH) {
        struct batch *b = make(n);
        b->opens = n == 0 ? &opens : NULL;
        b->closes = n + PER_BATCH == DISTINCT ? &closes : NULL;
        if (!store_take(s, b, &f) || (store_pending(s) >= 20000 && !store_commit(s, &f)))
            fail_msg("%s", f.text);
        batch_close(b);
    }
    assert_true(store_settle(s, &f));
    got = case_text(s, "SELECT (SELECT count(*) FROM module), (SELECT count(*) FROM process),"
                       " (SELECT loads FROM evidence)");
    assert_string_equal(got, "250000|250000|250000\n");
    free(got);
    store_close(s);
    case_remove(path);
    getrusage(RUSAGE_SELF, &use);
    print_message("resident: %ld MiB\n", use.ru_maxrss >> 10);
    assert_true(use.ru_maxrss < RESIDENT_MAX_KIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_of_each_stay_under_the_ceiling),
    };
#ifndef NDEBUG
    (void)tests;
    return 0;
#else
    return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}
