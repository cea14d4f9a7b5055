/* Facts: their words, and how their paths are compared. */
#include "core/fact.h"

static const struct {
    const char *stored, *words;
} says[FACT_SAYS_COUNT] = {
#define FACT_ROW(name, stored, words) { stored, words },
    FACTS_SAY(FACT_ROW)
};

const char *fact_name(enum fact_says s)
{
    return says[s].stored;
}

const char *fact_words(enum fact_says s)
{
    return says[s].words;
}

enum fact_says fact_named(struct span name)
{
    for (enum fact_says s = 0; s < FACT_SAYS_COUNT; s++)
        if (span_is(name, says[s].stored))
            return s;
    return FACT_SAYS_COUNT;
}

/* What is a link into /usr wherever /usr was merged. */
static const struct span merged[] = {
    SPAN_INIT("/lib/"), SPAN_INIT("/lib64/"), SPAN_INIT("/bin/"), SPAN_INIT("/sbin/"),
    SPAN_INIT("/lib32/"), SPAN_INIT("/libx32/"),
};
#define MERGED (sizeof merged / sizeof *merged)

static const struct span private_parts[] = {
    SPAN_INIT("/private/tmp/"), SPAN_INIT("/private/var/"), SPAN_INIT("/private/etc/"),
};

size_t fact_path(enum platform p, struct span path, uint8_t *out)
{
    static const struct span usr = SPAN_INIT("/usr"), private = SPAN_INIT("/private");
    size_t at = 0;

    for (size_t i = 0; p == PLATFORM_LINUX && i < MERGED && !at; i++)
        if (span_starts(path, merged[i])) {
            memcpy(out, usr.at, usr.len);
            at = usr.len;
        }
    for (size_t i = 0; p == PLATFORM_MACOS && i < 3; i++)
        if (span_starts(path, private_parts[i])) {
            path = span_of(path.at + private.len, path.len - private.len);
            break;
        }
    if (path.len)
        memcpy(out + at, path.at, path.len);
    return at + path.len;
}

bool fact_path_has_alias(struct span path)
{
    static const struct span usr = SPAN_INIT("/usr");

    if (!span_starts(path, usr))
        return false;
    path = span_of(path.at + usr.len, path.len - usr.len);
    for (size_t i = 0; i < MERGED; i++)
        if (span_starts(path, merged[i]))
            return true;
    return false;
}

bool fact_is_network(struct span file_system)
{
    static const char *const names[] = {
        "nfs", "nfs4", "cifs", "smb3", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs",
        "fuse.gvfsd-fuse", "fuse.rclone", "davfs", "vboxsf", "fuse.vmhgfs-fuse",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(file_system, names[i]))
            return true;
    return false;
}
