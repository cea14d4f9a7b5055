/* `modhunt sql`: the analyst's own SELECT.
 *
 * The store runs it read only, by an authorizer and under limits; nothing of it
 * is built here.  Columns are named by the statement. */
#include "cli/commands.h"
#include "cli/output.h"

#include <stdlib.h>

struct answer {
    enum output_form form;
    struct output_column columns[OUTPUT_COLUMNS_MAX];
    char *names[OUTPUT_COLUMNS_MAX];
    size_t count;
    struct output *out;
    uint64_t limit;
    bool too_wide;
};

/* A column in which the first row has a number stands to the right. */
static void open_output(struct answer *a, const struct page *p)
{
    struct output_place place = output_stdout();

    a->count = p->columns;
    for (size_t i = 0; i < p->columns; i++) {
        a->names[i] = memory_text(p->names[i]);
        a->columns[i] = (struct output_column){
            .name = a->names[i],
            .least = 24,
            .kind = p->rows && page_cell(p, 0, i)->type == CELL_NUMBER ? OUTPUT_NUMBER
                                                                         : OUTPUT_TEXT,
        };
    }
    a->out = output_open(a->form, a->columns, a->count, &place);
}

static bool print_rows(void *ctx, const struct page *p)
{
    struct answer *a = ctx;

    if (p->columns > OUTPUT_COLUMNS_MAX) {
        a->too_wide = true;
        return false;
    }
    if (!a->out)
        open_output(a, p);
    for (size_t r = 0; r < p->rows; r++) {
        if (!output_row(a->out, page_cell(p, r, 0)))
            return false;
        if (a->limit && output_rows(a->out) >= a->limit)
            return false;
    }
    return true;
}

static int sql(struct store *s, struct answer *a, const char *statement)
{
    struct fault f, closing;
    bool ok = store_sql(s, statement, print_rows, a, &f);

    if (ok && a->too_wide)
        ok = fault(&f, FAULT_LIMIT, "the answer has more than %d columns", OUTPUT_COLUMNS_MAX);
    if (a->out && !output_close(a->out, NULL, &closing) && ok) {
        f = closing;
        ok = false;
    }
    for (size_t i = 0; i < a->count; i++)
        free(a->names[i]);
    return ok ? STATUS_DONE : tell_fault(&f);
}

static int sql_run(const struct command *c, const struct options *o)
{
    struct answer *a;
    struct store *s;
    struct fault f;
    int status;

    if (o->word_count != 1)
        return tell_usage(c->name, o->word_count ? "the SELECT must be one word: quote it"
                                                : "sql needs a SELECT");
    a = memory_zero(1, sizeof *a);
    if (!output_form_named(options_value(o, "format"), &a->form, &f)
        || !options_number(o, "limit", UINT32_MAX, &a->limit, &f)) {
        status = tell_usage(c->name, "%s", f.text);
    } else {
        s = command_open(c, o, &status);
        if (s)
            status = sql(s, a, o->words[0]);
        store_close(s);
    }
    free(a);
    return status;
}

static const struct option_fact sql_options[] = {
    OPTION_CASE, OPTION_FORMAT, OPTION_LIMIT, OPTIONS_END,
};

const struct command sql_command = {
    .name = "sql",
    .words = "a SELECT of your own, read only",
    .synopsis = "  modhunt sql -c CASE 'SELECT ...' [OPTIONS]\n",
    .text = "Times are microseconds since 1970 in UTC.  The tables are those of the case;\n"
            "suspicion_score(Image, ImageLoaded, Signed) and a function for each factor are\n"
            "there too.  csv is not redacted here: what is asked for is printed.\n",
    .options = sql_options,
    .run = sql_run,
};
