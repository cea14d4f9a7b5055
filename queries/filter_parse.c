/* Text to a tree, by hand and straight down.
 *
 * It never guesses: an unknown field, an operator without a field, a quote or a
 * parenthesis that stays open is a fault with its column. */
#include "queries/filter_parse.h"

#include "core/text.h"

#include <ctype.h>

/* ---- terms ---- */

/* The length of a field's name here, in front of an operator; else 0.  One
 * letter and a colon is a drive. */
static size_t field_length(const struct parser *p)
{
    size_t len = 0;

    while (isalpha(peek(p, len)) || peek(p, len) == '_' || (len && isdigit(peek(p, len))))
        len++;
    if (peek(p, len) == '!' && peek(p, len + 1) == '=')
        return len > 1 ? len : 0;
    return len > 1 && peek(p, len) && strchr(":<>=", peek(p, len)) ? len : 0;
}

static enum parser_operator take_operator(struct parser *p)
{
    uint8_t c = peek(p, 0);
    bool equal = peek(p, 1) == '=';

    p->at += equal && c != ':' && c != '=' ? 2 : 1;
    switch (c) {
    case '<':
        return equal ? OPERATOR_LESS_EQUAL : OPERATOR_LESS;
    case '>':
        return equal ? OPERATOR_MORE_EQUAL : OPERATOR_MORE;
    case '!':
        return OPERATOR_NOT;
    case '=':
        return OPERATOR_EXACTLY;
    }
    return OPERATOR_IS;
}

static bool field_here(struct parser *p, size_t len, enum field *field)
{
    struct span name = span_of(p->text.at + p->at, len);
    const char *near;

    *field = field_named(name);
    if (*field != FIELD_COUNT)
        return true;
    near = field_nearest(name);
    if (near)
        return parser_fault(p, p->at, len, "there is no field %.*s; did you mean %s?",
                            (int)(len < 64 ? len : 64), (const char *)name.at, near);
    return parser_fault(p, p->at, len, "there is no field %.*s (in quotes it is looked for as text)",
                        (int)(len < 64 ? len : 64), (const char *)name.at);
}

/* Wraps a node into its contrary. */
static struct filter_node *contrary(struct parser *p, struct filter_node *child)
{
    struct filter_node *n = child ? filter_node(p->filter, FILTER_NOT) : NULL;

    if (n)
        n->first = child;
    return n;
}

static struct filter_node *full(struct parser *p, size_t at)
{
    parser_fault(p, at, 1, "a filter has at most %d parts", FILTER_NODES_MAX);
    return NULL;
}

static struct filter_node *take_test(struct parser *p, size_t len)
{
    size_t at = p->at;
    enum parser_operator op;
    struct filter_node *n;
    struct lexeme value;
    enum field field;

    if (!field_here(p, len, &field))
        return NULL;
    p->at += len;
    op = take_operator(p);
    if (!parser_lexeme(p, op == OPERATOR_IS, &value))
        return NULL;
    if (!value.len) {
        parser_fault(p, at, p->at - at, "%s needs a value, directly behind %.*s",
                     field_word(field), (int)(p->at - at - len), (const char *)p->text.at + at + len);
        return NULL;
    }
    n = parser_test(p, field, op, &value);
    if (!n || op != OPERATOR_NOT)
        return n;
    n = contrary(p, n);
    return n ? n : full(p, at);
}

static struct filter_node *take_word(struct parser *p)
{
    struct filter_node *n;
    struct lexeme word;

    if (strchr(":<>=", peek(p, 0)) && peek(p, 0)) {
        parser_fault(p, p->at, 1, "an operator stands directly behind its field, as in score>=2");
        return NULL;
    }
    if (!parser_lexeme(p, false, &word))
        return NULL;
    n = filter_node(p->filter, FILTER_WORD);
    if (!n)
        return full(p, word.at);
    n->text = word.text;
    return n;
}

/* ---- the grammar ---- */

static bool keyword(const struct parser *p, const char *word)
{
    size_t len = strlen(word);

    if (p->text.len - p->at < len || memcmp(p->text.at + p->at, word, len) != 0)
        return false;
    return p->at + len == p->text.len || is_blank(peek(p, len)) || peek(p, len) == '('
        || peek(p, len) == ')';
}

static struct filter_node *take_any(struct parser *p);

static struct filter_node *take_group(struct parser *p)
{
    size_t opened = p->at++;
    struct filter_node *n = NULL;

    skip_blanks(p);
    if (peek(p, 0) == ')') {
        parser_fault(p, opened, p->at + 1 - opened, "there is nothing in these parentheses");
        return NULL;
    }
    if (!at_end(p)) {
        n = take_any(p);
        if (!n)
            return NULL;
        skip_blanks(p);
    }
    if (peek(p, 0) != ')') {
        parser_fault(p, opened, 1, "this parenthesis is not closed");
        return NULL;
    }
    p->at++;
    return n;
}

static struct filter_node *take_one(struct parser *p);

static struct filter_node *take_contrary(struct parser *p, size_t sign, const char *word)
{
    size_t at = p->at;
    struct filter_node *n;

    p->at += sign;
    if (sign > 1)
        skip_blanks(p);
    if (at_end(p) || is_blank(peek(p, 0)) || peek(p, 0) == ')') {
        parser_fault(p, at, sign, "there is nothing behind this %s", word);
        return NULL;
    }
    n = take_one(p);
    if (!n)
        return NULL;
    n = contrary(p, n);
    return n ? n : full(p, at);
}

static struct filter_node *take_one_of(struct parser *p)
{
    size_t field;

    if (keyword(p, "AND") || keyword(p, "OR")) {
        parser_fault(p, p->at, keyword(p, "OR") ? 2 : 3, "there is nothing in front of this %s",
                     keyword(p, "OR") ? "OR" : "AND");
        return NULL;
    }
    if (keyword(p, "NOT"))
        return take_contrary(p, 3, "NOT");
    if (peek(p, 0) == '-')
        return take_contrary(p, 1, "-");
    if (peek(p, 0) == '(')
        return take_group(p);
    field = field_length(p);
    return field ? take_test(p, field) : take_word(p);
}

static struct filter_node *take_one(struct parser *p)
{
    struct filter_node *n;

    if (p->depth == FILTER_DEPTH_MAX) {
        parser_fault(p, p->at, 1, "the filter is nested deeper than %d", FILTER_DEPTH_MAX);
        return NULL;
    }
    p->depth++;
    n = take_one_of(p);
    p->depth--;
    return n;
}

/* Adds to a group, which begins as its only member. */
static struct filter_node *join(struct parser *p, struct filter_node *group, struct filter_node *n,
                                enum filter_kind kind, bool *made)
{
    if (!group || !n)
        return group ? NULL : n;
    if (!*made) {
        struct filter_node *both = filter_node(p->filter, kind);

        if (!both)
            return full(p, p->at);
        both->first = group;
        group = both;
        *made = true;
    }
    filter_child(group, n);
    return group;
}

static struct filter_node *take_all(struct parser *p)
{
    struct filter_node *group = NULL;
    bool made = false;

    for (;;) {
        size_t at = p->at;
        bool joined;

        skip_blanks(p);
        joined = group && keyword(p, "AND");
        if (joined) {
            at = p->at;
            p->at += 3;
            skip_blanks(p);
        }
        if (joined && (at_end(p) || peek(p, 0) == ')')) {
            parser_fault(p, at, 3, "there is nothing behind this AND");
            return NULL;
        }
        if (at_end(p) || peek(p, 0) == ')' || (group && !joined && keyword(p, "OR")))
            return group;
        group = join(p, group, take_one(p), FILTER_ALL, &made);
        if (!group)
            return NULL;
    }
}

static struct filter_node *take_any(struct parser *p)
{
    struct filter_node *group = take_all(p);
    bool made = false;

    for (;;) {
        size_t at = p->at;

        if (!group || !keyword(p, "OR"))
            return group;
        p->at += 2;
        skip_blanks(p);
        if (at_end(p) || peek(p, 0) == ')') {
            parser_fault(p, at, 2, "there is nothing behind this OR");
            return NULL;
        }
        group = join(p, group, take_all(p), FILTER_ANY, &made);
    }
}

static bool parse(struct parser *p)
{
    if (p->text.len > FILTER_BYTES_MAX)
        return parser_fault(p, 0, 0, "the filter is longer than %d bytes", FILTER_BYTES_MAX);
    if (!text_is_utf8(p->text))
        return parser_fault(p, 0, 0, "the filter is not UTF-8, and all that a case holds is");
    skip_blanks(p);
    if (at_end(p))
        return true;
    if (peek(p, 0) == ')')
        return parser_fault(p, p->at, 1, "this parenthesis closes nothing");
    p->filter->root = take_any(p);
    if (!p->filter->root)
        return false;
    skip_blanks(p);
    return at_end(p) || parser_fault(p, p->at, 1, "this parenthesis closes nothing");
}

struct filter *filter_parse(struct span text, struct filter_place *where, struct fault *f)
{
    struct parser p = { .text = text, .where = where, .fault = f };

    if (where)
        *where = (struct filter_place){ 0 };
    p.filter = filter_open();
    if (parse(&p))
        return p.filter;
    filter_close(p.filter);
    return NULL;
}
