/* Why something failed, and the one place where running out of memory ends.
 *
 * Never prints, but for the last sentence of fault_memory. */
#include "core/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool fault(struct fault *f, enum fault_kind kind, const char *format, ...)
{
    va_list args;

    if (!f)
        return false;
    f->kind = kind;
    va_start(args, format);
    vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
    return false;
}

bool fault_errno(struct fault *f, const char *format, ...)
{
    int why = errno;
    char reason[128];
    size_t used;
    va_list args;

    if (!f)
        return false;
    f->kind = why == ENOSPC || why == EDQUOT || why == EFBIG ? FAULT_FULL : FAULT_SYSTEM;
    va_start(args, format);
    vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
    used = strlen(f->text);
    snprintf(f->text + used, sizeof f->text - used, ": %s",
             strerror_r(why, reason, sizeof reason));
    return false;
}

bool fault_while(struct fault *f, const char *format, ...)
{
    char place[sizeof f->text];
    va_list args;

    if (!f)
        return false;
    va_start(args, format);
    vsnprintf(place, sizeof place, format, args);
    va_end(args);
    /* A long place must not push out the reason: it gives way first. */
    size_t reason = strlen(f->text), ahead = strlen(place);
    if (reason + 3 > sizeof f->text)
        return false;
    if (ahead + reason + 3 > sizeof f->text)
        ahead = sizeof f->text - reason - 3;
    memmove(f->text + ahead + 2, f->text, reason + 1);
    memcpy(f->text, place, ahead);
    memcpy(f->text + ahead, ": ", 2);
    return false;
}

static _Atomic(void (*)(void)) before_exit;

void fault_before_exit(void (*before)(void))
{
    atomic_store(&before_exit, before);
}

_Noreturn void fault_memory(void)
{
    static const char sentence[] = "modhunt: out of memory; what was committed is kept\n";
    void (*before)(void) = atomic_exchange(&before_exit, (void (*)(void))NULL);

    if (before)
        before();
    if (write(STDERR_FILENO, sentence, sizeof sentence - 1) < 0)
        _exit(3);
    _exit(3);
}

void *memory_get(unsigned long size)
{
    void *got = malloc(size ? size : 1);

    if (!got)
        fault_memory();
    return got;
}

void *memory_zero(unsigned long count, unsigned long size)
{
    void *got = calloc(count ? count : 1, size ? size : 1);

    if (!got)
        fault_memory();
    return got;
}

void *memory_grow(void *old, unsigned long count, unsigned long size)
{
    unsigned long bytes;
    void *got = NULL;

    if (!__builtin_mul_overflow(count, size, &bytes))
        got = realloc(old, bytes ? bytes : 1);
    if (!got)
        fault_memory();
    return got;
}

char *memory_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(memory_get(size), text, size);
}
