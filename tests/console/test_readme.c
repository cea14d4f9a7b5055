/* The README's walk through the demonstration: its eight keys, typed into the
 * real program, and each of its sentences looked for on the screen. */
#include "tests/console/evidence.h"
#include "tests/console/start.h"

#include <stdio.h>
#include <string.h>

static const char *demonstration(void)
{
    static char evidence[4096];
    const char *const make[] = { getenv("MODHUNT_GEN"), "demo", evidence, NULL };

    snprintf(evidence, sizeof evidence, "%s/evidence", evidence_folder());
    assert_non_null(make[0]);
    assert_int_equal(evidence_run(make), 0);
    return evidence_case("demo.modhunt", "evidence", 1); /* one log is damaged */
}

/* The keys that the README names, in its order, one a line that begins `N. `. */
static void keys_named(char *out, size_t size)
{
    char path[4096], line[512];
    size_t n = 0;

    snprintf(path, sizeof path, "%s/README.md", getenv("MODHUNT_SOURCE"));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        const char *key = strstr(line, ". `"), *end = key ? strchr(key + 3, '`') : NULL;
        if (line[0] < '1' || line[0] > '9' || key != line + 1 || !end)
            continue;
        n += (size_t)snprintf(out + n, size - n, "%.*s ", (int)(end - key - 3), key + 3);
        assert_true(n < size);
    }
    fclose(f);
}

static void the_eight_keys_show_what_the_readme_says(void **state)
{
    struct screen *s;
    char keys[256];
    (void)state;

    keys_named(keys, sizeof keys);
    assert_string_equal(keys, "Enter h Backspace G a u E q ");
    s = start(demonstration(), 50, 120);
    screen_shows(s, "33 hits of");
    screen_shows(s, "on 7 hosts, 0 allowed");
    screen_orders(s, "df00tech-test-module.dll", "df00tech-reg-test.dll");
    screen_orders(s, "df00tech-reg-test.dll", "df00tech_test_module.dylib");
    screen_orders(s, "df00tech_test_module.dylib", "df00tech_test_module.so");
    screen_orders(s, "df00tech_test_module.so", "df00tech-module.dll");
    screen_hides(s, "checking"); /* until then the case is read-only */

    screen_type(s, "\r");
    screen_shows(s, "temp 1 + unc 0 + loader 1 x (1 - good 0) + unsigned 1 = 3");
    screen_shows(s, "C:\\Users\\a.lindqvist[\\AppData\\Local\\Temp\\]df00tech-test-module.dll");
    screen_shows(s, "C:\\Windows\\System32[\\rundll32.exe]");
    screen_shows(s, "df00tech-test-module.dll,DllMain");
    screen_shows(s, "C:\\Users\\a.lindqvist\\Downloads\\invoice-0417.js");

    screen_type(s, "h");
    screen_shows(s, "1 hit of 2 sightings on 2 hosts");
    screen_shows(s, "C:\\Windows\\System32\\wlhelper.dll");
    assert_non_null(strstr(screen_line(s, screen_row(s, "wlhelper.dll")), "WS-DIRECT"));

    screen_type(s, "\x7f");
    screen_shows(s, "33 hits of");
    screen_hides(s, "wlhelper.dll");

    screen_type(s, "G");
    screen_shows(s, "row 33 of 33");
    screen_shows(s, "C:\\ProgramData\\Harbor EDR\\hrbhook.dll");
    screen_shows(s, "Harbor Security Inc.");

    screen_type(s, "a");
    screen_shows(s, "because:");
    screen_type(s, "the EDR agent\r");
    screen_shows(s, "18 hits of");
    screen_shows(s, "15 allowed");
    screen_shows(s, "hid 15 sightings (15 loads) on 5 hosts");

    screen_type(s, "u");
    screen_shows(s, "33 hits of");
    screen_shows(s, "0 allowed");

    screen_type(s, "E");
    screen_shows(s, "EVIDENCE");
    screen_shows(s, "935"); /* records of its Sysmon log, three of them damaged */
    assert_non_null(strstr(screen_line(s, screen_row(s, "935")), " 3 "));
    screen_shows(s, "audit.log");
    screen_shows(s, "auditd");
    screen_shows(s, "eslogger.json");
    quit(s);
}

static int end(void **state)
{
    (void)state;
    evidence_remove();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_eight_keys_show_what_the_readme_says),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
