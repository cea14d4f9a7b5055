/* Where a case lies, and whether a file is one.
 *
 * It never opens a case for writing, and removes only what its caller has made
 * in this very run.  The surprise: a folder keeps the dots of its name, a file
 * loses its ending. */
#include "cli/case_file.h"

#include "core/span.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SQLITE_HEADER_BYTES 100
#define APPLICATION_ID_AT 68
#define CASE_ENDING ".modhunt"

_Static_assert(PATH_MAX <= CASE_PATH_MAX, "realpath() fits");

enum case_kind case_file_kind(const char *path)
{
    uint8_t head[SQLITE_HEADER_BYTES];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? CASE_MISSING : CASE_UNREADABLE;
    bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    ssize_t got = is_file ? read(fd, head, sizeof head) : 0;
    int why = errno;
    close(fd);
    errno = why;
    if (!is_file)
        return CASE_OTHER;
    if (got < 0)
        return CASE_UNREADABLE;
    if (got == 0)
        return CASE_EMPTY;
    if (got < (ssize_t)sizeof head || memcmp(head, "SQLite format 3", 16) != 0)
        return CASE_OTHER;
    const uint8_t *id = head + APPLICATION_ID_AT;
    uint32_t application = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8
                         | id[3];
    return application == CASE_APPLICATION_ID ? CASE_OURS : CASE_FOREIGN_DB;
}

/* The name without its ending: one, or two where it is `.tar.gz` and its like. */
static size_t stem_length(const char *name, size_t len)
{
    size_t dot = len;

    while (dot > 0 && name[dot - 1] != '.')
        dot--;
    if (dot <= 1) /* no dot, or only a leading one */
        return len;
    if (len - dot == 7 && memcmp(name + dot, "modhunt", 7) == 0)
        return len; /* the case must not take the evidence's own name */
    len = dot - 1;
    return len > 4 && memcmp(name + len - 4, ".tar", 4) == 0 ? len - 4 : len;
}

void case_file_name(char *out, size_t size, const char *evidence)
{
    char whole[CASE_PATH_MAX];
    struct stat st;
    bool folder = stat(evidence, &st) == 0 && S_ISDIR(st.st_mode);
    const char *path = evidence;

    if (folder && realpath(evidence, whole))
        path = whole; /* `.`, `..` and `x/` have a name of their own */
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        len--;
    size_t from = len;
    while (from > 0 && path[from - 1] != '/')
        from--;
    const char *name = path + from;
    len -= from;
    if (!folder)
        len = stem_length(name, len);
    if (len > NAME_MAX - 16)
        len = NAME_MAX - 16; /* room for the ending and -wal */
    if (len == 0 || strcmp(evidence, "-") == 0)
        snprintf(out, size, "evidence" CASE_ENDING);
    else
        snprintf(out, size, "%.*s" CASE_ENDING, (int)len, name);
}

static bool inside_evidence(const char *folder, const char *const *evidence, size_t count)
{
    char whole[CASE_PATH_MAX];

    for (size_t i = 0; i < count; i++) {
        struct stat st;
        size_t len;

        if (stat(evidence[i], &st) != 0 || !S_ISDIR(st.st_mode) || !realpath(evidence[i], whole))
            continue;
        len = strlen(whole);
        if (len == 1 || (strncmp(folder, whole, len) == 0 && (!folder[len] || folder[len] == '/')))
            return true;
    }
    return false;
}

/* mkdir -p, private. */
static bool make_folder(char *path, struct fault *f)
{
    for (char *p = path + 1;; p++) {
        bool last = !*p;
        if (*p != '/' && !last)
            continue;
        *p = 0;
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return fault_errno(f, "the folder %s for cases can't be made", path);
        if (last)
            return true;
        *p = '/';
    }
}

static bool data_folder(char out[static CASE_PATH_MAX], struct fault *f)
{
    const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n;

    if (xdg && xdg[0] == '/')
        n = snprintf(out, CASE_PATH_MAX, "%s/modhunt", xdg);
    else if (home && home[0] == '/')
        n = snprintf(out, CASE_PATH_MAX, "%s/.local/share/modhunt", home);
    else
        return fault(f, FAULT_SYSTEM,
                     "the case can't lie in this folder, and there is no HOME to put it in; "
                     "name one: modhunt ingest -c CASE EVIDENCE...");
    if (n < 0 || n >= CASE_PATH_MAX)
        return fault(f, FAULT_LIMIT, "the path of the folder for cases is too long");
    return make_folder(out, f);
}

bool case_file_for(char out[static CASE_PATH_MAX], const char *const *evidence, size_t count,
                   bool *elsewhere, struct fault *f)
{
    char here[CASE_PATH_MAX], folder[CASE_PATH_MAX], name[NAME_MAX + 1];
    bool usable = getcwd(here, sizeof here) && access(".", W_OK | X_OK) == 0
               && !inside_evidence(here, evidence, count);

    case_file_name(name, sizeof name, evidence[0]);
    *elsewhere = !usable;
    if (usable) {
        snprintf(out, CASE_PATH_MAX, "%s", name);
        return true;
    }
    if (!data_folder(folder, f))
        return false;
    int n = snprintf(out, CASE_PATH_MAX, "%s/%s", folder, name);
    return (n > 0 && n < CASE_PATH_MAX)
        || fault(f, FAULT_LIMIT, "the path of the case is too long");
}

static void beside(char out[static CASE_PATH_MAX + 8], const char *path, const char *ending)
{
    snprintf(out, CASE_PATH_MAX + 8, "%s%s", path, ending);
}

static const char *const endings[] = { "", "-wal", "-shm" };

size_t case_file_ids(const char *path, struct file_id out[static 3])
{
    char name[CASE_PATH_MAX + 8];
    struct stat st;
    size_t n = 0;

    for (size_t i = 0; i < 3; i++) {
        beside(name, path, endings[i]);
        if (stat(name, &st) == 0)
            out[n++] = (struct file_id){ st.st_dev, st.st_ino };
    }
    return n;
}

void case_file_remove(const char *path)
{
    char name[CASE_PATH_MAX + 8];

    for (size_t i = 3; i-- > 0;) {
        beside(name, path, endings[i]);
        unlink(name);
    }
}
