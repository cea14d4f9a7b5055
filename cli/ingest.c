/* `modhunt ingest`: evidence into a case, without the console. */
#include "cli/bundle_words.h"
#include "cli/commands.h"
#include "cli/host_words.h"
#include "cli/intake.h"

#define WORKERS_MAX 256

static int ingest_run(const struct command *c, const struct options *o)
{
    const char *path = command_case(c, o);
    struct ingest_options how = { .paths = o->words, .path_count = o->word_count };
    struct bundle_words bundles;
    uint64_t workers = 0;
    struct fault f;
    int status;

    if (!path)
        return STATUS_USAGE;
    if (o->word_count == 0)
        return tell_usage(c->name, "ingest needs evidence: files or folders");
    if (!options_number(o, "workers", WORKERS_MAX, &workers, &f))
        return tell_usage(c->name, "%s", f.text);
    if (options_given(o, "workers") && workers == 0)
        return tell_usage(c->name, "--workers needs at least 1: without it, there is one a core");
    if (!host_words_read(&how, o, &f))
        return tell_usage(c->name, "%s", f.text);
    if (!bundle_words_read(&bundles, o, o->words, o->word_count, &f)) {
        host_words_clear(&how);
        return tell_fault(&f);
    }
    how.workers = (unsigned)workers;
    how.follow = options_given(o, "follow");
    how.bundles = bundles.options;
    how.record_max = bundles.record_max;
    status = intake_run(path, &how, &bundles);
    bundle_words_clear(&bundles);
    host_words_clear(&how);
    return status;
}

static const struct option_fact ingest_options[] = {
    { "case", 'c', "CASE", "the case; made where there is none" },
    { "workers", 0, "N", "threads that decode; one a core unless told" },
    OPTION_FOLLOW,
    HOST_OPTIONS,
    BUNDLE_OPTIONS,
    OPTIONS_END,
};

const struct command ingest_command = {
    .name = "ingest",
    .words = "load evidence into a case",
    .synopsis = "  modhunt ingest -c CASE EVIDENCE... [--workers N] [--password-file FILE]\n"
                "  modhunt ingest -c CASE --follow FILE...\n",
    .text = "EVIDENCE is files or folders, or `-` for standard input; what a file is, is told by\n"
            "its content.  Archives (zip, tar, 7z) and what gzip, bzip2, xz or zstd compressed\n"
            "are read as they are, nested ones too, and nothing is extracted.  The same bytes\n"
            "are never counted twice.  Ctrl-C stops at a commit, and the same command\n"
            "continues from there.  Evidence is only read, never changed.\n"
            "\n"
            "--follow goes on reading files that grow (XML, JSON lines, CSV, syslog, auditd), and\n"
            "standard input as it comes, until Ctrl-C; rows are in the case within half a\n"
            "second.  Log rotation is followed: a file that was renamed is read to its end\n"
            "before the new one begins.  Started again, it goes on where it stopped.\n",
    .options = ingest_options,
    .run = ingest_run,
};
