/* The writer's thread: empties the analyst's orders before each batch, files
 * batches, commits some thousand rows or 250 ms at a time, and tells by notices
 * what landed. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "core/queue.h"
#include "store/store.h"

struct writer;

/* Takes over the store.  `batches` may be NULL (orders only).  Once `batches`
 * ends it settles the case, sends NOTICE_INGESTED, and goes on with orders.
 * Where `check` is set it checks the pages first and sends NOTICE_CHECKED;
 * orders and batches wait until then.  Notices go to `notices` (NULL: nowhere)
 * and are dropped only where newer ones of the same kind follow. */
struct writer *writer_start(struct store *s, struct queue *orders, struct queue *batches,
                            struct queue *notices, bool check, struct fault *f) MUST_CHECK;

/* Further batches, once the former ones are done and settled; the former queue may be
 * freed then.  FAULT_BUSY, and nothing has changed: they are not, or another process
 * loads evidence into the case. */
bool writer_again(struct writer *w, struct queue *batches, struct fault *f) MUST_CHECK;

/* Waits until the batches are done and settled (not for orders).  False, and
 * *f, where writing failed; what was committed stays. */
bool writer_wait(struct writer *w, struct fault *f) MUST_CHECK;

/* Ends after the orders that lie in the queue, commits, closes the store,
 * frees.  False, and *f, where something was not written. */
bool writer_stop(struct writer *w, struct fault *f) MUST_CHECK;

#endif
