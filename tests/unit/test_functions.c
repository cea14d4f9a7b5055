/* The score in SQL is the score in C, on anything; and a case file can't call
 * it from its own schema. */
#include "tests/unit/made_case.h"

#include "core/factor.h"
#include "core/text.h"
#include "store/functions.h"

#define ROWS 20000

static const char *const parts[] = {
    "\\appdata\\local\\temp\\", "\\AppData\\Roaming\\", "\\\\srv\\share\\", "C:\\Temp\\", "\\Windows\\",
    "System32\\", "\\Program Files (x86)\\", "\\rundll32.exe", "\\MSBUILD.EXE", "a.dll", "x", "",
    "\\downloads\\", "\xc4\xb0", "\xff", "K\xe2\x84\xaa", "\\\\?\\C:\\", "\\windows\\winsxs\\",
};
static const char *const signs[] = { "true", "false", "", "False", "-", NULL };

/* A path of some parts; sometimes none at all. */
static const char *some_path(struct made *m, char *out, size_t size)
{
    size_t len = 0;

    if (made_random(m, 12) == 0)
        return NULL;
    out[0] = '\0';
    for (uint64_t n = made_random(m, 5); n > 0; n--)
        len += (size_t)snprintf(out + len, size - len, "%s", MADE_PICK(m, parts));
    return out;
}

static void bind_text(sqlite3_stmt *st, int at, const char *text)
{
    assert_int_equal(sqlite3_bind_text(st, at, text, -1, SQLITE_STATIC), SQLITE_OK);
}

static struct span clean(struct arena *a, const char *text)
{
    bool altered = false, full = false;

    return text_clean(a, span_text(text), &altered, &full);
}

static void sql_says_what_c_says(void **state)
{
    struct made m = { .random = 77 };
    struct arena a;
    struct fault f;
    sqlite3 *db;
    sqlite3_stmt *st;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_true(functions_register(db, &f));
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT suspicion_score(?1, ?2, ?3),"
                                            " is_temp_path(?2) + is_unc_path(?2) * 2"
                                            " + is_suspicious_loader(?1) * 4"
                                            " + is_known_good_dir(?2) * 8 + is_unsigned(?3) * 16,"
                                            " suspicion_factors(?1, ?2, ?3)",
                                        -1, &st, NULL), SQLITE_OK);
    arena_init(&a, 1u << 20);
    for (int i = 0; i < ROWS; i++) {
        char image[256], module[256], names[128];
        const char *Image = some_path(&m, image, sizeof image);
        const char *ImageLoaded = some_path(&m, module, sizeof module);
        const char *Signed = MADE_PICK(&m, signs);
        struct verdict v = factor_verdict(PLATFORM_WINDOWS, clean(&a, Image),
                                          clean(&a, ImageLoaded), span_text(Signed));

        bind_text(st, 1, Image);
        bind_text(st, 2, ImageLoaded);
        bind_text(st, 3, Signed);
        assert_int_equal(sqlite3_step(st), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(st, 0), v.SuspicionScore);
        assert_int_equal(sqlite3_column_int(st, 1), v.factors & 31);
        factor_list(v.factors, names, sizeof names);
        assert_string_equal(sqlite3_column_text(st, 2), names);
        sqlite3_reset(st);
        arena_clear(&a);
    }
    sqlite3_finalize(st);
    sqlite3_close(db);
}

static void a_platform_may_come_last(void **state)
{
    static const struct { const char *sql; int want; } table[] = {
        { "SELECT suspicion_score('/usr/bin/perl', '/tmp/x.so', NULL, 'linux')", 2 },
        { "SELECT suspicion_score('/usr/bin/perl', '/tmp/x.so', NULL, 'windows')", 1 },
        { "SELECT suspicion_score('/usr/bin/perl', '/tmp/x.so', NULL)", 1 },
        { "SELECT is_temp_path('/private/tmp/x', 'macos') + is_temp_path('/private/tmp/x', 'linux')", 1 },
        { "SELECT is_suspicious_loader('/usr/bin/perl', 'linux')", 1 },
        { "SELECT is_unsigned(NULL, 'linux')", 0 },
        { "SELECT is_temp_path('/tmp/x', 'beos')", -1 },
    };
    sqlite3 *db;
    struct fault f;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_true(functions_register(db, &f));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        sqlite3_stmt *st;

        assert_int_equal(sqlite3_prepare_v2(db, table[i].sql, -1, &st, NULL), SQLITE_OK);
        int rc = sqlite3_step(st);
        assert_int_equal(rc == SQLITE_ROW ? sqlite3_column_int(st, 0) : -1, table[i].want);
        sqlite3_finalize(st);
    }
    sqlite3_close(db);
}

static void a_schema_can_not_call_them(void **state)
{
    static const char *const schemas[] = {
        "CREATE TABLE t(a TEXT, b AS (is_temp_path(a)))",
        "CREATE TABLE t(a TEXT CHECK (is_temp_path(a)))",
        "CREATE TABLE t(a TEXT DEFAULT (is_temp_path('x')))",
        "CREATE TABLE t(a TEXT); CREATE INDEX i ON t(is_temp_path(a))",
        "CREATE TABLE t(a TEXT); CREATE VIEW v AS SELECT is_temp_path(a) FROM t; SELECT * FROM v",
        ("CREATE TABLE t(a TEXT); CREATE TRIGGER r AFTER INSERT ON t BEGIN"
         " SELECT is_temp_path(new.a); END; INSERT INTO t VALUES('x')"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        sqlite3 *db;
        struct fault f;

        assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
        assert_true(functions_register(db, &f));
        if (sqlite3_exec(db, schemas[i], NULL, NULL, NULL) == SQLITE_OK
            && sqlite3_exec(db, "INSERT INTO t DEFAULT VALUES", NULL, NULL, NULL) == SQLITE_OK)
            fail_msg("%s was let through", schemas[i]);
        sqlite3_close(db);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sql_says_what_c_says),
        cmocka_unit_test(a_platform_may_come_last),
        cmocka_unit_test(a_schema_can_not_call_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
