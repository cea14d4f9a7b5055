/* Does a file promise module loads?  Asked of its first bytes, so that what
 * answers yes may be read before the rest.
 *
 * It only ever orders: a yes or a no changes nothing of what is read, or how. */
#ifndef INGEST_PROMISE_H
#define INGEST_PROMISE_H

#include "core/span.h"

/* `head` is the first 64 KiB of a file that some decoder reads: for EVTX most of
 * its first chunk, for text its first records.  Pure and cheap; the child that
 * reads archives asks it, too. */
bool promise_of_loads(struct span head);

/* Is the file named after Sysmon, as its log and most exports of it are? */
bool promise_by_name(struct span name);

#endif
