/* Which files overlap with a batch, so that only those that do pay for looking
 * for copies.
 *
 * A scope is one range (host and channel) of the batch, with those stretches of
 * other files that meet its numbers and times.  The surprise: a record that the
 * batch has no range for (core/load.h, RANGES_MAX) is always looked for, which
 * is slow and right. */
#include "store/writing.h"

#include <stdlib.h>

#define STRETCHES_MAX 16 /* more are joined to one that spans them all */

struct stretch {
    int64_t first, last;
    bool unnumbered; /* of times: the other file has records without a number */
};

struct scope {
    struct stretch numbers[STRETCHES_MAX], times[STRETCHES_MAX];
    size_t number_count, time_count;
};

struct scopes {
    struct scope *of; /* by the range's number */
    size_t room;
    bool any;
};

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

/* ?1 host, ?2 Channel, ?3 evidence, ?4..?7 numbers and times, ?8 those without. */
static void bind_range(sqlite3_stmt *st, const struct range *r, int64_t evidence)
{
    bool numbers = r->kept.first <= r->kept.last, times = r->kept.first_time <= r->kept.last_time;

    stmt_number(st, 1, r->host);
    stmt_text(st, 2, r->Channel.at ? r->Channel : SPAN_EMPTY);
    stmt_number(st, 3, evidence);
    stmt_time(st, 4, numbers ? r->kept.first : MOMENT_NONE);
    stmt_time(st, 5, numbers ? r->kept.last : MOMENT_NONE);
    stmt_time(st, 6, times ? r->kept.first_time : MOMENT_NONE);
    stmt_time(st, 7, times ? r->kept.last_time : MOMENT_NONE);
    stmt_number(st, 8, r->kept.unnumbered);
}

static bool scope_meet(struct store *s, const struct source *src, const struct range *r,
                       struct scope *at, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_EXTENT_OVERLAPS, f);
    bool row = true;

    if (!st)
        return false;
    bind_range(st, r, src->evidence);
    at->number_count = at->time_count = 0;
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

static bool add_extent(struct store *s, const struct source *src, const struct range *r,
                       struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_EXTENT_ADD, f);

    if (!st)
        return false;
    bind_range(st, r, src->evidence);
    return stmt_run(s, st, f);
}

/* A record that has no range, into the case at once. */
static bool see_alone(struct store *s, const struct source *src, struct span Computer,
                      const struct origin *o, enum platform p, struct fault *f)
{
    struct batch alone = { 0 };
    struct origin copy = *o;
    bool ok;

    arena_init(&alone.arena, BATCH_BYTES_MAX);
    batch_place(&alone, Computer, p, &copy);
    s->writing->scopes->any = true;
    ok = !copy.range || (intern_host(s, Computer, p, &copy.range->host, f)
                         && add_extent(s, src, copy.range, f));
    arena_clear(&alone.arena);
    return ok;
}

static bool see(struct store *s, const struct source *src, struct batch *b, struct span Computer,
                struct origin *o, enum platform p, struct fault *f)
{
    if (!o->range)
        batch_place(b, Computer, p, o);
    return o->range || see_alone(s, src, Computer, o, p, f);
}

static bool see_all(struct store *s, const struct source *src, struct batch *b, struct fault *f)
{
    for (struct load *l = b->loads; l; l = l->next)
        if (!see(s, src, b, l->Computer, &l->origin, l->platform, f))
            return false;
    for (struct process *p = b->processes; p; p = p->next)
        if (!see(s, src, b, p->Computer, &p->origin, p->platform, f))
            return false;
    for (struct context *c = b->contexts; c; c = c->next)
        if (!see(s, src, b, c->Computer, &c->origin, c->platform, f))
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

static struct scopes *scopes_of(struct writing *w, const struct batch *b)
{
    struct scopes *all = w->scopes;

    if (!all)
        all = w->scopes = memory_zero(1, sizeof *all);
    if (b->range_count > all->room) {
        all->room = b->range_count;
        all->of = memory_grow(all->of, all->room, sizeof *all->of);
    }
    all->any = false;
    return all;
}

static bool is_kept(const struct range *r)
{
    return r->kept.first <= r->kept.last || r->kept.unnumbered;
}

bool scopes_open(struct store *s, const struct source *src, struct batch *b, struct fault *f)
{
    struct scopes *all;

    (void)scopes_of(s->writing, b);
    /* A walk over the list costs as much as memory takes to answer for each. */
    if ((b->placed != b->items || b->range_count == RANGES_MAX) && !see_all(s, src, b, f))
        return false;
    bool alone = s->writing->scopes->any;
    all = scopes_of(s->writing, b);
    all->any = alone;
    for (struct range *r = b->ranges; r; r = r->next) {
        struct scope *at = &all->of[r->number];

        at->number_count = at->time_count = 0;
        if (!is_kept(r))
            continue;
        if (!intern_host(s, r->Computer, r->platform, &r->host, f)
            || !scope_meet(s, src, r, at, f) || !add_extent(s, src, r, f))
            return false;
        all->any = all->any || at->number_count || at->time_count;
    }
    /* What is looked at must be in the case. */
    return !all->any
        || (indexes(s, b, f) && loads_flush(s, f)
            && (!s->writing->tally.fresh_count
                || tally_flush(s, &s->writing->tally, &s->writing->bulk, f)));
}

bool scopes_meet(const struct store *s)
{
    return s->writing->scopes && s->writing->scopes->any;
}

bool scopes_ask(const struct store *s, const struct origin *o)
{
    const struct scopes *all = s->writing->scopes;
    const struct scope *at;
    int64_t number = record_number(o);

    if (!all->any)
        return false;
    if (!o->range)
        return true;
    at = &all->of[o->range->number];
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
    if (s->writing->scopes)
        free(s->writing->scopes->of);
    free(s->writing->scopes);
    s->writing->scopes = NULL;
}
