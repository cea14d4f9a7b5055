/* In which order the files under some paths are read: those that log module
 * loads first, so that the first hits show at once. */
#ifndef INGEST_ORDER_H
#define INGEST_ORDER_H

#include "ingest/reader.h"

/* Hands every file under the walk's paths to reader_take, each once; w->each and
 * w->ctx are not used.  False once the line is stopping. */
bool order_read(struct reader *r, const struct walk *w);

#endif
