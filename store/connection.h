/* Inside store/: what a `struct store` is, and what went wrong with it.
 *
 * Nothing outside this folder includes this.  The reading side uses `db` and
 * `statements`; all that the writing side remembers hangs on `writing`. */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include "store/stmt.h"
#include "store/store.h"

#include <sqlite3.h>
#include <stdatomic.h>

#define CASE_APPLICATION_ID 0x4D484E54 /* "MHNT" */
#define CASE_VERSION 3
#define CASE_VERSION_OLD 2 /* is brought up to it */
/* Of one page of a new case: with 8 KiB a load of a million records took a tenth longer,
 * 32 KiB gained nothing more. */
#define CASE_PAGE_BYTES 16384
#define CASE_SQL_BYTES_MAX (64 << 10)  /* one statement, one line of the schema */
#define CASE_CACHE_KIB 49152 /* of pages, where the case is written */
#define NUMBER_TEXT(n) #n
#define NUMBER(n) NUMBER_TEXT(n)
#define CASE_VALUE_BYTES_MAX (160 << 20) /* a row: no batch holds texts for a larger one */
#define CASE_BUSY_MS 5000

struct writing;

struct store {
    sqlite3 *db;
    char *path;          /* absolute, the folder without links */
    bool read_only;
    char why[256];       /* why it is read-only; "" */
    struct stmts stmts;  /* prepared statements by name, see stmt.h */
    struct writing *writing; /* NULL until the first batch or order */

    const void *ranks_by; /* the profile that its functions know, store/ranking.c */

    /* reading, store/select.c */
    atomic_bool stop;    /* any thread may set it: the running answer ends */
    bool late;           /* it ended because of its deadline */
    int64_t deadline;    /* of moment_ticks(); 0: none */
    const struct catalogue *catalogue; /* borrowed; NULL: no hunting queries */
};

/* Fills *f from the connection's last error: FAULT_FULL, FAULT_CASE (damaged),
 * FAULT_BUSY, FAULT_INTERRUPTED or FAULT_SYSTEM.  Returns false.  Out of memory
 * ends the program. */
bool connection_fault(sqlite3 *db, const char *path, struct fault *f, const char *what);

/* Limits and switches that must stand before the first statement runs. */
bool connection_harden(sqlite3 *db, struct fault *f) MUST_CHECK;

/* Runs statements of ours that give no rows. */
bool connection_run(struct store *s, const char *sql, struct fault *f) MUST_CHECK;
/* The first column of the first row; 0 where there is none. */
bool connection_number(struct store *s, const char *sql, int64_t *out,
                       struct fault *f) MUST_CHECK;

/* Is it a case, of this version, with exactly our tables? */
bool schema_check(struct store *s, struct fault *f) MUST_CHECK;
/* Brings a case of the version before up to this one, in one transaction; any other
 * is left as it is, for schema_check to speak of. */
bool schema_migrate(struct store *s, struct fault *f) MUST_CHECK;
/* Makes one of an empty file, in one transaction. */
bool schema_create(struct store *s, struct fault *f) MUST_CHECK;
/* Builds an index of the part that a case may have or not, unless it is there;
 * with the sorter in files of the case's folder. */
bool schema_index(struct store *s, const char *name, struct fault *f) MUST_CHECK;
bool schema_has(struct store *s, const char *name, bool *has, struct fault *f) MUST_CHECK;

void writing_close(struct store *s); /* take.c: frees what it remembers */
/* settle.c: was everything settled after the last ingest? */
bool store_settled(struct store *s, bool *settled, struct fault *f) MUST_CHECK;
/* history.c: FAULT_CASE where a line of the allowlist's history was changed. */
bool history_check(struct store *s, struct fault *f) MUST_CHECK;

#endif
