/* Which host is meant, where a filter names one that is not in the case. */
#ifndef CLI_HOST_NEAR_H
#define CLI_HOST_NEAR_H

#include "store/store.h"

/* Says so on stderr for each host of the question that there is none of; true where
 * it said something. */
bool host_near_tell(struct store *s, const struct question *q, struct fault *f);

#endif
