/* Inside store/: what loads add to their sightings, kept in memory between two
 * commits and written with the second, so that a sighting of a thousand new
 * loads is written once, and a new one is inserted whole.
 *
 * Nothing of it survives a commit or a rollback. */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "core/factor.h"
#include "store/bulk.h"

/* It grows from the one to the other (18 MiB), then is flushed within the transaction. */
#define TALLY_SLOTS_MIN 2048
#define TALLY_SLOTS_MAX 131072
#define TALLY_FULL (TALLY_SLOTS_MAX / 2) /* sightings */
#define TALLY_USER_SLOTS 16384

/* A sighting that is not in the case yet. */
struct tally_fresh {
    int64_t sighting, pair, host, allowed_by;
    struct verdict verdict;
};

struct tally_sighting {
    int64_t sighting; /* 0: free */
    int64_t loads, first, last;
    int64_t recovered, recovered_first, recovered_last;
    int64_t user, user_loads, user_recovered; /* its first user's share; user 0: none */
    size_t fresh;     /* 1 + its place there; 0: it is in the case */
};

/* The share of a further user. */
struct tally_user {
    int64_t sighting, user; /* 0: free */
    int64_t loads, recovered;
};

#define TALLY_COUNTED_MAX (1u << 22) /* sightings; 512 KiB of bits */

struct tally {
    uint8_t *counted;   /* a bit for each sighting whose pair has counted its host */
    struct tally_sighting *sightings;
    struct tally_user *users;
    struct tally_fresh *fresh;
    uint32_t *fresh_at; /* by (pair, host): 1 + the place in fresh */
    int64_t *pairs;     /* of a flush: those that came to one more host */
    size_t slots;       /* of sightings and fresh_at; half as many of fresh and pairs */
    size_t sighting_count, user_count, fresh_count;
    bool any_counted;
};

void tally_init(struct tally *t);
void tally_free(struct tally *t);
void tally_forget(struct tally *t);  /* what is not written yet */
void tally_uncount(struct tally *t); /* what is known of the case */

/* One more load (by = 1), or one that goes away (by = -1: then the caller marks
 * the sighting stale, for first and last can't be taken back). */
bool tally_add(struct store *s, struct tally *t, int64_t sighting, int64_t user, int64_t time,
               bool recovered, int by, struct fault *f) MUST_CHECK;

/* Asks memory for what tally_add will look up. */
void tally_fetch(const struct tally *t, int64_t sighting);

/* A sighting that the next flush writes. */
bool tally_new(struct store *s, struct tally *t, const struct tally_fresh *fresh,
               struct fault *f) MUST_CHECK;
int64_t tally_find_new(const struct tally *t, int64_t pair, int64_t host); /* its id; 0 */

/* Writes one without loads now; the bulk is empty before and after. */
bool tally_write_new(struct store *s, struct bulk *b, const struct tally_fresh *fresh,
                     struct fault *f) MUST_CHECK;

bool tally_flush(struct store *s, struct tally *t, struct bulk *b, struct fault *f) MUST_CHECK;

#endif
