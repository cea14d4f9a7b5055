/* `modhunt sql`: the analyst's own SELECT.
 *
 * The store runs it read only, by an authorizer and under limits; nothing of it
 * is built here.  Columns are named by the statement. */
#include "cli/commands.h"
#include "cli/sql_rows.h"

#include <stdlib.h>

static int sql(struct store *s, struct sql_rows *rows, const char *statement)
{
    struct fault f;
    bool ok = store_sql(s, statement, sql_rows_print, rows, &f);

    return sql_rows_close(rows, ok, &f) ? STATUS_DONE : tell_fault(&f);
}

static int sql_run(const struct command *c, const struct options *o)
{
    struct sql_rows *rows;
    struct store *s;
    struct fault f;
    int status;

    if (o->word_count != 1)
        return tell_usage(c->name, o->word_count ? "the SELECT must be one word: quote it"
                                                : "sql needs a SELECT");
    rows = memory_zero(1, sizeof *rows);
    if (!output_form_named(options_value(o, "format"), &rows->form, &f)
        || !options_number(o, "limit", UINT32_MAX, &rows->limit, &f)) {
        status = tell_usage(c->name, "%s", f.text);
    } else {
        s = command_open(c, o, &status);
        if (s)
            status = sql(s, rows, o->words[0]);
        store_close(s);
    }
    free(rows);
    return status;
}

static const struct option_fact sql_options[] = {
    OPTION_CASE, OPTION_PROFILE, OPTION_FORMAT, OPTION_LIMIT, OPTIONS_END,
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
