/* `modhunt hunt`: the seed's table.
 *
 * It asks the store for the hits in the seed's order and prints each row as it
 * comes; it never scores, orders or filters anything itself.  The columns and
 * their names are the contract of design.md section 8. */
#include "cli/commands.h"
#include "cli/filter_words.h"
#include "cli/host_near.h"
#include "cli/output.h"
#include "cli/sort_words.h"
#include "core/factor.h"

#include <inttypes.h>
#include <string.h>

/* Where a printed column comes from: a column of the answer, a factor, or (until
 * profiles come) nowhere. */
struct source {
    struct output_column shown;
    enum column column; /* COLUMN_COUNT: none */
    enum factor factor;
};

#define TEXT_OF(name_, column_, least_, rank_) \
    { { .name = name_, .least = (least_), .rank = (rank_) }, COLUMN_ID_##column_, 0 }
#define PATH_OF(name_, least_) \
    { { .name = #name_, .kind = OUTPUT_PATH, .least = (least_) }, COLUMN_ID_##name_, 0 }
#define TIME_OF(name_, column_, rank_) \
    { { .name = name_, .kind = OUTPUT_TIME, .rank = (rank_) }, COLUMN_ID_##column_, 0 }
#define FACTOR_OF(name_, brief_) \
    { { .name = #name_, .brief = brief_, .kind = OUTPUT_NUMBER, .missing = "?", .rank = 4 }, \
      COLUMN_COUNT, FACTOR_##name_ }
#define NUMBER_OF(name_, brief_, rank_) \
    { { .name = #name_, .brief = brief_, .kind = OUTPUT_NUMBER, .rank = (rank_) }, \
      COLUMN_ID_##name_, 0 }
#define ONLY_JSON(name_, kind_, column_, factor_) \
    { { .name = name_, .kind = kind_, .json_only = true }, column_, factor_ }

static const struct source load_sources[] = {
    TIME_OF("_time", time, 0),
    TEXT_OF("host", host, 14, 0),
    TEXT_OF("User", User, 12, 5),
    PATH_OF(Image, 22),
    { { .name = "CommandLine", .least = 22, .rank = 6, .secret = true },
      COLUMN_ID_CommandLine, 0 },
    PATH_OF(ImageLoaded, 34),
    TEXT_OF("Signed", Signed, 5, 7),
    { { .name = "SignatureStatus", .brief = "Status", .least = 7, .rank = 8 },
      COLUMN_ID_SignatureStatus, 0 },
    TEXT_OF("Hashes", Hashes, 16, 9),
    FACTOR_OF(IsTempPath, "Tmp"),
    FACTOR_OF(IsUNCPath, "UNC"),
    FACTOR_OF(IsSuspiciousLoader, "Ldr"),
    FACTOR_OF(IsUnsigned, "Uns"),
    NUMBER_OF(SuspicionScore, "Score", 0),
    ONLY_JSON("ref", OUTPUT_TEXT, COLUMN_ID_ref, 0),
    ONLY_JSON("IsKnownGoodDir", OUTPUT_NUMBER, COLUMN_COUNT, FACTOR_IsKnownGoodDir),
    ONLY_JSON("Priority", OUTPUT_NUMBER, COLUMN_ID_Priority, 0),
    ONLY_JSON("platform", OUTPUT_TEXT, COLUMN_ID_platform, 0),
    ONLY_JSON("resolution", OUTPUT_TEXT, COLUMN_ID_resolution, 0),
    ONLY_JSON("recovered", OUTPUT_NUMBER, COLUMN_ID_recovered, 0),
    ONLY_JSON("allowed_by", OUTPUT_NUMBER, COLUMN_ID_allowed_by, 0),
    ONLY_JSON("reasons", OUTPUT_TEXT, COLUMN_ID_reasons, 0),
};

static const struct source sighting_sources[] = {
    TIME_OF("last_time", last_time, 0),
    TIME_OF("first_time", first_time, 8),
    TEXT_OF("host", host, 14, 0),
    PATH_OF(Image, 22),
    PATH_OF(ImageLoaded, 34),
    TEXT_OF("Signed", Signed, 5, 5),
    TEXT_OF("Signature", Signature, 12, 6),
    { { .name = "SignatureStatus", .brief = "Status", .least = 6, .rank = 7 },
      COLUMN_ID_SignatureStatus, 0 },
    TEXT_OF("Hashes", Hashes, 16, 9),
    NUMBER_OF(loads, NULL, 2),
    NUMBER_OF(hosts, NULL, 3),
    FACTOR_OF(IsTempPath, "Tmp"),
    FACTOR_OF(IsUNCPath, "UNC"),
    FACTOR_OF(IsSuspiciousLoader, "Ldr"),
    FACTOR_OF(IsUnsigned, "Uns"),
    NUMBER_OF(SuspicionScore, "Score", 0),
    ONLY_JSON("IsKnownGoodDir", OUTPUT_NUMBER, COLUMN_COUNT, FACTOR_IsKnownGoodDir),
    ONLY_JSON("Priority", OUTPUT_NUMBER, COLUMN_ID_Priority, 0),
    ONLY_JSON("platform", OUTPUT_TEXT, COLUMN_ID_platform, 0),
    ONLY_JSON("allowed_by", OUTPUT_NUMBER, COLUMN_ID_allowed_by, 0),
    ONLY_JSON("reasons", OUTPUT_TEXT, COLUMN_ID_reasons, 0),
};

#define SOURCES_MAX 24
_Static_assert(sizeof load_sources / sizeof *load_sources <= SOURCES_MAX, "room for all");
_Static_assert(sizeof sighting_sources / sizeof *sighting_sources <= SOURCES_MAX, "room for all");

#define MARKED_MAX (16u << 10) /* no table shows more of a path */

struct hunt {
    const struct source *sources;
    size_t count;
    bool marks;         /* for people: a path that is not proven has its `?` */
    uint64_t marked;
    uint8_t path[MARKED_MAX];
    struct output_column columns[SOURCES_MAX];
    struct output *out;
    uint64_t limit; /* rows; 0: all */
};

/* Where the page has each column; SIZE_MAX where it has not. */
static void find_columns(const struct page *p, size_t at[static COLUMN_COUNT])
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        at[i] = SIZE_MAX;
    for (size_t i = 0; i < p->columns; i++)
        at[p->ids[i]] = i;
}

/* A factor as 0 or 1, or nothing where it is not known: a Signed that was not
 * logged and that the formula does not count (not Windows). */
static struct cell factor_cell(enum factor f, const struct cell *bits)
{
    int64_t factors = bits->type == CELL_NUMBER ? bits->number : 0;

    if (f == FACTOR_IsUnsigned && (factors & FACTOR_SIGNED_UNKNOWN) && !(factors & f))
        return (struct cell){ 0 };
    return (struct cell){ CELL_NUMBER, (factors & f) != 0, SPAN_NONE };
}

/* Is the path what somebody supposes or reports, and no record of a map proves? */
static bool unproven(struct span resolution)
{
    return span_is(resolution, resolution_name(RESOLUTION_INFERRED))
        || span_is(resolution, resolution_name(RESOLUTION_OPENED))
        || span_is(resolution, resolution_name(RESOLUTION_REPORTED));
}

/* `? /opt/a.so`, in h->path. */
static void mark(struct hunt *h, struct cell *path)
{
    size_t len = path->text.len < MARKED_MAX - 2 ? path->text.len : MARKED_MAX - 2;

    if (path->type != CELL_TEXT || !len)
        return;
    memcpy(h->path, "? ", 2);
    memcpy(h->path + 2, path->text.at, len);
    path->text = span_of(h->path, len + 2);
    h->marked++;
}

static bool print_rows(void *ctx, const struct page *p)
{
    struct hunt *h = ctx;
    struct cell cells[SOURCES_MAX];
    size_t at[COLUMN_COUNT];

    find_columns(p, at);
    for (size_t r = 0; r < p->rows; r++) {
        const struct cell *row = page_cell(p, r, 0);

        for (size_t i = 0; i < h->count; i++) {
            const struct source *s = &h->sources[i];
            cells[i] = (struct cell){ 0 };
            if (s->factor && at[COLUMN_ID_factors] != SIZE_MAX)
                cells[i] = factor_cell(s->factor, &row[at[COLUMN_ID_factors]]);
            else if (s->column != COLUMN_COUNT && at[s->column] != SIZE_MAX)
                cells[i] = row[at[s->column]];
            if (h->marks && s->column == COLUMN_ID_ImageLoaded && at[COLUMN_ID_resolution] != SIZE_MAX
                && unproven(row[at[COLUMN_ID_resolution]].text))
                mark(h, &cells[i]);
        }
        if (!output_row(h->out, cells))
            return false;
        if (h->limit && output_rows(h->out) >= h->limit)
            return false;
    }
    return true;
}

static void say_nothing_found(const struct question *q, const struct page *totals)
{
    char things[TELL_THINGS_TEXT];
    int64_t loads = page_cell(totals, 0, TOTAL_LOADS)->number;
    int64_t all = page_cell(totals, 0, TOTAL_CASE_LOADS)->number;
    bool asked = q->filter != NULL;

    if (all == 0)
        tell("no load is in this case (%s): `modhunt evidence` shows what was read",
            page_cell(totals, 0, TOTAL_SYSMON)->number ? "Sysmon was logged, but no Event ID 7"
                                                       : "no record of Sysmon was read");
    else if (!asked)
        tell("no hit among %s", tell_things((uint64_t)all, "load", NULL, things));
    else if (loads > 0)
        tell("no hit, but %s: --all prints %s",
            tell_things((uint64_t)loads, "other load matches", "other loads match", things),
            loads == 1 ? "it" : "them");
    else
        tell("nothing in this case matches");
}

/* What the table leaves out, on stderr. */
static void say_left_out(const struct question *q, const struct page *totals, uint64_t rows)
{
    char count[TELL_COUNT_TEXT];
    int64_t recovered = page_cell(totals, 0, TOTAL_RECOVERED_HITS)->number;
    int64_t allowed = page_cell(totals, 0, TOTAL_ALLOWED)->number;

    if (rows == 0)
        say_nothing_found(q, totals);
    if (!q->include_recovered && recovered > 0)
        tell("%s recovered %s left out: --recovered takes them in",
            tell_count((uint64_t)recovered, count), recovered == 1 ? "hit was" : "hits were");
    if (!q->include_allowed && allowed > 0)
        tell("%s allowed %s left out: --include-allowed takes them in",
            tell_count((uint64_t)allowed, count),
            allowed == 1 ? "sighting was" : "sightings were");
}

/* False, and *f, where the totals can't be had. */
static bool say_totals(struct store *s, struct question *q, uint64_t rows, struct fault *f)
{
    enum question_kind kind = q->kind;
    struct page *totals;
    bool ok;

    q->kind = QUESTION_TOTALS;
    totals = store_answer(s, q);
    q->kind = kind;
    ok = totals->fault.kind == FAULT_NONE;
    if (!ok)
        *f = totals->fault;
    else if (totals->rows == 1 && !(rows == 0 && host_near_tell(s, q, f)))
        say_left_out(q, totals, rows);
    page_close(totals);
    return ok;
}

static bool find_unfinished(void *ctx, const struct page *p)
{
    bool *found = ctx;

    for (size_t r = 0; r < p->rows; r++)
        *found = *found || span_is(page_cell(p, r, EVIDENCE_STATE)->text,
                                   source_state_name(SOURCE_READING));
    return !*found;
}

/* An ingest under way, or one that was killed: the answer may not be all. */
static bool say_unfinished(struct store *s, struct fault *f)
{
    struct question *q = question_open(QUESTION_EVIDENCE);
    bool found = false, ok = store_stream(s, q, find_unfinished, &found, f);

    if (ok && found)
        tell("not all evidence is loaded yet, so more may follow: `modhunt evidence` tells");
    question_close(q);
    return ok;
}

static void say_of_output(const struct hunt *h, const struct output_told *told)
{
    char count[TELL_COUNT_TEXT], things[TELL_THINGS_TEXT];

    if (h->marked)
        tell("%s inferred, opened or reported, not proven by a map (`?`): `resolution` of"
             " --format jsonl says which", tell_things(h->marked, "path is", "paths are", things));

    if (*told->left_out)
        tell("no room in the table for %s: a wider terminal, or --format, shows all",
            told->left_out);
    if (told->redacted)
        tell("%s %s in CommandLine redacted: --no-redact leaves them in",
            tell_count(told->redacted, count), told->redacted == 1 ? "secret was" : "secrets were");
}

static int hunt(struct store *s, struct hunt *h, struct question *q, enum output_form form,
                bool redact)
{
    struct output_place place = output_stdout();
    struct output_told told;
    struct fault f, closing;
    bool ok;

    for (size_t i = 0; i < h->count; i++)
        h->columns[i] = h->sources[i].shown;
    place.redact = redact;
    h->marks = form == OUTPUT_TABLE;
    h->out = output_open(form, h->columns, h->count, &place);
    ok = store_stream(s, q, print_rows, h, &f);
    if (!output_close(h->out, &told, &closing) && ok) {
        f = closing;
        ok = false;
    }
    if (ok)
        say_of_output(h, &told);
    if (ok)
        ok = say_totals(s, q, told.rows, &f) && say_unfinished(s, &f);
    return ok ? STATUS_DONE : tell_fault(&f);
}

static bool take_options(const struct options *o, struct hunt *h, struct question *q,
                         enum output_form *form, struct fault *f)
{
    q->everything = options_given(o, "all");
    q->include_recovered = options_given(o, "recovered");
    q->include_allowed = q->everything || options_given(o, "include-allowed");
    if (!output_form_named(options_value(o, "format"), form, f)
        || !options_number(o, "limit", UINT32_MAX, &h->limit, f)
        || !filter_words(q, o->words, o->word_count, f))
        return false;
    if (options_given(o, "limit") && h->limit == 0)
        return fault(f, FAULT_USAGE, "--limit needs at least one row");
    if (options_given(o, "sort") && !options_given(o, "sightings"))
        return fault(f, FAULT_USAGE, "loads come in the order of the hunt: --sort goes with --sightings");
    if (options_given(o, "sort") && !sort_words(q, options_value(o, "sort"), f))
        return false;
    q->limit = (uint32_t)h->limit;
    return true;
}

static int hunt_run(const struct command *c, const struct options *o)
{
    bool sightings = options_given(o, "sightings");
    struct question *q = question_open(sightings ? QUESTION_SIGHTINGS : QUESTION_HUNT);
    struct hunt h = { .sources = load_sources, .count = sizeof load_sources / sizeof *load_sources };
    enum output_form form;
    struct fault f;
    int status;

    if (sightings) {
        h.sources = sighting_sources;
        h.count = sizeof sighting_sources / sizeof *sighting_sources;
    }
    if (!take_options(o, &h, q, &form, &f)) {
        status = tell_usage(c->name, "%s", f.text);
    } else {
        struct store *s = command_open(c, o, &status);
        if (s)
            status = hunt(s, &h, q, form, !options_given(o, "no-redact"));
        store_close(s);
    }
    question_close(q);
    return status;
}

static const struct option_fact hunt_options[] = {
    OPTION_CASE,
    OPTION_PROFILE,
    OPTION_FORMAT,
    { "all", 0, NULL, "every load, not the hits alone" },
    { "recovered", 0, NULL, "records found outside the declared ones, too" },
    { "include-allowed", 0, NULL, "what the allowlist hides, too" },
    { "sightings", 0, NULL, "a row for each module, image and host, not for each load" },
    { "sort", 0, "COLUMN[:desc],...", "with --sightings: another order, by several columns" },
    { "no-redact", 0, NULL, "csv: leave passwords and tokens in command lines" },
    OPTION_LIMIT,
    OPTIONS_END,
};

const struct command hunt_command = {
    .name = "hunt",
    .words = "the suspicious module loads, highest score first",
    .synopsis = "  modhunt hunt -c CASE [FILTER] [OPTIONS]\n",
    .text = "Prints every load with a SuspicionScore of at least 1 outside a known-good folder,\n"
            "by score, then newest first.  A ? in the table is before a path that is\n"
            "inferred, opened or reported, and not proven to be mapped.\n\n" FILTER_HELP "\n"
            "tsv gives values as they are; csv is safe for spreadsheets; jsonl is lossless.\n",
    .further = filter_help,
    .options = hunt_options,
    .run = hunt_run,
};
