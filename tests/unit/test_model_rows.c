/* Long lists, and lists that grow while one looks at them. */
#include "tests/unit/desk.h"

/* ---- long lists ---- */

static void a_long_list_is_paged_through_without_a_gap(void **state)
{
    struct desk *d = long_list(3000);
    (void)state;

    open_desk(d, 24, 80);
    for (int i = 1; i < 3000; i += 7) {
        assert_int_equal(cursor_id(d), i);
        for (int k = 0; k < 7; k++)
            press(d, 'j');
        settle(d);
        assert_true(rows_count(&model_place(d->m)->rows) <= ROWS_MAX);
    }
    type(d, "G");
    assert_int_equal(cursor_id(d), 3000);
    SHOWS(d, "row 3,000 of 3,000");
    for (int i = 3000; i > 100; i -= model_place(d->m)->rows.screen - 1) {
        assert_int_equal(cursor_id(d), i);
        press(d, PRESS_PAGE_UP);
        settle(d);
    }
    type(d, "g");
    assert_int_equal(cursor_id(d), 1);
    SHOWS(d, "row 1 of 3,000");
    close_desk(d);
}

static void a_script_typed_at_once_acts_in_order(void **state)
{
    struct desk *d = long_list(3000);
    (void)state;

    d->c->hold = true; /* no answer comes while it is typed */
    open_desk(d, 24, 80);
    assert_int_equal(cursor_id(d), 0);
    for (const char *k = "Gkkkgjjj/a.dll"; *k; k++)
        press(d, (uint32_t)(unsigned char)*k);
    press(d, PRESS_ENTER);
    press(d, 'j');
    press(d, 'l');
    for (int i = 0; i < 20; i++) {
        settle(d);
        fake_deliver(d->c);
    }
    assert_ptr_equal(model_place(d->m)->view, &view_loads);
    assert_int_equal(model_place(d->m)->sighting, 2);
    close_desk(d);
}

static void ctrl_c_gives_up_waiting(void **state)
{
    struct desk *d = long_list(300);
    (void)state;

    open_desk(d, 24, 80);
    d->c->hold = true;
    type(d, "Ge"); /* e asks; the j's wait for ever */
    type(d, "jjjj");
    assert_true(model_spins(d->m) || d->m->press_count > 0);
    press(d, PRESS_CTRL('C'));
    settle(d);
    assert_true(d->m->leave);
    close_desk(d);
}

static void presses_past_the_line_wait_with_the_terminal(void **state)
{
    struct desk *d = long_list(10);
    size_t n = 0;
    (void)state;

    d->c->hold = true;
    open_desk(d, 24, 80);
    while (model_press_room(d->m) && n < 10 * PRESSES_MAX) {
        press(d, 'j');
        n++;
    }
    assert_int_equal(n, PRESSES_MAX);
    close_desk(d);
}

/* ---- while evidence is read ---- */

static void rows_land_and_the_cursor_stays_on_its_row(void **state)
{
    struct desk *d = long_list(200);
    (void)state;

    d->doors.ingesting = true;
    open_desk(d, 24, 80);
    type(d, "jjjjj");
    int64_t id = cursor_id(d);
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 150; i++) /* they go before the cursor's row */
            fake_add(d->c, "WS01", SVCHOST, TEMP "new.dll", "true", "aa",
                     2000000100 + round * 1000 + i, 1);
        fake_send(d->c->notices, notice_open(NOTICE_COMMITTED));
        settle(d);
        assert_int_equal(cursor_id(d), id);
    }
    type(d, "g");
    SHOWS(d, "new.dll");
    close_desk(d);
}

static void an_untouched_list_shows_what_lands_on_top(void **state)
{
    struct desk *d = long_list(20);
    (void)state;

    d->doors.ingesting = true;
    open_desk(d, 24, 80);
    fake_add(d->c, "WS01", RUNDLL, TEMP "worse.dll", "false", "aa", 1, 1);
    fake_send(d->c->notices, notice_open(NOTICE_COMMITTED));
    settle(d);
    assert_int_equal(row_with(d, "worse.dll"), d->m->layout.list.row + 1);
    close_desk(d);
}

static void progress_is_on_the_top_line_and_quitting_asks(void **state)
{
    struct notice *n = notice_open(NOTICE_PROGRESS);
    struct desk *d = demo(1);
    (void)state;

    d->doors.ingesting = true;
    n->files = 12;
    n->files_done = 3;
    n->bytes = 100;
    n->bytes_done = 43;
    n->records = 200000;
    n->took = 1000000;
    n->loads = 1234;
    n->damaged = 2;
    fake_send(d->c->notices, n);
    open_desk(d, 24, 160);
    SHOWS(d, "reading 3/12 files 43%, 200,000 records/s, 1,234 loads, 2 damaged");
    n = notice_open(NOTICE_PROGRESS);
    n->bytes = 100;
    n->bytes_done = 43;
    n->took = 43000000;
    n->damaged = 2;
    n->walked = true;
    fake_send(d->c->notices, n);
    model_resize(d->m, 24, 80);
    grid_resize(&d->g, 24, 80);
    settle(d);
    SHOWS(d, "reading 43%, 2 damaged, 0:57 left"); /* also where room is short */
    n = notice_open(NOTICE_PROGRESS);
    n->settling = true;
    fake_send(d->c->notices, n);
    settle(d);
    SHOWS(d, "building the indexes");
    type(d, "q");
    SHOWS(d, "still being read");
    assert_false(d->m->leave);
    type(d, "n");
    assert_false(d->m->leave);
    type(d, "qy");
    assert_true(d->m->leave);
    close_desk(d);
}

static void a_refresh_never_interrupts(void **state)
{
    struct desk *d = long_list(20);
    (void)state;

    open_desk(d, 24, 80);
    assert_false(d->c->last_list->refresh);
    fake_send(d->c->notices, notice_open(NOTICE_COMMITTED));
    settle(d);
    assert_true(d->c->last_list->refresh);
    size_t asked = d->c->asked[QUESTION_SIGHTINGS];
    for (int i = 0; i < 100; i++)
        fake_send(d->c->notices, notice_open(NOTICE_COMMITTED));
    settle(d);
    assert_true(d->c->asked[QUESTION_SIGHTINGS] <= asked + 2);
    close_desk(d);
}

static void an_interrupted_or_foreign_page_changes_nothing(void **state)
{
    struct desk *d = long_list(20);
    struct question q = { .kind = QUESTION_SIGHTINGS, .pane = PANE_ROWS, .serial = 999999 };
    (void)state;

    open_desk(d, 24, 80);
    struct page *foreign = page_open(&q);
    fake_send(d->c->pages, foreign);
    settle(d);
    assert_int_equal(rows_count(&model_place(d->m)->rows), 20);
    /* ours, cut short though nothing newer was asked: asked again */
    d->c->hold = true;
    type(d, "e");
    for (size_t i = 0; i < d->c->held_count; i++)
        d->c->held[i]->interrupted = true;
    fake_deliver(d->c);
    d->c->hold = false;
    settle(d);
    assert_int_equal(rows_count(&model_place(d->m)->rows), 20);
    assert_true(model_settled(d->m));
    close_desk(d);
}

static void a_fault_is_said_and_what_was_there_stays(void **state)
{
    struct desk *d = demo(3);
    (void)state;

    open_desk(d, 24, 80);
    d->c->hold = true;
    type(d, "e");
    for (size_t i = 0; i < d->c->held_count; i++) {
        d->c->held[i]->fault.kind = FAULT_SYSTEM;
        snprintf(d->c->held[i]->fault.text, 64, "the disk is \x1b[31m gone");
    }
    fake_deliver(d->c);
    settle(d);
    SHOWS(d, "the disk is <U+001B>[31m gone");
    SHOWS(d, "T1129.dll");
    close_desk(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_list_is_paged_through_without_a_gap),
        cmocka_unit_test(a_script_typed_at_once_acts_in_order),
        cmocka_unit_test(ctrl_c_gives_up_waiting),
        cmocka_unit_test(presses_past_the_line_wait_with_the_terminal),
        cmocka_unit_test(rows_land_and_the_cursor_stays_on_its_row),
        cmocka_unit_test(an_untouched_list_shows_what_lands_on_top),
        cmocka_unit_test(progress_is_on_the_top_line_and_quitting_asks),
        cmocka_unit_test(a_refresh_never_interrupts),
        cmocka_unit_test(an_interrupted_or_foreign_page_changes_nothing),
        cmocka_unit_test(a_fault_is_said_and_what_was_there_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
