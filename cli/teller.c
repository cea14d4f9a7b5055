/* The numbers of an ingest, told to the console as notices.  Never waits for it:
 * what finds no room is not told. */
#include "cli/teller.h"

#include <unistd.h>

#define TELL_EVERY_MS 250

static struct notice *progress(struct feed *fd, int64_t began)
{
    struct notice *n = notice_open(NOTICE_PROGRESS);
    struct ingest_progress in;

    ingest_progress(fd->ingest, &in);
    n->files = in.files;
    n->files_done = in.files_done;
    n->bytes = in.bytes;
    n->bytes_done = in.bytes_done;
    n->records = in.records;
    n->loads = in.loads;
    n->damaged = in.damaged;
    n->following = in.following;
    n->last_record = in.last_record;
    n->walked = in.walked;
    n->settling = in.done;
    n->took = moment_ticks() - began;
    return n;
}

void teller_run(struct feed *fd, const atomic_bool *over)
{
    int64_t began = moment_ticks();
    bool done = false;

    while (!done && !atomic_load(over)) {
        struct notice *n = progress(fd, began);

        done = n->settling;
        if (!queue_try_send(fd->notices, n))
            notice_close(n);
        usleep(TELL_EVERY_MS * 1000);
    }
}
