/* No question reads all loads where an index serves, and the console's pages
 * are found without looking at every sighting where that can be. */
#include "tests/unit/made_case.h"

#include "queries/compile.h"
#include "queries/detail.h"
#include "queries/filter.h"
#include "queries/hunt.h"

/* EXPLAIN QUERY PLAN's lines, one after the other. */
static void plan_of(struct made *m, const struct statement *text, char *out, size_t size)
{
    char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", text->text);
    sqlite3_stmt *st;
    size_t len = 0;

    if (sqlite3_prepare_v2(m->s->db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", text->text, sqlite3_errmsg(m->s->db));
    out[0] = '\0';
    while (sqlite3_step(st) == SQLITE_ROW)
        len += (size_t)snprintf(out + len, size - len, "%s\n", sqlite3_column_text(st, 3));
    assert_true(len < size);
    sqlite3_finalize(st);
    sqlite3_free(sql);
}

static void no_scan_of(struct made *m, const struct statement *text, const char *const *tables)
{
    static char plan[128 << 10];
    char scan[32], made[48];

    if (!text->len)
        return;
    plan_of(m, text, plan, sizeof plan);
    for (; *tables; tables++) {
        snprintf(scan, sizeof scan, "SCAN %s\n", *tables);
        /* An index made for one answer costs more than the scan. */
        snprintf(made, sizeof made, "SEARCH %s USING AUTOMATIC", *tables);
        if (strstr(plan, scan) || strstr(plan, made))
            fail_msg("%s\nis planned as\n%s", text->text, plan);
    }
}

static const char *const loads[] = { "l", "q", "load", NULL };
static const char *const loads_and_sightings[] = { "l", "q", "load", "s", "sighting", NULL };

/* Every kind of test, and how they are put together. */
static const char *const filters[] = {
    NULL, "dll", "hash:abcd", "host:WS01", "dll hash:abcd host:WS01", "-dll", "score>=2", "seen:1",
    "module:a.dll", "module=C:\\a.dll", "module:*temp*", "module:/temp/", "-module:a.dll OR image:b",
    "Signed:unknown signer:\"Microsoft*\"", "factor:IsUNCPath", "loads>3", "allowed:no", "first>-2d",
    "user:alice", "-user:alice", "cmd:*x*", "-cmd:*x*", "parent:explorer.exe", "pid:4", "time>-2h",
    "time:2020-01-01..2020-01-02", "-time<2020-01-01", "record>4", "recovered:no",
    "cmd:*x* user:alice time>-1d score>=1", "user:alice OR score>=2", "-(user:alice OR cmd:*y*) module:a.dll",
    "(cmd:*x* OR image:y) host:WS01",
};

static void lists_and_overviews_never_scan_the_loads(void **state)
{
    struct made *m = made_open(31, 60, 300);

    (void)state;
    for (int i = 0; i < 2000; i++) {
        struct question *q = question_open((enum question_kind)made_random(m, QUESTION_STACK + 1));
        struct inquiry in;
        struct fault f;

        q->everything = made_random(m, 2);
        q->include_allowed = made_random(m, 2);
        q->stack = (enum column)made_random(m, COLUMN_COUNT);
        question_text(&q->filter, MADE_PICK(m, filters));
        q->sighting = q->kind == QUESTION_LOADS && made_random(m, 2) ? 3 : 0;
        q->sorts = made_random(m, 3);
        for (size_t k = 0; k < q->sorts; k++)
            q->sort[k].column = (enum column)made_random(m, COLUMN_ID_time);
        if (q->sorts && (q->kind == QUESTION_EVIDENCE || q->kind == QUESTION_HOSTS)) {
            q->sorts = 1;
            q->sort[0].column = (enum column)made_random(m, EVIDENCE_CONFLICTS);
        }
        q->anchor.set = made_random(m, 2);
        q->backwards = made_random(m, 2);
        if (q->kind != QUESTION_DETAIL) {
            if (!compile_question(q, 50, &in, &f))
                fail_msg("%s", f.text);
            no_scan_of(m, &in.pick, loads);
            no_scan_of(m, &in.outer, loads);
            no_scan_of(m, &in.row, loads_and_sightings);
            inquiry_clear(&in);
        }
        question_close(q);
    }
    made_close(m);
}

static void the_first_page_of_hits_is_read_from_their_index_in_order(void **state)
{
    struct made *m = made_open(32, 60, 300);
    struct question *q = question_open(QUESTION_SIGHTINGS);
    struct inquiry in;
    struct fault f;
    char plan[4096];

    (void)state;
    assert_true(compile_question(q, 50, &in, &f));
    plan_of(m, &in.pick, plan, sizeof plan);
    /* Rows of one score and time are few: only these are sorted. */
    assert_string_equal(plan, "SCAN s USING INDEX sighting_hits\n"
                              "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY\n");
    inquiry_clear(&in);

    q->anchor.set = true;
    q->anchor.key[0] = (struct cell){ CELL_NUMBER, 1, SPAN_NONE };
    q->anchor.key[1] = (struct cell){ CELL_NUMBER, 5, SPAN_NONE };
    assert_true(compile_question(q, 50, &in, &f));
    plan_of(m, &in.pick, plan, sizeof plan);
    if (!strstr(plan, "SEARCH s USING INDEX sighting_hits (SuspicionScore"))
        fail_msg("%s", plan);
    assert_null(strstr(plan, "TEMP B-TREE FOR ORDER BY"));
    inquiry_clear(&in);
    question_close(q);
    made_close(m);
}

static void a_pivot_finds_its_sightings_by_index(void **state)
{
    static const struct {
        const char *filter;
    } table[] = { { "hash:abcd1" }, { "host:ws01" }, { "module:evil.dll" }, { "module=C:\\evil.dll" },
                  { "hash:abcd1 host:ws01 score>=1" } };
    struct made *m = made_open(33, 60, 300);

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct question *q = question_open(QUESTION_SIGHTINGS);
        static const char *const none[] = { "s", "p", "m", "module", NULL };
        struct inquiry in;
        struct fault f;

        q->everything = true;
        question_text(&q->filter, table[i].filter);
        assert_true(compile_question(q, 50, &in, &f));
        no_scan_of(m, &in.pick, none);
        inquiry_clear(&in);
        question_close(q);
    }
    made_close(m);
}

/* A filter of as many parts as may be is a statement that SQLite takes, or is
 * refused in words. */
static void the_longest_filters_are_statements(void **state)
{
    static const char *const parts[] = {
        "word", "hash:abcd", "module:a.dll", "-image:/x/", "user:alice", "-cmd:*x*", "parent:x",
        "time:2020-01-01..2020-01-02", "score>=1", "host:WS01", "(a OR -user:b)",
    };
    struct made *m = made_open(35, 20, 60);

    (void)state;
    for (size_t i = 0; i < 2 * sizeof parts / sizeof *parts; i++)
        for (int count = 1; count < FILTER_NODES_MAX; count *= 3) {
            struct question *q = question_open(i % 3 ? QUESTION_SIGHTINGS : QUESTION_LOADS);
            char text[FILTER_BYTES_MAX] = "";
            struct inquiry in;
            struct fault f;

            for (int n = 0; n < count && n < FILTER_NODES_MAX / 5; n++) {
                strncat(text, n ? i % 2 ? " OR " : " " : "", 5);
                strncat(text, parts[i / 2], 64);
            }
            q->everything = i % 4 < 2;
            q->anchor.set = true;
            question_text(&q->filter, text);
            if (compile_question(q, 50, &in, &f)) {
                no_scan_of(m, &in.pick, loads);
                no_scan_of(m, &in.outer, loads);
                inquiry_clear(&in);
            } else if (f.kind != FAULT_LIMIT) {
                fail_msg("%s: %s", text, f.text);
            }
            question_close(q);
        }
    made_close(m);
}

static void the_hunt_and_the_detail_never_scan_the_loads(void **state)
{
    struct made *m = made_open(34, 60, 300);
    struct question *q = question_open(QUESTION_HUNT);
    struct statement s;

    (void)state;
    for (size_t i = 0; i < 4 * sizeof filters / sizeof *filters; i++) {
        q->everything = i & 1;
        question_text(&q->filter, filters[i / 4]);
        statement_init(&s);
        if (i & 2)
            hunt_pick(&s, q, 1, 0);
        else
            hunt_ties(&s, q, 1, &(struct cell){ CELL_NUMBER, 5, SPAN_NONE }, 0);
        no_scan_of(m, &s, loads);
        statement_clear(&s);
    }
    for (enum detail_part part = 0; part < DETAIL_PART_COUNT; part++) {
        static const char *const any[] = { "l", "load", "s", "sighting", "m", "module", "c",
                                           "context", "p", "pair", NULL };

        statement_init(&s);
        detail_compile(&s, part);
        no_scan_of(m, &s, any);
        statement_clear(&s);
    }
    question_close(q);
    made_close(m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_and_overviews_never_scan_the_loads),
        cmocka_unit_test(the_first_page_of_hits_is_read_from_their_index_in_order),
        cmocka_unit_test(a_pivot_finds_its_sightings_by_index),
        cmocka_unit_test(the_longest_filters_are_statements),
        cmocka_unit_test(the_hunt_and_the_detail_never_scan_the_loads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
