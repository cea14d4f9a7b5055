/* `modhunt CASE` and `modhunt EVIDENCE...`: introduces the console to the case.
 *
 * The reader is started before anything that takes time (the page check,
 * ingest), so that the first screen does not wait for it.  Where there is no
 * terminal, evidence is loaded as `modhunt ingest` does it. */
#include "cli/bundle_words.h"
#include "cli/case_file.h"
#include "cli/commands.h"
#include "cli/host_words.h"
#include "cli/intake.h"
#include "cli/locksmith.h"
#include "cli/query_files.h"
#include "cli/teller.h"
#include "ingest/walk.h"
#include "store/reader.h"
#include "tui/tui.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES_WAITING 16

struct console {
    const char *path;
    struct queue *pages;
    struct reader *reader;
    struct catalogue *catalogue; /* what the reader's store knows of queries */
    struct feed feed;
    bool ingesting;
    pthread_t teller;
    atomic_bool over; /* the console has ended: written by it, read by the teller */
    atomic_bool told; /* the teller has ended: written by it, read by the locksmith */
    struct locksmith *locksmith; /* NULL: nothing is read, or files are followed */
};

static void ask(void *ctx, struct question *q)
{
    struct console *c = ctx;
    reader_ask(c->reader, q);
}

static void give_up(void *ctx, uint32_t pane)
{
    struct console *c = ctx;
    reader_give_up(c->reader, pane);
}

static bool order(void *ctx, struct order *o)
{
    struct console *c = ctx;
    return queue_try_send(c->feed.orders, o);
}

static void drop_page(void *thing)
{
    page_close(thing);
}

/* The teller's thread: the numbers of the ingest as notices. */
static void *run_teller(void *ctx)
{
    struct console *c = ctx;

    teller_run(&c->feed, &c->over);
    atomic_store(&c->told, true);
    return NULL;
}

static void password(void *ctx, const char *typed)
{
    struct console *c = ctx;

    locksmith_answer(c->locksmith, typed);
}

/* A query of the analyst's own that is none: `modhunt query --list` says why. */
static void pass_over(void *ctx, const struct fault *f)
{
    (void)ctx;
    (void)f;
}

static bool start_reader(struct console *c, struct fault *f)
{
    struct store *s = store_open(c->path, STORE_READ, f);

    if (!s)
        return false;
    c->pages = queue_open(PAGES_WAITING, f);
    if (!c->pages) {
        store_close(s);
        return false;
    }
    c->catalogue = catalogue_open();
    query_files_add(c->catalogue, pass_over, NULL);
    store_catalogue(s, c->catalogue);
    c->reader = reader_start(s, c->pages, f);
    return c->reader != NULL;
}

static void stop_reader(struct console *c)
{
    if (c->pages)
        queue_close(c->pages); /* the reader may wait for room in it */
    if (c->reader)
        reader_stop(c->reader);
    if (c->pages)
        queue_free(c->pages, drop_page);
    catalogue_close(c->catalogue);
}

/* The writer and, with evidence, ingest.  Takes the store over in any case. */
static bool start_writing(struct console *c, struct store *s, bool made,
                          const struct ingest_options *how, const struct passwords *known,
                          struct fault *f)
{
    if (!feed_start(&c->feed, s, c->path, how, !made, f))
        return false;
    c->ingesting = how->path_count > 0;
    atomic_init(&c->over, false);
    atomic_init(&c->told, false);
    if (c->ingesting && pthread_create(&c->teller, NULL, run_teller, c) != 0) {
        c->ingesting = false;
        feed_abandon(&c->feed);
        if (feed_stop(&c->feed, f))
            fault(f, FAULT_SYSTEM, "no thread for the progress could be started");
        feed_clear(&c->feed);
        return false;
    }
    if (c->ingesting && !how->follow) /* without one, archives stay as they are */
        c->locksmith = locksmith_start(&c->feed, c->path, how, known, &c->told, f);
    return true;
}

static bool stop_writing(struct console *c, struct fault *f)
{
    struct ingest_progress in = { .done = true };
    bool ok;

    if (c->ingesting) {
        atomic_store(&c->over, true);
        locksmith_stop(c->locksmith);
        pthread_join(c->teller, NULL);
        if (c->feed.ingest)
            ingest_progress(c->feed.ingest, &in);
    }
    if (in.following)
        feed_halt(&c->feed); /* its rows are closed properly: there is never much left to file */
    else
        feed_abandon(&c->feed);
    ok = feed_stop(&c->feed, f);
    feed_clear(&c->feed);
    if (ok && in.following && !in.done)
        tell("no longer followed; to go on: modhunt ingest -c %s --follow, with the same files",
            c->path);
    else if (ok && !in.done)
        tell("not all was loaded yet; to continue: modhunt ingest -c %s, with the same evidence",
            c->path);
    return ok;
}

static bool run_screen(struct console *c, const char *read_only, bool made, struct fault *f)
{
    struct tui_doors doors = {
        .ask = ask, .give_up = give_up, .order = order, .ctx = c,
        .pages = c->pages, .notices = c->feed.notices,
        .case_path = c->path, .read_only = read_only,
        .checking = !read_only && !made,
        .ingesting = c->ingesting,
        .password = c->locksmith ? password : NULL,
    };

    return tui_run(&doors, f);
}

/* A case that can't be written: the reader alone, and a queue on which nothing
 * is ever said. */
static int console_read_only(struct console *c, const char *why)
{
    struct fault f;
    bool ok;

    c->feed.notices = queue_open(1, &f);
    if (!c->feed.notices)
        return tell_fault(&f);
    ok = start_reader(c, &f) && run_screen(c, why, false, &f);
    stop_reader(c);
    queue_free(c->feed.notices, NULL);
    if (!ok)
        tell_fault(&f);
    return ok ? STATUS_DONE : STATUS_FAILED;
}

static int console(const char *path, struct store *s, bool made,
                   const struct ingest_options *how, const struct passwords *known)
{
    struct console c = { .path = path };
    struct fault f, closing;
    bool ok;

    if (store_why_read_only(s)) {
        int status = console_read_only(&c, store_why_read_only(s));
        store_close(s);
        return status;
    }
    if (!start_reader(&c, &f)) {
        stop_reader(&c);
        store_close(s);
        return tell_fault(&f);
    }
    ok = start_writing(&c, s, made, how, known, &f);
    if (ok) {
        ok = run_screen(&c, NULL, made, &f);
        stop_reader(&c);
        if (!stop_writing(&c, &closing) && ok) {
            f = closing;
            ok = false;
        }
    } else {
        stop_reader(&c);
    }
    if (!ok)
        tell_fault(&f); /* a terminal that can't be used is no usage error */
    return ok ? STATUS_DONE : STATUS_FAILED;
}

static bool has_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int open_case(const char *path)
{
    struct store *s;
    struct fault f;

    if (!has_terminal()) {
        tell("the console needs a terminal; without one: modhunt hunt -c %s", path);
        return STATUS_FAILED;
    }
    s = store_open(path, STORE_WRITE, &f);
    return s ? console(path, s, false, &(struct ingest_options){ 0 }, NULL) : tell_fault(&f);
}

static int open_evidence(const struct ingest_options *how, struct bundle_words *words)
{
    char path[CASE_PATH_MAX];
    bool elsewhere, made;
    struct store *s;
    struct fault f;
    int status;

    if (!feed_check(how->paths, how->path_count, &f)
        || !case_file_for(path, how->paths, how->path_count, &elsewhere, &f))
        return tell_fault(&f);
    tell("the case is %s%s", path,
        elsewhere ? " (this folder is evidence itself, or can't be written)" : "");
    if (!has_terminal()) {
        status = intake_run(path, how, words);
        if (status <= STATUS_DAMAGED)
            tell("to see the hits: modhunt hunt -c %s", path);
        return status;
    }
    s = intake_open(path, &made, &f);
    return s ? console(path, s, made, how, &words->passwords) : tell_fault(&f);
}

/* Named as a case is, and a file: meant as one. */
static bool is_named_like_a_case(const char *path)
{
    static const char ending[] = ".modhunt";
    size_t len = strlen(path);
    struct stat st;

    return len >= sizeof ending && strcmp(path + len - (sizeof ending - 1), ending) == 0
        && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int refuse_missing(const char *word)
{
    struct fault f;

    fault(&f, FAULT_SYSTEM, "%s: there is no such file or folder", word);
    return tell_fault(&f);
}

static int console_run(const struct command *c, const struct options *o)
{
    struct ingest_options how = { .paths = o->words, .path_count = o->word_count };
    struct bundle_words bundles;
    struct fault f;
    int status;

    (void)c;
    if (o->word_count == 0)
        return tell_usage(NULL, "no evidence and no case is named");
    for (size_t i = 0; i < o->word_count; i++) {
        enum case_kind kind = case_file_kind(o->words[i]);
        int why = errno;

        if (strcmp(o->words[i], WALK_STANDARD_INPUT) == 0)
            continue;
        if (kind == CASE_OURS && options_given(o, "follow"))
            return tell_usage(NULL, "%s is a case; to follow files into it: modhunt ingest -c %s "
                             "--follow FILE...", o->words[i], o->words[i]);
        if (kind == CASE_OURS && o->word_count == 1)
            return open_case(o->words[i]);
        if (kind == CASE_OURS)
            return tell_usage(NULL, "%s is a case; to add evidence to it: modhunt ingest -c %s "
                             "EVIDENCE...", o->words[i], o->words[i]);
        if (kind == CASE_MISSING)
            return refuse_missing(o->words[i]);
        if (kind == CASE_UNREADABLE && is_named_like_a_case(o->words[i])) {
            errno = why;
            fault_errno(&f, "%s can't be read", o->words[i]);
            return tell_fault(&f);
        }
        if (kind == CASE_FOREIGN_DB || is_named_like_a_case(o->words[i])) {
            tell("%s is not a case of modhunt%s", o->words[i],
                kind == CASE_FOREIGN_DB ? ", but another SQLite database" : "");
            return STATUS_FAILED;
        }
    }
    if (!host_words_read(&how, o, &f))
        return tell_usage(NULL, "%s", f.text);
    if (!bundle_words_read(&bundles, o, o->words, o->word_count, &f)) {
        host_words_clear(&how);
        return tell_fault(&f);
    }
    how.bundles = bundles.options;
    how.record_max = bundles.record_max;
    how.follow = options_given(o, "follow");
    status = open_evidence(&how, &bundles);
    bundle_words_clear(&bundles);
    host_words_clear(&how);
    return status;
}

static const struct option_fact console_options[] = { OPTION_FOLLOW, HOST_OPTIONS,
                                                      BUNDLE_OPTIONS, OPTIONS_END };

const struct command console_command = {
    .name = "",
    .words = "the console",
    .synopsis = "  modhunt EVIDENCE...   make a case and open the console while it loads\n"
                "  modhunt --follow FILE...  the same of files that grow: hits appear live\n"
                "  modhunt CASE          open the console on a case\n",
    .text = "EVIDENCE is files, folders and archives; what a file is, is told by its content.\n"
            "The case is named after the first of them and lies in this folder, or, where that\n"
            "is evidence itself or can't be written, in ${XDG_DATA_HOME:-~/.local/share}/modhunt.\n",
    .options = console_options,
    .run = console_run,
};
