/* Inside store/: what loads add to their sightings, kept in memory between two
 * commits and written with the second, so that a sighting of a thousand new
 * loads is written once.
 *
 * Nothing of it survives a commit or a rollback. */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "store/connection.h"

#define TALLY_SLOTS 16384 /* flushed within the transaction when three quarters are full */

struct tally_sighting {
    int64_t sighting; /* 0: free */
    int64_t loads, first, last;
    int64_t recovered, recovered_first, recovered_last;
};

struct tally_user {
    int64_t sighting, user; /* 0: free */
    int64_t loads, recovered;
};

struct tally {
    struct tally_sighting *sightings;
    struct tally_user *users;
    size_t sighting_count, user_count;
};

void tally_init(struct tally *t);
void tally_free(struct tally *t);
void tally_forget(struct tally *t);

/* One more load (by = 1), or one that goes away (by = -1: then the caller marks
 * the sighting stale, for first and last can't be taken back). */
bool tally_add(struct store *s, struct tally *t, int64_t sighting, int64_t user, int64_t time,
               bool recovered, int by, struct fault *f) MUST_CHECK;

bool tally_flush(struct store *s, struct tally *t, struct fault *f) MUST_CHECK;

#endif
