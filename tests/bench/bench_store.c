/* How many loads a second the writing side files, alone: batches made up front
 * in memory (20,000 pairs, 37 hosts that know 3,000 each, a process for every
 * 60 loads), taken,
 * committed and settled.
 *
 *     bench_store [LOADS] [CASE]     (1,000,000 loads, a case in /tmp) */
#include "store/store.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PAIRS 20000
#define HOSTS 37
#define PER_BATCH 1000
#define LOADS_A_PROCESS 60

static uint64_t seed = 42;

static uint64_t draw(uint64_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % below;
}

static struct span text(struct batch *b, const char *format, ...) PRINTF_LIKE(2, 3);

static struct span text(struct batch *b, const char *format, ...)
{
    char buffer[200];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    return arena_copy(&b->arena, span_of(buffer, (size_t)len), NULL);
}

/* A host knows 3,000 of the pairs, and most of its loads are of a few hundred. */
static uint64_t pick(uint64_t host)
{
    uint64_t few = draw(8) ? 300 : 3000;

    return (draw(few) + host * 500) % PAIRS;
}

static void one_load(struct batch *b, uint64_t n, uint64_t host)
{
    struct load *l = batch_load(b);
    uint64_t pair = pick(host), module = pair % 9000;

    l->origin = (struct origin){ .time = (int64_t)(1660000000000000 + n * 1000),
                                 .logged = (int64_t)(1660000000000000 + n * 1000 + 300),
                                 .record = n + 1, .place = n * 700,
                                 .flags = RECORD_NUMBERED,
                                 .Channel = SPAN("Microsoft-Windows-Sysmon/Operational") };
    l->platform = PLATFORM_WINDOWS;
    l->ProcessId = (int64_t)(n / LOADS_A_PROCESS % 9000);
    l->Computer = text(b, "WS%" PRIu64 ".corp.example", host);
    l->User = SPAN("NT AUTHORITY\\SYSTEM");
    l->ProcessGuid = text(b, "{B5CE8A2C-%04" PRIX64 "-630F-0100-%012" PRIX64 "}", host,
                          n / LOADS_A_PROCESS);
    l->Image = text(b, "C:\\Program Files\\Vendor %" PRIu64 "\\program%" PRIu64 ".exe",
                    pair / 9000, pair % 40);
    l->ImageLoaded = text(b, "C:\\Windows\\System32\\module%" PRIu64 ".dll", module);
    l->Hashes = text(b, "SHA1=%040" PRIX64 ",MD5=%032" PRIX64, module, module);
    l->sha1 = text(b, "%040" PRIx64, module);
    l->md5 = text(b, "%032" PRIx64, module);
    l->Signed = SPAN("true");
    l->Signature = SPAN("Microsoft Windows");
    l->SignatureStatus = SPAN("Valid");
    l->Company = SPAN("Microsoft Corporation");
    l->Product = SPAN("Microsoft\xC2\xAE Windows\xC2\xAE Operating System");
    l->Description = text(b, "Module number %" PRIu64, module);
    l->OriginalFileName = text(b, "module%" PRIu64 ".dll", module);
    l->FileVersion = SPAN("10.0.19041.1 (WinBuild.160101.0800)");
    b->counts.loads++;
    b->counts.records++;
}

static struct batch *one_batch(uint64_t n, uint64_t loads)
{
    uint64_t per_host = (loads + HOSTS - 1) / HOSTS;
    uint64_t host = n / per_host, from = n;
    struct batch *b = batch_open((uint32_t)host + 1, (n - host * per_host) * 700, 0);

    for (; n < loads && n - from < PER_BATCH && n / per_host == host; n++)
        one_load(b, n, host);
    b->end = (n - host * per_host) * 700;
    if (from == host * per_host) {
        struct source_opens *o = arena_get(&b->arena, sizeof *o);
        *o = (struct source_opens){ .path = text(b, "host%" PRIu64 ".evtx", host),
                                    .format = "evtx", .size = per_host * 700 };
        b->opens = o;
    }
    if (n == loads || n / per_host != host) {
        struct source_closes *c = arena_get(&b->arena, sizeof *c);
        *c = (struct source_closes){ .state = SOURCE_COMPLETE, .size = b->end, .hashed = true };
        c->sha256[0] = (uint8_t)host;
        b->closes = c;
    }
    return b;
}

/* Of this thread: the machine may be busy with other things. */
static int64_t cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static int failed(const struct fault *f)
{
    fprintf(stderr, "bench_store: %s\n", f->text);
    return 1;
}

int main(int argc, char **argv)
{
    uint64_t loads = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    const char *path = argc > 2 ? argv[2] : "/tmp/bench_store.modhunt";
    struct fault f = { 0 };
    struct store *s;
    struct rusage use;
    int64_t took = 0, at, cpu = 0, cpu_at;

    unlink(path);
    s = store_open(path, STORE_CREATE, &f);
    if (!s)
        return failed(&f);
    for (uint64_t n = 0; n < loads;) {
        struct batch *b = one_batch(n, loads);
        n += b->counts.loads;
        cpu_at = cpu_us();
        at = moment_ticks();
        if (!store_take(s, b, &f) || (store_pending(s) >= 20000 && !store_commit(s, &f)))
            return failed(&f);
        took += moment_ticks() - at;
        cpu += cpu_us() - cpu_at;
        batch_close(b);
    }
    at = moment_ticks();
    if (!store_commit(s, &f))
        return failed(&f);
    took += moment_ticks() - at;
    printf("store.take %.0f loads/s\n", (double)loads * 1e6 / (double)took);
    printf("store.take_cpu %.2f us/load\n", (double)cpu / (double)loads);
    printf("store.take_us %.2f us/load\n", (double)took / (double)loads);
    at = moment_ticks();
    if (!store_settle(s, &f))
        return failed(&f);
    printf("store.settle %.2f s\n", (double)(moment_ticks() - at) / 1e6);
    getrusage(RUSAGE_SELF, &use);
    printf("store.resident %.0f MiB\n", (double)use.ru_maxrss / 1024);
    store_close(s);
    if (argc <= 2)
        unlink(path);
    return 0;
}
