/* The list of hunting queries, and the answer of one, as pages of the console.
 *
 * A query runs as `modhunt query` runs it, on a connection of its own behind the
 * authorizer.  The surprise: its rows have no key in the case, so a row's key is
 * its place, from 1. */
#include "store/query.h"

#include "queries/catalogue.h"
#include "queries/needs.h"
#include "store/connection.h"

#include <stdio.h>

void store_catalogue(struct store *s, const struct catalogue *c)
{
    s->catalogue = c;
}

static bool take_counts(void *ctx, const struct page *p)
{
    struct need_counts *c = ctx;

    if (p->rows) {
        c->have = page_cell(p, 0, 0)->number;
        c->could = page_cell(p, 0, 1)->number;
    }
    return false;
}

bool store_need(struct store *s, unsigned need, struct need_counts *out, struct fault *f)
{
    *out = (struct need_counts){ 0, 0 };
    return store_sql(s, need_sql((enum need)need), take_counts, out, f);
}

/* ---- rows by their place ---- */

struct numbered {
    const struct question *q;
    struct rows *r;
    struct fault *f;
    int64_t place; /* of the row under way */
    bool named, ok;
};

static bool wanted(const struct numbered *n)
{
    const struct anchor *a = &n->q->anchor;

    return !a->set || (n->q->backwards ? n->place < a->id : n->place > a->id);
}

static bool copy_row(struct numbered *n, const struct cell *from, size_t count)
{
    struct cell *cells;
    bool full = false;

    n->place++;
    if (!wanted(n))
        return true;
    if (!rows_next(n->r, &cells, n->f))
        return false;
    for (size_t i = 0; cells && i < count; i++) {
        cells[i] = from[i];
        if (from[i].type == CELL_TEXT)
            cells[i].text = arena_copy(&n->r->page->arena, from[i].text, &full);
    }
    if (full)
        return fault(n->f, FAULT_LIMIT, "the answer is more than a screen can hold: modhunt query");
    if (cells)
        rows_add(n->r, n->place);
    return true;
}

static void settle(struct numbered *n)
{
    struct page *p = n->r->page;

    p->more_before = n->q->anchor.set && !n->q->backwards && n->q->anchor.id > 0;
    p->more_behind = n->q->anchor.set && n->q->backwards;
}

/* ---- the list ---- */

static const char *arguments_of(const struct catalogue_query *query, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < query->arg_count; i++) {
        size_t used = strlen(out);

        snprintf(out + used, size - used, "%s%s=%s (%s)", used ? ", " : "", query->args[i].name,
                 query->args[i].preset, query->args[i].words);
    }
    return out;
}

bool query_list(struct store *s, const struct question *q, struct rows *r, struct fault *f)
{
    static const char *const names[QUERY_COLUMN_COUNT] = {
        "name", "hunt", "technique", "question", "why", "false positives", "misses", "next",
        "arguments", "file",
    };
    struct numbered n = { .q = q, .r = r, .f = f };
    bool ok = rows_columns(r, QUERY_COLUMN_COUNT, names, NULL, f);

    r->limit = 0;
    for (size_t i = 0; ok && s->catalogue && i < catalogue_count(s->catalogue); i++) {
        const struct catalogue_query *x = catalogue_at(s->catalogue, i);
        char arguments[1024];
        const char *texts[QUERY_COLUMN_COUNT] = {
            x->name, x->hunt, x->technique, x->question, x->why, x->false_positives, x->misses,
            x->next, arguments_of(x, arguments, sizeof arguments), x->file ? x->file : "",
        };
        struct cell cells[QUERY_COLUMN_COUNT];

        for (size_t c = 0; c < QUERY_COLUMN_COUNT; c++)
            cells[c] = (struct cell){ CELL_TEXT, 0, span_text(texts[c]) };
        ok = copy_row(&n, cells, QUERY_COLUMN_COUNT);
    }
    settle(&n);
    return ok;
}

/* ---- an answer ---- */

/* The names die with the statement: the page keeps its own. */
static bool name_columns(struct numbered *n, const struct page *p)
{
    const char **names = arena_get(&n->r->page->arena, p->columns * sizeof *names);
    bool full = !names;

    for (size_t i = 0; !full && i < p->columns; i++) {
        struct span name = arena_copy(&n->r->page->arena,
                                      span_of(p->names[i], strlen(p->names[i]) + 1), &full);
        names[i] = (const char *)name.at;
    }
    if (full)
        return fault(n->f, FAULT_LIMIT, "the answer is more than a screen can hold: modhunt query");
    return rows_columns(n->r, p->columns, names, NULL, n->f);
}

static bool take(void *ctx, const struct page *p)
{
    struct numbered *n = ctx;

    if (!n->named)
        n->ok = name_columns(n, p);
    n->named = true;
    for (size_t i = 0; n->ok && n->place < QUERY_ROWS_MAX && i < p->rows; i++)
        n->ok = copy_row(n, page_cell(p, i, 0), p->columns);
    return n->ok && n->place < QUERY_ROWS_MAX;
}

static bool has_needs(struct store *s, const struct catalogue_query *x, struct fault *f)
{
    for (enum need n = 0; n < NEED_COUNT; n++) {
        struct need_counts c;

        if (!(x->needs & 1u << n))
            continue;
        if (!store_need(s, n, &c, f))
            return false;
        if (!c.have)
            return fault(f, FAULT_USAGE, "this case holds no %s: %s could not be asked",
                         need_words(n), x->name);
    }
    return true;
}

bool query_run(struct store *s, const struct question *q, struct rows *r, struct fault *f)
{
    struct sql_value values[CATALOGUE_ARGS_MAX];
    const struct catalogue_query *x = s->catalogue && q->query ? catalogue_named(s->catalogue, q->query)
                                                               : NULL;
    struct fault of_rows = { 0 };
    struct numbered n = { .q = q, .r = r, .f = &of_rows, .ok = true };

    if (!x)
        return fault(f, FAULT_USAGE, "there is no such query");
    if (!has_needs(s, x, f))
        return false;
    for (size_t i = 0; i < x->arg_count; i++)
        values[i] = (struct sql_value){ x->args[i].name, catalogue_preset(&x->args[i]) };
    r->limit = 0;
    if (!store_query(s, x->sql, values, x->arg_count, take, &n, f))
        return false;
    if (!n.ok)
        *f = of_rows;
    settle(&n);
    return n.ok;
}
