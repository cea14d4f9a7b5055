/* The tree itself: made, asked about, given up.
 *
 * Nodes and texts live in the tree's own arena and die with it. */
#include "queries/filter.h"

#include <stdlib.h>
#include <strings.h>

#define TREE_BYTES_MAX (64u << 10)

struct filter *filter_open(void)
{
    struct filter *fl = memory_zero(1, sizeof *fl);

    arena_init(&fl->arena, TREE_BYTES_MAX);
    return fl;
}

void filter_close(struct filter *fl)
{
    if (!fl)
        return;
    arena_clear(&fl->arena);
    free(fl);
}

struct filter_node *filter_node(struct filter *fl, enum filter_kind kind)
{
    struct filter_node *n = NULL;

    if (fl->nodes < FILTER_NODES_MAX)
        n = arena_get(&fl->arena, sizeof *n);
    if (!n)
        return NULL;
    fl->nodes++;
    n->kind = kind;
    return n;
}

struct filter_node *filter_exactly(struct filter *fl, enum field field, struct span text)
{
    struct filter_node *n = text.len <= FILTER_BYTES_MAX / 2 ? filter_node(fl, FILTER_TEST) : NULL;
    bool full = false;

    if (!n)
        return NULL;
    n->field = field;
    n->test = field_fact(field)->type == FIELD_HASH ? TEST_IS : TEST_EXACTLY;
    n->text = arena_copy(&fl->arena, text, &full);
    return full ? NULL : n;
}

void filter_child(struct filter_node *parent, struct filter_node *child)
{
    struct filter_node **end = &parent->first;

    while (*end)
        end = &(*end)->next;
    *end = child;
}

/* ---- what it asks ---- */

bool filter_is_signed_unknown(const struct filter_node *n)
{
    return n->field == FIELD_OF_Signed && n->test == TEST_UNKNOWN;
}

enum field_of filter_test_of(const struct filter_node *n)
{
    return filter_is_signed_unknown(n) ? OF_SIGHTING : field_fact(n->field)->of;
}

static unsigned asks(const struct filter_node *n)
{
    unsigned of = 0;

    if (n->kind == FILTER_WORD)
        return OF_SIGHTINGS;
    if (n->kind == FILTER_TEST)
        return filter_test_of(n);
    for (n = n->first; n; n = n->next)
        of |= asks(n);
    return of;
}

unsigned filter_asks(const struct filter *fl)
{
    return fl->root ? asks(fl->root) : 0;
}

static bool asks_module(const struct filter_node *n)
{
    bool found = false;

    if (n->kind == FILTER_TEST)
        return n->field == FIELD_OF_ImageLoaded || field_fact(n->field)->type == FIELD_HASH;
    if (n->kind == FILTER_NOT)
        return false; /* to leave a module out is no question about it */
    for (n = n->first; n; n = n->next)
        found = found || asks_module(n);
    return found;
}

bool filter_asks_module(const struct filter *fl)
{
    return fl->root && asks_module(fl->root);
}

static void hosts(const struct filter_node *n, void (*each)(void *ctx, struct span host), void *ctx)
{
    if (n->kind == FILTER_TEST && n->field == FIELD_OF_host
        && (n->test == TEST_IS || n->test == TEST_EXACTLY))
        each(ctx, n->text);
    for (n = n->first; n; n = n->next)
        hosts(n, each, ctx);
}

void filter_hosts(const struct filter *fl, void (*each)(void *ctx, struct span host), void *ctx)
{
    if (fl->root)
        hosts(fl->root, each, ctx);
}

static bool begins(const char *name, struct span word)
{
    return name && strlen(name) >= word.len && strncasecmp(name, (const char *)word.at, word.len) == 0;
}

size_t filter_complete(struct span word, enum field *out, size_t max)
{
    size_t count = 0;

    if (!word.len)
        return 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field_fact *fact = field_fact((enum field)i);

        if (!begins(fact->name, word) && !begins(fact->brief, word))
            continue;
        if (count < max)
            out[count] = (enum field)i;
        count++;
    }
    return count;
}
