/* The analyst's orders: allow a module by hash or by path, undo, redo.
 *
 * An entry hides sightings (allowed_by) and deletes nothing.  Each order is one
 * commit: the entry, what it hides, and its line in the history.  The surprise:
 * a sighting names the first enabled entry that matches, so that an undo hands
 * it over to the next. */
#include "store/history.h"
#include "store/writing.h"

#include "core/text.h"

#include <stdio.h>

#define REASON_BYTES_MAX 4096

bool allow_match(struct store *s, const struct load *l, int64_t *entry, struct fault *f)
{
    struct writing *w = s->writing;
    sqlite3_stmt *st;
    bool row;

    *entry = 0;
    if (w->allow_entries < 0) {
        if (!(st = stmt_get(s, STMT_ALLOW_COUNT, f)) || !stmt_step(s, st, &row, f))
            return false;
        w->allow_entries = row ? sqlite3_column_int64(st, 0) : 0;
        stmt_done(st);
    }
    if (!w->allow_entries)
        return true;
    if (!(st = stmt_get(s, STMT_ALLOW_MATCH, f)))
        return false;
    stmt_text(st, 1, l->sha256);
    stmt_text(st, 2, l->sha1);
    stmt_text(st, 3, l->md5);
    stmt_text(st, 4, l->ImageLoaded);
    stmt_text(st, 5, span_text(platform_name(l->platform)));
    if (!stmt_step(s, st, &row, f))
        return false;
    *entry = row ? sqlite3_column_int64(st, 0) : 0;
    stmt_done(st);
    return true;
}

/* Counts of sightings, loads and hosts into the line. */
static bool count(struct store *s, enum stmt name, int64_t entry, struct change_line *line,
                  struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, name, f);
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, entry);
    if (!stmt_step(s, st, &row, f))
        return false;
    if (row) {
        line->sightings = sqlite3_column_int64(st, 0);
        line->loads = sqlite3_column_int64(st, 1);
        line->hosts = sqlite3_column_int64(st, 2);
    }
    stmt_done(st);
    return true;
}

static bool run_on(struct store *s, enum stmt name, int64_t entry, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, name, f);

    if (!st)
        return false;
    stmt_number(st, 1, entry);
    return stmt_run(s, st, f);
}

static bool enable(struct store *s, int64_t entry, bool enabled, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_ALLOW_ENABLE, f);

    if (!st)
        return false;
    stmt_number(st, 1, entry);
    stmt_number(st, 2, enabled);
    s->writing->allow_entries = -1;
    return stmt_run(s, st, f);
}

static bool hide(struct store *s, int64_t entry, struct change_line *line, struct fault *f)
{
    return count(s, STMT_ALLOW_HIDE_COUNT, entry, line, f) && run_on(s, STMT_ALLOW_HIDE, entry, f);
}

static void say(const char *what, const struct change_line *l, const char *after,
                char text[static 256])
{
    snprintf(text, 256, "%s %lld sighting%s (%lld load%s) on %lld host%s%s", what,
             (long long)l->sightings, l->sightings == 1 ? "" : "s", (long long)l->loads,
             l->loads == 1 ? "" : "s", (long long)l->hosts, l->hosts == 1 ? "" : "s", after);
}

/* ---- allow ---- */

/* What the entry will name; the texts are copies in the scratch arena. */
static bool allow_value(struct store *s, const struct order *o, struct span *value,
                        struct span *platform, struct fault *f)
{
    struct arena *scratch = &s->writing->scratch;
    sqlite3_stmt *st = stmt_get(s, STMT_ALLOW_MODULE, f);
    bool row, full = false;

    if (!st)
        return false;
    stmt_number(st, 1, o->sighting);
    if (!stmt_step(s, st, &row, f))
        return false;
    *value = SPAN_NONE;
    *platform = SPAN_EMPTY;
    if (row && o->allow == ALLOW_PATH) {
        *value = arena_copy(scratch, stmt_span(st, 3), &full);
        *platform = arena_copy(scratch, stmt_span(st, 4), &full);
    }
    for (int i = 0; row && o->allow == ALLOW_HASH && i < 3 && !value->len; i++)
        *value = arena_copy(scratch, stmt_span(st, i), &full);
    stmt_done(st);
    if (!row)
        return fault(f, FAULT_USAGE, "there is no such sighting in the case any more");
    if (value->len)
        return true;
    return o->allow == ALLOW_HASH
        ? fault(f, FAULT_USAGE, "no SHA-256, SHA-1 or MD5 of this module was logged: allow it by "
                "its path instead")
        : fault(f, FAULT_USAGE, "no path of this module was logged: it can't be allowed by path");
}

static bool not_yet(struct store *s, const char *kind, struct span value, struct span platform,
                    struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_ALLOW_SAME, f);
    int64_t same;
    bool row;

    if (!st)
        return false;
    stmt_text(st, 1, span_text(kind));
    stmt_text(st, 2, value);
    stmt_text(st, 3, platform);
    if (!stmt_step(s, st, &row, f))
        return false;
    same = row ? sqlite3_column_int64(st, 0) : 0;
    stmt_done(st);
    return !same || fault(f, FAULT_USAGE, "entry %lld allows this already", (long long)same);
}

static bool allow(struct store *s, const struct order *o, struct change_line *line,
                  struct fault *f)
{
    const char *kind = o->allow == ALLOW_HASH ? "hash" : "path";
    struct span value, platform;
    sqlite3_stmt *st;

    if (!line->reason.len)
        return fault(f, FAULT_USAGE, "an allowlist entry needs a reason");
    if (!allow_value(s, o, &value, &platform, f) || !not_yet(s, kind, value, platform, f)
        || !(st = stmt_get(s, STMT_ALLOW_NEW, f)))
        return false;
    stmt_text(st, 1, span_text(kind));
    stmt_text(st, 2, value);
    stmt_text(st, 3, platform);
    stmt_text(st, 4, line->reason);
    stmt_text(st, 5, line->author);
    stmt_number(st, 6, moment_now());
    if (!stmt_run(s, st, f))
        return false;
    line->entry = sqlite3_last_insert_rowid(s->db);
    line->action = SPAN("allow");
    s->writing->allow_entries = -1;
    return hide(s, line->entry, line, f);
}

/* ---- undo, redo ---- */

/* Only what no other entry hides comes back. */
static bool undo(struct store *s, struct change_line *line, struct fault *f)
{
    line->action = SPAN("undo");
    if (!history_next(s, false, &line->entry, f))
        return false;
    if (!line->entry)
        return fault(f, FAULT_USAGE, "there is nothing to undo");
    return enable(s, line->entry, false, f) && run_on(s, STMT_ALLOW_OTHERS, line->entry, f)
        && count(s, STMT_ALLOW_HIDE_COUNT, line->entry, line, f);
}

static bool redo(struct store *s, struct change_line *line, struct fault *f)
{
    line->action = SPAN("redo");
    if (!history_next(s, true, &line->entry, f))
        return false;
    if (!line->entry)
        return fault(f, FAULT_USAGE, "there is nothing to redo");
    return enable(s, line->entry, true, f) && hide(s, line->entry, line, f);
}

/* ---- an order ---- */

static struct span clean(struct store *s, const char *text)
{
    bool altered = false, full = false;
    struct span t = text_clean(&s->writing->scratch, span_text(text ? text : ""), &altered, &full);

    while (t.len && (t.at[0] == ' ' || t.at[0] == '\t'))
        t.at++, t.len--;
    while (t.len && (t.at[t.len - 1] == ' ' || t.at[t.len - 1] == '\t'))
        t.len--;
    return t;
}

static bool carry_out(struct store *s, const struct order *o, char text[static 256],
                      struct fault *f)
{
    struct change_line line = { .author = clean(s, o->author), .reason = clean(s, o->reason) };
    bool ok = false;

    if (line.reason.len > REASON_BYTES_MAX || line.author.len > REASON_BYTES_MAX)
        return fault(f, FAULT_LIMIT, "a reason may be %d bytes long", REASON_BYTES_MAX);
    switch (o->kind) {
    case ORDER_ALLOW:
        ok = allow(s, o, &line, f);
        say("hid", &line, "", text);
        break;
    case ORDER_UNDO:
        ok = undo(s, &line, f);
        say("undone:", &line, " shown again", text);
        break;
    case ORDER_REDO:
        ok = redo(s, &line, f);
        say("done again: hid", &line, "", text);
        break;
    }
    return ok && history_add(s, &line, f);
}

bool store_order(struct store *s, const struct order *o, char text[static 256], struct fault *f)
{
    struct arena_mark mark;
    bool ok;

    text[0] = '\0';
    if (!store_commit(s, f) || !writing_begin(s, f))
        return false;
    mark = arena_mark(&s->writing->scratch);
    ok = carry_out(s, o, text, f);
    arena_rewind(&s->writing->scratch, mark);
    if (ok)
        return store_commit(s, f);
    /* Nothing of it happened; but files being read go on. */
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->writing->open = false;
    s->writing->allow_entries = -1;
    text[0] = '\0';
    return false;
}
