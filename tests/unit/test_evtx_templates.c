/* Templates that loop, nest and multiply: each costs its own record, in bounded
 * time and memory. */
#include "tests/evtx/evtx_sum.h"

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
        struct evtx_sum s;

        /* Between two sound records. */
        here = m->len + 24 + 4 + 10;
        record_with(m, rows[i].fill);
        make_load(m, &t, "C:\\after.dll");
        make_ends(m, m->len);
        s = sum_of_chunk(m);
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
    struct evtx_sum s;
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
    s = sum_of_chunk(m);
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
        struct evtx_sum s;

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
        s = sum_of_chunk(m);
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
    struct value v;
    struct evtx_sum s;

    (void)state;
    make_record_begins(m);
    make_fragment(m);
    t.system = make_template(m, 9);
    make_least_system(m);
    make_element(m, "EventData", false);
    make_inside(m);
    make_element(m, "Data", true);
    make_attribute(m, "Name", false);
    make_text(m, "ImageLoaded");
    make_attributes_end(m);
    make_inside(m);
    for (int i = 0; i < 1000; i++)
        make_value(m, 0, VALUE_WSTRING, false);
    make_close(m);
    make_close(m);
    make_close(m);
    make_template_end(m);
    v = make_wide("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    make_values(m, &v, 1);
    make_u8(m, 0);
    make_record_ends(m);
    while (m->len < 64000) {
        make_record_begins(m);
        make_fragment(m);
        make_instance(m, 9, t.system);
        make_values(m, &v, 1);
        make_u8(m, 0);
        make_record_ends(m);
    }
    make_ends(m, m->len);
    s = sum_of_chunk(m);
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
    struct evtx_sum s;

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
    s = sum_of_chunk(m);
    assert_true(s.counts.damaged > 500);
    assert_true(s.took < 2 * SLOW);
    test_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_templates_cost_their_record_and_no_time),
        cmocka_unit_test(a_cycle_of_two_ends),
        cmocka_unit_test(nested_fragments_end_at_their_ceiling),
        cmocka_unit_test(text_that_multiplies_is_stopped),
        cmocka_unit_test(templates_that_overlap_are_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
