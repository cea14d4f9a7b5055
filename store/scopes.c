/* Which files overlap with a batch, so that only those that do pay for looking
 * for copies.
 *
 * A scope is one (Computer, Channel) of the batch: the numbers and times of its
 * records, and those stretches of other files that meet them.  The surprise: a
 * record of a scope beyond the ceiling is always looked for, which is slow and
 * right. */
#include "store/writing.h"

#include <stdlib.h>

#define SCOPES_MAX 1024
#define SCOPE_SLOTS 2048
#define STRETCHES_MAX 16 /* more are joined to one that spans them all */

struct stretch {
    int64_t first, last;
    bool unnumbered; /* of times: the other file has records without a number */
};

struct scope {
    struct hash128 key;
    struct span Computer, Channel;
    enum platform platform;
    int64_t first, last, first_time, last_time, unnumbered;
    struct stretch numbers[STRETCHES_MAX], times[STRETCHES_MAX];
    size_t number_count, time_count;
    bool used;
};

struct scopes {
    struct scope slot[SCOPE_SLOTS];
    struct scope *last;
    size_t count;
    bool any;
};

static struct scope *scope_of(struct scopes *all, struct span Computer, struct span Channel,
                              bool make)
{
    struct span spans[2] = { Computer, Channel };
    struct hash128 key;
    size_t i;

    if (all->last && span_equal(all->last->Computer, Computer)
        && span_equal(all->last->Channel, Channel))
        return all->last;
    key = hash_spans(spans, 2);
    i = (size_t)key.a & (SCOPE_SLOTS - 1);
    while (all->slot[i].used && !hash_equal(all->slot[i].key, key))
        i = (i + 1) & (SCOPE_SLOTS - 1);
    if (!all->slot[i].used) {
        if (!make || all->count == SCOPES_MAX)
            return NULL;
        all->count++;
        all->slot[i].used = true;
        all->slot[i].key = key;
        all->slot[i].Computer = Computer;
        all->slot[i].Channel = Channel;
        all->slot[i].first = all->slot[i].first_time = INT64_MAX;
        all->slot[i].last = all->slot[i].last_time = INT64_MIN;
        all->slot[i].number_count = all->slot[i].time_count = 0;
        all->slot[i].unnumbered = 0;
    }
    return all->last = &all->slot[i];
}

static void scope_widen(struct scope *at, const struct origin *o)
{
    int64_t number = record_number(o);

    if (number < 0)
        at->unnumbered++;
    else if (number < at->first)
        at->first = number;
    if (number > at->last)
        at->last = number;
    if (o->time == MOMENT_NONE)
        return;
    if (o->time < at->first_time)
        at->first_time = o->time;
    if (o->time > at->last_time)
        at->last_time = o->time;
}

static void stretch_add(struct stretch *list, size_t *count, struct stretch one)
{
    if (*count < STRETCHES_MAX) {
        list[(*count)++] = one;
        return;
    }
    struct stretch *all = &list[STRETCHES_MAX - 1];
    all->first = one.first < all->first ? one.first : all->first;
    all->last = one.last > all->last ? one.last : all->last;
    all->unnumbered = all->unnumbered || one.unnumbered;
}

/* ?1 host, ?2 Channel, ?3 evidence, ?4..?7 numbers and times. */
static void bind_scope(sqlite3_stmt *st, const struct scope *at, int64_t host, int64_t evidence)
{
    bool numbers = at->first <= at->last, times = at->first_time <= at->last_time;

    stmt_number(st, 1, host);
    stmt_text(st, 2, at->Channel.at ? at->Channel : SPAN_EMPTY);
    stmt_number(st, 3, evidence);
    stmt_time(st, 4, numbers ? at->first : MOMENT_NONE);
    stmt_time(st, 5, numbers ? at->last : MOMENT_NONE);
    stmt_time(st, 6, times ? at->first_time : MOMENT_NONE);
    stmt_time(st, 7, times ? at->last_time : MOMENT_NONE);
    stmt_number(st, 8, at->unnumbered);
}

static bool scope_meet(struct store *s, const struct source *src, struct scope *at,
                       int64_t host, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_EXTENT_OVERLAPS, f);
    bool row = true;

    if (!st)
        return false;
    bind_scope(st, at, host, src->evidence);
    while (row) {
        if (!stmt_step(s, st, &row, f))
            return false;
        if (row && sqlite3_column_int(st, 0))
            stretch_add(at->numbers, &at->number_count,
                        (struct stretch){ sqlite3_column_int64(st, 2),
                                          sqlite3_column_int64(st, 3), false });
        if (row && sqlite3_column_int(st, 1))
            stretch_add(at->times, &at->time_count,
                        (struct stretch){ sqlite3_column_int64(st, 4),
                                          sqlite3_column_int64(st, 5),
                                          sqlite3_column_int(st, 6) != 0 });
    }
    stmt_done(st);
    return true;
}

static bool scope_extent(struct store *s, const struct source *src, const struct scope *at,
                         int64_t host, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_EXTENT_ADD, f);

    if (!st)
        return false;
    bind_scope(st, at, host, src->evidence);
    return stmt_run(s, st, f);
}

static bool scope_settle(struct store *s, const struct source *src, struct scope *at,
                         struct fault *f)
{
    int64_t host;

    if (!intern_host(s, at->Computer, at->platform, &host, f))
        return false;
    return scope_meet(s, src, at, host, f) && scope_extent(s, src, at, host, f);
}

/* One record into its scope; where there is no room, into the case at once. */
static bool see(struct store *s, const struct source *src, struct span Computer,
                const struct origin *o, enum platform p, struct fault *f)
{
    struct scopes *all = s->writing->scopes;
    struct scope *at = scope_of(all, Computer, o->Channel, true), alone;
    int64_t host;

    if (at) {
        at->platform = p;
        scope_widen(at, o);
        return true;
    }
    all->any = true;
    alone = (struct scope){ .Computer = Computer, .Channel = o->Channel, .first = INT64_MAX,
                            .last = INT64_MIN, .first_time = INT64_MAX, .last_time = INT64_MIN };
    scope_widen(&alone, o);
    return intern_host(s, Computer, p, &host, f) && scope_extent(s, src, &alone, host, f);
}

static bool see_all(struct store *s, const struct source *src, const struct batch *b,
                    struct fault *f)
{
    for (const struct load *l = b->loads; l; l = l->next)
        if (!see(s, src, l->Computer, &l->origin, l->platform, f))
            return false;
    for (const struct process *p = b->processes; p; p = p->next)
        if (!see(s, src, p->Computer, &p->origin, p->platform, f))
            return false;
    for (const struct context *c = b->contexts; c; c = c->next)
        if (!see(s, src, c->Computer, &c->origin, c->platform, f))
            return false;
    return true;
}

/* The indexes by time that copies are looked up in, once they are needed. */
static bool indexes(struct store *s, const struct batch *b, struct fault *f)
{
    struct writing *w = s->writing;

    if (b->loads && !w->load_time) {
        if (!schema_index(s, "load_time", f))
            return false;
        w->load_time = true;
    }
    if (b->contexts && !w->context_time) {
        if (!schema_index(s, "context_time", f))
            return false;
        w->context_time = true;
    }
    return true;
}

bool scopes_open(struct store *s, const struct source *src, const struct batch *b,
                 struct fault *f)
{
    struct writing *w = s->writing;
    struct scopes *all = w->scopes;

    if (!all)
        all = w->scopes = memory_zero(1, sizeof *all);
    for (size_t i = 0; i < SCOPE_SLOTS; i++)
        all->slot[i].used = false;
    all->last = NULL;
    all->count = 0;
    all->any = false;
    if (!see_all(s, src, b, f))
        return false;
    for (size_t i = 0; i < SCOPE_SLOTS; i++) {
        struct scope *at = &all->slot[i];
        if (!at->used)
            continue;
        if (!scope_settle(s, src, at, f))
            return false;
        all->any = all->any || at->number_count || at->time_count;
    }
    return !all->any || indexes(s, b, f);
}

bool scopes_ask(struct store *s, struct span Computer, const struct origin *o)
{
    struct scopes *all = s->writing->scopes;
    const struct scope *at;
    int64_t number = record_number(o);

    if (!all->any)
        return false;
    at = scope_of(all, Computer, o->Channel, false);
    if (!at)
        return true;
    for (size_t i = 0; i < at->number_count && number >= 0; i++)
        if (number >= at->numbers[i].first && number <= at->numbers[i].last)
            return true;
    for (size_t i = 0; i < at->time_count && o->time != MOMENT_NONE; i++)
        if (o->time >= at->times[i].first && o->time <= at->times[i].last
            && (number < 0 || at->times[i].unnumbered))
            return true;
    return false;
}

void scopes_close(struct store *s)
{
    free(s->writing->scopes);
    s->writing->scopes = NULL;
}
