/* Handing things from one thread to another.
 *
 * Bounded; first in, first out.  Who sends gives the thing up, who takes it
 * owns it.  A queue has a descriptor that is readable while something lies in
 * it or it is closed, so that a poll loop can sleep on it. */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "core/fault.h"

#include <stddef.h>

struct queue;

/* NULL, and *f, where no descriptor is to be had. */
struct queue *queue_open(size_t capacity, struct fault *f) MUST_CHECK;

/* Waits for room.  False: the queue is closed and the thing is still ours. */
bool queue_send(struct queue *q, void *thing) MUST_CHECK;
/* Never waits.  False: full or closed, and the thing is still ours. */
bool queue_try_send(struct queue *q, void *thing) MUST_CHECK;

/* Waits for a thing; NULL once the queue is closed and empty. */
void *queue_take(struct queue *q);
/* Waits at most wait_ms; NULL where nothing came (or closed and empty). */
void *queue_take_wait(struct queue *q, int wait_ms);
void *queue_try_take(struct queue *q);

/* No more sends; what lies in it can still be taken.  May be called twice and
 * from any thread. */
void queue_close(struct queue *q);
bool queue_ended(struct queue *q); /* closed and empty */
size_t queue_length(struct queue *q);
int queue_fd(const struct queue *q);

/* Nobody may use it any more.  What still lies in it is given to `drop`. */
void queue_free(struct queue *q, void (*drop)(void *thing));

#endif
