/* The line editor: presses in, text and cursor out. */
#include "tui/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LEFT PRESS_LEFT
#define BS PRESS_BACKSPACE

static void presses_edit_the_line(void **state)
{
    static const struct {
        const char *before;
        uint32_t presses[8]; /* ended by 0 */
        const char *text;
        size_t at;
        enum prompt_result last;
    } table[] = {
        { "", { 'a', 'b' }, "ab", 2, PROMPT_CHANGED },
        { "ab", { LEFT, 'x' }, "axb", 2, PROMPT_CHANGED },
        { "ab", { BS }, "a", 1, PROMPT_CHANGED },
        { "", { BS }, "", 0, PROMPT_MOVED },
        { "ab", { PRESS_HOME, PRESS_DELETE }, "b", 0, PROMPT_CHANGED },
        { "ab", { PRESS_DELETE }, "ab", 2, PROMPT_MOVED },
        { "one two", { PRESS_CTRL('W') }, "one ", 4, PROMPT_CHANGED },
        { "one two", { PRESS_CTRL('U') }, "", 0, PROMPT_CHANGED },
        { "one two", { PRESS_HOME, PRESS_RIGHT, PRESS_CTRL('K') }, "o", 1, PROMPT_CHANGED },
        { "\xE6\x97\xA5" "x", { LEFT, BS }, "x", 0, PROMPT_CHANGED },
        { "\xC3\xA9", { LEFT, 0x65E5 }, "\xE6\x97\xA5\xC3\xA9", 3, PROMPT_CHANGED },
        { "ab", { PRESS_ENTER }, "ab", 2, PROMPT_KEPT },
        { "ab", { PRESS_ESC }, "ab", 2, PROMPT_LEFT },
        { "ab", { PRESS_CTRL('C') }, "ab", 2, PROMPT_LEFT },
        { "ab", { PRESS_DOWN }, "ab", 2, PROMPT_NOTHING },
        { "ab", { 0xD800 }, "ab", 2, PROMPT_NOTHING },
        { "ab", { 0x01 }, "ab", 0, PROMPT_MOVED },
        { "ab", { 0x7F }, "ab", 2, PROMPT_NOTHING },
    };
    (void)state;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        enum prompt_result r = PROMPT_NOTHING;
        struct prompt p;

        prompt_set(&p, table[i].before);
        for (size_t k = 0; table[i].presses[k]; k++)
            r = prompt_press(&p, table[i].presses[k]);
        assert_string_equal(p.text, table[i].text);
        assert_int_equal(p.at, table[i].at);
        assert_int_equal(p.len, strlen(p.text));
        assert_int_equal(r, table[i].last);
    }
}

static void it_never_grows_past_its_ceiling(void **state)
{
    struct prompt p;
    (void)state;

    prompt_set(&p, "");
    for (int i = 0; i < 2 * PROMPT_BYTES_MAX; i++)
        prompt_press(&p, 0x65E5);
    assert_true(p.len < PROMPT_BYTES_MAX);
    assert_int_equal(p.len % 3, 0);
    assert_int_equal(strlen(p.text), p.len);
}

static void typed_bytes_become_characters(void **state)
{
    static const struct { const char *bytes; uint32_t want[6]; } table[] = {
        { "ab", { 'a', 'b' } },
        { "\xC3\xA9z", { 0xE9, 'z' } },
        { "\xE6\x97\xA5\xF0\x9F\x98\x80", { 0x65E5, 0x1F600 } },
        { "\x80\xBF" "a", { 'a' } },          /* continuations of nothing */
        { "\xE6\x97" "a\xA5", { 'a' } },      /* half a character */
        { "\xE6\xC3\xA9", { 0xE9 } },         /* another begins */
        { "\xED\xA0\x80" "a", { 'a' } },       /* a surrogate */
        { "\xE0\x80\x80" "a", { 'a' } },       /* too long a form */
        { "\xC0\xC1\xF5\xFF" "a", { 'a' } },
    };
    (void)state;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t n = 0;

        for (const char *p = table[i].bytes; *p; p++) {
            uint32_t c;

            if (press_typed((unsigned char)*p, &c))
                assert_int_equal(c, table[i].want[n++]);
        }
        assert_int_equal(table[i].want[n], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presses_edit_the_line),
        cmocka_unit_test(it_never_grows_past_its_ceiling),
        cmocka_unit_test(typed_bytes_become_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
