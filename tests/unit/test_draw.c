/* The screen as a whole: sizes, hostile text, help, the mouse. */
#include "tests/unit/desk.h"

/* ---- the screen ---- */

static void no_size_breaks_the_screen(void **state)
{
    static const int sizes[][2] = { { 0, 0 }, { 1, 1 }, { 2, 2 }, { 1, 500 }, { 500, 1 }, { 6, 20 },
                                    { 7, 21 }, { 9, 30 }, { 10, 40 }, { 12, 60 }, { 24, 80 },
                                    { 50, 160 }, { 60, 200 }, { 500, 1000 } };
    static const char *const scripts[] = { "", "\r", "\r\r", "s", "/abc", "\x1b\x1b" "axyz", "\x1b?",
                                           "\x1b" "E", "\r", "\x1b\x1bL", "\x1bl", "\r" };
    struct desk *d = demo(100);
    (void)state;

    open_desk(d, 24, 80);
    for (size_t k = 0; k < sizeof scripts / sizeof *scripts; k++) {
        type(d, scripts[k]);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            grid_resize(&d->g, sizes[i][0], sizes[i][1]);
            model_resize(d->m, sizes[i][0], sizes[i][1]);
            settle(d);
        }
        grid_resize(&d->g, 24, 80);
        model_resize(d->m, 24, 80);
    }
    close_desk(d);
}

static void hostile_evidence_stays_text(void **state)
{
    struct desk *d = demo(0);
    (void)state;

    fake_add(d->c, "WS\x1b]0;owned\a", RUNDLL, TEMP "\xE2\x80\xAE" "fdp\r\n\tx\xC2\x9B.dll", "false",
             "aa", 1661990000, 1)->CommandLine = "a\x1b[2Jb";
    open_desk(d, 40, 160);
    type(d, "\r");
    SHOWS(d, "dp<U+000D><U+000A><U+0009>x<U+009B>.dll");
    SHOWS(d, "a<U+001B>[2Jb");
    close_desk(d);
}

static void the_help_lists_the_keys_of_the_view_it_came_from(void **state)
{
    struct desk *d = demo(0);
    (void)state;

    open_desk(d, 60, 100);
    type(d, "?");
    SHOWS(d, "Everything with the hash of this module");
    SHOWS(d, "In every list");
    SHOWS(d, "IsTempPath");
    type(d, "\x1b" "E?");
    HIDES(d, "Everything with the hash of this module");
    SHOWS(d, "In every list");
    type(d, "\x1b\x1b");
    SHOWS(d, "T1129.dll");
    close_desk(d);
}

static void the_guide_speaks_of_the_row_it_came_from(void **state)
{
    struct desk *d = demo(3);

    (void)state;
    open_desk(d, 200, 100);
    type(d, "i"); /* on a hit in Temp, by rundll32, unsigned */
    assert_true(row_with(d, "guide: this row") >= 0 && row_with(d, "page 1 of") >= 0);
    assert_true(row_with(d, "IsTempPath") >= 0 && row_with(d, "IsUnsigned") >= 0);
    assert_true(row_with(d, "IsUNCPath") < 0);
    assert_true(row_with(d, "Investigating a load") > row_with(d, "IsUnsigned"));
    press(d, PRESS_RIGHT);
    settle(d);
    assert_true(row_with(d, "guide: t1129") >= 0 && row_with(d, "Malware that uses it") >= 0);
    press(d, PRESS_LEFT);
    press(d, PRESS_LEFT); /* round to the last */
    settle(d);
    assert_true(row_with(d, "guide: rule") >= 0);
    press(d, 'i'); /* it is there already */
    press(d, PRESS_ESC);
    settle(d);
    assert_true(row_with(d, "T1129.dll") >= 0);
    type(d, "Li"); /* no row with factors */
    assert_true(row_with(d, "guide: investigate") >= 0 && row_with(d, "IsTempPath") < 0);
    close_desk(d);
}

static void a_query_is_shown_and_asked(void **state)
{
    struct desk *d = demo(3);

    (void)state;
    open_desk(d, 30, 100);
    type(d, "Q");
    SHOWS(d, "first-query");
    SHOWS(d, "because it may be"); /* the preview */
    SHOWS(d, "Enter ask");
    type(d, "\r"); /* finds nothing */
    SHOWS(d, "Nothing was found");
    SHOWS(d, "first-query"); /* in the trail */
    type(d, "\x1b" "j\r");
    SHOWS(d, "Score");
    SHOWS(d, "evil<U+001B>.dll");
    SHOWS(d, "row 1 of 2");
    SHOWS(d, "Enter detail");
    type(d, "\r"); /* its detail */
    SHOWS(d, "not logged");
    press(d, PRESS_DOWN);
    settle(d);
    type(d, "\x1b\x1b");
    SHOWS(d, "because it may be");
    type(d, "j\r");
    SHOWS(d, "this case holds no sorrow");
    type(d, "\x1b");
    SHOWS(d, "blind-query");
    press(d, PRESS_TAB); /* to the preview, and asks nothing */
    settle(d);
    SHOWS(d, "queries");
    HIDES(d, "sorrow");
    close_desk(d);
}

static void the_mouse_moves_sorts_and_opens(void **state)
{
    struct desk *d = demo(30);
    (void)state;

    open_desk(d, 24, 80);
    type(d, "e");
    int top = d->m->layout.list.row;
    model_press(d->m, (struct press){ PRESS_CLICK, top + 3, 10 });
    settle(d);
    assert_int_equal(model_place(d->m)->rows.cursor, 2);
    model_press(d->m, (struct press){ PRESS_CLICK, top + 3, 10 });
    settle(d);
    assert_true(d->m->detail.open);
    type(d, "\x1b");
    model_press(d->m, (struct press){ PRESS_WHEEL_DOWN, top + 3, 10 });
    settle(d);
    assert_int_equal(model_place(d->m)->rows.cursor, 5);
    const char *heading = strstr(line(d, top), "Host");
    assert_non_null(heading);
    model_press(d->m, (struct press){ PRESS_CLICK, top, (int)strlen(line(d, top)) });
    settle(d);
    close_desk(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_size_breaks_the_screen),
        cmocka_unit_test(hostile_evidence_stays_text),
        cmocka_unit_test(the_help_lists_the_keys_of_the_view_it_came_from),
        cmocka_unit_test(the_guide_speaks_of_the_row_it_came_from),
        cmocka_unit_test(a_query_is_shown_and_asked),
        cmocka_unit_test(the_mouse_moves_sorts_and_opens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
