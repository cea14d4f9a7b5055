/* The reader's thread: takes the most urgent question, answers it, hands the
 * page on.
 *
 * It never writes to the case and never makes the asking side wait.  The
 * surprise: a refresh that a human's question pushes aside is not answered half
 * but kept and asked again, so that neither starves the other. */
#include "store/reader.h"

#include "store/select.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define NOBODY READER_PANES_MAX
#define FULL_WAIT_MS 5 /* between two tries where nobody takes the pages */

struct reader {
    struct store *store; /* the thread's own, but for store_interrupt */
    struct queue *pages;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t asked;
    struct question *slot[READER_PANES_MAX];
    uint64_t age[READER_PANES_MAX]; /* when a slot's question came */
    uint64_t clock;
    uint32_t running;     /* pane, or NOBODY */
    bool running_refresh;
    bool put_off;         /* the running refresh was interrupted for another pane */
    bool stop;
};

/* Locked: the pane to answer next, or NOBODY. */
static uint32_t most_urgent(const struct reader *r)
{
    uint32_t best = NOBODY;

    for (uint32_t i = 0; i < READER_PANES_MAX; i++) {
        if (!r->slot[i])
            continue;
        if (!r->slot[i]->refresh)
            return i;
        if (best == NOBODY || r->age[i] < r->age[best])
            best = i;
    }
    return best;
}

/* Waits for a question; NULL once the reader is stopped. */
static struct question *take(struct reader *r)
{
    struct question *q = NULL;
    uint32_t pane = NOBODY;

    pthread_mutex_lock(&r->lock);
    while (!r->stop && (pane = most_urgent(r)) == NOBODY)
        pthread_cond_wait(&r->asked, &r->lock);
    if (!r->stop) {
        q = r->slot[pane];
        r->slot[pane] = NULL;
        r->running = pane;
        r->running_refresh = q->refresh;
        r->put_off = false;
        /* An interrupt that came too late for the last answer is not for this. */
        select_calm(r->store);
    }
    pthread_mutex_unlock(&r->lock);
    return q;
}

/* The answer is there; true: it shall be handed on.  Owns the question. */
static bool done(struct reader *r, struct question *q, const struct page *p)
{
    uint32_t pane;
    bool hand_on = true;

    pthread_mutex_lock(&r->lock);
    pane = r->running;
    r->running = NOBODY;
    if (r->put_off && p->interrupted) {
        hand_on = false;
        if (!r->slot[pane]) {
            r->slot[pane] = q;
            r->age[pane] = ++r->clock;
            q = NULL;
        }
    }
    pthread_mutex_unlock(&r->lock);
    question_close(q);
    return hand_on;
}

static bool stopped(struct reader *r)
{
    bool stop;

    pthread_mutex_lock(&r->lock);
    stop = r->stop;
    pthread_mutex_unlock(&r->lock);
    return stop;
}

/* The queue may be full for as long as nobody takes the pages, and whoever
 * stops the reader may be the one who does not. */
static void hand_on(struct reader *r, struct page *p)
{
    const struct timespec pause = { 0, FULL_WAIT_MS * 1000000 };

    while (!queue_try_send(r->pages, p)) {
        if (stopped(r) || queue_ended(r->pages)) {
            page_close(p);
            return;
        }
        nanosleep(&pause, NULL);
    }
}

static void *run(void *ctx)
{
    struct reader *r = ctx;
    struct question *q;

    while ((q = take(r)) != NULL) {
        struct page *p = store_answer(r->store, q);

        if (done(r, q, p))
            hand_on(r, p);
        else
            page_close(p);
    }
    return NULL;
}

struct reader *reader_start(struct store *s, struct queue *pages, struct fault *f)
{
    struct reader *r = memory_zero(1, sizeof *r);

    r->store = s;
    r->pages = pages;
    r->running = NOBODY;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->asked, NULL);
    if (pthread_create(&r->thread, NULL, run, r) == 0)
        return r;
    fault(f, FAULT_SYSTEM, "no thread can be started to read the case");
    pthread_cond_destroy(&r->asked);
    pthread_mutex_destroy(&r->lock);
    store_close(s);
    free(r);
    return NULL;
}

void reader_ask(struct reader *r, struct question *q)
{
    struct question *older;
    uint32_t pane = q->pane;

    assert(pane < READER_PANES_MAX);
    pthread_mutex_lock(&r->lock);
    older = r->slot[pane];
    /* What stands in for a human's question is as urgent as that was. */
    if (older && !older->refresh)
        q->refresh = false;
    r->slot[pane] = q;
    r->age[pane] = ++r->clock;
    if (!q->refresh && r->running != NOBODY && (r->running == pane || r->running_refresh)) {
        r->put_off = r->running != pane;
        store_interrupt(r->store);
    }
    pthread_cond_signal(&r->asked);
    pthread_mutex_unlock(&r->lock);
    question_close(older);
}

void reader_give_up(struct reader *r, uint32_t pane)
{
    struct question *older;

    assert(pane < READER_PANES_MAX);
    pthread_mutex_lock(&r->lock);
    older = r->slot[pane];
    r->slot[pane] = NULL;
    if (r->running == pane) {
        r->put_off = false;
        store_interrupt(r->store);
    }
    pthread_mutex_unlock(&r->lock);
    question_close(older);
}

void reader_stop(struct reader *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    if (r->running != NOBODY)
        store_interrupt(r->store);
    pthread_cond_signal(&r->asked);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    for (size_t i = 0; i < READER_PANES_MAX; i++)
        question_close(r->slot[i]);
    store_close(r->store);
    pthread_cond_destroy(&r->asked);
    pthread_mutex_destroy(&r->lock);
    free(r);
}
