/* `modhunt ingest`: evidence into a case, without the console. */
#include "cli/commands.h"
#include "cli/intake.h"

#define WORKERS_MAX 256

static int ingest_run(const struct command *c, const struct options *o)
{
    const char *path = command_case(c, o);
    uint64_t workers = 0;
    struct fault f;

    if (!path)
        return STATUS_USAGE;
    if (o->word_count == 0)
        return tell_usage(c->name, "ingest needs evidence: files or folders");
    if (!options_number(o, "workers", WORKERS_MAX, &workers, &f))
        return tell_usage(c->name, "%s", f.text);
    return intake_run(path, o->words, o->word_count, (unsigned)workers);
}

static const struct option_fact ingest_options[] = {
    { "case", 'c', "CASE", "the case; made where there is none" },
    { "workers", 0, "N", "threads that decode; one a core unless told" },
    OPTIONS_END,
};

const struct command ingest_command = {
    .name = "ingest",
    .words = "load evidence into a case",
    .synopsis = "  modhunt ingest -c CASE EVIDENCE... [--workers N]\n",
    .text = "EVIDENCE is files or folders; what a file is, is told by its content.  The same\n"
            "bytes are never counted twice.  Ctrl-C stops at a commit, and the same command\n"
            "continues from there.  Evidence is only read, never changed.\n",
    .options = ingest_options,
    .run = ingest_run,
};
