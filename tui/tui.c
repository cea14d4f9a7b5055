/* The loop: poll, press, ask, draw.
 *
 * It sleeps on the keyboard, the pages, the notices and the signals, and on
 * nothing else.  What is on the screen is the model's (tui/model.c). */
#include "tui/tui.h"

#include "tui/draw.h"
#include "tui/model.h"
#include "tui/signals.h"
#include "tui/term.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { POLL_KEYS, POLL_PAGES, POLL_NOTICES, POLL_SIGNALS, POLL_COUNT };

/* Who the entries of the allowlist are signed by: the account, not $USER. */
static void author_name(char *out, size_t size)
{
    const struct passwd *account = getpwuid(getuid());

    if (account && account->pw_name && account->pw_name[0])
        snprintf(out, size, "%s", account->pw_name);
    else
        snprintf(out, size, "uid %u", (unsigned)getuid());
}

static void take_presses(struct model *m)
{
    struct press p;

    while (model_press_room(m) && term_press(&p))
        model_press(m, p);
}

static void take_answers(struct model *m)
{
    void *thing;

    while ((thing = queue_try_take(m->doors.pages)))
        model_page(m, thing);
    while ((thing = queue_try_take(m->doors.notices)))
        model_notice(m, thing);
}

static void take_size(struct model *m, struct grid *g)
{
    int rows, columns;

    term_size(&rows, &columns);
    grid_resize(g, rows, columns);
    model_resize(m, g->rows, g->columns);
}

/* Sleeps until something comes.  False: the terminal is gone. */
static bool wait_for_more(const struct model *m)
{
    struct pollfd fds[POLL_COUNT] = {
        [POLL_KEYS] = { .fd = STDIN_FILENO, .events = model_press_room(m) ? POLLIN : 0 },
        [POLL_PAGES] = { .fd = queue_fd(m->doors.pages), .events = POLLIN },
        [POLL_NOTICES] = { .fd = queue_fd(m->doors.notices), .events = POLLIN },
        [POLL_SIGNALS] = { .fd = signals_fd(), .events = POLLIN },
    };

    /* A closed queue is readable for ever. */
    if (queue_ended(m->doors.pages))
        fds[POLL_PAGES].fd = -1;
    if (queue_ended(m->doors.notices))
        fds[POLL_NOTICES].fd = -1;
    if (poll(fds, POLL_COUNT, model_wake_ms(m)) < 0)
        return errno == EINTR || errno == EAGAIN;
    if (fds[POLL_KEYS].revents & (POLLHUP | POLLERR | POLLNVAL))
        return false;
    return true;
}

static void run(struct model *m, struct grid *g)
{
    take_size(m, g);
    for (;;) {
        struct news news = signals_news();

        if (news.leave)
            return;
        if (news.stop) {
            term_suspend();
            news.resized = true;
        }
        if (news.resized) {
            take_size(m, g);
            m->redraw = true;
        }
        take_presses(m);
        take_answers(m);
        model_run(m, moment_ticks());
        if (m->leave)
            return;
        draw(m, g);
        term_draw(g, m->redraw);
        m->redraw = false;
        if (!wait_for_more(m))
            return;
    }
}

bool tui_run(const struct tui_doors *doors, struct fault *f)
{
    char author[64];
    struct grid g = { 0 };
    struct model *m;

    if (!term_open(f))
        return false;
    fault_before_exit(term_rescue);
    author_name(author, sizeof author);
    m = memory_zero(1, sizeof *m);
    model_open(m, doors, author);
    g.ascii = m->ascii = term_ascii();
    run(m, &g);
    fault_before_exit(NULL);
    term_close();
    model_close(m);
    free(m);
    grid_free(&g);
    return true;
}
