/* Case files: made private, refused by name, never trusted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/batches.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define SEC INT64_C(1000000)
#define MUTANTS 300
#define PAGE CASE_PAGE_BYTES /* moved about whole, now and then */

static char folder[48], sound[80], path[80];

static const char *in(const char *name)
{
    static char out[8][256];
    static unsigned turn;

    turn = (turn + 1) % 8;
    snprintf(out[turn], sizeof out[turn], "%s/%s", folder, name);
    return out[turn];
}

static void write_file(const char *name, const void *bytes, size_t len)
{
    FILE *file = fopen(name, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

static uint8_t *read_whole(const char *name, size_t *len)
{
    FILE *file = fopen(name, "rb");
    uint8_t *bytes;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *len = (size_t)ftell(file);
    rewind(file);
    bytes = memory_get(*len + 1);
    assert_int_equal(fread(bytes, 1, *len, file), *len);
    fclose(file);
    return bytes;
}

static void copy_sound(void)
{
    size_t len;
    uint8_t *bytes = read_whole(sound, &len);

    write_file(path, bytes, len);
    free(bytes);
}

/* A sound case with a few of everything, closed. */
static int group_set_up(void **state)
{
    static struct rec recs[120];
    static const int kinds[] = { 7, 7, 7, 1, 11, 5, 4688, 0 };
    struct file file = { "a", "evtx", recs, COUNT(recs), 1, 40, 0 };
    struct order *o = order_open(ORDER_ALLOW);
    struct fault f = { 0 };
    char text[256], name[16][24];
    struct store *s;

    (void)state;
    snprintf(folder, sizeof folder, "/tmp/modhunt-case-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(sound, sizeof sound, "%s", in("sound"));
    snprintf(path, sizeof path, "%s", in("c.modhunt"));
    for (int i = 0; i < 16; i++)
        snprintf(name[i], sizeof name[i], "C:\\m%d.dll", i);
    for (int i = 0; i < 120; i++)
        recs[i] = (struct rec){ kinds[i % 8], i % 3 ? "WS1" : "WS2", (10 + i) * SEC, i + 1, "{a-1}", 4,
                                "C:\\a.exe", name[i % 16], "SHA256=aa", "true", "u", NULL, 0 };
    s = store_open(sound, STORE_CREATE, &f);
    for (size_t i = 0; s && i < file_batches(&file); i++) {
        struct batch *b = file_batch(&file, 1, i, 0);
        if (!store_take(s, b, &f))
            return -1;
        batch_close(b);
    }
    o->sighting = 1;
    o->allow = ALLOW_HASH;
    o->reason = memory_text("r");
    if (!s || !store_settle(s, &f) || !store_order(s, o, text, &f) || !store_check(s, &f)) {
        fprintf(stderr, "%s\n", f.text);
        return -1;
    }
    order_close(o);
    store_close(s);
    return 0;
}

static int group_tear_down(void **state)
{
    (void)state;
    case_remove(path);
    case_remove(sound);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    copy_sound();
    return 0;
}

static int gone(void **state)
{
    (void)state;
    unlink(path);
    unlink(in("c.modhunt-wal"));
    unlink(in("c.modhunt-shm"));
    return 0;
}

static void refused(const char *name, enum store_how how, enum fault_kind kind, const char *want)
{
    struct fault f = { 0 };
    struct store *s = store_open(name, how, &f);

    if (s) {
        store_close(s);
        fail_msg("%s was opened; wanted: %s", name, want);
    }
    if (f.kind != kind || !strstr(f.text, want))
        fail_msg("%s: kind %d, \"%s\"; wanted \"%s\"", name, f.kind, f.text, want);
}

static void what_is_no_case_is_refused_in_its_own_words(void **state)
{
    (void)state;
    write_file(in("text"), "hello, this is no case\n", 23);
    write_file(in("empty"), "", 0);
    assert_int_equal(symlink(sound, in("link")), 0);
    refused(in("nothing"), STORE_READ, FAULT_CASE, "there is no such case");
    refused(in("no/where"), STORE_WRITE, FAULT_SYSTEM, "its folder can't be opened");
    refused(folder, STORE_READ, FAULT_CASE, "this is a folder, not a case");
    refused(in("text"), STORE_READ, FAULT_CASE, "this file is not a modhunt case");
    refused(in("text"), STORE_WRITE, FAULT_CASE, "this file is not a modhunt case");
    refused(in("text"), STORE_CREATE, FAULT_CASE, "there is a file of that name already");
    refused(sound, STORE_CREATE, FAULT_CASE, "there is a file of that name already");
    refused(in("empty"), STORE_READ, FAULT_CASE, "this file is empty");
    refused(in("link"), STORE_READ, FAULT_CASE, "this is a link");
    refused("", STORE_READ, FAULT_CASE, "names a folder");
    unlink(in("text"));
    unlink(in("link"));

    /* an empty file is as good as none for a new case */
    struct fault f = { 0 };
    struct store *s = store_open(in("empty"), STORE_CREATE, &f);
    assert_non_null(s);
    store_close(s);
    unlink(in("empty"));
}

static void a_case_is_for_its_owner_alone_and_leaves_one_file(void **state)
{
    struct fault f = { 0 };
    struct stat st;
    struct store *s;

    (void)state;
    umask(022);
    s = store_open(path, STORE_WRITE, &f);
    assert_non_null(s);
    assert_null(store_why_read_only(s));
    assert_true(sqlite3_exec(s->db, "INSERT INTO user (User) VALUES ('z')", 0, 0, 0) == SQLITE_OK);
    assert_int_equal(stat(in("c.modhunt-wal"), &st), 0);
    store_close(s);
    assert_int_equal(stat(in("c.modhunt-wal"), &st), -1);
    s = store_open(in("new"), STORE_CREATE, &f);
    assert_non_null(s);
    assert_true(sqlite3_exec(s->db, "INSERT INTO user (User) VALUES ('z')", 0, 0, 0) == SQLITE_OK);
    static const char *const names[] = { "new", "new-wal", "new-shm" };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(stat(in(names[i]), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    store_close(s);
    unlink(in("new"));
}

static void a_name_like_a_uri_is_only_a_name(void **state)
{
    static const char *const names[] = { "file:x?mode=memory", "a b%20?immutable=1#x", "\xff\xfe" };
    struct fault f = { 0 };
    struct stat st;

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct store *s = store_open(in(names[i]), STORE_CREATE, &f);
        assert_non_null(s);
        store_close(s);
        assert_int_equal(stat(in(names[i]), &st), 0);
        unlink(in(names[i]));
    }
}

/* Runs SQL on the case with none of our defences. */
static void meddle(const char *sql)
{
    sqlite3 *db;
    char *why = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    sqlite3_close(db);
}

static void a_case_that_was_meddled_with_is_refused(void **state)
{
    static const struct { const char *sql, *want; } table[] = {
        { "CREATE TRIGGER t AFTER INSERT ON load BEGIN DELETE FROM allow; END", "it has `t` (trigger)" },
        { "CREATE VIEW v AS SELECT suspicion_score('a', 'b', 'c')", "it has `v` (view)" },
        { "CREATE TABLE extra (x)", "it has `extra` (table)" },
        { "CREATE INDEX i ON module (lower(name))", "it has `i` (index)" },
        { "ALTER TABLE host ADD COLUMN x TEXT", "its `host` is not as in a case" },
        { "DROP TABLE meta", "`meta` is missing in it" },
        { "DROP INDEX sighting_hits; CREATE INDEX sighting_hits ON sighting (host)",
          "its `sighting_hits` is not as in a case" },
        { "CREATE VIRTUAL TABLE f USING fts5(x)", "which no case has" },
        { "PRAGMA application_id = 1", "a database of another program" },
        { "PRAGMA user_version = 4", "made by a newer modhunt (case version 4, this one knows 3)" },
        { "PRAGMA user_version = 1", "made by an older modhunt (case version 1, this one needs 3)" },
        { "PRAGMA user_version = 2", "it has `fact` (table), which no case has" },
        { "PRAGMA user_version = 0", "not a sound case: its version is 0" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        copy_sound();
        meddle(table[i].sql);
        refused(path, STORE_WRITE, FAULT_CASE, table[i].want);
        refused(path, STORE_READ, FAULT_CASE, table[i].want);
    }
}

/* What version 2 had not. */
#define BACK "DROP TABLE fact_import; DROP TABLE fact_file; DROP TABLE fact; DROP TABLE fact_history;" \
             "DROP TABLE sighting_file; DROP TABLE host_note; DROP TABLE pair_reason;" \
             "DROP TABLE ranking; DROP TABLE process_signing; PRAGMA user_version = 2"

static void a_case_of_the_version_before_is_brought_up_to_this_one(void **state)
{
    static const enum store_how ways[] = { STORE_WRITE, STORE_READ };
    struct fault f = { 0 };
    struct store *s;
    int64_t n = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        copy_sound();
        meddle(BACK);
        s = store_open(path, ways[i], &f);
        assert_non_null(s);
        assert_true(connection_number(s, "PRAGMA user_version", &n, &f));
        assert_int_equal(n, CASE_VERSION);
        assert_true(store_check(s, &f));
        store_close(s);
        s = store_open(path, STORE_READ, &f); /* its schema is ours to the letter */
        assert_non_null(s);
        store_close(s);
    }
    /* Nothing is added to what is no case. */
    copy_sound();
    meddle(BACK "; CREATE TABLE extra (x)");
    refused(path, STORE_WRITE, FAULT_CASE, "it has `extra` (table)");
    refused(path, STORE_WRITE, FAULT_CASE, "it has `extra` (table)");
    copy_sound();
    meddle(BACK);
    if (geteuid() != 0) { /* whom no mode keeps from writing */
        assert_int_equal(chmod(path, 0400), 0);
        refused(path, STORE_READ, FAULT_CASE, "can't be written here");
    }
}

static void indexes_that_may_be_missing_may_be_missing(void **state)
{
    struct fault f = { 0 };
    struct store *s;
    bool settled;

    (void)state;
    meddle("DROP INDEX load_sighting; DROP INDEX context_target");
    s = store_open(path, STORE_WRITE, &f);
    assert_non_null(s);
    assert_true(store_settled(s, &settled, &f));
    assert_false(settled);
    assert_true(store_settle(s, &f));
    assert_true(store_settled(s, &settled, &f));
    assert_true(settled);
    store_close(s);
    refused(path, STORE_CREATE, FAULT_CASE, "already");
}

static void a_file_beside_it_that_is_no_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(symlink("/etc/passwd", in("c.modhunt-wal")), 0);
    refused(path, STORE_WRITE, FAULT_CASE, "this is not a plain file");
    unlink(in("c.modhunt-wal"));
}

static void a_case_is_not_written_through_a_reading_store(void **state)
{
    struct fault f = { 0 };
    struct order *o = order_open(ORDER_UNDO);
    struct stat before, after;
    char text[256];
    struct store *s;

    (void)state;
    assert_int_equal(stat(path, &before), 0);
    s = store_open(path, STORE_READ, &f);
    assert_non_null(s);
    assert_true(sqlite3_exec(s->db, "DELETE FROM load", 0, 0, 0) != SQLITE_OK);
    assert_false(store_order(s, o, text, &f));
    store_close(s);
    order_close(o);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(stat(in("c.modhunt-shm"), &after), -1);
}

/* Where nothing can be written (we are somebody else, in a read-only folder). */
static int as_nobody(const char *name)
{
    struct order *o = order_open(ORDER_UNDO);
    struct fault f = { 0 };
    struct known *known;
    char text[256];
    size_t count;
    struct store *s;

    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 10;
    if (store_open(in("new"), STORE_CREATE, &f) || !strstr(f.text, "can't be made here"))
        return 11;
    s = store_open(name, STORE_WRITE, &f);
    if (!s)
        return 12;
    if (!store_why_read_only(s) || !strstr(store_why_read_only(s), "read-only: you may not write"))
        return 13;
    if (!store_known(s, &known, &count, &f) || count != 1)
        return 14;
    free(known);
    if (store_order(s, o, text, &f) || f.kind != FAULT_CASE)
        return 15;
    store_close(s);
    order_close(o);
    return 0;
}

static void a_case_in_a_folder_that_can_not_be_written_opens_read_only(void **state)
{
    const char *odd = in("a%20b?c#d e");
    size_t len;
    uint8_t *bytes = read_whole(path, &len);
    int status = -1;
    pid_t child;

    (void)state;
    write_file(odd, bytes, len);
    free(bytes);
    chmod(odd, 0444);
    chmod(folder, 0555);
    child = fork();
    if (child == 0)
        _exit(as_nobody(odd));
    assert_int_equal(waitpid(child, &status, 0), child);
    chmod(folder, 0700);
    unlink(odd);
    assert_int_equal(status, 0);
}

static void a_damaged_ledger_is_found(void **state)
{
    struct fault f = { 0 };
    struct store *s;

    (void)state;
    meddle("UPDATE evidence SET loads = loads + 1");
    s = store_open(path, STORE_WRITE, &f);
    assert_non_null(s);
    assert_false(store_check(s, &f));
    assert_non_null(strstr(f.text, "does not add up"));
    store_close(s);
}

/* ---- damage ---- */

static uint64_t seed = 7;

static uint64_t draw(uint64_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % below;
}

/* Whatever the file says: no crash, no hang, and every answer is a fault or not. */
static void live_with(const char *name)
{
    static struct rec recs[] = {
        { 7, "WS1", 10 * SEC, 1, "{a-1}", 4, "C:\\a.exe", "C:\\m1.dll", "SHA256=aa", "true", "u", NULL, 0 },
        { 1, "WS1", 10 * SEC, 4, "{a-1}", 4, "C:\\a.exe", "C:\\m1.dll", NULL, NULL, "u", NULL, 0 },
        { 11, "WS3", 10 * SEC, 5, "{a-7}", 4, "C:\\b.exe", "C:\\m7.dll", NULL, NULL, "u", NULL, 0 },
    };
    const struct file file = { "b", "xml", recs, COUNT(recs), 2, 0, 0 };
    struct batch *b = file_batch(&file, 1, 0, 0);
    struct order *o = order_open(ORDER_UNDO);
    struct fault f = { 0 };
    struct known *known = NULL;
    char text[256];
    size_t count;
    struct store *s = store_open(name, STORE_WRITE, &f);

    if (s) {
        case_hasty(s);
        bool ok = store_check(s, &f);
        ok = store_known(s, &known, &count, &f) && ok;
        ok = store_take(s, b, &f) && ok;
        ok = store_settle(s, &f) && ok;
        ok = store_order(s, o, text, &f) && ok;
        (void)ok;
        store_close(s);
    }
    free(known);
    batch_close(b);
    order_close(o);
}

static void damaged_cases_are_lived_with(void **state)
{
    size_t len, n;
    uint8_t *bytes = read_whole(sound, &len);

    (void)state;
    for (int i = 0; i < MUTANTS; i++) {
        uint8_t *mutant = memory_get(len);
        memcpy(mutant, bytes, len);
        n = len;
        if (i % 10 == 0)
            n = draw(len);
        for (uint64_t k = draw(40) + 1; k > 0 && n; k--)
            mutant[i % 3 ? draw(n) : draw(n < 20000 ? n : 20000)] = (uint8_t)draw(256);
        if (i % 7 == 0 && n > 2 * PAGE)
            memcpy(mutant + draw(n / PAGE) * PAGE, mutant + draw(n / PAGE) * PAGE, PAGE);
        unlink(in("c.modhunt-wal"));
        unlink(in("c.modhunt-shm"));
        write_file(path, mutant, n);
        live_with(path);
        free(mutant);
    }
    free(bytes);
}

static void garbage_beside_the_case_is_lived_with(void **state)
{
    uint8_t noise[40000];

    (void)state;
    for (int i = 0; i < 20; i++) {
        copy_sound();
        for (size_t k = 0; k < sizeof noise; k++)
            noise[k] = (uint8_t)draw(256);
        if (i % 2)
            memcpy(noise, "\x37\x7f\x06\x82\x00\x2d\xe2\x18\x00\x00\x20\x00", 12);
        write_file(in("c.modhunt-wal"), noise, sizeof noise);
        live_with(path);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_case_is_refused_in_its_own_words),
        TEST(a_case_is_for_its_owner_alone_and_leaves_one_file),
        TEST(a_name_like_a_uri_is_only_a_name),
        TEST(a_case_that_was_meddled_with_is_refused),
        TEST(a_case_of_the_version_before_is_brought_up_to_this_one),
        TEST(indexes_that_may_be_missing_may_be_missing),
        TEST(a_file_beside_it_that_is_no_file_is_refused),
        TEST(a_case_is_not_written_through_a_reading_store),
        TEST(a_case_in_a_folder_that_can_not_be_written_opens_read_only),
        TEST(a_damaged_ledger_is_found),
        TEST(damaged_cases_are_lived_with),
        TEST(garbage_beside_the_case_is_lived_with),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
