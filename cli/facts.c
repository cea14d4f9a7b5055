/* `modhunt facts`: what the evidence does not say, imported from what tools of the
 * host print.
 *
 * A file is read twice: first to learn what it is, so that nothing is written
 * where one of several is none of facts. */
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/plain_file.h"
#include "core/digest.h"
#include "core/fact.h"
#include "core/nearest.h"
#include "ingest/facts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const struct output_column list_columns[FACT_LIST_COLUMNS] = {
    [FACT_LIST_IMPORT] = { .name = "import", .kind = OUTPUT_NUMBER },
    [FACT_LIST_STATE] = { .name = "state" },
    [FACT_LIST_HOST] = { .name = "host", .least = 12 },
    [FACT_LIST_FORM] = { .name = "form", .least = 10 },
    [FACT_LIST_FACTS] = { .name = "facts", .kind = OUTPUT_NUMBER },
    [FACT_LIST_UNREAD] = { .name = "unread", .kind = OUTPUT_NUMBER, .rank = 2 },
    [FACT_LIST_PATH] = { .name = "path", .kind = OUTPUT_PATH, .least = 24 },
    [FACT_LIST_SHA256] = { .name = "sha256", .least = 12, .rank = 6 },
    [FACT_LIST_TIME] = { .name = "imported", .kind = OUTPUT_TIME, .rank = 3 },
    [FACT_LIST_AUTHOR] = { .name = "author", .rank = 4 },
    [FACT_LIST_REASON] = { .name = "reason", .least = 16, .rank = 5 },
};

static const struct output_column log_columns[] = {
    { .name = "time", .kind = OUTPUT_TIME }, { .name = "author" }, { .name = "action" },
    { .name = "import", .kind = OUTPUT_NUMBER }, { .name = "sightings", .kind = OUTPUT_NUMBER },
    { .name = "reason", .least = 20, .rank = 1 },
};

/* ---- list and log ---- */

static bool print_rows(void *ctx, const struct page *p)
{
    for (size_t r = 0; r < p->rows; r++)
        if (!output_row(ctx, page_cell(p, r, 0)))
            return false;
    return true;
}

static int print(const struct command *c, const struct options *o, bool log)
{
    struct output_place place = output_stdout();
    struct output *out;
    enum output_form form;
    struct fault f, closing;
    struct store *s;
    int status;
    bool ok;

    if (!output_form_named(options_value(o, "format"), &form, &f))
        return tell_usage(c->name, "%s", f.text);
    if (!(s = command_open(c, o, &status)))
        return status;
    out = output_open(form, log ? log_columns : list_columns,
                      log ? sizeof log_columns / sizeof *log_columns : FACT_LIST_COLUMNS, &place);
    ok = (log ? store_fact_log : store_fact_list)(s, print_rows, out, &f);
    if (!output_close(out, NULL, &closing) && ok) {
        f = closing;
        ok = false;
    }
    store_close(s);
    return ok ? STATUS_DONE : tell_fault(&f);
}

/* ---- files ---- */

struct importing {
    struct store *s;
    struct fact_import what;
    struct fault *f;
    bool verify, hashes_only; /* some file; all of them */
    uint64_t unread;
};

/* As it is now. */
static char *read_file(const char *path, size_t *len, struct fault *f)
{
    char *text = plain_file_read(AT_FDCWD, path, 0, FACTS_BYTES_MAX, len, f);

    if (!text)
        fault_while(f, "%s", path);
    return text;
}

/* What all files are, before anything is written. */
static bool look(struct importing *x, const char *path)
{
    struct facts_told told;
    char *text;
    size_t len;

    if (!(text = read_file(path, &len, x->f)))
        return false;
    facts_read(span_of(text, len), NULL, NULL, &told);
    free(text);
    if (told.contradicts || (told.platform && x->what.platform && told.platform != x->what.platform))
        return fault(x->f, FAULT_USAGE, "%s: facts of Linux and of macOS can't be one import", path);
    if (!told.read && (told.unread || !x->what.complete))
        return fault(x->f, FAULT_USAGE, told.unread
                     ? "%s: no line of it is a fact that modhunt reads: `modhunt help facts` has the list"
                     : "%s: there is nothing in it; if dpkg -V found no difference in any package, say "
                       "so with --complete", path);
    x->what.platform = told.platform ? told.platform : x->what.platform;
    x->verify = x->verify || told.verify || !told.read;
    x->hashes_only = x->hashes_only && strcmp(told.form, "hashes") == 0;
    return true;
}

static bool add(void *ctx, const struct fact *fact)
{
    struct importing *x = ctx;

    return store_facts_add(x->s, fact, x->f);
}

static bool import_file(struct importing *x, const char *path)
{
    uint8_t sha256[SHA256_BYTES];
    struct facts_told told;
    size_t len;
    char *text;
    bool ok;

    if (!(text = read_file(path, &len, x->f)))
        return false;
    struct span all = span_of(text, len);
    digest_of(all, sha256);
    ok = store_facts_file(x->s, &(struct fact_file){ span_text(path), sha256, len }, x->f)
      && facts_read(all, add, x, &told)
      && store_facts_said(x->s, &(struct fact_file_said){ *told.form ? told.form : "no difference",
                          told.facts, told.unread, told.unread_at }, x->f);
    free(text);
    if (ok && told.unread) {
        tell("%s: %llu of %llu lines are none of facts that modhunt reads, the first at byte %llu", path,
             (unsigned long long)told.unread, (unsigned long long)(told.unread + told.read),
             (unsigned long long)told.unread_at);
        x->unread += told.unread;
    }
    return ok;
}

static bool import_all(struct importing *x, const struct options *o, char text[static FACTS_TEXT])
{
    if (!store_facts_begin(x->s, &x->what, x->f))
        return false;
    for (size_t i = 1; i < o->word_count; i++)
        if (!import_file(x, o->words[i])) {
            store_facts_cancel(x->s);
            return false;
        }
    return store_facts_end(x->s, text, x->f);
}

static int import(const struct command *c, const struct options *o)
{
    const char *path = command_case(c, o);
    char author[COMMAND_AUTHOR], text[FACTS_TEXT];
    struct fault f;
    struct importing x = { .f = &f, .hashes_only = true };
    bool ok = true;

    if (!path)
        return STATUS_USAGE;
    if (o->word_count < 2)
        return tell_usage(c->name, "facts import takes files: what `dpkg -V` printed, and the like");
    command_author(author);
    x.what = (struct fact_import){
        .host = options_value(o, "host"), .every_host = options_given(o, "every-host"),
        .complete = options_given(o, "complete"), .author = author,
        .reason = options_value(o, "reason"),
    };
    if (x.what.host && x.what.every_host)
        return tell_usage(c->name, "--host and --every-host: it is one of the two");
    for (size_t i = 1; i < o->word_count && ok; i++)
        ok = look(&x, o->words[i]);
    if (!ok)
        return tell_fault(&f);
    if (x.what.every_host && !x.hashes_only)
        return tell_usage(c->name, "--every-host is for lists of hashes: other facts are one host's");
    if (x.what.complete && !x.verify)
        return tell_usage(c->name, "--complete says that `dpkg -V` or `rpm -Va` was asked of all "
                          "packages: none of these files is what they print");
    if (!(x.s = store_open(path, STORE_WRITE, &f)))
        return tell_fault(&f);
    ok = import_all(&x, o, text);
    store_close(x.s);
    if (!ok)
        return tell_fault(&f);
    tell("%s", text);
    return x.unread ? STATUS_DAMAGED : STATUS_DONE;
}

/* ---- remove and restore ---- */

static int set_removed(const struct command *c, const struct options *o, bool remove)
{
    const char *path = command_case(c, o);
    char author[COMMAND_AUTHOR], text[FACTS_TEXT];
    struct store *s;
    struct fault f;
    uint64_t id;
    bool ok;

    if (!path)
        return STATUS_USAGE;
    if (o->word_count != 2 || !span_number(span_text(o->words[1]), &id) || !id || id > INT64_MAX)
        return tell_usage(c->name, "facts %s takes the number of an import: `modhunt facts -c CASE` "
                          "lists them", remove ? "remove" : "restore");
    command_author(author);
    if (!(s = store_open(path, STORE_WRITE, &f)))
        return tell_fault(&f);
    ok = store_facts_remove(s, (int64_t)id, remove, author, options_value(o, "reason"), text, &f);
    store_close(s);
    if (!ok)
        return tell_fault(&f);
    tell("%s", text);
    return STATUS_DONE;
}

static int facts_run(const struct command *c, const struct options *o)
{
    static const char *const names[] = { "list", "log", "import", "remove", "restore", NULL };
    const char *word = o->word_count ? o->words[0] : "list";
    const char *near = nearest_name(word, names);

    if (strcmp(word, "list") == 0 || strcmp(word, "log") == 0)
        return o->word_count > 1 ? tell_usage(c->name, "facts %s takes no words", word)
                                 : print(c, o, word[1] == 'o');
    if (strcmp(word, "import") == 0)
        return import(c, o);
    if (strcmp(word, "remove") == 0 || strcmp(word, "restore") == 0)
        return set_removed(c, o, word[2] == 'm');
    return near ? tell_usage(c->name, "there is no `facts %s`; did you mean facts %s?", word, near)
                : tell_usage(c->name, "there is no `facts %s`", word);
}

static const struct option_fact facts_options[] = {
    OPTION_CASE,
    OPTION_FORMAT,
    { "host", 0, "HOST", "of an import: whose facts they are" },
    { "every-host", 0, NULL, "a list of hashes that holds for every host" },
    { "complete", 0, NULL, "dpkg -V or rpm -Va was asked of all packages" },
    { "reason", 0, "TEXT", "of a change: why, for the log" },
    OPTIONS_END,
};

const struct command facts_command = {
    .name = "facts",
    .words = "what the evidence does not say: packages, signatures, mounts",
    .synopsis = "  modhunt facts -c CASE [list]\n"
                "  modhunt facts import -c CASE [--host HOST] [--complete] FILE...\n"
                "  modhunt facts remove|restore -c CASE IMPORT\n"
                "  modhunt facts log -c CASE\n",
    .text = "Records of Linux and macOS do not say whether a module is signed: IsUnsigned is `?`\n"
            "there and counts 0.  A file that a tool of the host printed can settle it, for evidence\n"
            "loaded before and after; it is told by its content:\n\n"
            "  dpkg -V, rpm -V, debsums       differs from its package: IsUnsigned; the same: known\n"
            "  dpkg -S, rpm -qf               belongs to no package: IsUnsigned\n"
            "  md5sums, sha256sum, hashes     what packages hold: such bytes are known\n"
            "  codesign -dvvvv                signed: known; ad hoc, not signed: IsUnsigned\n"
            "  /proc/self/mountinfo           on a mount of another machine: IsUNCPath\n\n"
            "dpkg -V names only what differs.  With --complete it was asked of all packages, and a\n"
            "path that a list of hashes names is as its package has it.  Facts are a host's, but for\n"
            "a list of hashes with --every-host.  Windows is never touched.  docs/facts.md has it all.\n",
    .options = facts_options,
    .run = facts_run,
};
