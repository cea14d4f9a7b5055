/* EVTX that lies: cut anywhere, with any bit flipped, with wrong sizes.  A
 * damaged record costs that record, and the ledger's sum holds. */
#include "tests/evtx/evtx_sum.h"

/* The records of a chunk, and where they end. */
static size_t ends_of(const struct make *m, uint32_t *ends, size_t max)
{
    uint32_t at = 512, size;
    size_t n = 0;

    for (; at < m->len && n < max; at += size) {
        memcpy(&size, m->at + at + 4, 4);
        ends[n++] = at + size;
    }
    return n;
}

static void a_file_cut_anywhere_keeps_what_came_before(void **state)
{
    struct make *m = chunk_of(3);
    const struct make *one = m;
    struct span file = make_file(&one, 1);
    uint32_t ends[3];
    size_t n = ends_of(m, ends, 3), whole = MAKE_HEADER + m->len;

    (void)state;
    assert_int_equal(n, 3);
    for (size_t len = 8; len <= whole + 64; len++) {
        uint8_t *exact = memcpy(test_malloc(len), file.at, len); /* asan sees each byte too far */
        struct evtx_sum s = sum_of(span_of(exact, len));
        uint64_t want = 0;

        for (size_t i = 0; i < n; i++)
            want += MAKE_HEADER + ends[i] <= len;
        assert_int_equal(s.counts.loads, want);
        if (len < whole && len != MAKE_HEADER && s.counts.damaged != 1)
            fail_msg("cut at %zu: %llu damaged", len, (unsigned long long)s.counts.damaged);
        test_free(exact);
    }
    free((void *)(uintptr_t)file.at);
    test_free(m);
}

static void a_flipped_bit_costs_no_more_than_it_touches(void **state)
{
    struct make *m = chunk_of(4);
    uint8_t *good = memcpy(test_malloc(MAKE_CHUNK), m->at, MAKE_CHUNK);
    uint32_t ends[4];
    uint64_t worst = 0;

    (void)state;
    assert_int_equal(ends_of(m, ends, 4), 4);
    for (uint32_t bit = 0; bit < m->len * 8; bit += 13) {
        struct evtx_sum s;

        memcpy(m->at, good, MAKE_CHUNK);
        m->at[bit / 8] = (uint8_t)(good[bit / 8] ^ 1u << bit % 8);
        make_checksums(m->at, MAKE_CHUNK);
        s = sum_of_chunk(m);
        if (s.took > (int64_t)worst)
            worst = (uint64_t)s.took;
        /* Behind the first record, which holds the templates, a bit costs its own
         * record (and what a wrong size may swallow, which is found again). */
        if (bit / 8 >= ends[0] && s.counts.loads + s.counts.recovered < 3)
            fail_msg("bit %u of byte %u: %llu loads, %llu recovered", bit % 8, bit / 8,
                     (unsigned long long)s.counts.loads, (unsigned long long)s.counts.recovered);
    }
    assert_true(worst < SLOW);
    test_free(good);
    test_free(m);
}

static void sizes_that_lie_cost_one_record(void **state)
{
    static const uint32_t sizes[] = { 0, 1, 27, 28, 32, 65000, 65536, 0x7fffffff, 0x80000000,
                                      UINT32_MAX, UINT32_MAX - 3 };
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct make *m = chunk_of(4);
        uint32_t ends[4];
        struct evtx_sum s;

        ends_of(m, ends, 4);
        make_set32(m, ends[0] + 4, sizes[i]);
        make_ends(m, m->len);
        s = sum_of_chunk(m);
        assert_int_equal(s.counts.loads + s.counts.recovered, 3);
        assert_in_range(s.counts.damaged, 1, 2);
        test_free(m);
    }
}

static void free_space_that_lies_costs_nothing(void **state)
{
    static const uint32_t ends[] = { 0, 1, 511, 512, 65536, 65537, UINT32_MAX };

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct make *m = chunk_of(3);
        struct evtx_sum s;

        make_ends(m, ends[i]);
        s = sum_of_chunk(m);
        assert_int_equal(s.counts.loads + s.counts.recovered, 3);
        test_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_cut_anywhere_keeps_what_came_before),
        cmocka_unit_test(a_flipped_bit_costs_no_more_than_it_touches),
        cmocka_unit_test(sizes_that_lie_cost_one_record),
        cmocka_unit_test(free_space_that_lies_costs_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
