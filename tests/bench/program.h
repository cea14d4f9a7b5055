/* Running the real program for a benchmark: its time, both cores' work, its
 * memory.  Set by scripts/bench: MODHUNT, MODHUNT_GEN, MODHUNT_BENCH_FOLDER. */
#ifndef TESTS_BENCH_PROGRAM_H
#define TESTS_BENCH_PROGRAM_H

#include "core/digest.h"
#include "core/moment.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX 101
#define NAME_MAX_HERE 4096

struct run {
    int64_t took; /* microseconds of the clock on the wall */
    int64_t cpu;  /* of both cores together */
    int64_t resident_kib;
};

static _Noreturn inline void stop(const char *why)
{
    fprintf(stderr, "bench: %s\n", why);
    exit(3);
}

static inline const char *needed(const char *name)
{
    const char *value = getenv(name);

    if (!value)
        stop("MODHUNT, MODHUNT_GEN and MODHUNT_BENCH_FOLDER must be set: run scripts/bench");
    return value;
}

/* Runs the program to its end, its output thrown away. */
static inline struct run run(const char *const *argv)
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

static inline int by_time(const void *a, const void *b)
{
    const struct run *x = a, *y = b;

    return (x->took > y->took) - (x->took < y->took);
}

static inline void drop_case(const char *path)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    char name[NAME_MAX_HERE];

    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static inline int64_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* Evidence of that many records of 20 hosts, all of it on the disk: what the system has yet to
 * write would be measured with the program. */
static inline void make(const char *generator, const char *form, const char *to,
                        const char *records)
{
    const char *argv[] = { generator, form, "-n", records, "-o", to, "--seed", "1129", "--hosts",
                           "20", "--evil", "0.002", NULL };

    run(argv);
    sync();
}

#endif
