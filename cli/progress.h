/* The line that tells how far an ingest is: one line on stderr, rewritten. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "ingest/ingest.h"

struct progress {
    bool wanted;      /* stderr is a terminal */
    bool plain;       /* a terminal that can't clear to the end of the line */
    int64_t began;    /* moment_ticks() */
    int64_t drawn;    /* when, last */
    int width;        /* columns of what stands there now */
};

void progress_begin(struct progress *p);
/* At most five times a second; `settling` once everything is decoded. */
void progress_show(struct progress *p, const struct ingest_progress *in, bool settling);
/* Takes the line away, so that a sentence can follow. */
void progress_clear(struct progress *p);

/* The line itself, cut to `width` columns. */
#define PROGRESS_TEXT 256
void progress_line(char out[static PROGRESS_TEXT], const struct ingest_progress *in,
                   int64_t took, bool settling, int width);

#endif
