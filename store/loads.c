/* Rows of `load`, some thousand at a time, and the blocks that say where in
 * `load` a time lies.
 *
 * The surprise: a load has no id until the rows are flushed.  Where copies are
 * looked for they are flushed one by one, since what is looked at must be there. */
#include "store/writing.h"

bool blocks_flush(struct store *s, struct fault *f)
{
    struct block *b = &s->writing->block;
    sqlite3_stmt *st = stmt_get(s, STMT_BLOCK_NEW, f);

    if (!st)
        return false;
    if (!b->loads)
        return true;
    stmt_number(st, 1, b->first_load);
    stmt_number(st, 2, b->last_load);
    stmt_row(st, 3, b->mixed ? 0 : b->host);
    stmt_number(st, 4, b->evidence);
    stmt_time(st, 5, b->first_time);
    stmt_time(st, 6, b->last_time);
    stmt_number(st, 7, b->loads);
    *b = (struct block){ 0 };
    return stmt_run(s, st, f);
}

static bool block_add(struct store *s, int64_t load, int64_t host, int64_t evidence,
                      int64_t time, struct fault *f)
{
    struct block *b = &s->writing->block;

    if (b->loads && (b->evidence != evidence || b->loads == BLOCK_LOADS_MAX
                     || b->last_load + 1 != load)
        && !blocks_flush(s, f))
        return false;
    if (!b->loads)
        *b = (struct block){ .first_load = load, .host = host, .evidence = evidence,
                             .first_time = time, .last_time = time };
    b->last_load = load;
    b->loads++;
    b->mixed = b->mixed || b->host != host;
    if (time != MOMENT_NONE) {
        b->first_time = b->first_time == MOMENT_NONE || time < b->first_time ? time
                                                                             : b->first_time;
        b->last_time = time > b->last_time ? time : b->last_time;
    }
    return true;
}

/* Columns of a row that waits; the last is the block's, not the table's. */
enum { TIME, SIGHTING, PROCESS, USER, EVIDENCE, RECORD, PLACE, FLAGS, HOST };

#define FETCHED_AHEAD 8 /* rows: about as long as memory takes to answer */

/* What the rows add to their sightings. */
static bool tally_rows(struct store *s, const struct bulk_row *rows, size_t count, struct fault *f)
{
    struct tally *t = &s->writing->tally;

    for (size_t i = 0; i < count; i++) {
        const int64_t *c = rows[i].c;

        if (i + FETCHED_AHEAD < count)
            tally_fetch(t, rows[i + FETCHED_AHEAD].c[SIGHTING]);
        if (!tally_add(s, t, c[SIGHTING], c[USER] == MOMENT_NONE ? 0 : c[USER], c[TIME],
                       c[FLAGS] & RECORD_RECOVERED, 1, f))
            return false;
    }
    return true;
}

bool loads_flush(struct store *s, struct fault *f)
{
    struct bulk *b = &s->writing->loads;
    size_t count = b->count;
    int64_t first;

    if (!bulk_write(s, b, STMT_LOADS_NEW, f))
        return false;
    first = sqlite3_last_insert_rowid(s->db) - (int64_t)count + 1;
    for (size_t i = 0; i < count; i++) {
        const int64_t *c = b->rows[i].c;
        if (!block_add(s, first + (int64_t)i, c[HOST], c[EVIDENCE], c[TIME], f))
            return false;
    }
    return !count || tally_rows(s, b->rows, count, f);
}

static int64_t or_null(int64_t id)
{
    return id ? id : MOMENT_NONE;
}

bool loads_add(struct store *s, const struct source *src, const struct load *l, int64_t host,
               int64_t sighting, int64_t process, int64_t user, struct fault *f)
{
    struct bulk *b = &s->writing->loads;
    int64_t *c = bulk_add(b)->c, number = record_number(&l->origin);

    c[TIME] = l->origin.time;
    c[SIGHTING] = sighting;
    c[PROCESS] = or_null(process);
    c[USER] = or_null(user);
    c[EVIDENCE] = src->evidence;
    c[RECORD] = number >= 0 ? number : MOMENT_NONE;
    c[PLACE] = (int64_t)l->origin.place;
    c[FLAGS] = (int64_t)(l->origin.flags | (uint32_t)l->resolution << FLAGS_RESOLUTION_SHIFT);
    c[HOST] = host;
    return (!bulk_full(b) && !scopes_meet(s)) || loads_flush(s, f);
}
