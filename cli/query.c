/* `modhunt query`: the hunting queries, listed, shown, and asked of a case.
 *
 * What a query needs and the case does not hold is said before anything else: an
 * empty list would look as if it had been looked for.  The surprise: that is exit
 * status 3, since the question could not be asked. */
#include "cli/commands.h"
#include "cli/query_files.h"
#include "cli/sql_rows.h"
#include "core/nearest.h"
#include "core/text.h"
#include "queries/needs.h"

#include <stdlib.h>

/* Says what the case lacks, but not the same of the same hosts twice.  *none is set
 * where nobody has it; false is a fault. */
static bool look_for_need(struct store *s, enum need n, struct need_counts *said, bool *none,
                          struct fault *f)
{
    struct need_counts c = { 0, 0 };
    char hosts[TELL_THINGS_TEXT];

    if (!store_need(s, n, &c, f))
        return false;
    if (c.have == 0) {
        *none = true;
        tell("this case holds no %s: the question could not be asked", need_words(n));
    } else if (need_of_hosts(n) && c.have < c.could
               && (c.have != said->have || c.could != said->could)) {
        *said = c;
        tell("%s: asked of %lld of %s, the others have none in this case (modhunt evidence --hosts)",
             need_words(n), (long long)c.have,
             tell_things((uint64_t)c.could, "host", NULL, hosts));
    }
    return true;
}

static bool look_for_needs(struct store *s, const struct catalogue_query *q, bool *none,
                           struct fault *f)
{
    struct need_counts said = { 0, 0 };

    for (enum need n = 0; n < NEED_COUNT; n++)
        if ((q->needs & 1u << n) && !look_for_need(s, n, &said, none, f))
            return false;
    return true;
}

/* ---- the arguments ---- */

static bool set_value(const struct catalogue_arg *a, const char *text, struct sql_value *v,
                      struct fault *f)
{
    uint64_t number = 0;

    v->name = a->name;
    v->value.type = CELL_TEXT;
    v->value.text = span_text(text);
    if (!a->number)
        return true;
    if (!span_number(span_text(text), &number) || number > INT64_MAX)
        return fault(f, FAULT_USAGE, "%s must be a whole number, not %s", a->name, text);
    v->value = (struct cell){ .type = CELL_NUMBER, .number = (int64_t)number };
    return true;
}

static bool unknown_argument(const struct catalogue_query *q, const char *word, struct fault *f)
{
    const char *names[CATALOGUE_ARGS_MAX + 1] = { NULL };
    char name[64];
    const char *near;

    if (!q->arg_count)
        return fault(f, FAULT_USAGE, "%s takes no argument: %s", q->name, word);
    for (size_t i = 0; i < q->arg_count; i++)
        names[i] = q->args[i].name;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    near = nearest_name(name, names);
    return fault(f, FAULT_USAGE, "%s has no argument %s%s%s (modhunt query --show %s)", q->name,
                 word, near ? "; did you mean " : "", near ? near : "", q->name);
}

static bool read_arguments(const struct catalogue_query *q, const char *const *words, size_t count,
                           struct sql_value *values, struct fault *f)
{
    for (size_t i = 0; i < q->arg_count; i++)
        if (!set_value(&q->args[i], q->args[i].preset, &values[i], f))
            return false;
    for (size_t w = 0; w < count; w++) {
        const char *is = strchr(words[w], '=');
        size_t i = 0;

        while (i < q->arg_count
               && !(is && span_is(span_of(words[w], (size_t)(is - words[w])), q->args[i].name)))
            i++;
        if (i == q->arg_count)
            return unknown_argument(q, words[w], f);
        if (!set_value(&q->args[i], is + 1, &values[i], f))
            return false;
    }
    return true;
}

/* ---- what it does ---- */

static void print_text(const char *text)
{
    char shown[8192];

    text_show(shown, sizeof shown, span_text(text));
    fputs(shown, stdout);
}

static void print_line(const char *heading, const char *text)
{
    if (!*text)
        return;
    printf("%-16s ", heading);
    print_text(text);
    putchar('\n');
}

static int show(const struct catalogue_query *q)
{
    char needs[512] = "";

    print_line("name", q->name);
    print_line("hunt", q->hunt);
    print_line("technique", q->technique);
    print_line("question", q->question);
    print_line("why", q->why);
    print_line("false positives", q->false_positives);
    print_line("misses", q->misses);
    print_line("next", q->next);
    for (enum need n = 0; n < NEED_COUNT; n++)
        if (q->needs & 1u << n)
            snprintf(needs + strlen(needs), sizeof needs - strlen(needs), "%s%s",
                     *needs ? ", " : "", need_words(n));
    print_line("needs", needs);
    for (size_t i = 0; i < q->arg_count; i++) {
        printf("%-16s ", "argument");
        print_text(q->args[i].name);
        fputs("=", stdout);
        print_text(q->args[i].preset);
        fputs("  ", stdout);
        print_text(q->args[i].words);
        putchar('\n');
    }
    print_line("file", q->file ? q->file : "");
    putchar('\n');
    /* line by line: a line end is none to be shown by number */
    for (const char *line = catalogue_body(q); *line;) {
        size_t len = strcspn(line, "\n");
        char shown[8192];

        text_show(shown, sizeof shown, span_of(line, len));
        puts(shown);
        line += len + (line[len] != 0);
    }
    return STATUS_DONE;
}

static int list(const struct catalogue *c, enum output_form form)
{
    static const struct output_column columns[] = {
        { .name = "name", .least = 24 },
        { .name = "hunt", .rank = 2 },
        { .name = "technique", .rank = 1 },
        { .name = "question", .least = 40 },
    };
    struct output_place place = output_stdout();
    struct output *out = output_open(form, columns, 4, &place);
    struct fault f;

    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct catalogue_query *q = catalogue_at(c, i);
        const char *texts[] = { q->name, q->hunt, q->technique, q->question };
        struct cell cells[4];

        for (size_t t = 0; t < 4; t++)
            cells[t] = (struct cell){ .type = CELL_TEXT, .text = span_text(texts[t]) };
        if (!output_row(out, cells))
            break;
    }
    return output_close(out, NULL, &f) ? STATUS_DONE : tell_fault(&f);
}

static int ask(struct store *s, const struct catalogue_query *q, struct sql_rows *rows,
               const struct sql_value *values)
{
    struct fault f;
    bool none = false, ok = look_for_needs(s, q, &none, &f);

    if (!ok)
        return tell_fault(&f);
    if (none)
        return STATUS_FAILED;
    ok = store_query(s, q->sql, values, q->arg_count, sql_rows_print, rows, &f);
    if (!sql_rows_close(rows, ok, &f)) {
        if (f.kind == FAULT_USAGE)
            fault_while(&f, "%s", q->name);
        return tell_fault(&f);
    }
    if (!rows->rows)
        tell("nothing found");
    return STATUS_DONE;
}

static int run_named(const struct command *c, const struct options *o,
                     const struct catalogue_query *q)
{
    struct sql_value values[CATALOGUE_ARGS_MAX] = { { NULL, { 0 } } };
    struct sql_rows *rows = memory_zero(1, sizeof *rows);
    struct store *s = NULL;
    struct fault f;
    int status = STATUS_USAGE;

    if (!output_form_named(options_value(o, "format"), &rows->form, &f)
        || !options_number(o, "limit", UINT32_MAX, &rows->limit, &f)
        || !read_arguments(q, o->words + 1, o->word_count - 1, values, &f))
        tell_usage(c->name, "%s", f.text);
    else if ((s = command_open(c, o, &status)))
        status = ask(s, q, rows, values);
    store_close(s);
    free(rows);
    return status;
}

/* ---- the command ---- */

static void warn(void *ctx, const struct fault *f)
{
    (void)ctx;
    tell("left out: %s", f->text);
}

static const struct catalogue_query *named(const struct command *c, const struct catalogue *all,
                                           const char *name)
{
    const struct catalogue_query *q = catalogue_named(all, name);
    const char **names, *near;

    if (q)
        return q;
    names = memory_zero(catalogue_count(all) + 1, sizeof *names);
    for (size_t i = 0; i < catalogue_count(all); i++)
        names[i] = catalogue_at(all, i)->name;
    near = nearest_name(name, names);
    tell_usage(c->name, "there is no query %s%s%s; modhunt query --list lists them", name,
               near ? "; did you mean " : "", near ? near : "");
    free(names);
    return NULL;
}

static int query_run(const struct command *c, const struct options *o)
{
    struct catalogue *all = catalogue_open();
    enum output_form form;
    struct fault f;
    int status = STATUS_USAGE;

    query_files_add(all, warn, NULL);
    if (options_given(o, "list")) {
        if (o->word_count)
            tell_usage(c->name, "--list takes no name");
        else if (!output_form_named(options_value(o, "format"), &form, &f))
            tell_usage(c->name, "%s", f.text);
        else
            status = list(all, form);
    } else if (o->word_count == 0) {
        tell_usage(c->name, "query needs the name of a query, or --list");
    } else {
        const struct catalogue_query *q = named(c, all, o->words[0]);

        if (q)
            status = options_given(o, "show") ? show(q) : run_named(c, o, q);
    }
    catalogue_close(all);
    return status;
}

static const struct option_fact query_options[] = {
    OPTION_CASE,
    OPTION_PROFILE,
    { "list", 0, NULL, "the queries and what each asks" },
    { "show", 0, NULL, "a query's header and its SQL, without asking it" },
    OPTION_FORMAT, OPTION_LIMIT, OPTIONS_END,
};

const struct command query_command = {
    .name = "query",
    .words = "hunting queries, by name",
    .synopsis = "  modhunt query --list\n"
                "  modhunt query --show NAME\n"
                "  modhunt query -c CASE NAME [ARG=VALUE]... [OPTIONS]\n",
    .text = "Each has a question, why it is worth asking, what else it finds, what it misses,\n"
            "and where to go from a row.  Your own are read from\n"
            "$XDG_CONFIG_HOME/modhunt/queries/*.sql (docs/sql.md says how they are written).\n"
            "What a query needs and no host of the case has is said, with exit status 3.\n",
    .options = query_options,
    .run = query_run,
};
