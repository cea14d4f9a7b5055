/* Tests as SQL.  Values are bound, never written.
 *
 * A test that is asked away must be true where nothing was logged, so it is
 * `IS NOT TRUE` of the test itself; the test itself stays as plain as an index
 * wants it. */
#include "queries/filter_leaf.h"

#include "core/text.h"
#include "queries/columns.h"
#include "queries/filter_sql.h"

#include <ctype.h>
#include <stdio.h>

#define HOST_BYTES_MAX 1024 /* longer names are cut: nothing has them */
#define CASE_END "(SELECT max(last_time) FROM evidence)"
#define MODULE_TEXTS \
    "m.ImageLoaded, m.Hashes, m.Signature, m.SignatureStatus, m.Company, m.Product," \
    " m.Description, m.OriginalFileName, m.FileVersion"

static void put_number(struct statement *s, unsigned n)
{
    char text[16];

    snprintf(text, sizeof text, "%u", n);
    statement_put(s, text);
}

/* ---- texts ---- */

void leaf_answers(struct statement *s, size_t bind, unsigned how, const char *values)
{
    statement_put(s, "text_answers(");
    statement_again(s, bind);
    statement_put(s, ", ");
    put_number(s, how);
    statement_put(s, ", ");
    statement_put(s, values);
    statement_put(s, ")");
}

unsigned leaf_how(const struct filter_node *n, bool neg)
{
    enum field_type type = field_fact(n->field)->type;
    unsigned path = type == FIELD_PATH ? MATCHING_PATH : 0u;
    unsigned tail = type == FIELD_PATH || type == FIELD_NAME ? MATCHING_TAIL : 0u;

    if (n->test == TEST_REGEX)
        return MATCHER_REGEX | path | (neg ? MATCHING_SURE : 0u);
    if (n->test == TEST_GLOB)
        return MATCHER_GLOB | path | tail;
    return MATCHER_WHOLE | path | (n->test == TEST_IS ? tail : 0u);
}

/* A module's name or path is found by its index where that folds as we do. */
static void put_by_index(struct statement *s, const struct filter_node *n, size_t bind)
{
    bool name = n->test == TEST_IS;

    for (size_t i = 0; i < n->text.len; i++) {
        if (n->text.at[i] >= 0x80)
            return;
        name = name && n->text.at[i] != '\\' && n->text.at[i] != '/';
    }
    statement_put(s, name ? "m.name = " : "m.ImageLoaded = ");
    statement_again(s, bind);
    statement_put(s, " COLLATE NOCASE AND ");
}

static void text_condition(struct statement *s, const struct filter_node *n, const char *expression,
                           bool neg)
{
    size_t bind = statement_keep_text(s, n->text);

    statement_put(s, neg ? "(NOT " : "(");
    if (!neg && n->field == FIELD_OF_ImageLoaded && (n->test == TEST_IS || n->test == TEST_EXACTLY))
        put_by_index(s, n, bind);
    leaf_answers(s, bind, leaf_how(n, neg), expression);
    statement_put(s, ")");
}

/* A prefix is a range of each column, and each has its index. */
static void hash_condition(struct statement *s, const struct filter_node *n, const char *expression)
{
    static const char *const all[] = { "m.sha256", "m.sha1", "m.md5", "m.imphash" };
    bool any = n->field == FIELD_OF_hash;
    char digits[FILTER_HASH_MAX + 2];
    size_t len = 0, from, to;

    for (; len < n->text.len && len < FILTER_HASH_MAX; len++)
        digits[len] = (char)tolower(n->text.at[len]);
    from = statement_keep_text(s, span_of(digits, len));
    digits[len++] = 'g'; /* comes right behind the last digit */
    to = statement_keep_text(s, span_of(digits, len));
    for (size_t i = 0; i < (any ? 4u : 1u); i++) {
        statement_put(s, i ? " OR " : "");
        statement_put(s, any ? all[i] : expression);
        statement_put(s, " >= ");
        statement_again(s, from);
        statement_put(s, " AND ");
        statement_put(s, any ? all[i] : expression);
        statement_put(s, " < ");
        statement_again(s, to);
    }
}

/* ---- numbers and times ---- */

void leaf_compare(struct statement *s, const char *expression, const char *sign,
                    const struct filter_bound *b, int64_t more)
{
    int64_t value = b->value > INT64_MAX - more ? INT64_MAX : b->value + more;

    statement_put(s, expression);
    statement_put(s, sign);
    if (b->from_end)
        statement_put(s, CASE_END " + ");
    statement_number(s, value);
}

static void range_condition(struct statement *s, const struct filter_node *n, const char *expression)
{
    if (n->low.set)
        leaf_compare(s, expression, " >= ", &n->low, 0);
    if (n->low.set && n->high.set)
        statement_put(s, " AND ");
    if (n->high.set)
        leaf_compare(s, expression, " <= ", &n->high, n->high.unit - 1);
}

static void plain_condition(struct statement *s, const struct filter_node *n, const char *expression)
{
    bool allowed = field_fact(n->field)->type == FIELD_ALLOWED;

    switch (n->test) {
    case TEST_IS:
    case TEST_EXACTLY:
    case TEST_GLOB:
    case TEST_REGEX:
        hash_condition(s, n, expression); /* the other texts never come here */
        break;
    case TEST_RANGE:
        range_condition(s, n, expression);
        break;
    case TEST_LESS:
        leaf_compare(s, expression, " < ", &n->low, 0);
        break;
    case TEST_MORE:
        leaf_compare(s, expression, " > ", &n->low, 0);
        break;
    case TEST_BIT:
        statement_put(s, expression);
        statement_put(s, " & ");
        statement_number(s, n->low.value);
        statement_put(s, " <> 0");
        break;
    case TEST_YES:
    case TEST_NO:
        statement_put(s, expression);
        if (allowed)
            statement_put(s, n->test == TEST_YES ? " IS NOT NULL" : " IS NULL");
        else
            statement_put(s, n->test == TEST_YES ? " = 1" : " = 0");
        break;
    case TEST_UNKNOWN:
        statement_put(s, expression);
        statement_put(s, " IS NULL");
        break;
    }
}

static bool is_text(const struct filter_node *n)
{
    return field_fact(n->field)->type != FIELD_HASH
        && (n->test == TEST_IS || n->test == TEST_EXACTLY || n->test == TEST_GLOB
            || n->test == TEST_REGEX);
}

void leaf_test(struct statement *s, const struct filter_node *n, const char *expression, bool sure)
{
    if (is_text(n))
        leaf_answers(s, statement_keep_text(s, n->text), leaf_how(n, sure), expression);
    else
        plain_condition(s, n, expression);
}

void leaf_condition(struct statement *s, const struct filter_node *n, const char *expression, bool neg)
{
    if (is_text(n)) {
        text_condition(s, n, expression, neg);
        return;
    }
    statement_put(s, "(");
    plain_condition(s, n, expression);
    statement_put(s, neg ? ") IS NOT TRUE" : ")");
}

/* ---- hosts ---- */

/* By the name shown, or by what records call it; with a ~ only hosts whose
 * records don't. */
static void host_named(struct statement *s, const struct filter_node *n)
{
    bool assumed = n->text.len && n->text.at[0] == '~';
    struct span name = assumed ? span_of(n->text.at + 1, n->text.len - 1) : n->text;
    uint8_t fold[HOST_BYTES_MAX];
    size_t bind;

    if (name.len > sizeof fold)
        name.len = sizeof fold;
    text_fold(fold, name);
    bind = statement_keep_text(s, span_of(fold, name.len));
    statement_put(s, "(h.folded = ");
    statement_again(s, bind);
    statement_put(s, " OR h.key = ");
    statement_again(s, bind);
    statement_put(s, assumed ? ") AND (" HOST_SHOWN ") <> h.name" : ")");
}

void leaf_host(struct statement *s, const struct filter_node *n, bool neg)
{
    statement_put(s, neg ? "s.host NOT IN" : "s.host IN");
    statement_put(s, " (SELECT coalesce(h.merged_into, h.id) FROM host h WHERE ");
    if (n->test == TEST_IS || n->test == TEST_EXACTLY)
        host_named(s, n);
    else
        leaf_answers(s, statement_keep_text(s, n->text), leaf_how(n, neg), "(" HOST_SHOWN "), h.name");
    statement_put(s, ")");
}

void leaf_users(struct statement *s, size_t bind, unsigned how)
{
    statement_put(s, "(SELECT u.id FROM user u WHERE ");
    leaf_answers(s, bind, how, "u.User");
    statement_put(s, ")");
}

/* ---- words ---- */

static void word_of_user(struct statement *s, size_t bind)
{
    /* Users are few: where none answers, no sighting is looked at for them. */
    statement_put(s, "(EXISTS ");
    leaf_users(s, bind, MATCHER_PART);
    statement_put(s, " AND s.id IN (SELECT su.sighting FROM sighting_user su WHERE su.user IN ");
    leaf_users(s, bind, MATCHER_PART);
    statement_put(s, "))");
}

void leaf_word(struct statement *s, const struct filter_node *n, bool few, bool neg)
{
    size_t bind = statement_keep_text(s, n->text);

    statement_put(s, neg ? "(NOT (s.host IN" : "((s.host IN");
    statement_put(s, " (SELECT h.id FROM host h WHERE ");
    leaf_answers(s, bind, MATCHER_PART, "(" HOST_SHOWN ")");
    if (few) {
        statement_put(s, ") OR EXISTS (SELECT 1 FROM pair p JOIN module m ON m.id = p.module"
                         " JOIN image i ON i.id = p.image WHERE p.id = s.pair AND ");
        leaf_answers(s, bind, MATCHER_PART, "i.Image, " MODULE_TEXTS);
        statement_put(s, ") OR ");
    } else {
        statement_put(s, ") OR s.pair IN (SELECT p.id FROM pair p WHERE p.image IN"
                         " (SELECT i.id FROM image i WHERE ");
        leaf_answers(s, bind, MATCHER_PART, "i.Image");
        statement_put(s, ") OR p.module IN (SELECT m.id FROM module m WHERE ");
        leaf_answers(s, bind, MATCHER_PART, MODULE_TEXTS);
        statement_put(s, ")) OR ");
    }
    word_of_user(s, bind);
    statement_put(s, "))");
}
