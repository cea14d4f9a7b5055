/* Evidence into a case: ingest and the writer, wired together.
 *
 * `modhunt ingest` and the console both stand on it.  It starts no screen and
 * prints nothing. */
#ifndef CLI_FEED_H
#define CLI_FEED_H

#include "core/queue.h"
#include "ingest/ingest.h"
#include "store/writer.h"

struct feed {
    struct queue *orders;   /* struct order, from the console */
    struct queue *batches;  /* struct batch; NULL without evidence */
    struct queue *notices;  /* struct notice, from the writer */
    struct writer *writer;
    struct ingest *ingest;  /* NULL without evidence */
    struct known *known;    /* what the case had before */
    size_t known_count;
    bool follows;           /* files that grow: ingest ends when it is told to */
};

/* Every path exists; else a fault that names the one that does not. */
bool feed_check(const char *const *paths, size_t count, struct fault *f) MUST_CHECK;

/* Starts the writer on the store and, where there are paths, ingest as `how`
 * says (what the case knows and what to avoid is filled in here).  The store is
 * taken over in any case, also on failure, which leaves nothing running. */
bool feed_start(struct feed *fd, struct store *s, const char *case_path,
                const struct ingest_options *how, bool check, struct fault *f) MUST_CHECK;

/* When all is written: starts ingest once more, as `how` says.  FAULT_BUSY while
 * something is still being written, or another process loads evidence; what was wired
 * stays as it was.  Not while another thread looks at fd->ingest. */
bool feed_again(struct feed *fd, const char *case_path, const struct ingest_options *how,
                struct fault *f) MUST_CHECK;

/* No more is read; what was decoded still reaches the writer.  Any number of
 * times. */
void feed_halt(struct feed *fd);

/* Like feed_halt, and the writer need not take what is left: after a fault of
 * the writer, or when the console ends. */
void feed_abandon(struct feed *fd);

/* Waits, ends the threads, closes the store.  False, and *f, where something
 * was not written.  `known` stays until feed_clear. */
bool feed_stop(struct feed *fd, struct fault *f) MUST_CHECK;
void feed_clear(struct feed *fd);

/* Is this row of the ledger from this run, or continued by it? */
bool feed_is_new(const struct feed *fd, int64_t evidence);

#endif
