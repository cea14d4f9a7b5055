/* The loop of --follow: looks at every name when the kernel says that something
 * changed, and now and then besides.
 *
 * inotify wakes it at once; where that sees nothing (a network mount, another
 * container) LOOK_MS does.  Never busy: while pieces wait for their time it
 * sleeps until then, however fast the files grow. */
#include "ingest/follow.h"

#include "core/moment.h"
#include "ingest/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#define LOOK_MS 500

struct follow {
    struct reader *r;
    struct chain *chain;
    size_t count;
    int wake, notify;
    atomic_bool stop;
};

/* ---- what can be followed ---- */

static bool check_head(int fd, const char *path, struct fault *f)
{
    uint8_t *bytes = memory_get(SNIFF_BYTES);
    ssize_t n = pread(fd, bytes, SNIFF_BYTES, 0);
    struct span head = span_of(bytes, n > 0 ? (size_t)n : 0);
    struct taste t = source_taste(head);
    bool ok = n >= 0 || fault_errno(f, "%s", path);

    if (ok && t.magic.kind == KIND_BUNDLE)
        ok = fault(f, FAULT_USAGE, "%s is an archive or compressed (%s): it can't be followed; "
                   "load it without --follow", path, t.format);
    else if (ok && t.decoder == &evtx_decoder)
        ok = fault(f, FAULT_USAGE, "%s is an EVTX log: a live one is rewritten in place, so it "
                   "can't be followed; load a copy now and then, what is known counts once", path);
    else if (ok && t.decoder && !t.decoder->whole && head.len && memchr(head.at, '\n', head.len))
        ok = fault(f, FAULT_USAGE, "%s (%s) can't be followed: its records are not added one "
                   "behind the other; load it without --follow", path, t.format);
    free(bytes);
    return ok;
}

static bool check_path(const char *path, struct fault *f)
{
    struct stat s;
    bool ok;
    int fd;

    if (strcmp(path, WALK_STANDARD_INPUT) == 0)
        return true;
    if (stat(path, &s) != 0)
        return fault_errno(f, "%s", path);
    if (S_ISDIR(s.st_mode))
        return fault(f, FAULT_USAGE, "%s is a folder: --follow takes files; name those that grow",
                     path);
    if (!S_ISREG(s.st_mode))
        return fault(f, FAULT_USAGE, "%s is no file: --follow takes files, and `-` for standard "
                     "input", path);
    if ((fd = walk_open(AT_FDCWD, path, 0)) < 0)
        return fault_errno(f, "%s", path);
    ok = check_head(fd, path, f);
    close(fd);
    return ok;
}

struct follow *follow_open(struct reader *r, const char *const *paths, size_t count,
                           struct fault *f)
{
    struct follow *w;

    for (size_t i = 0; i < count; i++)
        if (!check_path(paths[i], f))
            return NULL;
    w = memory_zero(1, sizeof *w);
    w->r = r;
    w->count = count;
    w->chain = memory_zero(count + 1, sizeof *w->chain);
    w->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK); /* without it: LOOK_MS */
    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (size_t i = 0; i < count; i++)
        w->chain[i] = (struct chain){ .path = paths[i], .r = r, .notify = w->notify,
                                      .pipe = strcmp(paths[i], WALK_STANDARD_INPUT) == 0 };
    for (size_t i = 0; i < count; i++)
        chain_watch(&w->chain[i]);
    if (w->wake >= 0)
        return w;
    fault_errno(f, "following can't be started");
    follow_close(w);
    return NULL;
}

void follow_close(struct follow *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->count; i++)
        chain_clear(&w->chain[i]);
    if (w->notify >= 0)
        close(w->notify);
    if (w->wake >= 0)
        close(w->wake);
    free(w->chain);
    free(w);
}

void follow_stop(struct follow *w)
{
    static const uint64_t one = 1;

    atomic_store(&w->stop, true);
    if (write(w->wake, &one, sizeof one) < 0 && errno != EAGAIN)
        abort(); /* an eventfd that is not full takes a one */
}

/* ---- the loop ---- */

static bool look(struct follow *w, int64_t *due)
{
    uint64_t behind = 0, over = 0;

    *due = INT64_MAX;
    for (size_t i = 0; i < w->count && !atomic_load(&w->stop); i++) {
        if (!chain_look(&w->chain[i], due))
            return false;
        behind += chain_behind(&w->chain[i]);
        over += w->chain[i].over;
    }
    atomic_store(&w->r->behind, behind);
    atomic_store(&w->r->files_done, over);
    return true;
}

static void wait_for_change(struct follow *w, int64_t due)
{
    struct pollfd fds[3] = { { .fd = w->wake, .events = POLLIN } };
    int64_t left = due == INT64_MAX ? 0 : (due - moment_ticks()) / 1000 + 1;
    int wait_ms = left > 0 && left < LOOK_MS ? (int)left : LOOK_MS;
    nfds_t count = 1;
    uint8_t events[4096];

    if (due == 0 || (due != INT64_MAX && left <= 0))
        return;
    if (due == INT64_MAX) {
        fds[count++] = (struct pollfd){ .fd = w->notify, .events = POLLIN };
        for (size_t i = 0; i < w->count && count < 3; i++)
            if (w->chain[i].pipe && !w->chain[i].over)
                fds[count++] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
    }
    poll(fds, count, wait_ms);
    while (w->notify >= 0 && read(w->notify, events, sizeof events) > 0)
        ;
}

static bool all_over(const struct follow *w)
{
    for (size_t i = 0; i < w->count; i++)
        if (!w->chain[i].over)
            return false;
    return true;
}

void follow_run(struct follow *w)
{
    int64_t due = INT64_MAX;

    if (!look(w, &due))
        return;
    for (size_t i = 0; i < w->count; i++)
        if (!chain_find_rest(&w->chain[i]))
            return;
    while (!atomic_load(&w->stop) && !all_over(w)) {
        wait_for_change(w, due);
        if (!atomic_load(&w->stop) && !look(w, &due))
            return;
    }
    for (size_t i = 0; i < w->count; i++)
        if (!chain_end(&w->chain[i]))
            return;
}
