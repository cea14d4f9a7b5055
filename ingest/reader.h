/* The one thread that reads evidence: walk, sniff, hash, cut, hand on. */
#ifndef INGEST_READER_H
#define INGEST_READER_H

#include "ingest/bundle.h"
#include "ingest/line.h"
#include "ingest/locked.h"
#include "ingest/seen.h"
#include "ingest/source.h"
#include "ingest/walk.h"

struct reader {
    struct line *line;
    struct seen *seen;
    struct known *known;                     /* ingest_options' own */
    size_t known_count;
    const struct file_id *avoid;
    size_t avoid_count;
    struct digest *digest;
    struct bundle_options bundles;
    struct locked locked;                    /* files that wait for a password */
    const char *const *only;                 /* NULL, or the only paths that are read */
    size_t only_count;
    const char *host;                        /* --host; NULL */
    const struct zone *zone;                 /* --time-zone; NULL */
    uint32_t sources;                        /* announced so far */
    atomic_uint_fast64_t files_done, bytes_done;
    atomic_uint_fast64_t behind;             /* following: bytes that lie there unread */
    atomic_int_fast64_t last_record;         /* following: when one came last; 0 */
};

/* All was met: says so behind everything, unless the line is stopping. */
void reader_ends(struct reader *r);

/* One file or listed thing: everything from opens to closes.  Fits walk.each;
 * false once the line is stopping. */
bool reader_take(void *reader, const struct walked *f);

/* Is this file one of those that are to be read? */
bool reader_wants(const struct reader *r, const struct walked *f);

/* Does the case have rows of followed files that may be gone on with? */
bool reader_has_open_ends(const struct reader *r);

/* SHA-256 of the size (eight bytes, little-endian), the first and the last 64 KiB
 * of the file's first `size` bytes; of all twice where there are fewer.  Uses the
 * digest up.  False where they can't be read. */
bool reader_fingerprint(int fd, uint64_t size, struct digest *d,
                        uint8_t out[static FINGERPRINT_BYTES]);

#endif
