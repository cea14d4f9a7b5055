/* The console without a terminal: presses, pages and notices in, screen out. */
#include "tests/unit/desk.h"

/* ---- what the first screen says ---- */

static void the_first_screen_lists_the_hits_by_score(void **state)
{
    struct desk *d = demo(40);
    (void)state;

    open_desk(d, 24, 80);
    SHOWS(d, "2 hits of 43 sightings on 3 hosts, 0 allowed");
    SHOWS(d, "HITS");
    assert_true(row_with(d, "T1129.dll") < row_with(d, "quiet.dll"));
    assert_non_null(strstr(line(d, row_with(d, "T1129.dll")), "!  3"));
    assert_non_null(strstr(line(d, row_with(d, "T1129.dll")), "T.L.N"));
    HIDES(d, "shellhelper");
    SHOWS(d, "row 1 of 2");
    close_desk(d);
}

static void everything_is_one_key_away_and_tells_non_hits_apart(void **state)
{
    struct desk *d = demo(3);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "e");
    SHOWS(d, "EVERYTHING");
    assert_non_null(strstr(line(d, row_with(d, "shellhelper.dll")), "G  1"));
    assert_non_null(strstr(line(d, row_with(d, "kernel32.dll")), "-  0"));
    type(d, "e");
    HIDES(d, "shellhelper");
    close_desk(d);
}

static void the_ledger_says_what_is_damaged_and_what_is_not_logged(void **state)
{
    static const int sizes[][2] = { { 24, 80 }, { 50, 160 } };
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct desk *d = demo(1);

        open_desk(d, sizes[i][0], sizes[i][1]);
        SHOWS(d, "H  1 host without loads");
        type(d, "\rE"); /* a detail that is open does not stand in the way where room is short */
        SHOWS(d, "EVIDENCE  3 files, 1 with damage; 2 hosts, 1 without loads");
        assert_int_equal(d->m->detail.open, i == 1);
        assert_non_null(strstr(line(d, row_with(d, "Operational.evtx")), "complete, 1011"));
        SHOWS(d, "complete, no loads");
        SHOWS(d, "partial, 3011");
        if (i == 0)
            type(d, "\r");
        type(d, "j\rG");
        SHOWS(d, "4096  it is torn");
        SHOWS(d, "and 298 more: modhunt evidence --problems");
        if (i == 1)
            SHOWS(d, "Security: 7 records, numbers 10 to 19");
        assert_int_equal(d->m->places, 2);
        type(d, "\x1b\x1bH");
        SHOWS(d, "HOSTS  3 files");
        assert_int_equal(d->m->places, 2); /* the same place, seen from another side */
        assert_non_null(strstr(line(d, row_with(d, "BLIND")), "loads, processes, context"));
        assert_non_null(strstr(line(d, row_with(d, "WS01")), "1,234"));
        type(d, "j\r");
        SHOWS(d, "It logged no module load (Event ID 7)");
        type(d, "\x1bgo");
        SHOWS(d, "host WS01"); /* everything on it */
        assert_int_equal(d->m->places, 3);
        type(d, "\bE");
        SHOWS(d, "EVIDENCE");
        close_desk(d);
    }
}

static void the_end_of_an_ingest_says_what_was_damaged(void **state)
{
    static const struct { uint64_t incomplete, damaged; const char *says; } table[] = {
        { 0, 0, "all evidence is read, none of it was damaged" },
        { 1, 0, "all is read, but 1 file is incomplete: E says" },
        { 2, 3, "all is read, but 2 files are incomplete, 3 records are damaged: E says" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct notice *n = notice_open(NOTICE_INGESTED);
        struct desk *d = demo(1);

        d->doors.ingesting = true;
        n->incomplete = table[i].incomplete;
        n->damaged = table[i].damaged;
        open_desk(d, 24, 80);
        fake_send(d->c->notices, n);
        settle(d);
        SHOWS(d, table[i].says);
        assert_int_equal(d->m->message_bad, i > 0);
        close_desk(d);
    }
}

static void an_empty_view_says_why_and_which_key_helps(void **state)
{
    static const struct { int rows; const char *keys, *says; bool ingesting; } table[] = {
        { 0, "", "There is no module load in this case", false },
        { 0, "", "(ImageLoad): none of these files is a log of Sysmon", false },
        { 0, "", "50 records of 3 files", false },
        { 0, "", "H     says of each host what it logs", false },
        { 0, "", "Evidence is being read", true },
        { 1, "", "No hits, but 1 sighting", false },
        { 2, "/nothing such\r", "Nothing here answers nothing such", false },
        { 1, "", "H     says which 1 host logs no loads at all", false },
        { 0, "E/nothing\r", "complete, no loads", false },
        { 2, "L", "Nothing is allowed", false },
    };
    (void)state;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct desk *d = memory_zero(1, sizeof *d);

        d->c = fake_open(&d->doors);
        d->doors.ingesting = table[i].ingesting;
        if (table[i].rows > 0)
            fake_add(d->c, "WS01", SVCHOST, "C:\\Windows\\System32\\a.dll", "true", "aa", 1, 1);
        if (table[i].rows > 1)
            fake_add(d->c, "WS01", SVCHOST, TEMP "b.dll", "true", "bb", 1, 1);
        open_desk(d, 24, 80);
        type(d, table[i].keys);
        SHOWS(d, table[i].says);
        close_desk(d);
    }
}

/* ---- detail ---- */

static void the_detail_explains_the_score(void **state)
{
    struct desk *d = demo(0);
    (void)state;

    open_desk(d, 40, 100);
    type(d, "\r");
    SHOWS(d, "+ IsTempPath");
    SHOWS(d, "C:\\Users\\bob[\\AppData\\Local\\Temp\\]T1129.dll");
    SHOWS(d, "C:\\Windows\\System32[\\rundll32.exe]");
    SHOWS(d, "temp 1 + unc 0 + loader 1 x (1 - good 0) + unsigned 1 = 3");
    SHOWS(d, "rundll32.exe T1129.dll,StartW");
    SHOWS(d, "ParentImage");
    type(d, "j"); /* it follows the cursor */
    SHOWS(d, "C:[\\Users\\Public\\]quiet.dll");
    type(d, "\x1b");
    HIDES(d, "IsTempPath");
    close_desk(d);
}

static void what_was_not_logged_is_not_shown_as_if_it_were(void **state)
{
    struct desk *d = demo(0);
    (void)state;

    fake_add(d->c, "WS09", SVCHOST, TEMP "unknown.dll", NULL, NULL, 1661990000, 1);
    open_desk(d, 40, 120);
    type(d, "\r/unknown\r\r");
    SHOWS(d, "? IsUnsigned");
    SHOWS(d, "not logged, counts as unsigned in the seed's formula");
    SHOWS(d, "not logged");
    HIDES(d, "+ IsUnsigned");
    close_desk(d);
}

static void the_detail_scrolls_when_it_has_the_focus(void **state)
{
    struct desk *d = demo(0);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "\r\r");
    assert_true(d->m->detail.focused);
    int64_t id = cursor_id(d);
    type(d, "jj");
    assert_int_equal(d->m->detail.scroll, 2);
    assert_int_equal(cursor_id(d), id);
    type(d, "G");
    SHOWS(d, "Company");
    type(d, "\tj");
    assert_int_not_equal(cursor_id(d), id);
    close_desk(d);
}

/* ---- filter, order, pivots ---- */

static void the_filter_narrows_as_one_types(void **state)
{
    struct desk *d = demo(9);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "/qu");
    HIDES(d, "T1129.dll");
    SHOWS(d, "quiet.dll");
    SHOWS(d, "1 hit of 1 sighting");
    type(d, "\b\b");
    SHOWS(d, "T1129.dll");
    type(d, "T11\r");
    HIDES(d, "quiet.dll");
    SHOWS(d, "filter: T11");
    type(d, "\x1b");
    SHOWS(d, "quiet.dll");
    type(d, "/qu\x1b"); /* Esc in the line clears it too */
    SHOWS(d, "T1129.dll");
    close_desk(d);
}

/* What is off is said at once, and the list shows what was asked last. */
static void a_filter_that_is_none_says_where_and_what_was_meant(void **state)
{
    struct desk *d = demo(9);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "/qu imge:x");
    SHOWS(d, "column 4: there is no field imge; did you mean image?");
    SHOWS(d, "Nothing here answers qu imge"); /* the last that was a filter */
    type(d, "\r"); /* it is not kept, and the line stays */
    assert_int_equal(d->m->mode, MODE_FILTER);
    type(d, "\b\b\b\b\b\b\r");
    assert_int_equal(d->m->mode, MODE_ROWS);
    SHOWS(d, "filter: qu");
    type(d, "/\x15\"open");
    SHOWS(d, "this quote is not closed");
    type(d, "\x1b");
    HIDES(d, "this quote is not closed");
    SHOWS(d, "T1129.dll");
    close_desk(d);
}

static void tab_completes_the_name_of_a_field(void **state)
{
    struct desk *d = demo(9);
    (void)state;

    open_desk(d, 24, 100);
    type(d, "/modu\tquiet.dll");
    assert_string_equal(d->m->prompt.text, "module:quiet.dll");
    HIDES(d, "T1129.dll");
    type(d, "\x15parentp\t");
    assert_string_equal(d->m->prompt.text, "ParentProcess");
    SHOWS(d, "ParentProcessId ParentProcessGuid");
    type(d, "g\t");
    assert_string_equal(d->m->prompt.text, "ParentProcessGuid:");
    type(d, "\x15zz\t");
    SHOWS(d, "no field begins so");
    type(d, "\x15\t");
    SHOWS(d, "module image host hash signer");
    close_desk(d);
}

static void a_filter_on_a_module_shows_everything(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "/module:kernel32.dll\r");
    SHOWS(d, "EVERYTHING");
    SHOWS(d, "kernel32.dll");
    type(d, "e");
    SHOWS(d, "a filter on a module or a hash always shows everything");
    type(d, "\x1b");
    SHOWS(d, "HITS");
    HIDES(d, "kernel32.dll");
    close_desk(d);
}

/* What a pivot asks stands in the line and can be changed there. */
static void a_pivot_is_a_filter(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 100);
    type(d, "o");
    SHOWS(d, "host WS01");
    SHOWS(d, "filter: host=WS01");
    type(d, "/ quiet\r");
    assert_string_equal(model_place(d->m)->filter, "host=WS01 quiet");
    HIDES(d, "T1129.dll");
    SHOWS(d, "EVERYTHING");
    type(d, "\b");
    SHOWS(d, "T1129.dll");
    assert_int_equal(d->m->places, 1);
    close_desk(d);
}

static void a_slow_answer_can_be_given_up(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 80);
    d->c->hold = true;
    type(d, "/qu\r");
    SHOWS(d, "asking the case; Esc gives it up");
    type(d, "\x1b");
    assert_int_equal(d->c->given_up, 1);
    SHOWS(d, "given up");
    SHOWS(d, "T1129.dll"); /* what was shown stays */
    close_desk(d);
}

static void any_column_sorts(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "e>>");
    assert_int_equal(model_place(d->m)->sort.column, COLUMN_ID_last_time);
    assert_true(row_with(d, "shellhelper.dll") < row_with(d, "T1129.dll"));
    type(d, "r");
    assert_true(row_with(d, "shellhelper.dll") > row_with(d, "T1129.dll"));
    type(d, "sj\r");
    assert_int_equal(model_place(d->m)->sort.column, COLUMN_ID_host);
    assert_false(model_place(d->m)->sort.descending);
    type(d, "s\x1b");
    assert_int_equal(model_place(d->m)->sort.column, COLUMN_ID_host);
    close_desk(d);
}

static void a_pivot_shows_everything_and_backspace_goes_back(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "h");
    SHOWS(d, "hash 3fa8c1d2e4f0");
    SHOWS(d, "shellhelper.dll");
    SHOWS(d, "1 hit of 2 sightings on 2 hosts");
    type(d, "jo");
    SHOWS(d, "host WS02");
    SHOWS(d, "kernel32.dll");
    HIDES(d, "T1129.dll");
    type(d, "\b");
    SHOWS(d, "T1129.dll");
    assert_int_equal(cursor_id(d), 3); /* the cursor is where it was */
    type(d, "\b\b\b");
    HIDES(d, "shellhelper.dll");
    assert_int_equal(d->m->places, 1);
    close_desk(d);
}

static void a_module_without_a_hash_says_so(void **state)
{
    struct desk *d = demo(0);
    (void)state;

    fake_add(d->c, "WS09", RUNDLL, TEMP "nohash.dll", "false", NULL, 1661990000, 1);
    open_desk(d, 24, 80);
    type(d, "h");
    SHOWS(d, "no hash of this module was logged");
    type(d, "a");
    SHOWS(d, "A allows it by its path");
    assert_int_equal(d->m->places, 1);
    close_desk(d);
}

static void the_loads_of_a_sighting_open_and_close(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 100);
    type(d, "l");
    SHOWS(d, "loads of T1129.dll by rundll32.exe on WS01");
    SHOWS(d, "rundll32.exe T1129.dll,StartW");
    type(d, "\b");
    SHOWS(d, "HITS");
    close_desk(d);
}

static void the_trail_has_an_end(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 80);
    for (int i = 0; i < TRAIL_MAX; i++)
        type(d, i % 2 ? "o" : "h");
    assert_int_equal(d->m->places, TRAIL_MAX);
    SHOWS(d, "go back first");
    close_desk(d);
}

/* ---- the allowlist ---- */

static void allowing_needs_a_reason_and_can_be_undone(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "a\r");
    SHOWS(d, "an entry needs a reason");
    type(d, "test of ours\r");
    assert_string_equal(d->c->reason, "test of ours");
    assert_int_equal(d->c->allowed_sighting, 1);
    HIDES(d, "T1129.dll");
    SHOWS(d, "entry #1 hides 2 sightings");
    SHOWS(d, "2 allowed");
    type(d, "v");
    SHOWS(d, "T1129.dll");
    assert_non_null(strstr(line(d, row_with(d, "T1129.dll")), "#1"));
    assert_int_equal(grid_cell(&d->g, row_with(d, "T1129.dll"), 20)->style, STYLE_DIM);
    type(d, "vL");
    SHOWS(d, "test of ours");
    type(d, "\x1bu");
    SHOWS(d, "T1129.dll");
    SHOWS(d, "0 allowed");
    type(d, "u");
    SHOWS(d, "nothing to undo");
    close_desk(d);
}

static void leaving_the_reason_allows_nothing(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "axyz\x1b");
    SHOWS(d, "nothing was allowed");
    assert_int_equal(d->c->entries, 0);
    close_desk(d);
}

static void a_case_that_can_not_be_written_says_why(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    d->doors.read_only = "its folder can't be written";
    open_desk(d, 24, 80);
    SHOWS(d, "read-only");
    type(d, "a");
    SHOWS(d, "the case can't be changed: its folder can't be written");
    type(d, "u");
    SHOWS(d, "the case can't be changed");
    assert_int_equal(d->m->mode, MODE_ROWS);
    close_desk(d);
}

static void while_it_is_checked_a_case_waits_for_changes(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    d->doors.checking = true;
    open_desk(d, 24, 80);
    SHOWS(d, "checking");
    type(d, "ayes\r"); /* the reason is no row of commands */
    SHOWS(d, "checking");
    assert_int_equal(d->m->mode, MODE_ROWS);
    fake_send(d->c->notices, notice_open(NOTICE_CHECKED));
    settle(d);
    assert_int_equal(d->c->entries, 1);
    close_desk(d);
}

static void a_full_list_of_orders_is_said_and_nothing_changes(void **state)
{
    struct desk *d = demo(5);
    (void)state;

    open_desk(d, 24, 80);
    d->c->full = true;
    type(d, "ayes\r");
    SHOWS(d, "nothing was changed");
    assert_int_equal(d->c->entries, 0);
    type(d, "j"); /* and it is still usable */
    assert_int_equal(cursor_id(d), 2);
    close_desk(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_screen_lists_the_hits_by_score),
        cmocka_unit_test(everything_is_one_key_away_and_tells_non_hits_apart),
        cmocka_unit_test(the_ledger_says_what_is_damaged_and_what_is_not_logged),
        cmocka_unit_test(the_end_of_an_ingest_says_what_was_damaged),
        cmocka_unit_test(an_empty_view_says_why_and_which_key_helps),
        cmocka_unit_test(the_detail_explains_the_score),
        cmocka_unit_test(what_was_not_logged_is_not_shown_as_if_it_were),
        cmocka_unit_test(the_detail_scrolls_when_it_has_the_focus),
        cmocka_unit_test(the_filter_narrows_as_one_types),
        cmocka_unit_test(a_filter_that_is_none_says_where_and_what_was_meant),
        cmocka_unit_test(tab_completes_the_name_of_a_field),
        cmocka_unit_test(a_filter_on_a_module_shows_everything),
        cmocka_unit_test(a_pivot_is_a_filter),
        cmocka_unit_test(a_slow_answer_can_be_given_up),
        cmocka_unit_test(any_column_sorts),
        cmocka_unit_test(a_pivot_shows_everything_and_backspace_goes_back),
        cmocka_unit_test(a_module_without_a_hash_says_so),
        cmocka_unit_test(the_loads_of_a_sighting_open_and_close),
        cmocka_unit_test(the_trail_has_an_end),
        cmocka_unit_test(allowing_needs_a_reason_and_can_be_undone),
        cmocka_unit_test(leaving_the_reason_allows_nothing),
        cmocka_unit_test(a_case_that_can_not_be_written_says_why),
        cmocka_unit_test(while_it_is_checked_a_case_waits_for_changes),
        cmocka_unit_test(a_full_list_of_orders_is_said_and_nothing_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
