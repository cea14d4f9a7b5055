/* How long each question of the console takes on a case: opening, first pages,
 * filters, pivots, totals, detail, and the hunt.  Prints name, median, unit.
 *
 *     bench_questions [CASE [RUNS]]
 *
 * Without a case it makes one of a million records with modhunt-gen and modhunt
 * (MODHUNT_GEN, MODHUNT) in MODHUNT_BENCH_FOLDER. */
#include "store/store.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX 101

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void print(const char *name, int64_t *us, int runs)
{
    qsort(us, (size_t)runs, sizeof *us, compare);
    printf("question-%s %.2f ms\n", name, (double)us[runs / 2] / 1000);
}

static struct store *open_case(const char *path)
{
    struct fault f;
    struct store *s = store_open(path, STORE_READ, &f);

    if (!s) {
        fprintf(stderr, "%s\n", f.text);
        exit(3);
    }
    return s;
}

struct asked {
    const char *name;
    enum question_kind kind;
    bool everything;
    const char *filter; /* its %s is the worst hit's hash or host */
    enum column sort; /* COLUMN_COUNT: the default */
};

static const struct asked table[] = {
    { "hits", QUESTION_SIGHTINGS, false, NULL, COLUMN_COUNT },
    { "hits-by-path", QUESTION_SIGHTINGS, false, NULL, COLUMN_ID_ImageLoaded },
    { "hits-containing", QUESTION_SIGHTINGS, false, "temp", COLUMN_COUNT },
    { "everything", QUESTION_SIGHTINGS, true, NULL, COLUMN_COUNT },
    { "everything-by-path", QUESTION_SIGHTINGS, true, NULL, COLUMN_ID_ImageLoaded },
    { "everything-containing", QUESTION_SIGHTINGS, true, "temp", COLUMN_COUNT },
    { "pivot-hash", QUESTION_SIGHTINGS, true, "hash:%s", COLUMN_COUNT },
    { "pivot-host", QUESTION_SIGHTINGS, true, "host:%s", COLUMN_COUNT },
    { "path-substring", QUESTION_SIGHTINGS, true, "module:*appdata*", COLUMN_COUNT },
    { "path-substring-none", QUESTION_SIGHTINGS, true, "module:*qqzzqq*", COLUMN_COUNT },
    { "word-none", QUESTION_SIGHTINGS, true, "qqzzqq", COLUMN_COUNT },
    { "path-regex", QUESTION_SIGHTINGS, true, "module:/app.?data/", COLUMN_COUNT },
    { "file-name", QUESTION_SIGHTINGS, true, "module:kernel32.dll", COLUMN_COUNT },
    { "command-line", QUESTION_SIGHTINGS, true, "cmd:*powershell*", COLUMN_COUNT },
    { "user", QUESTION_SIGHTINGS, true, "user:system", COLUMN_COUNT },
    { "last-day", QUESTION_SIGHTINGS, true, "time>-1d", COLUMN_COUNT },
    { "totals", QUESTION_TOTALS, true, NULL, COLUMN_COUNT },
    { "totals-containing", QUESTION_TOTALS, true, "temp", COLUMN_COUNT },
    { "totals-hash", QUESTION_TOTALS, true, "hash:%s", COLUMN_COUNT },
    { "detail", QUESTION_DETAIL, false, NULL, COLUMN_COUNT },
    { "loads-of-one", QUESTION_LOADS, false, NULL, COLUMN_COUNT },
    { "loads-of-hits", QUESTION_LOADS, false, NULL, COLUMN_COUNT },
    { "loads-of-everything", QUESTION_LOADS, true, NULL, COLUMN_COUNT },
    { "evidence", QUESTION_EVIDENCE, false, NULL, COLUMN_COUNT },
    { "hosts", QUESTION_HOSTS, true, NULL, COLUMN_COUNT },
    { "stack-signature", QUESTION_STACK, true, NULL, COLUMN_COUNT },
    { "hunt-limit-50", QUESTION_HUNT, false, NULL, COLUMN_COUNT },
    { "hunt-all-limit-50", QUESTION_HUNT, true, NULL, COLUMN_COUNT },
};

/* The values of the worst hit, for pivots and details. */
struct sample {
    int64_t sighting;
    char sha256[80], host[256];
};

static void take_sample(struct store *s, struct sample *sample)
{
    struct question *q = question_open(QUESTION_SIGHTINGS);
    struct page *p;

    q->limit = 1;
    p = store_answer(s, q);
    if (p->rows == 1) {
        struct span host = page_cell(p, 0, COLUMN_ID_host)->text;
        struct span hash = page_cell(p, 0, COLUMN_ID_sha256)->text;

        sample->sighting = p->keys[0];
        snprintf(sample->host, sizeof sample->host, "%.*s", (int)host.len, (const char *)host.at);
        snprintf(sample->sha256, sizeof sample->sha256, "%.*s", (int)hash.len,
                 (const char *)hash.at);
    }
    page_close(p);
    question_close(q);
}

static void ask(struct store *s, const struct asked *a, const struct sample *sample, int runs)
{
    struct question *q = question_open(a->kind);
    int64_t us[RUNS_MAX];
    char filter[512];

    q->everything = a->everything;
    q->limit = 100;
    if (a->filter && strncmp(a->filter, "hash:", 5) == 0)
        snprintf(filter, sizeof filter, "hash:%s", sample->sha256);
    else if (a->filter && strncmp(a->filter, "host:", 5) == 0)
        snprintf(filter, sizeof filter, "host:%s", sample->host);
    else
        snprintf(filter, sizeof filter, "%s", a->filter ? a->filter : "");
    question_text(&q->filter, filter);
    if (a->kind == QUESTION_DETAIL || strcmp(a->name, "loads-of-one") == 0)
        q->sighting = sample->sighting;
    if (a->kind == QUESTION_STACK)
        q->stack = COLUMN_ID_Signature;
    if (a->sort != COLUMN_COUNT) {
        q->sorts = 1;
        q->sort[0].column = a->sort;
    }
    for (int i = 0; i < runs; i++) {
        struct page *p = store_answer(s, q);

        us[i] = p->took;
        if (p->fault.kind != FAULT_NONE)
            fprintf(stderr, "%s: %s\n", a->name, p->fault.text);
        page_close(p);
    }
    print(a->name, us, runs);
    question_close(q);
}

static bool count(void *ctx, const struct page *p)
{
    *(uint64_t *)ctx += p->rows;
    return true;
}

static void stream(struct store *s, const char *name, bool everything, int runs)
{
    struct question *q = question_open(QUESTION_HUNT);
    int64_t us[RUNS_MAX];
    uint64_t rows = 0;
    struct fault f;

    q->everything = everything;
    for (int i = 0; i < runs; i++) {
        int64_t began = moment_ticks();

        rows = 0;
        if (!store_stream(s, q, count, &rows, &f))
            fprintf(stderr, "%s: %s\n", name, f.text);
        us[i] = moment_ticks() - began;
    }
    print(name, us, runs);
    printf("question-%s-rows %llu rows\n", name, (unsigned long long)rows);
    question_close(q);
}

static void run(char *const *words)
{
    int status = 0;
    pid_t child;

    if (posix_spawn(&child, words[0], NULL, NULL, words, environ) != 0
        || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) > 1) {
        fprintf(stderr, "%s failed\n", words[0]);
        exit(3);
    }
}

/* A case of a million records; the caller frees its name. */
static char *make_case(void)
{
    const char *folder = getenv("MODHUNT_BENCH_FOLDER"), *gen = getenv("MODHUNT_GEN");
    const char *modhunt = getenv("MODHUNT");
    char *evidence = NULL, *path = NULL;

    if (!folder || !gen || !modhunt) {
        fprintf(stderr, "name a case, or set MODHUNT, MODHUNT_GEN and MODHUNT_BENCH_FOLDER\n");
        exit(2);
    }
    if (asprintf(&evidence, "%s/questions.evtx", folder) < 0
        || asprintf(&path, "%s/questions.modhunt", folder) < 0)
        fault_memory();
    run((char *[]){ (char *)(uintptr_t)gen, "evtx", "-n", "1000000", "--hosts", "20", "-o",
                    evidence, NULL });
    run((char *[]){ (char *)(uintptr_t)modhunt, "ingest", "-c", path, evidence, NULL });
    unlink(evidence);
    free(evidence);
    return path;
}

static struct store *time_opening(const char *path, int runs)
{
    struct store *s = NULL;
    int64_t us[RUNS_MAX];

    for (int i = 0; i < runs; i++) {
        store_close(s);
        int64_t began = moment_ticks();
        s = open_case(path);
        us[i] = moment_ticks() - began;
    }
    print("open", us, runs);
    return s;
}

int main(int count_given, char **given)
{
    int runs = count_given > 2 ? (int)strtol(given[2], NULL, 10) : 5;
    char *made = count_given > 1 ? NULL : make_case();
    struct sample sample = { 0 };
    struct store *s;

    if (runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: bench_questions [CASE [RUNS]]\n");
        return 2;
    }
    s = time_opening(made ? made : given[1], runs);
    take_sample(s, &sample);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        ask(s, &table[i], &sample, runs);
    stream(s, "hunt", false, runs);
    stream(s, "hunt-all", true, 1);
    store_close(s);
    free(made);
    return 0;
}
