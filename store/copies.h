/* Inside store/: what duplicates_*.c share: a row that may be the same event,
 * and what becomes of the two. */
#ifndef STORE_COPIES_H
#define STORE_COPIES_H

#include "store/writing.h"

#define LOOKED_A_RECORD 256 /* rows that looking for copies of one record may cost */

/* A row in the case that may be a copy of the record at hand. */
struct held {
    int64_t id, evidence, record /* -1: none */, place, flags;
    int64_t a, b, c; /* loads: sighting, process, user; contexts: event, process, user;
                        processes: process, whether its row tells this very record */
    int64_t host;
    bool matched;    /* a record of our file was matched with it already */
};

/* From the columns of every statement that looks for copies. */
void held_read(sqlite3_stmt *st, struct held *h);

/* A row's record and its file, from time, record, place, flags, evidence, format. */
void origin_read(sqlite3_stmt *st, struct origin *o, struct source *src);

/* May one more row be looked at, beyond those?  Files get an allowance, so that floods of
 * records with one time can't stall an ingest; the first refusal is noted. */
bool copies_may_look(struct store *s, struct source *src, bool *may, struct fault *f) MUST_CHECK;

/* Is this record (of src) fuller than the row held? */
bool copies_prefer_new(struct store *s, const struct source *src, const struct origin *o,
                       const struct held *h, bool *prefer, struct fault *f) MUST_CHECK;

/* Notes the copy that is left out, and moves the counts: of src in *counts, of
 * the other file through ledger_shift. */
bool copies_leave_new(struct store *s, const struct source *src, enum row_kind kind,
                      const struct origin *o, const struct held *h, struct counts *counts,
                      struct fault *f) MUST_CHECK;
bool copies_leave_old(struct store *s, enum row_kind kind, const struct held *h,
                      struct fault *f) MUST_CHECK;

/* A row of the case that turned out to be a copy (of src->matched): deletes it, its
 * own copies become the other's, and *counts (of the one record) go to its file. */
bool copies_drop_row(struct store *s, enum row_kind kind, int64_t id, const struct source *src,
                     const struct counts *counts, bool recovered, struct fault *f) MUST_CHECK;

/* The same key and other content: both are kept, and the ledger says so. */
bool copies_conflict(struct store *s, struct source *src, const struct origin *o,
                     const struct held *h, const char *field, struct fault *f) MUST_CHECK;

#endif
