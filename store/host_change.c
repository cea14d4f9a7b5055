/* The analyst's orders about hosts: rename, merge, undo, redo; and their lists.
 *
 * Each is one commit with its line in the history.  A rename changes what is
 * shown and nothing else: whose records are whose stays. */
#include "store/history.h"
#include "store/ranking.h"
#include "store/writing.h"

#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOWN_MAX HOST_SHOWN_MAX

struct one {
    int64_t id;
    char shown[SHOWN_MAX]; /* with its ~ */
};

/* ---- names ---- */

static bool shown(struct store *s, int64_t id, struct one *h, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_SHOWN, f);
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, id);
    if (!stmt_step(s, st, &row, f))
        return false;
    h->id = row ? id : 0;
    if (row)
        snprintf(h->shown, sizeof h->shown, "%s", (const char *)sqlite3_column_text(st, 0));
    stmt_done(st);
    return true;
}

static bool by_number(struct store *s, const char *name, struct one *h, struct fault *f)
{
    uint64_t id;

    if (!span_number(span_text(name + 1), &id) || id > INT64_MAX)
        return fault(f, FAULT_USAGE, "`%s` is no number of a host: `modhunt host -c CASE` lists them",
                     name);
    if (!shown(s, (int64_t)id, h, f))
        return false;
    return h->id || fault(f, FAULT_USAGE, "there is no host %s: `modhunt host -c CASE` lists them",
                          name);
}

/* Exactly one host is called so; several are told by their numbers. */
static bool by_name(struct store *s, const char *name, struct one *h, struct fault *f)
{
    bool assumed = *name == '~', row = true, full = false;
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_NAMED, f);
    struct span key = arena_copy(&s->writing->scratch, span_text(name + assumed), &full);
    char numbers[128] = "";
    int64_t found = 0;
    size_t count = 0, len = 0;

    if (!st)
        return false;
    text_fold((uint8_t *)(uintptr_t)key.at, key);
    stmt_text(st, 1, key);
    while (row) {
        if (!stmt_step(s, st, &row, f))
            return false;
        if (!row || (assumed && !sqlite3_column_int(st, 1)))
            continue;
        found = sqlite3_column_int64(st, 0);
        count++;
        if (len < sizeof numbers - 24)
            len += (size_t)snprintf(numbers + len, sizeof numbers - len, " #%lld",
                                    (long long)found);
    }
    stmt_done(st);
    if (count == 0)
        return fault(f, FAULT_USAGE, "there is no host %s in this case: `modhunt host -c CASE` lists "
                     "them", name);
    if (count > 1)
        return fault(f, FAULT_USAGE, "%zu hosts are called %s: name one by its number,%s", count,
                     name, numbers);
    return shown(s, found, h, f);
}

static bool find(struct store *s, const char *name, struct one *h, struct fault *f)
{
    if (!*name || !text_is_utf8(span_text(name)))
        return fault(f, FAULT_USAGE, "a host's name is text, and not empty");
    return *name == '#' ? by_number(s, name, h, f) : by_name(s, name, h, f);
}

bool host_named(struct store *s, const char *name, int64_t *id, char shown[static HOST_SHOWN_MAX],
                struct fault *f)
{
    struct one h = { 0 };

    if (!find(s, name, &h, f))
        return false;
    *id = h.id;
    memcpy(shown, h.shown, HOST_SHOWN_MAX);
    return true;
}

/* ---- the four ---- */

/* What stands in the history of a change, copied. */
struct change {
    char action[16], was[SHOWN_MAX], now[SHOWN_MAX];
    int64_t host, other;
};

static bool change_read(struct store *s, int64_t id, struct change *c, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_CHANGE, f);
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, id);
    if (!stmt_step(s, st, &row, f))
        return false;
    *c = (struct change){ 0 };
    if (row) {
        snprintf(c->action, sizeof c->action, "%s", (const char *)sqlite3_column_text(st, 0));
        c->host = sqlite3_column_int64(st, 1);
        c->other = sqlite3_column_int64(st, 2);
        snprintf(c->was, sizeof c->was, "%s", (const char *)sqlite3_column_text(st, 3));
        snprintf(c->now, sizeof c->now, "%s", (const char *)sqlite3_column_text(st, 4));
    }
    stmt_done(st);
    return row || fault(f, FAULT_CASE, "%s: change %lld of hosts is not there", s->path,
                        (long long)id);
}

static bool rename_host(struct store *s, const struct host_change *c, struct host_line *l,
                        struct one *h, struct one *to, struct fault *f)
{
    struct fault none;

    if (!find(s, c->host, h, f))
        return false;
    if (by_name(s, c->to, to, &none) && to->id != h->id)
        return fault(f, FAULT_USAGE, "there is a host %s already: `modhunt host merge` makes one of "
                     "the two", to->shown);
    if (none.kind != FAULT_NONE && none.kind != FAULT_USAGE)
        return fault(f, none.kind, "%s", none.text);
    l->action = SPAN("rename");
    l->host = h->id;
    l->was = span_text(h->shown);
    if (!host_show(s, h->id, span_text(c->to), f) || !shown(s, h->id, to, f))
        return false;
    l->now = span_text(to->shown);
    return true;
}

static bool merge(struct store *s, const struct host_change *c, struct host_line *l,
                  struct one *h, struct one *to, struct fault *f)
{
    if (!find(s, c->host, h, f) || !find(s, c->to, to, f))
        return false;
    if (h->id == to->id)
        return fault(f, FAULT_USAGE, "%s and %s are one host already", c->host, c->to);
    l->action = SPAN("merge");
    l->host = h->id;
    l->other = to->id;
    l->was = span_text(h->shown);
    l->now = span_text(to->shown);
    return true;
}

/* Has evidence of the merged host come in since? */
static bool nothing_came(struct store *s, const struct change *c, struct fault *f)
{
    char sql[128];
    int64_t came;

    snprintf(sql, sizeof sql, "SELECT came_since FROM host WHERE id = %lld", (long long)c->host);
    if (!connection_number(s, sql, &came, f))
        return false;
    return !came || fault(f, FAULT_USAGE, "evidence of %s has come in since it was merged into %s, "
                          "and can't be told from it any more: to have two hosts again, load the "
                          "evidence into a new case", c->was, c->now);
}

/* The name that an earlier rename, not undone, has given; none: its own. */
static bool name_before(struct store *s, int64_t change, int64_t host, struct span *given,
                        struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_GIVEN_BEFORE, f);
    bool row, full = false;

    if (!st)
        return false;
    stmt_number(st, 1, host);
    stmt_number(st, 2, change);
    if (!stmt_step(s, st, &row, f))
        return false;
    *given = row ? arena_copy(&s->writing->scratch, stmt_span(st, 0), &full) : SPAN_NONE;
    stmt_done(st);
    if (given->len && given->at[0] == '~')
        *given = span_of(given->at + 1, given->len - 1);
    return true;
}

static bool take_back(struct store *s, int64_t id, const struct change *c, struct fault *f)
{
    struct span given;

    if (strcmp(c->action, "merge") == 0)
        return nothing_came(s, c, f) && merge_undo(s, id, c->host, c->other, f);
    return name_before(s, id, c->host, &given, f) && host_show(s, c->host, given, f);
}

static bool do_again(struct store *s, int64_t id, const struct change *c, struct fault *f)
{
    if (strcmp(c->action, "merge") == 0)
        return merge_hosts(s, id, c->host, c->other, f);
    return host_show(s, c->host, span_text(c->now[0] == '~' ? c->now + 1 : c->now), f);
}

static bool undo_redo(struct store *s, bool redo, struct host_line *l, struct change *c,
                      struct fault *f)
{
    if (!host_history_next(s, redo, &l->change, f))
        return false;
    if (!l->change)
        return fault(f, FAULT_USAGE, "there is nothing to %s", redo ? "do again" : "undo");
    if (!change_read(s, l->change, c, f)
        || !(redo ? do_again(s, l->change, c, f) : take_back(s, l->change, c, f)))
        return false;
    l->action = redo ? SPAN("redo") : SPAN("undo");
    l->host = c->host;
    l->other = c->other;
    l->was = span_text(redo ? c->was : c->now);
    l->now = span_text(redo ? c->now : c->was);
    return true;
}

static struct span clean(struct store *s, const char *text)
{
    bool altered = false, full = false;
    struct span t = text_clean(&s->writing->scratch, span_text(text ? text : ""), &altered, &full);

    return t.at ? t : SPAN_EMPTY;
}

static bool carry_out(struct store *s, const struct host_change *c,
                      char text[static HOST_CHANGE_TEXT], struct fault *f)
{
    struct host_line l = { .author = clean(s, c->author), .reason = clean(s, c->reason) };
    struct one h = { 0 }, to = { 0 };
    struct change before;

    switch (c->kind) {
    case HOST_RENAME:
        if (!rename_host(s, c, &l, &h, &to, f))
            return false;
        snprintf(text, HOST_CHANGE_TEXT, "%s is now shown as %s", h.shown, to.shown);
        return host_history_add(s, &l, f);
    case HOST_MERGE:
        if (!merge(s, c, &l, &h, &to, f))
            return false;
        snprintf(text, HOST_CHANGE_TEXT, "%s is now part of %s", h.shown, to.shown);
        /* The line first: its number is what the rows are kept under. */
        return host_history_add(s, &l, f) && merge_hosts(s, l.id, h.id, to.id, f);
    case HOST_UNDO:
    case HOST_REDO:
        if (!undo_redo(s, c->kind == HOST_REDO, &l, &before, f))
            return false;
        snprintf(text, HOST_CHANGE_TEXT, "%s: the %s of %s %s %s", c->kind == HOST_UNDO ? "undone" : "done again",
                 before.action, before.was, strcmp(before.action, "merge") == 0 ? "into" : "to",
                 before.now);
        return host_history_add(s, &l, f);
    }
    return false;
}

bool store_host(struct store *s, const struct host_change *c,
                char text[static HOST_CHANGE_TEXT], struct fault *f)
{
    struct arena_mark mark;
    bool ok;

    text[0] = '\0';
    if (s->read_only)
        return fault(f, FAULT_CASE, "%s: %s", s->path, s->why);
    if (!store_claim(s, f) || !store_settle(s, f) || !writing_begin(s, f))
        return false;
    mark = arena_mark(&s->writing->scratch);
    /* What was imported of one of them is said of both now, or no more; outside of what
     * a merge records, whose undo would stumble over it. */
    ok = carry_out(s, c, text, f)
      && (c->kind == HOST_RENAME || facts_apply(s, 0, &(struct fact_effect){ 0 }, f));
    arena_rewind(&s->writing->scratch, mark);
    if (ok && ranking_settle(s, f))
        return store_commit(s, f);
    writing_rollback(s);
    return false;
}

/* ---- lists ---- */

#define SHOWN_OF(h) "CASE WHEN " h ".given IS NULL AND " h ".origin IN ('record', 'unknown') THEN " \
                    h ".name ELSE '~' || " h ".name END"

bool store_host_list(struct store *s, bool (*each)(void *ctx, const struct page *rows), void *ctx,
                     struct fault *f)
{
    return store_sql(s, "SELECT h.id, " SHOWN_OF("h") " AS host, CASE WHEN h.given IS NULL THEN"
        " h.origin ELSE 'given' END AS origin, h.platform, coalesce(t.loads, 0) AS loads,"
        " coalesce(t.hits, 0) AS hits, coalesce(t.first_time, r.first_time) AS first_time,"
        " coalesce(t.last_time, r.last_time) AS last_time, (SELECT group_concat(n, ', ') FROM"
        " (SELECT " SHOWN_OF("m") " AS n FROM host m WHERE m.merged_into = h.id ORDER BY m.name,"
        " m.id)) AS merged FROM host h LEFT JOIN (SELECT host, sum(loads) AS loads, sum(CASE WHEN"
        " hit = 1 AND allowed_by IS NULL THEN loads END) AS hits, min(first_time) AS first_time,"
        " max(last_time) AS last_time FROM sighting GROUP BY host) t ON t.host = h.id LEFT JOIN"
        " (SELECT host, min(first_time) AS first_time, max(last_time) AS last_time"
        " FROM record_range GROUP BY host) r ON r.host = h.id WHERE h.merged_into IS NULL"
        " ORDER BY h.folded, h.id", each, ctx, f);
}

bool store_host_log(struct store *s, bool (*each)(void *ctx, const struct page *rows), void *ctx,
                    struct fault *f)
{
    return store_sql(s, "SELECT time, author, action, was, now, reason FROM host_history"
                        " ORDER BY id", each, ctx, f);
}
