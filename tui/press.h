/* One press of a key or a mouse button, as the terminal gives it to the model.
 *
 * A key is a Unicode code point (controls too: 0x09 Tab, 0x0D Enter, 0x1B Esc)
 * or one of the names below, which lie above all code points. */
#ifndef TUI_PRESS_H
#define TUI_PRESS_H

#include <stdbool.h>
#include <stdint.h>

enum press_key {
    PRESS_TAB = 0x09,
    PRESS_ENTER = 0x0D,
    PRESS_ESC = 0x1B,
    PRESS_UP = 0x110000,
    PRESS_DOWN,
    PRESS_LEFT,
    PRESS_RIGHT,
    PRESS_PAGE_UP,
    PRESS_PAGE_DOWN,
    PRESS_HOME,
    PRESS_END,
    PRESS_BACKSPACE,
    PRESS_DELETE,
    PRESS_BACK_TAB,
    PRESS_F1,
    PRESS_CLICK,      /* row and column say where */
    PRESS_WHEEL_UP,
    PRESS_WHEEL_DOWN,
};

#define PRESS_CTRL(letter) ((uint32_t)(letter) & 0x1Fu)

struct press {
    uint32_t key;
    int row, column; /* of the mouse */
};

/* Takes the next byte that was typed; true where it completes a character.  We
 * put UTF-8 together ourselves: curses' get_wch() gives up at a byte that does
 * not fit and leaves what follows it unread. */
bool press_typed(int byte, uint32_t *c);

#endif
