/* Encrypted archives while the console runs: which wait for a password, whether what
 * was typed opens them, and reading them again.
 *
 * A thread of its own, so that neither the screen nor the progress waits for an
 * archive that is looked into. */
#ifndef CLI_LOCKSMITH_H
#define CLI_LOCKSMITH_H

#include "cli/feed.h"
#include "cli/unlock.h"

#include <stdatomic.h>

struct locksmith;

/* Watches the feed, whose teller is told to have ended by *told; from then on the
 * thread may start the feed again (feed_again) and tells its progress itself.  `how`
 * and `given`, what was given before, live as long as it does. */
struct locksmith *locksmith_start(struct feed *fd, const char *case_path,
                                  const struct ingest_options *how, const struct passwords *given,
                                  const atomic_bool *told, struct fault *f) MUST_CHECK;

/* What was typed for the first archive that waits, copied; empty: not that one.  Never
 * waits.  The answer is a NOTICE_LOCKED. */
void locksmith_answer(struct locksmith *l, const char *typed);

/* Waits for its thread and overwrites what it knows; NULL is fine. */
void locksmith_stop(struct locksmith *l);

#endif
