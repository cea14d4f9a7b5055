/* How fast an audit.log is read, on one thread: cut, decoded and followed into
 * loads, beside a bare walk of libauparse over the same file (every event, every
 * record, no field) and `ausearch --raw`, in the same run.  Then the program
 * itself, to a finished case: beside `ausearch --raw` by the clock on the wall,
 * and its memory with 100,000 processes alive.
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
#include "tests/bench/program.h"

#include <dlfcn.h>
#include <malloc.h>
#include <time.h>

#if __has_include(<auparse.h>)
#include <auparse.h>
#define HAS_AUPARSE 1
#endif

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

/* CPU time of `ausearch --raw`, and by the wall's clock; negative where it is not
 * there. */
static double run_ausearch(const char *path, double *took)
{
    struct rusage before, after;
    int64_t begun = moment_ticks();
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
    *took = (double)(moment_ticks() - begun) / 1e6;
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

/* ---- the program ---- */

#define LIVE 100000
#define LIVE_MIB_MAX 256

static struct run ingest(const char *path)
{
    char file[COMMAND_MAX];

    snprintf(file, sizeof file, "%s/auditd.modhunt", needed("MODHUNT_BENCH_FOLDER"));
    drop_case(file);
    struct run r = run((const char *const[]){ needed("MODHUNT"), "ingest", "-c", file, path, NULL });
    drop_case(file);
    return r;
}

/* Processes that start, open a file and map it, none of which ends; then each maps
 * what it opened once more. */
static void write_live(const char *path)
{
    static const char call[] = "type=SYSCALL msg=audit(1795499077.%03u:%u): arch=c000003e syscall=%u"
        " success=yes exit=3 a0=ffffff9c a1=1000 a2=%u a3=0 items=1 ppid=1 pid=%u auid=0 uid=0"
        " comm=\"x\" exe=\"/usr/bin/x%u\" key=\"k\"\n";
    FILE *f = fopen(path, "w");
    unsigned serial = 0;

    if (!f)
        stop("the log of live processes can't be written");
    for (unsigned i = 0; i < 2 * LIVE; i++) {
        unsigned pid = 1000 + i % LIVE, at;

        if (i < LIVE) {
            at = ++serial;
            fprintf(f, call, at / 1000 % 1000, at, 59, 0, pid, pid % 100);
            fprintf(f, "type=EXECVE msg=audit(1795499077.%03u:%u): argc=2 a0=\"/usr/bin/x\""
                       " a1=\"--number=%u\"\n", at / 1000 % 1000, at, pid);
            at = ++serial;
            fprintf(f, call, at / 1000 % 1000, at, 257, 0, pid, pid % 100);
            fprintf(f, "type=CWD msg=audit(1795499077.%03u:%u): cwd=\"/\"\n", at / 1000 % 1000, at);
            fprintf(f, "type=PATH msg=audit(1795499077.%03u:%u): item=0 name=\"/usr/lib/lib%u.so\""
                       " inode=%u dev=fe:00 mode=0100644 ouid=0 ogid=0 nametype=NORMAL\n",
                    at / 1000 % 1000, at, pid, pid);
        }
        at = ++serial;
        fprintf(f, call, at / 1000 % 1000, at, 9, 5, pid, pid % 100);
        fprintf(f, "type=MMAP msg=audit(1795499077.%03u:%u): fd=3 flags=0x2\n", at / 1000 % 1000, at);
    }
    if (fclose(f) != 0)
        stop("the log of live processes can't be written");
}

static void finished_case(const char *path, unsigned runs, double megabytes, double raw_took)
{
    struct run all[RUNS_MAX], live;
    char log[COMMAND_MAX];

    if (!getenv("MODHUNT") || !getenv("MODHUNT_BENCH_FOLDER")) {
        fprintf(stderr, "bench_auditd: MODHUNT and MODHUNT_BENCH_FOLDER are not set: no finished case\n");
        return;
    }
    for (unsigned i = 0; i < runs; i++)
        all[i] = ingest(path);
    qsort(all, runs, sizeof *all, by_time);
    const struct run *r = &all[runs / 2];
    double rate = megabytes / ((double)r->took / 1e6);
    if (raw_took > 0)
        printf("auditd_finished_case %.0f MB/s ausearch_raw %.2f\n", rate, rate * raw_took / megabytes);
    else
        printf("auditd_finished_case %.0f MB/s\n", rate);
    printf("auditd_finished_case_cpu %.0f MB/s\nauditd_finished_case_memory %lld MiB\n",
           megabytes / ((double)r->cpu / 1e6), (long long)r->resident_kib / 1024);
    snprintf(log, sizeof log, "%s/live.log", needed("MODHUNT_BENCH_FOLDER"));
    write_live(log);
    live = ingest(log);
    unlink(log);
    printf("auditd_memory_of_100000_live_processes %lld MiB limit %d %.2f\n",
           (long long)live.resident_kib / 1024, LIVE_MIB_MAX,
           (double)live.resident_kib / 1024 / LIVE_MIB_MAX);
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
    /* First, while we are small: a program's memory is counted from its parent's on. */
    double megabytes = (double)size_of(path) / 1e6, peer = -1;
    double raw_took = -1, raw = run_ausearch(path, &raw_took);
    finished_case(path, runs, megabytes, raw > 0 ? raw_took : -1);
    struct span text = read_file(path);
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
    if (raw > 0)
        printf("auditd_ausearch_raw %.0f MB/s\nauditd_decode_and_follow %.0f MB/s ausearch_raw %.2f\n",
               megabytes / raw, ours, ours * raw / megabytes);
    printf("auditd_events %llu events, %llu loads\n", (unsigned long long)events,
           (unsigned long long)loads);
    return 0;
}
