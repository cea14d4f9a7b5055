/* Signals as news for the loop: a byte in a pipe that it polls.
 *
 * From signals_open to signals_close.  A program that was told to end (SIGHUP,
 * SIGTERM, SIGINT, SIGQUIT) and is still there a second later hangs in a write
 * to a dead terminal: then the terminal is restored and the process ends. */
#ifndef TUI_SIGNALS_H
#define TUI_SIGNALS_H

#include "core/fault.h"

struct termios;

/* What signals said since the last ask. */
struct news {
    bool leave;   /* end */
    bool resized; /* the terminal has another size */
    bool stop;    /* Ctrl-Z */
};

/* `terminal` is how the terminal was found, and how it is left. */
bool signals_open(const struct termios *terminal, struct fault *f) MUST_CHECK;
void signals_close(void); /* may be called twice */
int signals_fd(void);     /* readable when there is news */
struct news signals_news(void);
void signals_stop(void);  /* stops the process until it is continued */

#endif
