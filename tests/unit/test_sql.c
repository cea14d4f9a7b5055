/* `modhunt sql` answers a SELECT and refuses all else, in words, leaving the
 * case and the folder as they were. */
#include "tests/unit/made_case.h"

#include <dirent.h>
#include <sys/stat.h>

struct got {
    size_t pages, rows, columns;
    char first[256];   /* the first row's first cell, as text */
    char names[256];
    bool more;
    size_t stop_after; /* pages; 0: never */
};

static bool look(void *ctx, const struct page *p)
{
    struct got *g = ctx;

    assert_true(p->rows > 0 || g->pages == 0); /* without rows: the names alone */
    if (g->pages == 0) {
        const struct cell *c = page_cell(p, 0, 0);

        g->columns = p->columns;
        if (p->rows == 0)
            g->first[0] = 0;
        else if (c->type == CELL_NUMBER)
            snprintf(g->first, sizeof g->first, "%lld", (long long)c->number);
        else if (c->type == CELL_TEXT)
            snprintf(g->first, sizeof g->first, "%.*s", (int)c->text.len, (const char *)c->text.at);
        else
            snprintf(g->first, sizeof g->first, "NULL");
        for (size_t i = 0; i < p->columns; i++) {
            strncat(g->names, p->names[i], sizeof g->names - strlen(g->names) - 1);
            strncat(g->names, " ", sizeof g->names - strlen(g->names) - 1);
        }
    }
    g->pages++;
    g->rows += p->rows;
    g->more = p->more_behind;
    return g->stop_after == 0 || g->pages < g->stop_after;
}

static void a_select_is_answered(void **state)
{
    static const struct {
        const char *sql, *first, *names;
        size_t rows;
    } table[] = {
        { "SELECT count(*) FROM load", "300", "count(*) ", 1 },
        { "SELECT 1 AS one, 'two' AS two, NULL;  ", "1", "one two NULL ", 1 },
        { "select 0.5", "0.5", "0.5 ", 1 },
        { "SELECT x'00ff'", "00ff", "x'00ff' ", 1 },
        { "SELECT NULL WHERE 0", "", "NULL ", 0 },
        { "VALUES (7), (8)", "7", "column1 ", 2 },
        { "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT i FROM n",
          "1", "i ", 1000 },
        { "SELECT suspicion_score('C:\\x\\rundll32.exe', 'C:\\temp\\a.dll', 'false') AS score", "3",
          "score ", 1 },
        { "SELECT suspicion_factors(NULL, 'C:\\temp\\a.dll', 'true')", "IsTempPath",
          "suspicion_factors(NULL, 'C:\\temp\\a.dll', 'true') ", 1 },
        { "SELECT count(*) = (SELECT count(*) FROM sighting WHERE hit AND allowed_by IS NULL) AS ok"
          " FROM hits", "1", "ok ", 1 },
        { "SELECT count(*) = (SELECT count(*) FROM load) AS ok FROM loads", "1", "ok ", 1 },
        { "SELECT count(*) = (SELECT count(*) FROM sighting) AS ok FROM sightings", "1", "ok ", 1 },
        { "SELECT count(*) = (SELECT count(*) FROM module) AS ok FROM modules", "1", "ok ", 1 },
        { "SELECT count(DISTINCT ImageLoaded) >= 1 FROM hits WHERE factors LIKE '%IsTempPath%'", "1",
          "count(DISTINCT ImageLoaded) >= 1 ", 1 },
        { "SELECT time FROM loads WHERE time IS NOT NULL ORDER BY time LIMIT 1",
          "1970-01-01T00:00:00.000000Z", "time ", 1 },
        { "SELECT value FROM json_each('[4,5]')", "4", "value ", 2 },
        { "SELECT '{\"a\":3}' ->> 'a'", "3", "'{\"a\":3}' ->> 'a' ", 1 },
        { "SELECT sum(loads) OVER () > 0 AS ok FROM sighting LIMIT 1", "1", "ok ", 1 },
        { "SELECT name FROM sqlite_schema WHERE name = 'load'", "load", "name ", 1 },
        { "SELECT 'C:\\Temp\\a.dll' REGEXP '(?i)^c:\\\\temp\\\\' AS ok", "1", "ok ", 1 },
        { "SELECT regexp('^a', 'ba') AS ok", "0", "ok ", 1 },
        { "SELECT regexp('a', NULL) AS ok", "NULL", "ok ", 1 },
        { "SELECT count(*) FROM module WHERE regexp(name, name) IS NULL", "0", "count(*) ", 1 },
        { "SELECT file_name('C:\\x/y\\a.dll') || '|' || folder('/tmp/a.so') AS f", "a.dll|/tmp/", "f ", 1 },
        { "SELECT file_name(NULL) AS f", "NULL", "f ", 1 },
        { "SELECT count(*) = (SELECT count(*) FROM host) AS ok FROM hosts", "1", "ok ", 1 },
        { "SELECT sum(loads) = (SELECT sum(loads) FROM sightings WHERE ImageLoaded IS NOT NULL) AS ok"
          " FROM prevalence", "1", "ok ", 1 },
        { "SELECT count(*) = (SELECT count(*) FROM process) - (SELECT count(DISTINCT explained_by)"
          " FROM process) AS ok FROM processes", "1", "ok ", 1 },
        { "SELECT count(*) = (SELECT count(*) FROM context) AS ok FROM contexts", "1", "ok ", 1 },
        { "EXPLAIN QUERY PLAN SELECT * FROM hits", "", "", 0 },
        { "SELECT count(*) > 0 AS ok FROM load -- a comment", "1", "ok ", 1 },
    };
    struct made *m = made_open(11, 60, 300);

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct got got = { 0 };
        struct fault f = { 0 };

        if (!store_sql(m->s, table[i].sql, look, &got, &f))
            fail_msg("%s: %s", table[i].sql, f.text);
        if (strncmp(table[i].sql, "EXPLAIN", 7) == 0)
            continue;
        assert_int_equal(got.rows, table[i].rows);
        if (strcmp(got.first, table[i].first) != 0 || strcmp(got.names, table[i].names) != 0)
            fail_msg("%s gives %s in %s", table[i].sql, got.first, got.names);
    }
    made_close(m);
}

static size_t files_in(const char *folder)
{
    DIR *d = opendir(folder);
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void a_hostile_statement_is_refused_and_changes_nothing(void **state)
{
    static const struct {
        const char *sql, *say; /* part of the sentence */
    } table[] = {
        { "INSERT INTO allow VALUES(9, 'hash', 'x', '', '', '', 0, 1)", "INSERT is not allowed" },
        { "UPDATE sighting SET hit = 0", "UPDATE is not allowed" },
        { "DELETE FROM load", "DELETE is not allowed" },
        { "REPLACE INTO meta VALUES('a', 'b')", "INSERT is not allowed" },
        { "DROP TABLE load", "is not allowed" },
        { "DROP INDEX load_sighting", "is not allowed" },
        { "DROP VIEW hits", "is not allowed" },
        { "CREATE TABLE t(a)", "is not allowed" },
        { "CREATE TEMP TABLE t(a)", "is not allowed" },
        { "CREATE TABLE t AS SELECT * FROM load", "is not allowed" },
        { "CREATE VIEW v AS SELECT 1", "is not allowed" },
        { "CREATE TEMP VIEW v AS SELECT 1", "is not allowed" },
        { "CREATE TRIGGER t AFTER INSERT ON load BEGIN SELECT 1; END", "is not allowed" },
        { "CREATE TEMP TRIGGER t AFTER INSERT ON load BEGIN SELECT 1; END", "is not allowed" },
        { "CREATE INDEX i ON load(time)", "is not allowed" },
        { "CREATE VIRTUAL TABLE v USING fts5(a)", "is not allowed" },
        { "ALTER TABLE load ADD COLUMN x", "is not allowed" },
        { "ALTER TABLE load RENAME TO loud", "is not allowed" },
        { "ATTACH 'other.db' AS o", "ATTACH is not allowed" },
        { "ATTACH ':memory:' AS o", "ATTACH is not allowed" },
        { "DETACH main", "DETACH is not allowed" },
        { "VACUUM INTO 'copy.db'", "only SELECT may be asked here" },
        { "VACUUM", "only SELECT may be asked here" },
        { "REINDEX", "SELECT" },
        { "ANALYZE", "is not allowed" },
        { "PRAGMA journal_mode = DELETE", "PRAGMA is not allowed" },
        { "PRAGMA query_only = OFF", "PRAGMA is not allowed" },
        { "PRAGMA writable_schema = ON", "PRAGMA is not allowed" },
        { "PRAGMA temp_store_directory = '/tmp'", "PRAGMA is not allowed" },
        { "PRAGMA table_info(load)", "PRAGMA is not allowed" },
        { "SELECT * FROM pragma_table_info('load')", "is not allowed" },
        { "SELECT count(*) FROM pragma_database_list", "is not allowed" },
        { "SELECT * FROM dbstat", "" },
        { "SELECT * FROM sqlite_dbpage", "sqlite_dbpage" },
        { "BEGIN", "a transaction is not allowed" },
        { "COMMIT", "a transaction is not allowed" },
        { "SAVEPOINT s", "SAVEPOINT is not allowed" },
        { "SELECT load_extension('/tmp/x.so')", "the function load_extension is not allowed" },
        { "SELECT fts3_tokenizer('simple')", "is not allowed" },
        { "SELECT writefile('x', 'y')", "writefile" },
        { "SELECT readfile('/etc/passwd')", "readfile" },
        { "SELECT edit('x')", "edit" },
        { "SELECT sqlite_compileoption_get(1)", "sqlite_compileoption_get is not allowed" },
        { "WITH t AS (SELECT 1) DELETE FROM load", "DELETE is not allowed" },
        { "WITH t AS (SELECT load_extension('x')) SELECT * FROM t", "load_extension is not allowed" },
        { "SELECT 1; DELETE FROM load", "one statement at a time" },
        { "EXPLAIN DELETE FROM load", "DELETE is not allowed" },
        { "", "there is no statement in it" },
        { "-- nothing", "there is no statement in it" },
        { "SELECT * FROM nowhere", "no such table: nowhere" },
        { "SELEC 1", "at character 1" },
        { "SELECT zeroblob(1000000000)", "too big" },
        { "SELECT replace(hex(zeroblob(8000000)), '0', 'xxxxxxxxxxxxxxxx')", "too big" },
        { "SELECT 'a' LIKE hex(zeroblob(2000))", "too complex" },
    };
    struct made *m = made_open(12, 60, 300);
    char where[256];
    struct stat before, after;

    (void)state;
    assert_non_null(getcwd(where, sizeof where));
    made_sql(m, "PRAGMA wal_checkpoint(TRUNCATE)");
    size_t here = files_in("."), there = files_in(m->folder);
    assert_int_equal(stat(m->path, &before), 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct got got = { 0 };
        struct fault f = { 0 };

        if (store_sql(m->s, table[i].sql, look, &got, &f))
            fail_msg("%s was let through", table[i].sql);
        assert_int_equal(f.kind, FAULT_USAGE);
        if (!strstr(f.text, table[i].say))
            fail_msg("%s: %s", table[i].sql, f.text);
    }
    assert_int_equal(stat(m->path, &after), 0);
    assert_int_equal(after.st_size, before.st_size);
    assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    assert_int_equal(files_in("."), here);
    assert_int_equal(files_in(m->folder), there);
    made_close(m);
}

static bool interrupt(void *ctx, const struct page *p)
{
    (void)p;
    store_interrupt(ctx);
    return true;
}

static void a_statement_without_end_can_be_interrupted_and_cut(void **state)
{
    const char *endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                          " SELECT i FROM n";
    struct made *m = made_open(13, 20, 50);
    struct got got = { .stop_after = 3 };
    struct fault f = { 0 };

    (void)state;
    assert_true(store_sql(m->s, endless, look, &got, &f));
    assert_int_equal(got.pages, 3);
    assert_false(store_sql(m->s, endless, interrupt, m->s, &f));
    assert_int_equal(f.kind, FAULT_INTERRUPTED);
    /* The interrupt is spent. */
    memset(&got, 0, sizeof got);
    assert_true(store_sql(m->s, "SELECT 5", look, &got, &f));
    assert_string_equal(got.first, "5");
    made_close(m);
}

static void a_pattern_can_not_stall(void **state)
{
    const char *slow = "SELECT regexp('^(a|aa)+$', printf('%.*c', 5000, 'a') || 'b') AS unsure";
    struct made *m = made_open(14, 20, 50);
    struct got got = { 0 };
    struct fault f = { 0 };

    (void)state;
    assert_true(store_sql(m->s, slow, look, &got, &f));
    assert_string_equal(got.first, "1"); /* it ended at a limit: show it */
    assert_false(store_sql(m->s, "SELECT regexp('(', 'a')", look, &got, &f));
    assert_int_equal(f.kind, FAULT_USAGE);
    made_close(m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_select_is_answered),
        cmocka_unit_test(a_hostile_statement_is_refused_and_changes_nothing),
        cmocka_unit_test(a_statement_without_end_can_be_interrupted_and_cut),
        cmocka_unit_test(a_pattern_can_not_stall),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
