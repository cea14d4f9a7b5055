/* Inside store/: rows by id, the recent ones kept.
 *
 * A direct-mapped cache in front of one statement, so that a stream of loads
 * asks the case once for what many of them share.  Its memory is bounded by its
 * slots times MEMO_TEXT_MAX; a larger row is read anew each time. */
#ifndef STORE_MEMO_H
#define STORE_MEMO_H

#include "store/select.h"

#define MEMO_TEXT_MAX 1024
#define MEMO_CELLS_MAX 16
#define MEMO_ROW_MAX (128u << 20)

struct memo_slot {
    int64_t id; /* 0: empty */
    uint8_t *texts;
};

struct memo {
    struct store *store;
    sqlite3_stmt *st;
    size_t cells, slots; /* slots: a power of two */
    struct memo_slot *slot;
    struct cell *kept;                 /* slots * cells */
    struct cell large[MEMO_CELLS_MAX]; /* the last row that was read */
    struct arena scratch;              /* its texts */
    struct arena_mark start;
};

/* `text` compiles the statement, whose ?1 is the id.  A zeroed memo may be
 * closed; one that failed to open must be. */
bool memo_open(struct memo *m, struct store *s, void (*text)(struct statement *),
               size_t cells, size_t slots, struct fault *f) MUST_CHECK;

/* The row's cells, until the next call on the same memo; all NULL where there
 * is no such row or the id is 0. */
bool memo_get(struct memo *m, int64_t id, const struct cell **cells,
              struct fault *f) MUST_CHECK;
void memo_close(struct memo *m);

#endif
