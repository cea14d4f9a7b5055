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

static bool flush_sighting(struct store *s, const struct tally_sighting *t, struct fault *f)
{
    sqlite3_stmt *hosts = stmt_get(s, STMT_PAIR_HOSTS, f), *add;

    if (!hosts)
        return false;
    if (t->loads) {
        stmt_number(hosts, 1, t->sighting);
        stmt_number(hosts, 2, t->loads);
        if (!stmt_run(s, hosts, f))
            return false;
    }
    add = stmt_get(s, STMT_SIGHTING_ADD, f);
    if (!add)
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

bool tally_flush(struct store *s, struct tally *t, struct fault *f)
{
    /* Free slots have the id 0 and come first once sorted. */
    if (t->sighting_count)
        qsort(t->sightings, TALLY_SLOTS, sizeof *t->sightings, by_sighting);
    for (size_t i = TALLY_SLOTS - t->sighting_count; i < TALLY_SLOTS; i++)
        if (!flush_sighting(s, &t->sightings[i], f))
            return false;
    if (t->user_count)
        qsort(t->users, TALLY_SLOTS, sizeof *t->users, by_user);
    for (size_t i = TALLY_SLOTS - t->user_count; i < TALLY_SLOTS; i++)
        if (!flush_user(s, &t->users[i], f))
            return false;
    tally_forget(t);
    return true;
}
