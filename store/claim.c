/* One ingest at a time in a case: who loads evidence writes down who it is.
 *
 * A row of `meta`, not a lock: whoever looks sees the process, and a kill leaves
 * nothing that holds.  A process is its number, when it started and in which
 * boot, so that a claim whose process is gone is known for what it is and taken
 * over.  settle.c takes it back once everything is in. */
#include "store/writing.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLAIM_MAX 128
#define STAT_MAX 2048
#define STARTED_FIELD 20 /* of /proc/PID/stat, counted behind the name's `)` */

static bool read_text(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return n > 0;
}

/* `PID STARTED BOOT`; false where there is no such process. */
static bool process_text(long pid, char out[static CLAIM_MAX])
{
    char path[64], stat[STAT_MAX], boot[64], *at;

    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (!read_text(path, stat, sizeof stat) || !(at = strrchr(stat, ')')))
        return false;
    for (int i = 0; i < STARTED_FIELD && at; i++)
        at = strchr(at + 1, ' ');
    if (!at)
        return false;
    if (!read_text("/proc/sys/kernel/random/boot_id", boot, sizeof boot))
        boot[0] = '\0';
    snprintf(out, CLAIM_MAX, "%ld %.*s %s", pid, (int)strcspn(at + 1, " "), at + 1, boot);
    return true;
}

bool claim_is_free(struct store *s, struct fault *f)
{
    long holder = 0;
    sqlite3_stmt *st = stmt_get(s, STMT_CLAIM_FIND, f);
    char now[CLAIM_MAX], pid[24] = "";
    bool row;

    if (!st || !stmt_step(s, st, &row, f))
        return false;
    if (row) {
        struct span claim = stmt_span(st, 0);

        snprintf(pid, sizeof pid, "%.*s", (int)(claim.len < 23 ? claim.len : 23),
                 (const char *)claim.at);
        holder = strtol(pid, NULL, 10);
        if (holder <= 0 || holder == (long)getpid() || !process_text(holder, now)
            || !span_is(claim, now))
            holder = 0;
    }
    stmt_done(st);
    return !holder || fault(f, FAULT_BUSY, "%s: another modhunt (process %ld) is loading "
                            "evidence into this case", s->path, holder);
}

static bool write_claim(struct store *s, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_CLAIM_PUT, f);
    char text[CLAIM_MAX];

    if (!st)
        return false;
    if (!process_text((long)getpid(), text)) /* no /proc: then nobody can look us up */
        snprintf(text, sizeof text, "0");
    stmt_text(st, 1, span_text(text));
    return stmt_run(s, st, f);
}

bool store_claim(struct store *s, struct fault *f)
{
    (void)writing_of(s);
    /* Asked first without a transaction, which the other one may hold for long. */
    if (!claim_is_free(s, f) || !writing_begin(s, f))
        return false;
    if (claim_is_free(s, f) && write_claim(s, f))
        return store_commit(s, f);
    writing_rollback(s);
    return false;
}
