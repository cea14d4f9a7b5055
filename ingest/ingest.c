/* The face of ingest: its threads, and what they share.
 *
 * One thread counts what the walk will meet, one walks again (order.c) and
 * reads, the line's workers decode, its sender follows and sends.  Never holds a
 * list of all files: every walk holds one folder's names at a time. */
#include "ingest/ingest.h"

#include "ingest/decoder.h"
#include "ingest/follow.h"
#include "ingest/order.h"
#include "ingest/rotation.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct ingest {
    char **paths;
    size_t path_count;
    struct file_id *avoid;
    char *passwords, *host;
    char **only;
    struct walk counting, reading;
    struct tally tally;
    atomic_uint_fast64_t files, bytes;
    atomic_bool walked;
    struct reader reader;
    struct follow *follow; /* NULL: the files are read once */
    pthread_t counter_thread, reader_thread;
    bool counter_runs, reader_runs;
};

static bool count_one(void *ctx, const struct walked *f)
{
    struct ingest *in = ctx;

    if (!reader_wants(&in->reader, f))
        return true;
    atomic_fetch_add(&in->files, 1);
    if (S_ISREG(f->stat.st_mode))
        atomic_fetch_add(&in->bytes, (uint64_t)f->stat.st_size);
    return !line_stopping(in->reader.line);
}

static void *count(void *ctx)
{
    struct ingest *in = ctx;

    if (in->follow)
        atomic_store(&in->files, in->path_count);
    else
        walk_files(&in->counting);
    atomic_store(&in->walked, true);
    return NULL;
}

static void *run(void *ctx)
{
    struct ingest *in = ctx;

    if (in->follow)
        follow_run(in->follow);
    else
        order_read(&in->reader, &in->reading);
    reader_ends(&in->reader);
    line_end(in->reader.line);
    return NULL;
}

static bool paths_exist(const struct ingest_options *o, struct fault *f)
{
    struct stat s;

    for (size_t i = 0; i < o->path_count; i++)
        if (strcmp(o->paths[i], WALK_STANDARD_INPUT) != 0 && stat(o->paths[i], &s) != 0)
            return fault_errno(f, "%s", o->paths[i]);
    return true;
}

static void copy_options(struct ingest *in, const struct ingest_options *o)
{
    in->path_count = o->path_count;
    in->paths = memory_zero(o->path_count + 1, sizeof *in->paths);
    for (size_t i = 0; i < o->path_count; i++)
        in->paths[i] = memory_text(o->paths[i]);
    rotation_arrange(in->paths, in->path_count);
    in->avoid = memory_zero(o->avoid_count + 1, sizeof *in->avoid);
    if (o->avoid_count)
        memcpy(in->avoid, o->avoid, o->avoid_count * sizeof *in->avoid);

    in->reading = (struct walk){
        .paths = (const char *const *)in->paths,
        .path_count = in->path_count,
        .avoid = in->avoid,
        .avoid_count = o->avoid_count,
    };
    in->counting = in->reading;
    in->counting.each = count_one;
    in->counting.ctx = in;
    in->reader.known = o->known;
    in->reader.known_count = o->known_count;
    in->reader.seen = seen_open(o->known, o->known_count);
    in->reader.avoid = in->avoid;
    in->reader.avoid_count = o->avoid_count;
    in->reader.digest = digest_open();
    in->reader.bundles = o->bundles;
    in->reader.zone = o->zone;
    if (o->host)
        in->reader.host = in->host = memory_text(o->host);
    if (o->bundles.passwords)
        in->reader.bundles.passwords = in->passwords = memory_text(o->bundles.passwords);
    locked_open(&in->reader.locked);
    in->only = o->only ? memory_zero(o->only_count + 1, sizeof *in->only) : NULL;
    for (size_t i = 0; o->only && i < o->only_count; i++)
        in->only[i] = memory_text(o->only[i]);
    in->reader.only = (const char *const *)in->only;
    in->reader.only_count = o->only_count;
}

static unsigned cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 0 ? (unsigned)n : 1;
}

static bool start(struct ingest *in, pthread_t *thread, void *(*main)(void *), bool *runs,
                  struct fault *f)
{
    int error = pthread_create(thread, NULL, main, in);

    if (error)
        return fault(f, FAULT_SYSTEM, "no thread could be started: %s", strerrordesc_np(error));
    *runs = true;
    return true;
}

struct ingest *ingest_start(const struct ingest_options *o, struct queue *out, struct fault *f)
{
    if (!paths_exist(o, f))
        return NULL;

    record_max_set(o->record_max);
    struct ingest *in = memory_zero(1, sizeof *in);
    copy_options(in, o);
    if (o->follow)
        in->follow = follow_open(&in->reader, (const char *const *)in->paths, in->path_count, f);
    if (!o->follow || in->follow)
        in->reader.line = line_open(o->workers ? o->workers : cores(), out, &in->tally, f);
    if (in->reader.line && start(in, &in->counter_thread, count, &in->counter_runs, f)
        && start(in, &in->reader_thread, run, &in->reader_runs, f))
        return in;
    if (in->reader.line)
        line_stop(in->reader.line);
    ingest_finish(in);
    return NULL;
}

void ingest_progress(const struct ingest *in, struct ingest_progress *p)
{
    *p = (struct ingest_progress){
        .files = atomic_load(&in->files),
        .files_done = atomic_load(&in->reader.files_done),
        .bytes = in->follow ? atomic_load(&in->reader.bytes_done) + atomic_load(&in->reader.behind)
                            : atomic_load(&in->bytes),
        .bytes_done = atomic_load(&in->reader.bytes_done),
        .records = atomic_load(&in->tally.records),
        .loads = atomic_load(&in->tally.loads),
        .damaged = atomic_load(&in->tally.damaged),
        .following = in->follow != NULL,
        .last_record = atomic_load(&in->reader.last_record),
        .walked = atomic_load(&in->walked),
        .done = atomic_load(&in->tally.ended),
    };
}

char *ingest_locked(struct ingest *in, size_t n)
{
    return locked_path(&in->reader.locked, n);
}

void ingest_stop(struct ingest *in)
{
    if (in->follow)
        follow_stop(in->follow);
    else
        line_stop(in->reader.line);
}

void ingest_finish(struct ingest *in)
{
    if (!in)
        return;
    if (in->reader_runs)
        pthread_join(in->reader_thread, NULL);
    if (in->counter_runs)
        pthread_join(in->counter_thread, NULL);
    line_close(in->reader.line);
    follow_close(in->follow);
    seen_close(in->reader.seen);
    digest_close(in->reader.digest);
    if (in->passwords)
        explicit_bzero(in->passwords, strlen(in->passwords));
    free(in->passwords);
    locked_close(&in->reader.locked);
    for (size_t i = 0; i < in->reader.only_count; i++)
        free(in->only[i]);
    free(in->only);
    free(in->host);
    for (size_t i = 0; i < in->path_count; i++)
        free(in->paths[i]);
    free(in->paths);
    free(in->avoid);
    free(in);
}
