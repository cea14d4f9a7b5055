/* Limits and the passwords of archives, from options, a file or the keyboard. */
#include "cli/bundle_words.h"

#include "ingest/decoder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER_MAX (1ull << 60)
#define RECORD_BYTES_MIN 1024

/* `64G`, `500M`, `1024`. */
static bool size_of(const struct options *o, const char *name, uint64_t *out, struct fault *f)
{
    static const char units[] = "KMGT";
    const char *value = options_value(o, name), *unit;
    size_t len = value ? strlen(value) : 0;
    unsigned shift = 0;
    uint64_t number;

    if (!value)
        return true;
    if (len > 1 && (unit = strchr(units, value[len - 1] & ~0x20)) != NULL && *unit) {
        shift = 10 * ((unsigned)(unit - units) + 1);
        len--;
    }
    if (!span_number(span_of(value, len), &number) || number == 0
        || number > NUMBER_MAX >> shift)
        return fault(f, FAULT_USAGE, "--%s needs a size like 500M or 64G, not %s", name, value);
    *out = number << shift;
    return true;
}

static bool limits_read(struct bundle_limits *l, const struct options *o, struct fault *f)
{
    static const char *const names[] = { "max-depth", "max-members", "max-member", "max-bundle",
                                         "max-held", "max-ratio" };
    bool any = false;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        any = any || options_given(o, names[i]);
    if (!any)
        return true; /* all zero: the usual ones */
    *l = (struct bundle_limits)BUNDLE_LIMITS_USUAL;
    if (!options_number(o, "max-depth", BUNDLE_DEPTH_MAX - 1, &l->depth, f)
        || !options_number(o, "max-members", NUMBER_MAX, &l->members, f)
        || !options_number(o, "max-ratio", NUMBER_MAX, &l->ratio, f)
        || !size_of(o, "max-member", &l->member_bytes, f)
        || !size_of(o, "max-bundle", &l->bundle_bytes, f)
        || !size_of(o, "max-held", &l->held_bytes, f))
        return false;
    if (l->members == 0 || l->ratio == 0)
        return fault(f, FAULT_USAGE, "a limit of 0 would read nothing");
    return true;
}

static bool record_read(uint64_t *bytes, const struct options *o, struct fault *f)
{
    if (!size_of(o, "max-record", bytes, f))
        return false;
    if (*bytes && (*bytes < RECORD_BYTES_MIN || *bytes > RECORD_BYTES_MAX))
        return fault(f, FAULT_USAGE, "--max-record is a size from 1K to 2M");
    return true;
}

/* ---- the passwords ---- */

static bool is_encrypted_zip(const char *path)
{
    static uint8_t head[SNIFF_BYTES];
    struct stat st;
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOATIME);

    if (fd < 0 && errno == EPERM)
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        n = read(fd, head, sizeof head);
    close(fd);
    return n > 0 && magic_zip_is_encrypted(span_of(head, (size_t)n));
}

bool bundle_words_read(struct bundle_words *w, const struct options *o, const char *const *paths,
                       size_t count, struct fault *f)
{
    const char *file = options_value(o, "password-file");

    *w = (struct bundle_words){ 0 };
    if (!limits_read(&w->options.limits, o, f) || !record_read(&w->record_max, o, f)
        || (file && !passwords_read(&w->passwords, file, f)))
        return false;
    w->asks = !file && unlock_can_ask();
    for (size_t i = 0; w->asks && i < count; i++)
        if (is_encrypted_zip(paths[i])
            && unlock_ask(&w->passwords, &w->options, paths[i]) == UNLOCKED_ENOUGH) {
            bundle_words_clear(w);
            return fault(f, FAULT_INTERRUPTED, "stopped at the question for a password");
        }
    bundle_words_use(w);
    return true;
}

bool bundle_words_asked(const char *const *paths, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(paths[i], path) == 0 && is_encrypted_zip(path))
            return true;
    return false;
}

void bundle_words_use(struct bundle_words *w)
{
    w->options.passwords = *w->passwords.text ? w->passwords.text : NULL;
}

void bundle_words_clear(struct bundle_words *w)
{
    passwords_clear(&w->passwords);
    w->options.passwords = NULL;
}
