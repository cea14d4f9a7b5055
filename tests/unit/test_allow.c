/* The analyst's orders: what they hide, take back, refuse and remember. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/batches.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define SEC INT64_C(1000000)
#define TEMP "C:\\Users\\a\\AppData\\Local\\Temp\\"

#define ONE(t, host, module, hashes) \
    { 7, host, (t) * SEC, 0, "{a}", 4, "C:\\a.exe", TEMP module, hashes, NULL, "u", NULL, 0 }
static const struct rec recs[] = {
    ONE(10, "WS1", "x.dll", "SHA256=aa,MD5=11"), ONE(11, "WS1", "x.dll", "SHA256=aa,MD5=11"),
    ONE(12, "WS2", "X.DLL", "SHA256=aa,MD5=11"), ONE(13, "WS2", "x.dll", "SHA256=bb"),
    ONE(14, "WS3", "m.dll", "MD5=22"),           ONE(15, "WS3", "none.dll", NULL),
};

static void file_take(struct store *s, const struct rec *r, size_t count, uint32_t number)
{
    const struct file file = { "f", "evtx", r, count, (uint8_t)number, 0, 0 };
    struct batch *b = file_batch(&file, number, 0, 0);
    struct fault f = { 0 };

    if (!store_take(s, b, &f) || !store_commit(s, &f))
        fail_msg("%s", f.text);
    batch_close(b);
}

static int set_up(void **state)
{
    static char path[64];
    struct fault f = { 0 };
    struct store *s = case_new(path, &f);

    if (!s)
        return -1;
    case_hasty(s);
    file_take(s, recs, COUNT(recs), 1);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct store *s = *state;
    char *path = memory_text(s->path);

    store_close(s);
    case_remove(path);
    free(path);
    return 0;
}

static void expect(struct store *s, const char *sql, const char *want)
{
    char *got = case_text(s, sql);

    if (strcmp(got, want) != 0)
        fail_msg("%s\n--- got\n%s--- want\n%s", sql, got, want);
    free(got);
}

/* The sighting of a module on a host, by the end of its path. */
static int64_t sighting(struct store *s, const char *host, const char *name, const char *hashes)
{
    char sql[400], *text;
    int64_t id;

    snprintf(sql, sizeof sql, "SELECT s.id FROM sighting s JOIN host h ON h.id = s.host JOIN pair p"
             " ON p.id = s.pair JOIN module m ON m.id = p.module WHERE h.name = '%s'"
             " AND m.name = '%s' AND m.Hashes IS %s%s%s", host, name, hashes ? "'" : "",
             hashes ? hashes : "NULL", hashes ? "'" : "");
    text = case_text(s, sql);
    id = strtoll(text, NULL, 10);
    free(text);
    return id;
}

static bool order(struct store *s, enum order_kind kind, int64_t id, enum allow_kind by,
                  const char *reason, char text[static 256], struct fault *f)
{
    struct order *o = order_open(kind);
    bool ok;

    o->sighting = id;
    o->allow = by;
    o->reason = reason ? memory_text(reason) : NULL;
    o->author = memory_text("me");
    ok = store_order(s, o, text, f);
    order_close(o);
    return ok;
}

#define HIDDEN "SELECT h.name, m.ImageLoaded, s.allowed_by FROM sighting s JOIN host h" \
    " ON h.id = s.host JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module" \
    " WHERE s.allowed_by IS NOT NULL ORDER BY 1, 2"

static void an_entry_by_hash_hides_the_module_everywhere(void **state)
{
    struct store *s = *state;
    struct fault f = { 0 };
    char text[256];

    assert_true(order(s, ORDER_ALLOW, sighting(s, "WS1", "x.dll", "SHA256=aa,MD5=11"), ALLOW_HASH,
                      "ours", text, &f));
    assert_string_equal(text, "hid 2 sightings (3 loads) on 2 hosts");
    expect(s, HIDDEN, "WS1|" TEMP "x.dll|1\nWS2|" TEMP "X.DLL|1\n");
    expect(s, "SELECT kind, value, reason, author, enabled FROM allow", "hash|aa|ours|me|1\n");

    assert_true(order(s, ORDER_UNDO, 0, 0, NULL, text, &f));
    assert_string_equal(text, "undone: 2 sightings (3 loads) on 2 hosts shown again");
    expect(s, HIDDEN, "");
    assert_true(order(s, ORDER_REDO, 0, 0, NULL, text, &f));
    assert_string_equal(text, "done again: hid 2 sightings (3 loads) on 2 hosts");
    expect(s, HIDDEN, "WS1|" TEMP "x.dll|1\nWS2|" TEMP "X.DLL|1\n");
    expect(s, "SELECT id, action, entry, author, reason, sightings, loads, hosts FROM allow_history",
           "1|allow|1|me|ours|2|3|2\n2|undo|1|me||2|3|2\n3|redo|1|me||2|3|2\n");
    assert_true(store_check(s, &f));
}

static void an_entry_by_path_takes_windows_paths_without_case(void **state)
{
    struct store *s = *state;
    struct fault f = { 0 };
    char text[256];

    assert_true(order(s, ORDER_ALLOW, sighting(s, "WS1", "x.dll", "SHA256=aa,MD5=11"), ALLOW_PATH,
                      " ours ", text, &f));
    assert_string_equal(text, "hid 3 sightings (4 loads) on 2 hosts");
    expect(s, "SELECT reason FROM allow", "ours\n");
}

static void what_comes_later_is_hidden_as_it_comes(void **state)
{
    static const struct rec later[] = { ONE(90, "WS9", "y.dll", "SHA256=aa"),
                                        ONE(91, "WS9", "z.dll", "SHA256=cc") };
    struct store *s = *state;
    struct fault f = { 0 };
    char text[256];

    assert_true(order(s, ORDER_ALLOW, sighting(s, "WS1", "x.dll", "SHA256=aa,MD5=11"), ALLOW_HASH,
                      "ours", text, &f));
    file_take(s, later, COUNT(later), 2);
    expect(s, HIDDEN, "WS1|" TEMP "x.dll|1\nWS2|" TEMP "X.DLL|1\nWS9|" TEMP "y.dll|1\n");
    assert_true(order(s, ORDER_UNDO, 0, 0, NULL, text, &f));
    expect(s, HIDDEN, "");
}

static void an_undo_hands_over_to_the_next_entry(void **state)
{
    struct store *s = *state;
    struct fault f = { 0 };
    char text[256];

    assert_true(order(s, ORDER_ALLOW, sighting(s, "WS2", "x.dll", "SHA256=bb"), ALLOW_PATH, "a", text, &f));
    assert_string_equal(text, "hid 3 sightings (4 loads) on 2 hosts");
    assert_true(order(s, ORDER_ALLOW, sighting(s, "WS1", "x.dll", "SHA256=aa,MD5=11"), ALLOW_HASH, "b",
                      text, &f));
    assert_string_equal(text, "hid 0 sightings (0 loads) on 0 hosts");
    assert_true(order(s, ORDER_UNDO, 0, 0, NULL, text, &f));
    assert_string_equal(text, "undone: 0 sightings (0 loads) on 0 hosts shown again");
    assert_true(order(s, ORDER_REDO, 0, 0, NULL, text, &f));
    assert_true(order(s, ORDER_UNDO, 0, 0, NULL, text, &f));
    assert_true(order(s, ORDER_UNDO, 0, 0, NULL, text, &f));
    assert_string_equal(text, "undone: 3 sightings (4 loads) on 2 hosts shown again");
    assert_false(order(s, ORDER_UNDO, 0, 0, NULL, text, &f));
    assert_string_equal(f.text, "there is nothing to undo");
    /* the hash entry alone, then the path entry over it: the first id wins */
    assert_true(order(s, ORDER_REDO, 0, 0, NULL, text, &f));
    assert_true(order(s, ORDER_REDO, 0, 0, NULL, text, &f));
    expect(s, HIDDEN, "WS1|" TEMP "x.dll|1\nWS2|" TEMP "X.DLL|1\nWS2|" TEMP "x.dll|1\n");
    /* a new change forgets what was undone */
    assert_true(order(s, ORDER_UNDO, 0, 0, NULL, text, &f));
    assert_true(order(s, ORDER_ALLOW, sighting(s, "WS3", "m.dll", "MD5=22"), ALLOW_HASH, "c", text, &f));
    assert_string_equal(text, "hid 1 sighting (1 load) on 1 host");
    assert_false(order(s, ORDER_REDO, 0, 0, NULL, text, &f));
    assert_string_equal(f.text, "there is nothing to redo");
}

static void an_entry_hides_what_another_hid_once_that_is_undone(void **state)
{
    struct store *s = *state;
    struct fault f = { 0 };
    char text[256];

    assert_true(order(s, ORDER_ALLOW, sighting(s, "WS1", "x.dll", "SHA256=aa,MD5=11"), ALLOW_HASH, "a",
                      text, &f));
    assert_true(order(s, ORDER_ALLOW, sighting(s, "WS1", "x.dll", "SHA256=aa,MD5=11"), ALLOW_PATH, "b",
                      text, &f));
    assert_string_equal(text, "hid 1 sighting (1 load) on 1 host");
    assert_true(order(s, ORDER_UNDO, 0, 0, NULL, text, &f));
    assert_string_equal(text, "undone: 1 sighting (1 load) on 1 host shown again");
    expect(s, HIDDEN, "WS1|" TEMP "x.dll|1\nWS2|" TEMP "X.DLL|1\n");
}

static void orders_that_can_not_be_done_say_why_and_change_nothing(void **state)
{
    struct store *s = *state;
    int64_t plain = sighting(s, "WS3", "none.dll", NULL);
    int64_t x = sighting(s, "WS1", "x.dll", "SHA256=aa,MD5=11");
    struct { enum order_kind kind; int64_t id; enum allow_kind by; const char *reason, *want; }
    table[] = {
        { ORDER_ALLOW, x, ALLOW_HASH, "", "an allowlist entry needs a reason" },
        { ORDER_ALLOW, x, ALLOW_HASH, "  ", "an allowlist entry needs a reason" },
        { ORDER_ALLOW, x, ALLOW_HASH, NULL, "an allowlist entry needs a reason" },
        { ORDER_ALLOW, plain, ALLOW_HASH, "r", "no SHA-256, SHA-1 or MD5 of this module was logged:"
                                               " allow it by its path instead" },
        { ORDER_ALLOW, 999, ALLOW_HASH, "r", "there is no such sighting in the case any more" },
        { ORDER_UNDO, 0, ALLOW_HASH, NULL, "there is nothing to undo" },
        { ORDER_REDO, 0, ALLOW_HASH, NULL, "there is nothing to redo" },
    };
    struct fault f;
    char text[256];

    for (size_t i = 0; i < COUNT(table); i++) {
        f = (struct fault){ 0 };
        assert_false(order(s, table[i].kind, table[i].id, table[i].by, table[i].reason, text, &f));
        assert_string_equal(f.text, table[i].want);
        assert_int_equal(f.kind, FAULT_USAGE);
        assert_string_equal(text, "");
    }
    expect(s, "SELECT (SELECT count(*) FROM allow), (SELECT count(*) FROM allow_history)", "0|0\n");
    assert_true(order(s, ORDER_ALLOW, x, ALLOW_HASH, "r", text, &f));
    assert_false(order(s, ORDER_ALLOW, x, ALLOW_HASH, "r", text, &f));
    assert_string_equal(f.text, "entry 1 allows this already");
}

static void an_order_in_the_middle_of_an_ingest_loses_nothing(void **state)
{
    struct store *s = *state;
    const struct file file = { "g", "evtx", recs, COUNT(recs), 9, 2, 0 };
    struct fault f = { 0 };
    char text[256];

    for (size_t i = 0; i < 3; i++) {
        struct batch *b = file_batch(&file, 7, i, 0);
        b->loads->origin.time += 77; /* not copies of the first file's */
        assert_true(store_take(s, b, &f));
        batch_close(b);
        assert_int_equal(order(s, ORDER_UNDO, 0, 0, NULL, text, &f), false);
    }
    assert_true(store_settle(s, &f));
    expect(s, "SELECT state, records, loads + duplicates FROM evidence WHERE path = 'g'",
           "complete|6|6\n");
}

static void a_changed_history_is_found(void **state)
{
    static const char *const changes[] = {
        "UPDATE allow_history SET reason = 'other' WHERE id = 1",
        "UPDATE allow_history SET loads = 0 WHERE id = 2",
        "DELETE FROM allow_history WHERE id = 1",
        "UPDATE allow_history SET id = 9 WHERE id = 2",
    };
    struct store *s = *state;
    struct fault f = { 0 };
    char text[256];

    assert_true(order(s, ORDER_ALLOW, sighting(s, "WS1", "x.dll", "SHA256=aa,MD5=11"), ALLOW_HASH, "a",
                      text, &f));
    assert_true(order(s, ORDER_UNDO, 0, 0, NULL, text, &f));
    for (size_t i = 0; i < COUNT(changes); i++) {
        assert_int_equal(sqlite3_exec(s->db, "BEGIN", 0, 0, 0), SQLITE_OK);
        assert_int_equal(sqlite3_exec(s->db, changes[i], 0, 0, 0), SQLITE_OK);
        assert_false(store_check(s, &f));
        assert_int_equal(f.kind, FAULT_CASE);
        assert_int_equal(sqlite3_exec(s->db, "ROLLBACK", 0, 0, 0), SQLITE_OK);
        assert_true(store_check(s, &f));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_entry_by_hash_hides_the_module_everywhere),
        TEST(an_entry_by_path_takes_windows_paths_without_case),
        TEST(what_comes_later_is_hidden_as_it_comes),
        TEST(an_undo_hands_over_to_the_next_entry),
        TEST(an_entry_hides_what_another_hid_once_that_is_undone),
        TEST(orders_that_can_not_be_done_say_why_and_change_nothing),
        TEST(an_order_in_the_middle_of_an_ingest_loses_nothing),
        TEST(a_changed_history_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
