/* Two open tables of fixed size, flushed in the order of ids, which keeps the
 * pages that an update touches together.
 *
 * pair.hosts counts hosts with a declared load, so the flush tells the pair
 * when a sighting gets its first one and when it loses its last. */
#include "store/tally.h"

#include <stdlib.h>

#define FULL (TALLY_SLOTS / 4 * 3)

void tally_init(struct tally *t)
{
    t->sightings = memory_zero(TALLY_SLOTS, sizeof *t->sightings);
    t->users = memory_zero(TALLY_SLOTS, sizeof *t->users);
}

void tally_free(struct tally *t)
{
    free(t->sightings);
    free(t->users);
    *t = (struct tally){ 0 };
}

void tally_forget(struct tally *t)
{
    if (t->sighting_count)
        memset(t->sightings, 0, TALLY_SLOTS * sizeof *t->sightings);
    if (t->user_count)
        memset(t->users, 0, TALLY_SLOTS * sizeof *t->users);
    t->sighting_count = t->user_count = 0;
}

static size_t slot_of(uint64_t id)
{
    return (size_t)(id * UINT64_C(0x9E3779B97F4A7C15) >> 50) & (TALLY_SLOTS - 1);
}

static struct tally_sighting *sighting_slot(struct tally *t, int64_t sighting)
{
    size_t i = slot_of((uint64_t)sighting);

    while (t->sightings[i].sighting && t->sightings[i].sighting != sighting)
        i = (i + 1) & (TALLY_SLOTS - 1);
    if (!t->sightings[i].sighting) {
        t->sightings[i] = (struct tally_sighting){ sighting, 0, MOMENT_NONE, MOMENT_NONE,
                                                   0, MOMENT_NONE, MOMENT_NONE };
        t->sighting_count++;
    }
    return &t->sightings[i];
}

static struct tally_user *user_slot(struct tally *t, int64_t sighting, int64_t user)
{
    size_t i = slot_of((uint64_t)sighting * 31 + (uint64_t)user);

    while (t->users[i].sighting && (t->users[i].sighting != sighting || t->users[i].user != user))
        i = (i + 1) & (TALLY_SLOTS - 1);
    if (!t->users[i].sighting) {
        t->users[i] = (struct tally_user){ sighting, user, 0, 0 };
        t->user_count++;
    }
    return &t->users[i];
}

static void widen(int64_t *first, int64_t *last, int64_t time)
{
    if (time == MOMENT_NONE)
        return;
    if (*first == MOMENT_NONE || time < *first)
        *first = time;
    if (*last == MOMENT_NONE || time > *last)
        *last = time;
}

bool tally_add(struct store *s, struct tally *t, int64_t sighting, int64_t user, int64_t time,
               bool recovered, int by, struct fault *f)
{
    struct tally_sighting *at;

    if ((t->sighting_count >= FULL || t->user_count >= FULL) && !tally_flush(s, t, f))
        return false;
    at = sighting_slot(t, sighting);
    if (recovered)
        at->recovered += by;
    else
        at->loads += by;
    if (by > 0 && recovered)
        widen(&at->recovered_first, &at->recovered_last, time);
    else if (by > 0)
        widen(&at->first, &at->last, time);
    if (user) {
        struct tally_user *u = user_slot(t, sighting, user);
        if (recovered)
            u->recovered += by;
        else
            u->loads += by;
    }
    return true;
}

static int by_sighting(const void *a, const void *b)
{
    const struct tally_sighting *x = a, *y = b;
    return (x->sighting > y->sighting) - (x->sighting < y->sighting);
}

static int by_user(const void *a, const void *b)
{
    const struct tally_user *x = a, *y = b;
    if (x->sighting != y->sighting)
        return x->sighting < y->sighting ? -1 : 1;
    return (x->user > y->user) - (x->user < y->user);
}

/* (One UPDATE ... FROM would do it, and open a table in memory each time.) */
static bool count_host(struct store *s, const struct tally_sighting *t, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_SIGHTING_LOADS, f);
    int64_t pair, had;
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, t->sighting);
    if (!stmt_step(s, st, &row, f))
        return false;
    pair = row ? sqlite3_column_int64(st, 0) : 0;
    had = row ? sqlite3_column_int64(st, 1) : 0;
    stmt_done(st);
    if ((had > 0) == (had + t->loads > 0))
        return true;
    if (!(st = stmt_get(s, STMT_PAIR_HOSTS, f)))
        return false;
    stmt_number(st, 1, pair);
    stmt_number(st, 2, had > 0 ? -1 : 1);
    return stmt_run(s, st, f);
}

static bool flush_sighting(struct store *s, const struct tally_sighting *t, struct fault *f)
{
    sqlite3_stmt *add;

    if ((t->loads && !count_host(s, t, f)) || !(add = stmt_get(s, STMT_SIGHTING_ADD, f)))
        return false;
    stmt_number(add, 1, t->sighting);
    stmt_number(add, 2, t->loads);
    stmt_time(add, 3, t->first);
    stmt_time(add, 4, t->last);
    stmt_number(add, 5, t->recovered);
    stmt_time(add, 6, t->recovered_first);
    stmt_time(add, 7, t->recovered_last);
    return stmt_run(s, add, f);
}

static bool flush_user(struct store *s, const struct tally_user *t, struct fault *f)
{
    sqlite3_stmt *add = stmt_get(s, STMT_SIGHTING_USER_ADD, f);

    if (!add)
        return false;
    stmt_number(add, 1, t->sighting);
    stmt_number(add, 2, t->user);
    stmt_number(add, 3, t->loads);
    stmt_number(add, 4, t->recovered);
    return stmt_run(s, add, f);
}

/* Both tables are cleared afterwards, so the entries may be moved to the front. */
static void sort_sightings(struct tally *t)
{
    size_t n = 0;

    for (size_t i = 0; i < TALLY_SLOTS && n < t->sighting_count; i++)
        if (t->sightings[i].sighting)
            t->sightings[n++] = t->sightings[i];
    qsort(t->sightings, n, sizeof *t->sightings, by_sighting);
}

static void sort_users(struct tally *t)
{
    size_t n = 0;

    for (size_t i = 0; i < TALLY_SLOTS && n < t->user_count; i++)
        if (t->users[i].sighting)
            t->users[n++] = t->users[i];
    qsort(t->users, n, sizeof *t->users, by_user);
}

bool tally_flush(struct store *s, struct tally *t, struct fault *f)
{
    sort_sightings(t);
    for (size_t i = 0; i < t->sighting_count; i++)
        if (!flush_sighting(s, &t->sightings[i], f))
            return false;
    sort_users(t);
    for (size_t i = 0; i < t->user_count; i++)
        if (!flush_user(s, &t->users[i], f))
            return false;
    tally_forget(t);
    return true;
}
