/* A time zone, for times that name none: an offset, or one of the system's
 * compiled zones (TZif), read by us.
 *
 * Never asks TZ, the locale or localtime, which threads would share.  A zone
 * never changes once it is open; any thread may use it. */
#ifndef INGEST_ZONE_H
#define INGEST_ZONE_H

#include "core/fault.h"
#include "core/moment.h"

struct zone;

/* `Europe/Berlin`, `UTC`, `+02:00`, `-0530`.  NULL, and what is expected in *f. */
struct zone *zone_open(const char *name, struct fault *f) MUST_CHECK;
void zone_close(struct zone *z); /* NULL is fine */
const char *zone_name(const struct zone *z);

/* What a clock in the zone showed (as if it were UTC) as UTC.  Of an hour that
 * came twice the first one; an hour that never was is read as if it had not been
 * skipped.  NULL is UTC. */
int64_t zone_utc(const struct zone *z, int64_t shown);

#endif
