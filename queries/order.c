/* Orders and anchors as SQL.
 *
 * A row is behind an anchor if its first key that differs lies behind: an OR
 * over the keys, each with the earlier ones equal.  The surprise: the first key
 * is also bounded alone, which is what lets an index start near the anchor. */
#include "queries/order.h"

#include "queries/columns.h"
#include "queries/scope.h"

static bool of_loads(const struct question *q)
{
    return q->kind == QUESTION_LOADS || q->kind == QUESTION_HUNT;
}

size_t order_keys(const struct question *q, struct sort_key keys[static SORT_KEYS_MAX])
{
    if (q->sorts) {
        size_t count = q->sorts < SORT_KEYS_MAX ? q->sorts : SORT_KEYS_MAX;

        memcpy(keys, q->sort, count * sizeof *keys);
        return count;
    }
    keys[0] = (struct sort_key){ COLUMN_ID_SuspicionScore, true };
    keys[1] = (struct sort_key){ of_loads(q) ? COLUMN_ID_time : COLUMN_ID_last_time, true };
    return 2;
}

bool order_sound(const struct question *q, struct fault *f)
{
    if (q->sorts > SORT_KEYS_MAX)
        return fault(f, FAULT_USAGE, "a list is sorted by at most %d columns", SORT_KEYS_MAX);
    for (size_t i = 0; i < q->sorts; i++) {
        const struct column_fact *fact = column_fact(q->sort[i].column);

        if (!fact)
            return fault(f, FAULT_USAGE, "there is no such column to sort by");
        if (fact->grain == COLUMN_L && !of_loads(q))
            return fault(f, FAULT_USAGE, "%s is known of loads, not of sightings", fact->name);
    }
    return true;
}

unsigned order_tables(const struct question *q)
{
    struct sort_key keys[SORT_KEYS_MAX];
    size_t count = order_keys(q, keys);
    unsigned tables = 0;

    for (size_t i = 0; i < count; i++)
        tables |= columns_tables(keys[i].column);
    return tables;
}

void order_expression(struct statement *s, const struct question *q, enum column c)
{
    if (c == COLUMN_ID_loads && !of_loads(q) && scope_of_loads(q))
        scope_over_loads(s, q, "count(*) FILTER (WHERE (l.flags & 1) = 0)");
    else
        statement_put(s, columns_expression(c));
}

/* As a sort key: text without regard to case of ASCII letters, everything else by
 * value. */
static void put_key(struct statement *s, const struct question *q, enum column c)
{
    enum column_type type = column_fact(c)->type;

    statement_put(s, "(");
    order_expression(s, q, c);
    statement_put(s, type == COLUMN_TEXT || type == COLUMN_PATH ? ") COLLATE NOCASE" : ")");
}

void order_by(struct statement *s, const struct question *q, const char *id, bool reversed)
{
    struct sort_key keys[SORT_KEYS_MAX];
    size_t count = order_keys(q, keys);

    statement_put(s, " ORDER BY ");
    for (size_t i = 0; i < count; i++) {
        put_key(s, q, keys[i].column);
        statement_put(s, keys[i].descending != reversed ? " DESC" : " ASC");
        statement_put(s, reversed ? " NULLS FIRST, " : " NULLS LAST, ");
    }
    statement_put(s, id);
    statement_put(s, reversed ? " DESC" : " ASC");
}

/* Appends: this key lies beyond the anchor's value. */
static void key_beyond(struct statement *s, const struct question *q, const struct sort_key *key,
                       const struct cell *value, size_t bind, bool before)
{
    if (value->type == CELL_NULL) {
        /* Behind NULL is nothing; before it is all that is not NULL. */
        if (!before) {
            statement_put(s, "0");
            return;
        }
        put_key(s, q, key->column);
        statement_put(s, " IS NOT NULL");
        return;
    }
    statement_put(s, "(");
    put_key(s, q, key->column);
    statement_put(s, key->descending != before ? " < " : " > ");
    statement_again(s, bind);
    if (!before) {
        statement_put(s, " OR ");
        put_key(s, q, key->column);
        statement_put(s, " IS NULL");
    }
    statement_put(s, ")");
}

static void key_equal(struct statement *s, const struct question *q, const struct sort_key *key,
                      size_t bind)
{
    put_key(s, q, key->column);
    statement_put(s, " IS ");
    statement_again(s, bind);
    statement_put(s, " AND ");
}

/* SuspicionScore is never NULL, so a plain bound says all that is needed. */
static void first_key_bound(struct statement *s, const struct sort_key *key, size_t bind,
                            bool before)
{
    if (key->column != COLUMN_ID_SuspicionScore)
        return;
    statement_put(s, " AND s.SuspicionScore ");
    statement_put(s, key->descending != before ? "<= " : ">= ");
    statement_again(s, bind);
}

void order_beyond(struct statement *s, const struct question *q, const char *id, bool before)
{
    struct sort_key keys[SORT_KEYS_MAX];
    size_t count = order_keys(q, keys), bind[SORT_KEYS_MAX] = { 0 };

    if (!q->anchor.set)
        return;
    for (size_t i = 0; i < count; i++)
        bind[i] = statement_keep(s, &q->anchor.key[i]);
    first_key_bound(s, &keys[0], bind[0], before);
    statement_put(s, " AND (");
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            key_equal(s, q, &keys[j], bind[j]);
        key_beyond(s, q, &keys[i], &q->anchor.key[i], bind[i], before);
        statement_put(s, " OR ");
    }
    for (size_t j = 0; j < count; j++)
        key_equal(s, q, &keys[j], bind[j]);
    statement_put(s, id);
    statement_put(s, before ? " < " : " > ");
    statement_number(s, q->anchor.id);
    statement_put(s, ")");
}
