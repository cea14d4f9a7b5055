/* The writer's thread: orders before batches, notices, a stop at any time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/writer.h"
#include "tests/unit/batches.h"

#include <unistd.h>

#define SEC INT64_C(1000000)
#define RECORDS 2000

static struct rec recs[RECORDS];

struct stage {
    char path[64];
    struct queue *orders, *batches, *notices;
    struct writer *w;
};

static void begin(struct stage *t, bool with_batches, bool check)
{
    struct fault f = { 0 };
    struct store *s = case_new(t->path, &f);

    assert_non_null(s);
    t->orders = queue_open(16, &f);
    t->batches = with_batches ? queue_open(8, &f) : NULL;
    t->notices = queue_open(4, &f);
    t->w = writer_start(s, t->orders, t->batches, t->notices, check, &f);
    assert_non_null(t->w);
}

static void end(struct stage *t)
{
    queue_free(t->orders, (void (*)(void *))order_close);
    if (t->batches)
        queue_free(t->batches, (void (*)(void *))batch_close);
    queue_free(t->notices, (void (*)(void *))notice_close);
    case_remove(t->path);
}

/* The next notice of a kind; others are dropped. */
static struct notice *await(struct stage *t, enum notice_kind kind)
{
    struct notice *n;

    while ((n = queue_take_wait(t->notices, 10000)) && n->kind != kind)
        notice_close(n);
    assert_non_null(n);
    return n;
}

static void send_file(struct stage *t, uint32_t number, size_t batches)
{
    const struct file file = { "a", "evtx", recs, RECORDS, (uint8_t)number, 100, 0 };

    for (size_t i = 0; i < file_batches(&file) && i < batches; i++) {
        struct batch *b = file_batch(&file, number, i, 0);
        assert_true(queue_send(t->batches, b));
    }
}

static int64_t number_in(const char *path, const char *sql)
{
    struct fault f = { 0 };
    struct store *s = store_open(path, STORE_READ, &f);
    int64_t n = -1;

    assert_non_null(s);
    assert_true(connection_number(s, sql, &n, &f));
    store_close(s);
    return n;
}

static void an_ingest_ends_with_its_totals(void **state)
{
    struct stage t;
    struct fault f = { 0 };
    struct notice *n;

    (void)state;
    begin(&t, true, true);
    send_file(&t, 1, 1000);
    queue_close(t.batches);
    assert_true(writer_wait(t.w, &f));
    n = await(&t, NOTICE_INGESTED);
    assert_int_equal(n->files, 1);
    assert_int_equal(n->files_done, 1);
    assert_int_equal(n->records, RECORDS);
    assert_int_equal(n->loads, RECORDS);
    notice_close(n);
    assert_true(writer_stop(t.w, &f));
    assert_int_equal(number_in(t.path, "SELECT count(*) FROM load"), RECORDS);
    assert_int_equal(number_in(t.path, "SELECT count(*) FROM evidence WHERE settled = 1"), 1);
    end(&t);
}

static void rows_land_within_a_quarter_of_a_second(void **state)
{
    struct stage t;
    struct fault f = { 0 };
    struct notice *n;
    int64_t at;

    (void)state;
    begin(&t, true, false);
    at = moment_ticks();
    send_file(&t, 1, 3);
    /* (A busy machine may need two commits for them.) */
    for (uint64_t records = 0; records < 300;) {
        n = await(&t, NOTICE_COMMITTED);
        assert_true(n->records > records);
        records = n->records;
        notice_close(n);
    }
    assert_true(moment_ticks() - at < 5 * SEC);
    assert_int_equal(number_in(t.path, "SELECT count(*) FROM load"), 300);
    assert_int_equal(number_in(t.path, "SELECT count(*) FROM evidence WHERE state = 'reading'"
                                       " AND place = 30000"), 1);
    assert_true(writer_stop(t.w, &f));
    end(&t);
}

static void orders_are_done_while_an_ingest_goes_on(void **state)
{
    struct stage t;
    struct fault f = { 0 };
    struct notice *n;
    struct order *o = order_open(ORDER_ALLOW);

    (void)state;
    begin(&t, true, false);
    send_file(&t, 1, 10);
    n = await(&t, NOTICE_COMMITTED);
    notice_close(n);
    o->serial = 7;
    o->sighting = 1;
    o->allow = ALLOW_PATH;
    o->reason = memory_text("ours");
    assert_true(queue_send(t.orders, o));
    n = await(&t, NOTICE_ORDERED);
    assert_int_equal(n->serial, 7);
    assert_int_equal(n->fault.kind, FAULT_NONE);
    assert_int_equal(strncmp(n->text, "hid 1 sighting (", 16), 0);
    notice_close(n);
    o = order_open(ORDER_REDO);
    assert_true(queue_send(t.orders, o));
    n = await(&t, NOTICE_ORDERED);
    assert_string_equal(n->fault.text, "there is nothing to redo");
    notice_close(n);
    assert_true(writer_stop(t.w, &f));
    end(&t);
}

static void a_stop_files_what_lies_in_the_queues(void **state)
{
    struct stage t;
    struct fault f = { 0 };

    (void)state;
    for (int i = 0; i < 10; i++) {
        begin(&t, true, i % 2);
        send_file(&t, 1, 8);
        queue_close(t.batches);
        assert_true(writer_stop(t.w, &f));
        assert_int_equal(number_in(t.path, "SELECT count(*) FROM load"), 800);
        end(&t);
    }
    begin(&t, false, true);
    assert_true(writer_wait(t.w, &f));
    assert_true(writer_stop(t.w, &f));
    end(&t);
}

static void a_case_that_was_not_settled_is_settled_at_the_next_start(void **state)
{
    struct stage t;
    struct fault f = { 0 };
    struct store *s;

    (void)state;
    begin(&t, true, false);
    send_file(&t, 1, 1000);
    assert_true(writer_stop(t.w, &f));
    s = store_open(t.path, STORE_WRITE, &f);
    assert_non_null(s);
    t.w = writer_start(s, t.orders, NULL, NULL, false, &f);
    for (int i = 0; i < 200; i++) {
        bool settled = false;
        struct store *look = store_open(t.path, STORE_READ, &f);
        assert_true(store_settled(look, &settled, &f));
        store_close(look);
        if (settled)
            break;
        usleep(20000);
    }
    assert_true(writer_stop(t.w, &f));
    assert_int_equal(number_in(t.path, "SELECT count(*) FROM sqlite_schema WHERE name = 'load_process'"),
                     1);
    end(&t);
}

static void a_failure_closes_the_queue_and_is_told(void **state)
{
    struct stage t;
    struct fault f = { 0 };
    struct notice *n;
    struct batch *b = batch_open(9, 0, 1); /* of a file that never opened */

    (void)state;
    begin(&t, true, false);
    assert_true(queue_send(t.batches, b));
    assert_false(writer_wait(t.w, &f));
    assert_int_equal(f.kind, FAULT_USAGE);
    n = await(&t, NOTICE_FAULT);
    assert_string_equal(n->fault.text, f.text);
    notice_close(n);
    b = batch_open(9, 0, 1);
    assert_false(queue_send(t.batches, b));
    batch_close(b);
    assert_false(writer_stop(t.w, &f));
    end(&t);
}

int main(void)
{
    static char names[50][32];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ingest_ends_with_its_totals),
        cmocka_unit_test(rows_land_within_a_quarter_of_a_second),
        cmocka_unit_test(orders_are_done_while_an_ingest_goes_on),
        cmocka_unit_test(a_stop_files_what_lies_in_the_queues),
        cmocka_unit_test(a_case_that_was_not_settled_is_settled_at_the_next_start),
        cmocka_unit_test(a_failure_closes_the_queue_and_is_told),
    };

    for (int i = 0; i < 50; i++)
        snprintf(names[i], sizeof names[i], "C:\\m%d.dll", i);
    for (int i = 0; i < RECORDS; i++)
        recs[i] = (struct rec){ 7, "WS1", (10 + i) * SEC, i + 1, "{a}", 4, "C:\\a.exe", names[i % 50],
                                NULL, NULL, "u", NULL, 0 };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
