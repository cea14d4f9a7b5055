/* Times: microseconds since 1970-01-01T00:00:00Z, signed, saturating.
 *
 * Never local time, never a float.  MOMENT_NONE means "not known". */
#ifndef CORE_MOMENT_H
#define CORE_MOMENT_H

#include "core/span.h"

#define MOMENT_NONE INT64_MIN
#define MOMENT_TEXT_MAX 48

/* 100 ns since 1601 (Windows FILETIME); 0 gives MOMENT_NONE, what does not fit
 * saturates. */
int64_t moment_from_filetime(uint64_t filetime);

/* Windows SYSTEMTIME: eight 16-bit little-endian words (year, month, weekday,
 * day, hour, minute, second, millisecond).  MOMENT_NONE where it is no date. */
int64_t moment_from_systemtime(struct span sixteen_bytes);

/* `2022-08-31 20:39:07.561`, `2022-08-31T20:39:07.5633124Z`, with `Z`, an
 * offset `+02:00`/`+0200`, or neither (then UTC), 0 to 9 decimals (cut to
 * microseconds).  MOMENT_NONE where it is anything else. */
int64_t moment_parse(struct span text);

/* `2022-08-31T20:39:07.561000Z` into out; MOMENT_NONE gives "". */
void moment_format(int64_t moment, char out[static MOMENT_TEXT_MAX]);

int64_t moment_now(void);
/* Microseconds of a clock that only runs forward, for measuring. */
int64_t moment_ticks(void);

#endif
