/* Text in and out: what is mended on the way in, and what may be shown. */
#include "core/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_clear(&arena);
    return 0;
}

#define U16(literal) { (const uint8_t *)(u"" literal), sizeof(u"" literal) - 2 }

static void assert_span(struct span got, struct span want)
{
    assert_int_equal(got.len, want.len);
    if (want.len)
        assert_memory_equal(got.at, want.at, want.len);
}

static void utf16_becomes_utf8_and_what_is_bad_is_said(void **state)
{
    static const struct {
        struct span in, want;
        bool altered;
    } table[] = {
        { SPAN_INIT(""), SPAN_INIT(""), false },
        { U16("C:\\Windows\\System32\\ntdll.dll"), SPAN_INIT("C:\\Windows\\System32\\ntdll.dll"), false },
        { U16("a long run of ASCII that fills the vector\u00e9 and goes on after it, twice over"),
          SPAN_INIT("a long run of ASCII that fills the vector\u00e9 and goes on after it, twice over"), false },
        { U16("\U0001f4a9"), SPAN_INIT("\U0001f4a9"), false },
        { SPAN_INIT("\x3d\xd8"), SPAN_INIT("\ufffd"), true },
        { SPAN_INIT("\x3d\xd8""a\0"), SPAN_INIT("\ufffd""a"), true },
        { SPAN_INIT("\xa9\xdc"), SPAN_INIT("\ufffd"), true },
        { SPAN_INIT("a\0\0\0b\0"), SPAN_INIT("a\u2400b"), true },
        { SPAN_INIT("a\0b"), SPAN_INIT("a\ufffd"), true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        bool altered = false, full = false;

        assert_span(text_from_utf16le(&arena, table[i].in, &altered, &full), table[i].want);
        assert_int_equal(altered, table[i].altered);
        assert_false(full);
    }
}

static void what_was_not_logged_stays_so(void **state)
{
    bool altered = false, full = false;

    (void)state;
    assert_null(text_from_utf16le(&arena, SPAN_NONE, &altered, &full).at);
    assert_null(text_clean(&arena, SPAN_NONE, &altered, &full).at);
    assert_non_null(text_clean(&arena, SPAN_EMPTY, &altered, &full).at);
    assert_false(altered);
}

static void bytes_become_valid_utf8(void **state)
{
    static const struct {
        struct span in, want;
        bool altered;
    } table[] = {
        { SPAN_INIT("plain"), SPAN_INIT("plain"), false },
        { SPAN_INIT("r\xc3\xa9sum\xc3\xa9"), SPAN_INIT("r\u00e9sum\u00e9"), false },
        { SPAN_INIT("a\xff""b"), SPAN_INIT("a\ufffd""b"), true },
        { SPAN_INIT("a\0b"), SPAN_INIT("a\u2400b"), true },
        { SPAN_INIT("\xc0\xaf"), SPAN_INIT("\ufffd\ufffd"), true },             /* overlong */
        { SPAN_INIT("\xed\xa0\x80"), SPAN_INIT("\ufffd\ufffd\ufffd"), true },   /* surrogate */
        { SPAN_INIT("\xf4\x90\x80\x80"), SPAN_INIT("\ufffd\ufffd\ufffd\ufffd"), true },
        { SPAN_INIT("cut \xe2\x82"), SPAN_INIT("cut \ufffd\ufffd"), true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        bool altered = false, full = false;
        struct span got = text_clean(&arena, table[i].in, &altered, &full);

        assert_span(got, table[i].want);
        assert_int_equal(altered, table[i].altered);
        assert_true(text_is_utf8(got));
    }
}

static void a_full_arena_is_said_and_nothing_is_written(void **state)
{
    struct arena small;
    bool altered = false, full = false;

    (void)state;
    arena_init(&small, 8);
    assert_null(text_from_utf16le(&small, SPAN("a\0b\0c\0d\0"), &altered, &full).at);
    assert_true(full);
    arena_clear(&small);
}

static void what_may_not_be_drawn_is_shown_by_number(void **state)
{
    static const struct {
        struct span in;
        const char *want;
    } table[] = {
        { SPAN_INIT("C:\\Users\\x"), "C:\\Users\\x" },
        { SPAN_INIT("\x1b[31m"), "<U+001B>[31m" },
        { SPAN_INIT("a\x7f\tb"), "a<U+007F><U+0009>b" },
        { SPAN_INIT("\xc2\x9b""1m"), "<U+009B>1m" },
        { SPAN_INIT("a\u202e""b\u200b\u2066"), "a<U+202E>b<U+200B><U+2066>" },
        { SPAN_INIT("\U000e0041"), "<U+E0041>" },
        { SPAN_INIT("\u0301x"), "<U+0301>x" },
        { SPAN_INIT("e\u0301\u0301\u0301"), "e\u0301\u0301<U+0301>" },
        { SPAN_INIT("\x9b"), "<U+009B>" },
        { SPAN_INIT("\xff""a"), "<U+00FF>a" },
        { SPAN_INIT("\u65e5\u672c"), "\u65e5\u672c" },
        { SPAN_INIT("\ufffd"), "\ufffd" },
        { SPAN_INIT("\u115f\u3164\uffa0\u2028"), "<U+115F><U+3164><U+FFA0><U+2028>" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char out[128];

        assert_int_equal(text_show(out, sizeof out, table[i].in), strlen(table[i].want));
        assert_string_equal(out, table[i].want);
    }
}

static void no_code_point_reaches_the_terminal_hidden(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        uint8_t bytes[4];
        char out[32];
        struct span shown;

        text_show(out, sizeof out, span_of(bytes, text_put(bytes, c)));
        shown = span_text(out);
        assert_true(shown.len > 0 && text_is_utf8(shown));
        while (shown.len)
            assert_false(text_hidden(text_next(&shown)));
    }
}

static void showing_cuts_between_characters(void **state)
{
    char out[6];

    (void)state;
    assert_int_equal(text_show(out, sizeof out, SPAN("abc\u65e5x")), 7);
    assert_string_equal(out, "abc");
}

static void letters_are_lowered_as_the_seed_needs(void **state)
{
    uint8_t out[16];
    struct span in = SPAN("AZaz\u212a\u017f");

    (void)state;
    text_lower(out, in);
    assert_memory_equal(out, "azaz\u212a\u017f", in.len);
}

static void widths_are_those_of_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(text_width('a'), 1);
    assert_int_equal(text_width(0x301), 0);
    assert_int_equal(text_width(0x65e5), 2);
    assert_int_equal(text_width(0x1f4a9), 2);
    assert_int_equal(text_width(0xe9), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(utf16_becomes_utf8_and_what_is_bad_is_said, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(what_was_not_logged_stays_so, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(bytes_become_valid_utf8, open_arena, close_arena),
        cmocka_unit_test(a_full_arena_is_said_and_nothing_is_written),
        cmocka_unit_test(what_may_not_be_drawn_is_shown_by_number),
        cmocka_unit_test(no_code_point_reaches_the_terminal_hidden),
        cmocka_unit_test(showing_cuts_between_characters),
        cmocka_unit_test(letters_are_lowered_as_the_seed_needs),
        cmocka_unit_test(widths_are_those_of_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
