/* Evidence into a case: ingest and the writer, wired together by one bounded
 * queue of batches.
 *
 * It never touches a batch itself, but to free what nobody took. */
#include "cli/feed.h"

#include "cli/case_file.h"
#include "ingest/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCHES_WAITING 16  /* decoded pieces that wait for the writer */
#define ORDERS_WAITING 64
#define NOTICES_WAITING 64

bool feed_check(const char *const *paths, size_t count, struct fault *f)
{
    struct stat st;

    for (size_t i = 0; i < count; i++) {
        if (!*paths[i])
            return fault(f, FAULT_SYSTEM, "an empty word names no evidence");
        if (strcmp(paths[i], WALK_STANDARD_INPUT) == 0) {
            if (isatty(STDIN_FILENO))
                return fault(f, FAULT_USAGE, "`-` is standard input, which is a terminal here: "
                             "pipe evidence into it");
            continue;
        }
        if (stat(paths[i], &st) != 0)
            return fault_errno(f, "%s", paths[i]);
    }
    return true;
}

static void drop_batch(void *thing)
{
    batch_close(thing);
}

static void drop_order(void *thing)
{
    order_close(thing);
}

static void drop_notice(void *thing)
{
    notice_close(thing);
}

static void free_queues(struct feed *fd)
{
    if (fd->batches)
        queue_free(fd->batches, drop_batch);
    if (fd->orders)
        queue_free(fd->orders, drop_order);
    if (fd->notices)
        queue_free(fd->notices, drop_notice);
    fd->batches = fd->orders = fd->notices = NULL;
}

static int by_evidence(const void *a, const void *b)
{
    const struct known *x = a, *y = b;
    return (x->evidence > y->evidence) - (x->evidence < y->evidence);
}

static bool start_ingest(struct feed *fd, const char *case_path,
                         const struct ingest_options *how, struct fault *f)
{
    struct file_id avoid[3];
    struct ingest_options o = *how;

    o.known = fd->known;
    o.known_count = fd->known_count;
    o.avoid = avoid;
    o.avoid_count = case_file_ids(case_path, avoid);
    fd->ingest = ingest_start(&o, fd->batches, f);
    return fd->ingest != NULL;
}

bool feed_start(struct feed *fd, struct store *s, const char *case_path,
                const struct ingest_options *how, bool check, struct fault *f)
{
    bool reads = how->path_count > 0;

    *fd = (struct feed){ .follows = how->follow };
    if ((reads && !store_claim(s, f)) || (reads && !store_known(s, &fd->known, &fd->known_count, f))
        || (reads && !(fd->batches = queue_open(BATCHES_WAITING, f)))
        || !(fd->orders = queue_open(ORDERS_WAITING, f))
        || !(fd->notices = queue_open(NOTICES_WAITING, f))) {
        store_close(s);
        goto failed;
    }
    if (fd->known_count)
        qsort(fd->known, fd->known_count, sizeof *fd->known, by_evidence);
    fd->writer = writer_start(s, fd->orders, fd->batches, fd->notices, check, f);
    if (!fd->writer)
        goto failed;
    if (reads && !start_ingest(fd, case_path, how, f)) {
        struct fault ignored;
        queue_close(fd->batches);
        if (!writer_stop(fd->writer, &ignored))
            fd->writer = NULL; /* the first fault is the one to tell */
        goto failed;
    }
    return true;
failed:
    fd->writer = NULL;
    free_queues(fd);
    feed_clear(fd);
    return false;
}

static bool know_again(struct feed *fd, const char *case_path, struct fault *f)
{
    struct store *s = store_open(case_path, STORE_READ, f);
    struct known *known;
    size_t count;
    bool ok = s && store_known(s, &known, &count, f);

    store_close(s);
    if (!ok)
        return false;
    free(fd->known);
    fd->known = known;
    fd->known_count = count;
    return true;
}

bool feed_again(struct feed *fd, const char *case_path, const struct ingest_options *how,
                struct fault *f)
{
    struct queue *batches = queue_open(BATCHES_WAITING, f);

    if (!batches)
        return false;
    if (!writer_again(fd->writer, batches, f)) {
        queue_free(batches, drop_batch);
        return false;
    }
    queue_free(fd->batches, drop_batch);
    fd->batches = batches;
    ingest_finish(fd->ingest);
    fd->ingest = NULL;
    if (know_again(fd, case_path, f) && start_ingest(fd, case_path, how, f))
        return true;
    queue_close(batches);
    return false;
}

void feed_halt(struct feed *fd)
{
    if (fd->ingest)
        ingest_stop(fd->ingest);
}

void feed_abandon(struct feed *fd)
{
    feed_halt(fd);
    if (fd->batches)
        queue_close(fd->batches);
}

bool feed_stop(struct feed *fd, struct fault *f)
{
    bool ok;

    if (fd->ingest)
        ingest_finish(fd->ingest);
    fd->ingest = NULL;
    queue_close(fd->orders);
    ok = writer_stop(fd->writer, f);
    fd->writer = NULL;
    free_queues(fd);
    return ok;
}

void feed_clear(struct feed *fd)
{
    free(fd->known);
    fd->known = NULL;
    fd->known_count = 0;
}

bool feed_is_new(const struct feed *fd, int64_t evidence)
{
    struct known key = { .evidence = evidence };
    const struct known *k = fd->known_count ? bsearch(&key, fd->known, fd->known_count,
                                                      sizeof key, by_evidence)
                                            : NULL;
    return !k || k->state == SOURCE_READING || k->unfinished;
}
