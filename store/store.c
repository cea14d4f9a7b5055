/* A case file: found, made, opened hardened, closed, checked.
 *
 * It looks at the file by name only (lstat) and never opens it but through
 * SQLite: a stray open and close would drop SQLite's locks.  The surprise: a
 * STORE_READ connection may still create and remove the -wal and -shm beside
 * the file; it never writes to the case. */
#include "store/connection.h"
#include "store/functions.h"
#include "store/history.h"
#include "store/matching.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* File systems without the shared memory that WAL needs (statfs(2)). */
static const struct { unsigned long type; const char *name; } remote[] = {
    { 0x6969, "NFS" },       { 0x517B, "SMB" },  { 0xFF534D42, "CIFS" },
    { 0xFE534D42, "SMB2" },  { 0x65735546, "FUSE" },
};

/* What lstat says of the file and its companions. */
struct lie {
    char folder[PATH_MAX];
    char path[PATH_MAX + 256];
    bool there, empty, has_wal;
    const char *why; /* it can't be written, because */
};

/* The folder resolved, the last name as it is. */
static bool find(const char *path, struct lie *at, struct fault *f)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char given[PATH_MAX];
    size_t len = slash ? (size_t)(slash - path) + 1 : 0;

    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return fault(f, FAULT_CASE, "%s: this names a folder: name a case file in it",
                     *path ? path : "\"\"");
    if (len >= sizeof given || strlen(name) > NAME_MAX)
        return fault(f, FAULT_CASE, "%s: the name is too long", path);
    memcpy(given, path, len);
    given[len] = '\0';
    if (!realpath(len ? given : ".", at->folder))
        return fault_errno(f, "%s: its folder can't be opened", path);
    snprintf(at->path, sizeof at->path, "%s%s%s", at->folder,
             strcmp(at->folder, "/") == 0 ? "" : "/", name);
    return true;
}

/* -wal, -shm and -journal must be files, or not there. */
static bool companions(struct lie *at, struct fault *f)
{
    static const char *const ends[] = { "-wal", "-shm", "-journal" };

    for (size_t i = 0; i < 3; i++) {
        char name[sizeof at->path + 16];
        struct stat st;
        snprintf(name, sizeof name, "%s%s", at->path, ends[i]);
        if (lstat(name, &st) != 0)
            continue;
        if (!S_ISREG(st.st_mode))
            return fault(f, FAULT_CASE, "%s: refused: this is not a plain file", name);
        if (i == 0 && st.st_size > 0)
            at->has_wal = true;
    }
    return true;
}

static bool look(struct lie *at, struct fault *f)
{
    struct stat st;
    struct statfs fs;

    if (lstat(at->path, &st) == 0) {
        at->there = true;
        at->empty = st.st_size == 0;
        if (S_ISDIR(st.st_mode))
            return fault(f, FAULT_CASE, "%s: this is a folder, not a case: name a file in it",
                         at->path);
        if (S_ISLNK(st.st_mode))
            return fault(f, FAULT_CASE, "%s: this is a link: name the case file itself", at->path);
        if (!S_ISREG(st.st_mode))
            return fault(f, FAULT_CASE, "%s: this is not a plain file, so no case", at->path);
        if (faccessat(AT_FDCWD, at->path, R_OK, AT_EACCESS) != 0)
            return fault_errno(f, "%s: can't be read", at->path);
        if (faccessat(AT_FDCWD, at->path, W_OK, AT_EACCESS) != 0)
            at->why = errno == EROFS ? "its disk is mounted read-only" : "you may not write to it";
    } else if (errno != ENOENT) {
        return fault_errno(f, "%s", at->path);
    }
    if (!at->why && faccessat(AT_FDCWD, at->folder, W_OK | X_OK, AT_EACCESS) != 0)
        at->why = errno == EROFS ? "its disk is mounted read-only"
                                 : "you may not write to its folder";
    if (!at->why && statfs(at->folder, &fs) == 0)
        for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
            if ((unsigned long)fs.f_type == remote[i].type)
                at->why = "it lies on a network or FUSE file system, where SQLite can't share it";
    return companions(at, f);
}

/* An empty file that only its owner may read. */
static bool make_file(const struct lie *at, struct fault *f)
{
    int fd;

    if (at->there && !at->empty)
        return fault(f, FAULT_CASE, "%s: there is a file of that name already", at->path);
    if (at->why)
        return fault(f, FAULT_CASE, "%s: a case can't be made here: %s", at->path, at->why);
    if (at->has_wal)
        return fault(f, FAULT_CASE, "%s-wal: left over from another case: move it away first",
                     at->path);
    if (at->there) /* empty, so nobody holds a lock on it that an open would drop */
        return chmod(at->path, 0600) == 0
            || fault_errno(f, "%s: can't be kept from others", at->path);
    fd = open(at->path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_errno(f, "%s: can't be made", at->path);
    close(fd);
    return true;
}

/* `file:` and the path with every other byte than letters, digits and a few
 * signs escaped: SQLite sees the very same path. */
static void uri_of(const char *path, char *out, size_t size)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = (size_t)snprintf(out, size, "file:");

    for (const unsigned char *p = (const unsigned char *)path; *p && n + 16 < size; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
                  || (*p >= '0' && *p <= '9') || strchr("/-_.", *p);
        if (plain) {
            out[n++] = (char)*p;
        } else {
            out[n++] = '%';
            out[n++] = hex[*p >> 4];
            out[n++] = hex[*p & 15];
        }
    }
    snprintf(out + n, size - n, "?immutable=1");
}

static bool connect(struct store *s, const struct lie *at, struct fault *f)
{
    int flags = SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
              | SQLITE_OPEN_PRIVATECACHE;
    char uri[3 * sizeof at->path + 32];
    const char *name = s->path;

    if (!at->why) {
        flags |= SQLITE_OPEN_READWRITE;
    } else {
        flags |= SQLITE_OPEN_READONLY;
        if (!at->has_wal) {
            uri_of(s->path, uri, sizeof uri);
            flags |= SQLITE_OPEN_URI;
            name = uri;
        }
    }
    if (sqlite3_open_v2(name, &s->db, flags, "unix") != SQLITE_OK)
        return connection_fault(s->db, s->path, f, "opening");
    return connection_harden(s->db, f);
}

/* Where sorters spill: the case's own folder, so that nothing of the evidence
 * lies anywhere else.  One folder a process; the last one opened for writing. */
static void spill_into(const char *folder)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char where[PATH_MAX];

    pthread_mutex_lock(&lock);
    if (strcmp(where, folder) != 0) {
        snprintf(where, sizeof where, "%s", folder);
        sqlite3_temp_directory = where;
    }
    pthread_mutex_unlock(&lock);
}

static bool set_up(struct store *s, enum store_how how, const struct lie *at, struct fault *f)
{
    const char *common = "PRAGMA secure_delete=OFF; PRAGMA synchronous=FULL;"
                         "PRAGMA recursive_triggers=OFF; PRAGMA foreign_keys=OFF;";

    if (!connection_run(s, common, f))
        return false;
    if (s->read_only)
        return connection_run(s, "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;"
                                 "PRAGMA cache_size=-32768", f);
    spill_into(at->folder);
    if (how == STORE_READ) {
        if (at->has_wal)
            sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        return connection_run(s, "PRAGMA query_only=ON; PRAGMA temp_store=FILE;"
                                 "PRAGMA cache_size=-32768", f);
    }
    return connection_run(s, "PRAGMA journal_mode=WAL; PRAGMA temp_store=FILE;"
                             "PRAGMA wal_autocheckpoint=2000; PRAGMA journal_size_limit=67108864;"
                             "PRAGMA cache_size=-" NUMBER(CASE_CACHE_KIB), f);
}

static bool enter(struct store *s, enum store_how how, struct lie *at, struct fault *f)
{
    if (how == STORE_CREATE && !make_file(at, f))
        return false;
    if (how != STORE_CREATE && !at->there)
        return fault(f, FAULT_CASE, "%s: there is no such case", at->path);
    if (how != STORE_CREATE && at->empty)
        return fault(f, FAULT_CASE, "%s: this file is empty: not a case yet", at->path);
    s->read_only = how != STORE_CREATE && at->why;
    if (at->why)
        snprintf(s->why, sizeof s->why, "the case is read-only: %s", at->why);
    if (!connect(s, at, f))
        return false;
    if (how == STORE_CREATE && !schema_create(s, f))
        return false;
    if (how != STORE_CREATE && !s->read_only && !schema_migrate(s, f))
        return false;
    return schema_check(s, f) && set_up(s, how, at, f) && functions_register(s->db, f)
        && matching_register(s->db, f);
}

/* Counting every allocation of SQLite costs a lock each, and nobody asks. */
static void no_counting(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct store *store_open(const char *path, enum store_how how, struct fault *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct lie *at = memory_zero(1, sizeof *at);
    struct store *s = NULL;

    pthread_once(&once, no_counting);
    if (!find(path, at, f) || !look(at, f))
        goto out;
    s = memory_zero(1, sizeof *s);
    s->path = memory_text(at->path);
    if (!enter(s, how, at, f)) {
        store_close(s);
        s = NULL;
    }
out:
    free(at);
    return s;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    writing_close(s);
    stmts_close(&s->stmts);
    if (s->db && !sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close_v2(s->db);
    free(s->path);
    free(s);
}

const char *store_why_read_only(const struct store *s)
{
    return s->read_only ? s->why : NULL;
}

bool store_check(struct store *s, struct fault *f)
{
    sqlite3_stmt *st = NULL;
    int64_t wrong;
    bool sound;

    if (sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &st, NULL) != SQLITE_OK
        || sqlite3_step(st) != SQLITE_ROW) {
        connection_fault(s->db, s->path, f, "checking");
        sqlite3_finalize(st);
        return false;
    }
    sound = span_is(stmt_span(st, 0), "ok");
    if (!sound)
        fault(f, FAULT_CASE, "%s: the case file is damaged: %.200s", s->path,
              (const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    if (!sound
        || !connection_number(s, "SELECT count(*) FROM evidence WHERE records <> loads + processes"
                                 " + context + other + damaged + duplicates", &wrong, f))
        return false;
    if (wrong)
        return fault(f, FAULT_CASE, "%s: the ledger of %lld files does not add up", s->path,
                     (long long)wrong);
    return history_check(s, f) && host_history_check(s, f) && fact_history_check(s, f);
}
