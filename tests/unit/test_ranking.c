/* Priority in a case: what needs other records, what a new profile changes, and
 * that the order in which evidence comes changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queries/profile.h"
#include "tests/unit/batches.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define S 1000000
#define T0 (INT64_C(1700000000) * S)
#define APP "C:\\a\\app.exe"
#define REGSVR "C:\\Windows\\System32\\regsvr32.exe"
#define SAME "SHA256=00000000000000000000000000000000000000000000000000000000000000aa"

static const struct rec drops[] = {
    { 11, "WS1", T0, 1, "{1}", 7, APP, "C:\\a\\Fresh.dll", NULL, NULL, NULL, NULL, 0 },
    { 11, "WS1", T0, 2, "{1}", 7, APP, "C:\\a\\late.dll", NULL, NULL, NULL, NULL, 0 },
    { 11, "WS2", T0, 3, "{1}", 7, APP, "C:\\a\\elsewhere.dll", NULL, NULL, NULL, NULL, 0 },
    { 11, "WS1", T0 + 9 * S, 4, "{1}", 7, APP, "C:\\a\\after.dll", NULL, NULL, NULL, NULL, 0 },
};

static const struct rec loads[] = {
    { 7, "WS1", T0 + 500 * S, 10, "{2}", 8, APP, "C:\\A\\fresh.dll", NULL, "true", NULL, NULL, 0 },
    { 7, "WS1", T0 + 501 * S, 11, "{2}", 8, APP, "C:\\a\\late.dll", NULL, "true", NULL, NULL, 0 },
    { 7, "WS1", T0 + 5 * S, 12, "{2}", 8, APP, "C:\\a\\elsewhere.dll", NULL, "true", NULL, NULL, 0 },
    { 7, "WS1", T0 + 5 * S, 13, "{2}", 8, APP, "C:\\a\\after.dll", NULL, "true", NULL, NULL, 0 },
    { 1, "WS1", T0, 14, "{3}", 9, REGSVR, "regsvr32.exe /S C:\\a\\quiet.ocx", NULL, NULL, NULL, NULL, 0 },
    { 7, "WS1", T0 + S, 15, "{3}", 9, REGSVR, "C:\\a\\quiet.ocx", NULL, "true", NULL, NULL, 0 },
    { 1, "WS1", T0, 16, "{4}", 10, REGSVR, "regsvr32.exe C:\\a\\s\\loud.ocx", NULL, NULL, NULL, NULL, 0 },
    { 7, "WS1", T0 + S, 17, "{4}", 10, REGSVR, "C:\\a\\s\\loud.ocx", NULL, "true", NULL, NULL, 0 },
    { 7, "WS1", T0 + S, 18, "{2}", 8, APP, "C:\\b\\pdh2.dll", SAME, "false", NULL, NULL, 0 },
    { 7, "WS2", T0 + S, 19, "{2}", 8, APP, "C:\\c\\pdh2.dll", SAME, "true", NULL, NULL, 0 },
    { 7, "WS1", T0 + S, 20, "{2}", 8, APP, "C:\\b\\plain.dll", NULL, "true", NULL, NULL, 0 },
};

static const struct file files[] = {
    { "drops.evtx", "evtx", drops, COUNT(drops), 1, 0, 0 },
    { "loads.evtx", "evtx", loads, COUNT(loads), 2, 0, 0 },
};

#define ORDINARY 0 /* Signed true, in no odd folder */

static const struct { const char *module; uint32_t reasons; } want[] = {
    { "C:\\A\\fresh.dll", REASON_FreshDrop },
    { "C:\\a\\after.dll", ORDINARY },
    { "C:\\a\\elsewhere.dll", ORDINARY },
    { "C:\\a\\late.dll", ORDINARY },
    { "C:\\a\\quiet.ocx", REASON_SuspiciousLoader | REASON_SilentRegsvr32 },
    { "C:\\a\\s\\loud.ocx", REASON_SuspiciousLoader },
    { "C:\\b\\pdh2.dll", REASON_Unsigned | REASON_SignatureContradicted },
    { "C:\\b\\plain.dll", ORDINARY },
    { "C:\\c\\pdh2.dll", ORDINARY },
};

static char path[64];

static void take(struct store *s, const struct file *f, uint32_t number)
{
    struct fault fault = { 0 };
    struct batch *b = file_batch(f, number, 0, 0);

    if (!store_take(s, b, &fault))
        fail_msg("%s", fault.text);
    batch_close(b);
}

static void settle(struct store *s)
{
    struct fault f = { 0 };

    if (!store_settle(s, &f))
        fail_msg("%s", f.text);
}

static void assert_text(struct store *s, const char *sql, const char *text)
{
    char *is = case_text(s, sql);

    assert_string_equal(is, text);
    free(is);
}

static void assert_ranked(struct store *s)
{
    char text[2048];
    size_t len = 0;
    struct profile *p = profile_default();

    for (size_t i = 0; i < COUNT(want); i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s|%u|%d\n", want[i].module,
                                want[i].reasons, profile_priority(p, want[i].reasons));
    profile_close(p);
    assert_text(s, "SELECT m.ImageLoaded, ifnull(k.reasons, 0), ifnull(k.Priority, 0) FROM sighting s"
                   " LEFT JOIN ranking k ON k.sighting = s.id JOIN pair p ON p.id = s.pair"
                   " JOIN module m ON m.id = p.module ORDER BY m.ImageLoaded COLLATE BINARY, s.host",
                text);
    assert_text(s, "SELECT count(*) FROM ranking WHERE reasons = 0", "0\n");
}

static struct store *filled(const int *order, bool settles_between)
{
    struct fault f = { 0 };
    struct store *s = case_new(path, &f);

    assert_non_null(s);
    case_hasty(s);
    for (uint32_t i = 0; i < 2; i++) {
        take(s, &files[order[i]], i + 1);
        if (i || settles_between)
            settle(s);
    }
    return s;
}

static void a_case_is_ranked_whatever_came_first(void **state)
{
    static const int orders[][2] = { { 0, 1 }, { 1, 0 } };

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct store *s = filled(orders[i % 2], i / 2);

        assert_ranked(s);
        settle(s);
        assert_ranked(s);
        store_close(s);
        case_remove(path);
    }
}

static void a_file_that_microsoft_signed_is_not_fresh(void **state)
{
    static const int order[] = { 0, 1 };
    struct store *s = filled(order, false);

    (void)state;
    assert_int_equal(sqlite3_exec(s->db, "UPDATE module SET Signature = 'Microsoft Windows',"
                                  " SignatureStatus = 'Valid' WHERE name LIKE 'fresh.dll'", NULL, NULL,
                                  NULL), SQLITE_OK);
    settle(s);
    assert_text(s, "SELECT count(*) FROM ranking WHERE reasons & 4096", "0\n");
    store_close(s);
    case_remove(path);
}

static void another_profile_ranks_anew(void **state)
{
    static const int order[] = { 0, 1 };
    struct store *s = filled(order, false);
    struct fault f = { 0 };
    struct profile *p = profile_open(SPAN("weights: { FreshDrop: 7 }\nfresh_seconds: 600\n"
                                          "folders: { UserWritable: ['c:\\b\\*'] }\n"), &f);
    bool ranked = false;

    (void)state;
    assert_true(store_ranked(s, &ranked, &f) && ranked);
    store_rank_by(p);
    assert_true(store_ranked(s, &ranked, &f) && !ranked);
    assert_true(store_rank(s, &f));
    assert_true(store_ranked(s, &ranked, &f) && ranked);
    assert_text(s, "SELECT m.ImageLoaded, k.Priority FROM ranking k JOIN sighting s ON s.id = k.sighting"
                   " JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module"
                   " WHERE k.reasons & 4608 ORDER BY m.ImageLoaded",
                "C:\\A\\fresh.dll|7\nC:\\a\\late.dll|7\nC:\\b\\pdh2.dll|1\nC:\\b\\plain.dll|1\n");
    profile_close(p);
    p = profile_default();
    store_rank_by(p);
    profile_close(p);
    assert_true(store_rank(s, &f));
    assert_ranked(s);
    store_close(s);
    case_remove(path);
}

static void what_regsvr32_takes_for_silent(void **state)
{
    static const struct { const char *line; bool silent; } table[] = {
        { "regsvr32 /s a.dll", true }, { "\"C:\\x y\\regsvr32.exe\" -S a.dll", true },
        { "regsvr32.exe a.dll /s", true }, { "regsvr32 /s/u a.dll", true },
        { "regsvr32 /u /s /i:http://x scrobj.dll", true }, { "regsvr32 /i a.dll", false },
        { "regsvr32 C:\\a\\s b.dll", false }, { "regsvr32 x-s.dll", false },
        { "regsvr32 /server a.dll", false }, { "", false }, { "/s", false },
    };
    static const int order[] = { 0, 1 };
    struct store *s = filled(order, false);

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char sql[256];

        snprintf(sql, sizeof sql, "SELECT is_silent('%s')", table[i].line);
        assert_text(s, sql, table[i].silent ? "1\n" : "0\n");
    }
    assert_text(s, "SELECT is_silent(NULL)", "0\n");
    store_close(s);
    case_remove(path);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_is_ranked_whatever_came_first),
        cmocka_unit_test(a_file_that_microsoft_signed_is_not_fresh),
        cmocka_unit_test(another_profile_ranks_anew),
        cmocka_unit_test(what_regsvr32_takes_for_silent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
