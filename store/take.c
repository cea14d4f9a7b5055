/* A batch into rows, in one transaction with its place in the ledger.
 *
 * Starts go first, so that loads of the same batch find their process.  The
 * surprise: whatever fails, the whole transaction goes and with it everything
 * that was remembered, for ids in memory may name rows that are gone. */
#include "store/writing.h"

#include <stdlib.h>

#define BUSY_TRIES 24 /* of CASE_BUSY_MS each: another modhunt settles a large case */

struct writing *writing_of(struct store *s)
{
    struct writing *w = s->writing;

    if (!w) {
        w = s->writing = memory_zero(1, sizeof *w);
        cache_init(&w->cache, CACHE_SLOTS);
        tally_init(&w->tally);
        arena_init(&w->scratch, SCRATCH_BYTES_MAX);
        /* A first block that no rewind gives back: or each use would ask the system. */
        (void)arena_bytes(&w->scratch, 1);
        w->allow_entries = w->facts = -1;
        w->data_version = -1;
    }
    return w;
}

void writing_forget(struct store *s)
{
    struct writing *w = s->writing;

    cache_forget(&w->cache);
    w->host_memo.len = w->user_memo.len = 0;
    w->run_process = 0;
    w->next_sighting = 0;
    tally_uncount(&w->tally);
    w->allow_entries = w->facts = -1;
    w->load_time = w->context_time = false;
}

void writing_close(struct store *s)
{
    struct writing *w = s->writing;

    if (!w)
        return;
    cache_free(&w->cache);
    tally_free(&w->tally);
    bulk_free(&w->loads);
    bulk_free(&w->bulk);
    arena_clear(&w->scratch);
    scopes_close(s);
    free(w->sources);
    free(w);
    s->writing = NULL;
}

void writing_rollback(struct store *s)
{
    struct writing *w = s->writing;

    for (int i = 0; i < STMT_COUNT; i++)
        if (s->stmts.all[i])
            sqlite3_reset(s->stmts.all[i]);
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    writing_forget(s);
    tally_forget(&w->tally);
    w->block = (struct block){ 0 };
    w->loads.count = w->bulk.count = 0;
    w->source_count = w->shifts = w->rows = 0;
    w->open = false;
}

/* Has another connection written since?  Then rows that we remember may be gone. */
static bool compare_version(struct store *s, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_DATA_VERSION, f);
    int64_t version;
    bool row;

    if (!st || !stmt_step(s, st, &row, f))
        return false;
    version = row ? sqlite3_column_int64(st, 0) : 0;
    stmt_done(st);
    if (version != s->writing->data_version && s->writing->data_version >= 0)
        writing_forget(s);
    s->writing->data_version = version;
    return true;
}

bool writing_begin(struct store *s, struct fault *f)
{
    struct writing *w = writing_of(s);
    struct fault busy = { 0 };
    sqlite3_stmt *st;

    if (w->open)
        return true;
    if (s->read_only)
        return fault(f, FAULT_CASE, "%s: %s", s->path, s->why);
    if (!w->registered && !(bulk_register(s, "bulk_loads", &w->loads, f)
                            && bulk_register(s, "bulk", &w->bulk, f)))
        return false;
    w->registered = true;
    if (!(st = stmt_get(s, STMT_BEGIN, f)))
        return false;
    for (int i = 0; i < BUSY_TRIES && !w->open; i++) {
        w->open = stmt_run(s, st, &busy);
        if (!w->open && busy.kind != FAULT_BUSY)
            break;
    }
    if (!w->open)
        return fault(f, busy.kind, "%s", busy.text);
    if (compare_version(s, f))
        return true;
    writing_rollback(s);
    return false;
}

static bool host_of(struct store *s, struct span Computer, const struct origin *o,
                    enum platform p, int64_t *host, struct fault *f)
{
    *host = o->range ? o->range->host : 0;
    return *host || intern_host(s, Computer, p, host, f);
}

/* ---- loads ---- */

#define FETCHED_AHEAD 8 /* loads: about as long as memory takes to answer */

/* Asks memory for what the load will look up; the next one. */
static const struct load *fetch(const struct writing *w, const struct load *l)
{
    if (!l)
        return NULL;
    cache_fetch(&w->cache, l->key);
    cache_fetch(&w->cache, l->run);
    return l->next;
}

static bool load_take(struct store *s, struct source *src, struct load *l,
                      struct counts *counts, struct fault *f)
{
    enum copy_fate fate = COPY_NONE;
    int64_t host, sighting, process, user;

    if (!l->key.a && !l->key.b)
        load_identify(l);
    if (!host_of(s, l->Computer, &l->origin, l->platform, &host, f))
        return false;
    if (scopes_ask(s, &l->origin)
        && !duplicate_load(s, src, host, l, counts, &fate, f))
        return false;
    if (fate != COPY_NONE)
        return true;
    if (!intern_sighting(s, host, l, &sighting, f) || !intern_user(s, l->User, &user, f)
        || !process_of_load(s, src, host, l, &process, f) || !process_told(s, process, l, f)
        || !process_signing(s, src, l, f))
        return false;
    return loads_add(s, src, l, host, sighting, process, user, f);
}

/* ---- context ---- */

static bool context_new(struct store *s, const struct source *src, const struct context *c,
                        int64_t host, struct fault *f)
{
    int64_t process, image = 0, user, number = record_number(&c->origin);
    sqlite3_stmt *st;

    if (!process_of(s, src, host, c->Computer, c->ProcessGuid, c->ProcessId, c->Image, &process, f)
        || (c->Image.at && !intern_image(s, c->Image, &image, f))
        || !intern_user(s, c->User, &user, f) || !(st = stmt_get(s, STMT_CONTEXT_NEW, f)))
        return false;
    stmt_time(st, 1, c->origin.time);
    stmt_number(st, 2, host);
    stmt_number(st, 3, c->event);
    stmt_row(st, 4, process);
    stmt_row(st, 5, image);
    stmt_row(st, 6, user);
    stmt_text(st, 7, c->Target);
    stmt_text(st, 8, c->TargetProcessGuid);
    stmt_text(st, 9, c->Hashes);
    stmt_text(st, 10, c->Detail);
    stmt_text(st, 11, c->RuleName);
    stmt_number(st, 12, src->evidence);
    stmt_time(st, 13, number >= 0 ? number : MOMENT_NONE);
    stmt_number(st, 14, (int64_t)c->origin.place);
    stmt_number(st, 15, c->origin.flags);
    return stmt_run(s, st, f);
}

static bool context_take(struct store *s, struct source *src, const struct context *c,
                         struct counts *counts, struct fault *f)
{
    enum copy_fate fate = COPY_NONE;
    int64_t host;

    if (!host_of(s, c->Computer, &c->origin, c->platform, &host, f))
        return false;
    if (scopes_ask(s, &c->origin)
        && !duplicate_context(s, src, host, c, counts, &fate, f))
        return false;
    return fate != COPY_NONE || context_new(s, src, c, host, f);
}

/* ---- a batch ---- */

static bool take_rows(struct store *s, struct source *src, struct batch *b,
                      struct counts *counts, struct fault *f)
{
    struct writing *w = s->writing;
    const struct load *ahead = b->loads;
    int64_t host;

    if (!scopes_open(s, src, b, f))
        return false;
    for (const struct process *p = b->processes; p; p = p->next, w->rows++)
        if (!host_of(s, p->Computer, &p->origin, p->platform, &host, f)
            || !process_take(s, src, host, p, counts, f))
            return false;
    for (int i = 0; i < FETCHED_AHEAD; i++)
        ahead = fetch(w, ahead);
    for (struct load *l = b->loads; l; l = l->next, w->rows++) {
        ahead = fetch(w, ahead);
        if (!load_take(s, src, l, counts, f))
            return false;
    }
    for (const struct context *c = b->contexts; c; c = c->next, w->rows++)
        if (!context_take(s, src, c, counts, f))
            return false;
    return true;
}

static bool take(struct store *s, struct batch *b, struct fault *f)
{
    struct source *src;
    struct counts counts = b->counts;

    if (b->ends) {
        s->writing->ended = true;
        return true;
    }
    if (!ledger_open(s, b, &src, f))
        return false;
    s->writing->rows++;
    /* What an interrupted ingest had committed is not read in twice. */
    if (b->end > src->place || (b->begin == b->end && b->begin == src->place)) {
        if (b->begin < src->place)
            return fault(f, FAULT_CASE, "%s: evidence %lld goes on at another place than it "
                         "stopped at", s->path, (long long)src->evidence);
        if (!take_rows(s, src, b, &counts, f) || !ledger_batch(s, src, b, &counts, f))
            return false;
    }
    return !b->closes || ledger_close(s, src, b, f);
}

bool store_take(struct store *s, struct batch *b, struct fault *f)
{
    if (!writing_begin(s, f))
        return false;
    if (take(s, b, f))
        return true;
    writing_rollback(s);
    return false;
}

size_t store_pending(const struct store *s)
{
    return s->writing ? s->writing->rows : 0;
}

bool store_commit(struct store *s, struct fault *f)
{
    struct writing *w = s->writing;
    sqlite3_stmt *st;

    if (!w || !w->open)
        return true;
    if (loads_flush(s, f) && tally_flush(s, &w->tally, &w->bulk, f) && blocks_flush(s, f) && (st = stmt_get(s, STMT_COMMIT, f))
        && stmt_run(s, st, f)) {
        w->open = false;
        w->rows = 0;
        return true;
    }
    writing_rollback(s);
    return false;
}
