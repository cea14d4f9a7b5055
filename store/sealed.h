/* Inside store/: histories that are only ever added to, each line sealed with a
 * SHA-256 over itself and the seal before, so that a line that was changed by other
 * means is told.
 *
 * A seal is over the seal before (zeros before the first), the line's numbers as
 * eight bytes each, and its texts, each behind its length. */
#ifndef STORE_SEALED_H
#define STORE_SEALED_H

#include "core/digest.h"
#include "store/connection.h"

#define HISTORY_MAX 100000 /* lines of one history */
#define SEALED_NUMBERS_MAX 6
#define SEALED_TEXTS_MAX 5

/* What the numbers and texts of a line are, and where `read` has them: its columns.
 * numbers[0] is the line's id, which counts from 1. */
struct sealed {
    const char *what;        /* `the allowlist`: whose history it is */
    enum stmt last, read;    /* id and hash of the last line; all lines, in their order */
    int numbers[SEALED_NUMBERS_MAX], texts[SEALED_TEXTS_MAX];
    size_t number_count, text_count;
    int previous, hash;      /* columns of `read` */
};

struct seal {
    uint8_t previous[SHA256_BYTES], hash[SHA256_BYTES];
};

/* The id of the next line, and the seal that comes before it.  FAULT_LIMIT where there
 * are HISTORY_MAX. */
bool sealed_next(struct store *s, const struct sealed *h, int64_t *id, struct seal *seal,
                 struct fault *f) MUST_CHECK;

/* Seals it: numbers and texts in the order of *h. */
void sealed_close(const struct sealed *h, const int64_t *numbers, const struct span *texts,
                  struct seal *seal);

/* FAULT_CASE names the first line that is not as it was written. */
bool sealed_check(struct store *s, const struct sealed *h, struct fault *f) MUST_CHECK;

/* What undo (or redo) would take next; 0 where there is none.  `lines` gives action and
 * change, the oldest first: `undo` and `redo` move the last one between the two, and
 * everything else is a change, which drops what was undone. */
bool sealed_undo(struct store *s, enum stmt lines, bool redo, int64_t *change,
                 struct fault *f) MUST_CHECK;

#endif
