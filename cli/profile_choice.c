/* Which profile Priority is reckoned by.
 *
 * A profile of the analyst's that can't be read is a fault and never passed over:
 * a list in an order that nobody asked for would be a lie. */
#include "cli/profile_choice.h"

#include "core/yaml.h"
#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_whole(int fd, uint8_t *text, size_t *len, struct fault *f)
{
    ssize_t n = 0;

    for (*len = 0; *len <= YAML_BYTES_MAX; *len += (size_t)n) {
        n = read(fd, text + *len, YAML_BYTES_MAX + 1 - *len);
        if (n <= 0)
            break;
    }
    return n >= 0 || fault_errno(f, "it can't be read");
}

struct profile *profile_file(const char *path, struct fault *f)
{
    struct profile *p = NULL;
    struct stat st;
    uint8_t *text;
    size_t len;
    int fd;

    if (strcmp(path, "default") == 0)
        return profile_default();
    if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) < 0) {
        fault_errno(f, "the profile %s can't be opened", path);
        return NULL;
    }
    text = memory_get(YAML_BYTES_MAX + 2);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        fault(f, FAULT_USAGE, "the profile %s is no plain file", path);
    else if (!read_whole(fd, text, &len, f) || !(p = profile_open(span_of(text, len), f)))
        fault_while(f, "the profile %s", path);
    free(text);
    close(fd);
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
