/* EVTX that lies: cut anywhere, with any bit flipped, with templates that loop,
 * nest and multiply.  A damaged record costs that record, in bounded time and
 * memory, and the ledger's sum holds. */
#include "tests/evtx/evtx_file.h"
#include "tests/evtx/evtx_make.h"

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

struct sum {
    struct counts counts;
    uint64_t arena;        /* the largest batch */
    uint64_t places;       /* losses whose place and length lie in the file */
    int64_t took;
    char reason[96];       /* of the first loss */
};

static void see(struct batch *b, void *context)
{
    struct sum *s = context;

    if (b->arena.total > s->arena)
        s->arena = b->arena.total;
    for (const struct loss *l = b->losses; l; l = l->next) {
        assert_true(l->place >= b->begin && l->place + l->len <= b->end);
        if (s->places++ == 0)
            snprintf(s->reason, sizeof s->reason, "%s", l->reason);
    }
}

static struct sum decode(struct span file)
{
    struct sum s = { 0 };
    int64_t begin = moment_ticks();

    s.counts = evtx_file_decode(file, see, &s);
    s.took = moment_ticks() - begin;
    assert_int_equal(s.counts.records, s.counts.loads + s.counts.processes + s.counts.context
                                           + s.counts.other + s.counts.damaged);
    assert_int_equal(s.places, s.counts.damaged);
    return s;
}

static struct sum decode_chunk(const struct make *m)
{
    struct span file = make_file(&m, 1);
    struct sum s = decode(file);

    free((void *)(uintptr_t)file.at);
    return s;
}

static struct make *chunk_of(unsigned loads)
{
    struct make *m = test_malloc(sizeof *m);
    struct make_templates t = { 0 };

    make_begin(m);
    for (unsigned i = 0; i < loads; i++)
        make_load(m, &t, "C:\\Temp\\module.dll");
    make_ends(m, m->len);
    return m;
}

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
        struct sum s = decode(span_of(exact, len));
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
        struct sum s;

        memcpy(m->at, good, MAKE_CHUNK);
        m->at[bit / 8] = (uint8_t)(good[bit / 8] ^ 1u << bit % 8);
        make_checksums(m->at, MAKE_CHUNK);
        s = decode_chunk(m);
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
        struct sum s;

        ends_of(m, ends, 4);
        make_set32(m, ends[0] + 4, sizes[i]);
        make_ends(m, m->len);
        s = decode_chunk(m);
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
        struct sum s;

        make_ends(m, ends[i]);
        s = decode_chunk(m);
        assert_int_equal(s.counts.loads + s.counts.recovered, 3);
        test_free(m);
    }
}

/* A record whose body begins with a template instance; its definition is what
 * `fill` writes. */
static void record_with(struct make *m, void (*fill)(struct make *))
{
    make_record_begins(m);
    make_fragment(m);
    make_template(m, 7);
    fill(m);
    make_template_end(m);
    make_values(m, NULL, 0);
    make_u8(m, 0);
    make_record_ends(m);
}

static uint32_t here; /* of the definition under way */

static void itself(struct make *m)
{
    make_instance(m, 7, here);
    make_u32(m, 0);
}

static void itself_twice(struct make *m)
{
    itself(m);
    itself(m);
}

static void nested_elements(struct make *m, unsigned depth)
{
    make_element(m, "Event", false);
    make_inside(m);
    for (unsigned i = 1; i < depth; i++) {
        make_element(m, "x", false);
        make_inside(m);
    }
    for (unsigned i = 0; i < depth; i++)
        make_close(m);
}

static void sixty_elements(struct make *m)
{
    nested_elements(m, 60);
}

static void seventy_elements(struct make *m)
{
    nested_elements(m, 70);
}

static void open_without_end(struct make *m)
{
    make_element(m, "Event", false);
    make_inside(m);
    make_size_closes(m);
}

static void name_far_away(struct make *m)
{
    make_u8(m, 1);
    make_u16(m, 0xffff);
    make_u32(m, 0);
    make_u32(m, 0xfffffff0);
}

static void no_such_token(struct make *m)
{
    make_u8(m, 0x1f);
}

static void no_such_value(struct make *m)
{
    make_element(m, "Event", false);
    make_inside(m);
    make_value(m, 3, VALUE_WSTRING, false);
    make_close(m);
}

static void nothing(struct make *m)
{
    (void)m;
}

static void broken_templates_cost_their_record_and_no_time(void **state)
{
    static const struct {
        void (*fill)(struct make *);
        const char *reason; /* NULL: it is sound */
    } rows[] = {
        { itself, "its templates are nested too deep" },
        { itself_twice, "its templates are nested too deep" },
        { sixty_elements, NULL },
        { seventy_elements, "its elements are nested too deep" },
        { open_without_end, "an element doesn't end" },
        { name_far_away, "a name lies outside its chunk" },
        { no_such_token, "it holds a token that there is none" },
        { no_such_value, "a substitution has no value" },
        { nothing, "it holds no event" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct make *m = chunk_of(1);
        struct make_templates t = { 0 };
        struct sum s;

        /* Between two sound records. */
        here = m->len + 24 + 4 + 10;
        record_with(m, rows[i].fill);
        make_load(m, &t, "C:\\after.dll");
        make_ends(m, m->len);
        s = decode_chunk(m);
        assert_int_equal(s.counts.loads, 2);
        assert_int_equal(s.counts.damaged, rows[i].reason != NULL);
        assert_string_equal(s.reason, rows[i].reason ? rows[i].reason : "");
        assert_true(s.took < SLOW);
        test_free(m);
    }
}

/* Two templates, each an instance of the other, several times. */
static void a_cycle_of_two_ends(void **state)
{
    struct make *m = chunk_of(0);
    struct sum s;
    uint32_t a, b, hole;

    (void)state;
    make_record_begins(m);
    make_fragment(m);
    a = make_template(m, 1);
    hole = m->len + 6;
    for (int i = 0; i < 3; i++) {
        make_instance(m, 2, 0);
        make_u32(m, 0);
    }
    make_template_end(m);
    make_values(m, NULL, 0);
    make_u8(m, 0);
    make_record_ends(m);
    make_record_begins(m);
    make_fragment(m);
    b = make_template(m, 2);
    for (int i = 0; i < 3; i++) {
        make_instance(m, 1, a);
        make_u32(m, 0);
    }
    make_template_end(m);
    make_values(m, NULL, 0);
    make_u8(m, 0);
    make_record_ends(m);
    for (int i = 0; i < 3; i++)
        make_set32(m, hole + 14 * (uint32_t)i, b);
    make_ends(m, m->len);
    s = decode_chunk(m);
    assert_int_equal(s.counts.damaged, 2);
    assert_true(s.took < SLOW);
    test_free(m);
}

/* Values that are binary XML, in values that are, ... */
static void nested_fragments_end_at_their_ceiling(void **state)
{
    static const struct { unsigned depth; bool sound; } rows[] = {
        { 1, true }, { 16, true }, { 17, false }, { 200, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct make *m = chunk_of(0);
        uint32_t lengths[200], at, definition;
        struct sum s;

        make_record_begins(m);
        make_fragment(m);
        definition = make_template(m, 5);
        make_element(m, "Event", false);
        make_inside(m);
        make_value(m, 0, VALUE_BINXML, true);
        make_close(m);
        make_template_end(m);
        for (unsigned d = 0; d < rows[i].depth; d++) {
            if (d)
                make_instance(m, 5, definition);
            make_u32(m, 1);
            lengths[d] = m->len;
            make_u16(m, 0);
            make_u16(m, d + 1 < rows[i].depth ? VALUE_BINXML : VALUE_NULL);
        }
        at = m->len;
        for (unsigned d = 0; d < rows[i].depth; d++) {
            uint16_t len = (uint16_t)(at - lengths[d] - 4);

            memcpy(m->at + lengths[d], &len, 2);
        }
        make_u8(m, 0);
        make_record_ends(m);
        make_ends(m, m->len);
        s = decode_chunk(m);
        assert_int_equal(s.counts.other, rows[i].sound);
        assert_int_equal(s.counts.damaged, !rows[i].sound);
        test_free(m);
    }
}

/* A template with thousands of long literals, and hundreds of records that are
 * instances of it: 64 KiB that would become hundreds of megabytes. */
static void text_that_multiplies_is_stopped(void **state)
{
    struct make *m = chunk_of(0);
    struct make_templates t = { 0 };
    struct value v[SYSTEM_VALUES] = { 0 };
    uint16_t id = 7;
    struct sum s;

    (void)state;
    make_record_begins(m);
    make_fragment(m);
    t.system = make_template(m, 9);
    make_element(m, "Event", false);
    make_inside(m);
    make_element(m, "System", false);
    make_inside(m);
    make_element(m, "Provider", true);
    make_attribute(m, "Name", false);
    make_text(m, "Microsoft-Windows-Sysmon");
    make_attributes_end(m);
    make_empty(m);
    make_value_element(m, "EventID", SYSTEM_ID, VALUE_UINT16, false);
    make_close(m);
    make_element(m, "EventData", false);
    make_inside(m);
    make_element(m, "Data", true);
    make_attribute(m, "Name", false);
    make_text(m, "ImageLoaded");
    make_attributes_end(m);
    make_inside(m);
    for (int i = 0; i < 1000; i++)
        make_value(m, SYSTEM_PROVIDER, VALUE_WSTRING, false);
    make_close(m);
    make_close(m);
    make_close(m);
    make_template_end(m);
    v[SYSTEM_ID] = (struct value){ (uint8_t *)&id, 2, VALUE_UINT16 };
    v[SYSTEM_PROVIDER] = make_wide("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    make_values(m, v, SYSTEM_VALUES);
    make_u8(m, 0);
    make_record_ends(m);
    while (m->len < 64000) {
        make_record_begins(m);
        make_fragment(m);
        make_instance(m, 9, t.system);
        make_values(m, v, SYSTEM_VALUES);
        make_u8(m, 0);
        make_record_ends(m);
    }
    make_ends(m, m->len);
    s = decode_chunk(m);
    assert_true(s.counts.records > 100);
    assert_true(s.counts.damaged > 100);
    assert_true(s.arena < (16u << 20));
    assert_true(s.took < 2 * SLOW);
    test_free(m);
}

/* Definitions that overlap: each record's template is the same tokens, begun a
 * little later. */
static void templates_that_overlap_are_stopped(void **state)
{
    struct make *m = chunk_of(0);
    uint32_t definition, count = 0;
    struct sum s;

    (void)state;
    make_record_begins(m);
    make_fragment(m);
    definition = make_template(m, 3);
    make_element(m, "Event", false);
    make_inside(m);
    while (m->len < 30000)
        make_value(m, 0, VALUE_NULL, false);
    make_close(m);
    make_template_end(m);
    make_values(m, NULL, 0);
    make_u8(m, 0);
    make_record_ends(m);
    while (m->len < 65000) {
        make_record_begins(m);
        make_fragment(m);
        make_instance(m, 3, definition + 24 + 4 * count++);
        make_values(m, NULL, 0);
        make_u8(m, 0);
        make_record_ends(m);
    }
    make_ends(m, m->len);
    s = decode_chunk(m);
    assert_true(s.counts.damaged > 500);
    assert_true(s.took < 2 * SLOW);
    test_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_cut_anywhere_keeps_what_came_before),
        cmocka_unit_test(a_flipped_bit_costs_no_more_than_it_touches),
        cmocka_unit_test(sizes_that_lie_cost_one_record),
        cmocka_unit_test(free_space_that_lies_costs_nothing),
        cmocka_unit_test(broken_templates_cost_their_record_and_no_time),
        cmocka_unit_test(a_cycle_of_two_ends),
        cmocka_unit_test(nested_fragments_end_at_their_ceiling),
        cmocka_unit_test(text_that_multiplies_is_stopped),
        cmocka_unit_test(templates_that_overlap_are_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
