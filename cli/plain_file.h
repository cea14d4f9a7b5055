/* The whole of a plain file of the analyst's: a profile, a query, a list of facts. */
#ifndef CLI_PLAIN_FILE_H
#define CLI_PLAIN_FILE_H

#include "core/fault.h"

#include <stddef.h>
#include <stdint.h>

/* Its bytes, and behind them a zero that is not counted; memory_get's.  `name` is
 * looked for in `folder` (AT_FDCWD); flags: O_NOFOLLOW, or 0.  A pipe, a device or a
 * folder is refused and never waited for, and so is more than `most` bytes.  NULL, and
 * *f says why without the name, which the caller puts before it. */
char *plain_file_read(int folder, const char *name, int flags, size_t most, size_t *len,
                      struct fault *f) MUST_CHECK;

#endif
