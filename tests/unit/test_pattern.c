/* Patterns: what they find, and what they do where a match would run away. */
#include "core/moment.h"
#include "core/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void patterns_find_and_say_where(void **state)
{
    static const struct {
        const char *regex, *subject;
        unsigned flags;
        enum match want;
        const char *where;
    } table[] = {
        { "b+", "abbbc", 0, MATCH_YES, "bbb" },
        { "^b", "abbbc", 0, MATCH_NO, NULL },
        { "B", "abc", PATTERN_NOCASE, MATCH_YES, "b" },
        { "B", "abc", 0, MATCH_NO, NULL },
        { "", "abc", 0, MATCH_YES, "" },
        { "x", "", 0, MATCH_NO, NULL },
        { "\u00e9", "caf\u00e9", 0, MATCH_YES, "\u00e9" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct pattern *p = pattern_open(span_text(table[i].regex), table[i].flags, NULL);
        struct span where = SPAN_NONE;

        assert_non_null(p);
        assert_int_equal(pattern_find(p, span_text(table[i].subject), &where), table[i].want);
        if (table[i].where)
            assert_true(span_is(where, table[i].where));
        pattern_close(p);
    }
}

static void a_bad_pattern_names_its_column(void **state)
{
    struct fault f = { 0 };
    char far[5000];

    (void)state;
    assert_null(pattern_open(SPAN("ab("), 0, &f));
    assert_int_equal(f.kind, FAULT_USAGE);
    assert_non_null(strstr(f.text, "column 4"));
    memset(far, 'a', sizeof far);
    assert_null(pattern_open(span_of(far, sizeof far), 0, &f));
    assert_int_equal(f.kind, FAULT_LIMIT);
    assert_null(pattern_open(SPAN("a\\Cb"), 0, &f));
}

static void a_runaway_match_is_unsure_and_never_a_no(void **state)
{
    struct span runaway[] = { SPAN("(a+)+$"), SPAN("(a|aa)+$"), SPAN("(*LIMIT_MATCH=4000000000)(a+)+$") };
    size_t len = 65536;
    uint8_t *subject = malloc(len);

    (void)state;
    assert_non_null(subject);
    memset(subject, 'a', len);
    subject[len - 1] = '!';
    for (size_t i = 0; i < sizeof runaway / sizeof runaway[0]; i++) {
        struct pattern *p = pattern_open(runaway[i], 0, NULL);

        assert_non_null(p);
        assert_int_equal(pattern_find(p, span_of(subject, len), NULL), MATCH_UNSURE);
        pattern_close(p);
    }
    free(subject);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_find_and_say_where),
        cmocka_unit_test(a_bad_pattern_names_its_column),
        cmocka_unit_test(a_runaway_match_is_unsure_and_never_a_no),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
