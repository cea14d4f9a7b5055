/* The words of `modhunt ingest` and the console for records that name no host,
 * and for times that name no zone. */
#ifndef CLI_HOST_WORDS_H
#define CLI_HOST_WORDS_H

#include "cli/options.h"
#include "ingest/ingest.h"

#define HOST_OPTIONS \
    { "host", 0, "NAME", "the host of records that name none; else their collection's" }, \
    { "time-zone", 0, "ZONE", "of times that name none: Europe/Berlin, +02:00; else UTC" }

/* how->zone is the caller's, to be given to host_words_clear. */
bool host_words_read(struct ingest_options *how, const struct options *o,
                     struct fault *f) MUST_CHECK;
void host_words_clear(struct ingest_options *how);

#endif
