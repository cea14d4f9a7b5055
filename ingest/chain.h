/* One name that is followed: the file behind it now, and those before it that
 * are not finished.
 *
 * A file that was renamed or deleted is read to its end before the next one
 * begins: once the new one has bytes and the old one was quiet for a moment.  One
 * that was emptied in place (copytruncate) goes on in the copy that was made of
 * it, where that is found beside it, so that what was written last is not lost. */
#ifndef INGEST_CHAIN_H
#define INGEST_CHAIN_H

#include "ingest/tail.h"

struct chain {
    const char *path;
    struct reader *r;
    int notify;               /* inotify's descriptor; -1 */
    struct tail *oldest, *newest;
    bool pipe, over;          /* over: a pipe that was read to its end */
};

void chain_watch(struct chain *c); /* its folder, where new files of the name appear */

/* Reads what there is to read and hands it on; *due becomes earlier where
 * something waits for its time (ticks).  False once the line is stopping. */
bool chain_look(struct chain *c, int64_t *due);

/* At the start, after a first look at every name: the rest of a file that was
 * renamed while nobody followed it. */
bool chain_find_rest(struct chain *c);

/* Hands on what is whole and closes the rows, which may be gone on with. */
bool chain_end(struct chain *c);
void chain_clear(struct chain *c);

uint64_t chain_behind(const struct chain *c); /* bytes that lie there unread */

#endif
