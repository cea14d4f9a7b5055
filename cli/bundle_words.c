/* Limits and the password of archives, from options, a file or the keyboard.
 *
 * The password never stands in argv and is never shown or logged. */
#include "cli/bundle_words.h"

#include "cli/tell.h"
#include "ingest/decoder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
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

/* ---- the password ---- */

/* The first line; false where it is longer than a password may be. */
static bool read_line(int fd, char password[static PASSWORD_MAX + 1])
{
    size_t len = 0;
    char c;
    ssize_t n;

    while ((n = read(fd, &c, 1)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || c == '\n')
            break;
        if (len == PASSWORD_MAX)
            return false;
        password[len++] = c;
    }
    if (len > 0 && password[len - 1] == '\r')
        len--;
    password[len] = 0;
    return true;
}

static bool from_file(const char *path, char password[static PASSWORD_MAX + 1], struct fault *f)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return fault_errno(f, "%s", path);
    ok = read_line(fd, password);
    close(fd);
    if (!ok)
        return fault(f, FAULT_LIMIT, "%s: its first line is too long for a password", path);
    return *password || fault(f, FAULT_USAGE, "%s: its first line is empty: no password", path);
}

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

static void ask(const char *path, char password[static PASSWORD_MAX + 1])
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios before, quiet;

    if (tty < 0)
        return;
    if (tcgetattr(tty, &before) == 0) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tell("%s is encrypted; its password (nothing: its members are only listed):", path);
        if (tcsetattr(tty, TCSAFLUSH, &quiet) == 0) {
            if (!read_line(tty, password))
                *password = 0;
            tcsetattr(tty, TCSAFLUSH, &before);
        }
    }
    close(tty);
}

bool bundle_words_read(struct bundle_words *w, const struct options *o, const char *const *paths,
                       size_t count, struct fault *f)
{
    const char *file = options_value(o, "password-file");

    *w = (struct bundle_words){ 0 };
    if (!limits_read(&w->options.limits, o, f) || !record_read(&w->record_max, o, f) || (file && !from_file(file, w->password, f)))
        return false;
    for (size_t i = 0; !file && i < count && isatty(STDIN_FILENO) && isatty(STDERR_FILENO); i++)
        if (is_encrypted_zip(paths[i])) {
            ask(paths[i], w->password);
            break;
        }
    w->options.password = *w->password ? w->password : NULL;
    return true;
}

void bundle_words_clear(struct bundle_words *w)
{
    explicit_bzero(w->password, sizeof w->password);
    w->options.password = NULL;
}
