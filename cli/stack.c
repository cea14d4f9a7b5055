/* `modhunt stack`: group and count, rarest first.
 *
 * It turns the words into one question; the store groups and orders. */
#include "cli/commands.h"
#include "cli/filter_words.h"
#include "cli/host_near.h"
#include "cli/output.h"
#include "core/nearest.h"
#include "core/factor.h"
#include "queries/field.h"

#include <string.h>

#define FIELDS_TEXT 1024

/* What can be grouped by: what few loads share, and the analyst's words for it. */
static bool is_field(enum column c)
{
    switch (column_fact(c)->type) {
    case COLUMN_TEXT:
    case COLUMN_PATH:
        return c != COLUMN_ID_ref && c != COLUMN_ID_ProcessGuid;
    case COLUMN_FACTORS:
        return true;
    case COLUMN_NUMBER:
        return c == COLUMN_ID_SuspicionScore;
    case COLUMN_TIME:
        return false;
    }
    return false;
}

static bool column_of(const char *word, enum column *column, struct fault *f)
{
    const char *names[2 * FIELD_COUNT + 1];
    char list[FIELDS_TEXT] = "";
    size_t n = 0, used = 0;
    enum field field = field_named(span_text(word));

    *column = field == FIELD_COUNT ? COLUMN_COUNT : field_column(field);
    if (*column != COLUMN_COUNT && is_field(*column))
        return true;
    for (enum field i = 0; i < FIELD_COUNT; i++) {
        enum column c = field_column(i);

        if (c == COLUMN_COUNT || !is_field(c))
            continue;
        names[n++] = field_word(i);
        names[n++] = field_fact(i)->name;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                                 field_word(i));
    }
    names[n] = NULL;
    const char *near = nearest_name(word, names);
    if (near)
        return fault(f, FAULT_USAGE, "can't stack by %s; did you mean %s?  There is: %s", word,
                     near, list);
    return fault(f, FAULT_USAGE, "can't stack by %s; there is: %s", word, list);
}

struct stack {
    struct output *out;
    enum column field;
    uint64_t limit;
};

static bool print_rows(void *ctx, const struct page *p)
{
    struct stack *st = ctx;
    struct cell cells[STACK_COLUMN_COUNT];
    char factors[128];

    for (size_t r = 0; r < p->rows; r++) {
        memcpy(cells, page_cell(p, r, 0), sizeof cells);
        if (st->field == COLUMN_ID_factors && cells[STACK_VALUE].type == CELL_NUMBER) {
            factor_list((uint32_t)cells[STACK_VALUE].number, factors, sizeof factors);
            cells[STACK_VALUE] = (struct cell){ CELL_TEXT, 0, span_text(factors) };
        }
        if (!output_row(st->out, cells))
            return false;
        if (st->limit && output_rows(st->out) >= st->limit)
            return false;
    }
    return true;
}

static int stack(struct store *s, struct stack *st, const struct question *q,
                 enum output_form form, bool redact)
{
    const struct column_fact *fact = column_fact(st->field);
    /* in the order of enum stack_column */
    struct output_column columns[STACK_COLUMN_COUNT] = {
        { .name = fact->name, .least = 40, .missing = form == OUTPUT_TABLE ? "(not logged)" : NULL,
          .kind = fact->type == COLUMN_PATH ? OUTPUT_PATH : OUTPUT_TEXT,
          .secret = st->field == COLUMN_ID_CommandLine },
        { .name = "loads", .kind = OUTPUT_NUMBER },
        { .name = "sightings", .kind = OUTPUT_NUMBER, .rank = 4 },
        { .name = "hosts", .kind = OUTPUT_NUMBER },
        { .name = "first_time", .kind = OUTPUT_TIME, .rank = 6 },
        { .name = "last_time", .kind = OUTPUT_TIME, .rank = 5 },
        { .name = "top_SuspicionScore", .brief = "Score", .kind = OUTPUT_NUMBER },
    };
    struct output_place place = output_stdout();
    struct output_told told;
    struct fault f, closing;
    bool ok;

    place.redact = redact;
    st->out = output_open(form, columns, STACK_COLUMN_COUNT, &place);
    ok = store_stream(s, q, print_rows, st, &f);
    if (!output_close(st->out, &told, &closing) && ok) {
        f = closing;
        ok = false;
    }
    if (ok && told.rows == 0 && !host_near_tell(s, q, &f))
        tell("nothing in this case matches");
    return ok ? STATUS_DONE : tell_fault(&f);
}

static bool take_options(const struct options *o, struct stack *st, struct question *q,
                         enum output_form *form, struct fault *f)
{
    if (o->word_count == 0)
        return fault(f, FAULT_USAGE, "stack needs a FIELD to group by");
    if (!column_of(o->words[0], &st->field, f)
        || !output_form_named(options_value(o, "format"), form, f)
        || !options_number(o, "limit", UINT32_MAX, &st->limit, f)
        || !filter_words(q, o->words + 1, o->word_count - 1, f))
        return false;
    if (options_given(o, "limit") && st->limit == 0)
        return fault(f, FAULT_USAGE, "--limit needs at least one row");
    q->stack = st->field;
    q->everything = !options_given(o, "hits");
    q->include_allowed = q->everything;
    q->limit = (uint32_t)st->limit;
    if (options_given(o, "most")) {
        q->sorts = 1;
        q->sort[0] = (struct sort_key){ COLUMN_ID_loads, true };
    }
    return true;
}

static int stack_run(const struct command *c, const struct options *o)
{
    struct question *q = question_open(QUESTION_STACK);
    struct stack st = { 0 };
    enum output_form form;
    struct fault f;
    int status;

    if (!take_options(o, &st, q, &form, &f)) {
        status = tell_usage(c->name, "%s", f.text);
    } else {
        struct store *s = command_open(c, o, &status);
        if (s)
            status = stack(s, &st, q, form, !options_given(o, "no-redact"));
        store_close(s);
    }
    question_close(q);
    return status;
}

static const struct option_fact stack_options[] = {
    OPTION_CASE,
    OPTION_PROFILE,
    OPTION_FORMAT,
    { "hits", 0, NULL, "the hits alone, not every load" },
    { "most", 0, NULL, "the most frequent first" },
    { "no-redact", 0, NULL, "csv: leave passwords and tokens in command lines" },
    OPTION_LIMIT,
    OPTIONS_END,
};

const struct command stack_command = {
    .name = "stack",
    .words = "loads grouped by a field and counted, rarest first",
    .synopsis = "  modhunt stack -c CASE FIELD [FILTER] [OPTIONS]\n",
    .text = "FIELD is a column such as Image, ImageLoaded, Signature, SignatureStatus, host,\n"
            "User or sha256; module, signer and score are short for theirs.\n\n" FILTER_HELP
            "`modhunt hunt --help` says all that a filter can ask.\n",
    .options = stack_options,
    .run = stack_run,
};
