/* The face of ingest: start, follow, stop.
 *
 * Walks the paths, tells each file's format by content, reads and hashes and
 * cuts it in one thread, decodes the pieces in parallel workers, and hands the
 * batches on in order through one bounded queue: first a batch with `opens`,
 * last one with `closes`, for every file that the walk met (also those of no
 * format, which are only listed); behind everything, where it was not stopped, a
 * batch with `ends` alone.  It never writes to disk, never opens
 * evidence for writing, and never opens the case. */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include "core/load.h"
#include "core/queue.h"
#include "ingest/bundle.h"

struct file_id {
    uint64_t device, inode;
};

struct ingest_options {
    const char *const *paths;     /* files and folders, as given; `-`: standard input */
    size_t path_count;
    struct known *known;          /* what the case has already; outlives the ingest, which
                                     marks the followed rows that it goes on with
                                     (SOURCE_READING, no longer `followed`) */
    size_t known_count;
    const struct file_id *avoid;  /* the live case, its -wal and -shm: passed over */
    size_t avoid_count;
    unsigned workers;             /* 0: one a core */
    bool follow;                  /* the paths are files that grow: read on until stopped */
    size_t record_max;            /* bytes of one record of text; 0: as its format has it */
    struct bundle_options bundles; /* limits and passwords of archives */
    const char *const *only;      /* of what lies under the paths, these files alone, as the
                                     walk calls them; NULL: all.  Copied */
    size_t only_count;
    struct zone *zone;            /* of times that name none, borrowed; NULL: UTC */
    const char *host;             /* of records that name none; NULL: the collection tells */
};

struct ingest_progress {
    uint64_t files, files_done;   /* met so far, finished */
    uint64_t bytes, bytes_done;   /* of the files met so far */
    uint64_t records, loads, damaged; /* decoded so far */
    bool following;
    int64_t last_record;          /* when following handed on its last records; 0 */
    bool walked;                  /* the walk is over: files and bytes are final */
    bool done;
};

struct ingest;

/* Checks that every path exists (a missing one is a fault that names it, and
 * nothing is started), then starts the threads.  Batches go to `out`, which is
 * closed when all are sent or after ingest_stop.  *o is copied. */
struct ingest *ingest_start(const struct ingest_options *o, struct queue *out,
                            struct fault *f) MUST_CHECK;

/* Numbers as they stand; any thread. */
void ingest_progress(const struct ingest *in, struct ingest_progress *p);

/* The n-th file (from 0) that has encrypted members which the passwords did not open,
 * as the walk calls it, for the caller to free; NULL where there are no more yet.  A
 * file that an earlier ingest did not read whole may be among them.  Any thread. */
char *ingest_locked(struct ingest *in, size_t n) MUST_CHECK;

/* Asks it to stop: no new piece is read, what is decoded is still sent, `out`
 * is closed.  A source that was cut short sends no `closes`, but one that is
 * followed does, up to its last whole record.  Any thread; safe to call twice.  (Not from a signal handler.) */
void ingest_stop(struct ingest *in);

/* Waits for the threads and frees.  The queue must be drained meanwhile. */
void ingest_finish(struct ingest *in);

#endif
