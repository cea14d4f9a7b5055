/* Every hunting query finds what it must in made evidence, and nothing else.
 *
 * tests/catalogue/NAME.jsonl or NAME.audit is the evidence, NAME.want the rows. With
 * CATALOGUE_WRITE=1 the rows are written instead, to be read before they are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/ingest.h"
#include "queries/catalogue.h"
#include "queries/needs.h"
#include "tests/unit/batches.h"

#include <unistd.h>

#define ROWS_MAX (1u << 16)

static char *path_of(const char *name, const char *ending)
{
    static char path[3][512];
    static unsigned turn;
    const char *source = getenv("MODHUNT_SOURCE");
    char *p = path[turn++ % 3];

    snprintf(p, sizeof path[0], "%s/tests/catalogue/%s.%s", source ? source : ".", name, ending);
    return p;
}

static char *whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text;
    size_t len;

    if (!f)
        return NULL;
    text = memory_zero(1, ROWS_MAX);
    len = fread(text, 1, ROWS_MAX - 1, f);
    text[len] = 0;
    fclose(f);
    return text;
}

/* ---- a case of some evidence ---- */

static struct store *case_of(char path[static 64], const char *const *evidence, size_t count)
{
    struct ingest_options how = { .paths = evidence, .path_count = count, .workers = 1 };
    struct fault f = { 0 };
    struct store *s = case_new(path, &f);
    struct queue *batches = queue_open(64, &f);
    struct ingest *in;
    struct batch *b;

    assert_non_null(s);
    case_hasty(s);
    in = ingest_start(&how, batches, &f);
    if (!in)
        fail_msg("%s", f.text);
    while ((b = queue_take(batches))) {
        if (!store_take(s, b, &f))
            fail_msg("%s", f.text);
        batch_close(b);
    }
    ingest_finish(in);
    queue_free(batches, NULL);
    if (!store_settle(s, &f))
        fail_msg("%s", f.text);
    return s;
}

static void end(struct store *s, const char *path)
{
    store_close(s);
    case_remove(path);
}

/* ---- what a query answers, as tab-separated lines ---- */

struct answer {
    char text[ROWS_MAX];
    size_t rows;
    bool headed;
};

static void put(struct answer *a, struct span s)
{
    size_t len = strlen(a->text);

    assert_true(len + s.len + 2 < ROWS_MAX);
    if (s.len)
        memcpy(a->text + len, s.at, s.len);
    a->text[len + s.len] = 0;
}

static bool take(void *ctx, const struct page *p)
{
    struct answer *a = ctx;
    char number[32];

    for (size_t c = 0; !a->headed && c < p->columns; c++) {
        put(a, span_text(p->names[c]));
        put(a, c + 1 < p->columns ? SPAN("\t") : SPAN("\n"));
    }
    a->headed = true;
    for (size_t r = 0; r < p->rows; r++, a->rows++)
        for (size_t c = 0; c < p->columns; c++) {
            const struct cell *cell = page_cell(p, r, c);

            snprintf(number, sizeof number, "%lld", (long long)cell->number);
            put(a, cell->type == CELL_NUMBER ? span_text(number)
                   : cell->type == CELL_NULL ? SPAN("NULL") : cell->text);
            put(a, c + 1 < p->columns ? SPAN("\t") : SPAN("\n"));
        }
    return true;
}

static void ask(struct store *s, const struct catalogue_query *q, struct answer *a)
{
    struct sql_value values[CATALOGUE_ARGS_MAX];
    struct fault f = { 0 };

    memset(a, 0, sizeof *a);
    for (size_t i = 0; i < q->arg_count; i++) {
        uint64_t number = 0;

        values[i] = (struct sql_value){ q->args[i].name,
                                        { CELL_TEXT, 0, span_text(q->args[i].preset) } };
        if (q->args[i].number && span_number(span_text(q->args[i].preset), &number))
            values[i].value = (struct cell){ CELL_NUMBER, (int64_t)number, SPAN_NONE };
    }
    if (!store_query(s, q->sql, values, q->arg_count, take, a, &f))
        fail_msg("%s: %s", q->name, f.text);
}

static bool count_hosts(void *ctx, const struct page *p)
{
    *(int64_t *)ctx = page_cell(p, 0, 0)->number;
    return false;
}

/* What it says that it needs is there in the evidence that answers it. */
static void expect_needs(struct store *s, const struct catalogue_query *q)
{
    for (enum need n = 0; n < NEED_COUNT; n++) {
        struct fault f = { 0 };
        int64_t hosts = 0;

        if (!(q->needs & 1u << n))
            continue;
        if (!store_sql(s, need_sql(n), count_hosts, &hosts, &f))
            fail_msg("%s: %s", need_name(n), f.text);
        if (hosts == 0)
            fail_msg("%s needs %s, which its own evidence has not", q->name, need_name(n));
    }
}

static void allow_first(struct store *s)
{
    struct order *o = order_open(ORDER_ALLOW);
    char text[256];
    struct fault f = { 0 };

    o->sighting = 1;
    o->allow = ALLOW_HASH;
    question_text(&o->reason, "ours");
    question_text(&o->author, "ann");
    if (!store_order(s, o, text, &f))
        fail_msg("%s", f.text);
    order_close(o);
}

/* Loads of Sysmon's form, as if Endpoint Security had told them. */
static void make_macos(struct store *s)
{
    struct fault f = { 0 };

    if (!connection_run(s, "UPDATE host SET platform = 'macos'; UPDATE module SET platform = 'macos'", &f))
        fail_msg("%s", f.text);
}

static void compare(const struct catalogue_query *q, const struct answer *a)
{
    char *want = whole(path_of(q->name, "want"));

    if (getenv("CATALOGUE_WRITE")) {
        FILE *f = fopen(path_of(q->name, "want"), "w");

        assert_non_null(f);
        fputs(a->text, f);
        fclose(f);
    } else if (!want || strcmp(want, a->text) != 0) {
        fail_msg("%s\n--- got\n%s--- want\n%s", q->name, a->text, want ? want : "(no .want)\n");
    }
    free(want);
}

static void each_query_finds_what_it_must_and_not_its_look_alike(void **state)
{
    struct catalogue *c = catalogue_open();
    struct answer *a = memory_zero(1, sizeof *a);

    (void)state;
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct catalogue_query *q = catalogue_at(c, i);
        const char *found[2];
        size_t count = 0;
        char path[64];
        struct store *s;

        for (int e = 0; e < 2; e++) {
            const char *file = path_of(q->name, e ? "audit" : "jsonl");

            if (access(file, R_OK) == 0)
                found[count++] = file;
        }
        if (!count)
            fail_msg("%s has no evidence in tests/catalogue", q->name);
        s = case_of(path, found, count);
        if (strcmp(q->name, "allow-audit") == 0)
            allow_first(s);
        if (strcmp(q->name, "macos-user-dylib") == 0)
            make_macos(s);
        expect_needs(s, q);
        ask(s, q, a);
        if (a->rows == 0)
            fail_msg("%s finds nothing", q->name);
        compare(q, a);
        end(s, path);
    }
    free(a);
    catalogue_close(c);
}

/* ---- the five tests: take any one record away ---- */

#ifndef __SANITIZE_ADDRESS__ /* sixteen ingests of what is ingested once anyway */

struct lines {
    char *text;
    char *line[64];
    size_t count;
};

static struct lines lines_of(const char *path)
{
    struct lines l = { .text = whole(path) };
    char *at = l.text;

    assert_non_null(at);
    while (*at && l.count < 64) {
        l.line[l.count++] = at;
        at += strcspn(at, "\n");
        if (*at)
            *at++ = 0;
    }
    return l;
}

/* The lines of one record: a JSON object, or all of one serial of audit. */
static bool same_record(const char *a, const char *b)
{
    const char *x = strstr(a, "msg=audit("), *y = strstr(b, "msg=audit(");

    return x && y ? strncmp(x, y, strcspn(x, ")")) == 0 : a == b;
}

static void write_without(const char *path, const struct lines *l, const char *gone)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    for (size_t i = 0; i < l->count; i++)
        if (!gone || !same_record(l->line[i], gone))
            fprintf(f, "%s\n", l->line[i]);
    fclose(f);
}

static size_t missing(const struct catalogue_query *q, const struct lines *json,
                      const struct lines *audit, const char *gone, struct answer *a)
{
    char folder[] = "/tmp/modhunt-test-XXXXXX", files[2][64], path[64];
    const char *evidence[2] = { files[0], files[1] };
    struct store *s;
    size_t n = 0;

    assert_non_null(mkdtemp(folder));
    snprintf(files[0], sizeof files[0], "%s/a.jsonl", folder);
    snprintf(files[1], sizeof files[1], "%s/audit.log", folder);
    write_without(files[0], json, gone);
    write_without(files[1], audit, gone);
    s = case_of(path, evidence, 2);
    ask(s, q, a);
    end(s, path);
    unlink(files[0]);
    unlink(files[1]);
    rmdir(folder);
    for (const char *at = a->text; (at = strstr(at, "\tmissing\t")); at++)
        n++;
    return n;
}

static void each_record_of_the_five_tests_counts(void **state)
{
    struct catalogue *c = catalogue_open();
    const struct catalogue_query *q = catalogue_named(c, "t1129-tests");
    struct lines json = lines_of(path_of(q->name, "jsonl")), audit = lines_of(path_of(q->name, "audit"));
    struct answer *a = memory_zero(1, sizeof *a);
    size_t all = missing(q, &json, &audit, NULL, a), records = 0;

    (void)state;
    for (int file = 0; file < 2; file++) {
        const struct lines *l = file ? &audit : &json;

        for (size_t i = 0; i < l->count; i++) {
            if (i && same_record(l->line[i - 1], l->line[i]))
                continue;
            if (missing(q, &json, &audit, l->line[i], a) != all + 1)
                fail_msg("without %s\n%s", l->line[i], a->text);
            records++;
        }
    }
    assert_int_equal(records, 15); /* of fourteen lines: a load of Linux is two records */
    free(json.text);
    free(audit.text);
    free(a);
    catalogue_close(c);
}

#endif

/* ---- the console's questions ---- */

static struct page *answer_of(struct store *s, const char *name, int64_t behind, bool backwards)
{
    struct question *q = question_open(name ? QUESTION_QUERY : QUESTION_QUERIES);
    struct page *p;

    question_text(&q->query, name);
    q->limit = 120;
    q->anchor.set = behind > 0;
    q->anchor.id = behind;
    q->backwards = backwards;
    p = store_answer(s, q);
    question_close(q);
    return p;
}

static void the_console_gets_the_same_answers(void **state)
{
    struct catalogue *c = catalogue_open();
    const char *evidence[] = { path_of("side-load", "jsonl") };
    char path[64];
    struct store *s = case_of(path, evidence, 1);
    struct page *p = answer_of(s, NULL, 0, false);

    (void)state;
    assert_int_equal(p->rows, 0); /* nobody has given it queries */
    page_close(p);
    store_catalogue(s, c);
    p = answer_of(s, NULL, 0, false);
    assert_int_equal(p->rows, catalogue_count(c));
    assert_int_equal(p->columns, QUERY_COLUMN_COUNT);
    assert_true(span_is(page_cell(p, 0, QUERY_NAME)->text, "seed-hits"));
    page_close(p);

    p = answer_of(s, "side-load", 0, false);
    assert_int_equal(p->rows, 2);
    assert_string_equal(p->names[2], "ImageLoaded");
    assert_false(p->more_before || p->more_behind);
    assert_int_equal(p->keys[1], 2);
    page_close(p);
    p = answer_of(s, "side-load", 1, false); /* behind the first */
    assert_int_equal(p->rows, 1);
    assert_true(p->more_before && !p->more_behind && p->keys[0] == 2);
    page_close(p);
    p = answer_of(s, "side-load", 2, true);
    assert_int_equal(p->rows, 1);
    assert_true(!p->more_before && p->more_behind && p->keys[0] == 1);
    page_close(p);

    p = answer_of(s, "phantom", 0, false); /* nothing, but it was looked for */
    assert_int_equal(p->fault.kind, FAULT_NONE);
    assert_true(p->rows == 0 && p->columns > 5);
    page_close(p);
    p = answer_of(s, "injected", 0, false);
    assert_string_equal(p->fault.text, "this case holds no remote threads (Sysmon Event ID 8):"
                                       " injected could not be asked");
    page_close(p);
    p = answer_of(s, "nothing", 0, false);
    assert_int_equal(p->fault.kind, FAULT_USAGE);
    page_close(p);
    end(s, path);
    catalogue_close(c);
}

/* What the query lists stands in the detail of the process's load, too. */
static void a_detail_tells_the_executable_memory_of_its_process(void **state)
{
    const char *evidence[] = { path_of("executable-memory", "audit") };
    char path[64], told[256] = "";
    struct store *s = case_of(path, evidence, 1);
    struct question *q = question_open(QUESTION_DETAIL);
    struct page *p;
    size_t rows = 0;

    (void)state;
    q->load = 1;
    p = store_answer(s, q);
    for (size_t r = 0; r < p->rows; r++)
        if (span_is(page_cell(p, r, 0)->text, "executable_memory") && rows++ == 0)
            snprintf(told, sizeof told, "%.*s (%.*s)", (int)page_cell(p, r, 1)->text.len,
                     (const char *)page_cell(p, r, 1)->text.at, (int)page_cell(p, r, 2)->text.len,
                     (const char *)page_cell(p, r, 2)->text.at);
    assert_int_equal(rows, 2);
    assert_string_equal(told, "memory made executable by mprotect, 4096 bytes"
                              " (by this process, first at 2023-11-14T22:13:20.005000Z: no load)");
    page_close(p);
    question_close(q);
    end(s, path);
}

static void each_query_ends_on_an_empty_case(void **state)
{
    struct catalogue *c = catalogue_open();
    struct answer *a = memory_zero(1, sizeof *a);
    struct fault f = { 0 };
    char path[64];
    struct store *s = case_new(path, &f);

    (void)state;
    assert_non_null(s);
    assert_true(store_settle(s, &f));
    for (size_t i = 0; i < catalogue_count(c); i++)
        ask(s, catalogue_at(c, i), a);
    end(s, path);
    free(a);
    catalogue_close(c);
}

static void each_header_says_all(void **state)
{
    struct catalogue *c = catalogue_open();

    (void)state;
    assert_true(catalogue_count(c) > 30);
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct catalogue_query *q = catalogue_at(c, i);

        if (!*q->hunt || !*q->question || !*q->why || !*q->false_positives || !*q->misses
            || !*q->next || !*q->technique)
            fail_msg("%s: its header lacks a line", q->name);
        assert_true(strncmp(q->sql, "-- name:", 8) == 0);
        assert_true(strncmp(catalogue_body(q), "SELECT", 6) == 0
                    || strncmp(catalogue_body(q), "WITH", 4) == 0);
        assert_ptr_equal(catalogue_named(c, q->name), q);
    }
    assert_null(catalogue_named(c, "nothing"));
    catalogue_close(c);
}

static void a_hostile_header_is_refused_in_words(void **state)
{
#define HEAD "-- name: mine\n-- question: what?\n"
    static const struct {
        const char *text, *say; /* NULL: it is taken */
    } table[] = {
        { HEAD "SELECT 1", NULL },
        { "-- name: mine2\n-- question: what?\n--   and more\n-- arg: n = 5: a number\nSELECT :n", NULL },
        { HEAD, "no SELECT behind the header" },
        { "", "no SELECT behind the header" },
        { "SELECT 1", "needs a line `-- name:" },
        { "-- name: Big\n-- question: q\nSELECT 1", "needs a line `-- name:" },
        { "-- name: ../x\n-- question: q\nSELECT 1", "needs a line `-- name:" },
        { "-- name: x\nSELECT 1", "needs a line `-- question:" },
        { "-- name: x\n-- name: y\nSELECT 1", "line 2: the header has two lines name" },
        { "-- name: x\n-- wy: y\nSELECT 1", "line 2: no line of a header is called wy" },
        { "-- name: x\n-- why\nSELECT 1", "line 2: a line of the header is written" },
        { "--   more\nSELECT 1", "line 1: there is no text before it" },
        { "-- needs: loads, luck\nSELECT 1", "no data that a case holds is called luck" },
        { "-- arg: n\nSELECT 1", "an argument is written" },
        { "-- arg: N = 1: x\nSELECT 1", "an argument is written" },
        { "-- arg: n = 1: x\n-- arg: n = 2: x\nSELECT 1", "line 2: there are two arguments called n" },
        { "-- name: seed-hits\n-- question: q\nSELECT 1", "there is a query called seed-hits already" },
        { "-- name: \xff\n-- question: q\nSELECT 1", "it is no UTF-8 text" },
    };
    struct catalogue *c = catalogue_open();
    const struct catalogue_query *q;
    char *big = memory_zero(1, CATALOGUE_FILE_MAX + 2);
    struct fault f;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        bool ok = catalogue_add(c, "x.sql", span_text(table[i].text), &f);

        if (ok != !table[i].say)
            fail_msg("%s: %s", table[i].text, ok ? "taken" : f.text);
        if (!ok && !strstr(f.text, table[i].say))
            fail_msg("%s: %s", table[i].text, f.text);
    }
    memset(big, ' ', CATALOGUE_FILE_MAX + 1);
    assert_false(catalogue_add(c, "x.sql", span_text(big), &f));
    assert_int_equal(f.kind, FAULT_LIMIT);
    q = catalogue_named(c, "mine2");
    assert_string_equal(q->question, "what? and more");
    assert_string_equal(q->args[0].preset, "5");
    assert_true(q->args[0].number);
    assert_string_equal(q->file, "x.sql");
    free(big);
    catalogue_close(c);
}

static void a_query_can_only_ask(void **state)
{
    static const struct {
        const char *sql, *say;
    } table[] = {
        { "DELETE FROM load", "DELETE is not allowed" },
        { "SELECT :n; DROP TABLE load", "one statement at a time" },
        { "SELECT :m", "the query uses :m, which is no argument of its header" },
        { "SELECT ?", "the query uses a parameter without a name" },
        { "SELECT 'a' REGEXP '('", "missing closing parenthesis" },
    };
    const struct sql_value value = { "n", { CELL_TEXT, 0, SPAN_INIT("'; DROP TABLE load --") } };
    struct answer *a = memory_zero(1, sizeof *a);
    struct fault f = { 0 };
    char path[64];
    struct store *s = case_new(path, &f);

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_false(store_query(s, table[i].sql, &value, 1, take, a, &f));
        assert_int_equal(f.kind, FAULT_USAGE);
        if (!strstr(f.text, table[i].say))
            fail_msg("%s: %s", table[i].sql, f.text);
    }
    assert_true(store_query(s, "SELECT :n AS n, count(*) AS c FROM load", &value, 1, take, a, &f));
    assert_string_equal(a->text, "n\tc\n'; DROP TABLE load --\t0\n");
    free(a);
    end(s, path);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_header_says_all),
        cmocka_unit_test(a_hostile_header_is_refused_in_words),
        cmocka_unit_test(a_query_can_only_ask),
        cmocka_unit_test(a_detail_tells_the_executable_memory_of_its_process),
        cmocka_unit_test(each_query_ends_on_an_empty_case),
        cmocka_unit_test(the_console_gets_the_same_answers),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(each_record_of_the_five_tests_counts),
#endif
        cmocka_unit_test(each_query_finds_what_it_must_and_not_its_look_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
