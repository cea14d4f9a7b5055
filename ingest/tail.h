/* The end of one file that grows, or of a pipe: what was read of it is cut behind
 * whole records and handed on, at most four times a second.
 *
 * A half-written last record waits.  It counts as damage only once the file is
 * known to have ended (rotated away, cut short, the pipe closed).  Never reads
 * what it has handed on a second time, never writes. */
#ifndef INGEST_TAIL_H
#define INGEST_TAIL_H

#include "ingest/ingest.h"
#include "ingest/source.h"
#include "ingest/walk.h"

#include <time.h>

#define TAIL_HAND_ON_US 250000 /* between two pieces, unless one is full */
#define TAIL_EDGE_BYTES 1024   /* looked at again before reading on */

enum tail_stage {
    TAIL_NEW,  /* its format is not known yet, it has no row */
    TAIL_OPEN, /* it has a row */
    TAIL_OVER, /* nothing more is wanted of it */
};

struct tail {
    struct tail *next;       /* of the same name, and newer */
    struct source source;
    const char *given;       /* the word that led to it: collection.h */
    int fd, watch;
    bool pipe, ended;        /* ended: of a pipe that was closed */
    bool known_only;         /* wanted only where the case has its beginning */
    struct file_id id;
    enum tail_stage stage;
    struct digest *digest;   /* of everything handed on */
    uint8_t beginning[SHA256_BYTES]; /* the same, taken */
    uint8_t *bytes;          /* read and not handed on yet; at `offset` */
    size_t len, room;
    uint64_t offset;
    void *state;             /* cut's */
    const char *broken;      /* why it can't be read */
    int64_t handed, grew;    /* ticks */
    struct timespec modified;
    uint8_t edge[TAIL_EDGE_BYTES]; /* the last bytes that were read */
    size_t edge_len;
};

/* Takes the descriptor over.  `path` must outlive it. */
struct tail *tail_open(struct reader *r, int fd, const char *path, bool pipe);
void tail_close(struct tail *t);

enum tail_grown {
    TAIL_SAME,
    TAIL_GREW, /* and there may be more */
    TAIL_CUT,  /* the file no longer holds what was read of it */
};

/* Reads what is there, up to what it may buffer.  Of a pipe: call it where there
 * is something to read. */
enum tail_grown tail_fill(struct tail *t);

enum tail_take {
    TAKE_FULL,  /* full pieces alone: there is more to read at once */
    TAKE_DUE,   /* whole records, if it is time; else *due says when (ticks) */
    TAKE_WHOLE, /* whole records at once, as far as it is certain that they are whole */
    TAKE_ALL,   /* nothing will follow: what is left of a record, too */
};

/* False once the line is stopping. */
bool tail_take(struct tail *t, enum tail_take how, int64_t *due);

/* Up to where it was read, and where it was handed on. */
uint64_t tail_place(const struct tail *t);

/* Ends its row, or lists it where it has none.  `reason` may be NULL; where it is
 * `open`, the row may be gone on with.  False once the line is stopping. */
bool tail_end(struct tail *t, bool open, const char *reason);

/* ---- tail_known.c ---- */

/* Finds the row whose bytes are the beginning of this file, of those that may be
 * gone on with, and puts the tail behind them: offset, digest, beginning.  Gives
 * the row's id, or 0. */
int64_t tail_known(struct tail *t);

/* For an ingest that does not follow: reads the file to its end as the rest of one
 * that was followed before, if it is one (*taken).  False once the line is
 * stopping. */
bool tail_rest(struct reader *r, int fd, const struct walked *found, bool *taken);

/* The same file under another name: does it begin with what was read of `t`?  If
 * so the tail reads on there, and the descriptor is taken over. */
bool tail_moves(struct tail *t, int fd);

#endif
