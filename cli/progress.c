/* The line that tells how far an ingest is.
 *
 * It holds numbers only, no byte of evidence, and is written only where stderr
 * is a terminal.  The time left is told once the walk is over and there is
 * something to reckon with. */
#include "cli/progress.h"

#include "cli/tell.h"
#include "core/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SECOND 1000000
#define REDRAW_EVERY (SECOND / 5)
#define RECKON_AFTER SECOND /* before that, a rate means nothing */

static size_t add_left(char *out, size_t size, const struct ingest_progress *in, int64_t took)
{
    if (!in->walked || took < RECKON_AFTER || in->bytes_done == 0 || in->bytes_done > in->bytes)
        return 0;
    double left = (double)took / SECOND * (double)(in->bytes - in->bytes_done)
                / (double)in->bytes_done;
    unsigned seconds = left > 359999 ? 359999 : (unsigned)left;
    int n = seconds < 3600
        ? snprintf(out, size, ", %u:%02u left", seconds / 60, seconds % 60)
        : snprintf(out, size, ", %u:%02u:%02u left", seconds / 3600, seconds / 60 % 60, seconds % 60);
    return n > 0 ? (size_t)n : 0;
}

static void following_line(char out[static PROGRESS_TEXT], const struct ingest_progress *in)
{
    char files[TELL_COUNT_TEXT], behind[TELL_BYTES_TEXT], records[TELL_COUNT_TEXT];
    char loads[TELL_COUNT_TEXT], damaged[TELL_COUNT_TEXT], last[64] = "no record yet";
    char time[MOMENT_TEXT_MAX];

    if (in->bytes > in->bytes_done) {
        snprintf(last, sizeof last, "%s behind", tell_bytes(in->bytes - in->bytes_done, behind));
    } else if (in->last_record) {
        moment_format(in->last_record, time); /* 2022-08-31T20:39:07.561000Z */
        snprintf(last, sizeof last, "last record %.8s UTC", time + 11);
    }
    snprintf(out, PROGRESS_TEXT, "following %s %s, %s, %s records, %s loads, %s damaged",
             tell_count(in->files, files), in->files == 1 ? "file" : "files", last,
             tell_count(in->records, records), tell_count(in->loads, loads),
             tell_count(in->damaged, damaged));
}

/* Where not all has room: how far, what is damaged, how long it takes. */
static void short_line(char out[static PROGRESS_TEXT], const struct ingest_progress *in,
                       int64_t took, bool settling)
{
    char files[TELL_COUNT_TEXT], loads[TELL_COUNT_TEXT], damaged[TELL_COUNT_TEXT];
    unsigned percent = in->bytes ? (unsigned)((double)in->bytes_done * 100 / (double)in->bytes) : 0;
    size_t used;

    used = (size_t)snprintf(out, PROGRESS_TEXT, "%u%% of %s%s files, %s loads, %s damaged",
                            percent > 100 ? 100 : percent, tell_count(in->files, files),
                            in->walked ? "" : "+", tell_count(in->loads, loads),
                            tell_count(in->damaged, damaged));
    if (settling)
        snprintf(out, PROGRESS_TEXT, "building the indexes; %s loads, %s damaged", loads, damaged);
    else
        add_left(out + used, PROGRESS_TEXT - used, in, took);
}

void progress_line(char out[static PROGRESS_TEXT], const struct ingest_progress *in,
                   int64_t took, bool settling, int width)
{
    char files[TELL_COUNT_TEXT], done[TELL_COUNT_TEXT], bytes[TELL_BYTES_TEXT];
    char all[TELL_BYTES_TEXT], rate[TELL_COUNT_TEXT], loads[TELL_COUNT_TEXT];
    char damaged[TELL_COUNT_TEXT];
    double seconds = took > 0 ? (double)took / SECOND : 1;
    size_t used;

    if (in->following && !settling) {
        following_line(out, in);
        if (width > 0 && strlen(out) >= (size_t)width)
            out[width - 1] = 0;
        return;
    }
    used = (size_t)snprintf(
        out, PROGRESS_TEXT, "%s/%s%s files, %s of %s%s, %s records/s, %s loads, %s damaged",
        tell_count(in->files_done, done), tell_count(in->files, files), in->walked ? "" : "+",
        tell_bytes(in->bytes_done, bytes), tell_bytes(in->bytes, all), in->walked ? "" : "+",
        tell_count((uint64_t)((double)in->records / seconds), rate),
        tell_count(in->loads, loads), tell_count(in->damaged, damaged));
    if (settling)
        used += (size_t)snprintf(out + used, PROGRESS_TEXT - used, ", building the indexes");
    else
        used += add_left(out + used, PROGRESS_TEXT - used, in, took);
    if (width > 0 && used >= (size_t)width) {
        short_line(out, in, took, settling);
        if (strlen(out) >= (size_t)width)
            out[width - 1] = 0;
    }
}

void progress_begin(struct progress *p)
{
    const char *term = getenv("TERM");

    *p = (struct progress){
        .wanted = isatty(STDERR_FILENO) != 0,
        .plain = !term || !*term || strcmp(term, "dumb") == 0,
        .began = moment_ticks(),
    };
}

static int stderr_width(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void progress_show(struct progress *p, const struct ingest_progress *in, bool settling)
{
    char line[PROGRESS_TEXT];
    int64_t now = moment_ticks();

    if (!p->wanted || now - p->drawn < REDRAW_EVERY)
        return;
    progress_line(line, in, now - p->began, settling, stderr_width());
    int width = (int)strlen(line);
    fprintf(stderr, "\r%s", line);
    if (!p->plain)
        fputs("\033[K", stderr);
    else if (p->width > width)
        fprintf(stderr, "%*s", p->width - width, "");
    p->width = width;
    p->drawn = now;
}

void progress_clear(struct progress *p)
{
    if (p->width > 0 && p->plain)
        fprintf(stderr, "\r%*s\r", p->width, "");
    else if (p->width > 0)
        fputs("\r\033[K", stderr);
    p->width = 0;
}
