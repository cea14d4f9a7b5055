/* modhunt-gen: evidence of any size, with the exact answer beside it.
 *
 * The same arguments give the same bytes, on every machine. */
#include "tests/gen/gen.h"

#include <getopt.h>
#include <stdlib.h>

/* What is made here lives as long as the program (chance.c): not a leak. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return 1;
}

static const char usage[] =
    "modhunt-gen: evidence of any size, with the exact answer beside it\n"
    "\n"
    "  modhunt-gen FORMAT [-n RECORDS] [-o FILE] [--seed N] [--hosts N] [--evil SHARE]\n"
    "                     [--distinct N] [--lean] [--truth FILE] [--rows FILE]\n"
    "  modhunt-gen demo FOLDER [--truth FILE] [--rows FILE]\n"
    "\n"
    "FORMAT   evtx, wec (EVTX without templates), xml, rootless, utf16, nxlog, evtxdump, auditd\n"
    "-n       how many records (100000)\n"
    "-o       where to (-: standard output; EVTX needs a file)\n"
    "--evil   the share of loads drawn from a set that is worth a score (0.002)\n"
    "--distinct  that many loads have a path of their own, from a process with a command line\n"
    "         of its own\n"
    "--lean   the shortest records alone (an old schema, one hash)\n"
    "--truth  records, loads, processes, context, other, hits and scores, as JSON\n"
    "--rows   what `modhunt hunt --format tsv` must print\n"
    "demo     the demonstration case: a folder for each host\n";

static const struct {
    const char *name;
    enum gen_format format;
} formats[] = {
    { "evtx", FORMAT_EVTX }, { "wec", FORMAT_WEC }, { "xml", FORMAT_XML },
    { "rootless", FORMAT_ROOTLESS }, { "utf16", FORMAT_UTF16 }, { "nxlog", FORMAT_NXLOG },
    { "evtxdump", FORMAT_EVTX_DUMP }, { "auditd", FORMAT_COUNT },
};

static FILE *create(const char *path)
{
    FILE *f = path ? fopen(path, "wb") : NULL;
    if (path && !f)
        gen_die("can't create %s", path);
    return f;
}

static void closed(FILE *f)
{
    if (f && fclose(f) != 0)
        gen_die("can't write the answer: the disk may be full");
}

static void write_events(const char *path, enum gen_format format, const struct stream_options *o,
                         FILE *truth_file, FILE *rows)
{
    struct truth *truth = truth_open(rows != NULL);
    struct writer *w = writer_open(path, format, truth);
    stream_write(o, w);
    writer_close(w);
    if (truth_file)
        truth_json(truth, truth_file);
    if (rows)
        truth_rows(truth, rows);
}

int main(int argc, char **argv)
{
    struct stream_options o = { .records = 100000, .seed = 1129, .hosts = 8, .evil = 0.002 };
    const char *path = "-", *truth_path = NULL, *rows_path = NULL;
    static const struct option options[] = {
        { "seed", 1, NULL, 's' }, { "hosts", 1, NULL, 'h' }, { "evil", 1, NULL, 'e' },
        { "distinct", 1, NULL, 'd' }, { "truth", 1, NULL, 't' }, { "rows", 1, NULL, 'r' },
        { "lean", 0, NULL, 'l' },
        { "help", 0, NULL, '?' }, { NULL, 0, NULL, 0 } };
    int c;
    while ((c = getopt_long(argc, argv, "n:o:", options, NULL)) != -1)
        switch (c) {
        case 'n': o.records = strtoull(optarg, NULL, 10); break;
        case 'o': path = optarg; break;
        case 's': o.seed = strtoull(optarg, NULL, 10); break;
        case 'h': o.hosts = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'e': o.evil = strtod(optarg, NULL); break;
        case 'd': o.distinct = strtoull(optarg, NULL, 10); break;
        case 'l': o.lean = true; break;
        case 't': truth_path = optarg; break;
        case 'r': rows_path = optarg; break;
        default: fputs(usage, stderr); return 2;
        }
    const char *what = optind < argc ? argv[optind++] : "";
    if (strcmp(what, "demo") == 0 && optind < argc) {
        FILE *truth = create(truth_path), *rows = create(rows_path);
        demo_write(argv[optind], truth, rows);
        closed(truth);
        closed(rows);
        return 0;
    }
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(what, formats[i].name) != 0)
            continue;
        FILE *truth = create(truth_path), *rows = create(rows_path);
        if (formats[i].format == FORMAT_COUNT) {
            FILE *f = strcmp(path, "-") == 0 ? stdout : create(path);
            auditd_write(&o, f, truth, rows);
            closed(f);
        } else {
            write_events(path, formats[i].format, &o, truth, rows);
        }
        closed(truth);
        closed(rows);
        return 0;
    }
    fputs(usage, stderr);
    return 2;
}
