/* The tree as SQL: which table each part is asked of, and how parts are joined.
 *
 * NOT is pushed down to the tests, so that a part is a set of modules or pairs
 * again.  The surprise: a filter that asks of loads is split where it is asked of
 * sightings: what is known of the sighting stands outside, and only the rest is
 * looked for among its loads. */
#include "queries/filter_sql.h"

#include "queries/filter_leaf.h"

struct sql {
    struct statement *s;
    bool few;
};

enum level { LEVEL_MODULE, LEVEL_IMAGE, LEVEL_PAIR, LEVEL_SIGHTING, LEVEL_LOAD };

static unsigned asks(const struct filter_node *n)
{
    unsigned of = 0;

    if (n->kind == FILTER_WORD)
        return OF_SIGHTINGS;
    if (n->kind == FILTER_TEST)
        return (unsigned)filter_test_of(n);
    for (n = n->first; n; n = n->next)
        of |= asks(n);
    return of;
}

static bool of_loads(const struct filter_node *n)
{
    return (asks(n) & OF_LOADS) != 0;
}

/* Where a part of something at `level` is best asked. */
static enum level level_of(const struct sql *w, const struct filter_node *n, enum level level)
{
    unsigned of = asks(n);

    if (level >= LEVEL_SIGHTING && !(of & ~(unsigned)OF_PAIRS))
        return LEVEL_PAIR;
    if (level == LEVEL_PAIR && !w->few && of == OF_MODULE)
        return LEVEL_MODULE;
    if (level == LEVEL_PAIR && !w->few && of == OF_IMAGE)
        return LEVEL_IMAGE;
    return level;
}

static void open_level(const struct sql *w, enum level level)
{
    switch (level) {
    case LEVEL_MODULE:
        statement_put(w->s, "p.module IN (SELECT m.id FROM module m WHERE ");
        break;
    case LEVEL_IMAGE:
        statement_put(w->s, "p.image IN (SELECT i.id FROM image i WHERE ");
        break;
    case LEVEL_PAIR:
        statement_put(w->s, w->few ? "EXISTS (SELECT 1 FROM pair p JOIN module m ON m.id = p.module"
                                     " JOIN image i ON i.id = p.image WHERE p.id = s.pair AND "
                                   : "s.pair IN (SELECT p.id FROM pair p WHERE ");
        break;
    case LEVEL_SIGHTING:
    case LEVEL_LOAD:
        break;
    }
}

static void put_leaf(const struct sql *w, const struct filter_node *n, bool neg)
{
    switch (filter_test_of(n)) {
    case OF_HOST:
        leaf_host(w->s, n, neg);
        return;
    case OF_USER:
        leaf_user(w->s, n, w->few, neg);
        return;
    case OF_PROCESS:
        leaf_process(w->s, n, w->few, neg);
        return;
    case OF_EVIDENCE:
        leaf_evidence(w->s, n, w->few, neg);
        return;
    case OF_MODULE:
    case OF_IMAGE:
    case OF_PAIR:
    case OF_SIGHTING:
    case OF_LOAD:
        break;
    }
    leaf_condition(w->s, n, filter_is_signed_unknown(n) ? "nullif(s.factors & 65536, 65536)"
                                                        : field_expression(n->field), neg);
}

static void put_node(const struct sql *w, const struct filter_node *n, bool neg, enum level level);

/* All members that are best asked at `level` (of those at `from`), as one question. */
static bool put_members_at(const struct sql *w, const struct filter_node *first, bool any, bool neg,
                           enum level from, enum level level, bool more)
{
    bool open = false;

    for (const struct filter_node *n = first; n; n = n->next) {
        if (level_of(w, n, from) != level)
            continue;
        if (!open) {
            statement_put(w->s, more ? any ? " OR " : " AND " : "");
            if (level != from)
                open_level(w, level);
            statement_put(w->s, "(");
        } else {
            statement_put(w->s, any ? " OR " : " AND ");
        }
        open = true;
        put_node(w, n, neg, level);
    }
    if (open)
        statement_put(w->s, level == from ? ")" : "))");
    return more || open;
}

static void put_members(const struct sql *w, const struct filter_node *n, bool neg, enum level level)
{
    bool any = (n->kind == FILTER_ANY) != neg, more = false;

    statement_put(w->s, "(");
    for (enum level at = LEVEL_MODULE; at <= level; at++)
        more = put_members_at(w, n->first, any, neg, level, at, more);
    statement_put(w->s, ")");
}

static void put_node(const struct sql *w, const struct filter_node *n, bool neg, enum level level)
{
    enum level at = level_of(w, n, level);

    if (at != level) {
        open_level(w, at);
        put_node(w, n, neg, at);
        statement_put(w->s, ")");
        return;
    }
    switch (n->kind) {
    case FILTER_NOT:
        put_node(w, n->first, !neg, level);
        break;
    case FILTER_WORD:
        leaf_word(w->s, n, w->few, neg);
        break;
    case FILTER_TEST:
        put_leaf(w, n, neg);
        break;
    case FILTER_ALL:
    case FILTER_ANY:
        put_members(w, n, neg, level);
        break;
    }
}

/* ---- sightings of which a load answers ---- */

/* Appends ` AND ` in front of every part but the first. */
static void also(const struct sql *w, bool *more)
{
    statement_put(w->s, *more ? " AND " : "");
    *more = true;
}

static const struct filter_node *unwrap(const struct filter_node *n, bool *neg)
{
    while (n->kind == FILTER_NOT) {
        n = n->first;
        *neg = !*neg;
    }
    return n;
}

static bool worth(const struct sql *w, const struct filter_node *n)
{
    enum field_of of = field_fact(n->field)->of;

    return n->field == FIELD_OF_time || (!w->few && (of == OF_USER || of == OF_PROCESS));
}

/* What must hold of the sighting for `n` to hold of one of its loads.  True where
 * nothing else must. */
static bool put_outer(const struct sql *w, const struct filter_node *n, bool neg, bool *more)
{
    bool exact = false;

    if (!of_loads(n)) {
        also(w, more);
        put_node(w, n, neg, LEVEL_SIGHTING);
        return true;
    }
    n = unwrap(n, &neg);
    if (n->kind != FILTER_TEST || neg || !worth(w, n))
        return false;
    also(w, more);
    leaf_of_some_load(w->s, n, w->few, &exact);
    return exact;
}

static void put_some(const struct sql *w, const struct filter_node *n, bool neg);

static void put_exists(const struct sql *w, const struct filter_node *n, bool neg, bool *more)
{
    also(w, more);
    statement_put(w->s, "EXISTS (SELECT 1 FROM load l WHERE l.sighting = s.id AND ");
    put_node(w, n, neg, LEVEL_LOAD);
    statement_put(w->s, ")");
}

/* ` AND ...` for each member that asks of loads. */
static void put_mixed(const struct sql *w, const struct filter_node *n, bool neg)
{
    for (const struct filter_node *c = n->first; c; c = c->next) {
        if (!of_loads(c))
            continue;
        statement_put(w->s, " AND ");
        put_node(w, c, neg, LEVEL_LOAD);
    }
}

static bool is_all(const struct filter_node *n, bool neg)
{
    return (n->kind == FILTER_ALL && !neg) || (n->kind == FILTER_ANY && neg);
}

/* Members that all must hold, of one and the same load. */
static void put_some_of_all(const struct sql *w, const struct filter_node *n, bool neg)
{
    size_t mixed = 0, exact = 0;
    bool more = false;

    for (const struct filter_node *c = n->first; c; c = c->next) {
        bool own = put_outer(w, c, neg, &more);

        mixed += of_loads(c);
        exact += of_loads(c) && own;
    }
    if (mixed == 1 && exact == 1)
        return;
    also(w, &more);
    statement_put(w->s, "EXISTS (SELECT 1 FROM load l WHERE l.sighting = s.id");
    put_mixed(w, n, neg);
    statement_put(w->s, ")");
}

static void put_some(const struct sql *w, const struct filter_node *n, bool neg)
{
    bool more = false;

    n = unwrap(n, &neg);
    statement_put(w->s, "(");
    if (!of_loads(n)) {
        put_node(w, n, neg, LEVEL_SIGHTING);
    } else if (n->kind == FILTER_TEST || n->kind == FILTER_WORD) {
        if (!put_outer(w, n, neg, &more))
            put_exists(w, n, neg, &more);
    } else if (is_all(n, neg)) {
        put_some_of_all(w, n, neg);
    } else {
        for (const struct filter_node *c = n->first; c; c = c->next) {
            statement_put(w->s, c == n->first ? "" : " OR ");
            put_some(w, c, neg);
        }
    }
    statement_put(w->s, ")");
}

/* ---- the doors ---- */

bool filter_of_loads(const struct filter *fl)
{
    return (filter_asks(fl) & OF_LOADS) != 0;
}

void filter_sightings(struct statement *s, const struct filter *fl, bool few)
{
    struct sql w = { s, few };

    if (!fl->root)
        return;
    statement_put(s, " AND ");
    put_some(&w, fl->root, false);
}

/* What narrows the sightings whose loads are looked at, then each load. */
void filter_loads(struct statement *s, const struct filter *fl, bool few)
{
    const struct filter_node *n = fl->root;
    struct sql w = { s, few };
    bool neg = false, more = true;

    if (!n || !filter_of_loads(fl)) {
        filter_sightings(s, fl, few);
        return;
    }
    n = unwrap(n, &neg);
    if (is_all(n, neg)) {
        for (const struct filter_node *c = n->first; c; c = c->next)
            put_outer(&w, c, neg, &more);
        put_mixed(&w, n, neg);
        return;
    }
    if (n->kind == FILTER_TEST)
        put_outer(&w, n, neg, &more);
    statement_put(s, " AND ");
    put_node(&w, n, neg, LEVEL_LOAD);
}

void filter_over_loads(struct statement *s, const struct filter *fl, const char *what)
{
    const struct filter_node *n = fl->root;
    struct sql w = { s, true };
    bool neg = false;

    statement_put(s, "(SELECT ");
    statement_put(s, what);
    statement_put(s, " FROM load l WHERE l.sighting = s.id");
    if (n)
        n = unwrap(n, &neg);
    if (n && is_all(n, neg)) {
        put_mixed(&w, n, neg); /* the rest holds of the sighting, or it would not be here */
    } else if (n) {
        statement_put(s, " AND ");
        put_node(&w, n, neg, LEVEL_LOAD);
    }
    statement_put(s, ")");
}
