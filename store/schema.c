/* The tables of a case: made, and compared with what a file has.
 *
 * The expected schema is made in memory from the same text (schema.sql), so
 * that the two can't drift apart.  It never trusts the file: what is there
 * beyond ours (a trigger, a view, a column) means that it is not ours. */
#include "store/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_ITEMS_MAX 200
#define LATE "\n-- LATE."

extern const unsigned char store_schema_sql[];
extern const size_t store_schema_sql_size;

#define ITEMS "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name, type"

static const char *late_part(void)
{
    const char *late = strstr((const char *)store_schema_sql, LATE);
    return late ? late + 1 : "";
}

/* All of schema.sql in memory; NULL and *f. */
static sqlite3 *expected_open(struct fault *f)
{
    sqlite3 *db = NULL;

    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)
            == SQLITE_OK
        && sqlite3_exec(db, (const char *)store_schema_sql, NULL, NULL, NULL) == SQLITE_OK)
        return db;
    fault(f, FAULT_SYSTEM, "SQLite can't make a case in memory: %s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return NULL;
}

static const char *text_of(sqlite3_stmt *st, int column)
{
    const unsigned char *text = sqlite3_column_text(st, column);
    return text ? (const char *)text : "";
}

static bool is_late(const char *name)
{
    char line[96];

    snprintf(line, sizeof line, "CREATE INDEX %s ON ", name);
    return strstr(late_part(), line) != NULL;
}

/* What version 3 has more than version 2. */
static const char *const added[] = {
    "fact_import", "fact_file", "fact", "fact_path", "fact_hash", "fact_history",
    "sighting_file", "host_note", "pair_reason", "ranking", "ranking_priority",
    "process_signing",
};

static bool is_added(const char *name)
{
    for (size_t i = 0; i < sizeof added / sizeof *added; i++)
        if (strcmp(name, added[i]) == 0)
            return true;
    return false;
}

/* Walks both lists, which are ordered by name. */
static bool same_items(struct store *s, sqlite3_stmt *want, sqlite3_stmt *have, bool old,
                       struct fault *f)
{
    int w = sqlite3_step(want), h = sqlite3_step(have);

    for (int items = 0; w == SQLITE_ROW || h == SQLITE_ROW; items++) {
        int order = w != SQLITE_ROW ? 1 : h != SQLITE_ROW ? -1
                  : strcmp(text_of(want, 1), text_of(have, 1));
        if (order < 0 && (is_late(text_of(want, 1)) || (old && is_added(text_of(want, 1))))) {
            w = sqlite3_step(want);
            continue;
        }
        if (order < 0)
            return fault(f, FAULT_CASE, "%s: not a sound case: `%s` is missing in it", s->path,
                         text_of(want, 1));
        if (order > 0 || items > SCHEMA_ITEMS_MAX || (old && is_added(text_of(want, 1))))
            return fault(f, FAULT_CASE,
                         "%s: refused, not made by modhunt: it has `%s` (%s), which no case has",
                         s->path, text_of(have, 1), text_of(have, 0));
        for (int c = 0; c < 4; c++)
            if (strcmp(text_of(want, c), text_of(have, c)) != 0)
                return fault(f, FAULT_CASE,
                             "%s: refused, not made by modhunt: its `%s` is not as in a case",
                             s->path, text_of(want, 1));
        w = sqlite3_step(want);
        h = sqlite3_step(have);
    }
    if (h != SQLITE_DONE)
        return connection_fault(s->db, s->path, f, "opening");
    return w == SQLITE_DONE || fault(f, FAULT_SYSTEM, "SQLite can't list its own tables");
}

/* Of an old one: its tables, without those that it can't have. */
static bool tables_check(struct store *s, bool old, struct fault *f)
{
    sqlite3_stmt *want = NULL, *have = NULL;
    sqlite3 *expected = expected_open(f);
    bool ok = false;

    if (!expected)
        return false;
    if (sqlite3_prepare_v2(expected, ITEMS, -1, &want, NULL) != SQLITE_OK)
        fault(f, FAULT_SYSTEM, "SQLite can't list its own tables");
    else if (sqlite3_prepare_v2(s->db, ITEMS, -1, &have, NULL) != SQLITE_OK)
        connection_fault(s->db, s->path, f, "opening");
    else
        ok = same_items(s, want, have, old, f);
    sqlite3_finalize(want);
    sqlite3_finalize(have);
    sqlite3_close(expected);
    return ok;
}

/* Is it a case, and of which version? */
static bool version_of(struct store *s, int64_t *version, struct fault *f)
{
    sqlite3_stmt *st = NULL;
    int64_t id;

    if (sqlite3_prepare_v2(s->db, "PRAGMA application_id", -1, &st, NULL) != SQLITE_OK
        || sqlite3_step(st) != SQLITE_ROW) {
        int code = sqlite3_errcode(s->db) & 0xff;
        if (code == SQLITE_NOTADB)
            fault(f, FAULT_CASE, "%s: this file is not a modhunt case", s->path);
        else
            connection_fault(s->db, s->path, f, "opening");
        sqlite3_finalize(st);
        return false;
    }
    id = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    if (id != CASE_APPLICATION_ID)
        return fault(f, FAULT_CASE, "%s: this is a database of another program, not a modhunt case",
                     s->path);
    return connection_number(s, "PRAGMA user_version", version, f);
}

bool schema_check(struct store *s, struct fault *f)
{
    int64_t version;

    if (!version_of(s, &version, f))
        return false;
    if (version > CASE_VERSION)
        return fault(f, FAULT_CASE,
                     "%s: made by a newer modhunt (case version %lld, this one knows %d): "
                     "open it with that one", s->path, (long long)version, CASE_VERSION);
    if (version == CASE_VERSION_OLD)
        return fault(f, FAULT_CASE, "%s: made by an older modhunt (case version %lld, this one "
                     "needs %d), and can't be written here: copy it to where it can", s->path,
                     (long long)version, CASE_VERSION);
    if (version >= 1 && version < CASE_VERSION)
        return fault(f, FAULT_CASE, "%s: made by an older modhunt (case version %lld, this one "
                     "needs %d): load the evidence into a new case", s->path, (long long)version,
                     CASE_VERSION);
    if (version < CASE_VERSION)
        return fault(f, FAULT_CASE, "%s: not a sound case: its version is %lld", s->path,
                     (long long)version);
    return tables_check(s, false, f);
}

/* The statements that made them in `expected`, word by word. */
static bool add_tables(struct store *s, struct fault *f)
{
    sqlite3 *expected = expected_open(f);
    sqlite3_stmt *st = NULL;
    bool ok = expected != NULL;

    if (ok && sqlite3_prepare_v2(expected, "SELECT sql FROM sqlite_schema WHERE name = ?1", -1, &st,
                                 NULL) != SQLITE_OK)
        ok = fault(f, FAULT_SYSTEM, "SQLite can't list its own tables");
    for (size_t i = 0; ok && i < sizeof added / sizeof *added; i++) {
        sqlite3_reset(st);
        sqlite3_bind_text(st, 1, added[i], -1, SQLITE_STATIC);
        ok = sqlite3_step(st) == SQLITE_ROW
            ? connection_run(s, text_of(st, 0), f)
            : fault(f, FAULT_SYSTEM, "SQLite can't list its own tables");
    }
    sqlite3_finalize(st);
    sqlite3_close(expected);
    return ok && connection_run(s, "PRAGMA user_version=" NUMBER(CASE_VERSION), f);
}

bool schema_migrate(struct store *s, struct fault *f)
{
    int64_t version;
    bool ok;

    if (!version_of(s, &version, f))
        return false;
    if (version != CASE_VERSION_OLD)
        return true;
    /* (Another may be doing it: who comes second finds it done.) */
    if (!connection_run(s, "PRAGMA synchronous=FULL; BEGIN IMMEDIATE", f))
        return false;
    ok = version_of(s, &version, f)
      && (version != CASE_VERSION_OLD || (tables_check(s, true, f) && add_tables(s, f)))
      && connection_run(s, "COMMIT", f);
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

bool schema_create(struct store *s, struct fault *f)
{
    size_t early = (size_t)(late_part() - (const char *)store_schema_sql);
    char *sql = NULL, set_up[256];
    int64_t items = 0;
    bool ok = false;

    if (*late_part() == '\0')
        early = store_schema_sql_size;
    sql = memory_get(early + 1);
    memcpy(sql, store_schema_sql, early);
    sql[early] = '\0';
    snprintf(set_up, sizeof set_up,
             "PRAGMA application_id=%d; PRAGMA user_version=%d;"
             "INSERT INTO meta VALUES ('made_by', 'modhunt " MODHUNT_VERSION "'),"
             "('made', '%lld');",
             CASE_APPLICATION_ID, CASE_VERSION, (long long)moment_now());
    if (!connection_run(s, "PRAGMA page_size=" NUMBER(CASE_PAGE_BYTES)
                           "; PRAGMA auto_vacuum=NONE; BEGIN EXCLUSIVE", f)
        || !connection_number(s, "SELECT count(*) FROM sqlite_schema", &items, f))
        goto out;
    if (items)
        fault(f, FAULT_CASE, "%s: somebody else has made a case of it just now", s->path);
    else
        ok = connection_run(s, sql, f) && connection_run(s, set_up, f)
          && connection_run(s, "COMMIT", f);
out:
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    free(sql);
    return ok;
}

bool schema_has(struct store *s, const char *name, bool *has, struct fault *f)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(s->db, "SELECT 1 FROM sqlite_schema WHERE name = ?1", -1, &st,
                                  NULL);

    if (code == SQLITE_OK) {
        sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
        code = sqlite3_step(st);
    }
    *has = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        connection_fault(s->db, s->path, f, "reading");
    sqlite3_finalize(st);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}

bool schema_index(struct store *s, const char *name, struct fault *f)
{
    char line[96], sql[256];
    const char *at, *end;
    bool has;

    if (!schema_has(s, name, &has, f) || has)
        return has;
    snprintf(line, sizeof line, "CREATE INDEX %s ON ", name);
    at = strstr(late_part(), line);
    end = at ? strchr(at, ';') : NULL;
    if (!end)
        return fault(f, FAULT_SYSTEM, "no index `%s` is known", name);
    /* The sorter takes the size of the page cache for that of its runs: what fits the
     * processor's cache is sorted three times as fast as what fits 48 MiB. */
    snprintf(sql, sizeof sql, "PRAGMA cache_size=-2048; %.*s; PRAGMA cache_size=-%d",
             (int)(end - at), at, CASE_CACHE_KIB);
    return connection_run(s, sql, f);
}
