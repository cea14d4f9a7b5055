/* Handing over between threads: a ring under one lock, and an eventfd that is
 * readable while something lies in it or it is closed.
 *
 * The descriptor follows the state under the lock, so a poll loop never misses
 * a thing and never spins on an empty queue. */
#include "core/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    size_t capacity, first, count;
    bool closed, lit; /* lit: the descriptor is readable */
    int wake;
    void *things[];
};

struct queue *queue_open(size_t capacity, struct fault *f)
{
    struct queue *q = memory_zero(1, sizeof *q + capacity * sizeof q->things[0]);
    pthread_condattr_t monotonic;

    q->capacity = capacity;
    q->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (q->wake < 0) {
        fault_errno(f, "no descriptor for a queue");
        free(q);
        return NULL;
    }
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&q->filled, &monotonic);
    pthread_cond_init(&q->emptied, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return q;
}

/* With the lock held. */
static void show_state(struct queue *q)
{
    bool light = q->count > 0 || q->closed;
    uint64_t one = 1;

    if (light == q->lit)
        return;
    q->lit = light;
    if (light) {
        if (write(q->wake, &one, sizeof one) < 0)
            q->lit = false; /* can't be: the counter is 0 */
    } else if (read(q->wake, &one, sizeof one) < 0) {
        q->lit = true;
    }
}

static void put(struct queue *q, void *thing)
{
    q->things[(q->first + q->count) % q->capacity] = thing;
    q->count++;
    show_state(q);
    pthread_cond_signal(&q->filled);
}

static void *get(struct queue *q)
{
    void *thing = q->things[q->first];

    q->first = (q->first + 1) % q->capacity;
    q->count--;
    show_state(q);
    pthread_cond_signal(&q->emptied);
    return thing;
}

bool queue_send(struct queue *q, void *thing)
{
    bool sent;

    pthread_mutex_lock(&q->lock);
    while (q->count == q->capacity && !q->closed)
        pthread_cond_wait(&q->emptied, &q->lock);
    sent = !q->closed;
    if (sent)
        put(q, thing);
    pthread_mutex_unlock(&q->lock);
    return sent;
}

bool queue_try_send(struct queue *q, void *thing)
{
    bool sent;

    pthread_mutex_lock(&q->lock);
    sent = !q->closed && q->count < q->capacity;
    if (sent)
        put(q, thing);
    pthread_mutex_unlock(&q->lock);
    return sent;
}

void *queue_take(struct queue *q)
{
    void *thing = NULL;

    pthread_mutex_lock(&q->lock);
    while (q->count == 0 && !q->closed)
        pthread_cond_wait(&q->filled, &q->lock);
    if (q->count)
        thing = get(q);
    pthread_mutex_unlock(&q->lock);
    return thing;
}

void *queue_take_wait(struct queue *q, int wait_ms)
{
    struct timespec until;
    void *thing = NULL;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&q->lock);
    while (q->count == 0 && !q->closed)
        if (pthread_cond_timedwait(&q->filled, &q->lock, &until) == ETIMEDOUT)
            break;
    if (q->count)
        thing = get(q);
    pthread_mutex_unlock(&q->lock);
    return thing;
}

void *queue_try_take(struct queue *q)
{
    void *thing = NULL;

    pthread_mutex_lock(&q->lock);
    if (q->count)
        thing = get(q);
    pthread_mutex_unlock(&q->lock);
    return thing;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    show_state(q);
    pthread_cond_broadcast(&q->filled);
    pthread_cond_broadcast(&q->emptied);
    pthread_mutex_unlock(&q->lock);
}

bool queue_ended(struct queue *q)
{
    bool ended;

    pthread_mutex_lock(&q->lock);
    ended = q->closed && q->count == 0;
    pthread_mutex_unlock(&q->lock);
    return ended;
}

size_t queue_length(struct queue *q)
{
    size_t length;

    pthread_mutex_lock(&q->lock);
    length = q->count;
    pthread_mutex_unlock(&q->lock);
    return length;
}

int queue_fd(const struct queue *q)
{
    return q->wake;
}

void queue_free(struct queue *q, void (*drop)(void *thing))
{
    if (!q)
        return;
    while (q->count) {
        void *thing = get(q);

        if (drop)
            drop(thing);
    }
    close(q->wake);
    pthread_cond_destroy(&q->filled);
    pthread_cond_destroy(&q->emptied);
    pthread_mutex_destroy(&q->lock);
    free(q);
}
