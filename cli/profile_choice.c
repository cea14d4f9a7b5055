/* Which profile Priority is reckoned by.
 *
 * A profile of the analyst's that can't be read is a fault and never passed over:
 * a list in an order that nobody asked for would be a lie. */
#include "cli/profile_choice.h"

#include "cli/plain_file.h"
#include "core/yaml.h"
#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct profile *profile_file(const char *path, struct fault *f)
{
    struct profile *p;
    size_t len;
    char *text;

    if (strcmp(path, "default") == 0)
        return profile_default();
    text = plain_file_read(AT_FDCWD, path, 0, YAML_BYTES_MAX, &len, f);
    p = text ? profile_open(span_of(text, len), f) : NULL;
    if (!p)
        fault_while(f, "the profile %s", path);
    free(text);
    return p;
}

bool profile_own_path(char out[static PROFILE_PATH_MAX])
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int len = -1;

    if (config && *config == '/')
        len = snprintf(out, PROFILE_PATH_MAX, "%s/modhunt/profile.yaml", config);
    else if (home && *home == '/')
        len = snprintf(out, PROFILE_PATH_MAX, "%s/.config/modhunt/profile.yaml", home);
    return len > 0 && len < PROFILE_PATH_MAX;
}

bool profile_choose(const char *given, struct fault *f)
{
    char own[PROFILE_PATH_MAX];
    struct profile *p;

    if (!given && (!profile_own_path(own) || access(own, F_OK) != 0))
        return true;
    p = profile_file(given ? given : own, f);
    if (!p)
        return given ? false : fault_while(f, "(--profile default does without it)");
    store_rank_by(p);
    profile_close(p);
    return true;
}
