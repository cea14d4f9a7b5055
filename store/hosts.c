/* Hosts: by what records call them, by their collection where they call them
 * nothing, and by the analyst's orders.
 *
 * The surprise: of two spellings of one host the smaller one (by bytes) stays,
 * and a collection's better known name may come after its records, so that the
 * case does not depend on which file came first. */
#include "store/writing.h"

#include "core/text.h"

static bool is_smaller(struct span a, struct span b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    int order = least ? memcmp(a.at, b.at, least) : 0;

    return order < 0 || (order == 0 && a.len < b.len);
}

/* In the scratch arena. */
static bool folded(struct store *s, struct span name, struct span *out, struct fault *f)
{
    uint8_t *at = arena_bytes(&s->writing->scratch, name.len + 1);

    if (!at)
        return fault(f, FAULT_LIMIT, "a host's name is too long");
    text_fold(at, name);
    *out = span_of(at, name.len);
    return true;
}

/* Who a Computer speaks of. */
struct said {
    struct span name, key; /* SPAN_NONE where its records name none */
    struct span collection;
    bool given;            /* --host, not the records */
    const char *platform;
};

static bool read_computer(struct store *s, struct span Computer, struct said *h, struct fault *f)
{
    bool marked = Computer.len > UNNAMED_HEAD && Computer.at[0] == UNNAMED_MARK;
    struct span rest = marked ? span_of(Computer.at + UNNAMED_HEAD, Computer.len - UNNAMED_HEAD)
                              : Computer;

    h->given = marked && Computer.at[1] == UNNAMED_GIVEN;
    h->collection = marked && !h->given ? rest : SPAN_NONE;
    h->name = h->collection.at ? SPAN_NONE : rest.at ? rest : SPAN_EMPTY;
    h->key = SPAN_NONE;
    return h->collection.at || folded(s, h->name, &h->key, f);
}

static const char *origin_of_trust(int64_t trust)
{
    return trust > HOST_OF_FOLDER ? "collection" : "folder";
}

/* ---- rows ---- */

static bool host_new(struct store *s, const struct said *h, int64_t *id, struct fault *f)
{
    struct span name = h->name, key = h->key;
    const char *origin = h->given ? "given" : h->name.len ? "record" : "unknown";
    sqlite3_stmt *st;
    bool row, full = false;

    if (h->collection.at) {
        if (!(st = stmt_get(s, STMT_COLLECTION_FIND, f)))
            return false;
        stmt_blob(st, 1, h->collection);
        if (!stmt_step(s, st, &row, f))
            return false;
        name = row ? arena_copy(&s->writing->scratch, stmt_span(st, 0), &full) : SPAN_EMPTY;
        origin = row ? origin_of_trust(sqlite3_column_int64(st, 1)) : "unknown";
        stmt_done(st);
        if (!folded(s, name, &key, f))
            return false;
    }
    if (!(st = stmt_get(s, STMT_HOST_NEW, f)))
        return false;
    stmt_text(st, 1, name);
    stmt_text(st, 2, key);
    stmt_text(st, 3, span_text(origin));
    stmt_text(st, 4, span_text(h->platform));
    stmt_text(st, 5, h->name);
    stmt_text(st, 6, h->key);
    stmt_blob(st, 7, h->collection);
    if (!stmt_run(s, st, f))
        return false;
    *id = sqlite3_last_insert_rowid(s->db);
    return true;
}

static bool run_on(struct store *s, enum stmt name, int64_t id, const char *text,
                   struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, name, f);

    if (!st)
        return false;
    stmt_number(st, 1, id);
    if (text)
        stmt_text(st, 2, span_text(text));
    return stmt_run(s, st, f);
}

/* A smaller spelling, or records that call it what --host did. */
static bool host_said(struct store *s, int64_t id, const struct said *h, struct span had,
                      bool was_given, struct fault *f)
{
    bool smaller = h->name.at && is_smaller(h->name, had);
    sqlite3_stmt *st;

    if (!smaller && (!was_given || h->given))
        return true;
    if (!(st = stmt_get(s, STMT_HOST_SAID, f)))
        return false;
    stmt_number(st, 1, id);
    stmt_text(st, 2, smaller ? h->name : had);
    stmt_text(st, 3, span_text(!h->name.len ? "unknown" : was_given && h->given ? "given"
                                                                                 : "record"));
    return stmt_run(s, st, f);
}

static bool shown_anew(struct store *s, int64_t id, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_NAMES, f);
    struct span given;
    bool row, full = false;

    if (!st)
        return false;
    stmt_number(st, 1, id);
    if (!stmt_step(s, st, &row, f))
        return false;
    given = row ? arena_copy(&s->writing->scratch, stmt_span(st, 1), &full) : SPAN_NONE;
    stmt_done(st);
    return host_show(s, id, given, f);
}

/* What a record adds to a host that is there. */
static bool host_mend(struct store *s, sqlite3_stmt *find, const struct said *h, int64_t *id,
                      struct fault *f)
{
    bool full = false, unknown = stmt_span(find, 1).len == 0;
    bool was_given = span_is(stmt_span(find, 2), "given");
    int64_t own = sqlite3_column_int64(find, 0), into = sqlite3_column_int64(find, 3);
    bool came = sqlite3_column_int(find, 4) != 0;
    struct span had = arena_copy(&s->writing->scratch, stmt_span(find, 5), &full);

    stmt_done(find);
    *id = into ? into : own;
    if (unknown && *h->platform && !run_on(s, STMT_HOST_PLATFORM, own, h->platform, f))
        return false;
    if (into && !came && !run_on(s, STMT_HOST_CAME, own, NULL, f))
        return false;
    if (!h->name.at || (!is_smaller(h->name, had) && (!was_given || h->given)))
        return true;
    return host_said(s, own, h, had, was_given, f) && shown_anew(s, own, f);
}

static bool host_row(struct store *s, struct span Computer, enum platform p, int64_t *id,
                     struct fault *f)
{
    struct said h = { .platform = platform_name(p) };
    struct span key[2] = { Computer, span_text(h.platform) };
    struct hash128 hash = cache_key(CACHE_HOST, key, 2);
    sqlite3_stmt *st;
    bool row;

    if ((*id = cache_find(&s->writing->cache, hash)))
        return true;
    if (!read_computer(s, Computer, &h, f)
        || !(st = stmt_get(s, h.key.at ? STMT_HOST_FIND : STMT_HOST_FIND_UNNAMED, f)))
        return false;
    if (h.key.at)
        stmt_text(st, 1, h.key);
    else
        stmt_blob(st, 1, h.collection);
    if (!stmt_step(s, st, &row, f))
        return false;
    if (!row)
        stmt_done(st);
    if (row ? !host_mend(s, st, &h, id, f) : !host_new(s, &h, id, f))
        return false;
    cache_put(&s->writing->cache, hash, *id);
    return true;
}

bool intern_host(struct store *s, struct span Computer, enum platform p, int64_t *id,
                 struct fault *f)
{
    struct memo *m = &s->writing->host_memo;
    uint8_t platform = (uint8_t)p;
    struct arena_mark mark;
    bool ok;

    if ((*id = memo_find(m, Computer, span_of(&platform, 1))))
        return true;
    mark = arena_mark(&s->writing->scratch);
    ok = host_row(s, Computer, p, id, f);
    arena_rewind(&s->writing->scratch, mark);
    if (ok)
        memo_put(m, Computer, span_of(&platform, 1), *id);
    return ok;
}

/* ---- names ---- */

bool host_show(struct store *s, int64_t id, struct span given, struct fault *f)
{
    struct arena *scratch = &s->writing->scratch;
    struct arena_mark mark = arena_mark(scratch);
    struct span name = given, fold;
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_NAMES, f);
    const char *origin = NULL;
    bool row, full = false, ok = false;

    if (!st)
        return false;
    stmt_number(st, 1, id);
    if (!stmt_step(s, st, &row, f))
        return false;
    if (row && stmt_span(st, 3).at)
        origin = origin_of_trust(sqlite3_column_int64(st, 4));
    if (!given.at && row)
        name = arena_copy(scratch, stmt_span(st, stmt_span(st, 2).at ? 2 : 3), &full);
    stmt_done(st);
    if (!name.at)
        name = SPAN_EMPTY;
    if (folded(s, name, &fold, f) && (st = stmt_get(s, STMT_HOST_SHOW, f))) {
        stmt_number(st, 1, id);
        stmt_text(st, 2, name);
        stmt_text(st, 3, fold);
        stmt_text(st, 4, given);
        stmt_text(st, 5, span_text(origin));
        ok = stmt_run(s, st, f);
    }
    arena_rewind(scratch, mark);
    return ok;
}

/* ---- collections ---- */

/* Is what is known of it better than what the source says? */
static bool is_known_better(struct store *s, struct span key, const struct source_opens *o,
                            bool *better, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_COLLECTION_FIND, f);
    bool row;

    if (!st)
        return false;
    stmt_blob(st, 1, key);
    if (!stmt_step(s, st, &row, f))
        return false;
    *better = row && (sqlite3_column_int64(st, 1) > o->trust
                      || (sqlite3_column_int64(st, 1) == o->trust
                          && !is_smaller(o->host, stmt_span(st, 0))));
    stmt_done(st);
    return true;
}

static bool collection_put(struct store *s, struct span key, const struct source_opens *o,
                           struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_COLLECTION_PUT, f);
    int64_t host;
    bool row;

    if (!st)
        return false;
    stmt_blob(st, 1, key);
    stmt_text(st, 2, o->host.at ? o->host : SPAN_EMPTY);
    stmt_number(st, 3, o->trust);
    if (!stmt_run(s, st, f) || !(st = stmt_get(s, STMT_HOST_FIND_UNNAMED, f)))
        return false;
    stmt_blob(st, 1, key);
    if (!stmt_step(s, st, &row, f))
        return false;
    host = row ? sqlite3_column_int64(st, 0) : 0;
    stmt_done(st);
    return !host || shown_anew(s, host, f);
}

bool host_of_collection(struct store *s, const struct source_opens *o, struct fault *f)
{
    struct arena_mark mark = arena_mark(&s->writing->scratch);
    struct span key;
    bool better, ok;

    if (o->unnamed.len <= UNNAMED_HEAD || o->unnamed.at[1] != UNNAMED_COLLECTION)
        return true;
    key = span_of(o->unnamed.at + UNNAMED_HEAD, o->unnamed.len - UNNAMED_HEAD);
    ok = is_known_better(s, key, o, &better, f) && (better || collection_put(s, key, o, f));
    arena_rewind(&s->writing->scratch, mark);
    return ok;
}
