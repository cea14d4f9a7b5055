/* What is typed, byte by byte, as characters.
 *
 * Never gives half a character: bytes that are no UTF-8 are dropped. */
#include "tui/press.h"

#include "core/text.h"

bool press_typed(int byte, uint32_t *c)
{
    static uint8_t bytes[4];
    static size_t have;
    size_t need;

    if (byte < 0x80) {
        have = 0;
        *c = (uint32_t)byte;
        return true;
    }
    if (byte >= 0xC2 && byte <= 0xF4) {
        bytes[0] = (uint8_t)byte;
        have = 1;
        return false;
    }
    if (byte > 0xBF || have == 0)
        return have = 0, false;
    bytes[have++] = (uint8_t)byte;
    need = bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (have < need)
        return false;
    struct span whole = span_of(bytes, have);
    have = 0;
    if (!text_is_utf8(whole))
        return false;
    *c = text_next(&whole);
    return true;
}
