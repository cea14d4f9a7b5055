/* A tree as text, in a form that parses to the same tree.
 *
 * Quotes stand wherever a reader could take a sign for something else.  The
 * surprise: a text that ends in backslashes has them behind its closing quote,
 * since a backslash in front of one would make it part of the text. */
#include "queries/filter.h"

#include "core/factor.h"
#include "core/moment.h"
#include "queries/reason.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct printer {
    char *text;
    size_t len, room;
};

static void put_bytes(struct printer *w, const void *bytes, size_t len)
{
    if (w->len + len >= w->room) {
        w->room = (w->len + len) * 2 + 64;
        w->text = memory_grow(w->text, w->room, 1);
    }
    memcpy(w->text + w->len, bytes, len);
    w->len += len;
    w->text[w->len] = '\0';
}

static void put(struct printer *w, const char *text)
{
    put_bytes(w, text, strlen(text));
}

/* May it stand without quotes?  first: as the first thing of a term. */
static bool is_plain(struct span text, bool first)
{
    if (!text.len || text.at[0] == '/')
        return false;
    if (first && (text.at[0] == '-' || span_is(text, "AND") || span_is(text, "OR") || span_is(text, "NOT")))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i];

        if (c < 0x80 && !isalnum(c) && !strchr(first ? "\\._-/*?" : "\\._-/*?:~@$,;+=", c))
            return false;
        if (c == 0)
            return false;
    }
    return true;
}

static void put_quoted(struct printer *w, struct span text)
{
    size_t tail = text.len;

    while (tail && text.at[tail - 1] == '\\')
        tail--;
    put(w, "\"");
    for (size_t i = 0; i < tail; i++) {
        if (text.at[i] == '"')
            put(w, "\\");
        put_bytes(w, text.at + i, 1);
    }
    put(w, "\"");
    if (tail < text.len)
        put_bytes(w, text.at + tail, text.len - tail);
}

static void put_text(struct printer *w, struct span text, bool first)
{
    if (is_plain(text, first))
        put_bytes(w, text.at, text.len);
    else
        put_quoted(w, text);
}

static void put_regex(struct printer *w, struct span text)
{
    put(w, "/");
    for (size_t i = 0; i < text.len; i++) {
        bool escape = text.at[i] == '\\' && i + 1 < text.len;

        if (text.at[i] == '/')
            put(w, "\\");
        put_bytes(w, text.at + i, 1);
        if (escape)
            put_bytes(w, text.at + ++i, 1);
    }
    put(w, "/");
}

static void put_ago(struct printer *w, int64_t us)
{
    static const struct { char letter; int64_t us; } units[] = {
        { 'w', 604800000000 }, { 'd', 86400000000 }, { 'h', 3600000000 }, { 'm', 60000000 },
        { 's', 1000000 },
    };
    char text[32];
    size_t i = 0;

    while (i < 4 && us % units[i].us)
        i++;
    snprintf(text, sizeof text, "-%" PRId64 "%c", -us / units[i].us, us ? units[i].letter : 's');
    put(w, text);
}

/* As many signs of `2022-08-31T20:39:07.561000Z` as name the unit. */
static void put_moment(struct printer *w, const struct filter_bound *b)
{
    char text[MOMENT_TEXT_MAX];
    size_t len = 26;

    moment_format(b->value, text);
    if (b->unit >= 86400000000)
        len = 10;
    else if (b->unit >= 3600000000)
        len = 13;
    else if (b->unit >= 60000000)
        len = 16;
    else if (b->unit >= 1000000)
        len = 19;
    else
        for (int64_t unit = b->unit; unit > 1; unit /= 10)
            len--;
    put_bytes(w, text, strnlen(text, len));
}

static void put_bound(struct printer *w, enum field_type type, const struct filter_bound *b)
{
    char text[32];

    if (!b->set)
        return;
    if (type == FIELD_TIME && b->from_end) {
        put_ago(w, b->value);
    } else if (type == FIELD_TIME) {
        put_moment(w, b);
    } else {
        snprintf(text, sizeof text, "%" PRId64, b->value);
        put(w, text);
    }
}

static bool same_bound(const struct filter_bound *a, const struct filter_bound *b)
{
    return a->set == b->set && a->from_end == b->from_end && a->value == b->value && a->unit == b->unit;
}

static void put_range(struct printer *w, const struct filter_node *n)
{
    enum field_type type = field_fact(n->field)->type;
    bool compared = !n->low.set && n->high.unit == 1;

    put(w, !n->high.set ? ">=" : compared ? "<=" : ":");
    if (n->high.set && !compared && !same_bound(&n->low, &n->high)) {
        put_bound(w, type, &n->low);
        put(w, "..");
    }
    put_bound(w, type, n->high.set ? &n->high : &n->low);
}

static void put_test(struct printer *w, const struct filter_node *n)
{
    enum field_type type = field_fact(n->field)->type;

    put(w, field_word(n->field));
    switch (n->test) {
    case TEST_IS:
    case TEST_GLOB:
        put(w, ":");
        if (type == FIELD_SIGNED && span_equal_nocase(n->text, SPAN("unknown")))
            put_quoted(w, n->text);
        else
            put_text(w, n->text, false);
        break;
    case TEST_EXACTLY:
        put(w, "=");
        put_text(w, n->text, false);
        break;
    case TEST_REGEX:
        put(w, ":");
        put_regex(w, n->text);
        break;
    case TEST_RANGE:
        put_range(w, n);
        break;
    case TEST_LESS:
    case TEST_MORE:
        put(w, n->test == TEST_LESS ? "<" : ">");
        put_bound(w, type, &n->low);
        break;
    case TEST_BIT:
        put(w, ":");
        put(w, type == FIELD_REASON ? reason_name((unsigned)__builtin_ctzll((uint64_t)n->low.value))
                                    : factor_name((enum factor)n->low.value));
        break;
    case TEST_YES:
    case TEST_NO:
        put(w, n->test == TEST_YES ? ":yes" : ":no");
        break;
    case TEST_UNKNOWN:
        put(w, ":unknown");
        break;
    }
}

static void put_node(struct printer *w, const struct filter_node *n, bool inner)
{
    bool any = n->kind == FILTER_ANY;

    switch (n->kind) {
    case FILTER_WORD:
        put_text(w, n->text, true);
        return;
    case FILTER_TEST:
        put_test(w, n);
        return;
    case FILTER_NOT:
        put(w, "-");
        put_node(w, n->first, true);
        return;
    case FILTER_ALL:
    case FILTER_ANY:
        break;
    }
    put(w, inner ? "(" : "");
    for (const struct filter_node *c = n->first; c; c = c->next) {
        put(w, c == n->first ? "" : any ? " OR " : " ");
        put_node(w, c, true);
    }
    put(w, inner ? ")" : "");
}

char *filter_print(const struct filter *fl)
{
    struct printer w = { 0 };

    put(&w, "");
    if (fl->root)
        put_node(&w, fl->root, false);
    return w.text;
}
