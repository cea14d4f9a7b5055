/* The reader answers what was asked last, the human before any refresh, and
 * ends when it is told to, whatever it is doing. */
#include "tests/unit/made_case.h"

#include "store/reader.h"

#define WAIT_MS 20000

static struct question *ask_of(enum question_kind kind, uint32_t pane, uint64_t serial, bool refresh)
{
    struct question *q = question_open(kind);

    q->pane = pane;
    q->serial = serial;
    q->refresh = refresh;
    q->everything = true;
    q->limit = 10;
    return q;
}

/* A question that takes a while: every load, sorted by what no index knows. */
static struct question *slow(uint32_t pane, uint64_t serial, bool refresh)
{
    struct question *q = ask_of(QUESTION_LOADS, pane, serial, refresh);

    q->sorts = 2;
    q->sort[0].column = COLUMN_ID_ref;
    q->sort[1].column = COLUMN_ID_CommandLine;
    question_text(&q->filter, "dll");
    return q;
}

static struct page *take(struct queue *pages)
{
    struct page *p = queue_take_wait(pages, WAIT_MS);

    if (!p)
        fail_msg("no page came");
    return p;
}

static void drop(void *page)
{
    page_close(page);
}

/* A case of many loads, copied from a few. */
static struct made *large_case(int loads)
{
    struct made *m = made_open(21, 200, 2000);

    made_sql(m, "BEGIN");
    for (int n = 2000; n < loads; n *= 2)
        made_sql(m, "INSERT INTO load(time, sighting, process, user, evidence, record, place, flags)"
                    " SELECT time, sighting, process, user, evidence, record, place, flags FROM load");
    made_sql(m, "COMMIT");
    return m;
}

static struct reader *start(struct made *m, struct queue **pages, size_t room)
{
    struct fault f = { 0 };
    struct store *s = store_open(m->path, STORE_READ, &f);
    struct reader *r;

    if (!s)
        fail_msg("%s", f.text);
    *pages = queue_open(room, &f);
    assert_non_null(*pages);
    r = reader_start(s, *pages, &f);
    assert_non_null(r);
    return r;
}

static void every_pane_gets_its_newest_question_answered(void **state)
{
    struct made *m = made_open(20, 60, 300);
    struct queue *pages;
    struct reader *r = start(m, &pages, 64);
    uint64_t serial = 0, last[3] = { 0 }, seen[3] = { 0 };

    (void)state;
    for (int i = 0; i < 300; i++) {
        uint32_t pane = (uint32_t)made_random(m, 3);

        last[pane] = ++serial;
        reader_ask(r, ask_of(pane == 2 ? QUESTION_TOTALS : QUESTION_SIGHTINGS, pane, serial,
                             made_random(m, 2)));
    }
    while (seen[0] != last[0] || seen[1] != last[1] || seen[2] != last[2]) {
        struct page *p = take(pages);

        assert_int_equal(p->fault.kind, FAULT_NONE);
        assert_true(p->serial > seen[p->pane]);
        seen[p->pane] = p->serial;
        if (p->serial == last[p->pane]) {
            assert_false(p->interrupted);
            assert_true(p->rows > 0);
        }
        page_close(p);
    }
    reader_stop(r);
    queue_free(pages, drop);
    made_close(m);
}

static void a_newer_question_interrupts_the_running_one_of_its_pane(void **state)
{
    struct made *m = large_case(500000);
    struct queue *pages;
    struct reader *r = start(m, &pages, 8);
    struct page *p;

    (void)state;
    reader_ask(r, slow(0, 1, false));
    usleep(100000);
    reader_ask(r, ask_of(QUESTION_HOSTS, 0, 2, false));
    p = take(pages);
    assert_int_equal(p->serial, 1);
    assert_true(p->interrupted);
    assert_int_equal(p->rows, 0);
    assert_int_equal(p->fault.kind, FAULT_NONE);
    page_close(p);
    p = take(pages);
    assert_int_equal(p->serial, 2);
    assert_false(p->interrupted);
    assert_int_equal(p->rows, m->hosts);
    page_close(p);
    reader_stop(r);
    queue_free(pages, drop);
    made_close(m);
}

static void a_refresh_interrupts_nothing_and_waits_for_the_human(void **state)
{
    struct made *m = large_case(500000);
    struct queue *pages;
    struct reader *r = start(m, &pages, 8);
    struct page *p;

    (void)state;
    reader_ask(r, slow(0, 1, false));
    usleep(100000);
    reader_ask(r, ask_of(QUESTION_SIGHTINGS, 0, 2, true));
    reader_ask(r, ask_of(QUESTION_HOSTS, 1, 3, true));
    reader_ask(r, ask_of(QUESTION_TOTALS, 2, 4, false));
    static const uint64_t order[] = { 1, 4, 2, 3 };
    for (size_t i = 0; i < 4; i++) {
        p = take(pages);
        assert_int_equal(p->serial, order[i]);
        assert_false(p->interrupted);
        page_close(p);
    }
    reader_stop(r);
    queue_free(pages, drop);
    made_close(m);
}

static void a_refresh_that_is_put_off_is_answered_later(void **state)
{
    struct made *m = large_case(500000);
    struct queue *pages;
    struct reader *r = start(m, &pages, 8);
    struct page *p;

    (void)state;
    reader_ask(r, slow(3, 1, true));
    usleep(100000);
    reader_ask(r, ask_of(QUESTION_SIGHTINGS, 0, 2, false));
    p = take(pages);
    assert_int_equal(p->serial, 2);
    assert_false(p->interrupted);
    page_close(p);
    p = take(pages);
    assert_int_equal(p->serial, 1);
    assert_false(p->interrupted);
    assert_int_equal(p->rows, 10);
    page_close(p);
    reader_stop(r);
    queue_free(pages, drop);
    made_close(m);
}

static void it_stops_while_it_answers_and_while_nobody_takes_its_pages(void **state)
{
    struct made *m = large_case(500000);
    struct queue *pages;
    struct reader *r = start(m, &pages, 1);

    (void)state;
    reader_ask(r, slow(0, 1, false));
    reader_ask(r, slow(1, 2, false));
    usleep(30000);
    reader_stop(r);
    queue_free(pages, drop);

    r = start(m, &pages, 1);
    for (uint32_t i = 0; i < 4; i++)
        reader_ask(r, ask_of(QUESTION_HOSTS, i, i, false));
    usleep(30000);
    reader_stop(r);
    queue_free(pages, drop);

    r = start(m, &pages, 1);
    reader_stop(r);
    reader_stop(NULL);
    queue_free(pages, drop);
    made_close(m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pane_gets_its_newest_question_answered),
        cmocka_unit_test(a_newer_question_interrupts_the_running_one_of_its_pane),
        cmocka_unit_test(a_refresh_interrupts_nothing_and_waits_for_the_human),
        cmocka_unit_test(a_refresh_that_is_put_off_is_answered_later),
        cmocka_unit_test(it_stops_while_it_answers_and_while_nobody_takes_its_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
