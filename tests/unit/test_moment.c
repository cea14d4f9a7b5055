/* Times: every form that logs write, and the extremes that attackers write. */
#include "core/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void forms_of_one_moment_are_one_moment(void **state)
{
    static const char *const forms[] = {
        "2022-08-31 20:39:07.561",       "2022-08-31T20:39:07.561Z",
        "2022-08-31T20:39:07.5610000Z",  "2022-08-31T22:39:07.561+02:00",
        "2022-08-31T22:39:07.561+0200",  "2022-08-31 16:39:07.561-04:00",
        "2022-08-31 22:39:07.561 +0200", " 2022-08-31 20:39:07,561 ",
        "2022/08/31 20:39:07.561000000",
    };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        assert_int_equal(moment_parse(span_text(forms[i])), INT64_C(1661978347561000));
}

static void what_is_no_time_is_none(void **state)
{
    static const char *const table[] = {
        "", "-", "2022-02-30 00:00:00", "2022-13-01 00:00:00", "2022-08-31", "2022-08-31 24:00:00",
        "2022-08-31 20:39:07.", "2022-08-31 20:39:07.1234567890", "2022-08-31 20:39:07 x",
        "2022-08-31 20:39:07+25:00", "x022-08-31 20:39:07",
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_int_equal(moment_parse(span_text(table[i])), MOMENT_NONE);
    assert_int_equal(moment_parse(SPAN_NONE), MOMENT_NONE);
    assert_int_equal(moment_parse(SPAN("2022-08-31\0 20:39:07")), MOMENT_NONE);
}

static void formatting_gives_back_what_was_read(void **state)
{
    static const char *const table[] = {
        "2022-08-31T20:39:07.561000Z", "1970-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z",
        "2000-02-29T12:00:00.000001Z", "1601-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z",
        "0001-01-01T00:00:00.000000Z",
    };
    char out[MOMENT_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        moment_format(moment_parse(span_text(table[i])), out);
        assert_string_equal(out, table[i]);
    }
    moment_format(MOMENT_NONE, out);
    assert_string_equal(out, "");
}

static void filetimes_never_overflow(void **state)
{
    static const struct {
        uint64_t in;
        int64_t want;
    } table[] = {
        { 0, MOMENT_NONE },
        { UINT64_C(133064519475610000), INT64_C(1661978347561000) },
        { UINT64_C(116444736000000000), 0 },
        { UINT64_MAX, (int64_t)(UINT64_MAX / 10) - INT64_C(11644473600000000) },
    };
    char out[MOMENT_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(moment_from_filetime(table[i].in), table[i].want);
        moment_format(table[i].want, out);
    }
    moment_format(INT64_MAX, out);
    moment_format(INT64_MIN + 1, out);
}

static void systemtimes_must_be_dates(void **state)
{
    (void)state;
    assert_int_equal(moment_from_systemtime(SPAN("\xe6\x07\x08\x00\x03\x00\x1f\x00\x14\x00\x27\x00\x07\x00\x31\x02")),
                     INT64_C(1661978347561000));
    assert_int_equal(moment_from_systemtime(SPAN("\xe6\x07\x0d\x00\x03\x00\x1f\x00\x14\x00\x27\x00\x07\x00\x31\x02")),
                     MOMENT_NONE);
    assert_int_equal(moment_from_systemtime(SPAN("\xe6\x07")), MOMENT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_one_moment_are_one_moment),
        cmocka_unit_test(what_is_no_time_is_none),
        cmocka_unit_test(formatting_gives_back_what_was_read),
        cmocka_unit_test(filetimes_never_overflow),
        cmocka_unit_test(systemtimes_must_be_dates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
