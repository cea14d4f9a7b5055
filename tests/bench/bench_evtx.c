/* How fast EVTX is decoded, on one thread, beside its peers on the same file in
 * the same run: libevtx rendering XML, and a bare walk over the records with
 * the CRC-32s of their chunks (zlib's, if this machine has it, and ours).
 *
 *     bench_evtx [FILE [RUNS]]
 *
 * Without a file the generator makes one (MODHUNT_GEN) in MODHUNT_BENCH_FOLDER.
 * One line a figure: name, value, unit, peer, ratio; medians.  The file is read
 * into memory first: no disk is measured. */
#include "ingest/crc32.h"
#include "tests/evtx/evtx_file.h"

#include <dlfcn.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX 99
#define LIBEVTX_RECORDS 20000 /* of the first ones: it takes its time */
#define MADE_RECORDS "300000"
#define HEADER 4096
#define SLOT 65536

typedef unsigned long zlib_crc32(unsigned long, const unsigned char *, unsigned);
static zlib_crc32 *zlib;

static double seconds(int64_t begin)
{
    return (double)(moment_ticks() - begin) / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *times, unsigned n)
{
    qsort(times, n, sizeof *times, by_size);
    return times[n / 2];
}

static uint32_t u32(const uint8_t *at)
{
    uint32_t v;

    memcpy(&v, at, 4);
    return v;
}

/* Every record's head, and its chunk's checksum; gives the records. */
static uint64_t walk(struct span file, bool with_zlib, uint32_t *sum)
{
    uint64_t records = 0;

    for (size_t at = HEADER; at + SLOT <= file.len; at += SLOT) {
        const uint8_t *chunk = file.at + at;
        uint32_t end = u32(chunk + 48);

        if (memcmp(chunk, "ElfChnk", 8) != 0 || end < 512 || end > SLOT)
            continue;
        *sum += with_zlib ? (uint32_t)zlib(0, chunk + 512, end - 512)
                          : crc32_add(0, span_of(chunk + 512, end - 512));
        for (uint32_t p = 512; p + 28 <= end && u32(chunk + p + 4) >= 28; p += u32(chunk + p + 4))
            records++;
    }
    return records;
}

static double time_walk(struct span file, bool with_zlib, unsigned runs)
{
    double times[RUNS_MAX];
    uint32_t sum = 0;

    for (unsigned i = 0; i < runs; i++) {
        int64_t begin = moment_ticks();

        walk(file, with_zlib, &sum);
        times[i] = seconds(begin);
    }
    return sum ? median(times, runs) : 0;
}

static double time_decode(struct span file, unsigned runs, struct counts *counts)
{
    double times[RUNS_MAX];

    for (unsigned i = 0; i < runs; i++) {
        int64_t begin = moment_ticks();

        *counts = evtx_file_decode(file, NULL, NULL);
        times[i] = seconds(begin);
    }
    return median(times, runs);
}

/* What we call of it, found at run time so that nothing links with it; files,
 * records and errors are pointers to what only it knows. */
struct libevtx {
    int (*make)(void **file, void **error);
    int (*open)(void *file, const char *path, int flags, void **error);
    int (*flags)(void);
    int (*count)(void *file, int *records, void **error);
    int (*get)(void *file, int index, void **record, void **error);
    int (*size)(void *record, size_t *bytes, void **error);
    int (*text)(void *record, uint8_t *out, size_t bytes, void **error);
    int (*drop)(void **record, void **error);
    int (*release)(void **file, void **error);
};

static bool libevtx_find(struct libevtx *l)
{
    void *lib = dlopen("libevtx.so.1", RTLD_NOW | RTLD_LOCAL);

    if (!lib)
        return false;
    l->make = dlsym(lib, "libevtx_file_initialize");
    l->open = dlsym(lib, "libevtx_file_open");
    l->flags = dlsym(lib, "libevtx_get_access_flags_read");
    l->count = dlsym(lib, "libevtx_file_get_number_of_records");
    l->get = dlsym(lib, "libevtx_file_get_record_by_index");
    l->size = dlsym(lib, "libevtx_record_get_utf8_xml_string_size");
    l->text = dlsym(lib, "libevtx_record_get_utf8_xml_string");
    l->drop = dlsym(lib, "libevtx_record_free");
    l->release = dlsym(lib, "libevtx_file_free");
    return l->make && l->open && l->flags && l->count && l->get && l->size && l->text && l->drop
        && l->release;
}

/* Records a second, each as XML text. */
static double libevtx_once(const struct libevtx *l, const char *path)
{
    static uint8_t out[1 << 20];
    void *file = NULL;
    int records = 0, done = 0;
    int64_t begin;
    double took;

    if (l->make(&file, NULL) != 1 || l->open(file, path, l->flags(), NULL) != 1
        || l->count(file, &records, NULL) != 1)
        return 0;
    begin = moment_ticks();
    for (int i = 0; i < records && i < LIBEVTX_RECORDS; i++) {
        void *record = NULL;
        size_t n = 0;

        if (l->get(file, i, &record, NULL) != 1)
            continue;
        if (l->size(record, &n, NULL) == 1 && n <= sizeof out
            && l->text(record, out, n, NULL) == 1)
            done++;
        l->drop(&record, NULL);
    }
    took = seconds(begin);
    l->release(&file, NULL);
    return done / took;
}

/* 0 where it isn't here. */
static double libevtx_rate(const char *path, unsigned runs)
{
    struct libevtx l;
    double rates[RUNS_MAX];

    if (!libevtx_find(&l))
        return 0;
    for (unsigned i = 0; i < runs; i++)
        rates[i] = libevtx_once(&l, path);
    return median(rates, runs);
}

static void figure(const char *name, double value, const char *unit, const char *peer,
                   double peer_value)
{
    printf("%s\t%.0f\t%s", name, value, unit);
    if (peer_value > 0)
        printf("\t%s %.0f\t%.2f", peer, peer_value, value / peer_value);
    putchar('\n');
}

/* A file of the generator's, in `path`. */
static void make_file(char *path, size_t size)
{
    const char *folder = getenv("MODHUNT_BENCH_FOLDER"), *gen = getenv("MODHUNT_GEN");
    char *words[] = { (char *)(uintptr_t)gen, "evtx", "-n", MADE_RECORDS, "-o", path, NULL };
    int status = 0;
    pid_t child;

    if (!folder || !gen) {
        fprintf(stderr, "name a file, or set MODHUNT_GEN and MODHUNT_BENCH_FOLDER\n");
        exit(2);
    }
    snprintf(path, size, "%s/evtx.evtx", folder);
    if (posix_spawn(&child, gen, NULL, NULL, words, environ) != 0
        || waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "%s failed\n", gen);
        exit(3);
    }
}

int main(int argc, char **argv)
{
    unsigned runs = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3;
    void *z = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
    struct counts counts;
    struct span file;
    uint32_t sum = 0;
    char made[4096];

    if (runs < 1 || runs > RUNS_MAX)
        return fprintf(stderr, "usage: bench_evtx [FILE [RUNS]]\n"), 2;
    if (argc < 2)
        make_file(made, sizeof made);
    const char *path = argc < 2 ? made : argv[1];
    zlib = z ? (zlib_crc32 *)dlsym(z, "crc32") : NULL;
    file = evtx_file_read(path);
    double records = (double)walk(file, false, &sum);
    double ours = time_walk(file, false, runs);
    double theirs = zlib ? time_walk(file, true, runs) : 0;
    double took = time_decode(file, runs, &counts);
    double peer = libevtx_rate(path, runs);
    double rate = (double)counts.records / took, bytes = (double)file.len / 1e6;

    figure("evtx-decode", rate, "records/s", "libevtx", peer);
    if (zlib)
        figure("evtx-decode", rate, "records/s", "bare-walk-zlib-crc32", records / theirs);
    figure("evtx-decode", rate, "records/s", "bare-walk-own-crc32", records / ours);
    figure("evtx-decode-bytes", bytes / took, "MB/s", "bare-walk-own-crc32", bytes / ours);
    figure("evtx-decode-loads", (double)counts.loads, "loads", "", 0);
    free((void *)(uintptr_t)file.at);
    if (argc < 2)
        unlink(made);
    return 0;
}
