/* Why something failed, as a value that travels to whoever can act on it.
 *
 * What the world can break returns bool (or a pointer) and takes a
 * `struct fault *` last.  Broken evidence is a `struct loss` (core/load.h) and
 * not a fault; a bug is an assert; out of memory ends the program here. */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

enum fault_kind {
    FAULT_NONE,
    FAULT_USAGE,       /* the call's words are off: exit status 2 */
    FAULT_SYSTEM,      /* the system said no: errno's text is in the sentence */
    FAULT_FULL,        /* no room left on the device, or over a quota */
    FAULT_FORMAT,      /* these bytes are not what they should be */
    FAULT_LIMIT,       /* a named ceiling was reached */
    FAULT_CASE,        /* not a case, a newer one, or a damaged one */
    FAULT_BUSY,        /* somebody else holds it */
    FAULT_INTERRUPTED, /* asked to stop, and stopped */
};

/* `text` is one sentence without a full stop.  It may hold bytes of evidence
 * (file names): show it through text_show() only. */
struct fault {
    enum fault_kind kind;
    char text[512];
};

/* Fills *f (which may be NULL) and returns false, so that a check is one line:
 *     return fault(f, FAULT_FORMAT, "chunk %u: records run backwards", n);   */
bool fault(struct fault *f, enum fault_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same with ": " and the text of errno behind it; ENOSPC, EDQUOT and EFBIG
 * become FAULT_FULL, EINTR stays FAULT_SYSTEM.  Returns false. */
bool fault_errno(struct fault *f, const char *format, ...) PRINTF_LIKE(2, 3);

/* Puts a place and ": " in front of the text of *f.  Returns false. */
bool fault_while(struct fault *f, const char *format, ...) PRINTF_LIKE(2, 3);

/* Called where memory ran out: says so in one sentence and ends the program
 * with status 3.  `before` runs first, once (the writer finishes its commit
 * there); NULL takes it away again. */
_Noreturn void fault_memory(void);
void fault_before_exit(void (*before)(void));

/* malloc and friends that never return NULL (they end in fault_memory). */
void *memory_get(unsigned long size) __attribute__((malloc, returns_nonnull));
void *memory_zero(unsigned long count, unsigned long size) __attribute__((malloc, returns_nonnull));
void *memory_grow(void *old, unsigned long count, unsigned long size) __attribute__((returns_nonnull));
char *memory_text(const char *text) __attribute__((malloc, returns_nonnull));

#endif
