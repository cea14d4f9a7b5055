/* A path as it is meant: from the folder that it starts in, without `.`, `..`
 * and doubled slashes.
 *
 * For Linux and macOS, whatever source names the path, so that rules and scores
 * see one spelling.  Lexical, and never touches a disk. */
#ifndef INGEST_PATH_H
#define INGEST_PATH_H

#include "core/arena.h"

/* `name` from `folder` where it is relative; SPAN_NONE where it is relative and
 * there is none. */
struct span path_meant(struct arena *a, struct span folder, struct span name, bool *full);

/* *path becomes what is meant, and *raw what stood there; *raw is SPAN_NONE where
 * both are the same.  A relative path stays as it is. */
void path_make_plain(struct arena *a, struct span *path, struct span *raw, bool *full);

#endif
