/* What crosses between the screen (or a command) and the store: questions and
 * orders one way, pages and notices the other.
 *
 * Whatever crosses owns its bytes: a question its texts, a page its arena.  Who
 * sends gives up, who receives frees. */
#ifndef CORE_PAGE_H
#define CORE_PAGE_H

#include "core/fault.h"
#include "core/load.h"

/* Everything that a list can show.  `about` says at which grain it is known:
 * S a sighting (and so its loads), L a load alone.  In a list of sightings an L
 * column can't be asked for.
 *    name            heading       type     width grain words */
#define COLUMNS(_) \
    _(SuspicionScore, "Score",      NUMBER,   5, S, "the seed's score") \
    _(factors,        "Factors",    FACTORS,  7, S, "T temp path, U UNC path, L suspicious loader, G known-good folder, N not signed") \
    _(last_time,      "Last seen UTC",TIME,  19, S, "the newest load") \
    _(first_time,     "First seen UTC",TIME, 19, S, "the oldest load") \
    _(host,           "Host",       TEXT,    16, S, "the computer") \
    _(Image,          "Image",      PATH,    32, S, "the process that loaded it") \
    _(ImageLoaded,    "Module",     PATH,    40, S, "the module") \
    _(Signed,         "Signed",     TEXT,     6, S, "what was logged of its signature") \
    _(Signature,      "Signer",     TEXT,    18, S, "who signed it") \
    _(SignatureStatus,"Status",     TEXT,    11, S, "whether the signature is valid") \
    _(loads,          "Loads",      NUMBER,   6, S, "how often, on this host") \
    _(hosts,          "Hosts",      NUMBER,   5, S, "on how many hosts the same module was loaded by the same image") \
    _(allowed_by,     "Allowed",    NUMBER,   7, S, "the allowlist entry that hides it") \
    _(sha256,         "SHA-256",    TEXT,    12, S, "the module's SHA-256") \
    _(sha1,           "SHA-1",      TEXT,    12, S, "the module's SHA-1") \
    _(md5,            "MD5",        TEXT,    12, S, "the module's MD5") \
    _(imphash,        "Imphash",    TEXT,    12, S, "the module's import hash") \
    _(Hashes,         "Hashes",     TEXT,    24, S, "the hashes as logged") \
    _(Company,        "Company",    TEXT,    16, S, "company in its version resource") \
    _(Product,        "Product",    TEXT,    16, S, "product in its version resource") \
    _(Description,    "Description",TEXT,    16, S, "description in its version resource") \
    _(OriginalFileName,"Original name",TEXT, 16, S, "file name in its version resource") \
    _(FileVersion,    "Version",    TEXT,    12, S, "file version in its version resource") \
    _(Priority,       "Prio",       NUMBER,   4, S, "what speaks for it beyond the seed, by the profile") \
    _(reasons,        "Reasons",    TEXT,    24, S, "which reasons those are") \
    _(platform,       "Platform",   TEXT,     8, S, "windows, linux or macos") \
    _(time,           "Time UTC",   TIME,    23, L, "UtcTime of the load, else the record's own time") \
    _(User,           "User",       TEXT,    18, L, "who ran the process: the load's own, else event 1's") \
    _(CommandLine,    "CommandLine",TEXT,    40, L, "the process's command line") \
    _(ProcessId,      "PID",        NUMBER,   7, L, "the process's id") \
    _(ProcessGuid,    "ProcessGuid",TEXT,    38, L, "Sysmon's id of the process") \
    _(ParentImage,    "Parent",     PATH,    24, L, "the process's parent") \
    _(record,         "Record",     NUMBER,  10, L, "the record's own number") \
    _(ref,            "Ref",        TEXT,    22, L, "12 digits of the evidence's SHA-256, colon, place") \
    _(recovered,      "Recovered",  NUMBER,   9, L, "1: found outside the declared records") \
    _(resolution,     "Resolution", TEXT,    10, L, "how the path was found")

enum column_type { COLUMN_NUMBER, COLUMN_TEXT, COLUMN_PATH, COLUMN_TIME, COLUMN_FACTORS };
enum column_grain { COLUMN_S, COLUMN_L };
#define COLUMN_ENUM(name, heading, type, width, grain, words) COLUMN_ID_##name,
enum column { COLUMNS(COLUMN_ENUM) COLUMN_COUNT };

struct column_fact {
    const char *name, *heading;
    enum column_type type;
    int width;
    enum column_grain grain;
    const char *words;
};
const struct column_fact *column_fact(enum column c);
/* By name, without case; COLUMN_COUNT where there is none. */
enum column column_named(struct span name);

enum cell_type { CELL_NULL, CELL_NUMBER, CELL_TEXT };
struct cell {
    enum cell_type type;
    int64_t number;   /* CELL_NUMBER; times in microseconds, factors as bits */
    struct span text; /* CELL_TEXT: valid UTF-8, raw evidence */
};

enum question_kind {
    QUESTION_SIGHTINGS, /* a window of the list of sightings */
    QUESTION_LOADS,     /* a window of the loads: of one sighting where `sighting` is set */
    QUESTION_DETAIL,    /* everything about one sighting or load: columns name, value, note */
    QUESTION_TOTALS,    /* one row: enum total */
    QUESTION_EVIDENCE,  /* the ledger, a row a file: enum evidence_column */
    QUESTION_HOSTS,     /* a row a host: enum host_column; `contains` is of its name */
    QUESTION_ALLOW,     /* the entries: enum allow_column */
    QUESTION_STACK,     /* groups by `stack`: enum stack_column */
    QUESTION_HUNT,      /* the seed's table in the seed's order, streamed */
    QUESTION_PROBLEMS,  /* the ledger's damaged places, notes and conflicts, by file: enum
                           problem_column; a row's key is its evidence's id */
    QUESTION_CHANNELS,  /* a row a host and channel, with the gaps in its record numbers:
                           enum channel_column; a row's key is its host's id */
    QUESTION_ABOUT,     /* what else the ledger knows of one file (`evidence`) or one
                           host (`host`): enum about_column */
    QUESTION_QUERIES,   /* the hunting queries, a row each: enum query_column */
    QUESTION_QUERY,     /* the answer of the one called `query`, with its arguments as they
                           are preset: columns by its own names, at most QUERY_ROWS_MAX */
};

/* From which Priority on a sighting is worth a look, hit or not. */
#define PRIORITY_NOTABLE 2

/* What QUESTION_TOTALS counts, one cell each. */
enum total {
    TOTAL_HITS,        /* sightings that answer and are hits, not allowed */
    TOTAL_SIGHTINGS,   /* sightings that answer, over everything */
    TOTAL_HOSTS,       /* hosts of those */
    TOTAL_ALLOWED,     /* of those, hidden by an entry */
    TOTAL_LOADS,       /* loads of those */
    TOTAL_HIT_LOADS,   /* loads of the hits */
    TOTAL_CASE_LOADS,  /* loads of the whole case */
    TOTAL_CASE_HOSTS,
    TOTAL_EVIDENCE,    /* files in the ledger */
    TOTAL_DAMAGED,     /* damaged records in it */
    TOTAL_RECOVERED_HITS, /* hits' loads that are recovered records */
    TOTAL_RECORDS,     /* in the ledger, and of those: */
    TOTAL_PROCESSES,
    TOTAL_CONTEXT,
    TOTAL_OTHER,
    TOTAL_DUPLICATES,
    TOTAL_DAMAGED_FILES, /* files that were cut or unreadable, or hold damaged records */
    TOTAL_SYSMON,      /* 1: some record is of Sysmon */
    TOTAL_BLIND_HOSTS, /* hosts without a load */
    TOTAL_PRIORITY,    /* of those that answer: no hits, not allowed, but of PRIORITY_NOTABLE */
    TOTAL_COUNT
};

enum evidence_column {
    EVIDENCE_PATH, EVIDENCE_BUNDLE, EVIDENCE_FORMAT, EVIDENCE_STATE, EVIDENCE_SHA256,
    EVIDENCE_BYTES, EVIDENCE_RECORDS, EVIDENCE_LOADS, EVIDENCE_PROCESSES, EVIDENCE_CONTEXT,
    EVIDENCE_OTHER, EVIDENCE_DAMAGED, EVIDENCE_DUPLICATES, EVIDENCE_RECOVERED,
    EVIDENCE_FIRST_TIME, EVIDENCE_LAST_TIME, EVIDENCE_REASON, EVIDENCE_CONFLICTS,
    EVIDENCE_COLUMN_COUNT
};

enum problem_column {
    PROBLEM_PATH, PROBLEM_PLACE /* byte offset */, PROBLEM_BYTES /* 0: not known */,
    PROBLEM_REASON, PROBLEM_KIND /* damaged, more, note, conflict */, PROBLEM_BUNDLE,
    PROBLEM_COLUMN_COUNT
};

enum host_column {
    HOST_NAME, HOST_PLATFORM, HOST_HITS, HOST_TOP_SCORE, HOST_SIGHTINGS, HOST_LOADS,
    HOST_PROCESSES, HOST_CONTEXT, HOST_FIRST_TIME, HOST_LAST_TIME, HOST_RECOVERED /* loads */,
    HOST_FILES, HOST_GAPS, HOST_MISSING /* record numbers in them */,
    HOST_SHA256 /* how many of its loads have one: none, some, all */, HOST_SHA1, HOST_MD5,
    HOST_IMPHASH, HOST_LOGGING /* how it logs, one sentence after the other */,
    HOST_COLUMN_COUNT
};

/* Gaps: docs/case-file.md says how they are reckoned. */
enum channel_column {
    CHANNEL_HOST, CHANNEL_NAME, CHANNEL_FILES, CHANNEL_RECORDS, CHANNEL_FIRST, CHANNEL_LAST,
    CHANNEL_GAPS, CHANNEL_MISSING, CHANNEL_LOADS, CHANNEL_PROCESSES, CHANNEL_CONTEXT,
    CHANNEL_FIRST_TIME, CHANNEL_LAST_TIME, CHANNEL_COLUMN_COUNT
};

/* What a row is about stands in ABOUT_SECTION:
 *   channel   TEXT its name, MORE the host (of a file), A first, B last number, C records,
 *             D of them missing, E loads
 *   other     TEXT provider, A Event ID, C records
 *   damaged, more, note, conflict
 *             TEXT the reason, A place, B bytes; C how many of the section there are
 *   file      TEXT path, MORE bundle, C records of the host, E loads */
enum about_column {
    ABOUT_SECTION, ABOUT_TEXT, ABOUT_MORE, ABOUT_A, ABOUT_B, ABOUT_C, ABOUT_D, ABOUT_E,
    ABOUT_COLUMN_COUNT
};
#define ABOUT_OTHERS_MAX 20    /* names of records that are not kept */
#define ABOUT_PROBLEMS_MAX 200 /* rows of one section of problems */
#define ABOUT_FILES_MAX 200

enum allow_column {
    ALLOW_ID, ALLOW_KIND /* "hash" or "path" */, ALLOW_VALUE, ALLOW_REASON, ALLOW_AUTHOR,
    ALLOW_CREATED, ALLOW_ENABLED, ALLOW_SIGHTINGS, ALLOW_LOADS, ALLOW_COLUMN_COUNT
};

enum query_column {
    QUERY_NAME, QUERY_HUNT, QUERY_TECHNIQUE, QUERY_QUESTION, QUERY_WHY, QUERY_FALSE_POSITIVES,
    QUERY_MISSES, QUERY_NEXT, QUERY_ARGUMENTS, QUERY_FILE, QUERY_COLUMN_COUNT
};
#define QUERY_ROWS_MAX 1000

enum stack_column {
    STACK_VALUE, STACK_LOADS, STACK_SIGHTINGS, STACK_HOSTS, STACK_FIRST_TIME,
    STACK_LAST_TIME, STACK_TOP_SCORE, STACK_COLUMN_COUNT
};

#define SORT_KEYS_MAX 4
struct sort_key {
    enum column column;
    bool descending;
};

/* The place in an order behind (or before) which a window starts: the values
 * of its sort keys, and the row's id, which is always the last key. */
struct anchor {
    bool set;
    struct cell key[SORT_KEYS_MAX];
    int64_t id;
};

/* A question owns its texts (question_close frees them) and anchors' texts. */
struct question {
    enum question_kind kind;
    uint32_t pane;    /* who asks: one slot a pane */
    uint64_t serial;  /* comes back in the page */
    bool refresh;     /* a live refresh: never interrupts another question */

    bool everything;      /* scope: all sightings, not the hits alone */
    int least_priority;   /* with `everything`: only what has that Priority or more; 0: all */
    bool include_allowed; /* show what the allowlist hides, too */
    bool include_recovered;
    char *filter;         /* of sightings and loads, in the language of
                             queries/filter.h; NULL: everything answers */
    char *contains;       /* of files and hosts: case-insensitive substring; NULL */

    int64_t sighting;     /* QUESTION_LOADS, QUESTION_DETAIL; 0: none */
    int64_t load;         /* QUESTION_DETAIL: this load of it; 0: the newest */
    enum column stack;    /* QUESTION_STACK */
    int64_t evidence;     /* QUESTION_ABOUT, QUESTION_PROBLEMS: this file; 0: none, all */
    int64_t host;         /* QUESTION_ABOUT: this host */
    char *query;          /* QUESTION_QUERY; NULL elsewhere */

    /* Empty: score, then newest, descending.  QUESTION_EVIDENCE and QUESTION_HOSTS: one
     * key at most, whose column is a number of their own enum; empty: in the order of
     * reading, and the most hits first. */
    struct sort_key sort[SORT_KEYS_MAX];
    size_t sorts;
    struct anchor anchor;
    bool backwards;       /* the window that ends before the anchor */
    uint32_t limit;       /* rows; 0: no limit (streamed answers only) */
};

struct question *question_open(enum question_kind kind);
struct question *question_copy(const struct question *q);
void question_close(struct question *q);
/* Replace an owned text; NULL clears it. */
void question_text(char **slot, const char *text);
void anchor_copy(struct anchor *to, const struct anchor *from); /* owns texts */
void anchor_clear(struct anchor *a);

#define PAGE_BYTES_MAX (32u << 20)

/* A window of an answer, in the asked order even where it was asked backwards. */
struct page {
    enum question_kind kind;
    uint32_t pane;
    uint64_t serial;
    struct arena arena;
    size_t columns, rows;
    const char **names;   /* a name a column; for sightings and loads `ids` too */
    enum column *ids;     /* SIGHTINGS, LOADS, HUNT: which columns these are; else NULL */
    struct cell *cells;   /* rows * columns */
    int64_t *keys;        /* a row's id: sighting, load, evidence, ...; 0 where none */
    bool more_before, more_behind; /* is there a row outside the window? */
    int64_t took;         /* microseconds */
    bool interrupted;     /* cut short by a newer question */
    struct fault fault;   /* kind FAULT_NONE where all is well */
};

struct page *page_open(const struct question *q);
void page_close(struct page *p);
static inline const struct cell *page_cell(const struct page *p, size_t row, size_t column)
{
    return &p->cells[row * p->columns + column];
}

/* What the analyst orders; the writer does it and answers with a notice. */
enum order_kind { ORDER_ALLOW, ORDER_UNDO, ORDER_REDO };
enum allow_kind { ALLOW_HASH, ALLOW_PATH };

struct order {
    enum order_kind kind;
    uint64_t serial;
    int64_t sighting;        /* ORDER_ALLOW: whose module is allowed */
    enum allow_kind allow;
    char *reason, *author;   /* owned */
};
struct order *order_open(enum order_kind kind);
void order_close(struct order *o);

enum notice_kind {
    NOTICE_COMMITTED, /* rows landed: ask again */
    NOTICE_PROGRESS,  /* an ingest goes on: the numbers below */
    NOTICE_INGESTED,  /* it ended */
    NOTICE_ORDERED,   /* an order was done: serial, text; or fault */
    NOTICE_CHECKED,   /* the page check ended: the case may be written */
    NOTICE_LOCKED,    /* `files` archives wait for a password, the first is `text`;
                         `answered`: to what was typed, which opens `files_done` */
    NOTICE_INGESTING, /* an ingest began again */
    NOTICE_FAULT,     /* something failed that nobody asked for */
};

struct notice {
    enum notice_kind kind;
    uint64_t serial;
    struct fault fault;
    char text[256];
    uint64_t files, files_done, bytes, bytes_done, records, loads, damaged;
    uint64_t incomplete; /* NOTICE_INGESTED: files cut or unreadable */
    bool answered;
    bool walked;  /* files and bytes are final */
    bool settling;/* all is read; indexes are built */
    int64_t took; /* microseconds since the ingest began */
    bool following;      /* files that grow: it ends when the analyst ends it */
    int64_t last_record; /* of those: when one came last; 0 */
};
struct notice *notice_open(enum notice_kind kind);
void notice_close(struct notice *n);

#endif
