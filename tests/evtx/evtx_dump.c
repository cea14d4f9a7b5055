/* Prints what the EVTX decoder yields of a file, for comparisons: one load a
 * line, tab-separated, or (--counts) the counts and losses. */
#include "core/text.h"
#include "ingest/decoder.h"
#include "tests/evtx/evtx_file.h"

#include <stdio.h>
#include <stdlib.h>

static void put(struct span s, const char *end)
{
    for (size_t i = 0; i < s.len; i++) {
        switch (s.at[i]) {
        case '\t': fputs("\xe2\x90\x89", stdout); break;
        case '\n': fputs("\xe2\x90\x8a", stdout); break;
        case '\r': fputs("\xe2\x90\x8d", stdout); break;
        default: putchar(s.at[i]);
        }
    }
    fputs(end, stdout);
}

/* As Sysmon writes it: a space, three decimals, no zone. */
static void put_time(int64_t time)
{
    char text[MOMENT_TEXT_MAX];

    moment_format(time, text);
    if (text[0]) {
        text[10] = ' ';
        text[23] = '\0';
    }
    printf("%s\t", text);
}

static void put_load(const struct load *l)
{
    put(l->Computer, "\t");
    if (l->origin.flags & RECORD_NO_UTCTIME)
        printf("-\t");
    else
        put_time(l->origin.time);
    put(l->Image, "\t");
    put(l->ImageLoaded, "\t");
    put(l->Signed, "\t");
    put(l->SignatureStatus, "\t");
    put(l->Hashes, "\t");
    printf("%llu\t", (unsigned long long)l->origin.record);
    put(l->ProcessGuid, "\t");
    printf("%d\n", span_logged(l->Signed));
}

static void put_batch(struct batch *b, void *which)
{
    const char *mode = which;

    for (const struct load *l = b->loads; l; l = l->next) {
        bool recovered = l->origin.flags & RECORD_RECOVERED;

        if (strcmp(mode, "--loads") == 0 ? !recovered : strcmp(mode, "--recovered") == 0 && recovered)
            put_load(l);
    }
    for (const struct loss *l = b->losses; l && strcmp(mode, "--counts") == 0; l = l->next)
        printf("loss at %llu, %llu bytes: %s\n", (unsigned long long)l->place,
               (unsigned long long)l->len, l->reason);
}

int main(int argc, char **argv)
{
    struct counts counts;
    struct span file;

    if (argc != 3)
        return 2;
    file = evtx_file_read(argv[2]);
    if (!evtx_decoder.sniff(file))
        return fprintf(stderr, "no EVTX\n"), 1;
    counts = evtx_file_decode(file, put_batch, argv[1]);
    if (strcmp(argv[1], "--counts") == 0)
        printf("records %llu loads %llu processes %llu context %llu other %llu damaged %llu "
               "recovered %llu\n",
               (unsigned long long)counts.records, (unsigned long long)counts.loads,
               (unsigned long long)counts.processes, (unsigned long long)counts.context,
               (unsigned long long)counts.other, (unsigned long long)counts.damaged,
               (unsigned long long)counts.recovered);
    free((void *)(uintptr_t)file.at);
    return 0;
}
