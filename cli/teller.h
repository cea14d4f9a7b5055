/* The numbers of an ingest, told to the console as notices. */
#ifndef CLI_TELLER_H
#define CLI_TELLER_H

#include "cli/feed.h"

#include <stdatomic.h>

/* Some times a second, until all is read, or *over. */
void teller_run(struct feed *fd, const atomic_bool *over);

#endif
