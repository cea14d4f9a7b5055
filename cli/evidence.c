/* `modhunt evidence`: the ledger, a row a file, every record accounted for.
 *
 * The forms for machines give exactly the columns of design.md section 8; the
 * table adds the totals, why a file is not complete, and the places that are damaged
 * or contradict another file. */
#include "cli/commands.h"
#include "cli/output.h"

#include <stdlib.h>
#include <string.h>

#define PROBLEMS_SHOWN 50 /* places of the whole case in the table */

#define TEXT_OF(name_, kind_, least_, rank_) \
    { .name = name_, .kind = kind_, .least = (least_), .rank = (rank_) }
#define COUNT_OF(name_, brief_, rank_) \
    { .name = name_, .brief = brief_, .kind = OUTPUT_NUMBER, .rank = (rank_) }

/* In the order of enum evidence_column. */
static const struct output_column columns[] = {
    TEXT_OF("path", OUTPUT_PATH, 48, 0),
    TEXT_OF("bundle", OUTPUT_PATH, 24, 9),
    TEXT_OF("format", OUTPUT_TEXT, 0, 0),
    TEXT_OF("state", OUTPUT_TEXT, 0, 0),
    TEXT_OF("sha256", OUTPUT_TEXT, 16, 10),
    COUNT_OF("bytes", NULL, 4),
    COUNT_OF("records", NULL, 0),
    COUNT_OF("loads", NULL, 0),
    COUNT_OF("processes", "proc", 3),
    COUNT_OF("context", "ctx", 3),
    COUNT_OF("other", NULL, 3),
    COUNT_OF("damaged", "dmg", 0),
    COUNT_OF("duplicates", "dup", 2),
    COUNT_OF("recovered", "recov", 1),
};
#define COLUMN_COUNT_SHOWN (sizeof columns / sizeof *columns)
_Static_assert(COLUMN_COUNT_SHOWN == EVIDENCE_RECOVERED + 1, "one a column of the ledger");

struct ledger {
    struct output *out;
    struct cell totals[COLUMN_COUNT_SHOWN];
    uint64_t files, problems;
};

static bool is_total(size_t column)
{
    return columns[column].kind == OUTPUT_NUMBER;
}

static bool print_rows(void *ctx, const struct page *p)
{
    struct ledger *l = ctx;

    for (size_t r = 0; r < p->rows; r++) {
        const struct cell *row = page_cell(p, r, 0);

        for (size_t i = 0; i < COLUMN_COUNT_SHOWN; i++)
            if (is_total(i) && row[i].type == CELL_NUMBER)
                l->totals[i].number += row[i].number;
        l->files++;
        if (!output_row(l->out, row))
            return false;
    }
    return true;
}

static void print_totals(struct ledger *l)
{
    char name[64], count[TELL_COUNT_TEXT];

    snprintf(name, sizeof name, "total of %s %s", tell_count(l->files, count),
             l->files == 1 ? "file" : "files");
    l->totals[EVIDENCE_PATH] = (struct cell){ CELL_TEXT, 0, span_text(name) };
    for (size_t i = 0; i < COLUMN_COUNT_SHOWN; i++)
        if (is_total(i))
            l->totals[i].type = CELL_NUMBER;
    output_row(l->out, l->totals);
}

static const struct output_column reason_columns[] = {
    { .name = "not complete", .kind = OUTPUT_PATH, .least = 48 },
    { .name = "state" },
    { .name = "why", .least = 40 },
};

static bool print_reasons(void *ctx, const struct page *p)
{
    struct ledger *l = ctx;

    for (size_t r = 0; r < p->rows; r++) {
        const struct cell *row = page_cell(p, r, 0);
        struct cell cells[3] = { row[EVIDENCE_PATH], row[EVIDENCE_STATE], row[EVIDENCE_REASON] };

        if (row[EVIDENCE_REASON].type == CELL_TEXT && row[EVIDENCE_REASON].text.len
            && !output_row(l->out, cells))
            return false;
    }
    return true;
}

static const struct output_column problem_columns[] = {
    { .name = "noted in", .kind = OUTPUT_PATH, .least = 48 },
    { .name = "place", .kind = OUTPUT_NUMBER },
    { .name = "bytes", .kind = OUTPUT_NUMBER },
    { .name = "why", .least = 40 },
};

static bool print_problems(void *ctx, const struct page *p)
{
    struct ledger *l = ctx;

    for (size_t r = 0; r < p->rows; r++) {
        struct cell cells[PROBLEM_COLUMN_COUNT];

        memcpy(cells, page_cell(p, r, 0), sizeof cells);
        if (cells[PROBLEM_BYTES].number == 0)
            cells[PROBLEM_BYTES] = (struct cell){ 0 };
        if (l->problems++ == PROBLEMS_SHOWN || !output_row(l->out, cells))
            return false;
    }
    return true;
}

/* One more table below the ledger; nothing where it has no row. */
static bool more(struct store *s, struct ledger *l, enum question_kind kind,
                 const struct output_column *cols, size_t count,
                 bool (*each)(void *ctx, const struct page *p), struct fault *f)
{
    struct output_place place = output_stdout();
    struct question *q = question_open(kind);
    char *text = NULL;
    size_t size = 0;
    bool ok;

    place.to = open_memstream(&text, &size);
    if (!place.to)
        fault_memory();
    l->out = output_open(OUTPUT_TABLE, cols, count, &place);
    ok = store_stream(s, q, each, l, f);
    uint64_t rows = output_rows(l->out);
    if (!output_close(l->out, NULL, f))
        ok = false;
    fclose(place.to);
    if (ok && rows > 0)
        printf("\n%s", text);
    free(text);
    question_close(q);
    return ok;
}

static bool print_rest(struct store *s, struct ledger *l, struct fault *f)
{
    if (!more(s, l, QUESTION_EVIDENCE, reason_columns,
              sizeof reason_columns / sizeof *reason_columns, print_reasons, f)
        || !more(s, l, QUESTION_PROBLEMS, problem_columns,
                 sizeof problem_columns / sizeof *problem_columns, print_problems, f))
        return false;
    if (l->problems > PROBLEMS_SHOWN)
        printf("... and more: modhunt sql -c CASE 'SELECT * FROM ingest_problem'\n");
    return true;
}

static int evidence(struct store *s, enum output_form form)
{
    struct output_place place = output_stdout();
    struct question *q = question_open(QUESTION_EVIDENCE);
    struct ledger l = { 0 };
    struct fault f, closing;
    bool ok;

    l.out = output_open(form, columns, COLUMN_COUNT_SHOWN, &place);
    ok = store_stream(s, q, print_rows, &l, &f);
    if (ok && form == OUTPUT_TABLE && l.files > 0)
        print_totals(&l);
    if (!output_close(l.out, NULL, &closing) && ok) {
        f = closing;
        ok = false;
    }
    if (ok && form == OUTPUT_TABLE && !ferror(stdout))
        ok = print_rest(s, &l, &f);
    if (ok && l.files == 0)
        tell("no evidence is in this case yet: modhunt ingest -c CASE EVIDENCE...");
    question_close(q);
    return ok ? STATUS_DONE : tell_fault(&f);
}

static int evidence_run(const struct command *c, const struct options *o)
{
    enum output_form form;
    struct store *s;
    struct fault f;
    int status;

    if (o->word_count)
        return tell_usage(c->name, "evidence takes no words but its options, not %s", o->words[0]);
    if (!output_form_named(options_value(o, "format"), &form, &f))
        return tell_usage(c->name, "%s", f.text);
    s = command_open(c, o, &status);
    if (s)
        status = evidence(s, form);
    store_close(s);
    return status;
}

static const struct option_fact evidence_options[] = { OPTION_CASE, OPTION_FORMAT, OPTIONS_END };

const struct command evidence_command = {
    .name = "evidence",
    .words = "the ledger: every file, and what became of every record in it",
    .synopsis = "  modhunt evidence -c CASE [--format FORM]\n",
    .text = "records = loads + processes + context + other + damaged + duplicates, for every\n"
            "file; recovered records (found outside those a log declares) come on top.\n",
    .options = evidence_options,
    .run = evidence_run,
};
