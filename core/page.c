/* Questions, pages, orders and notices: made, copied, given up.
 *
 * A question owns its texts, an anchor's texts too; a page owns its arena and
 * everything it points to lives there.  Nothing here knows a statement or a
 * screen.  Zero is an empty one of each, and every closer accepts NULL. */
#include "core/page.h"

#include <stdlib.h>

static const struct column_fact facts[COLUMN_COUNT] = {
#define COLUMN_FACT(name, heading, type, width, grain, words) \
    { #name, heading, COLUMN_##type, width, COLUMN_##grain, words },
    COLUMNS(COLUMN_FACT)
};

const struct column_fact *column_fact(enum column c)
{
    return (unsigned)c < COLUMN_COUNT ? &facts[c] : NULL;
}

enum column column_named(struct span name)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (span_logged(name) && span_equal_nocase(name, span_text(facts[i].name)))
            return (enum column)i;
    return COLUMN_COUNT;
}

struct question *question_open(enum question_kind kind)
{
    struct question *q = memory_zero(1, sizeof *q);

    q->kind = kind;
    /* What is rare shows only against everything that is there. */
    q->everything = kind == QUESTION_STACK;
    return q;
}

void question_text(char **slot, const char *text)
{
    char *copy = text ? memory_text(text) : NULL;

    free(*slot);
    *slot = copy;
}

void anchor_clear(struct anchor *a)
{
    for (size_t i = 0; i < SORT_KEYS_MAX; i++)
        free((void *)(uintptr_t)a->key[i].text.at);
    memset(a, 0, sizeof *a);
}

void anchor_copy(struct anchor *to, const struct anchor *from)
{
    struct anchor copy = *from;

    for (size_t i = 0; i < SORT_KEYS_MAX; i++) {
        struct span text = from->key[i].text;

        if (!span_logged(text))
            continue;
        uint8_t *own = memory_get(text.len + 1);
        if (text.len)
            memcpy(own, text.at, text.len);
        own[text.len] = 0;
        copy.key[i].text = span_of(own, text.len);
    }
    /* Only now: the two may be the same anchor. */
    anchor_clear(to);
    *to = copy;
}

struct question *question_copy(const struct question *q)
{
    struct question *copy = memory_get(sizeof *copy);

    *copy = *q;
    copy->filter = copy->contains = copy->query = NULL;
    memset(&copy->anchor, 0, sizeof copy->anchor);
    question_text(&copy->contains, q->contains);
    question_text(&copy->filter, q->filter);
    question_text(&copy->query, q->query);
    anchor_copy(&copy->anchor, &q->anchor);
    return copy;
}

void question_close(struct question *q)
{
    if (!q)
        return;
    free(q->contains);
    free(q->filter);
    free(q->query);
    anchor_clear(&q->anchor);
    free(q);
}

struct page *page_open(const struct question *q)
{
    struct page *p = memory_zero(1, sizeof *p);

    arena_init(&p->arena, PAGE_BYTES_MAX);
    if (q) {
        p->kind = q->kind;
        p->pane = q->pane;
        p->serial = q->serial;
    }
    return p;
}

void page_close(struct page *p)
{
    if (!p)
        return;
    arena_clear(&p->arena);
    free(p);
}

struct order *order_open(enum order_kind kind)
{
    struct order *o = memory_zero(1, sizeof *o);

    o->kind = kind;
    return o;
}

void order_close(struct order *o)
{
    if (!o)
        return;
    free(o->reason);
    free(o->author);
    free(o);
}

struct notice *notice_open(enum notice_kind kind)
{
    struct notice *n = memory_zero(1, sizeof *n);

    n->kind = kind;
    return n;
}

void notice_close(struct notice *n)
{
    free(n);
}
