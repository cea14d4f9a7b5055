/* Encrypted archives while the console runs.
 *
 * A password is tried on every archive that waits; those that open are read again
 * once nothing else is being read.  Never asks by itself: it tells the console, which
 * archive waits, by NOTICE_LOCKED. */
#include "cli/locksmith.h"

#include "cli/teller.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_EVERY_MS 100

struct files {
    char **paths;
    size_t count;
};

struct locksmith {
    struct feed *feed;
    const char *case_path;
    const struct ingest_options *how;
    const atomic_bool *told;
    pthread_t thread;
    atomic_bool over;      /* the console has ended */

    pthread_mutex_t lock;  /* guards the two below */
    bool answered;
    char typed[PASSWORD_MAX + 1];

    /* the thread's own */
    struct passwords known;
    struct files waiting;  /* the first is the one that is asked for */
    struct files open;     /* to be read again */
    size_t looked;         /* of those that the ingest met */
};

static void files_add(struct files *f, char *path)
{
    f->paths = memory_grow(f->paths, f->count + 1, sizeof *f->paths);
    f->paths[f->count++] = path;
}

static char *files_take(struct files *f, size_t n)
{
    char *path = f->paths[n];

    memmove(f->paths + n, f->paths + n + 1, (--f->count - n) * sizeof *f->paths);
    return path;
}

static void files_clear(struct files *f)
{
    while (f->count)
        free(files_take(f, f->count - 1));
    free(f->paths);
    f->paths = NULL;
}

static bool is_over(void *ctx)
{
    const struct locksmith *l = ctx;

    return atomic_load(&l->over);
}

static void send(struct locksmith *l, struct notice *n)
{
    while (!queue_try_send(l->feed->notices, n)) {
        if (atomic_load(&l->over) || queue_ended(l->feed->notices)) {
            notice_close(n);
            return;
        }
        usleep(LOOK_EVERY_MS * 1000);
    }
}

/* How many wait, and the first of them; `opened`: what the answer did. */
static void tell_locked(struct locksmith *l, bool answered, size_t opened)
{
    struct notice *n = notice_open(NOTICE_LOCKED);

    n->files = l->waiting.count;
    n->files_done = opened;
    n->answered = answered;
    if (l->waiting.count)
        snprintf(n->text, sizeof n->text, "%s", l->waiting.paths[0]);
    send(l, n);
}

static bool probe(struct locksmith *l, const char *path, const struct passwords *with,
                  struct bundle_lock *out)
{
    struct bundle_options o = l->how->bundles;
    struct fault f;

    o.passwords = *with->text ? with->text : NULL;
    return bundle_probe(path, &o, is_over, l, out, &f);
}

/* What the ingest has met since; the passwords that were given opened none of it. */
static void look(struct locksmith *l)
{
    size_t before = l->waiting.count;
    struct bundle_lock lock;
    char *path;

    while (!atomic_load(&l->over) && (path = ingest_locked(l->feed->ingest, l->looked))) {
        l->looked++;
        if (probe(l, path, &l->known, &lock) && lock.locked)
            files_add(&l->waiting, path);
        else
            free(path);
    }
    if (l->waiting.count != before)
        tell_locked(l, false, 0);
}

/* Tries the newest password on all that wait; gives how many it opens. */
static size_t try_all(struct locksmith *l, const struct passwords *before)
{
    size_t opened = 0;

    for (size_t i = 0; i < l->waiting.count && !atomic_load(&l->over);) {
        struct bundle_lock was, now;

        if (probe(l, l->waiting.paths[i], before, &was)
            && probe(l, l->waiting.paths[i], &l->known, &now) && now.opened > was.opened) {
            files_add(&l->open, files_take(&l->waiting, i));
            opened++;
        } else {
            i++;
        }
    }
    return opened;
}

static void take_answer(struct locksmith *l)
{
    struct passwords before = l->known;
    char typed[PASSWORD_MAX + 1];
    size_t opened = 0;
    bool answered;

    pthread_mutex_lock(&l->lock);
    answered = l->answered;
    l->answered = false;
    memcpy(typed, l->typed, sizeof typed);
    explicit_bzero(l->typed, sizeof l->typed);
    pthread_mutex_unlock(&l->lock);
    if (answered && !*typed && l->waiting.count) {
        files_add(&l->waiting, files_take(&l->waiting, 0)); /* another time */
        tell_locked(l, false, 0);
    } else if (answered && *typed) {
        if (passwords_add(&l->known, typed) && !(opened = try_all(l, &before)))
            passwords_drop(&l->known);
        tell_locked(l, true, opened);
    }
    explicit_bzero(typed, sizeof typed);
    passwords_clear(&before);
}

/* Those that open, once more, when nothing else is read. */
static void read_again(struct locksmith *l)
{
    struct ingest_options again = *l->how;
    struct fault f;
    struct notice *n;

    again.only = (const char *const *)l->open.paths;
    again.only_count = l->open.count;
    again.bundles.passwords = l->known.text;
    if (!feed_again(l->feed, l->case_path, &again, &f)) {
        if (f.kind == FAULT_BUSY)
            return; /* later */
        n = notice_open(NOTICE_FAULT);
        n->fault = f;
        send(l, n);
        files_clear(&l->open);
        return;
    }
    files_clear(&l->open);
    l->looked = 0;
    send(l, notice_open(NOTICE_INGESTING));
    teller_run(l->feed, &l->over);
}

static void *run(void *ctx)
{
    struct locksmith *l = ctx;

    while (!atomic_load(&l->over)) {
        look(l);
        take_answer(l);
        if (l->open.count && atomic_load(l->told))
            read_again(l);
        usleep(LOOK_EVERY_MS * 1000);
    }
    return NULL;
}

struct locksmith *locksmith_start(struct feed *fd, const char *case_path,
                                  const struct ingest_options *how, const struct passwords *given,
                                  const atomic_bool *told, struct fault *f)
{
    struct locksmith *l = memory_zero(1, sizeof *l);

    l->feed = fd;
    l->case_path = case_path;
    l->how = how;
    l->told = told;
    l->known = *given;
    atomic_init(&l->over, false);
    pthread_mutex_init(&l->lock, NULL);
    if (pthread_create(&l->thread, NULL, run, l) != 0) {
        fault(f, FAULT_SYSTEM, "no thread could be started");
        pthread_mutex_destroy(&l->lock);
        explicit_bzero(l, sizeof *l);
        free(l);
        return NULL;
    }
    return l;
}

void locksmith_answer(struct locksmith *l, const char *typed)
{
    size_t len = strlen(typed);

    pthread_mutex_lock(&l->lock);
    if (len <= PASSWORD_MAX) {
        memcpy(l->typed, typed, len + 1);
        l->answered = true;
    }
    pthread_mutex_unlock(&l->lock);
}

void locksmith_stop(struct locksmith *l)
{
    if (!l)
        return;
    atomic_store(&l->over, true);
    pthread_join(l->thread, NULL);
    pthread_mutex_destroy(&l->lock);
    files_clear(&l->waiting);
    files_clear(&l->open);
    explicit_bzero(l, sizeof *l);
    free(l);
}
