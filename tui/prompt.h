/* One line that is being typed: the filter, or the reason of an allowlist entry.
 *
 * Holds valid UTF-8 up to a ceiling; never asks anybody anything. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "tui/press.h"

#include <stdbool.h>
#include <stddef.h>

#define PROMPT_BYTES_MAX 1000

struct prompt {
    char text[PROMPT_BYTES_MAX]; /* ended by a zero */
    size_t len, at;              /* bytes; where the next character goes */
};

enum prompt_result {
    PROMPT_NOTHING, /* not one of its keys */
    PROMPT_MOVED,   /* the text is the same */
    PROMPT_CHANGED,
    PROMPT_KEPT,    /* Enter */
    PROMPT_LEFT,    /* Esc */
};

void prompt_set(struct prompt *p, const char *text); /* cut at the ceiling */
/* Puts a text where `from` to the cursor was; false, and nothing done, past the ceiling. */
bool prompt_replace(struct prompt *p, size_t from, const char *text);
void prompt_wipe(struct prompt *p); /* nothing of the text is left in memory */
enum prompt_result prompt_press(struct prompt *p, uint32_t key);

#endif
