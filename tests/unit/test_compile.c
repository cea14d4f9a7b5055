/* A question becomes SQL of ours alone: no byte of what a user or evidence says
 * is ever part of a statement, and too much of it is refused. */
#include "queries/compile.h"
#include "queries/filter.h"
#include "queries/hunt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *const hostile[] = {
    "'", "\"", "'; DROP TABLE load; --", "%", "_", "!", "!%", "\\", "?1", ":x", "@x", "\n", "\x01",
    "a' OR '1'='1", "/*", "*/", "--", ")", "((((((((", "\xe2\x80\xae", "NULL", "?99",
};

static void ask(struct question *q, const char *text)
{
    static const enum field fields[] = { FIELD_OF_host, FIELD_OF_Company, FIELD_OF_CommandLine };
    struct filter *fl = filter_open();
    struct filter_node *word = filter_node(fl, FILTER_WORD);
    char *filter;

    word->text = span_text(text);
    fl->root = filter_node(fl, FILTER_ANY);
    filter_child(fl->root, word);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        filter_child(fl->root, filter_exactly(fl, fields[i], span_text(text)));
    filter = filter_print(fl);
    question_text(q->kind == QUESTION_HOSTS ? &q->contains : &q->filter,
                  q->kind == QUESTION_HOSTS ? text : filter);
    free(filter);
    filter_close(fl);
    q->anchor.set = true;
    for (size_t i = 0; i < SORT_KEYS_MAX; i++) {
        struct anchor a = q->anchor;

        a.key[i] = (struct cell){ CELL_TEXT, 0, span_text(text) };
        anchor_copy(&q->anchor, &a);
    }
}

static void what_is_asked_changes_values_and_never_the_text(void **state)
{
    static const enum question_kind kinds[] = {
        QUESTION_SIGHTINGS, QUESTION_LOADS, QUESTION_TOTALS, QUESTION_HOSTS, QUESTION_STACK,
    };

    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int everything = 0; everything < 2; everything++) {
            struct question *plain = question_open(kinds[k]);
            struct inquiry want;
            struct fault f;

            plain->everything = everything;
            ask(plain, "x");
            assert_true(compile_question(plain, 10, &want, &f));
            for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
                struct question *q = question_copy(plain);
                struct inquiry got;

                ask(q, hostile[i]);
                assert_true(compile_question(q, 10, &got, &f));
                assert_string_equal(got.pick.text, want.pick.text);
                assert_int_equal(got.pick.binds, want.pick.binds);
                inquiry_clear(&got);
                question_close(q);
            }
            inquiry_clear(&want);
            question_close(plain);
        }
}

static void a_text_past_the_ceiling_is_refused(void **state)
{
    struct question *q = question_open(QUESTION_SIGHTINGS);
    struct inquiry in;
    struct fault f;
    char long_text[5000];

    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    question_text(&q->filter, long_text);
    assert_false(compile_question(q, 10, &in, &f));
    assert_int_equal(f.kind, FAULT_USAGE);
    long_text[4096] = '\0';
    question_text(&q->filter, long_text);
    assert_true(compile_question(q, 10, &in, &f));
    inquiry_clear(&in);
    question_close(q);
}

static void a_statement_has_ceilings(void **state)
{
    struct statement s;
    struct fault f;

    (void)state;
    statement_init(&s);
    for (int i = 0; i < STATEMENT_BINDS_MAX; i++)
        statement_number(&s, i);
    assert_true(statement_ready(&s, &f));
    statement_number(&s, 0);
    assert_false(statement_ready(&s, &f));
    assert_int_equal(f.kind, FAULT_LIMIT);
    statement_clear(&s);

    statement_init(&s);
    for (size_t i = 0; i < STATEMENT_TEXT_MAX; i++)
        statement_put(&s, "xy");
    assert_false(statement_ready(&s, &f));
    assert_true(s.len < STATEMENT_TEXT_MAX);
    statement_clear(&s);
    statement_clear(&s);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_changes_values_and_never_the_text),
        cmocka_unit_test(a_text_past_the_ceiling_is_refused),
        cmocka_unit_test(a_statement_has_ceilings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
