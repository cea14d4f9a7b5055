/* ingest/json: what is JSON, what is not, and what a string says. */
#include "ingest/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum verdict { ACCEPT, SHORT, REJECT };

static enum verdict verdict_of(struct span text)
{
    /* In memory of its own, so that a byte read behind the end is seen. */
    uint8_t *copy = malloc(text.len ? text.len : 1);
    struct json j;
    struct json_item item;
    enum json_step step;

    assert_non_null(copy);
    memcpy(copy, text.at, text.len);
    j = json_of(span_of(copy, text.len));
    while ((step = json_next(&j, &item)) < JSON_DONE)
        ;
    if (step == JSON_DONE)
        while (j.at < j.end && (*j.at == ' ' || *j.at == '\n' || *j.at == '\t' || *j.at == '\r'))
            j.at++;
    bool all = j.at == j.end;
    free(copy);
    return step == JSON_DONE && all ? ACCEPT : step == JSON_SHORT ? SHORT : REJECT;
}

static void json_is_json_and_nothing_else_is(void **state)
{
    static const struct { struct span text; enum verdict want; } table[] = {
        { SPAN_INIT("{}"), ACCEPT },
        { SPAN_INIT("[]"), ACCEPT },
        { SPAN_INIT(" [ ] "), ACCEPT },
        { SPAN_INIT("{\"\":0}"), ACCEPT },
        { SPAN_INIT("{\"a\":\"b\",\"a\":\"c\"}"), ACCEPT },
        { SPAN_INIT("[1,2.5,-0,1e999,-1E-7,0.1]"), ACCEPT },
        { SPAN_INIT("[true,false,null]"), ACCEPT },
        { SPAN_INIT("\"\""), ACCEPT },
        { SPAN_INIT("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\ud800\"]"), ACCEPT },
        { SPAN_INIT("[\"\t\x01\xff\"]"), ACCEPT }, /* a mercy: mended, and marked */
        { SPAN_INIT("{\"a\":{\"b\":[{\"c\":[[]]}]}}"), ACCEPT },
        { SPAN_INIT("{\n\t\"a\" :\r\n 1\n}\n"), ACCEPT },

        { SPAN_INIT(""), SHORT },
        { SPAN_INIT("{"), SHORT },
        { SPAN_INIT("[1"), SHORT },
        { SPAN_INIT("[1,"), SHORT },
        { SPAN_INIT("[tru"), SHORT },
        { SPAN_INIT("{\"a"), SHORT },
        { SPAN_INIT("{\"a\""), SHORT },
        { SPAN_INIT("{\"a\":"), SHORT },
        { SPAN_INIT("{\"a\":\"\\"), SHORT },
        { SPAN_INIT("{\"a\":\"\\u00"), SHORT },

        { SPAN_INIT("[1,]"), REJECT },
        { SPAN_INIT("[,1]"), REJECT },
        { SPAN_INIT("[1 2]"), REJECT },
        { SPAN_INIT("{\"a\":1,}"), REJECT },
        { SPAN_INIT("{\"a\" 1}"), REJECT },
        { SPAN_INIT("{a:1}"), REJECT },
        { SPAN_INIT("{'a':1}"), REJECT },
        { SPAN_INIT("{\"a\":}"), REJECT },
        { SPAN_INIT("{1:1}"), REJECT },
        { SPAN_INIT("[01]"), REJECT },
        { SPAN_INIT("[+1]"), REJECT },
        { SPAN_INIT("[.5]"), REJECT },
        { SPAN_INIT("[1.]"), REJECT },
        { SPAN_INIT("[1e]"), REJECT },
        { SPAN_INIT("[-]"), REJECT },
        { SPAN_INIT("[0x10]"), REJECT },
        { SPAN_INIT("[NaN]"), REJECT },
        { SPAN_INIT("[True]"), REJECT },
        { SPAN_INIT("[\"\\x\"]"), REJECT },
        { SPAN_INIT("[\"\\u12G4\"]"), REJECT },
        { SPAN_INIT("[\"a\nb\"]"), REJECT },
        { SPAN_INIT("[}"), REJECT },
        { SPAN_INIT("{]"), REJECT },
        { SPAN_INIT("[]]"), REJECT },
        { SPAN_INIT("{}{}"), REJECT },
        { SPAN_INIT("[1]//x"), REJECT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (verdict_of(table[i].text) != table[i].want)
            fail_msg("%.*s is %d, not %d", (int)table[i].text.len,
                     (const char *)table[i].text.at, verdict_of(table[i].text), table[i].want);
}

static void nesting_ends_at_64(void **state)
{
    char text[2 * 100 + 1];

    (void)state;
    for (unsigned depth = 60; depth <= 70; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(verdict_of(span_of(text, 2 * depth)),
                         depth <= JSON_DEPTH_MAX ? ACCEPT : REJECT);
    }
}

static void strings_become_valid_text(void **state)
{
    static const struct { struct span in; const char *want; bool altered; } table[] = {
        { SPAN_INIT(""), "", false },
        { SPAN_INIT("plain"), "plain", false },
        { SPAN_INIT("C:\\\\Windows\\\\System32\\\\a long path with no other escape.dll"),
          "C:\\Windows\\System32\\a long path with no other escape.dll", false },
        { SPAN_INIT("\\\"\\/\\b\\f\\n\\r\\t"), "\"/\b\f\n\r\t", false },
        { SPAN_INIT("\\u0041\\u00e9\\u20ac"), "A\xc3\xa9\xe2\x82\xac", false },
        { SPAN_INIT("\\ud83d\\ude00!"), "\xf0\x9f\x98\x80!", false },
        { SPAN_INIT("a\\u0000b"), "a\xe2\x90\x80" "b", true },
        { SPAN_INIT("\\ud800"), "\xef\xbf\xbd", true },
        { SPAN_INIT("\\udc00\\ud800"), "\xef\xbf\xbd\xef\xbf\xbd", true },
        { SPAN_INIT("\\ud800\\u0041"), "\xef\xbf\xbd" "A", true },
        { SPAN_INIT("\xc3\xa9 \xff"), "\xc3\xa9 \xef\xbf\xbd", true },
        { SPAN_INIT("\\\\ \xed\xa0\x80"), "\\ \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", true },
        { SPAN_INIT("a\tb"), "a\tb", true },
        { SPAN_INIT("a\0b"), "a\xe2\x90\x80" "b", true },
    };
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char quoted[128];
        const char *wrong;
        uint8_t marks;
        bool altered = false, full = false;

        memcpy(quoted, table[i].in.at, table[i].in.len);
        quoted[table[i].in.len] = '"';
        const uint8_t *end = json_string_end((uint8_t *)quoted,
                                             (uint8_t *)quoted + table[i].in.len + 1, &marks,
                                             &wrong);
        assert_ptr_equal(end, quoted + table[i].in.len);
        struct span got = json_text(&a, table[i].in, marks, &altered, &full);
        assert_false(full);
        assert_int_equal(got.len, strlen(table[i].want));
        assert_memory_equal(got.at, table[i].want, got.len);
        assert_int_equal(altered, table[i].altered);
    }
    arena_clear(&a);
}

static void a_string_longer_than_its_arena_says_so(void **state)
{
    uint8_t text[4000];
    struct arena a;
    bool altered = false, full = false;

    (void)state;
    memset(text, '\\', sizeof text);
    arena_init(&a, 1000);
    assert_false(span_logged(json_text(&a, span_of(text, sizeof text), JSON_ESCAPED, &altered,
                                       &full)));
    assert_true(full);
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_json_and_nothing_else_is),
        cmocka_unit_test(nesting_ends_at_64),
        cmocka_unit_test(strings_become_valid_text),
        cmocka_unit_test(a_string_longer_than_its_arena_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
