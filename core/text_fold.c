/* Lower case for names of hosts, the same on every machine.
 *
 * Never asks the locale.  Only pairs of letters of one length in UTF-8 are
 * folded, one by one: no language's own rules (Turkish i), no ligatures. */
#include "core/text.h"

/* From first to last, every step-th code point is a capital; by: to its small one. */
static const struct {
    uint32_t first, last, step, by;
} capitals[] = {
    { 'A', 'Z', 1, 32 },
    { 0xC0, 0xD6, 1, 32 },      { 0xD8, 0xDE, 1, 32 },       /* Latin-1 */
    { 0x100, 0x12E, 2, 1 },     { 0x132, 0x136, 2, 1 },      /* Latin Extended-A */
    { 0x139, 0x147, 2, 1 },     { 0x14A, 0x176, 2, 1 },
    { 0x178, 0x178, 1, (uint32_t)-121 }, { 0x179, 0x17D, 2, 1 },
    { 0x386, 0x386, 1, 38 },    { 0x388, 0x38A, 1, 37 },     /* Greek */
    { 0x38C, 0x38C, 1, 64 },    { 0x38E, 0x38F, 1, 63 },
    { 0x391, 0x3A1, 1, 32 },    { 0x3A3, 0x3AB, 1, 32 },
    { 0x400, 0x40F, 1, 80 },    { 0x410, 0x42F, 1, 32 },     /* Cyrillic */
    { 0x460, 0x480, 2, 1 },     { 0x48A, 0x4BE, 2, 1 },      { 0x4D0, 0x52E, 2, 1 },
    { 0x531, 0x556, 1, 48 },                                 /* Armenian */
    { 0x1E00, 0x1E94, 2, 1 },   { 0x1EA0, 0x1EFE, 2, 1 },    /* Latin, Vietnamese */
    { 0xFF21, 0xFF3A, 1, 32 },                               /* full width */
};

uint32_t text_small(uint32_t c)
{
    for (size_t i = 0; i < sizeof capitals / sizeof *capitals; i++)
        if (c >= capitals[i].first && c <= capitals[i].last)
            return (c - capitals[i].first) % capitals[i].step ? c : c + capitals[i].by;
    return c;
}

void text_fold(uint8_t *out, struct span in)
{
    while (in.len) {
        const uint8_t *at = in.at;
        uint8_t put[4];
        uint32_t c = text_next(&in);
        size_t len = (size_t)(in.at - at);

        if (text_put(put, text_small(c)) == len)
            memcpy(out, put, len);
        else
            memmove(out, at, len); /* a bad byte */
        out += len;
    }
}
