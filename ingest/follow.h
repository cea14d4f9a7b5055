/* Following files that grow, and standard input as it comes. */
#ifndef INGEST_FOLLOW_H
#define INGEST_FOLLOW_H

#include "ingest/reader.h"

struct follow;

/* Checks that each path can be followed (a folder, an archive, a format that does
 * not grow by records at its end is a fault that names it) and opens what waits
 * for them.  The paths must outlive it. */
struct follow *follow_open(struct reader *r, const char *const *paths, size_t count,
                           struct fault *f) MUST_CHECK;

/* On the reader's thread: until follow_stop, or until standard input, where that
 * is all there is to follow, has ended. */
void follow_run(struct follow *w);

/* Asks it to hand on what it has read, to close the rows and to return.  Any
 * thread; safe to call twice. */
void follow_stop(struct follow *w);
void follow_close(struct follow *w); /* NULL is fine */

#endif
