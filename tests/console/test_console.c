/* The console as an analyst uses it: the real program, its keys, its screen. */
#include "tests/console/evidence.h"
#include "tests/console/start.h"

#include <string.h>
#include <unistd.h>

static const char *tale(void)
{
    static char path[8192];
    static int n;
    char name[32];

    if (n == 0)
        evidence_tale("tale.xml");
    snprintf(name, sizeof name, "tale%d.modhunt", n++);
    snprintf(path, sizeof path, "%s", evidence_case(name, "tale.xml", 0));
    return path;
}

static void the_first_screen_lists_the_hits(void **state)
{
    struct screen *s = start(tale(), 24, 80);
    (void)state;

    screen_shows(s, "3 hits of 6 sightings on 2 hosts, 0 allowed");
    screen_orders(s, "T1129.dll", "plugin.dll");
    screen_orders(s, "plugin.dll", "quiet.dll");
    assert_false(screen_has(s, "shellhelper.dll"));
    assert_non_null(strstr(screen_line(s, screen_row(s, "T1129.dll")), "!  3   T.L.N"));
    screen_shows(s, "row 1 of 3");
    quit(s);
}

static void the_ledger_tells_of_files_and_of_hosts(void **state)
{
    struct screen *s = start(tale(), 24, 80);
    (void)state;

    screen_shows(s, "3 hits");
    screen_type(s, "E");
    screen_shows(s, "EVIDENCE  1 file, 0 with damage; 2 hosts, 0 without loads");
    screen_shows(s, "tale.xml");
    screen_type(s, "\r\rG");
    screen_shows(s, "Channels, and gaps in their record numbers");
    screen_type(s, "\x1b");
    screen_rest(s, 100); /* or it would be the first byte of a key */
    screen_type(s, "\x1b");
    screen_rest(s, 100);
    screen_type(s, "H");
    screen_shows(s, "HOSTS  1 file");
    screen_shows(s, "row 1 of 2");
    screen_type(s, "/nowhere\r");
    screen_shows(s, "No host's name holds nowhere");
    screen_type(s, "E");
    screen_shows(s, "EVIDENCE");
    screen_type(s, "/TALE\r");
    screen_shows(s, "row 1 of 1");
    screen_type(s, "s");
    screen_shows(s, "State");
    screen_type(s, "jj\r");
    screen_shows(s, "State▴");
    quit(s);
}

static void a_key_sorts_and_another_turns_the_order(void **state)
{
    struct screen *s = start(tale(), 24, 100);
    (void)state;

    screen_shows(s, "T1129.dll");
    screen_type(s, ">>");
    screen_orders(s, "quiet.dll", "T1129.dll"); /* newest first */
    screen_type(s, "r");
    screen_orders(s, "T1129.dll", "quiet.dll");
    screen_type(s, "s\x1b[A\x1bOA\r"); /* the menu, two up, Enter */
    screen_orders(s, "T1129.dll", "plugin.dll");
    quit(s);
}

static void the_filter_changes_the_list_as_one_types(void **state)
{
    struct screen *s = start(tale(), 24, 80);
    (void)state;

    screen_shows(s, "quiet.dll");
    screen_type(s, "/T11");
    screen_hides(s, "quiet.dll");
    screen_shows(s, "1 hit of 1 sighting");
    screen_type(s, "\x7f\x7f\x7f");
    screen_shows(s, "quiet.dll");
    screen_type(s, "nothing like it\r");
    screen_shows(s, "Nothing here answers nothing like it");
    screen_type(s, "\x1b");
    screen_shows(s, "quiet.dll");
    quit(s);
}

static void the_detail_explains_and_shows_every_field(void **state)
{
    struct screen *s = start(tale(), 60, 120);
    (void)state;

    screen_shows(s, "T1129.dll");
    screen_type(s, "\r");
    screen_shows(s, "C:\\Users\\bob[\\AppData\\Local\\Temp\\]T1129.dll");
    screen_shows(s, "C:\\Windows\\System32[\\rundll32.exe]");
    screen_shows(s, "temp 1 + unc 0 + loader 1 x (1 - good 0) + unsigned 1 = 3");
    screen_shows(s, "rundll32.exe C:\\Users\\bob\\AppData\\Local\\Temp\\T1129.dll,StartW");
    screen_shows(s, "C:\\Windows\\System32\\cmd.exe");
    screen_shows(s, "SHA256=" EVIL_HASH);
    /* the matched part is marked by more than a colour */
    int row = screen_row(s, "[\\AppData\\Local\\Temp\\]");
    assert_true(screen_look(s, row, screen_column(s, row, "[\\AppData")).bold);
    screen_type(s, "\x1b");
    screen_hides(s, "IsTempPath");
    quit(s);
}

static void a_hash_leads_to_every_host_and_back(void **state)
{
    struct screen *s = start(tale(), 24, 80);
    (void)state;

    screen_shows(s, "T1129.dll");
    screen_type(s, "h");
    screen_shows(s, "hash 3fa8c1d2e4f0");
    screen_shows(s, "shellhelper.dll");
    screen_shows(s, "1 hit of 2 sightings on 2 hosts");
    assert_non_null(strstr(screen_line(s, screen_row(s, "shellhelper.dll")), "G  1   ...GN"));
    screen_type(s, "jo");
    screen_shows(s, "host WS02");
    screen_shows(s, "kernel32.dll");
    assert_non_null(strstr(screen_line(s, screen_row(s, "kernel32.dll")), "-  0"));
    screen_type(s, "\x7f\x7f");
    screen_hides(s, "shellhelper.dll");
    screen_shows(s, "quiet.dll");
    quit(s);
}

static void everything_is_one_key_away(void **state)
{
    struct screen *s = start(tale(), 24, 80);
    (void)state;

    screen_shows(s, "HITS");
    screen_type(s, "e");
    screen_shows(s, "EVERYTHING");
    screen_shows(s, "kernel32.dll");
    screen_type(s, "e");
    screen_hides(s, "kernel32.dll");
    quit(s);
}

static void the_loads_of_a_sighting(void **state)
{
    struct screen *s = start(tale(), 24, 120);
    (void)state;

    screen_shows(s, "T1129.dll");
    screen_type(s, "l");
    screen_shows(s, "loads of T1129.dll by rundll32.exe on WS01");
    screen_shows(s, "2022-08-31 20:39:07.561");
    screen_shows(s, "CORP\\bob");
    screen_type(s, "\x7f");
    screen_shows(s, "HITS");
    quit(s);
}

static void allowing_hides_at_once_and_undo_brings_back(void **state)
{
    struct screen *s = start(tale(), 24, 100);
    (void)state;

    screen_shows(s, "plugin.dll");
    screen_hides(s, "checking"); /* until then the case is read-only */
    screen_type(s, "ja\r");
    screen_shows(s, "an entry needs a reason");
    screen_type(s, "installer of ours\r");
    screen_hides(s, "plugin.dll");
    screen_shows(s, "1 allowed");
    screen_shows(s, "T1129.dll");
    screen_type(s, "L");
    screen_shows(s, "installer of ours");
    screen_type(s, "\x1bv");
    screen_shows(s, "plugin.dll");
    assert_non_null(strstr(screen_line(s, screen_row(s, "plugin.dll")), "#1"));
    screen_type(s, "v");
    screen_hides(s, "plugin.dll");
    screen_type(s, "u");
    screen_shows(s, "plugin.dll");
    screen_shows(s, "0 allowed");
    screen_type(s, "U");
    screen_hides(s, "plugin.dll");
    quit(s);
}

static void an_entry_stays_when_one_comes_back(void **state)
{
    const char *path = tale();
    struct screen *s = start(path, 24, 80);
    (void)state;

    screen_shows(s, "T1129.dll");
    screen_hides(s, "checking");
    screen_type(s, "Atest of ours\r");
    screen_hides(s, "T1129.dll");
    quit(s);
    s = start(path, 24, 80);
    screen_shows(s, "2 hits of 6 sightings on 2 hosts, 1 allowed");
    screen_shows(s, "plugin.dll");
    assert_false(screen_has(s, "T1129.dll"));
    quit(s);
}

static void the_ledger_and_the_help(void **state)
{
    struct screen *s = start(tale(), 50, 120);
    (void)state;

    screen_shows(s, "T1129.dll");
    screen_type(s, "E");
    screen_shows(s, "tale.xml");
    screen_shows(s, "complete");
    screen_type(s, "\x1b");
    screen_shows(s, "T1129.dll");
    screen_type(s, "?");
    screen_shows(s, "Everything with the hash of this module");
    screen_type(s, "\x1b");
    screen_shows(s, "T1129.dll");
    quit(s);
}

static void a_whole_script_typed_at_once_acts_in_order(void **state)
{
    struct screen *s = start(tale(), 24, 80);
    (void)state;

    /* before the first screen is there */
    screen_type(s, "/T1129\rhjl");
    screen_shows(s, "loads of shellhelper.dll by explorer.exe on WS02");
    screen_type(s, "\x7f\x7f\x7f/\x15\rjareason\rjjgv");
    screen_shows(s, "1 allowed");
    quit(s);
}

static void the_mouse_moves_and_sorts(void **state)
{
    struct screen *s = start(tale(), 24, 100);
    char bytes[64];
    (void)state;

    screen_shows(s, "quiet.dll");
    int row = screen_row(s, "quiet.dll");
    snprintf(bytes, sizeof bytes, "\x1b[<0;10;%dM\x1b[<0;10;%dm", row + 1, row + 1);
    screen_type(s, bytes);
    screen_shows(s, "row 3 of 3");
    int heading = screen_row(s, "Last seen");
    snprintf(bytes, sizeof bytes, "\x1b[<0;%d;%dM", screen_column(s, heading, "Last seen") + 2, heading + 1);
    screen_type(s, bytes);
    screen_orders(s, "quiet.dll", "T1129.dll");
    quit(s);
}

static void rows_appear_while_evidence_is_read(void **state)
{
    char path[8192];
    const char *argv[] = { getenv("MODHUNT"), path, NULL };
    static const char *const env[] = { "TERM=xterm-256color", "LC_ALL=C.UTF-8", NULL };
    (void)state;

    evidence_many("many.xml", 4000);
    snprintf(path, sizeof path, "%s/many.xml", evidence_folder());
    assert_int_equal(chdir(evidence_folder()), 0);
    struct screen *s = screen_start(argv, env, 24, 120, false);
    screen_shows(s, "many");
    screen_type(s, "jjj");
    screen_shows(s, "4,000 hits of 4,000 sightings on 2 hosts");
    screen_type(s, "G");
    screen_shows(s, "row 4,000 of 4,000");
    screen_shows(s, "many000000.dll");
    screen_type(s, "g");
    screen_shows(s, "many003999.dll");
    screen_type(s, "q");
    screen_rest(s, 300);
    if (screen_has(s, "still being read"))
        screen_type(s, "y");
    assert_int_equal(screen_end(s, SCREEN_WAIT_MS), 0);
    assert_true(screen_restored(s));
    screen_free(s);
}

static int clean(void **state)
{
    (void)state;
    evidence_remove();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_screen_lists_the_hits),
        cmocka_unit_test(the_ledger_tells_of_files_and_of_hosts),
        cmocka_unit_test(a_key_sorts_and_another_turns_the_order),
        cmocka_unit_test(the_filter_changes_the_list_as_one_types),
        cmocka_unit_test(the_detail_explains_and_shows_every_field),
        cmocka_unit_test(a_hash_leads_to_every_host_and_back),
        cmocka_unit_test(everything_is_one_key_away),
        cmocka_unit_test(the_loads_of_a_sighting),
        cmocka_unit_test(allowing_hides_at_once_and_undo_brings_back),
        cmocka_unit_test(an_entry_stays_when_one_comes_back),
        cmocka_unit_test(the_ledger_and_the_help),
        cmocka_unit_test(a_whole_script_typed_at_once_acts_in_order),
        cmocka_unit_test(the_mouse_moves_and_sorts),
        cmocka_unit_test(rows_appear_while_evidence_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, clean);
}
