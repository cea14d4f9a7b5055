/* Sentences for the analyst, on stderr.
 *
 * Everything goes through text_show(), so that a file name or a fault that
 * holds bytes of evidence can't reach the terminal as it is.  A sentence that
 * is too long is cut, never split. */
#ifndef CLI_TELL_H
#define CLI_TELL_H

#include "core/fault.h"

#include <stdint.h>

/* Exit statuses: design.md section 8. */
enum status {
    STATUS_DONE = 0,
    STATUS_DAMAGED = 1, /* done, but some evidence was damaged, cut or unreadable */
    STATUS_USAGE = 2,
    STATUS_FAILED = 3,  /* could not do it */
};

/* `modhunt: `, the sentence, a line end. */
void tell(const char *format, ...) PRINTF_LIKE(1, 2);

/* Says the fault and gives the exit status that belongs to it. */
int tell_fault(const struct fault *f);

/* A usage error: the sentence, and where the help is.  Gives STATUS_USAGE. */
int tell_usage(const char *command, const char *format, ...) PRINTF_LIKE(2, 3);

/* A count with its thousands apart, `1,234,567`. */
#define TELL_COUNT_TEXT 28
const char *tell_count(uint64_t count, char out[static TELL_COUNT_TEXT]);

/* `1 record`, `1,234 records`; many: NULL adds an s. */
#define TELL_THINGS_TEXT 64
const char *tell_things(uint64_t count, const char *one, const char *many,
                        char out[static TELL_THINGS_TEXT]);

/* Bytes as `17 bytes`, `64.0 KiB`, `1.2 GiB`. */
#define TELL_BYTES_TEXT 28
const char *tell_bytes(uint64_t bytes, char out[static TELL_BYTES_TEXT]);

#endif
