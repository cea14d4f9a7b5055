/* How fast JSON lines are decoded, on one thread: to loads, and by the reader
 * alone, beside libyajl's parse of the same bytes in the same run with callbacks
 * that do nothing.
 *
 *     bench_json [FILE [RUNS]]
 *
 * Without a file it makes flat loads as NXLog writes them, 64 MB of them.  One
 * line a figure: name, value, unit, peer, ratio; medians of CPU time.  The text
 * is in memory first, and the heap keeps what is freed, as in an ingest.  yajl
 * (Debian's libyajl-dev) is looked for when this is built, and loaded when run. */
#include "core/fault.h"
#include "ingest/decoder.h"
#include "ingest/json.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if __has_include(<yajl/yajl_parse.h>)
#include <yajl/yajl_parse.h>
#define HAS_YAJL 1
#endif

#define RUNS_MAX 99
#define MADE_BYTES (64u << 20)
#define LINE_BYTES_MAX 4096
#define PUSHED (64u << 10)

static uint64_t seen; /* so that nothing is optimised away */

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

static double median(void (*what)(struct span), struct span text, unsigned runs)
{
    double times[RUNS_MAX];

    for (unsigned i = 0; i < runs; i++) {
        double began = now();

        what(text);
        times[i] = now() - began;
    }
    qsort(times, runs, sizeof *times, by_size);
    return times[runs / 2];
}

static void decode(struct span text)
{
    const struct decoder *d = &jsonl_decoder;

    seen = 0;
    for (size_t at = 0, n; at < text.len; at += n) {
        size_t left = text.len - at, see = left < d->piece_bytes ? left : d->piece_bytes;

        n = d->cut(NULL, span_of(text.at + at, see), at, see == left);
        struct batch *b = batch_open(1, at, at + n);
        struct piece p = { .offset = at, .bytes = span_of(text.at + at, n), .first = at == 0,
                           .last = at + n == text.len };

        d->decode(&p, b);
        seen += b->counts.records;
        batch_close(b);
        if (n == 0)
            break;
    }
}

static void read_only(struct span text)
{
    while (text.len) {
        struct json j = json_of(text);
        struct json_item item;
        enum json_step step;

        while ((step = json_next(&j, &item)) < JSON_DONE)
            seen += item.text.len;
        if (step != JSON_DONE)
            break;
        text = span_of(j.at, (size_t)(text.at + text.len - j.at));
    }
}

#ifdef HAS_YAJL
static struct {
    yajl_handle (*alloc)(const yajl_callbacks *, yajl_alloc_funcs *, void *);
    int (*config)(yajl_handle, yajl_option, ...);
    yajl_status (*parse)(yajl_handle, const unsigned char *, size_t);
    void (*free)(yajl_handle);
} yajl;

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
    (void)ctx, (void)text;
    seen += len;
    return 1;
}

static int on_number(void *ctx, const char *text, size_t len)
{
    (void)ctx, (void)text;
    seen += len;
    return 1;
}

static int on_nothing(void *ctx)
{
    (void)ctx;
    return 1;
}

static int on_boolean(void *ctx, int value)
{
    (void)ctx, (void)value;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_nothing, .yajl_boolean = on_boolean, .yajl_number = on_number,
    .yajl_string = on_string, .yajl_start_map = on_nothing, .yajl_map_key = on_string,
    .yajl_end_map = on_nothing, .yajl_start_array = on_nothing, .yajl_end_array = on_nothing,
};

static bool load_yajl(void)
{
    void *library = dlopen("libyajl.so.2", RTLD_NOW | RTLD_LOCAL);

    if (!library)
        return false;
    yajl.alloc = (yajl_handle(*)(const yajl_callbacks *, yajl_alloc_funcs *, void *))dlsym(
        library, "yajl_alloc");
    yajl.config = (int (*)(yajl_handle, yajl_option, ...))dlsym(library, "yajl_config");
    yajl.parse = (yajl_status(*)(yajl_handle, const unsigned char *, size_t))dlsym(
        library, "yajl_parse");
    yajl.free = (void (*)(yajl_handle))dlsym(library, "yajl_free");
    return yajl.alloc && yajl.config && yajl.parse && yajl.free;
}

static void parse_yajl(struct span text)
{
    yajl_handle h = yajl.alloc(&callbacks, NULL, NULL);

    yajl.config(h, yajl_allow_multiple_values, 1);
    for (size_t at = 0; at < text.len; at += PUSHED) {
        size_t n = text.len - at < PUSHED ? text.len - at : PUSHED;

        if (yajl.parse(h, text.at + at, n) != yajl_status_ok) {
            fprintf(stderr, "bench_json: yajl refuses the text\n");
            exit(3);
        }
    }
    yajl.free(h);
}
#endif

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

static struct span made(void)
{
    static const char record[] =
        "{\"EventTime\":\"2024-03-01 10:00:%02d\",\"Hostname\":\"ws%02d.lab.example\",\"EventID\":%d,"
        "\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Task\":7,\"RecordNumber\":%d,"
        "\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"RuleName\":\"-\","
        "\"UtcTime\":\"2024-03-01 10:00:%02d.120\",\"ProcessGuid\":\"{A1B2C3D4-0000-65E1-1129-%012d}\","
        "\"ProcessId\":\"%d\",\"Image\":\"C:\\\\Program Files\\\\Vendor\\\\app%d.exe\","
        "\"ImageLoaded\":\"C:\\\\Windows\\\\System32\\\\module%d.dll\",\"FileVersion\":\"10.0.19041.1 "
        "(WinBuild.160101.0800)\",\"Description\":\"A module of many\",\"Product\":\"Microsoft\xC2\xAE "
        "Windows\xC2\xAE Operating System\",\"Company\":\"Microsoft Corporation\","
        "\"OriginalFileName\":\"module.dll\",\"Hashes\":\"MD5=%032d,SHA256=%064d,IMPHASH=%032d\","
        "\"Signed\":\"true\",\"Signature\":\"Microsoft Windows\",\"SignatureStatus\":\"Valid\","
        "\"User\":\"LAB\\\\user%d\"}\n";
    uint8_t *text = memory_get(MADE_BYTES + LINE_BYTES_MAX);
    size_t len = 0;

    for (int i = 0; len < MADE_BYTES; i++)
        len += (size_t)snprintf((char *)text + len, LINE_BYTES_MAX, record, i % 60, i % 40,
                                i % 10 ? 7 : 10, i, i % 60, i % 500, i % 9000, i % 80, i % 3000,
                                i % 3000, i % 3000, i % 3000, i % 50);
    return span_of(text, len);
}

int main(int argc, char **argv)
{
    unsigned runs = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 5;

    if (runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: bench_json [FILE [RUNS]]\n");
        return 2;
    }
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TOP_PAD, 16 << 20);
    struct span text = argc > 1 ? read_file(argv[1]) : made();
    double megabytes = (double)text.len / 1e6;
    double reader = median(read_only, text, runs), whole = median(decode, text, runs);
    double records = (double)seen;

    printf("json_decode_records %.0f records/s\n", records / whole);
    printf("json_decode_bytes %.0f MB/s\n", megabytes / whole);
#ifdef HAS_YAJL
    if (load_yajl()) {
        double peer = median(parse_yajl, text, runs);

        printf("json_read_records %.0f records/s yajl %.2f\n", records / reader, peer / reader);
        printf("json_read_bytes %.0f MB/s yajl %.2f\n", megabytes / reader, peer / reader);
        printf("json_yajl_records %.0f records/s\n", records / peer);
        return 0;
    }
#endif
    printf("json_read_records %.0f records/s\n", records / reader);
    fprintf(stderr, "bench_json: libyajl is not here: no peer (libyajl-dev)\n");
    return 0;
}
