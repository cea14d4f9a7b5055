/* `modhunt record`: back to the evidence, for the record behind a load.
 *
 * The case is closed before the evidence is opened, so that no path of the ledger
 * can lead to it while it is live.  On a terminal every form is escaped; into a
 * pipe `record` gives the very bytes. */
#include "cli/bundle_words.h"
#include "cli/case_file.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/record_text.h"
#include "ingest/decoder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REDRAW_EVERY 200000 /* microseconds */
#define QUIET_FOR 500000    /* what is done by then needs no progress */

enum form { FORM_TEXT, FORM_RECORD, FORM_JSON };

static bool form_named(const char *text, enum form *form, struct fault *f)
{
    static const char *const names[] = { "text", "record", "jsonl" };

    *form = isatty(STDOUT_FILENO) ? FORM_TEXT : FORM_RECORD;
    if (!text)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0) {
            *form = (enum form)i;
            return true;
        }
    return fault(f, FAULT_USAGE, "there is no format %s: text, record or jsonl", text);
}

/* ---- progress ---- */

static void show_moved(void *ctx, uint64_t done, uint64_t all)
{
    struct progress *p = ctx;
    int64_t now = moment_ticks();
    char have[TELL_BYTES_TEXT], want[TELL_BYTES_TEXT];
    int width;

    if (!p->wanted || now - p->began < QUIET_FOR || now - p->drawn < REDRAW_EVERY)
        return;
    width = fprintf(stderr, "\rchecking the evidence: %s of %s ", tell_bytes(done, have),
                    tell_bytes(all, want));
    if (p->width >= width)
        fprintf(stderr, "%*s", p->width - width + 1, "");
    p->width = width;
    p->drawn = now;
}

/* ---- output ---- */

enum {
    JSON_REF, JSON_PATH, JSON_BUNDLE, JSON_SHA256, JSON_FORMAT, JSON_PLACE, JSON_BYTES,
    JSON_WHAT, JSON_NUMBER, JSON_RECOVERED, JSON_ALTERED, JSON_TEXT, JSON_BROKEN, JSON_DUMP,
    JSON_COLUMNS
};

static const struct output_column columns[JSON_COLUMNS] = {
    [JSON_REF] = { .name = "ref" },
    [JSON_PATH] = { .name = "path" },
    [JSON_BUNDLE] = { .name = "bundle" },
    [JSON_SHA256] = { .name = "sha256" },
    [JSON_FORMAT] = { .name = "format" },
    [JSON_PLACE] = { .name = "place", .kind = OUTPUT_NUMBER },
    [JSON_BYTES] = { .name = "bytes", .kind = OUTPUT_NUMBER },
    [JSON_WHAT] = { .name = "what" },
    [JSON_NUMBER] = { .name = "record", .kind = OUTPUT_NUMBER },
    [JSON_RECOVERED] = { .name = "recovered", .kind = OUTPUT_NUMBER },
    [JSON_ALTERED] = { .name = "altered", .kind = OUTPUT_NUMBER },
    [JSON_TEXT] = { .name = "text" },
    [JSON_BROKEN] = { .name = "broken" },
    [JSON_DUMP] = { .name = "dump" },
};

static struct cell text_cell(struct span text)
{
    return span_logged(text) ? (struct cell){ CELL_TEXT, 0, text } : (struct cell){ 0 };
}

static struct cell number_cell(uint64_t number)
{
    return (struct cell){ CELL_NUMBER, (int64_t)number, SPAN_NONE };
}

static bool print_json(const struct record_place *p, const struct record *r, struct fault *f)
{
    struct output_place place = output_stdout();
    struct output *o = output_open(OUTPUT_JSONL, columns, JSON_COLUMNS, &place);
    char sha256[SHA256_TEXT], ref[48];
    size_t len;
    char *dump = record_dump(p, r, &len);
    bool ok;

    hex_text(sha256, span_of(p->sha256, sizeof p->sha256));
    snprintf(ref, sizeof ref, "%.12s:%" PRIu64, sha256, p->place);
    output_row(o, (struct cell[JSON_COLUMNS]){
        [JSON_REF] = text_cell(span_text(ref)),
        [JSON_PATH] = text_cell(span_text(p->source[0].name)),
        [JSON_BUNDLE] = text_cell(span_text(p->source[0].bundle)),
        [JSON_SHA256] = text_cell(span_text(sha256)),
        [JSON_FORMAT] = text_cell(span_text(p->format)),
        [JSON_PLACE] = number_cell(r->place),
        [JSON_BYTES] = number_cell(r->bytes.len),
        [JSON_WHAT] = text_cell(span_text(p->what)),
        [JSON_NUMBER] = p->numbered ? number_cell(p->record) : (struct cell){ 0 },
        [JSON_RECOVERED] = number_cell((p->flags & RECORD_RECOVERED) != 0),
        [JSON_ALTERED] = number_cell((p->flags & RECORD_ALTERED) != 0),
        [JSON_TEXT] = text_cell(r->text),
        [JSON_BROKEN] = text_cell(span_text(r->broken)),
        [JSON_DUMP] = text_cell(len ? span_of(dump, len) : SPAN_NONE),
    });
    ok = output_close(o, NULL, f);
    free(dump);
    return ok;
}

/* The record alone: the bytes that it was written in, where they are a text. */
static void print_record(const struct record_place *p, const struct record *r)
{
    struct span bytes = r->rendered && span_logged(r->text) ? r->text : r->bytes;
    size_t len;
    char *text;

    if (!isatty(STDOUT_FILENO)) {
        fwrite(bytes.at, 1, bytes.len, stdout);
        return;
    }
    text = span_logged(r->text) ? record_lines(r->text, &len) : record_dump(p, r, &len);
    fwrite(text, 1, len, stdout);
    free(text);
}

static bool print(enum form form, const struct record_place *p, const struct record *r,
                  struct fault *f)
{
    size_t len;
    char *text;

    switch (form) {
    case FORM_JSON:
        return print_json(p, r, f);
    case FORM_RECORD:
        print_record(p, r);
        return true;
    case FORM_TEXT:
        text = record_text(p, r, &len);
        fwrite(text, 1, len, stdout);
        free(text);
        return true;
    }
    return true;
}

/* ---- the command ---- */

static int show(const struct command *c, const struct options *o, enum form form,
                const struct record_place *p)
{
    struct file_id avoid[3];
    struct progress progress;
    struct bundle_words bundles;
    struct record_request q = {
        .evidence = options_value(o, "evidence"), .avoid = avoid,
        .avoid_count = case_file_ids(command_case(c, o), avoid),
        .bundles = &bundles.options, .moved = show_moved, .ctx = &progress,
    };
    const char *path = q.evidence ? q.evidence : p->source[0].path;
    struct record r;
    struct fault f;
    bool ok;

    if (!bundle_words_read(&bundles, o, &path, 1, &f))
        return tell_fault(&f);
    record_max_set(RECORD_BYTES_MAX); /* whatever it was when the record was read */
    progress_begin(&progress);
    ok = record_fetch(p, &q, &r, &f);
    progress_clear(&progress);
    bundle_words_clear(&bundles);
    if (ok) {
        ok = print(form, p, &r, &f);
        record_clear(&r);
    }
    return ok ? STATUS_DONE : tell_fault(&f);
}

static int record_run(const struct command *c, const struct options *o)
{
    struct record_place p;
    enum form form;
    struct store *s;
    struct fault f;
    int status;
    bool ok;

    if (o->word_count != 1)
        return tell_usage(c->name, "record takes one ref, as `modhunt hunt --format jsonl`"
                          " prints it");
    if (!form_named(options_value(o, "format"), &form, &f))
        return tell_usage(c->name, "%s", f.text);
    s = command_open(c, o, &status);
    if (!s)
        return status;
    ok = record_locate(s, span_text(o->words[0]), &p, &f);
    store_close(s);
    if (!ok)
        return tell_fault(&f);
    status = show(c, o, form, &p);
    record_place_clear(&p);
    return status;
}

static const struct option_fact record_options[] = {
    OPTION_CASE,
    { "evidence", 0, "PATH", "where the evidence lies now: a file, or a folder to look in" },
    { "format", 0, "FORM", "text, record or jsonl" },
    BUNDLE_OPTIONS,
    OPTIONS_END,
};

const struct command record_command = {
    .name = "record",
    .words = "the source record behind a load, out of its evidence",
    .synopsis = "  modhunt record -c CASE REF [--evidence PATH] [--format FORM]\n",
    .text = "REF is the `ref` of `modhunt hunt --format jsonl`: the first digits of the evidence's\n"
            "SHA-256, a colon, and the record's place.  The evidence is read where the ledger\n"
            "says that it lay, out of archives too, and nothing is shown unless its SHA-256 is\n"
            "the ledger's.  Refs of processes, of context and of damaged places do as well.\n\n"
            "  text    what it is, the record (EVTX as XML, a CSV's cells by name), and a dump\n"
            "          of the bytes that could not be taken as they were; on a terminal\n"
            "  record  the record alone, in the very bytes of the evidence (EVTX as XML);\n"
            "          where the output is no terminal\n"
            "  jsonl   all of it in one object\n",
    .options = record_options,
    .run = record_run,
};
