/* Inside store/: loads of one score and one time, and their order by text. */
#ifndef STORE_TIES_H
#define STORE_TIES_H

#include "store/memo.h"

#define TIES_ROWS_MAX 65536       /* more are left to SQLite's sorter */
#define TIES_BYTES_MAX (32u << 20) /* of the texts that order them */

/* A load without its texts. */
struct narrow {
    int64_t load, time, sighting, process, user, evidence, place, flags;
    bool timed; /* it has a time */
};

struct ties {
    struct narrow *row;
    size_t count, room;
    bool overflowed; /* only the first rows are here */
};

/* Does the row belong to those gathered?  None gathered: yes. */
bool ties_same(const struct ties *t, const struct narrow *n);
void ties_add(struct ties *t, const struct narrow *n);

/* By host, Image, ImageLoaded (memo of hunt_sighting), evidence digest (memo of
 * hunt_evidence), place.  Where their texts are too many it sets `overflowed`
 * and leaves the order as it is. */
bool ties_sort(struct ties *t, struct memo *sighting, struct memo *evidence,
               struct fault *f) MUST_CHECK;

void ties_empty(struct ties *t);
void ties_close(struct ties *t);

#endif
