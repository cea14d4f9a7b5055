/* How fast XML is decoded, on one thread, beside libxml2's own SAX parse of the
 * same bytes in the same run, with callbacks that do nothing: all at once, as
 * xmlSAXUserParseMemory is called, and by pushing 64 KiB at a time.
 *
 *     bench_xml [FILE [RUNS]]
 *
 * Without a file it makes Sysmon's usual events, 64 MB of them.  One line a
 * figure: name, value, unit, peer, ratio; medians of CPU time.  The text is in
 * memory first: no disk is measured.  The heap is told to keep what is freed, as
 * it does in an ingest, where there is always another batch alive. */
#include "core/fault.h"
#include "ingest/decoder.h"

#include <libxml/parser.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUNS_MAX 99
#define PUSHED (64 << 10)
#define MADE_BYTES (64u << 20)
#define EVENT_BYTES_MAX 4096

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

static uint64_t seen; /* so that nothing is optimised away */

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **namespace, int count, int defaulted,
                     const xmlChar **attributes)
{
    (void)ctx, (void)name, (void)prefix, (void)uri, (void)namespaces, (void)namespace;
    (void)defaulted, (void)attributes;
    seen += (uint64_t)count;
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)ctx, (void)name, (void)prefix, (void)uri;
    seen++;
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
    (void)ctx, (void)text;
    seen += (uint64_t)len;
}

static xmlSAXHandler handler = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_text,
    .ignorableWhitespace = on_text,
};

static void decode(struct span text)
{
    void *state = memory_zero(1, xml_decoder.cut_bytes + 1);

    seen = 0;
    for (size_t at = 0, n; at < text.len; at += n) {
        size_t left = text.len - at;
        size_t see = left < xml_decoder.piece_bytes ? left : xml_decoder.piece_bytes;

        n = xml_decoder.cut(state, span_of(text.at + at, see), at, see == left);
        struct batch *b = batch_open(1, at, at + n);
        struct piece p = { .offset = at, .bytes = span_of(text.at + at, n), .first = at == 0,
                           .last = at + n == text.len };

        xml_decoder.decode(&p, b);
        seen += b->counts.records;
        batch_close(b);
        if (n == 0)
            break;
    }
    free(state);
}

static void parse_at_once(struct span text)
{
    xmlSAXUserParseMemory(&handler, NULL, (const char *)text.at, (int)text.len);
}

static void parse_pushed(struct span text)
{
    xmlParserCtxtPtr c = xmlCreatePushParserCtxt(&handler, NULL, NULL, 0, NULL);

    for (size_t at = 0; c && at < text.len; at += PUSHED) {
        size_t n = text.len - at < PUSHED ? text.len - at : PUSHED;

        xmlParseChunk(c, (const char *)text.at + at, (int)n, at + n == text.len);
    }
    xmlFreeParserCtxt(c);
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

static void wrap(uint8_t *text, size_t len)
{
    memcpy(text, "<r>", 3); /* a rootless file is no document */
    memcpy(text + 3 + len, "</r>", 4);
}

static struct span read_wrapped(const char *path)
{
    FILE *f = fopen(path, "rb");
    long size = -1;

    if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
        perror(path);
        exit(3);
    }
    rewind(f);
    uint8_t *text = memory_get((unsigned long)size + 8);
    if (fread(text + 3, 1, (size_t)size, f) != (size_t)size) {
        perror(path);
        exit(3);
    }
    wrap(text, (size_t)size);
    fclose(f);
    return span_of(text, (size_t)size + 7);
}

static struct span made_wrapped(void)
{
    static const char event[] =
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
        "Name='Microsoft-Windows-Sysmon' Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/>"
        "<EventID>%d</EventID><Version>3</Version><Level>4</Level><Task>7</Task><Opcode>0</Opcode>"
        "<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime="
        "'2024-03-01T10:00:%02d.1234567Z'/><EventRecordID>%d</EventRecordID><Correlation/>"
        "<Execution ProcessID='2740' ThreadID='3440'/><Channel>Microsoft-Windows-Sysmon/Operational"
        "</Channel><Computer>ws%02d.lab.example</Computer><Security UserID='S-1-5-18'/></System>"
        "<EventData><Data Name='RuleName'>-</Data><Data Name='UtcTime'>2024-03-01 10:00:%02d.120"
        "</Data><Data Name='ProcessGuid'>{A1B2C3D4-0000-65E1-1129-%012d}</Data><Data "
        "Name='ProcessId'>%d</Data><Data Name='Image'>C:\\Program Files\\Vendor\\app%d.exe</Data>"
        "<Data Name='ImageLoaded'>C:\\Windows\\System32\\module%d.dll</Data><Data "
        "Name='FileVersion'>10.0.19041.1 (WinBuild.160101.0800)</Data><Data Name='Description'>"
        "A module of many</Data><Data Name='Product'>Microsoft\xC2\xAE Windows\xC2\xAE Operating "
        "System</Data><Data Name='Company'>Microsoft Corporation</Data><Data "
        "Name='OriginalFileName'>module.dll</Data><Data Name='Hashes'>SHA1=%040d,MD5=%032d,"
        "SHA256=%064d,IMPHASH=%032d</Data><Data Name='Signed'>true</Data><Data Name='Signature'>"
        "Microsoft Windows</Data><Data Name='SignatureStatus'>Valid</Data><Data Name='User'>"
        "LAB\\user%d</Data></EventData></Event>\r\n";
    uint8_t *text = memory_get(MADE_BYTES + EVENT_BYTES_MAX + 8);
    size_t len = 0;

    for (int i = 0; len < MADE_BYTES; i++)
        len += (size_t)snprintf((char *)text + 3 + len, EVENT_BYTES_MAX, event,
                                i % 10 ? 7 : 10, i % 60, i, i % 40, i % 60, i % 500, i % 9000,
                                i % 80, i % 3000, i % 3000, i % 3000, i % 3000, i % 3000, i % 50);
    wrap(text, len);
    return span_of(text, len + 7);
}

int main(int argc, char **argv)
{
    unsigned runs = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 5;

    if (runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: bench_xml [FILE [RUNS]]\n");
        return 2;
    }
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TOP_PAD, 16 << 20);
    struct span text = argc > 1 ? read_wrapped(argv[1]) : made_wrapped();
    double megabytes = (double)text.len / 1e6;
    double whole = median(parse_at_once, text, runs), pushed = median(parse_pushed, text, runs);
    double ours = median(decode, text, runs);

    printf("xml_decode_records %.0f records/s\n", (double)seen / ours);
    printf("xml_decode_bytes %.0f MB/s\n", megabytes / ours);
    printf("xml_decode_sax %.0f MB/s libxml2 %.2f\n", megabytes / whole, whole / ours);
    printf("xml_decode_sax_pushed %.0f MB/s libxml2 %.2f\n", megabytes / pushed, pushed / ours);
    free((void *)(uintptr_t)text.at);
    return 0;
}
