/* Killed, out of room: what was committed stays, and nothing else is there.
 *
 * A child ingests through the writer's thread and tells each NOTICE_COMMITTED
 * through a pipe; the parent kills it at a random moment, looks, and lets
 * another child go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/writer.h"
#include "tests/unit/batches.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEC INT64_C(1000000)
#define KILLS 40
#define FILES 3
#define RECORDS 3000

static struct rec recs[FILES][RECORDS];
static char names[64][48];

static void make(void)
{
    static const int kinds[] = { 7, 7, 7, 7, 7, 1, 11, 0 };

    for (int i = 0; i < 64; i++)
        snprintf(names[i], sizeof names[i], "C:\\Windows\\Temp\\m%d.dll", i);
    /* The third file repeats a part of the second: copies, too. */
    for (int i = 0; i < FILES; i++)
        for (int k = 0; k < RECORDS; k++)
            recs[i][k] = (struct rec){ kinds[k % 8], i ? "WS1" : "WS2", (10 + k + i % 2 * 9000) * SEC,
                                       i == 2 ? k + 9000 : k + 1, k % 2 ? "{a-1}" : "{a-2}", 4,
                                       "C:\\a.exe", names[k % 64], NULL, NULL, "u", NULL, 0 };
    for (int k = 0; k < RECORDS; k++)
        if (k + 1500 < RECORDS)
            recs[2][k] = recs[1][k + 1500];
}

static struct file file_of(size_t i)
{
    static const char *const name[FILES] = { "a", "b", "c" };
    return (struct file){ name[i], i == 2 ? "xml" : "evtx", recs[i], RECORDS, (uint8_t)(i + 1),
                          40, 0 };
}

/* Sends what the case has not yet; runs until all is in. */
static int ingest(const char *path, int tell)
{
    struct fault f = { 0 };
    struct store *s = store_open(path, STORE_WRITE, &f);
    struct queue *batches = queue_open(4, &f), *notices = queue_open(64, &f);
    struct known *known = NULL;
    struct writer *w;
    size_t count = 0;

    if (!s || !batches || !notices || !store_known(s, &known, &count, &f))
        return 2;
    w = writer_start(s, NULL, batches, notices, false, &f);
    for (size_t i = 0; w && i < FILES; i++) {
        struct file file = file_of(i);
        const struct known *k = NULL;
        for (size_t j = 0; j < count; j++)
            if (known[j].fingerprint[0] == file.sha)
                k = &known[j];
        if (k && k->state != SOURCE_READING)
            continue;
        size_t n = k ? (size_t)k->place / 4000 : 0;
        for (size_t from = n; n < file_batches(&file); n++) {
            struct notice *note;
            struct batch *b = file_batch(&file, (uint32_t)i + 1, n, k && n == from ? k->evidence : 0);
            if (!queue_send(batches, b)) {
                batch_close(b);
                break;
            }
            while ((note = queue_try_take(notices))) {
                uint64_t records = note->kind == NOTICE_COMMITTED ? note->records : 0;
                if (records && tell >= 0 && write(tell, &records, sizeof records) < 0)
                    return 3;
                notice_close(note);
            }
        }
    }
    queue_close(batches);
    free(known);
    if (!w || !writer_wait(w, &f) || !writer_stop(w, &f))
        return 4;
    queue_free(batches, NULL);
    queue_free(notices, (void (*)(void *))notice_close);
    return 0;
}

static int64_t number(struct store *s, const char *sql)
{
    struct fault f = { 0 };
    int64_t n = -1;

    if (!connection_number(s, sql, &n, &f))
        fail_msg("%s: %s", sql, f.text);
    return n;
}

/* Every count of the case against the rows it counts. */
static void consistent(struct store *s)
{
    static const char *const none[] = {
        "SELECT count(*) FROM evidence WHERE records <> loads + processes + context + other + damaged"
        " + duplicates",
        "SELECT count(*) FROM evidence e WHERE loads <> (SELECT count(*) FROM load WHERE evidence = e.id)",
        "SELECT count(*) FROM evidence e WHERE processes <>"
        " (SELECT count(*) FROM process_record WHERE evidence = e.id)",
        "SELECT count(*) FROM evidence e WHERE context <> (SELECT count(*) FROM context WHERE evidence = e.id)",
        "SELECT count(*) FROM evidence e WHERE duplicates <> (SELECT count(*) FROM copy WHERE evidence = e.id)",
        "SELECT count(*) FROM evidence WHERE records * 100 <> place",
        "SELECT count(*) FROM sighting s WHERE loads <> (SELECT count(*) FROM load WHERE sighting = s.id)",
        "SELECT count(*) FROM load WHERE sighting NOT IN (SELECT id FROM sighting)",
        "SELECT count(*) FROM load WHERE process NOT IN (SELECT id FROM process)",
    };
    struct fault f = { 0 };

    if (!store_check(s, &f))
        fail_msg("%s", f.text);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (number(s, none[i]) != 0)
            fail_msg("not 0: %s", none[i]);
}

static void a_kill_loses_nothing_that_was_committed(void **state)
{
    struct fault f = { 0 };
    char path[64];
    struct store *s = case_new(path, &f);
    int kills = 0, rounds = 0;
    unsigned seed = 5;

    (void)state;
    assert_non_null(s);
    store_close(s);
    for (bool whole = false; rounds < 400 && kills < KILLS; rounds++) {
        uint64_t acked = 0, told;
        int64_t before;
        int pipes[2], status;
        pid_t child;

        if (whole) { /* all in: begin again with another case */
            case_remove(path);
            s = case_new(path, &f);
            assert_non_null(s);
            store_close(s);
        }
        s = store_open(path, STORE_READ, &f);
        before = number(s, "SELECT ifnull(sum(records), 0) FROM evidence");
        store_close(s);
        assert_int_equal(pipe(pipes), 0);
        child = fork();
        if (child == 0) {
            close(pipes[0]);
            _exit(ingest(path, pipes[1]));
        }
        close(pipes[1]);
        seed = seed * 1103515245u + 12345u;
        nanosleep(&(struct timespec){ 0, (long)(seed >> 8) % 250000000 }, NULL);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        kills += WIFSIGNALED(status);
        if (WIFEXITED(status))
            assert_int_equal(WEXITSTATUS(status), 0);
        while (read(pipes[0], &told, sizeof told) == (ssize_t)sizeof told)
            acked = told;
        close(pipes[0]);

        s = store_open(path, STORE_WRITE, &f);
        if (!s)
            fail_msg("%s", f.text);
        consistent(s);
        assert_true(number(s, "SELECT ifnull(sum(records), 0) FROM evidence") >= before + (int64_t)acked);
        whole = number(s, "SELECT count(*) FROM evidence WHERE state = 'complete'") == FILES;
        store_close(s);
    }
    assert_true(kills >= KILLS / 2);
    assert_int_equal(ingest(path, -1), 0);
    s = store_open(path, STORE_READ, &f);
    assert_int_equal(number(s, "SELECT sum(records) FROM evidence"), FILES * RECORDS);
    /* 1,500 records are in two files; an eighth of them is not kept, so not compared */
    assert_int_equal(number(s, "SELECT sum(duplicates) FROM evidence"), 1500 / 8 * 7 + 3);
    store_close(s);
    case_remove(path);
}

static void a_full_disk_stops_the_writing_and_keeps_the_rest(void **state)
{
    struct fault f = { 0 };
    char path[64];
    struct store *s = case_new(path, &f);
    pid_t child;
    int status;

    (void)state;
    assert_non_null(s);
    store_close(s);
    child = fork();
    if (child == 0) {
        struct rlimit limit = { 1 << 20, 1 << 20 };
        struct fault why = { 0 };
        size_t i = 0, taken = 0;
        bool ok = true;
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        s = store_open(path, STORE_WRITE, &why);
        for (; s && ok && i < FILES; i++) {
            struct file file = file_of(i);
            for (size_t n = 0; ok && n < file_batches(&file); n++) {
                struct batch *b = file_batch(&file, (uint32_t)i + 1, n, 0);
                ok = store_take(s, b, &why) && store_commit(s, &why);
                batch_close(b);
                taken += ok;
            }
        }
        if (!s || ok || why.kind != FAULT_FULL || !taken) {
            fprintf(stderr, "%d, %zu batches, %s\n", ok, taken, why.text);
            _exit(2);
        }
        /* it is still readable, by the very same store */
        struct known *known;
        size_t count;
        if (!store_known(s, &known, &count, &why) || !count)
            _exit(3);
        free(known);
        _exit(0); /* not closed: as bad as it gets */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    s = store_open(path, STORE_WRITE, &f);
    assert_non_null(s);
    consistent(s);
    assert_true(number(s, "SELECT sum(records) FROM evidence") > 0);
    store_close(s);
    assert_int_equal(ingest(path, -1), 0);
    s = store_open(path, STORE_READ, &f);
    assert_int_equal(number(s, "SELECT sum(records) FROM evidence"), FILES * RECORDS);
    store_close(s);
    case_remove(path);
}

/* Files its own records, one commit a batch, and an order between two. */
static int take_turns(const char *path, size_t i)
{
    struct file file = file_of(i);
    struct order *o = order_open(ORDER_UNDO);
    struct fault f = { 0 };
    char text[256];
    struct store *s = store_open(path, STORE_WRITE, &f);

    for (size_t n = 0; s && n < file_batches(&file); n++) {
        struct batch *b = file_batch(&file, (uint32_t)i + 1, n, 0);
        if (!store_take(s, b, &f) || !store_commit(s, &f))
            return 2;
        batch_close(b);
        /* by turns an entry and its undo (which may be another writer's) */
        o->kind = n % 2 ? ORDER_UNDO : ORDER_ALLOW;
        o->sighting = 1 + (int64_t)n;
        o->allow = ALLOW_PATH;
        question_text(&o->reason, "ours");
        if (!store_order(s, o, text, &f) && f.kind != FAULT_USAGE)
            return 3;
    }
    if (!s || !store_settle(s, &f))
        return 4;
    order_close(o);
    store_close(s);
    return 0;
}

static void several_writers_take_turns(void **state)
{
    struct fault f = { 0 };
    char path[64];
    struct store *s = case_new(path, &f);
    pid_t child[FILES];
    int status;

    (void)state;
    assert_non_null(s);
    store_close(s);
    for (size_t i = 0; i < FILES; i++) {
        child[i] = fork();
        if (child[i] == 0)
            _exit(take_turns(path, i));
    }
    for (size_t i = 0; i < FILES; i++) {
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
    }
    s = store_open(path, STORE_WRITE, &f);
    assert_non_null(s);
    consistent(s);
    assert_int_equal(number(s, "SELECT sum(records) FROM evidence"), FILES * RECORDS);
    assert_int_equal(number(s, "SELECT sum(duplicates) FROM evidence"), 1500 / 8 * 7 + 3);
    assert_true(number(s, "SELECT count(*) FROM allow_history") > 0);
    assert_int_equal(number(s, "SELECT count(*) FROM (SELECT User FROM user GROUP BY 1)"),
                     number(s, "SELECT count(*) FROM user"));
    store_close(s);
    case_remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_loses_nothing_that_was_committed),
        cmocka_unit_test(several_writers_take_turns),
        cmocka_unit_test(a_full_disk_stops_the_writing_and_keeps_the_rest),
    };
    make();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
