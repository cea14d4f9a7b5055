/* `modhunt host`: the hosts of a case, what they are called, and which are one.
 *
 * Nothing is merged unasked: names that look like one host's are only told. */
#include "cli/commands.h"
#include "cli/output.h"
#include "core/nearest.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NEAR_SHOWN 20
#define NAMES_KEPT 10000 /* more hosts are listed, and not compared */

static const struct output_column list_columns[HOST_LIST_COLUMNS] = {
    [HOST_LIST_ID] = { .name = "number", .kind = OUTPUT_NUMBER },
    [HOST_LIST_NAME] = { .name = "host", .least = 16 },
    [HOST_LIST_ORIGIN] = { .name = "origin" },
    [HOST_LIST_PLATFORM] = { .name = "platform", .rank = 3 },
    [HOST_LIST_LOADS] = { .name = "loads", .kind = OUTPUT_NUMBER },
    [HOST_LIST_HITS] = { .name = "hits", .kind = OUTPUT_NUMBER, .rank = 2 },
    [HOST_LIST_FIRST] = { .name = "first_time", .kind = OUTPUT_TIME, .rank = 4 },
    [HOST_LIST_LAST] = { .name = "last_time", .kind = OUTPUT_TIME, .rank = 4 },
    [HOST_LIST_ALSO] = { .name = "merged", .least = 16, .rank = 1 },
};

static const struct output_column log_columns[] = {
    { .name = "time", .kind = OUTPUT_TIME }, { .name = "author" }, { .name = "action" },
    { .name = "was", .least = 16 },          { .name = "now", .least = 16 },
    { .name = "reason", .least = 20, .rank = 1 },
};

/* ---- list and log ---- */

struct listed {
    struct output *out;
    char **name; /* as they are shown, with their numbers */
    int64_t *id;
    size_t count;
};

static bool print_rows(void *ctx, const struct page *p)
{
    struct listed *l = ctx;

    for (size_t r = 0; r < p->rows; r++) {
        if (!output_row(l->out, page_cell(p, r, 0)))
            return false;
        if (!l->name || l->count == NAMES_KEPT)
            continue;
        struct span name = page_cell(p, r, HOST_LIST_NAME)->text;
        char *text = l->name[l->count] = memory_zero(name.len + 1, 1);

        memcpy(text, name.at, name.len);
        l->id[l->count++] = page_cell(p, r, HOST_LIST_ID)->number;
    }
    return true;
}

/* `WS01` and `ws01.corp.example`, or two of one name. */
static bool are_near(const char *a, const char *b)
{
    size_t n;

    a += *a == '~';
    b += *b == '~';
    n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
    return n > 0 && strncasecmp(a, b, n) == 0 && (a[n] == 0 || a[n] == '.')
        && (b[n] == 0 || b[n] == '.');
}

static void say_near(const struct listed *l)
{
    size_t said = 0;

    for (size_t i = 0; i < l->count; i++)
        for (size_t k = i + 1; k < l->count && said < NEAR_SHOWN; k++)
            if (are_near(l->name[i], l->name[k])) {
                tell("%s (#%lld) and %s (#%lld) may be one host: `modhunt host merge '#%lld' '#%lld'` "
                     "joins them", l->name[i], (long long)l->id[i], l->name[k],
                     (long long)l->id[k], (long long)l->id[i], (long long)l->id[k]);
                said++;
            }
}

static int print(const struct command *c, const struct options *o, bool log)
{
    struct output_place place = output_stdout();
    struct listed l = { 0 };
    enum output_form form;
    struct fault f, closing;
    struct store *s;
    int status;
    bool ok;

    if (!output_form_named(options_value(o, "format"), &form, &f))
        return tell_usage(c->name, "%s", f.text);
    if (!(s = command_open(c, o, &status)))
        return status;
    if (!log) {
        l.name = memory_zero(NAMES_KEPT, sizeof *l.name);
        l.id = memory_zero(NAMES_KEPT, sizeof *l.id);
    }
    l.out = output_open(form, log ? log_columns : list_columns,
                        log ? sizeof log_columns / sizeof *log_columns : HOST_LIST_COLUMNS, &place);
    ok = (log ? store_host_log : store_host_list)(s, print_rows, &l, &f);
    if (!output_close(l.out, NULL, &closing) && ok) {
        f = closing;
        ok = false;
    }
    store_close(s);
    if (ok)
        say_near(&l);
    for (size_t i = 0; i < l.count; i++)
        free(l.name[i]);
    free(l.name);
    free(l.id);
    return ok ? STATUS_DONE : tell_fault(&f);
}

/* ---- changes ---- */

static int change(const struct command *c, const struct options *o, struct host_change *what)
{
    const char *path = command_case(c, o);
    char author[COMMAND_AUTHOR], text[HOST_CHANGE_TEXT];
    struct store *s;
    struct fault f;
    bool ok;

    if (!path)
        return STATUS_USAGE;
    command_author(author);
    what->author = author;
    what->reason = options_value(o, "reason");
    if (!(s = store_open(path, STORE_WRITE, &f)))
        return tell_fault(&f);
    ok = store_host(s, what, text, &f);
    store_close(s);
    if (!ok)
        return tell_fault(&f);
    tell("%s", text);
    return STATUS_DONE;
}

static bool is_name(const char *name)
{
    for (struct span rest = span_text(name); rest.len;) {
        uint32_t c = text_next(&rest);

        if (c <= ' ' || text_hidden(c))
            return false;
    }
    return *name && *name != '~' && *name != '#' && strlen(name) <= ASSUMED_NAME_MAX
        && text_is_utf8(span_text(name));
}

static int host_run(const struct command *c, const struct options *o)
{
    static const struct { const char *word; size_t words; enum host_change_kind kind; } table[] = {
        { "rename", 3, HOST_RENAME }, { "merge", 3, HOST_MERGE }, { "undo", 1, HOST_UNDO },
        { "redo", 1, HOST_REDO },
    };
    static const char *const names[] = { "list", "log", "rename", "merge", "undo", "redo", NULL };
    const char *word = o->word_count ? o->words[0] : "list";
    const char *near = nearest_name(word, names);

    if (strcmp(word, "list") == 0 || strcmp(word, "log") == 0)
        return o->word_count > 1 ? tell_usage(c->name, "host %s takes no words", word)
                                 : print(c, o, word[1] == 'o');
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct host_change what = { .kind = table[i].kind };

        if (strcmp(word, table[i].word) != 0)
            continue;
        if (o->word_count != table[i].words)
            return tell_usage(c->name, table[i].words == 1 ? "host %s takes no words"
                              : "host %s takes two names: the host, and what it becomes", word);
        if (table[i].words == 3) {
            what.host = o->words[1];
            what.to = o->words[2];
        }
        if (what.kind == HOST_RENAME && !is_name(what.to))
            return tell_usage(c->name, "a host's name has no blanks, no ~ or # in front, and at most "
                              "%d bytes: not `%s`", ASSUMED_NAME_MAX, what.to);
        return change(c, o, &what);
    }
    return near ? tell_usage(c->name, "there is no `host %s`; did you mean host %s?", word, near)
                : tell_usage(c->name, "there is no `host %s`", word);
}

static const struct option_fact host_options[] = {
    OPTION_CASE,
    OPTION_FORMAT,
    { "reason", 0, "TEXT", "of a change: why, for the log" },
    OPTIONS_END,
};

const struct command host_command = {
    .name = "host",
    .words = "the hosts; rename and merge them, undoable",
    .synopsis = "  modhunt host -c CASE [list]\n"
                "  modhunt host rename -c CASE OLD NEW\n"
                "  modhunt host merge -c CASE FROM INTO\n"
                "  modhunt host undo|redo|log -c CASE\n",
    .text = "A host is named as it is shown, without regard to case, or by its number: '#4'.\n"
            "~WS01: its records don't name it; it was given by --host or a rename, or it is the\n"
            "collection's (origin tells).  Merged hosts are one as if they had been from the\n"
            "start: copies of a record in files of both count once.  Evidence that comes later\n"
            "for the old name goes to the host that it was merged into; after that, the merge\n"
            "can't be undone.  Every change is logged.\n",
    .options = host_options,
    .run = host_run,
};
