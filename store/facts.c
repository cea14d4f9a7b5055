/* Imports of facts: taken in, removed, restored, listed.
 *
 * An import is one transaction with its line in the history, and what it settles
 * is settled in it.  A removed one stays in the case with all that it says. */
#include "store/history.h"
#include "store/ranking.h"
#include "store/writing.h"

#include "core/fact.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>

#define FACTS_MAX 8000000 /* of one import */
#define REASON_BYTES_MAX 4096

static struct span clean(struct store *s, struct span text)
{
    bool altered = false, full = false;
    struct span t = text_clean(&s->writing->scratch, text, &altered, &full);

    return t.at ? t : SPAN_EMPTY;
}

static bool reason_fits(const char *reason, struct fault *f)
{
    return !reason || strlen(reason) <= REASON_BYTES_MAX
        || fault(f, FAULT_LIMIT, "a reason may be %d bytes long", REASON_BYTES_MAX);
}

/* The number of one row; 0 where there is none. */
static bool ask(struct store *s, sqlite3_stmt *st, int64_t *a, int64_t *b, struct fault *f)
{
    bool row;

    if (!stmt_step(s, st, &row, f))
        return false;
    *a = row ? sqlite3_column_int64(st, 0) : 0;
    if (b)
        *b = row ? sqlite3_column_int64(st, 1) : 0;
    stmt_done(st);
    return true;
}

/* ---- whose they are ---- */

static const char *platform_words(enum platform p)
{
    return p == PLATFORM_MACOS ? "macOS" : p == PLATFORM_LINUX ? "Linux" : "Linux or macOS";
}

static bool only_host(struct store *s, enum platform p, int64_t *host, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_HOST_ONE, f);
    int64_t count;

    if (!st)
        return false;
    stmt_text(st, 1, span_text(platform_name(p)));
    if (!ask(s, st, &count, host, f))
        return false;
    if (count == 0)
        return fault(f, FAULT_USAGE, "no host of %s is in this case: load its evidence first",
                     platform_words(p));
    return count == 1 || fault(f, FAULT_USAGE, "%lld hosts of %s are in this case: --host HOST says "
                               "whose facts these are (`modhunt host -c CASE` lists them)",
                               (long long)count, platform_words(p));
}

static bool platform_of(struct store *s, int64_t host, const char *shown, enum platform wanted,
                        enum platform *p, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_HOST_PLATFORM, f);
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, host);
    if (!stmt_step(s, st, &row, f))
        return false;
    *p = row ? platform_named(stmt_span(st, 0)) : PLATFORM_UNKNOWN;
    stmt_done(st);
    if (*p == PLATFORM_WINDOWS)
        return fault(f, FAULT_USAGE, "%s is a host of Windows, where the records say what is signed: "
                     "facts are for Linux and macOS", shown);
    if (*p == PLATFORM_UNKNOWN)
        *p = wanted;
    return wanted == PLATFORM_UNKNOWN || wanted == *p
        || fault(f, FAULT_USAGE, "these are facts of %s, and %s is a host of %s",
                 platform_words(wanted), shown, platform_words(*p));
}

static bool find_host(struct store *s, const struct fact_import *i, struct fault *f)
{
    char shown[HOST_SHOWN_MAX] = "it";
    int64_t *host = &s->writing->import.host;

    if (i->every_host)
        return true;
    return (i->host ? host_named(s, i->host, host, shown, f) : only_host(s, i->platform, host, f))
        && platform_of(s, *host, shown, i->platform, &s->writing->import.platform, f);
}

/* ---- an import ---- */

static bool import_new(struct store *s, const struct fact_import *i, struct fault *f)
{
    struct writing *w = s->writing;
    sqlite3_stmt *st;

    w->import.id = w->import.host = w->import.file = 0;
    w->import.platform = PLATFORM_UNKNOWN;
    w->import.facts = 0;
    if (!reason_fits(i->reason, f) || !find_host(s, i, f)
        || !(st = stmt_get(s, STMT_FACT_IMPORT_NEW, f)))
        return false;
    stmt_number(st, 1, moment_now());
    stmt_text(st, 2, clean(s, span_text(i->author)));
    stmt_text(st, 3, clean(s, span_text(i->reason ? i->reason : "")));
    stmt_row(st, 4, w->import.host);
    stmt_text(st, 5, span_text(platform_name(w->import.platform)));
    stmt_number(st, 6, i->complete);
    if (!stmt_run(s, st, f))
        return false;
    w->import.id = sqlite3_last_insert_rowid(s->db);
    return true;
}

/* A transaction, with the case settled and no other ingest in it. */
static bool begin(struct store *s, struct fault *f)
{
    if (s->read_only)
        return fault(f, FAULT_CASE, "%s: %s", s->path, s->why);
    return store_claim(s, f) && store_settle(s, f) && writing_begin(s, f);
}

bool store_facts_begin(struct store *s, const struct fact_import *i, struct fault *f)
{
    if (!begin(s, f))
        return false;
    if (import_new(s, i, f))
        return true;
    writing_rollback(s);
    return false;
}

void store_facts_cancel(struct store *s)
{
    if (s->writing)
        writing_rollback(s);
}

static bool not_yet(struct store *s, const struct fact_file *w, struct span sha256,
                    struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_FILE_SAME, f);
    int64_t same;
    char sql[96];
    int64_t complete;

    snprintf(sql, sizeof sql, "SELECT complete FROM fact_import WHERE id = %" PRId64,
             s->writing->import.id);
    if (!st || !connection_number(s, sql, &complete, f))
        return false;
    stmt_text(st, 1, sha256);
    stmt_row(st, 2, s->writing->import.host);
    stmt_number(st, 3, complete);
    if (!ask(s, st, &same, NULL, f))
        return false;
    return !same || fault(f, FAULT_USAGE, "%.*s: its bytes are imported already, as import %lld",
                          (int)w->path.len, (const char *)w->path.at, (long long)same);
}

bool store_facts_file(struct store *s, const struct fact_file *w, struct fault *f)
{
    struct arena_mark mark = arena_mark(&s->writing->scratch);
    char text[SHA256_TEXT];
    sqlite3_stmt *st;
    bool ok = false;

    hex_text(text, span_of(w->sha256, SHA256_BYTES));
    if (!not_yet(s, w, span_text(text), f) || !(st = stmt_get(s, STMT_FACT_FILE_NEW, f)))
        goto out;
    stmt_number(st, 1, s->writing->import.id);
    stmt_text(st, 2, clean(s, w->path));
    stmt_text(st, 3, span_text(text));
    stmt_number(st, 4, (int64_t)w->size);
    ok = stmt_run(s, st, f);
    s->writing->import.file = sqlite3_last_insert_rowid(s->db);
out:
    arena_rewind(&s->writing->scratch, mark);
    return ok;
}

bool store_facts_add(struct store *s, const struct fact *fact, struct fault *f)
{
    struct writing *w = s->writing;
    struct arena_mark mark = arena_mark(&w->scratch);
    struct span path = fact->path;
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_NEW, f);
    bool ok;

    if (!st)
        return false;
    if (++w->import.facts > FACTS_MAX)
        return fault(f, FAULT_LIMIT, "more than %d facts in one import", FACTS_MAX);
    if (path.len) {
        uint8_t *out = arena_bytes(&w->scratch, path.len + FACT_PATH_MORE);

        if (!out)
            return fault(f, FAULT_LIMIT, "a path is too long");
        path = span_of(out, fact_path(w->import.platform, path, out));
    }
    stmt_number(st, 1, w->import.file);
    stmt_text(st, 2, span_text(fact_name(fact->says)));
    stmt_text(st, 3, path.len ? path : SPAN_NONE);
    stmt_text(st, 4, fact->hash);
    stmt_text(st, 5, fact->detail);
    ok = stmt_run(s, st, f);
    arena_rewind(&w->scratch, mark);
    return ok;
}

bool store_facts_said(struct store *s, const struct fact_file_said *said, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_FILE_SAID, f);

    if (!st)
        return false;
    stmt_number(st, 1, s->writing->import.file);
    stmt_text(st, 2, span_text(said->form));
    stmt_number(st, 3, (int64_t)said->facts);
    stmt_number(st, 4, (int64_t)said->unread);
    if (said->unread)
        stmt_number(st, 5, (int64_t)said->unread_at);
    return stmt_run(s, st, f);
}

/* `, 3 now IsUnsigned` where there are any. */
static void say_part(char text[static FACTS_TEXT], int64_t count, const char *words)
{
    size_t used = strlen(text);

    if (count)
        snprintf(text + used, FACTS_TEXT - used, "; %" PRId64 " %s", count, words);
}

static void say(const char *what, int64_t import, const struct fact_effect *e,
                char text[static FACTS_TEXT])
{
    if (!e->changed) {
        snprintf(text, FACTS_TEXT, "%s %" PRId64 ": no sighting is judged otherwise for it", what, import);
        return;
    }
    snprintf(text, FACTS_TEXT, "%s %" PRId64 ": %" PRId64 " %s", what, import, e->changed,
             e->changed == 1 ? "sighting is judged otherwise" : "sightings are judged otherwise");
    say_part(text, e->IsUnsigned, "now IsUnsigned");
    say_part(text, e->known, "now known to be signed or a package's");
    say_part(text, e->unknown, "not known any more");
    say_part(text, e->IsUNCPath, "now IsUNCPath");
}

/* The effect, the line of the history, and the commit. */
static bool end(struct store *s, int64_t import, int64_t host, struct fact_line *line,
                const char *what, char text[static FACTS_TEXT], struct fault *f)
{
    struct fact_effect effect = { 0 };

    s->writing->facts = -1;
    line->import = import;
    if (!facts_apply(s, host, &effect, f))
        return false;
    line->sightings = effect.changed;
    say(what, import, &effect, text);
    return fact_history_add(s, line, f) && ranking_settle(s, f) && store_commit(s, f);
}

static bool read_import(struct store *s, int64_t import, int64_t *host, bool *removed,
                        struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_IMPORT_READ, f);
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, import);
    if (!stmt_step(s, st, &row, f))
        return false;
    *host = row ? sqlite3_column_int64(st, 0) : 0;
    *removed = row && sqlite3_column_int64(st, 1);
    stmt_done(st);
    return row || fault(f, FAULT_USAGE, "there is no import %lld: `modhunt facts -c CASE` lists them",
                        (long long)import);
}

static bool import_line(struct store *s, struct fact_line *line, struct fault *f)
{
    char sql[128];
    sqlite3_stmt *st = NULL;
    bool full = false;

    snprintf(sql, sizeof sql, "SELECT author, reason FROM fact_import WHERE id = %" PRId64,
             s->writing->import.id);
    if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW) {
        sqlite3_finalize(st);
        return connection_fault(s->db, s->path, f, "reading");
    }
    line->action = SPAN("import");
    line->author = arena_copy(&s->writing->scratch, stmt_span(st, 0), &full);
    line->reason = arena_copy(&s->writing->scratch, stmt_span(st, 1), &full);
    sqlite3_finalize(st);
    return true;
}

bool store_facts_end(struct store *s, char text[static FACTS_TEXT], struct fault *f)
{
    struct writing *w = s->writing;
    struct fact_line line = { 0 };

    if (import_line(s, &line, f)
        && end(s, w->import.id, w->import.host, &line, "import", text, f))
        return true;
    writing_rollback(s);
    return false;
}

/* ---- back and forth ---- */

static bool set_removed(struct store *s, int64_t import, bool remove, struct fact_line *line,
                        char text[static FACTS_TEXT], struct fault *f)
{
    int64_t host;
    sqlite3_stmt *st;
    bool removed;

    if (!read_import(s, import, &host, &removed, f))
        return false;
    if (removed == remove)
        return fault(f, FAULT_USAGE, "import %lld %s already", (long long)import,
                     remove ? "is removed" : "counts");
    if (!(st = stmt_get(s, STMT_FACT_IMPORT_SET, f)))
        return false;
    stmt_number(st, 1, import);
    stmt_time(st, 2, remove ? moment_now() : MOMENT_NONE);
    /* Since a merge it may speak of another host as well: all are asked. */
    return stmt_run(s, st, f) && end(s, import, 0, line, remove ? "removed: import" : "restored: import",
                                     text, f);
}

bool store_facts_remove(struct store *s, int64_t import, bool remove, const char *author,
                        const char *reason, char text[static FACTS_TEXT], struct fault *f)
{
    struct fact_line line = { .action = remove ? SPAN("remove") : SPAN("restore") };
    struct arena_mark mark;
    bool ok;

    text[0] = '\0';
    if (!reason_fits(reason, f) || !begin(s, f))
        return false;
    mark = arena_mark(&s->writing->scratch);
    line.author = clean(s, span_text(author));
    line.reason = clean(s, span_text(reason ? reason : ""));
    ok = set_removed(s, import, remove, &line, text, f);
    arena_rewind(&s->writing->scratch, mark);
    if (!ok)
        writing_rollback(s);
    return ok;
}

/* ---- lists ---- */

bool store_fact_list(struct store *s, bool (*each)(void *ctx, const struct page *rows), void *ctx,
                     struct fault *f)
{
    return store_sql(s, "SELECT i.id AS import, CASE WHEN i.removed IS NOT NULL THEN 'removed'"
        " WHEN i.complete THEN 'complete' ELSE 'counts' END AS state,"
        " CASE WHEN i.host IS NULL THEN 'every host' WHEN h.given IS NULL AND h.origin IN ('record',"
        " 'unknown') THEN h.name ELSE '~' || h.name END AS host, w.form, w.facts, w.unread, w.path,"
        " w.sha256, i.time, i.author, i.reason FROM fact_import i LEFT JOIN fact_file w"
        " ON w.import = i.id LEFT JOIN host h ON h.id = (SELECT coalesce(o.merged_into, o.id)"
        " FROM host o WHERE o.id = i.host) ORDER BY i.id, w.id", each, ctx, f);
}

bool store_fact_log(struct store *s, bool (*each)(void *ctx, const struct page *rows), void *ctx,
                    struct fault *f)
{
    return store_sql(s, "SELECT time, author, action, import, sightings, reason FROM fact_history"
                        " ORDER BY id", each, ctx, f);
}
