/* `modhunt score`: one score, explained.
 *
 * It needs no case, and asks core/factor alone.  A missing third word, or `-`,
 * means that Signed was not logged. */
#include "cli/commands.h"
#include "cli/output.h"
#include "core/factor.h"
#include "core/text.h"

#include <string.h>

#define SHOWN_MAX 4096              /* bytes of a path as it is shown */
#define WORDS_BYTES_MAX (8u << 20)  /* of the shell's words, mended */

struct asked {
    enum platform platform;
    struct span Image, ImageLoaded, Signed;
    struct verdict verdict;
};

/* The shell's word as a case would keep it: valid UTF-8. */
static struct span word(const struct options *o, size_t i, struct arena *a)
{
    bool altered, full;

    if (i >= o->word_count || strcmp(o->words[i], "-") == 0)
        return SPAN_NONE;
    return text_clean(a, span_text(o->words[i]), &altered, &full);
}

/* Windows unless the module's path begins like one of the others. */
static bool take_platform(const struct options *o, struct asked *a, struct fault *f)
{
    const char *name = options_value(o, "platform");

    a->platform = PLATFORM_WINDOWS;
    if (!name) {
        if (a->ImageLoaded.len && a->ImageLoaded.at[0] == '/')
            a->platform = PLATFORM_LINUX;
        return true;
    }
    for (enum platform p = PLATFORM_WINDOWS; p <= PLATFORM_MACOS; p++) {
        if (strcmp(platform_name(p), name) == 0) {
            a->platform = p;
            return true;
        }
    }
    return fault(f, FAULT_USAGE, "there is no platform %s: windows, linux or macos", name);
}

static bool is_unknown(const struct asked *a, enum factor f)
{
    return f == FACTOR_IsUnsigned && (a->verdict.factors & FACTOR_SIGNED_UNKNOWN)
        && !(a->verdict.factors & FACTOR_IsUnsigned);
}

static void explain_factor(const struct asked *a, enum factor f)
{
    char shown[SHOWN_MAX];
    bool in_image = false, is = (a->verdict.factors & f) != 0;

    printf("  %-19s %s  %s\n", factor_name(f), is_unknown(a, f) ? "?" : is ? "1" : "0",
           factor_words(f));
    if (!is)
        return;
    struct span at = factor_matched(f, a->platform, a->Image, a->ImageLoaded, &in_image);
    if (at.at) {
        text_show(shown, sizeof shown, at);
        printf("  %-19s    because of %s in %s\n", "", shown, in_image ? "Image" : "ImageLoaded");
    } else if (f == FACTOR_IsUnsigned) {
        text_show(shown, sizeof shown, a->Signed);
        if (!span_logged(a->Signed))
            printf("  %-19s    because Signed was not logged, which counts as false\n", "");
        else
            printf("  %-19s    because Signed is \"%s\"\n", "", shown);
    }
}

static int is(const struct asked *a, enum factor f)
{
    return (a->verdict.factors & f) != 0;
}

static void explain(const struct asked *a)
{
    bool hit = factor_is_hit(a->verdict);

    printf("SuspicionScore %d (%s): %s\n\n", a->verdict.SuspicionScore,
           platform_name(a->platform),
           hit ? "a hit"
           : a->verdict.SuspicionScore >= 1
               ? "no hit, because the module lies in a known-good folder"
               : "no hit");
#define EXPLAIN(name, bit, words) explain_factor(a, FACTOR_##name);
    FACTORS(EXPLAIN)
#undef EXPLAIN
    printf("\n  IsTempPath + IsUNCPath + IsSuspiciousLoader * (1 - IsKnownGoodDir) + IsUnsigned\n"
           "  = %d + %d + %d * (1 - %d) + %d = %d\n",
           is(a, FACTOR_IsTempPath), is(a, FACTOR_IsUNCPath), is(a, FACTOR_IsSuspiciousLoader),
           is(a, FACTOR_IsKnownGoodDir), is(a, FACTOR_IsUnsigned), a->verdict.SuspicionScore);
    if (a->verdict.factors & FACTOR_UNSURE)
        puts("\n  A match ended in an error and counts as \"show it\".");
}

/* Whether it holds, and the text that made it so. */
static void factor_cells(const struct asked *a, enum factor f, struct cell out[static 2])
{
    bool in_image;

    if (!is_unknown(a, f))
        out[0] = (struct cell){ CELL_NUMBER, is(a, f), SPAN_NONE };
    if (!is(a, f))
        return;
    struct span at = factor_matched(f, a->platform, a->Image, a->ImageLoaded, &in_image);
    if (at.at)
        out[1] = (struct cell){ CELL_TEXT, 0, at };
}

/* One row: what was asked, each factor and what it matched, the sum. */
static int print_row(const struct asked *a, enum output_form form)
{
    enum { FIXED = 4, PER_FACTOR = 2, COUNT = FIXED + PER_FACTOR * FACTOR_COUNT + 2 };
    static const struct output_column columns[COUNT] = {
        { .name = "Image", .kind = OUTPUT_PATH },
        { .name = "ImageLoaded", .kind = OUTPUT_PATH },
        { .name = "Signed" },
        { .name = "platform" },
#define COLUMN(name_, bit, words) \
        { .name = #name_, .kind = OUTPUT_NUMBER, .missing = "?" }, \
        { .name = #name_ "_matched" },
        FACTORS(COLUMN)
#undef COLUMN
        { .name = "SuspicionScore", .kind = OUTPUT_NUMBER },
        { .name = "IsHit", .kind = OUTPUT_NUMBER },
    };
    struct cell cells[COUNT] = { 0 };
    struct output_place place = output_stdout();
    struct output *out = output_open(form, columns, COUNT, &place);
    struct span texts[FIXED] = { a->Image, a->ImageLoaded, a->Signed,
                                 span_text(platform_name(a->platform)) };
    size_t n = FIXED;
    struct fault f;

    for (size_t i = 0; i < FIXED; i++)
        if (span_logged(texts[i]))
            cells[i] = (struct cell){ .type = CELL_TEXT, .text = texts[i] };
    for (size_t bit = 0; bit < FACTOR_COUNT; bit++, n += PER_FACTOR)
        factor_cells(a, (enum factor)(1u << bit), &cells[n]);
    cells[n++] = (struct cell){ CELL_NUMBER, a->verdict.SuspicionScore, SPAN_NONE };
    cells[n++] = (struct cell){ CELL_NUMBER, factor_is_hit(a->verdict), SPAN_NONE };
    output_row(out, cells);
    return output_close(out, NULL, &f) ? STATUS_DONE : tell_fault(&f);
}

static int answer(const struct command *c, const struct options *o, struct asked *a)
{
    enum output_form form;
    struct fault f;

    if (!take_platform(o, a, &f) || !output_form_named(options_value(o, "format"), &form, &f))
        return tell_usage(c->name, "%s", f.text);
    a->verdict = factor_verdict(a->platform, a->Image, a->ImageLoaded, a->Signed);
    if (options_given(o, "format") && form != OUTPUT_TABLE)
        return print_row(a, form);
    explain(a);
    return STATUS_DONE;
}

static int score_run(const struct command *c, const struct options *o)
{
    struct asked a = { 0 };
    struct arena arena;
    int status;

    if (o->word_count < 2 || o->word_count > 3)
        return tell_usage(c->name, "score takes IMAGE, IMAGELOADED and SIGNED");
    arena_init(&arena, WORDS_BYTES_MAX);
    a.Image = word(o, 0, &arena);
    a.ImageLoaded = word(o, 1, &arena);
    a.Signed = word(o, 2, &arena);
    status = answer(c, o, &a);
    arena_clear(&arena);
    return status;
}

static const struct option_fact score_options[] = {
    { "platform", 0, "NAME", "windows, linux or macos; windows unless the module's path begins with /" },
    { "format", 0, "FORM", "csv, tsv or jsonl: one row instead of the explanation" },
    OPTIONS_END,
};

const struct command score_command = {
    .name = "score",
    .words = "the score of one load, explained",
    .synopsis = "  modhunt score IMAGE IMAGELOADED [SIGNED]\n",
    .text = "IMAGE is the loading process's path, IMAGELOADED the module's, SIGNED true or\n"
            "false as Sysmon logs it.  `-`, or no SIGNED, means that it was not logged.\n"
            "Quote the paths: '\\\\server\\share\\x.dll'.\n",
    .options = score_options,
    .run = score_run,
};
