/* What crosses between the screen and the store owns its bytes. */
#include "core/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void a_column_is_found_by_its_name_without_case(void **state)
{
    static const struct {
        const char *name;
        enum column want;
    } table[] = {
        { "SuspicionScore", COLUMN_ID_SuspicionScore },
        { "suspicionscore", COLUMN_ID_SuspicionScore },
        { "IMAGELOADED", COLUMN_ID_ImageLoaded },
        { "Image", COLUMN_ID_Image },
        { "CommandLine", COLUMN_ID_CommandLine },
        { "resolution", COLUMN_ID_resolution },
        { "Imag", COLUMN_COUNT },
        { "Image ", COLUMN_COUNT },
        { "", COLUMN_COUNT },
        { NULL, COLUMN_COUNT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(column_named(span_text(table[i].name)), table[i].want);
}

static void every_column_says_what_it_is(void **state)
{
    (void)state;
    for (unsigned c = 0; c < COLUMN_COUNT; c++) {
        const struct column_fact *fact = column_fact((enum column)c);

        assert_non_null(fact);
        assert_true(fact->name[0] && fact->heading[0] && fact->words[0] && fact->width > 0);
        assert_int_equal(column_named(span_text(fact->name)), c);
    }
    assert_null(column_fact(COLUMN_COUNT));
    assert_int_equal(column_fact(COLUMN_ID_time)->grain, COLUMN_L);
    assert_int_equal(column_fact(COLUMN_ID_host)->grain, COLUMN_S);
    assert_int_equal(column_fact(COLUMN_ID_factors)->type, COLUMN_FACTORS);
}

static void a_copied_question_shares_nothing_with_the_first(void **state)
{
    struct question *q = question_open(QUESTION_SIGHTINGS), *copy;
    uint8_t bytes[] = "c:\\temp\\a.dll";

    (void)state;
    question_text(&q->contains, "rundll32");
    question_text(&q->filter, "host:WS01");
    q->serial = 7;
    q->limit = 50;
    struct anchor from = { .set = true, .id = 9 };
    from.key[0] = (struct cell){ CELL_NUMBER, 3, SPAN_NONE };
    from.key[1] = (struct cell){ CELL_TEXT, 0, span_of(bytes, sizeof bytes - 1) };
    anchor_copy(&q->anchor, &from);
    memset(bytes, 'x', sizeof bytes);

    copy = question_copy(q);
    question_text(&q->contains, "other");
    question_text(&q->filter, NULL);
    anchor_clear(&q->anchor);
    question_close(q);

    assert_string_equal(copy->contains, "rundll32");
    assert_string_equal(copy->filter, "host:WS01");
    assert_int_equal(copy->serial, 7);
    assert_int_equal(copy->limit, 50);
    assert_true(copy->anchor.set);
    assert_int_equal(copy->anchor.id, 9);
    assert_int_equal(copy->anchor.key[0].number, 3);
    assert_true(span_is(copy->anchor.key[1].text, "c:\\temp\\a.dll"));

    anchor_copy(&copy->anchor, &copy->anchor);
    assert_true(span_is(copy->anchor.key[1].text, "c:\\temp\\a.dll"));
    question_text(&copy->contains, copy->contains);
    assert_string_equal(copy->contains, "rundll32");
    question_close(copy);
}

static void a_logged_empty_key_stays_apart_from_none(void **state)
{
    struct anchor from = { .set = true }, to = { 0 };

    (void)state;
    from.key[0] = (struct cell){ CELL_TEXT, 0, SPAN_EMPTY };
    from.key[1] = (struct cell){ CELL_NULL, 0, SPAN_NONE };
    anchor_copy(&to, &from);
    assert_true(span_logged(to.key[0].text));
    assert_int_equal(to.key[0].text.len, 0);
    assert_false(span_logged(to.key[1].text));
    anchor_clear(&to);
    assert_false(to.set);
}

static void a_page_carries_who_asked(void **state)
{
    struct question *q = question_open(QUESTION_LOADS);
    struct page *p;

    (void)state;
    q->pane = 3;
    q->serial = 99;
    p = page_open(q);
    question_close(q);
    assert_int_equal(p->kind, QUESTION_LOADS);
    assert_int_equal(p->pane, 3);
    assert_int_equal(p->serial, 99);
    assert_int_equal(p->rows, 0);
    assert_int_equal(p->fault.kind, FAULT_NONE);
    assert_non_null(arena_get(&p->arena, 1000));
    assert_null(arena_get(&p->arena, PAGE_BYTES_MAX));
    page_close(p);
}

static void a_stack_asks_about_everything_and_a_list_about_hits(void **state)
{
    (void)state;
    for (int kind = QUESTION_SIGHTINGS; kind <= QUESTION_HUNT; kind++) {
        struct question *q = question_open((enum question_kind)kind);

        assert_int_equal(q->kind, kind);
        assert_int_equal(q->everything, kind == QUESTION_STACK);
        assert_false(q->include_allowed);
        assert_false(q->include_recovered);
        question_close(q);
    }
}

static void closers_accept_nothing(void **state)
{
    (void)state;
    question_close(NULL);
    page_close(NULL);
    order_close(NULL);
    notice_close(NULL);
    page_close(page_open(NULL));

    struct order *o = order_open(ORDER_ALLOW);
    question_text(&o->reason, "ours");
    question_text(&o->author, "me");
    assert_int_equal(o->kind, ORDER_ALLOW);
    order_close(o);
    struct notice *n = notice_open(NOTICE_INGESTED);
    assert_int_equal(n->kind, NOTICE_INGESTED);
    notice_close(n);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_is_found_by_its_name_without_case),
        cmocka_unit_test(every_column_says_what_it_is),
        cmocka_unit_test(a_copied_question_shares_nothing_with_the_first),
        cmocka_unit_test(a_logged_empty_key_stays_apart_from_none),
        cmocka_unit_test(a_page_carries_who_asked),
        cmocka_unit_test(a_stack_asks_about_everything_and_a_list_about_hits),
        cmocka_unit_test(closers_accept_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
