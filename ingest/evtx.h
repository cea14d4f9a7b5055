/* The parts of the EVTX decoder: a file is slots of 64 KiB behind a header, a
 * slot holds a chunk, a chunk holds records. */
#ifndef INGEST_EVTX_H
#define INGEST_EVTX_H

#include "ingest/binxml.h"

#define EVTX_HEADER 4096u
#define EVTX_SLOT 65536u

/* Everything of one slot (at most EVTX_SLOT bytes, fewer where the file ends in
 * it), which starts at `place` of the file: its declared records to normal, its
 * losses, and what lies outside the declared ones to b->found. */
void evtx_chunk(struct batch *b, struct binxml *x, struct span slot, uint64_t place);

/* Nothing but zeros: not used yet, or a hole. */
bool evtx_zeros(struct span slot);
#define EVTX_HOLE "a hole: nothing but zeros where chunks stood"

/* A record outside the declared ones that decodes, until it is known to be no
 * copy of another.  Lives in the batch's arena. */
struct found {
    struct found *next;
    struct event event;
};

/* Tells copies from survivors over the batches of one file, in order; hands the
 * survivors to normal.  *state is zeroed memory of EVTX_FOLLOW_BYTES. */
#define EVTX_FOLLOW_BYTES sizeof(struct evtx_follow *)
struct evtx_follow;
void evtx_follow(void *state, struct batch *b, bool last);
void evtx_follow_end(void *state);

#endif
