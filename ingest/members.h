/* The members of a bundle as sources, one after the other. */
#ifndef INGEST_MEMBERS_H
#define INGEST_MEMBERS_H

#include "ingest/source.h"

#include <time.h>

struct members_of {
    int fd;
    const char *given;        /* the word of the command line that led to it */
    bool stream;              /* standard input: not sought, of unknown size */
    int64_t resumes;          /* evidence id of the bundle's interrupted row; 0 */
    struct timespec modified; /* when the walk saw it; not of a stream */
    uint64_t done_before;     /* bytes_done when it began */
};

/* Reads the bundle `s` (path, size and fingerprint are set) and everything in
 * it; a stream may also be plain evidence.  False once the line is stopping. */
bool members_take(struct source *s, const struct members_of *of);

#endif
