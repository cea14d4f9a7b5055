/* The reader's thread: one slot a pane, newest question wins. */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "core/queue.h"
#include "store/store.h"

#define READER_PANES_MAX 8

struct reader;

/* Takes over the store (opened STORE_READ).  Pages go to `pages`. */
struct reader *reader_start(struct store *s, struct queue *pages, struct fault *f) MUST_CHECK;

/* Gives the question up to the reader; never waits.  An older question of the
 * same pane is dropped, a running one of the same pane is interrupted unless
 * the new one is a refresh.  A human's question comes before every refresh, and
 * puts off a refresh of another pane that is running (it is asked again later);
 * among humans' questions the lowest pane comes first: number the focused one 0. */
void reader_ask(struct reader *r, struct question *q);

/* Drops the pane's question, and interrupts it where it is running; never waits. */
void reader_give_up(struct reader *r, uint32_t pane);

void reader_stop(struct reader *r); /* interrupts, joins, closes the store, frees */

#endif
