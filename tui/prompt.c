/* The line editor: the keys that readline and vi agree on.
 *
 * Never lets the cursor stand inside a character. */
#include "tui/prompt.h"

#include "core/text.h"

#include <string.h>

static size_t char_before(const struct prompt *p, size_t at)
{
    if (at > 0)
        at--;
    while (at > 0 && ((uint8_t)p->text[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static size_t char_behind(const struct prompt *p, size_t at)
{
    if (at < p->len)
        at++;
    while (at < p->len && ((uint8_t)p->text[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static size_t word_before(const struct prompt *p, size_t at)
{
    while (at > 0 && p->text[at - 1] == ' ')
        at--;
    while (at > 0 && p->text[at - 1] != ' ')
        at--;
    return at;
}

static enum prompt_result erase(struct prompt *p, size_t from, size_t to)
{
    if (from == to)
        return PROMPT_MOVED;
    memmove(p->text + from, p->text + to, p->len - to + 1);
    p->len -= to - from;
    p->at = from;
    return PROMPT_CHANGED;
}

static enum prompt_result move(struct prompt *p, size_t to)
{
    p->at = to;
    return PROMPT_MOVED;
}

static enum prompt_result insert(struct prompt *p, uint32_t c)
{
    uint8_t bytes[4];
    size_t n = text_put(bytes, c);

    if (p->len + n >= sizeof p->text)
        return PROMPT_MOVED;
    memmove(p->text + p->at + n, p->text + p->at, p->len - p->at + 1);
    memcpy(p->text + p->at, bytes, n);
    p->at += n;
    p->len += n;
    return PROMPT_CHANGED;
}

void prompt_set(struct prompt *p, const char *text)
{
    struct span rest = span_text(text);

    *p = (struct prompt){ 0 };
    while (rest.len)
        insert(p, text_next(&rest));
}

bool prompt_replace(struct prompt *p, size_t from, const char *text)
{
    size_t len = strlen(text);

    if (p->len - (p->at - from) + len >= sizeof p->text)
        return false;
    memmove(p->text + from + len, p->text + p->at, p->len - p->at + 1);
    memcpy(p->text + from, text, len);
    p->len = p->len - (p->at - from) + len;
    p->at = from + len;
    return true;
}

void prompt_wipe(struct prompt *p)
{
    explicit_bzero(p->text, sizeof p->text);
    p->len = p->at = 0;
}

enum prompt_result prompt_press(struct prompt *p, uint32_t key)
{
    switch (key) {
    case PRESS_ENTER:
        return PROMPT_KEPT;
    case PRESS_ESC:
    case PRESS_CTRL('C'):
        return PROMPT_LEFT;
    case PRESS_LEFT:
    case PRESS_CTRL('B'):
        return move(p, char_before(p, p->at));
    case PRESS_RIGHT:
    case PRESS_CTRL('F'):
        return move(p, char_behind(p, p->at));
    case PRESS_HOME:
    case PRESS_CTRL('A'):
        return move(p, 0);
    case PRESS_END:
    case PRESS_CTRL('E'):
        return move(p, p->len);
    case PRESS_BACKSPACE:
        return erase(p, char_before(p, p->at), p->at);
    case PRESS_DELETE:
    case PRESS_CTRL('D'):
        return erase(p, p->at, char_behind(p, p->at));
    case PRESS_CTRL('W'):
        return erase(p, word_before(p, p->at), p->at);
    case PRESS_CTRL('U'):
        return erase(p, 0, p->at);
    case PRESS_CTRL('K'):
        return erase(p, p->at, p->len);
    default:
        if (key < 0x20 || key == 0x7F || key > 0x10FFFF || (key >= 0xD800 && key <= 0xDFFF))
            return PROMPT_NOTHING;
        return insert(p, key);
    }
}
