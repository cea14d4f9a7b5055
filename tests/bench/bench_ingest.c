/* From evidence to a finished, indexed, scored case, with the real program, for
 * EVTX, XML and JSON lines, beside the limits of the same machine.
 *
 *     bench_ingest [RECORDS [MANY]]        (1,000,000 and 10,000,000; 0: no MANY)
 *
 * RECORDS is the median of three runs, MANY is run once.  The limits, in the
 * same run: reading the file and hashing it on one core; libxml2's bare SAX
 * parse of the same XML on both cores, its callbacks empty; SQLite's bare
 * inserts of rows of eight integers, as a load is, without an index.  Resident
 * memory is the largest of the program, which is one process here. */
#include "tests/bench/program.h"

#include <libxml/parser.h>
#include <pthread.h>
#include <sqlite3.h>

#define RUNS 3
#define PUSHED (64 << 10)
#define SAX_THREADS 2
#define AIM 300000.0   /* records/s of EVTX and JSON lines, as asked for */
#define INSERTED 1000000

static const char *modhunt, *generator, *folder;

/* ---- limits ---- */

/* Seconds of reading the file and hashing it. */
static double read_and_hash(const char *path)
{
    static uint8_t block[1 << 20];
    struct digest *d = digest_open();
    int64_t begun = moment_ticks();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    while (fd >= 0 && (got = read(fd, block, sizeof block)) > 0)
        digest_add(d, span_of(block, (size_t)got));
    if (fd >= 0)
        close(fd);
    digest_close(d);
    return (double)(moment_ticks() - begun) / 1e6;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **namespace, int count, int defaulted,
                     const xmlChar **attributes)
{
    (void)ctx, (void)name, (void)prefix, (void)uri, (void)namespaces, (void)namespace;
    (void)count, (void)defaulted, (void)attributes;
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)ctx, (void)name, (void)prefix, (void)uri;
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
    (void)ctx, (void)text, (void)len;
}

static xmlSAXHandler handler = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_text,
    .ignorableWhitespace = on_text,
};

/* Half of the file for each thread, from one <Event to another. */
struct half {
    const char *path;
    int64_t from, to;
    bool headless; /* it does not begin with the document's own root */
    pthread_t thread;
};

/* Where the first event behind `at` begins. */
static int64_t next_event(int fd, int64_t at)
{
    static char text[PUSHED];
    ssize_t got = pread(fd, text, sizeof text, at);
    const char *found = got > 0 ? memmem(text, (size_t)got, "<Event ", 7) : NULL;

    if (!found)
        stop("the XML that was made has no events in its middle");
    return at + (found - text);
}

static void *parse(void *arg)
{
    const struct half *h = arg;
    xmlParserCtxtPtr c = xmlCreatePushParserCtxt(&handler, NULL, NULL, 0, NULL);
    char *text = memory_get(PUSHED);
    int fd = open(h->path, O_RDONLY | O_CLOEXEC);

    if (h->headless)
        xmlParseChunk(c, "<Events>", 8, 0);
    for (int64_t at = h->from; at < h->to;) {
        int64_t left = h->to - at;
        ssize_t got = pread(fd, text, left < PUSHED ? (size_t)left : PUSHED, at);

        if (got <= 0)
            break;
        xmlParseChunk(c, text, (int)got, 0);
        at += got;
    }
    close(fd);
    free(text);
    xmlFreeParserCtxt(c);
    return NULL;
}

/* Seconds of a bare SAX parse of the file on SAX_THREADS cores. */
static double bare_sax(const char *path)
{
    struct half half[SAX_THREADS];
    int64_t size = size_of(path), begun = moment_ticks();
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    xmlInitParser();
    for (int i = 0; i < SAX_THREADS; i++) {
        half[i] = (struct half){ .path = path, .headless = i > 0, .to = size };
        half[i].from = i ? next_event(fd, size / SAX_THREADS * i) : 0;
        if (i)
            half[i - 1].to = half[i].from;
    }
    close(fd);
    for (int i = 0; i < SAX_THREADS; i++)
        if (pthread_create(&half[i].thread, NULL, parse, &half[i]) != 0)
            stop("no thread could be started");
    for (int i = 0; i < SAX_THREADS; i++)
        pthread_join(half[i].thread, NULL);
    return (double)(moment_ticks() - begun) / 1e6;
}

/* Rows a second that SQLite alone takes in. */
static double bare_inserts(void)
{
    char path[NAME_MAX_HERE];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int64_t begun;

    snprintf(path, sizeof path, "%s/bare.db", folder);
    if (sqlite3_open(path, &db) != SQLITE_OK
        || sqlite3_exec(db, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; CREATE TABLE load"
                            " (id INTEGER PRIMARY KEY, a, b, c, d, e, f, g, h); BEGIN",
                        NULL, NULL, NULL) != SQLITE_OK
        || sqlite3_prepare_v2(db, "INSERT INTO load (a, b, c, d, e, f, g, h)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", -1, &st, NULL)
               != SQLITE_OK)
        stop("SQLite can't be measured");
    begun = moment_ticks();
    for (int64_t i = 0; i < INSERTED; i++) {
        sqlite3_bind_int64(st, 1, 1767571200000000 + i);
        for (int c = 2; c <= 8; c++)
            sqlite3_bind_int64(st, c, i / c);
        sqlite3_step(st);
        sqlite3_reset(st);
    }
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    double seconds = (double)(moment_ticks() - begun) / 1e6;
    sqlite3_finalize(st);
    sqlite3_close(db);
    drop_case(path);
    return INSERTED / seconds;
}

/* ---- the program ---- */

/* The median of `runs`, and the largest memory of all. */
static struct run ingest(const char *evidence, const char *path, int runs)
{
    const char *argv[] = { modhunt, "ingest", "-c", path, evidence, NULL };
    struct run each[RUNS];
    int64_t resident = 0;

    for (int i = 0; i < runs; i++) {
        drop_case(path);
        each[i] = run(argv);
        resident = each[i].resident_kib > resident ? each[i].resident_kib : resident;
    }
    drop_case(path);
    qsort(each, (size_t)runs, sizeof *each, by_time);
    each[runs / 2].resident_kib = resident;
    return each[runs / 2];
}

static double measure(const char *form, const char *name, const char *records, int runs,
                      double inserts)
{
    char evidence[NAME_MAX_HERE], path[NAME_MAX_HERE];
    double count = strtod(records, NULL);
    bool xml = strcmp(form, "xml") == 0;

    snprintf(evidence, sizeof evidence, "%s/ingest.%s", folder, form);
    snprintf(path, sizeof path, "%s/ingest.modhunt", folder);
    make(generator, form, evidence, records);
    double hash = read_and_hash(evidence), sax = xml ? bare_sax(evidence) : 0;
    struct run r = ingest(evidence, path, runs);
    double seconds = (double)r.took / 1e6;

    if (xml)
        printf("ingest-%s-%s %.0f records/s bare-sax-on-both-cores %.2f\n", name, records,
               count / seconds, sax / seconds);
    else
        printf("ingest-%s-%s %.0f records/s aim-300000 %.2f\n", name, records, count / seconds,
               count / seconds / AIM);
    printf("ingest-%s-%s-bytes %.0f MB/s read+sha256 %.2f\n", name, records,
           (double)size_of(evidence) / 1e6 / seconds, hash / seconds);
    printf("ingest-%s-%s-rows %.0f records/s bare-inserts %.2f\n", name, records,
           count / seconds, count / seconds / inserts);
    printf("ingest-%s-%s-cpu %.2f us/record\n", name, records, (double)r.cpu / count);
    printf("ingest-%s-%s-resident %.0f MiB limit-256 %.2f\n", name, records,
           (double)r.resident_kib / 1024, (double)r.resident_kib / 1024 / 256);
    fflush(stdout);
    unlink(evidence);
    return seconds;
}

int main(int argc, char **argv)
{
    static const struct { const char *form, *name; } forms[] = {
        { "evtx", "evtx" }, { "xml", "xml" }, { "nxlog", "jsonl" } };
    const char *records = argc > 1 ? argv[1] : "1000000";
    const char *many = argc > 2 ? argv[2] : "10000000";
    double inserts;

    if (strtoll(records, NULL, 10) < 1 || strtoll(many, NULL, 10) < 0)
        stop("usage: bench_ingest [RECORDS [MANY]]");
    modhunt = needed("MODHUNT");
    generator = needed("MODHUNT_GEN");
    folder = needed("MODHUNT_BENCH_FOLDER");
    inserts = bare_inserts();
    printf("bare-inserts %.0f rows/s\n", inserts);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        double few = measure(forms[i].form, forms[i].name, records, RUNS, inserts), all;

        if (strtoll(many, NULL, 10) == 0)
            continue;
        all = measure(forms[i].form, forms[i].name, many, 1, inserts);
        printf("ingest-%s-growth %.2f times time-of-%s 1.00\n", forms[i].name, all / few, records);
    }
    return 0;
}
