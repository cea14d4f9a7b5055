/* The password of an archive, from a file or from the keyboard.
 *
 * It is tried at once (bundle_probe), so that a wrong one is asked for again
 * before anything is read with it.  The surprise: the terminal is taken out of
 * its line mode, because a Ctrl-C there would leave it without echo. */
#include "cli/unlock.h"

#include "cli/tell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#define TRIES 3
#define KEY_CTRL_C 3
#define KEY_CTRL_D 4
#define KEY_CTRL_U 21

/* ---- what is known ---- */

bool passwords_add(struct passwords *p, const char *one)
{
    size_t len = strlen(one), have = strlen(p->text);

    if (len == 0 || len > PASSWORD_MAX || strchr(one, '\n')
        || len + 1 + have > PASSWORDS_BYTES_MAX)
        return false;
    memmove(p->text + len + 1, p->text, have + 1);
    memcpy(p->text, one, len);
    p->text[len] = '\n';
    return true;
}

void passwords_drop(struct passwords *p)
{
    char *rest = strchr(p->text, '\n');
    size_t len = strlen(p->text), left = rest ? len - (size_t)(rest + 1 - p->text) : 0;

    if (left)
        memmove(p->text, rest + 1, left);
    explicit_bzero(p->text + left, sizeof p->text - left);
}

void passwords_clear(struct passwords *p)
{
    explicit_bzero(p, sizeof *p);
}

/* Takes out `\r` at line ends, and empty lines. */
static void tidy(char *text)
{
    char *to = text;

    for (char *line = text, *end; *line; line = end) {
        size_t len = strcspn(line, "\n");

        end = line + len + (line[len] == '\n');
        if (len > 0 && line[len - 1] == '\r')
            len--;
        if (len == 0)
            continue;
        memmove(to, line, len);
        to += len;
        *to++ = '\n';
    }
    explicit_bzero(to, strlen(to));
}

bool passwords_read(struct passwords *p, const char *path, struct fault *f)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    size_t have = 0;
    ssize_t n = 1;

    *p = (struct passwords){ 0 };
    if (fd < 0)
        return fault_errno(f, "%s", path);
    while (n > 0 && have < PASSWORDS_BYTES_MAX) {
        do
            n = read(fd, p->text + have, PASSWORDS_BYTES_MAX - have);
        while (n < 0 && errno == EINTR);
        have += n > 0 ? (size_t)n : 0;
    }
    if (n < 0)
        fault_errno(f, "%s", path);
    close(fd);
    if (n < 0)
        return false;
    if (have == PASSWORDS_BYTES_MAX)
        return fault(f, FAULT_LIMIT, "%s: too long for a list of passwords, which may have %d bytes",
                     path, PASSWORDS_BYTES_MAX - 1);
    if (memchr(p->text, 0, have))
        return fault(f, FAULT_FORMAT, "%s: holds a zero byte: no list of passwords", path);
    if (have && p->text[have - 1] != '\n')
        p->text[have] = '\n';
    tidy(p->text);
    for (const char *line = p->text; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > PASSWORD_MAX)
            return fault(f, FAULT_LIMIT, "%s: a line is too long for a password", path);
    return *p->text || fault(f, FAULT_USAGE, "%s: has no line with a password", path);
}

/* ---- the terminal ---- */

bool unlock_can_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* What is typed up to Enter; false at Ctrl-C, or where the terminal is gone. */
static bool type(int tty, char out[static PASSWORD_MAX + 1])
{
    size_t len = 0;

    for (;;) {
        char c;
        ssize_t n = read(tty, &c, 1);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || c == KEY_CTRL_C)
            return false;
        if (c == '\r' || c == '\n' || c == KEY_CTRL_D)
            break;
        if (c == KEY_CTRL_U)
            len = 0;
        else if (c == 0x7F || c == 0x08)
            len -= len > 0;
        else if (len < PASSWORD_MAX)
            out[len++] = c;
    }
    out[len] = 0;
    return true;
}

/* Without echo; what was typed ahead, and what follows the Enter, is thrown away. */
static bool ask(char out[static PASSWORD_MAX + 1])
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios before, quiet;
    bool ok = false;

    if (tty < 0)
        return false;
    if (tcgetattr(tty, &before) == 0) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG);
        quiet.c_cc[VMIN] = 1;
        quiet.c_cc[VTIME] = 0;
        if (tcsetattr(tty, TCSAFLUSH, &quiet) == 0) {
            ok = type(tty, out);
            tcsetattr(tty, TCSAFLUSH, &before);
        }
    }
    close(tty);
    return ok;
}

/* ---- trying ---- */

static bool probe(const struct passwords *p, const struct bundle_options *o, const char *path,
                  struct bundle_lock *lock)
{
    struct bundle_options with = *o;
    struct fault f;

    with.passwords = *p->text ? p->text : NULL;
    if (bundle_probe(path, &with, NULL, NULL, lock, &f))
        return true;
    tell_fault(&f);
    return false;
}

enum unlocked unlock_ask(struct passwords *p, const struct bundle_options *o, const char *path)
{
    static const struct passwords none;
    struct bundle_lock bare, now, with;
    char typed[PASSWORD_MAX + 1];
    enum unlocked done;
    int tries = 0;

    if (!probe(&none, o, path, &bare) || !bare.locked)
        return UNLOCKED_NOTHING;
    now = bare;
    if (*p->text && !probe(p, o, path, &now))
        return UNLOCKED_NOTHING;
    done = now.opened > bare.opened ? UNLOCKED : UNLOCKED_NOTHING;
    while (now.locked && tries < TRIES) {
        tell("%s%s is encrypted%s; its password (nothing: %s only listed):",
             tries ? "that does not open it: " : "", path, done == UNLOCKED ? " once more" : "",
             done == UNLOCKED ? "the rest is" : "its members are");
        if (!ask(typed)) {
            done = UNLOCKED_ENOUGH;
            break;
        }
        if (!*typed)
            break;
        tries++;
        if (!passwords_add(p, typed))
            continue;
        if (probe(p, o, path, &with) && with.opened > now.opened) {
            now = with;
            done = UNLOCKED;
            tries = 0;
        } else {
            passwords_drop(p);
        }
    }
    explicit_bzero(typed, sizeof typed);
    if (tries == TRIES)
        tell("%s: none of the %d opens it: %s only listed", path, TRIES,
             done == UNLOCKED ? "the rest is" : "its members are");
    return done;
}
