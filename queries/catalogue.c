/* Headers are read here, line by line, and nothing is believed: every text has a
 * ceiling, every line that is not known is an error that names its number.
 *
 * The SQL itself is not looked at; SQLite's authorizer judges it when it runs. */
#include "queries/catalogue.h"

#include "core/text.h"
#include "queries/embedded.h"
#include "queries/needs.h"

#include <assert.h>
#include <stdlib.h>

#define TEXTS_MAX (8u << 20) /* of all queries together */
#define WORD_MAX 40

struct catalogue {
    struct catalogue_query *query;
    size_t count, room;
    struct arena texts;
};

/* One file under way. */
struct reading {
    struct catalogue_query q;
    struct arena *texts;
    const char *file;
    unsigned line;
    const char **last; /* what a line of continuation goes on with */
};

static const struct {
    const char *key;
    size_t at;
} keys[] = {
    { "name", offsetof(struct catalogue_query, name) },
    { "hunt", offsetof(struct catalogue_query, hunt) },
    { "question", offsetof(struct catalogue_query, question) },
    { "why", offsetof(struct catalogue_query, why) },
    { "false positives", offsetof(struct catalogue_query, false_positives) },
    { "misses", offsetof(struct catalogue_query, misses) },
    { "next", offsetof(struct catalogue_query, next) },
    { "technique", offsetof(struct catalogue_query, technique) },
};
#define KEY_COUNT (sizeof keys / sizeof *keys)

static const char **slot(struct catalogue_query *q, size_t key)
{
    return (const char **)(void *)((char *)q + keys[key].at);
}

static bool wrong(const struct reading *r, struct fault *f, const char *what, struct span about)
{
    return fault(f, FAULT_USAGE, "%s, line %u: %s%s%.*s", r->file, r->line, what,
                 about.len ? " " : "", (int)(about.len < 60 ? about.len : 60),
                 about.len ? (const char *)about.at : "");
}

static bool keep(struct reading *r, struct span text, const char **out, struct fault *f)
{
    uint8_t *copy = arena_bytes(r->texts, text.len + 1);

    if (!copy)
        return wrong(r, f, "the queries are more than can be kept", SPAN_NONE);
    if (text.len)
        memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    *out = (const char *)copy;
    return true;
}

/* Splits at the first `at`; false where there is none. */
static bool split(struct span s, char at, struct span *before, struct span *behind)
{
    const uint8_t *found = s.len ? memchr(s.at, at, s.len) : NULL;

    if (!found)
        return false;
    *before = span_trimmed(span_of(s.at, (size_t)(found - s.at)));
    *behind = span_trimmed(span_of(found + 1, (size_t)(s.at + s.len - found - 1)));
    return true;
}

static bool is_word(struct span s, char also)
{
    if (s.len == 0 || s.len > WORD_MAX || s.at[0] < 'a' || s.at[0] > 'z')
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!((s.at[i] >= 'a' && s.at[i] <= 'z') || (s.at[i] >= '0' && s.at[i] <= '9')
              || s.at[i] == (uint8_t)also))
            return false;
    return true;
}

static bool read_needs(struct reading *r, struct span value, struct fault *f)
{
    while (value.len) {
        struct span one = value, rest = SPAN_EMPTY;
        enum need n;

        split(value, ',', &one, &rest);
        n = need_named(span_trimmed(one));
        if (n == NEED_COUNT)
            return wrong(r, f, "no data that a case holds is called", span_trimmed(one));
        r->q.needs |= 1u << n;
        value = rest;
    }
    return true;
}

/* `seconds = 500: how long before the load` */
static bool read_arg(struct reading *r, struct span value, struct fault *f)
{
    struct catalogue_arg *a = &r->q.args[r->q.arg_count];
    struct span name, rest, preset, words;
    uint64_t number;

    if (r->q.arg_count == CATALOGUE_ARGS_MAX)
        return wrong(r, f, "too many arguments", SPAN_NONE);
    if (!split(value, '=', &name, &rest) || !is_word(name, '_')
        || !split(rest, ':', &preset, &words))
        return wrong(r, f, "an argument is written `arg: name = value: what it means`", SPAN_NONE);
    for (size_t i = 0; i < r->q.arg_count; i++)
        if (span_is(name, r->q.args[i].name))
            return wrong(r, f, "there are two arguments called", name);
    a->number = span_number(preset, &number);
    r->q.arg_count++;
    r->last = &a->words;
    return keep(r, name, &a->name, f) && keep(r, preset, &a->preset, f)
        && keep(r, words, &a->words, f);
}

static bool read_line(struct reading *r, struct span line, struct fault *f)
{
    struct span key, value;

    if (!split(line, ':', &key, &value))
        return wrong(r, f, "a line of the header is written `-- key: text`", SPAN_NONE);
    if (span_is(key, "needs"))
        return read_needs(r, value, f);
    if (span_is(key, "arg"))
        return read_arg(r, value, f);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (!span_is(key, keys[i].key))
            continue;
        r->last = slot(&r->q, i);
        if (*r->last)
            return wrong(r, f, "the header has two lines", key);
        return keep(r, value, r->last, f);
    }
    return wrong(r, f, "no line of a header is called", key);
}

/* A line that goes on: appended behind a space. */
static bool read_more(struct reading *r, struct span line, struct fault *f)
{
    struct span had;
    uint8_t *both;

    if (!r->last)
        return wrong(r, f, "there is no text before it that it could go on with", SPAN_NONE);
    had = span_text(*r->last);
    both = arena_bytes(r->texts, had.len + line.len + 2);
    if (!both)
        return wrong(r, f, "the queries are more than can be kept", SPAN_NONE);
    memcpy(both, had.at, had.len);
    both[had.len] = ' ';
    if (line.len)
        memcpy(both + had.len + 1, line.at, line.len);
    both[had.len + 1 + line.len] = 0;
    *r->last = (const char *)both;
    return true;
}

static bool read_header(struct reading *r, struct span text, struct fault *f)
{
    while (span_starts(text, SPAN("--"))) {
        const uint8_t *end = memchr(text.at, '\n', text.len);
        size_t len = end ? (size_t)(end - text.at) : text.len;
        struct span line = span_of(text.at + 2, len - 2);

        r->line++;
        if (span_starts(line, SPAN("   "))
                ? !read_more(r, span_trimmed(line), f)
                : !read_line(r, span_trimmed(line), f))
            return false;
        text = span_of(text.at + len + (end != NULL), text.len - len - (end != NULL));
    }
    r->line++;
    return span_trimmed(text).len || wrong(r, f, "there is no SELECT behind the header", SPAN_NONE);
}

static bool read_query(struct reading *r, struct span text, struct fault *f)
{
    if (text.len > CATALOGUE_FILE_MAX)
        return fault(f, FAULT_LIMIT, "%s: a query has at most %u bytes", r->file,
                     CATALOGUE_FILE_MAX);
    if (!text_is_utf8(text) || memchr(text.at, 0, text.len))
        return fault(f, FAULT_USAGE, "%s: it is no UTF-8 text", r->file);
    if (!read_header(r, text, f) || !keep(r, text, &r->q.sql, f))
        return false;
    if (!r->q.name || !is_word(span_text(r->q.name), '-'))
        return fault(f, FAULT_USAGE, "%s: its header needs a line `-- name: small-letters`", r->file);
    if (!r->q.question)
        return fault(f, FAULT_USAGE, "%s: its header needs a line `-- question: ...`", r->file);
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (!*slot(&r->q, i))
            *slot(&r->q, i) = "";
    return true;
}

static bool add(struct catalogue *c, const char *file, bool own, struct span text, struct fault *f)
{
    struct reading r = { .texts = &c->texts, .file = file };

    if (c->count == CATALOGUE_QUERIES_MAX)
        return fault(f, FAULT_LIMIT, "%s: there are more than %d queries", file,
                     CATALOGUE_QUERIES_MAX);
    if (!read_query(&r, text, f))
        return false;
    if (catalogue_named(c, r.q.name))
        return fault(f, FAULT_USAGE, "%s: there is a query called %s already", file, r.q.name);
    if (own && !keep(&r, span_text(file), &r.q.file, f))
        return false;
    if (c->count == c->room)
        c->query = memory_grow(c->query, c->room = 2 * c->room + 64, sizeof *c->query);
    c->query[c->count++] = r.q;
    return true;
}

bool catalogue_add(struct catalogue *c, const char *file, struct span text, struct fault *f)
{
    return add(c, file, true, text, f);
}

static int by_hunt(const void *left, const void *right)
{
    const struct catalogue_query *a = left, *b = right;
    int hunt = strcmp(*a->hunt ? a->hunt : "~", *b->hunt ? b->hunt : "~");

    return hunt ? hunt : strcmp(a->name, b->name);
}

struct catalogue *catalogue_open(void)
{
    struct catalogue *c = memory_zero(1, sizeof *c);

    arena_init(&c->texts, TEXTS_MAX);
    for (size_t i = 0; i < queries_catalogue_count; i++) {
        const struct embedded *e = &queries_catalogue[i];
        struct fault f;
        bool ok = add(c, e->name, false, span_of(e->bytes, e->size), &f);

        assert(ok); /* test_catalogue reads them all */
        (void)ok;
    }
    qsort(c->query, c->count, sizeof *c->query, by_hunt);
    return c;
}

void catalogue_close(struct catalogue *c)
{
    if (!c)
        return;
    arena_clear(&c->texts);
    free(c->query);
    free(c);
}

size_t catalogue_count(const struct catalogue *c)
{
    return c->count;
}

const struct catalogue_query *catalogue_at(const struct catalogue *c, size_t i)
{
    return &c->query[i];
}

const struct catalogue_query *catalogue_named(const struct catalogue *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->query[i].name, name) == 0)
            return &c->query[i];
    return NULL;
}

struct cell catalogue_preset(const struct catalogue_arg *a)
{
    struct cell c = { .type = CELL_TEXT, .text = span_text(a->preset) };
    uint64_t number;

    if (a->number && span_number(c.text, &number))
        c = (struct cell){ .type = CELL_NUMBER, .number = (int64_t)number };
    return c;
}

const char *catalogue_body(const struct catalogue_query *q)
{
    const char *sql = q->sql;

    while (strncmp(sql, "--", 2) == 0) {
        const char *end = strchr(sql, '\n');

        sql = end ? end + 1 : sql + strlen(sql);
    }
    return sql;
}
