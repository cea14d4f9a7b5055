/* The writer's thread: orders before batches, some thousand rows a commit.
 *
 * It owns the store from start to stop.  It never waits for the screen: a notice
 * that finds no room is held back and sent later.  The surprise: when asked to
 * stop it still files what lies in its queues, but leaves a settle that is under
 * way for the next start. */
#include "store/connection.h"
#include "store/writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define COMMIT_ROWS 500000
#define COMMIT_US 250000       /* that rows may wait */
#define COMMIT_BULK_US 2000000 /* the same in the midst of much */
#define COMMITTED_US 100000 /* between two NOTICE_COMMITTED */
#define HELD_MAX 256
#define SETTLE_US 30000000  /* between two settles while files are followed, and then */
#define SETTLE_SHARE 20     /* at most a part of the time in this many */

struct writer {
    struct store *store;
    struct queue *orders, *batches, *notices;
    bool check;
    pthread_t thread;
    int wake; /* readable once stop is asked, or batches are to be taken */
    atomic_bool stop;

    pthread_mutex_t lock; /* guards the five below, and interrupting */
    pthread_cond_t ended;
    bool done;            /* the batches are in and settled, or it failed */
    struct queue *next;   /* batches of writer_again, until they are taken; NULL */
    struct fault refused; /* why they were not; FAULT_NONE */
    bool slow;            /* a check or a settle runs, which may be interrupted */
    struct fault fault;   /* why writing failed; FAULT_NONE */

    /* the thread's own */
    struct notice *held[HELD_MAX];
    size_t held_count;
    struct notice total;
    int64_t began, oldest, told; /* ticks: start, first row waiting, last NOTICE_COMMITTED */
    bool untold, failed, batches_ended;
    bool unsettled;       /* a followed file was caught up with since the last settle */
    int64_t settle_next;  /* ticks: not before then */
};

/* ---- notices ---- */

static void send_held(struct writer *w)
{
    size_t sent = 0;

    while (sent < w->held_count && queue_try_send(w->notices, w->held[sent]))
        sent++;
    w->held_count -= sent;
    memmove(w->held, w->held + sent, w->held_count * sizeof *w->held);
}

static void tell(struct writer *w, struct notice *n)
{
    if (!w->notices) {
        notice_close(n);
        return;
    }
    send_held(w);
    if (!w->held_count && queue_try_send(w->notices, n))
        return;
    if (n->kind == NOTICE_COMMITTED || w->held_count == HELD_MAX)
        notice_close(n); /* a newer one follows; or nobody has read for very long */
    else
        w->held[w->held_count++] = n;
}

static void tell_fault(struct writer *w, enum notice_kind kind, const struct fault *f)
{
    struct notice *n = notice_open(kind);

    n->fault = *f;
    tell(w, n);
}

static void tell_totals(struct writer *w, enum notice_kind kind)
{
    struct notice *n = notice_open(kind);

    n->files = n->files_done = w->total.files_done;
    n->files = w->total.files;
    n->bytes = n->bytes_done = w->total.bytes_done;
    n->records = w->total.records;
    n->loads = w->total.loads;
    n->damaged = w->total.damaged;
    n->incomplete = w->total.incomplete;
    n->took = moment_ticks() - w->began;
    tell(w, n);
}

/* At most ten a second; the last one is always told. */
static void tell_committed(struct writer *w, bool now)
{
    int64_t ticks = moment_ticks();

    if (!w->untold || (!now && ticks - w->told < COMMITTED_US))
        return;
    w->untold = false;
    w->told = ticks;
    tell_totals(w, NOTICE_COMMITTED);
}

/* ---- faults ---- */

static void finish(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->done = true;
    pthread_cond_broadcast(&w->ended);
    pthread_mutex_unlock(&w->lock);
}

/* Batches are refused from here on; senders learn it from the closed queue. */
static void fail(struct writer *w, const struct fault *f)
{
    struct batch *b;

    pthread_mutex_lock(&w->lock);
    if (w->fault.kind == FAULT_NONE)
        w->fault = *f;
    pthread_mutex_unlock(&w->lock);
    w->failed = true;
    tell_fault(w, NOTICE_FAULT, f);
    if (w->batches) {
        queue_close(w->batches);
        while ((b = queue_try_take(w->batches)))
            batch_close(b);
    }
    w->batches_ended = true;
    finish(w);
}

static void set_slow(struct writer *w, bool slow)
{
    pthread_mutex_lock(&w->lock);
    w->slow = slow;
    pthread_mutex_unlock(&w->lock);
}

/* ---- work ---- */

static bool commit(struct writer *w)
{
    struct fault f = { 0 };

    if (!store_pending(w->store))
        return true;
    if (!store_commit(w->store, &f)) {
        fail(w, &f);
        return false;
    }
    w->untold = true;
    tell_committed(w, false);
    return true;
}

static void do_orders(struct writer *w)
{
    struct order *o;

    while (w->orders && (o = queue_try_take(w->orders))) {
        struct notice *n = notice_open(NOTICE_ORDERED);
        n->serial = o->serial;
        /* The rows that wait are committed first, on their own account. */
        if (!commit(w))
            n->fault = w->fault;
        else if (!store_order(w->store, o, n->text, &n->fault))
            n->text[0] = '\0';
        order_close(o);
        tell(w, n);
    }
}

static void do_batch(struct writer *w, struct batch *b)
{
    struct fault f = { 0 };

    if (!store_pending(w->store))
        w->oldest = moment_ticks();
    w->total.files += b->opens != NULL;
    w->total.files_done += b->closes != NULL;
    w->total.bytes_done += b->end - b->begin;
    w->total.records += b->counts.records;
    w->total.loads += b->counts.loads;
    w->total.damaged += b->counts.damaged;
    w->unsettled |= b->caught_up;
    w->total.incomplete += b->closes && (b->closes->state == SOURCE_PARTIAL
                                         || b->closes->state == SOURCE_UNREADABLE);
    if (!store_take(w->store, b, &f))
        fail(w, &f);
    batch_close(b);
}

/* The first hits show at once; the longer it goes on without a pause the fewer
 * commits there are, for each writes what its loads have in common once more. */
static bool is_due(const struct writer *w)
{
    size_t rows = store_pending(w->store);
    int64_t now, waited, most;

    if (!rows || rows >= COMMIT_ROWS)
        return rows > 0;
    now = moment_ticks();
    waited = now - w->oldest;
    most = (now - w->began) / 2;
    if (most < COMMIT_US || !w->batches || !queue_length(w->batches))
        most = COMMIT_US;
    return waited >= (most < COMMIT_BULK_US ? most : COMMIT_BULK_US);
}

/* Indexes and late joins.  Interrupted by a stop it is no failure: the next
 * start goes on with it. */
static void settle(struct writer *w, bool told)
{
    struct fault f = { 0 };
    bool ok;

    if (!commit(w))
        return;
    set_slow(w, true);
    ok = atomic_load(&w->stop) || store_settle(w->store, &f);
    set_slow(w, false);
    if (!ok && f.kind != FAULT_INTERRUPTED) {
        fail(w, &f);
        return;
    }
    tell_committed(w, true);
    if (told)
        tell_totals(w, NOTICE_INGESTED);
}

/* The slow check comes first; a damaged case takes neither orders nor batches. */
static void check(struct writer *w)
{
    struct fault f = { 0 };
    bool ok;

    set_slow(w, true);
    ok = store_check(w->store, &f);
    set_slow(w, false);
    tell_fault(w, NOTICE_CHECKED, &f);
    if (!ok && f.kind != FAULT_INTERRUPTED) {
        w->store->read_only = true;
        snprintf(w->store->why, sizeof w->store->why, "the check found damage: nothing is written");
        fail(w, &f);
    }
}

/* While files are followed the batches never end: a lull is the moment for it. */
static void settle_in_between(struct writer *w)
{
    int64_t began = moment_ticks(), took;

    if (!w->unsettled || began < w->settle_next || queue_length(w->batches) > 0)
        return;
    settle(w, false);
    w->unsettled = false;
    took = (moment_ticks() - began) * SETTLE_SHARE;
    w->settle_next = moment_ticks() + (took > SETTLE_US ? took : SETTLE_US);
}

static void wait_for_work(struct writer *w)
{
    struct pollfd fds[3] = { { .fd = w->wake, .events = POLLIN } };
    nfds_t count = 1;
    int wait_ms = -1;

    if (w->orders && !queue_ended(w->orders))
        fds[count++] = (struct pollfd){ .fd = queue_fd(w->orders), .events = POLLIN };
    if (w->batches && !w->batches_ended)
        fds[count++] = (struct pollfd){ .fd = queue_fd(w->batches), .events = POLLIN };
    if (store_pending(w->store)) {
        int64_t left = (w->oldest + COMMIT_US - moment_ticks()) / 1000;
        wait_ms = left > 0 ? (int)left + 1 : 0;
    } else if (w->untold || w->held_count) {
        wait_ms = COMMITTED_US / 1000;
    } else if (w->unsettled) {
        int64_t left = (w->settle_next - moment_ticks()) / 1000;
        wait_ms = left > 0 ? (int)left + 1 : 0;
    }
    while (poll(fds, count, wait_ms) < 0 && errno == EINTR)
        continue;
}

static void end_batches(struct writer *w)
{
    if (w->batches_ended || !w->batches || !queue_ended(w->batches))
        return;
    w->batches_ended = true;
    settle(w, true);
    if (!w->failed)
        finish(w);
}

/* After the stop: what lies in the queues, and no more. */
static void drain(struct writer *w)
{
    struct batch *b;

    while (w->batches && !w->failed && (b = queue_try_take(w->batches))) {
        do_batch(w, b);
        if (!w->failed && is_due(w))
            commit(w);
    }
    do_orders(w);
    commit(w);
    finish(w);
}

/* What writer_again brings.  The wake is read before the loop asks whether to stop:
 * it may have been the stop's. */
static void take_next(struct writer *w)
{
    uint64_t woken;
    struct fault f = { 0 };

    pthread_mutex_lock(&w->lock);
    if (w->next && read(w->wake, &woken, sizeof woken) == (ssize_t)sizeof woken) {
        if (store_claim(w->store, &f)) {
            w->batches = w->next;
            w->batches_ended = w->done = false;
            w->total = (struct notice){ 0 };
            w->began = moment_ticks();
        }
        w->refused = f;
        w->next = NULL;
        pthread_cond_broadcast(&w->ended);
    }
    pthread_mutex_unlock(&w->lock);
}

static void *run(void *arg)
{
    struct writer *w = arg;
    struct fault f = { 0 };
    struct batch *b;
    bool settled;

    if (w->check)
        check(w);
    if (!w->failed && !w->store->read_only && !store_streams_cut(w->store, &f))
        fail(w, &f);
    if (!w->failed && !w->batches && !w->store->read_only
        && store_settled(w->store, &settled, &f) && !settled)
        settle(w, false);
    while (take_next(w), !atomic_load(&w->stop)) {
        do_orders(w);
        b = w->batches && !w->batches_ended ? queue_try_take(w->batches) : NULL;
        if (b)
            do_batch(w, b);
        if (is_due(w))
            commit(w);
        end_batches(w);
        if (!b && !w->failed && !w->batches_ended)
            settle_in_between(w);
        tell_committed(w, false);
        send_held(w);
        if (!b)
            wait_for_work(w);
    }
    drain(w);
    return NULL;
}

/* ---- the face ---- */

struct writer *writer_start(struct store *s, struct queue *orders, struct queue *batches,
                            struct queue *notices, bool check_first, struct fault *f)
{
    struct writer *w = memory_zero(1, sizeof *w);

    w->store = s;
    w->orders = orders;
    w->batches = batches;
    w->notices = notices;
    w->check = check_first;
    w->began = moment_ticks();
    w->done = !batches;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->ended, NULL);
    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->wake < 0 || pthread_create(&w->thread, NULL, run, w) != 0) {
        fault_errno(f, "the writer can't be started");
        if (w->wake >= 0)
            close(w->wake);
        free(w);
        store_close(s);
        return NULL;
    }
    return w;
}

static bool wake(const struct writer *w)
{
    static const uint64_t one = 1;

    return write(w->wake, &one, sizeof one) == (ssize_t)sizeof one;
}

bool writer_again(struct writer *w, struct queue *batches, struct fault *f)
{
    bool ok;

    pthread_mutex_lock(&w->lock);
    ok = w->done || fault(f, FAULT_BUSY, "not all is written yet");
    if (ok && w->fault.kind != FAULT_NONE) {
        *f = w->fault;
        ok = false;
    }
    if (ok) {
        w->next = batches;
        w->refused = (struct fault){ 0 };
        if (!wake(w))
            abort(); /* an eventfd that is not full takes a one */
        while (w->next)
            pthread_cond_wait(&w->ended, &w->lock);
        ok = w->refused.kind == FAULT_NONE;
        if (!ok)
            *f = w->refused;
    }
    pthread_mutex_unlock(&w->lock);
    return ok;
}

bool writer_wait(struct writer *w, struct fault *f)
{
    bool ok;

    pthread_mutex_lock(&w->lock);
    while (!w->done)
        pthread_cond_wait(&w->ended, &w->lock);
    ok = w->fault.kind == FAULT_NONE;
    if (!ok && f)
        *f = w->fault;
    pthread_mutex_unlock(&w->lock);
    return ok;
}

bool writer_stop(struct writer *w, struct fault *f)
{
    bool ok;

    atomic_store(&w->stop, true);
    pthread_mutex_lock(&w->lock);
    if (w->slow)
        sqlite3_interrupt(w->store->db);
    pthread_mutex_unlock(&w->lock);
    if (!wake(w))
        abort(); /* an eventfd that is not full takes a one */
    pthread_join(w->thread, NULL);
    store_close(w->store);
    ok = w->fault.kind == FAULT_NONE;
    if (!ok && f)
        *f = w->fault;
    for (size_t i = 0; i < w->held_count; i++)
        notice_close(w->held[i]);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->ended);
    close(w->wake);
    free(w);
    return ok;
}
