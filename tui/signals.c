/* Signals: handlers that only note and write a byte.
 *
 * Never does a thing in a handler that may not be done there.  The surprise is
 * the alarm: curses retries an interrupted write, so a write to a terminal that
 * hangs can't be left in any other way. */
#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#define HANG_S 1 /* seconds between being told to end and being ended */

static volatile sig_atomic_t told_to_leave, told_resized, told_to_stop;
static int signal_pipe[2] = { -1, -1 };
static struct termios as_found;

static void told(int number)
{
    int saved = errno;
    ssize_t ignored;

    if (number == SIGWINCH)
        told_resized = 1;
    else if (number == SIGTSTP)
        told_to_stop = 1;
    else {
        told_to_leave = 1;
        alarm(HANG_S);
    }
    ignored = write(signal_pipe[1], "", 1); /* full: the loop wakes up anyhow */
    (void)ignored;
    errno = saved;
}

static void hangs(int number)
{
    (void)number;
    tcsetattr(STDIN_FILENO, TCSANOW, &as_found);
    _exit(3);
}

static const int told_by[] = { SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGWINCH, SIGTSTP };
#define TOLD_BY (sizeof told_by / sizeof *told_by)
static struct sigaction actions_before[TOLD_BY + 1];

bool signals_open(const struct termios *terminal, struct fault *f)
{
    struct sigaction a = { .sa_handler = told }, hang = { .sa_handler = hangs };

    if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
        return fault_errno(f, "no pipe for signals");
    as_found = *terminal;
    told_to_leave = told_resized = told_to_stop = 0;
    sigemptyset(&a.sa_mask);
    sigemptyset(&hang.sa_mask);
    for (size_t i = 0; i < TOLD_BY; i++)
        sigaction(told_by[i], &a, &actions_before[i]);
    sigaction(SIGALRM, &hang, &actions_before[TOLD_BY]);
    return true;
}

void signals_close(void)
{
    if (signal_pipe[0] < 0)
        return;
    alarm(0);
    for (size_t i = 0; i < TOLD_BY; i++)
        sigaction(told_by[i], &actions_before[i], NULL);
    sigaction(SIGALRM, &actions_before[TOLD_BY], NULL);
    close(signal_pipe[0]);
    close(signal_pipe[1]);
    signal_pipe[0] = signal_pipe[1] = -1;
}

int signals_fd(void)
{
    return signal_pipe[0];
}

struct news signals_news(void)
{
    struct news n;
    char bytes[64];

    while (read(signal_pipe[0], bytes, sizeof bytes) > 0)
        continue;
    n = (struct news){ told_to_leave, told_resized, told_to_stop };
    told_resized = told_to_stop = 0;
    return n;
}

void signals_stop(void)
{
    struct sigaction stop = { .sa_handler = SIG_DFL }, ours;

    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &ours);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &ours, NULL);
}
