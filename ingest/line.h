/* The assembly line: pieces go in in order, workers decode them side by side,
 * batches come out in order.
 *
 * Bounded: who puts waits while LOOK_AHEAD pieces a worker are under way.  The
 * order of the batches is the same whatever the number of workers. */
#ifndef INGEST_LINE_H
#define INGEST_LINE_H

#include "core/queue.h"
#include "ingest/decoder.h"

#include <stdatomic.h>

/* Counted as things are decoded; any thread may read. */
struct tally {
    atomic_uint_fast64_t records, loads, damaged;
    atomic_bool ended; /* everything is sent */
};

enum job_kind {
    JOB_OPENS,  /* the first of a source: a batch with `opens` */
    JOB_PIECE,
    JOB_CLOSES, /* the last of a source: a batch with `closes` */
};

struct job {
    enum job_kind kind;
    const struct decoder *decoder; /* NULL where the source is only listed */
    struct piece piece;
    uint8_t *buffer;     /* owned: what piece.bytes borrows */
    struct batch *batch; /* owned until it is sent */
    bool mute;           /* in the case already: decoded for `follow`, never sent */

    bool done, dropped;  /* the line's own */
};

struct line;

/* `out` gets the batches, and is closed when the line ends. */
struct line *line_open(unsigned workers, struct queue *out, struct tally *t,
                       struct fault *f) MUST_CHECK;

/* Takes the job (memory_get'ed) over and waits for room.  False once the line
 * is stopping: nothing more is wanted. */
bool line_put(struct line *l, struct job *j);

void line_end(struct line *l);  /* no more jobs */
void line_stop(struct line *l); /* what is not decoded yet is dropped; any thread */
bool line_stopping(struct line *l);

/* After line_end or line_stop: waits for the threads and frees. */
void line_close(struct line *l);

#endif
