/* Figures in words.  Never local time, never the locale's own digits: two
 * analysts must read the same screen. */
#include "tui/say.h"

#include "core/moment.h"

#include <inttypes.h>
#include <stdio.h>

const char *say_number(int64_t n, char out[static SAY_MAX])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, n), w = 0;

    for (int i = 0; i < len; i++) {
        if (i > 0 && digits[i - 1] != '-' && (len - i) % 3 == 0)
            out[w++] = ',';
        out[w++] = digits[i];
    }
    out[w] = '\0';
    return out;
}

const char *say_bytes(uint64_t n, char out[static SAY_MAX])
{
    static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
    double size = (double)n / 1000;
    unsigned unit = 0;

    if (n < 1000) {
        snprintf(out, SAY_MAX, "%u B", (unsigned)n);
        return out;
    }
    while (size >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1000;
        unit++;
    }
    snprintf(out, SAY_MAX, size < 10 ? "%.1f %s" : "%.0f %s", size, units[unit]);
    return out;
}

const char *say_time(int64_t moment, char out[static SAY_MAX])
{
    char text[MOMENT_TEXT_MAX];

    moment_format(moment, text);
    /* 2022-08-31T20:39:07.561000Z: a space for the T, milliseconds, no Z */
    if (text[0] != '\0') {
        text[10] = ' ';
        text[23] = '\0';
    }
    snprintf(out, SAY_MAX, "%s", text);
    return out;
}

const char *say_took(int64_t microseconds, char out[static SAY_MAX])
{
    if (microseconds < 1000)
        snprintf(out, SAY_MAX, "<1 ms");
    else if (microseconds < 1000000)
        snprintf(out, SAY_MAX, "%" PRId64 " ms", microseconds / 1000);
    else
        snprintf(out, SAY_MAX, "%.1f s", (double)microseconds / 1e6);
    return out;
}

const char *say_count(int64_t n, const char *one, const char *many, char out[static SAY_MAX])
{
    char number[SAY_MAX];

    say_number(n, number);
    if (n == 1)
        snprintf(out, SAY_MAX, "%.20s %.24s", number, one);
    else if (many)
        snprintf(out, SAY_MAX, "%.20s %.24s", number, many);
    else
        snprintf(out, SAY_MAX, "%.20s %.24ss", number, one);
    return out;
}
