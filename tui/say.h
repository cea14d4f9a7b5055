/* Figures in words: numbers, sizes, times and durations as the screen shows
 * them.  Times are UTC, always. */
#ifndef TUI_SAY_H
#define TUI_SAY_H

#include <stdint.h>

#define SAY_MAX 48

const char *say_number(int64_t n, char out[static SAY_MAX]);   /* 1,234,567 */
const char *say_bytes(uint64_t n, char out[static SAY_MAX]);   /* 1.2 GB */
const char *say_time(int64_t moment, char out[static SAY_MAX]);/* 2022-08-31 20:39:07.561 */
const char *say_took(int64_t microseconds, char out[static SAY_MAX]); /* 12 ms */
/* `1 host`, `2 hosts`; many: NULL adds an s. */
const char *say_count(int64_t n, const char *one, const char *many, char out[static SAY_MAX]);

#endif
