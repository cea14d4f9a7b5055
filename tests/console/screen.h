/* The real program on a pseudo-terminal, and its screen as libvterm reads it.
 *
 * Everything waits with a deadline and ends the test with the screen printed
 * where the deadline passes. */
#ifndef TESTS_CONSOLE_SCREEN_H
#define TESTS_CONSOLE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCREEN_WAIT_MS 20000 /* sanitizers and a busy machine are slow */

struct screen;

struct screen_look {
    bool bold, underline, reverse;
    bool fg_default, bg_default;
    int fg, bg; /* index where indexed, else -1 */
};

/* Starts argv (ended by NULL) with `env` (NAME=VALUE, ended by NULL; added to
 * ours) on a terminal of that size.  ignore_hup: as nohup starts it. */
struct screen *screen_start(const char *const *argv, const char *const *env, int rows, int columns,
                            bool ignore_hup);
void screen_free(struct screen *s); /* ends the program if it still runs */

void screen_type(struct screen *s, const char *bytes);
/* Waits until a line shows the text, or none does. */
void screen_shows(struct screen *s, const char *text);
void screen_hides(struct screen *s, const char *text);
/* Waits until two texts stand in this order, from the top. */
void screen_orders(struct screen *s, const char *above, const char *below);
bool screen_has(struct screen *s, const char *text); /* now */
/* Reads on for so long. */
void screen_rest(struct screen *s, int ms);

int screen_row(struct screen *s, const char *text); /* -1: nowhere */
const char *screen_line(struct screen *s, int row); /* until the next call */
int screen_column(struct screen *s, int row, const char *text);
struct screen_look screen_look(struct screen *s, int row, int column);

void screen_resize(struct screen *s, int rows, int columns);
/* The program's terminal alone: libvterm 0.1.4 does not survive a storm of sizes
 * under output that was made for other ones. */
void screen_resize_terminal(struct screen *s, int rows, int columns);
void screen_kill(struct screen *s, int signal);
void screen_hang_up(struct screen *s); /* the terminal goes away */
/* Waits for the end: its exit status, or 128 + signal; -1 past the deadline. */
int screen_end(struct screen *s, int ms);
double screen_cpu_s(const struct screen *s); /* after screen_end */
/* Are the terminal's modes as they were before the program started? */
bool screen_restored(struct screen *s);

/* Every byte that the program sent. */
const uint8_t *screen_raw(const struct screen *s, size_t *len);

#endif
