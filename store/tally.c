/* Open tables of fixed size, flushed in the order of ids, which keeps the pages
 * that a write touches together.
 *
 * pair.hosts counts hosts with a declared load, so the flush tells the pair
 * when a sighting gets its first one and when it loses its last. */
#include "store/writing.h"

#include <stdlib.h>

#define USERS_FULL (TALLY_USER_SLOTS / 4 * 3)

static void make_tables(struct tally *t, size_t slots)
{
    t->slots = slots;
    t->sightings = memory_zero(slots, sizeof *t->sightings);
    t->fresh_at = memory_zero(slots, sizeof *t->fresh_at);
    t->fresh = memory_grow(t->fresh, slots / 2, sizeof *t->fresh);
    t->pairs = memory_grow(t->pairs, slots / 2, sizeof *t->pairs);
}

void tally_init(struct tally *t)
{
    make_tables(t, TALLY_SLOTS_MIN);
    t->users = memory_zero(TALLY_USER_SLOTS, sizeof *t->users);
    t->counted = memory_zero(TALLY_COUNTED_MAX / 8, 1);
}

void tally_free(struct tally *t)
{
    free(t->sightings);
    free(t->users);
    free(t->fresh);
    free(t->fresh_at);
    free(t->pairs);
    free(t->counted);
    *t = (struct tally){ 0 };
}

void tally_forget(struct tally *t)
{
    if (t->sighting_count)
        memset(t->sightings, 0, t->slots * sizeof *t->sightings);
    if (t->user_count)
        memset(t->users, 0, TALLY_USER_SLOTS * sizeof *t->users);
    if (t->fresh_count)
        memset(t->fresh_at, 0, t->slots * sizeof *t->fresh_at);
    t->sighting_count = t->user_count = t->fresh_count = 0;
}

void tally_uncount(struct tally *t)
{
    if (t->any_counted)
        memset(t->counted, 0, TALLY_COUNTED_MAX / 8);
    t->any_counted = false;
}

/* ---- the tables ---- */

static size_t slot_of(uint64_t id, size_t slots)
{
    return (size_t)(id * UINT64_C(0x9E3779B97F4A7C15) >> 40) & (slots - 1);
}

static struct tally_sighting *sighting_slot(struct tally *t, int64_t sighting)
{
    size_t i = slot_of((uint64_t)sighting, t->slots);

    while (t->sightings[i].sighting && t->sightings[i].sighting != sighting)
        i = (i + 1) & (t->slots - 1);
    if (!t->sightings[i].sighting) {
        t->sightings[i] = (struct tally_sighting){
            .sighting = sighting, .first = MOMENT_NONE, .last = MOMENT_NONE,
            .recovered_first = MOMENT_NONE, .recovered_last = MOMENT_NONE };
        t->sighting_count++;
    }
    return &t->sightings[i];
}

static struct tally_user *user_slot(struct tally *t, int64_t sighting, int64_t user)
{
    size_t i = slot_of((uint64_t)sighting * 31 + (uint64_t)user, TALLY_USER_SLOTS);

    while (t->users[i].sighting && (t->users[i].sighting != sighting || t->users[i].user != user))
        i = (i + 1) & (TALLY_USER_SLOTS - 1);
    if (!t->users[i].sighting) {
        t->users[i] = (struct tally_user){ sighting, user, 0, 0 };
        t->user_count++;
    }
    return &t->users[i];
}

/* Where the fresh sighting of a pair and host stands, or would. */
static uint32_t *fresh_slot(const struct tally *t, int64_t pair, int64_t host)
{
    size_t i = slot_of((uint64_t)pair * 1000003 + (uint64_t)host, t->slots);

    while (t->fresh_at[i] && (t->fresh[t->fresh_at[i] - 1].pair != pair
                              || t->fresh[t->fresh_at[i] - 1].host != host))
        i = (i + 1) & (t->slots - 1);
    return &t->fresh_at[i];
}

int64_t tally_find_new(const struct tally *t, int64_t pair, int64_t host)
{
    uint32_t at = t->fresh_count ? *fresh_slot(t, pair, host) : 0;

    return at ? t->fresh[at - 1].sighting : 0;
}

void tally_fetch(const struct tally *t, int64_t sighting)
{
    const char *at = (const char *)&t->sightings[slot_of((uint64_t)sighting, t->slots)];

    __builtin_prefetch(at, 1);
    __builtin_prefetch(at + 64, 1);
}

static void grow(struct tally *t)
{
    struct tally_sighting *old = t->sightings;
    size_t slots = t->slots, fresh = t->fresh_count;

    free(t->fresh_at);
    make_tables(t, slots * 4);
    t->sighting_count = 0;
    for (size_t i = 0; i < slots; i++)
        if (old[i].sighting)
            *sighting_slot(t, old[i].sighting) = old[i];
    for (size_t i = 0; i < fresh; i++)
        *fresh_slot(t, t->fresh[i].pair, t->fresh[i].host) = (uint32_t)i + 1;
    free(old);
}

static bool make_room(struct store *s, struct tally *t, struct fault *f)
{
    if (t->sighting_count >= t->slots / 2 && t->slots < TALLY_SLOTS_MAX)
        grow(t);
    return (t->sighting_count < t->slots / 2 && t->user_count < USERS_FULL)
        || tally_flush(s, t, &s->writing->bulk, f);
}

bool tally_new(struct store *s, struct tally *t, const struct tally_fresh *fresh, struct fault *f)
{
    if (!make_room(s, t, f))
        return false;
    t->fresh[t->fresh_count++] = *fresh;
    *fresh_slot(t, fresh->pair, fresh->host) = (uint32_t)t->fresh_count;
    sighting_slot(t, fresh->sighting)->fresh = t->fresh_count;
    return true;
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

static void add_user(struct tally *t, struct tally_sighting *at, int64_t user, bool recovered,
                     int by)
{
    struct tally_user *u;

    if (!at->user)
        at->user = user;
    if (at->user == user) {
        *(recovered ? &at->user_recovered : &at->user_loads) += by;
        return;
    }
    u = user_slot(t, at->sighting, user);
    *(recovered ? &u->recovered : &u->loads) += by;
}

bool tally_add(struct store *s, struct tally *t, int64_t sighting, int64_t user, int64_t time,
               bool recovered, int by, struct fault *f)
{
    struct tally_sighting *at;

    if (!make_room(s, t, f))
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
    if (user)
        add_user(t, at, user, recovered, by);
    return true;
}

/* ---- into the case ---- */

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

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool pair_hosts(struct store *s, int64_t pair, int64_t by, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_PAIR_HOSTS, f);

    if (!st)
        return false;
    stmt_number(st, 1, pair);
    stmt_number(st, 2, by);
    return stmt_run(s, st, f);
}

static bool is_counted(const struct tally *all, int64_t sighting)
{
    return sighting < TALLY_COUNTED_MAX && all->counted[sighting / 8] & 1 << sighting % 8;
}

static void set_counted(struct tally *all, int64_t sighting, bool counted)
{
    uint8_t bit = (uint8_t)(1 << sighting % 8);

    if (sighting >= TALLY_COUNTED_MAX)
        return;
    all->counted[sighting / 8] = (uint8_t)(all->counted[sighting / 8] & ~bit);
    if (counted)
        all->counted[sighting / 8] |= bit;
    all->any_counted = true;
}

/* (One UPDATE ... FROM would do it, and open a table in memory each time.) */
static bool count_host(struct store *s, struct tally *all, const struct tally_sighting *t,
                       struct fault *f)
{
    sqlite3_stmt *st;
    int64_t pair, had;
    bool row;

    if (t->loads > 0 && is_counted(all, t->sighting))
        return true;
    if (!(st = stmt_get(s, STMT_SIGHTING_LOADS, f)))
        return false;
    stmt_number(st, 1, t->sighting);
    if (!stmt_step(s, st, &row, f))
        return false;
    pair = row ? sqlite3_column_int64(st, 0) : 0;
    had = row ? sqlite3_column_int64(st, 1) : 0;
    stmt_done(st);
    set_counted(all, t->sighting, had + t->loads > 0);
    return (had > 0) == (had + t->loads > 0) || pair_hosts(s, pair, had > 0 ? -1 : 1, f);
}

/* Into the bulk: a fresh one whole, of another what it adds.  (The pair and host of
 * the latter are never written, so they only must not be those of a row.) */
static void put_sighting(struct bulk *b, const struct tally_fresh *fresh,
                         const struct tally_sighting *t)
{
    static const struct tally_fresh none = { 0 };
    int64_t *c = bulk_add(b)->c;

    if (!fresh)
        fresh = &none;
    c[0] = t->sighting;
    c[1] = fresh->sighting ? fresh->pair : -t->sighting;
    c[2] = fresh->host;
    c[3] = fresh->verdict.SuspicionScore;
    c[4] = fresh->verdict.factors;
    c[5] = factor_is_hit(fresh->verdict);
    c[6] = fresh->allowed_by ? fresh->allowed_by : MOMENT_NONE;
    c[7] = t->loads;
    c[8] = t->first;
    c[9] = t->last;
    c[10] = t->recovered;
    c[11] = t->recovered_first;
    c[12] = t->recovered_last;
}

bool tally_write_new(struct store *s, struct bulk *b, const struct tally_fresh *fresh,
                     struct fault *f)
{
    put_sighting(b, fresh, &(struct tally_sighting){
        .sighting = fresh->sighting, .first = MOMENT_NONE, .last = MOMENT_NONE,
        .recovered_first = MOMENT_NONE, .recovered_last = MOMENT_NONE });
    return bulk_write(s, b, STMT_SIGHTINGS_ADD, f);
}

static void put_user(struct bulk *b, int64_t sighting, int64_t user, int64_t loads,
                     int64_t recovered)
{
    int64_t *c = bulk_add(b)->c;

    c[0] = sighting;
    c[1] = user;
    c[2] = loads;
    c[3] = recovered;
}

/* All tables are cleared afterwards, so the entries may be moved to the front. */
static void sort_sightings(struct tally *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->slots && n < t->sighting_count; i++)
        if (t->sightings[i].sighting)
            t->sightings[n++] = t->sightings[i];
    qsort(t->sightings, n, sizeof *t->sightings, by_sighting);
}

static void sort_users(struct tally *t)
{
    size_t n = 0;

    for (size_t i = 0; i < TALLY_USER_SLOTS && n < t->user_count; i++)
        if (t->users[i].sighting)
            t->users[n++] = t->users[i];
    qsort(t->users, n, sizeof *t->users, by_user);
}

static bool flush_sightings(struct store *s, struct tally *t, struct bulk *b, size_t *pairs,
                            struct fault *f)
{
    for (size_t i = 0; i < t->sighting_count; i++) {
        const struct tally_sighting *at = &t->sightings[i];
        const struct tally_fresh *fresh = at->fresh ? &t->fresh[at->fresh - 1] : NULL;

        if (!fresh && at->loads && !count_host(s, t, at, f))
            return false;
        if (fresh && at->loads > 0) {
            t->pairs[(*pairs)++] = fresh->pair;
            set_counted(t, at->sighting, true);
        }
        put_sighting(b, fresh, at);
        if (bulk_full(b) && !bulk_write(s, b, STMT_SIGHTINGS_ADD, f))
            return false;
    }
    return bulk_write(s, b, STMT_SIGHTINGS_ADD, f);
}

static bool flush_users(struct store *s, struct tally *t, struct bulk *b, struct fault *f)
{
    for (size_t i = 0; i < t->sighting_count; i++) {
        const struct tally_sighting *at = &t->sightings[i];

        if (at->user)
            put_user(b, at->sighting, at->user, at->user_loads, at->user_recovered);
        if (bulk_full(b) && !bulk_write(s, b, STMT_SIGHTING_USERS_ADD, f))
            return false;
    }
    sort_users(t);
    for (size_t i = 0; i < t->user_count; i++) {
        const struct tally_user *u = &t->users[i];

        if (bulk_full(b) && !bulk_write(s, b, STMT_SIGHTING_USERS_ADD, f))
            return false;
        put_user(b, u->sighting, u->user, u->loads, u->recovered);
    }
    return bulk_write(s, b, STMT_SIGHTING_USERS_ADD, f);
}

/* Fresh sightings add to their pairs, each pair once. */
static bool flush_pairs(struct store *s, struct tally *t, size_t count, struct fault *f)
{
    qsort(t->pairs, count, sizeof *t->pairs, by_number);
    for (size_t i = 0, same; i < count; i += same) {
        for (same = 1; i + same < count && t->pairs[i + same] == t->pairs[i]; same++)
            ;
        if (!pair_hosts(s, t->pairs[i], (int64_t)same, f))
            return false;
    }
    return true;
}

bool tally_flush(struct store *s, struct tally *t, struct bulk *b, struct fault *f)
{
    size_t pairs = 0;

    sort_sightings(t);
    if (!flush_sightings(s, t, b, &pairs, f) || !flush_pairs(s, t, pairs, f)
        || !flush_users(s, t, b, f))
        return false;
    tally_forget(t);
    return true;
}
