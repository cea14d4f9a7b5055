/* The terminal: cells out, presses in.  The only file that knows curses.
 *
 * Sends nothing but what a grid holds and what terminfo says: no title, no OSC.
 * The terminal is restored by term_close and, should the program hang on a dead
 * terminal, by the alarm that a signal sets. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "core/fault.h"
#include "tui/grid.h"
#include "tui/press.h"

/* What signals say, since the last ask. */
struct term_news {
    bool leave;   /* SIGHUP, SIGTERM, SIGINT, or the terminal is gone */
    bool resized;
};

/* False, and *f, where the terminal can't be used. */
bool term_open(struct fault *f) MUST_CHECK;
void term_close(void); /* restores it; may be called twice */

bool term_ascii(void); /* the locale is not UTF-8 */
void term_size(int *rows, int *columns);
int term_signal_fd(void);   /* readable when there is news */
struct term_news term_news(void);
/* The next press; false: none is there.  Never waits (but 25 ms after an Esc). */
bool term_press(struct press *p);
void term_draw(const struct grid *g, bool anew);
/* Ctrl-Z: gives the terminal back, stops, and comes back. */
void term_suspend(void);

#endif
