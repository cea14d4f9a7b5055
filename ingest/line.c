/* The assembly line: a ring of jobs between one who puts, the workers, and the
 * one thread that follows and sends.
 *
 * A job's number is its slot; `sent <= taken <= put <= sent + window`, all
 * under one lock.  Nothing is ever sent behind a dropped job, so that what
 * arrives is always a source's beginning without holes. */
#include "ingest/line.h"

#include "ingest/source_notes.h"

#include <pthread.h>
#include <stdlib.h>

#define WORKERS_MAX 16
#define LOOK_AHEAD 4  /* jobs a worker */
#define WINDOW_MAX 32 /* jobs: what bounds the memory of many cores */

struct line {
    pthread_mutex_t lock;
    pthread_cond_t room, work, ready;
    struct job *ring[WINDOW_MAX];
    uint64_t put, taken, sent; /* running numbers, under the lock */
    unsigned window;
    bool ended;                /* under the lock */
    atomic_bool stopping;

    struct queue *out;
    struct tally *tally;

    pthread_t thread[WORKERS_MAX + 1]; /* the last one started is the sender */
    unsigned threads;

    /* The sender's own. */
    const struct decoder *following, *chained;
    void *state, *chain; /* of one source, and of those that are chained */
    struct source_notes notes;
    bool holed; /* a job was dropped: nothing is sent any more */
};

static void job_free(struct job *j)
{
    free(j->buffer);
    batch_close(j->batch);
    free(j);
}

static void work_on(struct line *l, struct job *j)
{
    if (atomic_load(&l->stopping)) {
        j->dropped = true;
        return;
    }
    if (j->kind != JOB_PIECE)
        return;
    j->decoder->decode(&j->piece, j->batch);
    free(j->buffer);
    j->buffer = NULL;
    atomic_fetch_add(&l->tally->records, j->batch->counts.records);
    atomic_fetch_add(&l->tally->loads, j->batch->counts.loads);
    atomic_fetch_add(&l->tally->damaged, j->batch->counts.damaged);
}

static void *worker(void *ctx)
{
    struct line *l = ctx;

    pthread_mutex_lock(&l->lock);
    for (;;) {
        while (l->taken == l->put && !l->ended)
            pthread_cond_wait(&l->work, &l->lock);
        if (l->taken == l->put)
            break;
        uint64_t number = l->taken++;
        struct job *j = l->ring[number % l->window];

        pthread_mutex_unlock(&l->lock);
        work_on(l, j);
        pthread_mutex_lock(&l->lock);
        j->done = true;
        if (number == l->sent)
            pthread_cond_signal(&l->ready);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void *state_new(const struct decoder *d)
{
    return memory_zero(1, d->follow_bytes ? d->follow_bytes : 1);
}

static void follow_end(struct line *l)
{
    if (l->following && !l->following->chains) {
        if (l->following->follow_end)
            l->following->follow_end(l->state);
        free(l->state);
    }
    l->state = NULL;
    l->following = NULL;
}

static void chain_end(struct line *l)
{
    if (l->chained && l->chained->follow_end)
        l->chained->follow_end(l->chain);
    free(l->chain);
}

static void follow_begin(struct line *l, const struct job *j)
{
    const struct decoder *d = j->decoder;

    follow_end(l);
    if (!d || !d->follow)
        return;
    l->following = d;
    if (!d->chains) {
        l->state = state_new(d);
        return;
    }
    if (!l->chain) {
        l->chain = state_new(d);
        l->chained = d;
    }
    l->state = l->chain;
    d->follow(l->state, j->batch, false);
}

static void follow(struct line *l, struct job *j)
{
    struct counts before = j->batch->counts;

    if (j->kind == JOB_OPENS) {
        follow_begin(l, j);
        return;
    }
    /* Several files that are followed are open at one time: the chain serves all. */
    if (j->decoder && j->decoder->chains && l->chain)
        j->decoder->follow(l->chain, j->batch, j->kind == JOB_CLOSES);
    else if (l->following)
        l->following->follow(l->state, j->batch, j->kind == JOB_CLOSES);
    atomic_fetch_add(&l->tally->records, j->batch->counts.records - before.records);
    atomic_fetch_add(&l->tally->loads, j->batch->counts.loads - before.loads);
    atomic_fetch_add(&l->tally->damaged, j->batch->counts.damaged - before.damaged);
    if (j->kind == JOB_CLOSES)
        follow_end(l);
}

static void send(struct line *l, struct job *j)
{
    if (j->dropped)
        l->holed = true;
    if (!l->holed) {
        follow(l, j);
        source_note(&l->notes, j->batch, j->kind == JOB_OPENS);
        if (!j->mute) {
            if (queue_send(l->out, j->batch)) {
                j->batch = NULL;
            } else {
                l->holed = true;
                line_stop(l);
            }
        }
    }
    job_free(j);
}

static void *sender(void *ctx)
{
    struct line *l = ctx;

    pthread_mutex_lock(&l->lock);
    for (;;) {
        struct job **slot = &l->ring[l->sent % l->window];

        if (l->sent == l->put ? l->ended : (*slot)->done) {
            if (l->sent == l->put)
                break;
            struct job *j = *slot;

            pthread_mutex_unlock(&l->lock);
            send(l, j);
            pthread_mutex_lock(&l->lock);
            l->sent++;
            pthread_cond_signal(&l->room);
        } else {
            pthread_cond_wait(&l->ready, &l->lock);
        }
    }
    pthread_mutex_unlock(&l->lock);
    follow_end(l);
    chain_end(l);
    atomic_store(&l->tally->ended, true);
    queue_close(l->out);
    return NULL;
}

struct line *line_open(unsigned workers, struct queue *out, struct tally *t, struct fault *f)
{
    struct line *l = memory_zero(1, sizeof *l);

    if (workers < 1)
        workers = 1;
    if (workers > WORKERS_MAX)
        workers = WORKERS_MAX;
    l->window = LOOK_AHEAD * workers < WINDOW_MAX ? LOOK_AHEAD * workers : WINDOW_MAX;
    l->out = out;
    l->tally = t;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->room, NULL);
    pthread_cond_init(&l->work, NULL);
    pthread_cond_init(&l->ready, NULL);
    for (unsigned i = 0; i <= workers; i++) {
        int error = pthread_create(&l->thread[i], NULL, i < workers ? worker : sender, l);

        if (error) {
            fault(f, FAULT_SYSTEM, "no thread could be started: %s", strerrordesc_np(error));
            line_stop(l);
            line_close(l);
            return NULL;
        }
        l->threads++;
    }
    return l;
}

bool line_put(struct line *l, struct job *j)
{
    pthread_mutex_lock(&l->lock);
    while (l->put == l->sent + l->window && !atomic_load(&l->stopping))
        pthread_cond_wait(&l->room, &l->lock);
    bool wanted = !atomic_load(&l->stopping);
    if (wanted) {
        l->ring[l->put++ % l->window] = j;
        pthread_cond_signal(&l->work);
    }
    pthread_mutex_unlock(&l->lock);
    if (!wanted)
        job_free(j);
    return wanted;
}

static void wake(struct line *l, bool stop)
{
    pthread_mutex_lock(&l->lock);
    if (stop)
        atomic_store(&l->stopping, true);
    else
        l->ended = true;
    pthread_cond_broadcast(&l->room);
    pthread_cond_broadcast(&l->work);
    pthread_cond_broadcast(&l->ready);
    pthread_mutex_unlock(&l->lock);
}

void line_end(struct line *l)
{
    wake(l, false);
}

void line_stop(struct line *l)
{
    wake(l, true);
}

bool line_stopping(struct line *l)
{
    return atomic_load(&l->stopping);
}

void line_close(struct line *l)
{
    if (!l)
        return;
    line_end(l);
    for (unsigned i = 0; i < l->threads; i++)
        pthread_join(l->thread[i], NULL);
    pthread_cond_destroy(&l->ready);
    pthread_cond_destroy(&l->work);
    pthread_cond_destroy(&l->room);
    pthread_mutex_destroy(&l->lock);
    source_notes_close(&l->notes);
    free(l);
}
