/* What imported facts make of a sighting: IsUnsigned where no record says Signed,
 * and IsUNCPath on a network mount.
 *
 * A pair keeps what the evidence alone says; facts belong to hosts, so only
 * sightings know them, and any of them can be worked out anew from its pair.
 * Windows is never touched.  docs/facts.md has the order of what settles what. */
#include "store/writing.h"

#include "core/fact.h"
#include "core/text.h"

#include <stdlib.h>

#define JUDGED_PATH_MAX 8192 /* longer paths have no facts */

/* Whose module, of which host. */
struct subject {
    int64_t host;
    enum platform platform;
    struct span ImageLoaded, sha256, sha1, md5;
};

/* What was found of it. */
struct found {
    unsigned says;      /* bits of enum fact_says */
    bool bytes;         /* a package holds its hash */
    bool other_bytes;   /* a package has another one under its path */
    bool listed;        /* a package's list of hashes names its path */
    bool merged_name, other_name; /* dpkg has no owner for /usr/lib/x, for /lib/x */
    bool asked_any_name;          /* a tool that follows links has none */
    bool complete;
    bool network;
};

/* ---- looking ---- */

static bool any_facts(struct store *s, bool *any, struct fault *f)
{
    struct writing *w = s->writing;
    sqlite3_stmt *st;
    bool row;

    if (w->facts < 0) {
        if (!(st = stmt_get(s, STMT_FACTS_COUNT, f)) || !stmt_step(s, st, &row, f))
            return false;
        w->facts = row ? sqlite3_column_int64(st, 0) : 0;
        stmt_done(st);
    }
    *any = w->facts > 0;
    return true;
}

static bool find_hash(struct store *s, const struct subject *m, struct found *x, struct fault *f)
{
    sqlite3_stmt *st;

    if (!m->sha256.len && !m->sha1.len && !m->md5.len)
        return true;
    if (!(st = stmt_get(s, STMT_FACTS_OF_HASH, f)))
        return false;
    stmt_text(st, 1, m->sha256);
    stmt_number(st, 2, m->host);
    stmt_text(st, 3, m->sha1);
    stmt_text(st, 4, m->md5);
    if (!stmt_step(s, st, &x->bytes, f))
        return false;
    stmt_done(st);
    return true;
}

/* The module's hash of the kind that a list has. */
static struct span hash_like(const struct subject *m, struct span hash)
{
    return hash.len == 64 ? m->sha256 : hash.len == 40 ? m->sha1 : m->md5;
}

static void take_fact(const struct subject *m, struct found *x, struct span says, struct span hash,
                      struct span detail)
{
    enum fact_says what = fact_named(says);
    struct span own = hash_like(m, hash);

    if (what == FACT_SAYS_COUNT)
        return;
    x->says |= 1u << what;
    if (what == FACT_HASH) {
        x->listed = true;
        x->other_bytes = x->other_bytes || (own.len && !span_equal_nocase(own, hash));
    } else if (what == FACT_UNOWNED) {
        x->asked_any_name = x->asked_any_name || !detail.len;
        x->merged_name = x->merged_name || span_starts(detail, SPAN("/usr/"));
        x->other_name = x->other_name || (detail.len && !span_starts(detail, SPAN("/usr/")));
    }
}

static bool find_path(struct store *s, const struct subject *m, struct span path, struct found *x,
                      struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_FACTS_OF_PATH, f);
    bool row = true;

    if (!st)
        return false;
    stmt_text(st, 1, path);
    stmt_number(st, 2, m->host);
    while (row) {
        if (!stmt_step(s, st, &row, f))
            return false;
        if (row)
            take_fact(m, x, stmt_span(st, 0), stmt_span(st, 1), stmt_span(st, 2));
    }
    stmt_done(st);
    return true;
}

static bool find_complete(struct store *s, const struct subject *m, struct found *x,
                          struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_FACTS_COMPLETE, f);

    if (!st)
        return false;
    stmt_number(st, 2, m->host);
    if (!stmt_step(s, st, &x->complete, f))
        return false;
    stmt_done(st);
    return true;
}

/* The mount that is nearest to the path; of two of one point the later one. */
static bool find_mount(struct store *s, const struct subject *m, struct span path,
                       struct found *x, struct fault *f)
{
    bool there = false, row;

    for (size_t len = path.len; len && !there; len--) {
        if (len != 1 && path.at[len - 1] != '/')
            continue;
        sqlite3_stmt *st = stmt_get(s, STMT_FACTS_OF_PATH, f);
        if (!st)
            return false;
        stmt_text(st, 1, span_of(path.at, len > 1 ? len - 1 : 1));
        stmt_number(st, 2, m->host);
        for (row = true; row;) {
            if (!stmt_step(s, st, &row, f))
                return false;
            if (!row || fact_named(stmt_span(st, 0)) != FACT_MOUNT)
                continue;
            there = true;
            x->network = fact_is_network(stmt_span(st, 2));
        }
        stmt_done(st);
    }
    return true;
}

/* ---- judging ---- */

static bool says(const struct found *x, enum fact_says what)
{
    return x->says & 1u << what;
}

/* dpkg does not follow /lib into /usr/lib: it must have been asked for both names. */
static bool is_unowned(const struct found *x, struct span path)
{
    if (!says(x, FACT_UNOWNED) || says(x, FACT_OWNED) || says(x, FACT_SAME) || x->listed)
        return false;
    return x->asked_any_name || !fact_path_has_alias(path) || (x->merged_name && x->other_name);
}

enum settled { SETTLED_NOT, SETTLED_SIGNED, SETTLED_UNSIGNED };

static enum settled settled_as(const struct found *x, struct span path)
{
    if (x->bytes)
        return SETTLED_SIGNED;
    if (says(x, FACT_DIFFERS) || x->other_bytes || says(x, FACT_BROKEN) || says(x, FACT_UNSIGNED)
        || says(x, FACT_ADHOC))
        return SETTLED_UNSIGNED;
    if (says(x, FACT_SAME) || says(x, FACT_SIGNED))
        return SETTLED_SIGNED;
    if (is_unowned(x, path))
        return SETTLED_UNSIGNED;
    return x->listed && x->complete && !says(x, FACT_MISSING) && !says(x, FACT_CHANGED)
        ? SETTLED_SIGNED : SETTLED_NOT;
}

static bool judge(struct store *s, const struct subject *m, struct verdict *v, struct fault *f)
{
    uint8_t room[JUDGED_PATH_MAX + FACT_PATH_MORE];
    struct span path = SPAN_EMPTY;
    struct found x = { 0 };
    enum settled as;

    if (m->ImageLoaded.len && m->ImageLoaded.len <= JUDGED_PATH_MAX)
        path = span_of(room, fact_path(m->platform, m->ImageLoaded, room));
    if (!find_hash(s, m, &x, f) || (path.len && !find_path(s, m, path, &x, f))
        || (path.len && m->platform == PLATFORM_LINUX && !find_mount(s, m, path, &x, f))
        || (x.listed && !find_complete(s, m, &x, f)))
        return false;
    as = v->factors & FACTOR_SIGNED_UNKNOWN ? settled_as(&x, path) : SETTLED_NOT;
    if (as != SETTLED_NOT) {
        v->factors = (v->factors & ~FACTOR_SIGNED_UNKNOWN) | FACTOR_IMPORTED;
        v->factors |= as == SETTLED_UNSIGNED ? FACTOR_IsUnsigned : 0;
    }
    if (x.network && !(v->factors & FACTOR_IsUNCPath))
        v->factors |= FACTOR_IsUNCPath | FACTOR_IMPORTED;
    v->SuspicionScore = factor_sum(v->factors);
    return true;
}

bool facts_judge(struct store *s, int64_t host, const struct load *l, struct verdict *v,
                 struct fault *f)
{
    struct subject m = { host, l->platform, l->ImageLoaded, l->sha256, l->sha1, l->md5 };
    bool any;

    if (l->platform != PLATFORM_LINUX && l->platform != PLATFORM_MACOS)
        return true;
    return any_facts(s, &any, f) && (!any || judge(s, &m, v, f));
}

/* ---- all of a host ---- */

static bool settle_sighting(struct store *s, int64_t id, struct verdict v, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_SETTLE, f);

    if (!st)
        return false;
    stmt_number(st, 1, id);
    stmt_number(st, 2, v.factors);
    stmt_number(st, 3, v.SuspicionScore);
    stmt_number(st, 4, factor_is_hit(v));
    return stmt_run(s, st, f);
}

static void count(struct fact_effect *e, uint32_t was, uint32_t is)
{
    e->changed++;
    if (is & FACTOR_IsUnsigned && !(was & FACTOR_IsUnsigned))
        e->IsUnsigned++;
    else if (was & FACTOR_SIGNED_UNKNOWN && !(is & FACTOR_SIGNED_UNKNOWN))
        e->known++;
    else if (is & FACTOR_SIGNED_UNKNOWN && !(was & FACTOR_SIGNED_UNKNOWN))
        e->unknown++;
    e->IsUNCPath += is & FACTOR_IsUNCPath && !(was & FACTOR_IsUNCPath);
}

static bool apply_host(struct store *s, int64_t host, struct fact_effect *effect,
                       struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_FACT_SIGHTINGS, f);
    bool row = true;

    if (!st)
        return false;
    stmt_number(st, 1, host);
    while (row) {
        if (!stmt_step(s, st, &row, f))
            return false;
        if (!row)
            break;
        struct span platform = stmt_span(st, 4);
        struct subject m = { host, platform_named(platform), stmt_span(st, 5), stmt_span(st, 6),
                             stmt_span(st, 7), stmt_span(st, 8) };
        uint32_t was = (uint32_t)sqlite3_column_int64(st, 2);
        struct verdict v = { .factors = (uint32_t)sqlite3_column_int64(st, 3) };

        v.SuspicionScore = factor_sum(v.factors);
        if (!judge(s, &m, &v, f)
            || (v.factors != was && !settle_sighting(s, sqlite3_column_int64(st, 0), v, f)))
            return false;
        if (v.factors != was)
            count(effect, was, v.factors);
    }
    stmt_done(st);
    return true;
}

bool facts_apply(struct store *s, int64_t host, struct fact_effect *effect, struct fault *f)
{
    int64_t last = host, imports;

    /* Where none ever was, nothing needs to be looked at. */
    if (!connection_number(s, "SELECT count(*) FROM fact_import", &imports, f)
        || (!host && !connection_number(s, "SELECT ifnull(max(id), 0) FROM host", &last, f)))
        return false;
    for (int64_t id = host ? host : 1; imports && id <= last; id++)
        if (!apply_host(s, id, effect, f))
            return false;
    return true;
}
