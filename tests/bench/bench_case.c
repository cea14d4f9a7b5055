/* From a case to the hunt and the first screen, with the real program.
 *
 *     bench_case [RECORDS [RUNS]]        (1,000,000 and 3)
 *
 * Prints a line a figure: name, median, unit and, where there is one, its limit.
 * How a case is made is bench_ingest's. */
#include "tests/bench/program.h"

#include <poll.h>
#include <pty.h>

#define SCREEN_WAIT_MS 10000

static const char *modhunt;

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

int main(int argc, char **argv)
{
    const char *records = argc > 1 ? argv[1] : "1000000", *folder;
    int runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 3;
    char evtx[NAME_MAX_HERE], path[NAME_MAX_HERE];

    if (strtoll(records, NULL, 10) < 1 || runs < 1 || runs > RUNS_MAX)
        stop("usage: bench_case [RECORDS [RUNS]]");
    modhunt = needed("MODHUNT");
    folder = needed("MODHUNT_BENCH_FOLDER");
    snprintf(evtx, sizeof evtx, "%s/case.evtx", folder);
    snprintf(path, sizeof path, "%s/case.modhunt", folder);
    make(needed("MODHUNT_GEN"), "evtx", evtx, records);
    run((const char *const[]){ modhunt, "ingest", "-c", path, evtx, NULL });
    unlink(evtx);
    measure_hunt(path, runs);
    measure_screen(path, runs > 5 ? runs : 5);
    drop_case(path);
    return 0;
}
