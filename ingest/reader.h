/* The one thread that reads evidence: walk, sniff, hash, cut, hand on. */
#ifndef INGEST_READER_H
#define INGEST_READER_H

#include "ingest/bundle.h"
#include "ingest/line.h"
#include "ingest/seen.h"
#include "ingest/source.h"
#include "ingest/walk.h"

struct reader {
    struct line *line;
    struct seen *seen;
    const struct file_id *avoid;
    size_t avoid_count;
    struct digest *digest;
    struct bundle_options bundles;
    const char *host;                        /* --host; NULL */
    const struct zone *zone;                 /* --time-zone; NULL */
    uint32_t sources;                        /* announced so far */
    atomic_uint_fast64_t files_done, bytes_done;
};

/* All was met: says so behind everything, unless the line is stopping. */
void reader_ends(struct reader *r);

/* One file or listed thing: everything from opens to closes.  Fits walk.each;
 * false once the line is stopping. */
bool reader_take(void *reader, const struct walked *f);

#endif
