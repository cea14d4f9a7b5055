/* `modhunt evidence`: the ledger, a row a file, every record accounted for.
 *
 * The forms for machines give every file and plain columns; the table counts what
 * is no evidence by kind, and adds totals, why a file is not complete, damaged
 * places and hosts. */
#include "cli/commands.h"
#include "cli/ledger_tables.h"

#include <inttypes.h>
#include <string.h>

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
    TEXT_OF("reason", OUTPUT_TEXT, 0, 0),
};
#define COLUMN_COUNT_SHOWN (EVIDENCE_RECOVERED + 1) /* tables say reasons below */
_Static_assert(sizeof columns / sizeof *columns == COLUMN_COUNT_SHOWN + 1,
               "one a column of the ledger, and the reason");

struct ledger {
    struct output *out;
    struct cell totals[COLUMN_COUNT_SHOWN];
    uint64_t files;
    bool grouped;      /* what is no evidence is counted by kind */
    bool words;        /* for people: the state says what is damaged */
    struct kinds kinds;
};

static bool is_total(size_t column)
{
    return columns[column].kind == OUTPUT_NUMBER;
}

/* `complete, 3 damaged, 1 conflict`. */
static struct span state_words(const struct cell *row, char *out, size_t size)
{
    int64_t damaged = row[EVIDENCE_DAMAGED].number, conflicts = row[EVIDENCE_CONFLICTS].number;
    size_t used = (size_t)snprintf(out, size, "%.*s", (int)row[EVIDENCE_STATE].text.len,
                                   (const char *)row[EVIDENCE_STATE].text.at);

    if (damaged > 0 && used < size)
        used += (size_t)snprintf(out + used, size - used, ", %" PRId64 " damaged", damaged);
    if (conflicts > 0 && used < size)
        snprintf(out + used, size - used, ", %" PRId64 " %s", conflicts,
                 conflicts == 1 ? "conflict" : "conflicts");
    return span_text(out);
}

static bool print_row(struct ledger *l, const struct cell *row)
{
    struct cell cells[COLUMN_COUNT_SHOWN + 1];
    char state[96];

    if (l->grouped && kinds_take(&l->kinds, row))
        return true;
    memcpy(cells, row, COLUMN_COUNT_SHOWN * sizeof *cells);
    cells[COLUMN_COUNT_SHOWN] = row[EVIDENCE_REASON];
    if (!l->words)
        return output_row(l->out, cells);
    cells[EVIDENCE_STATE].text = state_words(row, state, sizeof state);
    return output_row(l->out, cells);
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
        if (!print_row(l, row))
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

/* Below the files: what was only listed, why others are not whole, where they are
 * damaged, and what each host logs. */
static bool print_rest(struct store *s, struct ledger *l, struct fault *f)
{
    kinds_print(&l->kinds);
    return ledger_print_below(s, LEDGER_NOT_COMPLETE, f) && ledger_print_below(s, LEDGER_PROBLEMS, f)
        && ledger_print_below(s, LEDGER_HOSTS, f) && ledger_print_below(s, LEDGER_LOGGING, f);
}

static int evidence(struct store *s, enum output_form form, bool all)
{
    struct output_place place = output_stdout();
    struct question *q = question_open(QUESTION_EVIDENCE);
    struct ledger l = { .words = form == OUTPUT_TABLE, .grouped = form == OUTPUT_TABLE && !all };
    struct fault f, closing;
    bool ok;

    l.out = output_open(form, columns, COLUMN_COUNT_SHOWN + !l.words, &place);
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

static const struct {
    const char *option;
    enum ledger_table table;
} others[] = {
    { "hosts", LEDGER_HOSTS }, { "channels", LEDGER_CHANNELS }, { "problems", LEDGER_PROBLEMS },
};
#define OTHER_COUNT (sizeof others / sizeof *others)

/* Which other table is asked for, if one is: OTHER_COUNT where none, more where
 * several. */
static size_t other_asked(const struct options *o)
{
    size_t found = OTHER_COUNT;

    for (size_t i = 0; i < OTHER_COUNT; i++)
        if (options_given(o, others[i].option))
            found = found == OTHER_COUNT ? i : OTHER_COUNT + 1;
    return found;
}

static int evidence_run(const struct command *c, const struct options *o)
{
    size_t other = other_asked(o);
    enum output_form form;
    struct store *s;
    struct fault f;
    int status;

    if (o->word_count)
        return tell_usage(c->name, "evidence takes no words but its options, not %s", o->words[0]);
    if (!output_form_named(options_value(o, "format"), &form, &f))
        return tell_usage(c->name, "%s", f.text);
    if (other > OTHER_COUNT)
        return tell_usage(c->name, "--hosts, --channels and --problems are tables of their own: "
                          "one at a time");
    s = command_open(c, o, &status);
    if (s && other < OTHER_COUNT)
        status = ledger_print(s, others[other].table, form, &f) ? STATUS_DONE : tell_fault(&f);
    else if (s)
        status = evidence(s, form, options_given(o, "all"));
    store_close(s);
    return status;
}

static const struct option_fact evidence_options[] = {
    OPTION_CASE,
    { "hosts", 0, NULL, "hosts instead: span, sources, what they do not log" },
    { "channels", 0, NULL, "channels of each host instead, with gaps in record numbers" },
    { "problems", 0, NULL, "every damaged place, note and conflict instead" },
    { "all", 0, NULL, "a line also for each file that is no evidence" },
    OPTION_FORMAT,
    OPTIONS_END,
};

const struct command evidence_command = {
    .name = "evidence",
    .words = "the ledger: every file, and what became of every record in it",
    .synopsis = "  modhunt evidence -c CASE [--hosts | --channels | --problems] [--format FORM]\n",
    .text = "records = loads + processes + context + other + damaged + duplicates, for every\n"
            "file; recovered records (found outside those a log declares) come on top.  The\n"
            "table counts files that are no evidence by kind and adds what is damaged, where\n"
            "and why, and each host: what it logged, and what it did not.  A conflict is a\n"
            "record that has the number and time of one in another file but says something\n"
            "else: both are kept.\n",
    .options = evidence_options,
    .run = evidence_run,
};
