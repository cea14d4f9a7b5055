/* The guide: its pages are there, name only what exists, and fit the width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/factor.h"
#include "core/text.h"
#include "queries/catalogue.h"
#include "queries/guide.h"

#include <stdio.h>
#include <stdlib.h>

static void every_page_has_a_name_a_title_and_a_text(void **state)
{
    struct guide_page page;

    (void)state;
    assert_int_equal(guide_count(), 7);
    for (size_t i = 0; i < guide_count(); i++) {
        assert_true(guide_named(guide_at(i).name, &page));
        if (page.text.len < 500 || strlen(page.title) < 6)
            fail_msg("%s: %zu bytes, title %s", page.name, page.text.len, page.title);
    }
    assert_false(guide_named("sigma", &page));
    assert_true(span_starts(guide_sigma(), SPAN("title: ")));
}

static void every_factor_has_its_part(void **state)
{
    struct guide_page page;

    (void)state;
    assert_true(guide_named("factors", &page));
    for (int bit = 0; bit < FACTOR_COUNT; bit++) {
        struct span part = guide_part(page.text, factor_name(1u << bit));

        if (part.len < 100 || memmem(part.at, part.len, "\n## ", 4))
            fail_msg("%s: %.*s", factor_name(1u << bit), (int)part.len, (const char *)part.at);
    }
    assert_int_equal(guide_part(page.text, "IsNothing").len, 0);
    assert_int_equal(guide_part(SPAN_EMPTY, "x").len, 0);
    assert_true(span_is(guide_part(SPAN("# a\nb\n## c\nd"), "a"), "b"));
    assert_true(span_is(guide_part(SPAN("# a\nb\n## c\nd"), "c"), "d"));
}

/* Small words with a dash between `marks`, alone or as the first of arguments. */
static void expect_queries(const struct catalogue *c, const struct guide_page *page, size_t *named)
{
    const uint8_t *at = page->text.at, *end = at + page->text.len;

    while ((at = memchr(at, '`', (size_t)(end - at)))) {
        const uint8_t *close = memchr(at + 1, '`', (size_t)(end - at - 1));
        const char *ask = "modhunt query -c CASE ";
        char name[64];
        size_t len;

        assert_non_null(close);
        at++;
        if (span_starts(span_of(at, (size_t)(close - at)), span_text(ask)))
            at += strlen(ask);
        len = strspn((const char *)at, "abcdefghijklmnopqrstuvwxyz0123456789-");
        snprintf(name, sizeof name, "%.*s", (int)len, (const char *)at);
        if (strchr(name, '-') && (at + len == close || at[len] == ' ') && !strstr(name, "sqlite-jdbc")) {
            if (!catalogue_named(c, name))
                fail_msg("%s: there is no query %s", page->name, name);
            ++*named;
        }
        at = close + 1;
    }
}

static void every_query_that_is_named_exists(void **state)
{
    struct catalogue *c = catalogue_open();
    size_t named = 0;

    (void)state;
    for (size_t i = 0; i < guide_count(); i++) {
        struct guide_page page = guide_at(i);

        expect_queries(c, &page, &named);
    }
    assert_true(named > 30);
    catalogue_close(c);
}

struct seen {
    int width;
    size_t lines, headings;
    char text[4096];
};

static bool look(void *ctx, enum guide_look what, const char *text)
{
    struct seen *s = ctx;
    struct span rest = span_text(text);
    int columns = 0;

    while (rest.len)
        columns += text_width(text_next(&rest));
    s->lines++;
    s->headings += what == GUIDE_HEADING;
    if (what == GUIDE_TEXT && columns > s->width && strchr(text + strspn(text, " "), ' '))
        fail_msg("%d columns of %d: %s", columns, s->width, text);
    snprintf(s->text + strlen(s->text), sizeof s->text - strlen(s->text), "%s\n", text);
    return true;
}

static void no_line_is_wider_than_asked(void **state)
{
    (void)state;
    for (int width = 30; width < 140; width += 9)
        for (size_t i = 0; i < guide_count(); i++) {
            struct seen s = { .width = width };

            guide_lines(guide_at(i).text, width, look, &s);
            assert_true(s.headings > 0 && s.lines > 8);
        }
}

static void markdown_becomes_plain_lines(void **state)
{
    static const struct {
        const char *in, *out;
    } table[] = {
        { "# Head\n\none two three four\nfive six seven eight\n",
          "Head\n\none two three four five six\nseven eight\n" },
        { "- an item that is long\n  enough to be broken\n- `b`\n",
          "  - an item that is long\n    enough to be broken\n  - b\n" },
        { "text\n    code  as it   is, however long it may be\nmore\n",
          "text\n    code  as it   is, however long it may be\nmore\n" },
        { "| | |\n|---|---|\n| a | `b c` |\n", "  a: b c\n" },
        { "thisisawordthatislongerthanalineofthirtycolumns\n",
          "thisisawordthatislongerthanalineofthirtycolumns\n" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct seen s = { .width = 200 };

        guide_lines(span_text(table[i].in), 30, look, &s);
        assert_string_equal(s.text, table[i].out);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_has_a_name_a_title_and_a_text),
        cmocka_unit_test(every_factor_has_its_part),
        cmocka_unit_test(every_query_that_is_named_exists),
        cmocka_unit_test(no_line_is_wider_than_asked),
        cmocka_unit_test(markdown_becomes_plain_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
