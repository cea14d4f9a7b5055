/* One hardened connection: its switches, its limits, and its errors as faults.
 *
 * Everything here holds for a case file written by an enemy, so it must stand
 * before the first statement reads a byte of the file.  The surprise: Debian's
 * SQLite takes `file:` names and overwrites deleted bytes unless told not to. */
#include "store/connection.h"

#include <errno.h>
#include <string.h>

_Static_assert(CASE_VALUE_BYTES_MAX > 2 * BATCH_BYTES_MAX, "a module has its path and its name");

#define SQL_DEPTH_MAX 200
#define SQL_COLUMNS_MAX 128
#define SQL_VARIABLES_MAX 256

static bool is_full(int system)
{
    return system == ENOSPC || system == EDQUOT || system == EFBIG;
}

/* SQLite tells of ENOSPC alone; over a quota or a limit of the process it says
 * I/O error.  What failed is asked of the case file and of its -wal. */
static bool ran_full(sqlite3 *db)
{
    sqlite3_file *wal = NULL;
    int system = 0, of_wal = 0;

    sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &system);
    sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    if (wal && wal->pMethods)
        wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &of_wal);
    return is_full(system) || is_full(of_wal) || is_full(sqlite3_system_errno(db));
}

static enum fault_kind kind_of(sqlite3 *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return FAULT_FULL;
    case SQLITE_IOERR:
        return ran_full(db) ? FAULT_FULL : FAULT_SYSTEM;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_READONLY:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:
        return FAULT_CASE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return FAULT_BUSY;
    case SQLITE_INTERRUPT:
        return FAULT_INTERRUPTED;
    case SQLITE_TOOBIG:
        return FAULT_LIMIT;
    }
    return FAULT_SYSTEM;
}

bool connection_fault(sqlite3 *db, const char *path, struct fault *f, const char *what)
{
    int code = sqlite3_extended_errcode(db);
    enum fault_kind kind = kind_of(db, code);

    if ((code & 0xff) == SQLITE_NOMEM)
        fault_memory();
    if (kind == FAULT_FULL)
        return fault(f, kind, "%s: %s: no room left on the device (what was saved stays)", path,
                     what);
    if (kind == FAULT_BUSY)
        return fault(f, kind, "%s: %s: another program is writing to the case", path, what);
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
        return fault(f, kind, "%s: %s: the case file is damaged (%s)", path, what,
                     sqlite3_errmsg(db));
    return fault(f, kind, "%s: %s: %s", path, what, sqlite3_errmsg(db));
}

bool connection_harden(sqlite3 *db, struct fault *f)
{
    static const struct { int what, value; } switches[] = {
        { SQLITE_DBCONFIG_DEFENSIVE, 1 },
        { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
        { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
        { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
        { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
        { SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
        { SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
        { SQLITE_DBCONFIG_DQS_DML, 0 },
        { SQLITE_DBCONFIG_DQS_DDL, 0 },
    };
    static const struct { int what, value; } limits[] = {
        { SQLITE_LIMIT_LENGTH, CASE_VALUE_BYTES_MAX },
        { SQLITE_LIMIT_SQL_LENGTH, CASE_SQL_BYTES_MAX },
        { SQLITE_LIMIT_COLUMN, SQL_COLUMNS_MAX },
        { SQLITE_LIMIT_EXPR_DEPTH, SQL_DEPTH_MAX },
        { SQLITE_LIMIT_VARIABLE_NUMBER, SQL_VARIABLES_MAX },
        { SQLITE_LIMIT_ATTACHED, 0 },
        { SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
        { SQLITE_LIMIT_WORKER_THREADS, 0 },
    };
    int is = 0;

    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (sqlite3_db_config(db, switches[i].what, switches[i].value, &is) != SQLITE_OK
            || is != switches[i].value)
            return fault(f, FAULT_SYSTEM, "SQLite does not know a switch that keeps cases safe");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(db, limits[i].what, limits[i].value);
    sqlite3_busy_timeout(db, CASE_BUSY_MS);
    if (sqlite3_exec(db, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;", NULL, NULL, NULL)
        != SQLITE_OK)
        return fault(f, FAULT_SYSTEM, "SQLite can't be set up: %s", sqlite3_errmsg(db));
    return true;
}

bool connection_run(struct store *s, const char *sql, struct fault *f)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    return connection_fault(s->db, s->path, f, "writing");
}

bool connection_number(struct store *s, const char *sql, int64_t *out, struct fault *f)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

    *out = 0;
    if (code == SQLITE_OK)
        code = sqlite3_step(st);
    if (code == SQLITE_ROW)
        *out = sqlite3_column_int64(st, 0);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        connection_fault(s->db, s->path, f, "reading");
        sqlite3_finalize(st);
        return false;
    }
    sqlite3_finalize(st);
    return true;
}
