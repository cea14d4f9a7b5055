/* From evidence to a finished case, and from a case to the hunt and the first
 * screen, with the real program.
 *
 *     bench_case [RECORDS [RUNS]]        (1,000,000 and 3)
 *
 * Makes EVTX and XML with modhunt-gen (MODHUNT, MODHUNT_GEN, in
 * MODHUNT_BENCH_FOLDER) and prints a line a figure: name, median, unit and, for
 * the ingest, the limit it runs beside: SHA-256 of the same bytes.  The peer's
 * rate on the same kind of file is in bench_evtx.  Resident memory is the
 * program's largest (getrusage); the program is one process. */
#include "core/digest.h"
#include "core/moment.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX 101
#define NAME_MAX_HERE 4096
#define SCREEN_WAIT_MS 10000

static const char *modhunt, *generator, *folder;

struct run {
    int64_t took; /* microseconds of the clock on the wall */
    int64_t cpu;  /* of both cores together */
    int64_t resident_kib;
};

static _Noreturn void stop(const char *why)
{
    fprintf(stderr, "bench_case: %s\n", why);
    exit(3);
}

static const char *needed(const char *name)
{
    const char *value = getenv(name);

    if (!value)
        stop("MODHUNT, MODHUNT_GEN and MODHUNT_BENCH_FOLDER must be set: run scripts/bench case");
    return value;
}

/* Runs the program to its end, its output thrown away. */
static struct run run(const char *const *argv)
{
    posix_spawn_file_actions_t quiet;
    struct rusage used;
    int64_t begun = moment_ticks();
    pid_t child;
    int status;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&child, argv[0], &quiet, NULL, (char *const *)(uintptr_t)argv, environ) != 0
        || wait4(child, &status, 0, &used) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) > 1)
        stop("a program that is measured failed");
    posix_spawn_file_actions_destroy(&quiet);
    return (struct run){
        moment_ticks() - begun,
        (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * INT64_C(1000000) + used.ru_utime.tv_usec
            + used.ru_stime.tv_usec,
        used.ru_maxrss,
    };
}

static int by_time(const void *a, const void *b)
{
    const struct run *x = a, *y = b;

    return (x->took > y->took) - (x->took < y->took);
}

static void drop_case(const char *path)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    char name[NAME_MAX_HERE];

    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static int64_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* MB/s of reading the file and hashing it: no ingest can be faster on a core. */
static double limit_of(const char *path)
{
    static uint8_t block[1 << 20];
    struct digest *d = digest_open();
    int64_t begun = moment_ticks(), bytes = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    while (fd >= 0 && (got = read(fd, block, sizeof block)) > 0) {
        digest_add(d, span_of(block, (size_t)got));
        bytes += got;
    }
    if (fd >= 0)
        close(fd);
    digest_close(d);
    return (double)bytes / (double)(moment_ticks() - begun);
}

static void measure_ingest(const char *form, const char *evidence, const char *path, int64_t records,
                           int runs)
{
    const char *argv[] = { modhunt, "ingest", "-c", path, evidence, NULL };
    struct run each[RUNS_MAX];
    double mb = (double)size_of(evidence) / 1e6, limit = limit_of(evidence);
    int64_t resident = 0;

    for (int i = 0; i < runs; i++) {
        drop_case(path);
        each[i] = run(argv);
        resident = each[i].resident_kib > resident ? each[i].resident_kib : resident;
    }
    qsort(each, (size_t)runs, sizeof *each, by_time);
    double seconds = (double)each[runs / 2].took / 1e6;
    printf("ingest-%s %.0f records/s\n", form, (double)records / seconds);
    printf("ingest-%s-bytes %.0f MB/s read+sha256 %.2f\n", form, mb / seconds,
           mb / seconds / limit);
    printf("ingest-%s-cpu %.2f us/record\n", form,
           (double)each[runs / 2].cpu / (double)records);
    printf("ingest-%s-resident %.0f MiB\n", form, (double)resident / 1024);
}

static void measure_hunt(const char *path, int runs)
{
    const char *hits[] = { modhunt, "hunt", "-c", path, "--format", "tsv", NULL };
    const char *all[] = { modhunt, "hunt", "-c", path, "--format", "tsv", "--all", NULL };
    struct run each[RUNS_MAX];

    for (int i = 0; i < runs; i++)
        each[i] = run(hits);
    qsort(each, (size_t)runs, sizeof *each, by_time);
    printf("hunt-hits %.1f ms\n", (double)each[runs / 2].took / 1e3);
    each[0] = run(all);
    printf("hunt-all %.0f ms\n", (double)each[0].took / 1e3);
    printf("hunt-all-resident %.0f MiB\n", (double)each[0].resident_kib / 1024);
}

/* Microseconds from the start to the first screen with hits on it. */
static int64_t first_screen(const char *path)
{
    struct winsize size = { .ws_row = 50, .ws_col = 160 };
    char seen[1 << 16];
    size_t used = 0;
    int64_t begun = moment_ticks(), took = -1;
    int master, status;
    pid_t child = forkpty(&master, NULL, NULL, &size);

    if (child < 0)
        stop("no pseudo-terminal to be had");
    if (child == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        execl(modhunt, modhunt, path, (char *)NULL);
        _exit(127);
    }
    while (took < 0 && moment_ticks() - begun < SCREEN_WAIT_MS * INT64_C(1000)) {
        struct pollfd p = { .fd = master, .events = POLLIN };
        ssize_t got;

        if (poll(&p, 1, 100) != 1)
            continue;
        got = read(master, seen + used, sizeof seen - 1 - used);
        if (got <= 0 || used + (size_t)got >= sizeof seen - 1)
            break;
        used += (size_t)got;
        if (memmem(seen, used, ".dll", 4)) /* a row of the list is drawn */
            took = moment_ticks() - begun;
    }
    kill(child, SIGHUP);
    close(master);
    waitpid(child, &status, 0);
    if (took < 0)
        stop("no first screen came");
    return took;
}

static void measure_screen(const char *path, int runs)
{
    int64_t best = INT64_MAX, worst = 0, sum = 0;

    for (int i = 0; i < runs; i++) {
        int64_t took = first_screen(path);

        best = took < best ? took : best;
        worst = took > worst ? took : worst;
        sum += took;
    }
    printf("first-screen %.1f ms limit 100 %.2f\n", (double)sum / runs / 1e3,
           (double)sum / runs / 1e5);
    printf("first-screen-worst %.1f ms\n", (double)worst / 1e3);
}

static void make(const char *form, const char *to, const char *records)
{
    const char *argv[] = { generator, form, "-n", records, "-o", to, "--seed", "1129", "--hosts",
                           "20", "--evil", "0.002", NULL };

    run(argv);
}

int main(int argc, char **argv)
{
    const char *records = argc > 1 ? argv[1] : "1000000";
    int64_t count = strtoll(records, NULL, 10);
    int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 3;
    char evtx[NAME_MAX_HERE], xml[NAME_MAX_HERE], path[NAME_MAX_HERE];

    if (count < 1 || runs < 1 || runs > RUNS_MAX)
        stop("usage: bench_case [RECORDS [RUNS]]");
    modhunt = needed("MODHUNT");
    generator = needed("MODHUNT_GEN");
    folder = needed("MODHUNT_BENCH_FOLDER");
    snprintf(evtx, sizeof evtx, "%s/case.evtx", folder);
    snprintf(xml, sizeof xml, "%s/case.xml", folder);
    snprintf(path, sizeof path, "%s/case.modhunt", folder);
    make("xml", xml, records);
    measure_ingest("xml", xml, path, count, runs);
    unlink(xml);
    make("evtx", evtx, records);
    measure_ingest("evtx", evtx, path, count, runs);
    unlink(evtx);
    measure_hunt(path, runs);
    measure_screen(path, runs > 5 ? runs : 5);
    drop_case(path);
    return 0;
}
