/* Values: what a field of each type takes, and what it says to anything else. */
#include "queries/filter_parse.h"

#include "core/factor.h"
#include "core/moment.h"
#include "core/nearest.h"
#include "core/pattern.h"
#include "queries/reason.h"

#include <ctype.h>
#include <stdio.h>

#define SECOND_US 1000000ll
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define AGO_DIGITS_MAX 6
#define SHOWN_MAX 48 /* bytes of a value in a fault */

static struct filter_node *wrong(struct parser *p, const struct lexeme *v, const char *what)
{
    size_t len = v->text.len < SHOWN_MAX ? v->text.len : SHOWN_MAX;

    parser_fault(p, v->at, v->len, "%.*s: %s", (int)len, (const char *)v->text.at, what);
    return NULL;
}

static struct filter_node *made(struct parser *p, enum field field, enum filter_test test,
                                const struct lexeme *v)
{
    struct filter_node *n = filter_node(p->filter, FILTER_TEST);

    if (!n) {
        parser_fault(p, v->at, v->len, "a filter has at most %d parts", FILTER_NODES_MAX);
        return NULL;
    }
    n->field = field;
    n->test = test;
    return n;
}

static struct filter_node *with_text(struct filter_node *n, const struct lexeme *v)
{
    if (n)
        n->text = v->text;
    return n;
}

/* ---- texts ---- */

static struct filter_node *take_regex(struct parser *p, enum field field, const struct lexeme *v)
{
    struct pattern *pattern;
    struct fault f;

    pattern = pattern_open(v->text, PATTERN_NOCASE, &f);
    if (!pattern) {
        parser_fault(p, v->at, v->len, "not a regular expression: %s", f.text);
        return NULL;
    }
    pattern_close(pattern);
    return with_text(made(p, field, TEST_REGEX, v), v);
}

static struct filter_node *take_text(struct parser *p, enum field field, enum parser_operator op,
                                     const struct lexeme *v)
{
    bool glob = v->text.len && (memchr(v->text.at, '*', v->text.len)
                                || memchr(v->text.at, '?', v->text.len));

    if (op == OPERATOR_EXACTLY || op == OPERATOR_NOT)
        return with_text(made(p, field, TEST_EXACTLY, v), v);
    if (op != OPERATOR_IS) {
        parser_fault(p, v->at - 1, v->len + 1, "%s is text: it is asked with %s:value",
                     field_word(field), field_word(field));
        return NULL;
    }
    if (v->regex)
        return take_regex(p, field, v);
    return with_text(made(p, field, glob ? TEST_GLOB : TEST_IS, v), v);
}

static struct filter_node *take_signed(struct parser *p, enum field field, enum parser_operator op,
                                       const struct lexeme *v)
{
    if (op == OPERATOR_IS && !v->quoted && !v->regex && span_equal_nocase(v->text, SPAN("unknown")))
        return made(p, field, TEST_UNKNOWN, v);
    return take_text(p, field, op, v);
}

static struct filter_node *take_hash(struct parser *p, enum field field, enum parser_operator op,
                                     const struct lexeme *v)
{
    if (op != OPERATOR_IS && op != OPERATOR_EXACTLY && op != OPERATOR_NOT)
        return wrong(p, v, "a hash is asked with a colon");
    for (size_t i = 0; i < v->text.len; i++)
        if (!isxdigit(v->text.at[i]))
            return wrong(p, v, "a hash is written in hexadecimal digits");
    if (v->text.len < FILTER_HASH_MIN)
        return wrong(p, v, "a hash needs at least 4 digits");
    if (v->text.len > FILTER_HASH_MAX)
        return wrong(p, v, "a hash has at most 64 digits");
    return with_text(made(p, field, TEST_IS, v), v);
}

/* ---- words of ours ---- */

/* One of `names` (ended by NULL), whose place is its bit. */
static struct filter_node *take_bit(struct parser *p, enum field field, enum parser_operator op,
                                    const struct lexeme *v, const char *const *names)
{
    const char *what = field_word(field), *near;
    char word[SHOWN_MAX + 1];

    if (op != OPERATOR_IS && op != OPERATOR_EXACTLY && op != OPERATOR_NOT)
        return wrong(p, v, field == FIELD_OF_factors
                               ? "a factor is asked by its name: factor:IsUNCPath"
                               : "a reason is asked by its name: reason:FreshDrop");
    for (int i = 0; names[i]; i++)
        if (span_equal_nocase(v->text, span_text(names[i]))) {
            struct filter_node *n = made(p, field, TEST_BIT, v);

            if (n)
                n->low.value = INT64_C(1) << i;
            return n;
        }
    snprintf(word, sizeof word, "%.*s", (int)(v->text.len < SHOWN_MAX ? v->text.len : SHOWN_MAX),
             (const char *)v->text.at);
    near = nearest_name(word, names);
    if (near)
        parser_fault(p, v->at, v->len, "there is no %s %s; did you mean %s?", what, word, near);
    else if (field == FIELD_OF_factors)
        return wrong(p, v, "no such factor; there is IsTempPath, IsUNCPath, IsSuspiciousLoader,"
                           " IsKnownGoodDir, IsUnsigned");
    else
        return wrong(p, v, "no such reason; `modhunt profile` lists them");
    return NULL;
}

static struct filter_node *take_factor(struct parser *p, enum field field, enum parser_operator op,
                                       const struct lexeme *v)
{
    const char *names[FACTOR_COUNT + 1] = { NULL };

    for (int i = 0; i < FACTOR_COUNT; i++)
        names[i] = factor_name((enum factor)(1u << i));
    return take_bit(p, field, op, v, names);
}

static struct filter_node *take_reason(struct parser *p, enum field field, enum parser_operator op,
                                       const struct lexeme *v)
{
    const char *names[REASON_COUNT + 1] = { NULL };

    for (unsigned i = 0; i < REASON_COUNT; i++)
        names[i] = reason_name(i);
    return take_bit(p, field, op, v, names);
}

static bool one_of(struct span text, const char *const *words)
{
    for (; *words; words++)
        if (span_equal_nocase(text, span_text(*words)))
            return true;
    return false;
}

static struct filter_node *take_yes(struct parser *p, enum field field, const struct lexeme *v)
{
    static const char *const yes[] = { "yes", "true", "1", NULL };
    static const char *const no[] = { "no", "false", "0", NULL };

    if (one_of(v->text, yes))
        return made(p, field, TEST_YES, v);
    return one_of(v->text, no) ? made(p, field, TEST_NO, v) : wrong(p, v, "this is yes or no");
}

/* ---- numbers and times ---- */

static bool whole_number(struct span text, struct filter_bound *out)
{
    bool minus = text.len && text.at[0] == '-'; /* a Priority may be below 0 */
    uint64_t number;

    if (!span_number(minus ? span_of(text.at + 1, text.len - 1) : text, &number) || number > INT64_MAX)
        return false;
    *out = (struct filter_bound){ .set = true, .value = minus ? -(int64_t)number : (int64_t)number,
                                  .unit = 1 };
    return true;
}

/* `-2h`: before the case's end. */
static bool ago(struct span text, struct filter_bound *out)
{
    static const struct { char letter; int64_t us; } units[] = {
        { 's', SECOND_US }, { 'm', MINUTE_US }, { 'h', HOUR_US }, { 'd', DAY_US }, { 'w', 7 * DAY_US },
    };
    int64_t count = 0;

    if (text.len < 3 || text.len > AGO_DIGITS_MAX + 2 || text.at[0] != '-')
        return false;
    for (size_t i = 1; i + 1 < text.len; i++) {
        if (!isdigit(text.at[i]))
            return false;
        count = count * 10 + (text.at[i] - '0');
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text.at[text.len - 1] == (uint8_t)units[i].letter) {
            *out = (struct filter_bound){ true, true, -count * units[i].us, 1 };
            return true;
        }
    return false;
}

/* How many of the digits of `HH:MM:SS.ffffff` there are, and what the last names. */
static size_t clock_length(struct span text, int64_t *unit)
{
    static const int64_t units[] = { HOUR_US, MINUTE_US, SECOND_US };
    size_t at = 0, part = 0;

    for (; part < 3; part++) {
        size_t from = at + (part > 0);

        if (from + 2 > text.len || (part > 0 && text.at[at] != ':') || !isdigit(text.at[from])
            || !isdigit(text.at[from + 1]))
            break;
        at = from + 2;
        *unit = units[part];
    }
    if (part < 3 || at >= text.len || text.at[at] != '.')
        return at;
    for (at++; at < text.len && isdigit(text.at[at]); at++)
        *unit = *unit > 1 ? *unit / 10 : 1;
    return at;
}

bool filter_moment(struct span text, struct filter_bound *out)
{
    static const char rest[] = "00:00:00";
    struct span clock, zone;
    int64_t unit = DAY_US;
    char whole[64];
    size_t len;

    if (ago(text, out))
        return true;
    if (text.len < 10 || text.len > 40 || (text.len > 10 && text.at[10] != 'T' && text.at[10] != ' '))
        return false;
    clock = text.len > 10 ? span_of(text.at + 11, text.len - 11) : SPAN_EMPTY;
    len = clock_length(clock, &unit);
    zone = span_of(clock.at + len, clock.len - len);
    if ((text.len > 10 && len < 2) || (zone.len && unit > MINUTE_US))
        return false;
    snprintf(whole, sizeof whole, "%.10sT%.*s%s%.*s", (const char *)text.at, (int)len,
             (const char *)clock.at, len < sizeof rest - 1 ? rest + len : "", (int)zone.len,
             (const char *)zone.at);
    *out = (struct filter_bound){ true, false, moment_parse(span_text(whole)), unit };
    return out->value != MOMENT_NONE;
}

static bool bound(enum field field, struct span text, struct filter_bound *out)
{
    return field_fact(field)->type == FIELD_TIME ? filter_moment(text, out) : whole_number(text, out);
}

static struct filter_node *not_a_bound(struct parser *p, enum field field, const struct lexeme *v)
{
    if (field_fact(field)->type == FIELD_TIME)
        return wrong(p, v, "a time is 2024-01-31, 2024-01-31T12:00 (UTC), or -2h before the case's end");
    return wrong(p, v, field_fact(field)->type == FIELD_ALLOWED
                     ? "this is yes, no, or the number of an entry" : "this is a whole number");
}

static const uint8_t *two_dots(struct span text)
{
    return text.len < 2 ? NULL : memmem(text.at, text.len, "..", 2);
}

static struct filter_node *take_range(struct parser *p, enum field field, const struct lexeme *v)
{
    const uint8_t *dots = two_dots(v->text);
    struct filter_bound low = { 0 }, high = { 0 };
    struct filter_node *n;
    struct span from = v->text, to = v->text;

    if (dots) {
        from = span_of(v->text.at, (size_t)(dots - v->text.at));
        to = span_of(dots + 2, v->text.len - from.len - 2);
    }
    if ((!from.len && !to.len) || (from.len && !bound(field, from, &low))
        || (to.len && !bound(field, to, &high)))
        return not_a_bound(p, field, v);
    if (low.set && high.set && low.from_end == high.from_end && low.value > high.value)
        return wrong(p, v, "this range ends before it begins");
    n = made(p, field, TEST_RANGE, v);
    if (n) {
        n->low = low;
        n->high = high;
    }
    return n;
}

static struct filter_node *take_bound(struct parser *p, enum field field, enum parser_operator op,
                                      const struct lexeme *v)
{
    struct filter_bound b = { 0 };
    struct filter_node *n;

    if (op == OPERATOR_IS || op == OPERATOR_EXACTLY || op == OPERATOR_NOT)
        return take_range(p, field, v);
    if (!bound(field, v->text, &b))
        return not_a_bound(p, field, v);
    n = made(p, field, op == OPERATOR_LESS ? TEST_LESS : op == OPERATOR_MORE ? TEST_MORE : TEST_RANGE, v);
    if (!n)
        return NULL;
    /* Compared, a date stands for its first moment. */
    b.unit = op == OPERATOR_LESS_EQUAL ? 1 : b.unit;
    *(op == OPERATOR_LESS_EQUAL ? &n->high : &n->low) = b;
    return n;
}

static struct filter_node *take_allowed(struct parser *p, enum field field, enum parser_operator op,
                                        const struct lexeme *v)
{
    static const char *const words[] = { "yes", "true", "no", "false", NULL };

    return one_of(v->text, words) ? take_yes(p, field, v) : take_bound(p, field, op, v);
}

struct filter_node *parser_test(struct parser *p, enum field field, enum parser_operator op,
                                const struct lexeme *v)
{
    enum field_type type = field_fact(field)->type;

    if (v->regex && type != FIELD_TEXT && type != FIELD_PATH && type != FIELD_NAME
        && type != FIELD_HOST && type != FIELD_SIGNED && type != FIELD_ABSENT)
        return wrong(p, v, "only texts can be asked with a regular expression");
    switch (type) {
    case FIELD_TEXT:
    case FIELD_PATH:
    case FIELD_NAME:
    case FIELD_HOST:
        return take_text(p, field, op, v);
    case FIELD_SIGNED:
        return take_signed(p, field, op, v);
    case FIELD_HASH:
        return take_hash(p, field, op, v);
    case FIELD_FACTOR:
        return take_factor(p, field, op, v);
    case FIELD_REASON:
        return take_reason(p, field, op, v);
    case FIELD_YES:
        return take_yes(p, field, v);
    case FIELD_ALLOWED:
        return take_allowed(p, field, op, v);
    case FIELD_NUMBER:
    case FIELD_TIME:
        return take_bound(p, field, op, v);
    case FIELD_ABSENT:
        break;
    }
    parser_fault(p, v->at, v->len, "no case of this version keeps a %s, so it can't be asked for",
                 field_word(field));
    return NULL;
}
