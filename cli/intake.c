/* Loading evidence into a case without the console.
 *
 * A signal asks it to stop: nothing more is read, what was decoded is
 * committed, and the same command continues from there.  A second signal ends
 * it at once, which costs only what was not committed.  A case that was made
 * here and came to nothing is removed again. */
#include "cli/intake.h"

#include "cli/case_file.h"
#include "cli/progress.h"
#include "cli/tell.h"
#include "core/page.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#define LOOK_MS 100   /* how long a signal may go unnoticed */
#define FOLLOW_MS 500 /* the same while files are followed for days */

static volatile sig_atomic_t stop_asked;

static void ask_to_stop(int sig)
{
    stop_asked = sig;
}

static void watch_signals(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction new = { .sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND }, old;

        sigemptyset(&new.sa_mask);
        if (sigaction(signals[i], &new, &old) == 0 && old.sa_handler == SIG_IGN)
            signal(signals[i], SIG_IGN); /* nohup, or a job in the background */
    }
}

struct store *intake_open(const char *case_path, bool *made, struct fault *f)
{
    enum case_kind kind = case_file_kind(case_path);
    struct store *s;

    *made = kind == CASE_MISSING;
    s = store_open(case_path, *made || kind == CASE_EMPTY ? STORE_CREATE : STORE_WRITE, f);
    if (s && store_why_read_only(s)) {
        fault(f, FAULT_CASE, "%s: nothing can be added: %s", case_path, store_why_read_only(s));
        store_close(s);
        return NULL;
    }
    if (!s && *made && f->kind != FAULT_CASE)
        case_file_remove(case_path); /* a disk that filled up while it was made */
    return s;
}

/* Waits while another process loads evidence into the case: what it brings is
 * known then, and nothing is read twice. */
static bool wait_for_turn(struct store *s, struct fault *f)
{
    for (bool told = false; !store_claim(s, f); told = true) {
        if (f->kind != FAULT_BUSY)
            return false;
        if (stop_asked)
            return fault_while(f, "nothing was loaded");
        if (!told)
            tell("%s: waiting until it is done", f->text);
        poll(NULL, 0, LOOK_MS);
    }
    return true;
}

/* Takes what the writer says.  True once it has said that all is done, or that
 * it failed (*f). */
static bool hear(struct feed *fd, bool *failed, struct fault *f)
{
    struct notice *n;
    bool ended = false;

    while ((n = queue_try_take(fd->notices))) {
        if (n->fault.kind != FAULT_NONE && !*failed) {
            *failed = true;
            *f = n->fault;
        }
        ended = ended || n->kind == NOTICE_INGESTED;
        notice_close(n);
    }
    return ended || *failed || queue_ended(fd->notices);
}

/* Until all is written.  False, and *f, where the writer failed; *stopped where
 * a signal came before all was read. */
static bool watch(struct feed *fd, struct progress *p, bool *stopped, struct fault *f)
{
    bool failed = false;

    *stopped = false;

    for (;;) {
        struct pollfd poll_for = { .fd = queue_fd(fd->notices), .events = POLLIN };
        struct ingest_progress in;

        poll(&poll_for, 1, fd->follows ? FOLLOW_MS : LOOK_MS);
        if (hear(fd, &failed, f))
            break;
        ingest_progress(fd->ingest, &in);
        if (stop_asked && !*stopped && !in.done) {
            *stopped = true;
            progress_clear(p);
            tell(fd->follows ? "no longer following: what was read is being committed"
                             : "stopping at the next commit (once more: at once)");
            feed_halt(fd);
        }
        if (!*stopped)
            progress_show(p, &in, in.done);
    }
    progress_clear(p);
    if (failed)
        feed_abandon(fd);
    return !failed;
}

/* What one ingest came to. */
struct run {
    struct feed fd;
    char **locked;          /* files that wait for a password */
    size_t locked_count;
    int64_t took;
    bool stopped;
};

static void run_clear(struct run *r)
{
    while (r->locked_count)
        free(r->locked[--r->locked_count]);
    free(r->locked);
    r->locked = NULL;
    feed_clear(&r->fd);
}

static void take_locked(struct run *r)
{
    char *path;

    while ((path = ingest_locked(r->fd.ingest, r->locked_count))) {
        r->locked = memory_grow(r->locked, r->locked_count + 1, sizeof *r->locked);
        r->locked[r->locked_count++] = path;
    }
}

/* All of it is in, or was stopped.  False: it failed, which was told. */
static bool load(struct run *r, const char *case_path)
{
    struct progress p;
    struct fault f, closing;
    bool ok;

    progress_begin(&p);
    ok = watch(&r->fd, &p, &r->stopped, &f);
    take_locked(r);
    if (!feed_stop(&r->fd, &closing) && ok) {
        f = closing;
        ok = false;
    }
    r->took = moment_ticks() - p.began;
    if (!ok) {
        tell_fault(&f);
        tell("what was committed is in %s; the same command continues from there", case_path);
    }
    return ok;
}

/* ---- passwords ---- */

/* Asks for those of the files that wait for one.  Gives how many open now: they
 * are the first of the list. */
static size_t unlock(struct run *r, const struct ingest_options *how, struct bundle_words *words)
{
    size_t open = 0;

    for (size_t i = 0; i < r->locked_count && !stop_asked; i++) {
        enum unlocked done;

        if (bundle_words_asked(how->paths, how->path_count, r->locked[i]))
            continue;
        done = unlock_ask(&words->passwords, &words->options, r->locked[i]);
        if (done == UNLOCKED_ENOUGH)
            break;
        if (done == UNLOCKED) {
            char *path = r->locked[i];

            r->locked[i] = r->locked[open];
            r->locked[open++] = path;
        }
    }
    bundle_words_use(words);
    return open;
}

/* The files that were met and open now, once more.  False: it failed, which was
 * told. */
static bool load_again(struct run *first, const char *case_path, const struct ingest_options *how,
                       struct bundle_words *words)
{
    struct ingest_options again = *how;
    struct run r = { 0 };
    struct store *s;
    struct fault f;
    bool ok, made;

    again.only_count = unlock(first, how, words);
    if (!again.only_count)
        return true;
    again.only = (const char *const *)first->locked;
    again.bundles = words->options;
    s = intake_open(case_path, &made, &f);
    if (!s || !feed_start(&r.fd, s, case_path, &again, false, &f)) {
        tell_fault(&f);
        return false;
    }
    ok = load(&r, case_path);
    first->took += r.took;
    first->stopped = r.stopped;
    run_clear(&r);
    return ok;
}

static int report(const struct run *r, const char *case_path, const char *path, bool *empty)
{
    if (r->fd.follows && r->stopped)
        tell("the same command goes on from here");
    return intake_report(case_path, path, &r->fd, r->took, r->stopped && !r->fd.follows, empty);
}

int intake_run(const char *case_path, const struct ingest_options *how,
               struct bundle_words *words)
{
    struct run r = { 0 };
    struct store *s;
    struct fault f;
    bool made, empty = false, ok;
    int status = STATUS_FAILED;

    if (!feed_check(how->paths, how->path_count, &f))
        return tell_fault(&f);
    watch_signals();
    s = intake_open(case_path, &made, &f);
    if (!s)
        return tell_fault(&f);
    if (!wait_for_turn(s, &f)) {
        store_close(s);
        return tell_fault(&f);
    }
    if (!feed_start(&r.fd, s, case_path, how, !made, &f)) {
        if (made)
            case_file_remove(case_path);
        return tell_fault(&f);
    }
    ok = load(&r, case_path);
    if (ok && !r.stopped && words->asks)
        ok = load_again(&r, case_path, how, words);
    if (ok)
        status = report(&r, case_path, how->paths[0], &empty);
    run_clear(&r);
    if (made && empty)
        case_file_remove(case_path);
    return status;
}
