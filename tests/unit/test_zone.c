/* Zones: offsets, and the system's compiled ones, from their first transition
 * to the rule behind the last. */
#include "ingest/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_utc(const char *zone, const char *shown, const char *want)
{
    struct fault f;
    char text[MOMENT_TEXT_MAX];
    struct zone *z = zone_open(zone, &f);

    assert_non_null(z);
    moment_format(zone_utc(z, moment_parse(span_text(shown))), text);
    if (strncmp(text, want, strlen(want)) != 0)
        fail_msg("%s in %s is %s, not %s", shown, zone, text, want);
    zone_close(z);
}

static void a_clock_in_a_zone_is_read_as_utc(void **state)
{
    static const struct { const char *zone, *shown, *want; } table[] = {
        { "UTC", "2024-05-01 10:00:00", "2024-05-01T10:00:00" },
        { "+02:00", "2024-05-01 10:00:00.5", "2024-05-01T08:00:00.500000" },
        { "-0530", "2024-05-01 20:00:00", "2024-05-02T01:30:00" },
        { "+05", "1960-01-01 00:00:00.25", "1959-12-31T19:00:00.250000" },
        { "Europe/Berlin", "2024-01-15 10:00:00", "2024-01-15T09:00:00" },
        { "Europe/Berlin", "2024-07-15 10:00:00", "2024-07-15T08:00:00" },
        { "Europe/Berlin", "2024-10-27 02:30:00", "2024-10-27T00:30:00" }, /* came twice */
        { "Europe/Berlin", "2024-10-27 03:00:00", "2024-10-27T02:00:00" },
        { "Europe/Berlin", "2024-03-31 01:59:59", "2024-03-31T00:59:59" },
        { "Europe/Berlin", "2024-03-31 02:30:00", "2024-03-31T01:30:00" }, /* never was */
        { "Europe/Berlin", "2024-03-31 03:00:00", "2024-03-31T01:00:00" },
        { "America/New_York", "2024-11-03 01:30:00", "2024-11-03T05:30:00" },
        { "Asia/Kolkata", "2024-05-01 05:30:00", "2024-05-01T00:00:00" },
        { "Australia/Sydney", "2024-01-01 00:00:00", "2023-12-31T13:00:00" },
        { "Australia/Sydney", "2060-01-01 00:00:00", "2059-12-31T13:00:00" }, /* by the rule */
        { "Europe/Berlin", "2060-07-01 00:00:00", "2060-06-30T22:00:00" },
        { "Europe/Berlin", "2060-12-01 00:00:00", "2060-11-30T23:00:00" },
    };

    (void)state;
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
        skip();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        expect_utc(table[i].zone, table[i].shown, table[i].want);
}

/* libc is the peer; it is asked here alone, where nobody else runs. */
static void it_agrees_with_the_c_library(void **state)
{
    static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Asia/Tehran",
        "Australia/Lord_Howe", "Africa/Casablanca", "America/St_Johns", "Europe/Dublin" };

    (void)state;
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
        skip();
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        struct fault f;
        struct zone *z = zone_open(zones[i], &f);

        assert_non_null(z);
        setenv("TZ", zones[i], 1);
        tzset();
        for (time_t t = 0; t < 4000000000; t += 86400 * 5 + 3601) {
            struct tm tm;
            localtime_r(&t, &tm);
            int64_t shown = ((int64_t)t + tm.tm_gmtoff) * 1000000, utc = zone_utc(z, shown);
            time_t back = utc / 1000000, other = back;

            /* Of an hour that came twice, ours is the first. */
            localtime_r(&other, &tm);
            if (back != t && ((int64_t)other + tm.tm_gmtoff) * 1000000 != shown)
                fail_msg("%s: %lld became %lld", zones[i], (long long)t, (long long)back);
            assert_true(back <= t);
        }
        zone_close(z);
    }
    unsetenv("TZ");
    tzset();
}

static void what_is_no_zone_is_refused_with_what_is_expected(void **state)
{
    static const char *const bad[] = { "", "Berlin", "Europe/Berln", "../../../etc/passwd", "/etc/localtime",
        "+25:00", "+2", "+02:60", "+02:00x", "Europe/", "zone.tab", "CET+1;x", "Europe/../UTC" };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fault f = { 0 };

        assert_null(zone_open(bad[i], &f));
        assert_int_equal(f.kind, FAULT_USAGE);
        assert_non_null(strstr(f.text, "Europe/Berlin"));
        assert_non_null(strstr(f.text, "+02:00"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_in_a_zone_is_read_as_utc),
        cmocka_unit_test(it_agrees_with_the_c_library),
        cmocka_unit_test(what_is_no_zone_is_refused_with_what_is_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
