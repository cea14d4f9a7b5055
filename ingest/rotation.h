/* The names of rotated logs: audit.log, audit.log.1, audit.log.2.gz,
 * audit.log-20261124.xz are one log, oldest first.
 *
 * Names order; they never decide what a file is. */
#ifndef INGEST_ROTATION_H
#define INGEST_ROTATION_H

#include "core/span.h"

struct rotation {
    struct span stem;   /* the log's own name */
    uint64_t age;       /* larger is older; 0: the one being written */
    bool compressed;
};

struct rotation rotation_of(struct span name);

/* Like strcmp for names of one folder: as bytes, but the parts of one log with
 * the oldest first. */
int rotation_order(struct span a, struct span b);

/* Paths as somebody gave them: the parts of one log in one folder, wherever they stand
 * among the others, oldest first (`audit.log*` of a shell gives the newest first). */
void rotation_arrange(char **paths, size_t count);

#endif
