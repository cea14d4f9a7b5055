/* How fast an audit.log is read, on one thread: cut, decoded and followed into
 * loads, beside a bare walk of libauparse over the same file (every event, every
 * record, no field) and `ausearch --raw`, in the same run.
 *
 *     bench_auditd [FILE [RUNS]]
 *
 * Without a file it makes one of 256 MB with modhunt-gen.  One line a figure:
 * name, value, unit, peer, ratio; medians of CPU time.  libauparse (Debian's
 * libauparse-dev) is looked for when this is built, and
 * loaded when run. */
#include "core/fault.h"
#include "ingest/auditd.h"
#include "ingest/decoder.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if __has_include(<auparse.h>)
#include <auparse.h>
#define HAS_AUPARSE 1
#endif

#define RUNS_MAX 99
#define MADE_RECORDS "400000"
#define COMMAND_MAX 4096

static uint64_t loads, events;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Seconds that cutting, decoding and following took. */
struct parts {
    double cut, decode, follow;
};

static struct parts read_log(struct span text)
{
    const struct decoder *d = &auditd_decoder;
    void *cut = memory_zero(1, d->cut_bytes), *state = memory_zero(1, d->follow_bytes);
    struct parts took = { 0 };

    loads = events = 0;
    for (size_t at = 0, n; at < text.len; at += n) {
        size_t left = text.len - at, see = left < d->piece_bytes ? left : d->piece_bytes;
        double t0 = now();

        n = d->cut(cut, span_of(text.at + at, see), at, see == left);
        struct batch *b = batch_open(1, at, at + n);
        struct piece p = { .offset = at, .bytes = span_of(text.at + at, n), .first = at == 0,
                           .last = at + n == text.len };
        double t1 = now();
        d->decode(&p, b);
        double t2 = now();
        d->follow(state, b, p.last);
        loads += b->counts.loads;
        events += b->counts.records;
        batch_close(b);
        double t3 = now();
        took.cut += t1 - t0;
        took.decode += t2 - t1;
        took.follow += t3 - t2;
        if (n == 0)
            break;
    }
    d->follow_end(state);
    free(state);
    free(cut);
    return took;
}

static struct span read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    long size = -1;

    if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
        perror(path);
        exit(3);
    }
    rewind(f);
    uint8_t *text = memory_get((unsigned long)size + 1);
    if (fread(text, 1, (size_t)size, f) != (size_t)size) {
        perror(path);
        exit(3);
    }
    fclose(f);
    return span_of(text, (size_t)size);
}

#ifdef HAS_AUPARSE
static struct {
    auparse_state_t *(*init)(ausource_t, const void *);
    int (*next_event)(auparse_state_t *);
    int (*first_record)(auparse_state_t *);
    int (*next_record)(auparse_state_t *);
    void (*destroy)(auparse_state_t *);
} auparse;

static bool load_auparse(void)
{
    void *library = dlopen("libauparse.so.0", RTLD_NOW | RTLD_LOCAL);

    if (!library)
        return false;
    auparse.init = (auparse_state_t *(*)(ausource_t, const void *))dlsym(library, "auparse_init");
    auparse.next_event = (int (*)(auparse_state_t *))dlsym(library, "auparse_next_event");
    auparse.first_record = (int (*)(auparse_state_t *))dlsym(library, "auparse_first_record");
    auparse.next_record = (int (*)(auparse_state_t *))dlsym(library, "auparse_next_record");
    auparse.destroy = (void (*)(auparse_state_t *))dlsym(library, "auparse_destroy");
    return auparse.init && auparse.next_event && auparse.first_record && auparse.next_record
        && auparse.destroy;
}

static double walk_auparse(const char *path, uint64_t *seen)
{
    double began = now();
    auparse_state_t *au = auparse.init(AUSOURCE_FILE, path);

    *seen = 0;
    while (au && auparse.next_event(au) > 0) {
        auparse.first_record(au);
        while (auparse.next_record(au) > 0)
            ;
        ++*seen;
    }
    if (au)
        auparse.destroy(au);
    return now() - began;
}
#endif

/* CPU time of `ausearch --raw`; negative where it is not there. */
static double run_ausearch(const char *path)
{
    struct rusage before, after;
    int status;

    fflush(stdout); /* or the child would print it again */
    getrusage(RUSAGE_CHILDREN, &before);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(127);
        execlp("ausearch", "ausearch", "--raw", "-if", path, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
        return -1;
    getrusage(RUSAGE_CHILDREN, &after);
    return (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec)
        + (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6
        + (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec)
        + (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
}

static const char *made(void)
{
    static char path[COMMAND_MAX];
    const char *gen = getenv("MODHUNT_GEN"), *folder = getenv("MODHUNT_BENCH_FOLDER");
    int status;

    snprintf(path, sizeof path, "%s/audit.log", folder ? folder : "/tmp");
    pid_t child = gen ? fork() : -1;
    if (child == 0) {
        execl(gen, gen, "auditd", "-n", MADE_RECORDS, "--hosts", "1", "-o", path, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "bench_auditd: give a FILE, or MODHUNT_GEN\n");
        exit(3);
    }
    return path;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : made();
    unsigned runs = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3;
    double times[RUNS_MAX];
    struct parts took = { 0 };

    mallopt(M_MMAP_THRESHOLD, 256 << 20);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    if (runs < 1 || runs > RUNS_MAX)
        runs = 3;
    struct span text = read_file(path);
    double megabytes = (double)text.len / 1e6, peer = -1;
    for (unsigned i = 0; i < runs; i++) {
        took = read_log(text);
        times[i] = took.cut + took.decode + took.follow;
    }
    qsort(times, runs, sizeof *times, by_size);
    double ours = megabytes / times[runs / 2];
    free((void *)(uintptr_t)text.at);
#ifdef HAS_AUPARSE
    if (load_auparse()) {
        uint64_t seen;

        peer = megabytes / walk_auparse(path, &seen);
        printf("auditd_libauparse %.0f MB/s (%llu events)\n", peer, (unsigned long long)seen);
    }
#endif
    if (peer > 0)
        printf("auditd_decode_and_follow %.0f MB/s libauparse %.2f\n", ours, ours / peer);
    else
        printf("auditd_decode_and_follow %.0f MB/s\n", ours);
    printf("auditd_decode %.0f MB/s\nauditd_follow %.0f MB/s\nauditd_cut %.0f MB/s\n",
           megabytes / took.decode, megabytes / took.follow, megabytes / took.cut);
    double raw = run_ausearch(path);
    if (raw > 0)
        printf("auditd_ausearch_raw %.0f MB/s\nauditd_decode_and_follow %.0f MB/s ausearch_raw %.2f\n",
               megabytes / raw, ours, ours * raw / megabytes);
    printf("auditd_events %llu events, %llu loads\n", (unsigned long long)events,
           (unsigned long long)loads);
    return 0;
}
