/* Trees of the filter language for tests: equal or not, and one at random.
 *
 * What is made is what the language can say: no glob without a sign, no value
 * that another word of the language stands for. */
#ifndef TESTS_UNIT_FILTER_TREE_H
#define TESTS_UNIT_FILTER_TREE_H

#include "core/factor.h"
#include "core/text.h"
#include "queries/filter.h"
#include "queries/reason.h"

static inline bool tree_same_bound(const struct filter_bound *a, const struct filter_bound *b)
{
    return a->set == b->set && a->from_end == b->from_end && a->value == b->value
        && (!a->set || a->unit == b->unit);
}

static inline bool tree_same(const struct filter_node *a, const struct filter_node *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind)
        return false;
    if (a->kind == FILTER_WORD)
        return span_equal(a->text, b->text);
    if (a->kind == FILTER_TEST)
        return a->field == b->field && a->test == b->test && a->text.len == b->text.len
            && (!a->text.len || memcmp(a->text.at, b->text.at, a->text.len) == 0)
            && tree_same_bound(&a->low, &b->low) && tree_same_bound(&a->high, &b->high);
    for (a = a->first, b = b->first; a && b; a = a->next, b = b->next)
        if (!tree_same(a, b))
            return false;
    return a == b;
}

/* What chance gives: a number below `below`, and a value of the field to ask for. */
struct tree_chance {
    uint64_t (*below)(void *ctx, uint64_t below);
    struct span (*text)(void *ctx, enum field f);
    int64_t (*number)(void *ctx, enum field f);
    void *ctx;
};

static inline uint64_t tree_below(const struct tree_chance *c, uint64_t below)
{
    return c->below(c->ctx, below);
}

/* A text with some of its characters turned into signs of a glob. */
static inline struct span tree_glob(struct filter *fl, const struct tree_chance *c, struct span text)
{
    uint8_t *at = arena_bytes(&fl->arena, text.len + 2);
    size_t from = text.len ? (size_t)tree_below(c, text.len) : 0, len = 0;

    while (from < text.len && (text.at[from] & 0xC0) == 0x80)
        from++;
    if (from || !tree_below(c, 2))
        at[len++] = '*';
    for (size_t i = from; i < text.len; i++)
        at[len++] = text.at[i] > ' ' && text.at[i] < 0x7f && !tree_below(c, 6) ? '?' : text.at[i];
    if (!memchr(at, '*', len) && !memchr(at, '?', len))
        at[len++] = '*';
    return span_of(at, len);
}

static inline void tree_text_test(struct filter *fl, struct filter_node *n, const struct tree_chance *c)
{
    static const char *const patterns[] = {
        "dll", "^c:", "a.dll$", "(?i)USR", "[aeiou]{2}", "x/y|\\\\w", "^$", ".", "alice|root", "\\.exe",
    };
    struct span text = c->text(c->ctx, n->field);
    bool signs = text.len && (memchr(text.at, '*', text.len) || memchr(text.at, '?', text.len));
    bool full = false;

    switch (tree_below(c, 5)) {
    case 0:
        n->test = TEST_REGEX;
        n->text = span_text(patterns[tree_below(c, sizeof patterns / sizeof *patterns)]);
        return;
    case 1:
        n->test = TEST_GLOB;
        n->text = tree_glob(fl, c, text);
        return;
    case 2:
        n->test = TEST_EXACTLY;
        break;
    case 3:
        n->test = signs ? TEST_EXACTLY : TEST_IS;
        text = span_file_name(text);
        break;
    default:
        n->test = signs ? TEST_EXACTLY : TEST_IS;
    }
    n->text = arena_copy(&fl->arena, span_logged(text) ? text : SPAN_EMPTY, &full);
}

static inline void tree_bound_test(struct filter_node *n, const struct tree_chance *c)
{
    bool time = field_fact(n->field)->type == FIELD_TIME;
    struct filter_bound b[2];

    for (int i = 0; i < 2; i++) {
        b[i] = (struct filter_bound){ true, false, c->number(c->ctx, n->field), 1 };
        if (time && !tree_below(c, 4)) {
            b[i] = (struct filter_bound){ true, true, -(int64_t)tree_below(c, 60) * 1000000, 1 };
        } else if (time) {
            b[i].unit = tree_below(c, 3) ? 1000000 : 60000000;
            b[i].value -= b[i].value % b[i].unit;
        }
    }
    if (b[0].from_end == b[1].from_end && b[0].value > b[1].value)
        b[1] = b[0];
    switch (tree_below(c, 5)) {
    case 0:
        n->test = TEST_LESS;
        n->low = b[0];
        return;
    case 1:
        n->test = TEST_MORE;
        n->low = b[0];
        return;
    case 2:
        n->low = b[0];
        break;
    case 3:
        n->high = b[0];
        n->high.unit = 1;
        break;
    default:
        n->low = b[0];
        n->high = b[1];
    }
    n->test = TEST_RANGE;
}

static inline struct filter_node *tree_leaf(struct filter *fl, const struct tree_chance *c)
{
    struct filter_node *n = filter_node(fl, FILTER_TEST);
    enum field_type type;
    struct span text;

    if (!tree_below(c, 6)) {
        bool full = false;

        n->kind = FILTER_WORD;
        text = c->text(c->ctx, tree_below(c, 2) ? FIELD_OF_ImageLoaded : FIELD_OF_User);
        if (text.len > 4 && tree_below(c, 2))
            text.len = 4;
        n->text = arena_copy(&fl->arena, span_logged(text) && text_is_utf8(text) ? text : SPAN("dll"), &full);
        return n;
    }
    do {
        n->field = (enum field)tree_below(c, FIELD_COUNT);
        type = field_fact(n->field)->type;
    } while (type == FIELD_ABSENT);
    text = c->text(c->ctx, n->field);
    switch (type) {
    case FIELD_TEXT:
    case FIELD_PATH:
    case FIELD_NAME:
    case FIELD_HOST:
        tree_text_test(fl, n, c);
        break;
    case FIELD_SIGNED:
        if (tree_below(c, 3))
            tree_text_test(fl, n, c);
        else
            n->test = TEST_UNKNOWN;
        break;
    case FIELD_HASH:
        n->test = TEST_IS;
        n->text = text.len < FILTER_HASH_MIN ? SPAN("0123") : text;
        if (n->text.len > FILTER_HASH_MIN && tree_below(c, 2))
            n->text.len = FILTER_HASH_MIN + (size_t)tree_below(c, n->text.len - FILTER_HASH_MIN);
        break;
    case FIELD_FACTOR:
        n->test = TEST_BIT;
        n->low.value = 1 << tree_below(c, FACTOR_COUNT);
        break;
    case FIELD_REASON:
        n->test = TEST_BIT;
        n->low.value = (int64_t)(1ull << tree_below(c, REASON_COUNT));
        break;
    case FIELD_YES:
        n->test = tree_below(c, 2) ? TEST_YES : TEST_NO;
        break;
    case FIELD_ALLOWED:
        if (tree_below(c, 2))
            n->test = tree_below(c, 2) ? TEST_YES : TEST_NO;
        else
            tree_bound_test(n, c);
        break;
    case FIELD_NUMBER:
    case FIELD_TIME:
        tree_bound_test(n, c);
        break;
    case FIELD_ABSENT:
        break;
    }
    return n;
}

static inline struct filter_node *tree_random(struct filter *fl, const struct tree_chance *c, int depth)
{
    struct filter_node *n;
    uint64_t what = depth > 0 ? tree_below(c, 6) : 5;

    if (what > 3)
        return tree_leaf(fl, c);
    n = filter_node(fl, what < 2 ? FILTER_ALL : what == 2 ? FILTER_ANY : FILTER_NOT);
    filter_child(n, tree_random(fl, c, depth - 1));
    if (n->kind != FILTER_NOT)
        for (uint64_t i = 0; i <= tree_below(c, 2); i++)
            filter_child(n, tree_random(fl, c, depth - 1));
    return n;
}

#endif
