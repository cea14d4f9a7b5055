/* An unknown host in a filter: the nearest name, rather than "nothing matches". */
#include "cli/host_near.h"

#include "cli/tell.h"
#include "core/nearest.h"
#include "core/text.h"
#include "queries/filter.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 4096 /* further hosts are not compared */

struct names {
    char *at[NAMES_MAX + 1];
    size_t count;
};

/* In lower case, without the ~. */
static char *plain(struct span name)
{
    char *text;

    if (name.len && name.at[0] == '~')
        name = span_of(name.at + 1, name.len - 1);
    text = memory_zero(name.len + 1, 1);
    text_fold((uint8_t *)text, name);
    return text;
}

static void add(struct names *n, struct span name)
{
    if (n->count < NAMES_MAX && name.len)
        n->at[n->count++] = plain(name);
}

static bool take(void *ctx, const struct page *p)
{
    struct names *n = ctx;

    for (size_t r = 0; r < p->rows; r++) {
        struct span merged = page_cell(p, r, HOST_LIST_ALSO)->text;

        add(n, page_cell(p, r, HOST_LIST_NAME)->text);
        for (size_t i = 0, start = 0; i < merged.len + (merged.len > 0); i++)
            if (i == merged.len || merged.at[i] == ',') {
                add(n, span_of(merged.at + start, i - start));
                start = i + 2;
            }
    }
    return n->count < NAMES_MAX;
}

struct telling {
    const struct names *names;
    bool told;
};

static void tell_one(void *ctx, struct span host)
{
    struct telling *t = ctx;
    const struct names *n = t->names;
    char *name = plain(host);
    const char *near = nearest_name(name, (const char *const *)n->at);
    bool known = near && strcmp(near, name) == 0;

    for (size_t i = 0; !known && i < n->count; i++)
        known = strcmp(n->at[i], name) == 0;
    if (!known && near)
        tell("there is no host %.*s in this case; did you mean %s?", (int)host.len,
             (const char *)host.at, near);
    else if (!known)
        tell("there is no host %.*s in this case: `modhunt host -c CASE` lists them", (int)host.len,
             (const char *)host.at);
    t->told = t->told || !known;
    free(name);
}

static void count_one(void *ctx, struct span host)
{
    (void)host;
    ++*(size_t *)ctx;
}

bool host_near_tell(struct store *s, const struct question *q, struct fault *f)
{
    struct filter *fl = filter_parse(span_text(q->filter ? q->filter : ""), NULL, f);
    struct names *n = memory_zero(1, sizeof *n);
    struct telling t = { n, false };
    size_t asked = 0;

    if (fl)
        filter_hosts(fl, count_one, &asked);
    if (asked && store_host_list(s, take, n, f))
        filter_hosts(fl, tell_one, &t);
    for (size_t i = 0; i < n->count; i++)
        free(n->at[i]);
    free(n);
    filter_close(fl);
    return t.told;
}
