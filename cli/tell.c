/* Sentences for the analyst, on stderr: the only file of the command line that
 * writes there, but for the progress line.
 *
 * It never writes a byte that text_show() has not seen.  It formats into fixed
 * buffers, so that it works where memory is short. */
#include "cli/tell.h"

#include "core/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define SENTENCE_MAX 2048 /* bytes of one sentence, before and after text_show() */

static void tell_line(const char *text)
{
    char shown[SENTENCE_MAX];

    text_show(shown, sizeof shown, span_text(text));
    fprintf(stderr, "modhunt: %s\n", shown);
}

void tell(const char *format, ...)
{
    char text[SENTENCE_MAX];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    tell_line(text);
}

int tell_fault(const struct fault *f)
{
    tell_line(f->text);
    return f->kind == FAULT_USAGE ? STATUS_USAGE : STATUS_FAILED;
}

int tell_usage(const char *command, const char *format, ...)
{
    char text[SENTENCE_MAX];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    tell_line(text);
    if (command)
        tell("`modhunt %s --help` shows how it is used", command);
    else
        tell("`modhunt --help` lists the commands");
    return STATUS_USAGE;
}

const char *tell_count(uint64_t count, char out[static TELL_COUNT_TEXT])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *to = out;

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = 0;
    return out;
}

const char *tell_things(uint64_t count, const char *one, const char *many,
                        char out[static TELL_THINGS_TEXT])
{
    char number[TELL_COUNT_TEXT];

    snprintf(out, TELL_THINGS_TEXT, "%s %.30s%s", tell_count(count, number),
             count != 1 && many ? many : one, count != 1 && !many ? "s" : "");
    return out;
}

const char *tell_bytes(uint64_t bytes, char out[static TELL_BYTES_TEXT])
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    double size = (double)bytes / 1024;
    size_t unit = 0;

    if (bytes < 1024) {
        snprintf(out, TELL_BYTES_TEXT, "%" PRIu64 " %s", bytes, bytes == 1 ? "byte" : "bytes");
        return out;
    }
    while (size >= 1023.95 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1024;
        unit++;
    }
    snprintf(out, TELL_BYTES_TEXT, "%.1f %s", size, units[unit]);
    return out;
}
