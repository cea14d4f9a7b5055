/* Which profile Priority is reckoned by: the one given, the analyst's own, or
 * the one that comes with modhunt. */
#ifndef CLI_PROFILE_CHOICE_H
#define CLI_PROFILE_CHOICE_H

#include "queries/profile.h"

#define PROFILE_PATH_MAX 4096

/* The profile in the file `path`; `default` is the one that comes with modhunt.
 * NULL, and *f names the file and the line. */
struct profile *profile_file(const char *path, struct fault *f) MUST_CHECK;

/* Where the analyst's own would lie; false where neither XDG_CONFIG_HOME nor HOME
 * is set. */
bool profile_own_path(char out[static PROFILE_PATH_MAX]);

/* What every store of this process ranks by from here on.  given: the value of
 * --profile, or NULL.  Once, before the first store is opened. */
bool profile_choose(const char *given, struct fault *f) MUST_CHECK;

#endif
