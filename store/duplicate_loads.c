/* Is this load in the case already, from another file?
 *
 * Two records are one only if host, record number and UtcTime agree and no field
 * that both have contradicts.  Where one has no number, the k-th record of one
 * file with the same host, UtcTime, ProcessGuid, Image and ImageLoaded matches
 * the k-th of the other: each row is matched at most once with a file, in the
 * order in which rows came, which is that of places.  Hashes are compared by kind, without
 * case; which of two spellings stays does not depend on the order of loading. */
#include "store/copies.h"

#include "core/hashes.h"

#define TEXTS 18 /* of LOAD_READ, in the order of load_texts() */

/* The texts that must not contradict, and that fill each other. */
static void load_texts(struct load *l, struct span *out[static TEXTS])
{
    size_t n = 0;

    out[n++] = &l->User;
    out[n++] = &l->ProcessGuid;
    out[n++] = &l->Image;
#define TAKE(name, auditd, ecs, width) out[n++] = &l->name;
    MODULE_FIELDS(TAKE)
    HASH_FIELDS(TAKE)
    RAW_FIELDS(TAKE)
#undef TAKE
}

static const char *text_name(size_t i)
{
#define NAME(name, auditd, ecs, width) #name,
    static const char *const names[TEXTS] = { "User", "ProcessGuid", "Image",
                                              MODULE_FIELDS(NAME) HASH_FIELDS(NAME)
                                              RAW_FIELDS(NAME) };
#undef NAME
    return names[i];
}

/* The row as a load, its texts in the scratch arena. */
static bool load_read(struct store *s, int64_t id, struct load *out, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_LOAD_READ, f);
    struct span *text[TEXTS];
    bool row, full = false;

    *out = (struct load){ .ProcessId = -1 };
    load_texts(out, text);
    if (!st)
        return false;
    stmt_number(st, 1, id);
    if (!stmt_step(s, st, &row, f))
        return false;
    for (size_t i = 0; i < TEXTS && row; i++)
        *text[i] = arena_copy(&s->writing->scratch, stmt_span(st, (int)i), &full);
    if (row && sqlite3_column_type(st, TEXTS) != SQLITE_NULL)
        out->ProcessId = sqlite3_column_int64(st, TEXTS);
    stmt_done(st);
    return row && !full ? true
                        : fault(f, FAULT_CASE, "%s: load %lld can't be read", s->path,
                                (long long)id);
}

/* NULL where nothing contradicts. */
static const char *contradiction(struct load *a, struct load *b)
{
    struct span *x[TEXTS], *y[TEXTS];

    load_texts(a, x);
    load_texts(b, y);
    for (size_t i = 0; i < TEXTS; i++) {
        bool guid = x[i] == &a->ProcessGuid, hashes = x[i] == &a->Hashes;

        if (!x[i]->at || !y[i]->at)
            continue;
        if (guid && (!process_guid_counts(*x[i]) || !process_guid_counts(*y[i])))
            continue;
        if (guid ? !span_equal_nocase(*x[i], *y[i]) : hashes ? hashes_contradict(*x[i], *y[i])
                                                             : !span_equal(*x[i], *y[i]))
            return text_name(i);
    }
    return a->ProcessId >= 0 && b->ProcessId >= 0 && a->ProcessId != b->ProcessId ? "ProcessId"
                                                                                 : NULL;
}

/* Without record numbers these must agree, too. */
static bool same_key(const struct load *a, const struct load *b)
{
    bool x = process_guid_counts(a->ProcessGuid), y = process_guid_counts(b->ProcessGuid);

    return x == y && (!x || span_equal_nocase(a->ProcessGuid, b->ProcessGuid))
        && span_equal(a->Image, b->Image) && span_equal(a->ImageLoaded, b->ImageLoaded);
}

/* A load that has what either has; `better` decides where both do. */
static struct load merged(const struct load *better, struct load *other)
{
    struct load out = *better;
    struct span *x[TEXTS], *y[TEXTS];

    load_texts(&out, x);
    load_texts(other, y);
    for (size_t i = 0; i < TEXTS; i++)
        if (!x[i]->at)
            *x[i] = *y[i];
    if (out.Hashes.at && other->Hashes.at)
        out.Hashes = hashes_kept(out.Hashes, other->Hashes);
    if (!process_guid_counts(out.ProcessGuid))
        out.ProcessGuid = other->ProcessGuid;
    if (out.ProcessId < 0)
        out.ProcessId = other->ProcessId;
    return out;
}

/* ---- the row changes ---- */

/* What a load's row becomes; evidence to flags are the kept record's. */
struct change {
    int64_t sighting, process, user, evidence, record, place, flags;
};

static bool stale(struct store *s, int64_t sighting, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_STALE, f);

    if (!st)
        return false;
    stmt_number(st, 1, sighting);
    return stmt_run(s, st, f);
}

static bool change_row(struct store *s, const struct held *h, int64_t time,
                       const struct change *to, struct fault *f)
{
    struct tally *t = &s->writing->tally;
    bool was = h->flags & RECORD_RECOVERED, is = to->flags & RECORD_RECOVERED;
    sqlite3_stmt *st = stmt_get(s, STMT_LOAD_CHANGE, f);

    if (!st)
        return false;
    stmt_number(st, 1, h->id);
    stmt_number(st, 2, to->sighting);
    stmt_row(st, 3, to->process);
    stmt_row(st, 4, to->user);
    stmt_number(st, 5, to->evidence);
    stmt_time(st, 6, to->record >= 0 ? to->record : MOMENT_NONE);
    stmt_number(st, 7, to->place);
    stmt_number(st, 8, to->flags);
    if (!stmt_run(s, st, f))
        return false;
    if (to->sighting == h->a && to->user == h->c && was == is)
        return true;
    return tally_add(s, t, h->a, h->c, time, was, -1, f)
        && tally_add(s, t, to->sighting, to->user, time, is, 1, f) && stale(s, h->a, f);
}

/* Where the merged load belongs.  (Stubs without a ProcessGuid go by evidence:
 * settling moves the load to the right one.) */
static bool place_merged(struct store *s, const struct source *src, int64_t host,
                         const struct held *h, const struct load *l, struct change *to,
                         struct fault *f)
{
    if (!intern_sighting(s, host, l, &to->sighting, f) || !intern_user(s, l->User, &to->user, f))
        return false;
    to->process = h->b;
    return (h->b && !process_guid_counts(l->ProcessGuid))
        || process_of(s, src, host, l->Computer, l->ProcessGuid, l->ProcessId, l->Image,
                      &to->process, f);
}

static bool settle_pair(struct store *s, struct source *src, int64_t host, const struct load *l,
                        const struct held *h, struct load *held, struct counts *counts,
                        enum copy_fate *fate, struct fault *f)
{
    struct load mine = *l, both;
    struct change to = { h->a, h->b, h->c, h->evidence, h->record, h->place, h->flags };
    int64_t spelt;
    bool prefer;

    /* Asked for the sake of its spelling, of which the smaller one stays. */
    if (process_guid_counts(l->ProcessGuid)
        && !process_of(s, src, host, l->Computer, l->ProcessGuid, l->ProcessId, l->Image, &spelt,
                       f))
        return false;
    if (!copies_prefer_new(s, src, &l->origin, h, &prefer, f))
        return false;
    *fate = prefer ? COPY_NEW : COPY_OLD;
    src->matched = h->id;
    if (held) {
        both = prefer ? merged(&mine, held) : merged(held, &mine);
        both.Computer = l->Computer;
        both.platform = l->platform;
        load_identify(&both);
        if (!place_merged(s, src, host, h, &both, &to, f))
            return false;
    }
    if (prefer) {
        to.evidence = src->evidence;
        to.record = record_number(&l->origin);
        to.place = (int64_t)l->origin.place;
        to.flags = (int64_t)(l->origin.flags
                             | (uint32_t)l->resolution << FLAGS_RESOLUTION_SHIFT);
        return change_row(s, h, l->origin.time, &to, f) && copies_leave_old(s, ROW_LOAD, h, f);
    }
    if ((to.sighting != h->a || to.process != h->b || to.user != h->c)
        && !change_row(s, h, l->origin.time, &to, f))
        return false;
    return copies_leave_new(s, src, ROW_LOAD, &l->origin, h, counts, f);
}

/* ---- looking ---- */

struct look {
    struct store *s;
    struct source *src;
    int64_t host;
    const struct load *load;
    struct counts *counts;
    enum copy_fate *fate;
    int64_t remembered;   /* the sighting of such a load, where we know it */
    const char *conflict; /* the first contradiction met, and where */
    struct held rival;
};

/* Where the ids are the same, nothing else has to be compared. */
static bool same_ids(const struct look *k, const struct held *h, bool *same, struct fault *f)
{
    const struct load *l = k->load;
    int64_t process = 0, user = 0;

    *same = false;
    if (!k->remembered || h->a != k->remembered || !process_guid_counts(l->ProcessGuid))
        return true;
    if (!process_of(k->s, k->src, k->host, l->Computer, l->ProcessGuid, l->ProcessId, l->Image,
                    &process, f)
        || !intern_user(k->s, l->User, &user, f))
        return false;
    *same = process == h->b && user == h->c;
    return true;
}

/* Is it the same event?  *held (in the scratch arena) is read where the ids
 * leave it open; *whole says that they did not. */
static bool compare(struct look *k, const struct held *h, struct load *held, bool *whole,
                    bool *match, struct fault *f)
{
    struct load mine = *k->load;
    bool numbered = h->record >= 0 && record_number(&mine.origin) >= 0;
    const char *field;

    *match = false;
    if (!same_ids(k, h, whole, f))
        return false;
    if (*whole) {
        *match = true;
        return true;
    }
    if (!load_read(k->s, h->id, held, f))
        return false;
    if (!numbered && !same_key(&mine, held))
        return true;
    field = contradiction(&mine, held);
    *match = !field;
    if (field && !k->conflict) {
        k->conflict = field;
        k->rival = *h;
    }
    return true;
}

/* One row of the walk; the statement is reset before the row is changed. */
static bool visit(struct look *k, sqlite3_stmt *st, const struct held *h, struct fault *f)
{
    struct arena_mark mark = arena_mark(&k->s->writing->scratch);
    struct load held;
    bool whole, match, ok = compare(k, h, &held, &whole, &match, f);

    if (ok && match) {
        stmt_done(st);
        ok = settle_pair(k->s, k->src, k->host, k->load, h, whole ? NULL : &held, k->counts,
                         k->fate, f);
    }
    arena_rewind(&k->s->writing->scratch, mark);
    return ok;
}

/* Walks the rows of a statement whose values are bound, until one matches.
 * *matched_to: all rows up to this id were matched or our own. */
static bool walk(struct look *k, sqlite3_stmt *st, int64_t *matched_to, struct fault *f)
{
    bool row = true, may = true, all_matched = true, ok = true;

    for (int64_t seen = 0; ok && may && *k->fate == COPY_NONE; seen++) {
        struct held h;
        if (!stmt_step(k->s, st, &row, f))
            return false;
        if (!row)
            break;
        if (seen > LOOKED_A_RECORD && !copies_may_look(k->s, k->src, &may, f))
            ok = false;
        held_read(st, &h);
        if (ok && may && h.evidence != k->src->evidence && h.host == k->host && !h.matched)
            ok = visit(k, st, &h, f);
        all_matched = all_matched && (h.evidence == k->src->evidence || h.matched
                                      || *k->fate != COPY_NONE);
        if (all_matched)
            *matched_to = h.id;
    }
    stmt_done(st);
    return ok;
}

static bool ask(struct look *k, enum stmt name, int64_t second, int64_t *after, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(k->s, name, f);

    if (!st)
        return false;
    stmt_time(st, 1, k->load->origin.time);
    stmt_number(st, 2, second);
    stmt_number(st, 3, k->src->evidence);
    if (name == STMT_LOADS_ALIKE)
        stmt_number(st, 4, *after);
    return walk(k, st, after, f);
}

/* Of loads without a number, those of the same sighting first: a flood of equal
 * records is matched without walking over what is matched already. */
static bool ask_alike(struct look *k, struct fault *f)
{
    struct source *src = k->src;
    int64_t time = k->load->origin.time;

    if (src->memo_time != time || src->memo_sighting != k->remembered) {
        src->memo_time = time;
        src->memo_sighting = k->remembered;
        src->memo_after = 0;
    }
    return ask(k, STMT_LOADS_ALIKE, k->remembered, &src->memo_after, f);
}

bool duplicate_load(struct store *s, struct source *src, int64_t host, const struct load *l,
                    struct counts *counts, enum copy_fate *fate, struct fault *f)
{
    struct look k = { .s = s, .src = src, .host = host, .load = l, .counts = counts,
                      .fate = fate, .remembered = intern_remembered(s, l) };
    int64_t number = record_number(&l->origin), unused = 0;

    *fate = COPY_NONE;
    if (number >= 0 && !ask(&k, STMT_LOADS_NUMBERED, number, &unused, f))
        return false;
    if (*fate == COPY_NONE && l->origin.time != MOMENT_NONE) {
        if (k.remembered && !ask_alike(&k, f))
            return false;
        if (*fate == COPY_NONE
            && !ask(&k, number >= 0 ? STMT_LOADS_UNNUMBERED : STMT_LOADS_AT, 0, &unused, f))
            return false;
    }
    if (*fate == COPY_NONE && k.conflict)
        return copies_conflict(s, src, &l->origin, &k.rival, k.conflict, f);
    return true;
}

bool duplicate_load_row(struct store *s, int64_t id, int64_t host, struct fault *f)
{
    struct arena_mark mark = arena_mark(&s->writing->scratch);
    sqlite3_stmt *st = stmt_get(s, STMT_LOAD_ROW, f);
    struct source src = { .memo_time = MOMENT_NONE };
    struct counts counts = { 0 };
    enum copy_fate fate;
    int64_t sighting, user;
    struct load l;
    bool row, ok, recovered;

    if (!load_read(s, id, &l, f) || !st)
        return false;
    stmt_number(st, 1, id);
    if (!stmt_step(s, st, &row, f))
        return false;
    origin_read(st, &l.origin, &src);
    sighting = sqlite3_column_int64(st, 6);
    user = sqlite3_column_int64(st, 7);
    l.platform = platform_named(stmt_span(st, 8));
    stmt_done(st);
    l.resolution = (enum resolution)(l.origin.flags >> FLAGS_RESOLUTION_SHIFT & 0xff);
    l.origin.flags &= 0xff;
    l.Computer = SPAN("\0merged");
    load_identify(&l);
    recovered = l.origin.flags & RECORD_RECOVERED;
    counts.loads = !recovered;
    counts.recovered = recovered;
    ok = duplicate_load(s, &src, host, &l, &counts, &fate, f);
    if (ok && fate != COPY_NONE)
        ok = tally_add(s, &s->writing->tally, sighting, user, l.origin.time, recovered, -1, f)
          && stale(s, sighting, f)
          && copies_drop_row(s, ROW_LOAD, id, &src, &counts, recovered, f);
    arena_rewind(&s->writing->scratch, mark);
    return ok;
}
