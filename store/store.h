/* The face of store: a case file, opened hardened.
 *
 * A `struct store` is one SQLite connection and belongs to one thread, but for
 * store_interrupt.  Nothing else ever opens the case file while it is live (a
 * stray open and close drops SQLite's locks). */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "core/page.h"

enum store_how {
    STORE_CREATE, /* must not exist, or be empty; made 0600 */
    STORE_WRITE,  /* an existing case; opens read-only where its folder or file can't
                     be written, which store_why_read_only tells */
    STORE_READ,   /* an existing case, never written */
};

struct store;

/* Checks at once that the file is a case of ours (application_id, version,
 * schema); a file that is not is refused by name with FAULT_CASE. */
struct store *store_open(const char *path, enum store_how how, struct fault *f) MUST_CHECK;
void store_close(struct store *s); /* rolls back what is not committed; NULL is fine */

/* NULL where it may be written; else a sentence that says why not. */
const char *store_why_read_only(const struct store *s);

/* The slow page check (quick_check).  FAULT_CASE with what it found. */
bool store_check(struct store *s, struct fault *f) MUST_CHECK;

/* Which files are in the case; a memory_get array in *out, the caller frees it. */
bool store_known(struct store *s, struct known **out, size_t *count, struct fault *f) MUST_CHECK;

/* The profile that the stores of this process rank by (it keeps a reference of its own);
 * before the first is opened.  Without it, the one that comes with modhunt. */
struct profile;
void store_rank_by(struct profile *p);
/* Is Priority what that profile says?  Not so in a case that was ranked by another,
 * until it settles: store_rank does it at once, as a commit of its own. */
bool store_ranked(struct store *s, bool *ranked, struct fault *f) MUST_CHECK;
bool store_rank(struct store *s, struct fault *f) MUST_CHECK;

/* ---- writing: one thread, the writer's ---- */

/* One ingest at a time: notes that this process loads evidence into the case, until
 * all is in and settled, or the process ends.  FAULT_BUSY names the process that
 * does so already. */
bool store_claim(struct store *s, struct fault *f) MUST_CHECK;
/* Files of standard input that an interrupted ingest left `reading` become
 * partial: nobody can go on with them.  A commit of its own. */
bool store_streams_cut(struct store *s, struct fault *f) MUST_CHECK;

/* Files a batch in the open transaction (and begins one).  The batch stays the
 * caller's.  After a fault the transaction is rolled back; nothing of it is in
 * the case. */
bool store_take(struct store *s, struct batch *b, struct fault *f) MUST_CHECK;
/* Rows waiting for a commit. */
size_t store_pending(const struct store *s);
bool store_commit(struct store *s, struct fault *f) MUST_CHECK;
/* After an ingest: the indexes of loads (built with the sorter in files), late
 * process starts joined, statistics.  Commits. */
bool store_settle(struct store *s, struct fault *f) MUST_CHECK;
/* Does one order as a commit of its own; `text` says what was done, for the
 * status line. */
bool store_order(struct store *s, const struct order *o, char text[static 256],
                 struct fault *f) MUST_CHECK;

/* A host is named as it is shown (`WS01`, `~WS01`), or by its number (`#4`). */
#define HOST_CHANGE_TEXT 1024
enum host_change_kind { HOST_RENAME, HOST_MERGE, HOST_UNDO, HOST_REDO };
struct host_change {
    enum host_change_kind kind;
    const char *host, *to; /* of undo and redo: none */
    const char *author, *reason;
};
/* Renames or merges, takes the last such change back, or does it again; a commit of
 * its own.  FAULT_USAGE where the names don't allow it; `text` says what was done. */
bool store_host(struct store *s, const struct host_change *c, char text[static HOST_CHANGE_TEXT],
                struct fault *f) MUST_CHECK;

/* Facts that the evidence does not say (core/fact.h).  An import is begun, gets its
 * files one after the other, each with what it says, and is ended as one commit; what
 * fails on the way is followed by store_facts_cancel. */
struct fact_import {
    const char *host;       /* as store_host names them; NULL: the case's only one */
    bool every_host;        /* hashes alone */
    bool complete;          /* dpkg -V or rpm -V of all packages */
    enum platform platform; /* that the facts speak of; PLATFORM_UNKNOWN: any */
    const char *author, *reason;
};
struct fact_file {
    struct span path;
    const uint8_t *sha256;
    uint64_t size;
};
struct fact_file_said {
    const char *form;
    uint64_t facts, unread, unread_at;
};
#define FACTS_TEXT 1024
struct fact;
bool store_facts_begin(struct store *s, const struct fact_import *i, struct fault *f) MUST_CHECK;
bool store_facts_file(struct store *s, const struct fact_file *w, struct fault *f) MUST_CHECK;
bool store_facts_add(struct store *s, const struct fact *fact, struct fault *f) MUST_CHECK;
bool store_facts_said(struct store *s, const struct fact_file_said *said,
                      struct fault *f) MUST_CHECK;
/* `text` says what was settled. */
bool store_facts_end(struct store *s, char text[static FACTS_TEXT], struct fault *f) MUST_CHECK;
void store_facts_cancel(struct store *s);
/* An import counts no more, or counts again; a commit of its own. */
bool store_facts_remove(struct store *s, int64_t import, bool remove, const char *author,
                        const char *reason, char text[static FACTS_TEXT],
                        struct fault *f) MUST_CHECK;

/* ---- reading ---- */

/* What a case knows of one hash: 64 (SHA-256), 40 (SHA-1) or 32 (MD5, imphash)
 * lower-case hexadecimal digits.  Recovered loads count too. */
struct hash_seen {
    char hash[65];
    int64_t hosts, images, paths, loads, sightings, allowed; /* of the loads of such a module */
    int64_t first_time, last_time; /* of them; MOMENT_NONE */
    int SuspicionScore;            /* their highest */
    char *ImageLoaded;             /* one of the paths; memory_get, NULL */
    int64_t processes;             /* runs of such an image: Hashes of event 1 */
    int64_t files;                 /* records of such a file: events 15, 23, 26, 29 */
    int64_t unlike;                /* hosts with loads that don't log this kind for each of them */
};

/* Looks for each; hash is given, the rest filled in.  The array is sorted by hash.
 * without_loads: hosts that log none; with_loads: those that do. */
bool store_hashes(struct store *s, struct hash_seen *asked, size_t count, int64_t *with_loads,
                  int64_t *without_loads, struct fault *f) MUST_CHECK;

/* The files of facts, a row each: enum fact_list_column; and the changes. */
enum fact_list_column {
    FACT_LIST_IMPORT, FACT_LIST_STATE, FACT_LIST_HOST, FACT_LIST_FORM, FACT_LIST_FACTS,
    FACT_LIST_UNREAD, FACT_LIST_PATH, FACT_LIST_SHA256, FACT_LIST_TIME, FACT_LIST_AUTHOR,
    FACT_LIST_REASON, FACT_LIST_COLUMNS
};
bool store_fact_list(struct store *s, bool (*each)(void *ctx, const struct page *rows), void *ctx,
                     struct fault *f) MUST_CHECK;
/* time, author, action, import, sightings, reason */
bool store_fact_log(struct store *s, bool (*each)(void *ctx, const struct page *rows), void *ctx,
                    struct fault *f) MUST_CHECK;

/* The hosts, a row each: enum host_list_column; the changes of hosts, the oldest
 * first: time, author, action, was, now, undone. */
enum host_list_column {
    HOST_LIST_ID, HOST_LIST_NAME, HOST_LIST_ORIGIN, HOST_LIST_PLATFORM, HOST_LIST_LOADS,
    HOST_LIST_HITS, HOST_LIST_FIRST, HOST_LIST_LAST, HOST_LIST_ALSO /* merged into it */,
    HOST_LIST_COLUMNS
};
bool store_host_list(struct store *s, bool (*each)(void *ctx, const struct page *rows), void *ctx,
                     struct fault *f) MUST_CHECK;
bool store_host_log(struct store *s, bool (*each)(void *ctx, const struct page *rows), void *ctx,
                    struct fault *f) MUST_CHECK;

/* A window of an answer; never NULL: what failed is in page->fault. */
struct page *store_answer(struct store *s, const struct question *q);

/* The whole answer, row by row, in order, in constant memory: `each` gets pages
 * of one or more rows that it must not keep; false ends it early (no fault). */
bool store_stream(struct store *s, const struct question *q,
                  bool (*each)(void *ctx, const struct page *rows), void *ctx,
                  struct fault *f) MUST_CHECK;

/* The analyst's own SELECT: read only by an authorizer, with limits.  The page
 * names its columns, also in an answer without rows (one page without any); rows
 * past `limit` are cut (more_behind). */
bool store_sql(struct store *s, const char *sql,
               bool (*each)(void *ctx, const struct page *rows), void *ctx,
               struct fault *f) MUST_CHECK;

/* The same for a hunting query (queries/catalogue.h), whose :parameters are bound by
 * name.  With values, a parameter that has none is FAULT_USAGE. */
struct sql_value {
    const char *name; /* without the colon */
    struct cell value;
};
bool store_query(struct store *s, const char *sql, const struct sql_value *values, size_t count,
                 bool (*each)(void *ctx, const struct page *rows), void *ctx,
                 struct fault *f) MUST_CHECK;

/* How many hosts have what a query needs, and how many could (queries/needs.h). */
struct need_counts {
    int64_t have, could;
};
bool store_need(struct store *s, unsigned need, struct need_counts *out, struct fault *f) MUST_CHECK;

/* The queries that QUESTION_QUERIES and QUESTION_QUERY know; borrowed, and read alone.
 * Without, there are none. */
struct catalogue;
void store_catalogue(struct store *s, const struct catalogue *c);

/* Any thread: ends the running answer, whose page comes back `interrupted`. */
void store_interrupt(struct store *s);

#endif
