/* The terminal: cells out, presses in.  The only file that knows curses.
 *
 * Sends nothing but what a grid holds and what terminfo says: no title, no OSC. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "core/fault.h"
#include "tui/grid.h"
#include "tui/press.h"

/* False, and *f, where the terminal can't be used. */
bool term_open(struct fault *f) MUST_CHECK;
void term_close(void); /* restores it; may be called twice */
/* Where the program ends at once (out of memory), from any thread: gives the
 * terminal back and frees nothing. */
void term_rescue(void);

bool term_ascii(void); /* the locale is not UTF-8 */
void term_size(int *rows, int *columns);
/* The next press; false: none is there.  Never waits (but 25 ms after an Esc). */
bool term_press(struct press *p);
void term_draw(const struct grid *g, bool anew);
/* Gives the terminal back, stops (Ctrl-Z), and comes back. */
void term_suspend(void);

#endif
