/* Inside store/: what the writing side remembers between batches, and what its
 * files do for each other.
 *
 * All of it belongs to the one thread that writes.  Everything that may fail
 * leaves the transaction to its caller: store/take.c rolls back. */
#ifndef STORE_WRITING_H
#define STORE_WRITING_H

#include "core/factor.h"
#include "store/bulk.h"
#include "store/cache.h"
#include "store/tally.h"

#define CACHE_SLOTS (1u << 20)       /* 24 MiB */
#define SOURCES_OPEN_MAX 4096        /* files being read at one time */
#define SHIFTS_MAX 64
#define SCRATCH_BYTES_MAX (96u << 20) /* one record read back, and one merged */
#define BLOCK_LOADS_MAX 1000
#define PROBLEMS_MAX 1000            /* rows of one file; the rest is counted */
#define MEMO_BYTES 120               /* longer keys are not remembered so */
#define FLAGS_RESOLUTION_SHIFT 8

/* Classes of records, as evidence and `copy` know them. */
enum row_kind { ROW_LOAD, ROW_PROCESS, ROW_CONTEXT };

/* A file being read. */
struct source {
    uint32_t number;     /* batch->source */
    int64_t evidence;
    int rank;            /* of its format: 0 is the fullest */
    uint64_t place;      /* committed before this run: batches below are skipped */
    uint64_t problems;
    int64_t looked;      /* duplicates.c: rows looked at for copies, less an allowance */
    int64_t matched;     /* the row that the last copy was matched with */
    bool cut;            /* the allowance was used up, and that is noted */
    int64_t memo_time, memo_sighting, memo_after; /* such loads up to this id are matched */
};

/* What a taken-over row changes in another file's counts; flushed per batch. */
struct shift {
    int64_t evidence;
    int64_t loads, processes, context, duplicates, recovered;
};

/* Loads whose ids follow each other. */
struct block {
    int64_t first_load, last_load, host, evidence, first_time, last_time, loads;
    bool mixed;
};

/* The key that was asked for last, and its row: neighbours in evidence are
 * mostly of one host, user and process.  len 0: nothing. */
struct memo {
    uint8_t key[MEMO_BYTES];
    size_t len;
    int64_t id;
};

struct scopes;

struct writing {
    bool open;           /* a transaction */
    bool ended;          /* the ingest came to its end, and is to be settled */
    size_t rows;         /* waiting in it */
    int64_t data_version;
    int64_t next_sighting; /* the next one's id; 0: to be asked for */
    int64_t allow_entries; /* enabled ones; -1: to be counted */
    int64_t facts;       /* imports of facts that count; -1: to be counted */
    struct {             /* the one under way */
        int64_t id, host, file;
        enum platform platform; /* of its host */
        uint64_t facts;
    } import;
    bool load_time, context_time; /* the indexes are there */
    struct cache cache;
    struct memo host_memo, user_memo;
    struct hash128 run; /* the one asked for last */
    int64_t run_process; /* 0: none */
    struct tally tally;
    struct bulk loads, bulk; /* loads that wait; whatever is written just now */
    bool registered;         /* both are known to the connection */
    struct block block;
    struct arena scratch; /* rewound for each record that needs it */
    struct source *sources;
    size_t source_count, source_room;
    struct shift shift[SHIFTS_MAX];
    size_t shifts;
    struct scopes *scopes; /* of the batch at hand */
};

/* ---- take.c ---- */
struct writing *writing_of(struct store *s); /* made when first asked for */
bool writing_begin(struct store *s, struct fault *f) MUST_CHECK;
void writing_rollback(struct store *s);      /* and forgets everything */
void writing_forget(struct store *s);        /* ids: rows went, or came from elsewhere */

/* ---- hosts.c ---- */
/* The host of a Computer, or of a collection whose records name none
 * (UNNAMED_MARK); where it was merged, the one that it was merged into. */
bool intern_host(struct store *s, struct span Computer, enum platform p, int64_t *id,
                 struct fault *f) MUST_CHECK;
/* What a source that opens says of its collection's host. */
bool host_of_collection(struct store *s, const struct source_opens *o,
                        struct fault *f) MUST_CHECK;
/* Shows the host as the analyst calls it (`given`), or as its records or its
 * collection do (SPAN_NONE). */
bool host_show(struct store *s, int64_t id, struct span given, struct fault *f) MUST_CHECK;

/* ---- loads.c ---- */
bool loads_add(struct store *s, const struct source *src, const struct load *l, int64_t host,
               int64_t sighting, int64_t process, int64_t user, struct fault *f) MUST_CHECK;
bool loads_flush(struct store *s, struct fault *f) MUST_CHECK;  /* those that wait */
bool blocks_flush(struct store *s, struct fault *f) MUST_CHECK; /* the one that is open */

/* ---- intern.c: strings to rows, made where they are new ---- */
/* SPAN_NONE gives 0. */
bool intern_user(struct store *s, struct span User, int64_t *id, struct fault *f) MUST_CHECK;
/* SPAN_NONE gives the row that stands for it. */
bool intern_image(struct store *s, struct span Image, int64_t *id, struct fault *f) MUST_CHECK;
bool intern_sighting(struct store *s, int64_t host, const struct load *l, int64_t *id,
                     struct fault *f) MUST_CHECK;
/* The sighting of such a load if it is remembered; 0 says nothing. */
int64_t intern_remembered(struct store *s, const struct load *l);

enum cache_kind { CACHE_HOST, CACHE_USER, CACHE_IMAGE, CACHE_MODULE, CACHE_PAIR, CACHE_SIGHTING,
                  CACHE_STUB, CACHE_SIGNING, CACHE_TOLD };
/* Is `first` and `second` together what was asked for last?  Its id, or 0. */
int64_t memo_find(const struct memo *m, struct span first, struct span second);
void memo_put(struct memo *m, struct span first, struct span second, int64_t id);
/* A key of one kind over up to 20 spans. */
struct hash128 cache_key(enum cache_kind kind, const struct span *spans, size_t count);

/* ---- ledger.c: the evidence rows ---- */
bool ledger_open(struct store *s, const struct batch *b, struct source **out,
                 struct fault *f) MUST_CHECK;
struct source *ledger_source(struct store *s, uint32_t number);
bool ledger_batch(struct store *s, struct source *src, const struct batch *b,
                  const struct counts *counts, struct fault *f) MUST_CHECK;
bool ledger_close(struct store *s, struct source *src, const struct batch *b,
                  struct fault *f) MUST_CHECK;
/* Once an ingest that came to its end is settled. */
bool ledger_ended(struct store *s, struct fault *f) MUST_CHECK;
bool ledger_problem(struct store *s, struct source *src, const char *kind, uint64_t place,
                    uint64_t len, const char *reason, struct fault *f) MUST_CHECK;
/* Counts that belong to another file's row. */
struct shift *ledger_shift(struct store *s, int64_t evidence, struct fault *f) MUST_CHECK;
bool ledger_shifts_flush(struct store *s, struct fault *f) MUST_CHECK;
int ledger_rank(struct span format);

/* ---- processes.c ---- */
/* The process of a load or a context record; a stub where no start is known, 0
 * where nothing names one. */
bool process_of(struct store *s, const struct source *src, int64_t host, struct span Computer,
                struct span ProcessGuid, int64_t ProcessId, struct span Image, int64_t *id,
                struct fault *f) MUST_CHECK;
/* The same with the load's own `run`. */
bool process_of_load(struct store *s, const struct source *src, int64_t host,
                     const struct load *l, int64_t *id, struct fault *f) MUST_CHECK;
/* CommandLine and ParentImage as the load's record has them, where no start is known. */
bool process_told(struct store *s, int64_t id, const struct load *l, struct fault *f) MUST_CHECK;
/* What the load's record says of how its process is signed, kept once a process. */
bool process_signing(struct store *s, const struct source *src, const struct load *l,
                     struct fault *f) MUST_CHECK;
bool process_take(struct store *s, struct source *src, int64_t host, const struct process *p,
                  struct counts *counts, struct fault *f) MUST_CHECK;
bool process_guid_counts(struct span ProcessGuid); /* neither empty nor all zeros */
/* Binds ?1 to ?21 of a statement that writes a start (stmt.h, PROCESS_COLUMNS). */
bool process_bind(struct store *s, sqlite3_stmt *st, const struct source *src, int64_t id,
                  const struct process *p, struct fault *f) MUST_CHECK;
bool processes_settle(struct store *s, struct fault *f) MUST_CHECK;

/* ---- duplicates.c, copies.c ---- */
enum copy_fate {
    COPY_NONE,  /* no copy of it is in the case: file it */
    COPY_OLD,   /* the row in the case stays; this one is left out */
    COPY_NEW,   /* this one took the row over */
};

/* Which files overlap with the batch, by host, channel, numbers and times. */
bool scopes_open(struct store *s, const struct source *src, struct batch *b,
                 struct fault *f) MUST_CHECK;
void scopes_close(struct store *s);
bool scopes_meet(const struct store *s); /* any of the batch at hand */
/* Must copies of this record be looked for? */
bool scopes_ask(const struct store *s, const struct origin *o);

bool duplicate_load(struct store *s, struct source *src, int64_t host, const struct load *l,
                    struct counts *counts, enum copy_fate *fate, struct fault *f) MUST_CHECK;
bool duplicate_context(struct store *s, struct source *src, int64_t host,
                       const struct context *c, struct counts *counts, enum copy_fate *fate,
                       struct fault *f) MUST_CHECK;
bool duplicate_process(struct store *s, struct source *src, int64_t host,
                       const struct process *p, struct counts *counts, enum copy_fate *fate,
                       struct fault *f) MUST_CHECK;
bool duplicates_settle(struct store *s, struct fault *f) MUST_CHECK;
/* Looks for a copy of a row that has come to this host just now: where there is one
 * the row is gone, and the ledger is right. */
bool duplicate_load_row(struct store *s, int64_t id, int64_t host, struct fault *f) MUST_CHECK;
bool duplicate_context_row(struct store *s, int64_t id, int64_t host,
                           struct fault *f) MUST_CHECK;

/* ---- merge.c, merge_undo.c: inside a transaction that is open ---- */
/* The rows of host `from` become those of `into`; what that changed is kept under
 * `change`. */
bool merge_hosts(struct store *s, int64_t change, int64_t from, int64_t into,
                 struct fault *f) MUST_CHECK;
bool merge_undo(struct store *s, int64_t change, int64_t from, int64_t into,
                struct fault *f) MUST_CHECK;
/* The statements of merge.c, between the begin and the end of what is recorded. */
bool merge_move(struct store *s, int64_t from, int64_t into, struct fault *f) MUST_CHECK;
/* Counts that follow from the rows: of these hosts' sightings and all pairs. */
bool merge_recount(struct store *s, int64_t from, int64_t into, struct fault *f) MUST_CHECK;

/* ---- host_change.c ---- */
#define HOST_SHOWN_MAX 300
/* The one host that is called so, as it is shown; FAULT_USAGE. */
bool host_named(struct store *s, const char *name, int64_t *id, char shown[static HOST_SHOWN_MAX],
                struct fault *f) MUST_CHECK;

/* ---- fact_judge.c: what imported facts make of a verdict ---- */
/* Of a module that is seen on this host now; *v is what the evidence alone says. */
bool facts_judge(struct store *s, int64_t host, const struct load *l, struct verdict *v,
                 struct fault *f) MUST_CHECK;
/* How many sightings came to say what. */
struct fact_effect {
    int64_t changed, known, unknown, IsUnsigned, IsUNCPath;
};
/* All sightings of the host anew; 0: of every host. */
bool facts_apply(struct store *s, int64_t host, struct fact_effect *effect,
                 struct fault *f) MUST_CHECK;

/* ---- claim.c ---- */
/* False, and FAULT_BUSY, where another process that lives holds the claim. */
bool claim_is_free(struct store *s, struct fault *f) MUST_CHECK;

/* ---- allowlist.c ---- */
/* The first enabled entry that matches such a module; 0. */
bool allow_match(struct store *s, const struct load *l, int64_t *entry,
                 struct fault *f) MUST_CHECK;

#endif
