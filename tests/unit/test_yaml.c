/* YAML as our settings use it: what is read, and what is refused with its line. */
#include "core/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ARENA_MAX (16u << 20)

static void assert_span(struct span s, const char *want)
{
    assert_true(span_is(s, want));
}

static void a_tree_has_keys_texts_and_lines(void **state)
{
    static const char text[] =
        "# a comment\n"
        "name: extended\n"
        "list: [a, 'b ''c'' \\', \"d\\te\"]\n"
        "map:\n"
        "  - path: 'C:\\Temp\\ '\n"
        "    note: |\n"
        "      two\n"
        "      lines\n"
        "  - ~\n";
    const struct yaml *root, *y;
    struct fault f = { 0 };
    struct arena a;

    (void)state;
    arena_init(&a, ARENA_MAX);
    root = yaml_read(span_text(text), &a, &f);
    assert_non_null(root);
    assert_int_equal(root->kind, YAML_MAP);
    assert_int_equal(root->count, 3);
    assert_span(yaml_get(root, "name")->text, "extended");
    assert_int_equal(yaml_get(root, "name")->line, 2);
    y = yaml_get(root, "list")->first;
    assert_false(y->quoted);
    assert_span(y->next->text, "b 'c' \\");
    assert_true(y->next->quoted);
    assert_span(y->next->next->text, "d\te");
    y = yaml_get(root, "map")->first;
    assert_span(yaml_get(y, "path")->text, "C:\\Temp\\ ");
    assert_span(yaml_get(y, "note")->text, "two\nlines\n");
    assert_int_equal(yaml_get(y, "note")->line, 6);
    assert_span(y->next->text, "~");
    assert_null(yaml_get(root, "Name"));
    assert_null(yaml_get(y->next, "path"));
    arena_clear(&a);
}

static void an_empty_file_is_an_empty_map(void **state)
{
    static const char *const empty[] = { "", "# nothing\n", "\n\n", "---\n...\n" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct fault f = { 0 };
        struct arena a;

        arena_init(&a, ARENA_MAX);
        const struct yaml *root = yaml_read(span_text(empty[i]), &a, &f);
        assert_non_null(root);
        assert_int_equal(root->count, 0);
        arena_clear(&a);
    }
}

static void what_is_refused_is_said_with_its_line(void **state)
{
    static const struct { const char *text, *says; } table[] = {
        { "a: &x 1\nb: *x\n", "line 1: an anchor" },
        { "a: 1\nb: *x\n", "line 2: an alias" },
        { "a: !!int 1\n", "line 1: a tag" },
        { "- !foo {a: 1}\n", "line 1: a tag" },
        { "a: 1\nb: 2\na: 3\n", "line 3: `a` is written twice" },
        { "? [a]\n: 1\n", "line 1: a key is not a list" },
        { "a: 1\n---\nb: 2\n", "a second document" },
        { "a: [1, 2\n", "line" },
        { "a: \"\\0\"\n", "line 1: a NUL" },
        { "a: 'open\n", "line" },
        { "\t- a\n", "line 1" },
        { "a: \xff\n", "UTF-8" },
        { "[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]\n", "deeper than 16" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct fault f = { 0 };
        struct arena a;

        arena_init(&a, ARENA_MAX);
        if (yaml_read(span_text(table[i].text), &a, &f))
            fail_msg("read: %s", table[i].text);
        if (!strstr(f.text, table[i].says))
            fail_msg("%s: %s", table[i].text, f.text);
        arena_clear(&a);
    }
}

static void too_much_is_a_limit(void **state)
{
    char *many = memory_get(3000 * 16), *at = many;
    struct fault f = { 0 };
    struct arena a;

    (void)state;
    for (int i = 0; i < 3000; i++)
        at += snprintf(at, 16, "k%d: 1\n", i);
    arena_init(&a, ARENA_MAX);
    assert_null(yaml_read(span_of(many, (size_t)(at - many)), &a, &f));
    assert_non_null(strstr(f.text, "more keys"));
    arena_clear(&a);
    arena_init(&a, 512);
    assert_null(yaml_read(SPAN("[aaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbb, ccccccccccccccc, d, e, f, g]"),
                          &a, &f));
    assert_int_equal(f.kind, FAULT_LIMIT);
    arena_clear(&a);
    free(many);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_has_keys_texts_and_lines),
        cmocka_unit_test(an_empty_file_is_an_empty_map),
        cmocka_unit_test(what_is_refused_is_said_with_its_line),
        cmocka_unit_test(too_much_is_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
