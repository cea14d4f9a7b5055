/* Is this process record, or this context, in the case already?
 *
 * The same rule as for loads (duplicate_loads.c): numbers where both have one,
 * else the k-th of the same key, and no contradiction. */
#include "store/copies.h"

#include "core/hashes.h"

#define PROCESS_TEXTS 14
#define CONTEXT_TEXTS 8

/* One record's texts beside the row's. */
struct texts {
    size_t count;
    struct span mine[PROCESS_TEXTS], held[PROCESS_TEXTS];
    const char *name[PROCESS_TEXTS];
    int64_t pid[2], parent[2];
};

#define ADD(text) t->mine[t->count] = x->text, t->name[t->count++] = #text

static void process_texts(const struct process *x, struct texts *t)
{
    t->count = 0;
    ADD(User);
    ADD(ProcessGuid);
    ADD(Image);
    ADD(RuleName);
    ADD(CommandLine);
    ADD(CurrentDirectory);
    ADD(IntegrityLevel);
    ADD(LogonId);
    ADD(Hashes);
    ADD(OriginalFileName);
    ADD(ParentProcessGuid);
    ADD(ParentImage);
    ADD(ParentCommandLine);
    ADD(LoginUser);
    t->pid[0] = x->ProcessId;
    t->parent[0] = x->ParentProcessId;
}

static void context_texts(const struct context *x, struct texts *t)
{
    t->count = 0;
    ADD(User);
    ADD(ProcessGuid);
    ADD(Image);
    ADD(RuleName);
    ADD(Target);
    ADD(TargetProcessGuid);
    ADD(Hashes);
    ADD(Detail);
    t->pid[0] = x->ProcessId;
    t->parent[0] = -1;
}

static int64_t column_number(sqlite3_stmt *st, size_t at)
{
    return sqlite3_column_type(st, (int)at) == SQLITE_NULL ? -1
                                                           : sqlite3_column_int64(st, (int)at);
}

/* The row's texts, in the scratch arena, in the same order. */
static bool texts_read(struct store *s, enum stmt name, int64_t id, struct texts *t,
                       struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, name, f);
    bool row, full = false;

    if (!st)
        return false;
    stmt_number(st, 1, id);
    if (!stmt_step(s, st, &row, f))
        return false;
    for (size_t i = 0; i < t->count && row; i++)
        t->held[i] = arena_copy(&s->writing->scratch, stmt_span(st, (int)i), &full);
    if (row) {
        t->pid[1] = column_number(st, t->count);
        t->parent[1] = name == STMT_PROCESS_READ ? column_number(st, t->count + 1) : -1;
    }
    stmt_done(st);
    return row && !full ? true
                        : fault(f, FAULT_CASE, "%s: row %lld can't be read", s->path,
                                (long long)id);
}

static bool is_guid(const struct texts *t, size_t i)
{
    return strcmp(t->name[i], "ProcessGuid") == 0 || strcmp(t->name[i], "ParentProcessGuid") == 0
        || strcmp(t->name[i], "TargetProcessGuid") == 0;
}

/* What stays of two records' texts, whichever of them came first. */
static struct span kept_hashes(struct span mine, struct span held)
{
    return mine.at && held.at ? hashes_kept(mine, held) : mine.at ? mine : held;
}

static bool differs(const struct texts *t, size_t i)
{
    if (is_guid(t, i))
        return !span_equal_nocase(t->mine[i], t->held[i]);
    return strcmp(t->name[i], "Hashes") == 0 ? hashes_contradict(t->mine[i], t->held[i])
                           : !span_equal(t->mine[i], t->held[i]);
}

static const char *contradiction(const struct texts *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!t->mine[i].at || !t->held[i].at)
            continue;
        if (is_guid(t, i) && (!process_guid_counts(t->mine[i]) || !process_guid_counts(t->held[i])))
            continue;
        if (differs(t, i))
            return t->name[i];
    }
    if (t->pid[0] >= 0 && t->pid[1] >= 0 && t->pid[0] != t->pid[1])
        return "ProcessId";
    return t->parent[0] >= 0 && t->parent[1] >= 0 && t->parent[0] != t->parent[1]
             ? "ParentProcessId" : NULL;
}

/* ---- looking ---- */

struct look {
    struct store *s;
    struct source *src;
    int64_t host;
    struct span Computer;
    const struct origin *origin;
    struct texts t;
    const char *const *keys; /* what must agree where a number is missing */
    enum row_kind kind;
    const void *record;      /* struct context or struct process */
    struct counts *counts;
    enum copy_fate *fate;
    const char *conflict;
    struct held rival;
};

/* The numbers, where both have one; else the named texts must agree. */
static bool same_key(const struct look *k, const struct held *h)
{
    const struct texts *t = &k->t;
    int64_t number = record_number(k->origin);

    if (number >= 0 && h->record >= 0)
        return number == h->record;
    for (const char *const *key = k->keys; *key; key++)
        for (size_t i = 0; i < t->count; i++)
            if (strcmp(t->name[i], *key) == 0
                && !(is_guid(t, i) ? span_equal_nocase(t->mine[i], t->held[i])
                                   : span_equal(t->mine[i], t->held[i])))
                return false;
    return true;
}

static bool settle_pair(struct look *k, const struct held *h, struct fault *f);

/* An end, and a start that its process does not tell, have no texts to compare. */
static bool visit(struct look *k, sqlite3_stmt *st, const struct held *h, struct fault *f)
{
    bool context = k->kind == ROW_CONTEXT, told = context || h->b;
    const char *field = NULL;

    if (context ? h->a != ((const struct context *)k->record)->event : false)
        return true;
    if (told && !texts_read(k->s, context ? STMT_CONTEXT_READ : STMT_PROCESS_READ,
                            context ? h->id : h->a, &k->t, f))
        return false;
    if (!told)
        memcpy(k->t.held, k->t.mine, sizeof k->t.held);
    if (!same_key(k, h))
        return true;
    field = told ? contradiction(&k->t) : NULL;
    if (!field) {
        stmt_done(st);
        return settle_pair(k, h, f);
    }
    if (!k->conflict) {
        k->conflict = field;
        k->rival = *h;
    }
    return true;
}

static bool walk(struct look *k, sqlite3_stmt *st, struct fault *f)
{
    struct arena *scratch = &k->s->writing->scratch;
    bool row = true, may = true, ok = true;

    for (int64_t seen = 0; ok && may && *k->fate == COPY_NONE; seen++) {
        struct arena_mark mark = arena_mark(scratch);
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
        arena_rewind(scratch, mark);
    }
    stmt_done(st);
    return ok;
}

static bool conclude(struct look *k, struct fault *f)
{
    if (*k->fate != COPY_NONE || !k->conflict)
        return true;
    return copies_conflict(k->s, k->src, k->origin, &k->rival, k->conflict, f);
}

/* ---- context ---- */

static bool context_change(struct look *k, const struct held *h, bool prefer, struct fault *f)
{
    const struct texts *t = &k->t;
    struct span text[CONTEXT_TEXTS];
    int64_t process = h->b, image = 0, user, number = record_number(k->origin);
    int64_t pid = t->pid[0] >= 0 ? t->pid[0] : t->pid[1];
    sqlite3_stmt *st;

    for (size_t i = 0; i < CONTEXT_TEXTS; i++)
        text[i] = (prefer ? t->mine[i].at != NULL : !t->held[i].at) ? t->mine[i] : t->held[i];
    if (!process_guid_counts(text[1]))
        text[1] = process_guid_counts(t->mine[1]) ? t->mine[1] : t->held[1];
    if (!intern_user(k->s, text[0], &user, f)
        || (text[2].at && !intern_image(k->s, text[2], &image, f)))
        return false;
    if ((!process || process_guid_counts(text[1]))
        && !process_of(k->s, k->src, k->host, k->Computer, text[1], pid, text[2], &process, f))
        return false;
    if (!(st = stmt_get(k->s, STMT_CONTEXT_CHANGE, f)))
        return false;
    stmt_row(st, 4, process);
    stmt_row(st, 5, image);
    stmt_row(st, 6, user);
    stmt_text(st, 7, text[4]);
    stmt_text(st, 8, text[5]);
    stmt_text(st, 9, kept_hashes(t->mine[6], t->held[6]));
    stmt_text(st, 10, text[7]);
    stmt_text(st, 11, text[3]);
    number = prefer ? number : h->record;
    stmt_number(st, 12, prefer ? k->src->evidence : h->evidence);
    stmt_time(st, 13, number >= 0 ? number : MOMENT_NONE);
    stmt_number(st, 14, prefer ? (int64_t)k->origin->place : h->place);
    stmt_number(st, 15, prefer ? (int64_t)k->origin->flags : h->flags);
    stmt_number(st, 16, h->id);
    return stmt_run(k->s, st, f);
}

/* ---- processes ---- */

static bool process_change(struct look *k, const struct held *h, bool prefer, struct fault *f)
{
    int64_t number = record_number(k->origin);
    sqlite3_stmt *st;

    if (h->b) {
        st = stmt_get(k->s, prefer ? STMT_PROCESS_OVER : STMT_PROCESS_FILL, f);
        if (!st || !process_bind(k->s, st, k->src, h->a, k->record, f))
            return false;
        stmt_text(st, 15, kept_hashes(k->t.mine[8], k->t.held[8]));
        if (!stmt_run(k->s, st, f))
            return false;
    }
    if (!prefer)
        return true;
    if (!(st = stmt_get(k->s, STMT_PROCESS_RECORD_CHANGE, f)))
        return false;
    stmt_number(st, 1, h->id);
    stmt_number(st, 2, k->src->evidence);
    stmt_time(st, 3, number >= 0 ? number : MOMENT_NONE);
    stmt_number(st, 4, (int64_t)k->origin->place);
    stmt_number(st, 5, k->origin->flags);
    return stmt_run(k->s, st, f);
}

/* ---- both ---- */

static bool settle_pair(struct look *k, const struct held *h, struct fault *f)
{
    struct span guid = k->t.mine[1], Image = k->t.mine[2];
    int64_t spelt;
    bool prefer;

    /* Asked for the sake of its spelling: the smaller one stays. */
    if (process_guid_counts(guid)
        && !process_of(k->s, k->src, k->host, k->Computer, guid, k->t.pid[0], Image, &spelt, f))
        return false;
    if (!copies_prefer_new(k->s, k->src, k->origin, h, &prefer, f))
        return false;
    if (k->kind == ROW_CONTEXT ? !context_change(k, h, prefer, f)
                               : !process_change(k, h, prefer, f))
        return false;
    *k->fate = prefer ? COPY_NEW : COPY_OLD;
    k->src->matched = h->id;
    return prefer ? copies_leave_old(k->s, k->kind, h, f)
                  : copies_leave_new(k->s, k->src, k->kind, k->origin, h, k->counts, f);
}

bool duplicate_context(struct store *s, struct source *src, int64_t host,
                       const struct context *c, struct counts *counts, enum copy_fate *fate,
                       struct fault *f)
{
    static const char *const keys[] = { "ProcessGuid", "Image", "Target", NULL };
    struct look k = { .s = s, .src = src, .host = host, .Computer = c->Computer,
                      .origin = &c->origin, .keys = keys, .kind = ROW_CONTEXT, .record = c,
                      .counts = counts, .fate = fate };
    int64_t number = record_number(&c->origin);
    sqlite3_stmt *st;

    *fate = COPY_NONE;
    context_texts(c, &k.t);
    if (number < 0 && c->origin.time == MOMENT_NONE)
        return true;
    for (int step = number >= 0 ? 0 : 1; step < 2 && *fate == COPY_NONE; step++) {
        if (!(st = stmt_get(s, step ? STMT_CONTEXTS_AT : STMT_CONTEXTS_NUMBERED, f)))
            return false;
        stmt_time(st, 1, c->origin.time);
        stmt_number(st, 2, src->evidence);
        if (!step)
            stmt_number(st, 3, number);
        if (!walk(&k, st, f))
            return false;
    }
    return conclude(&k, f);
}

bool duplicate_process(struct store *s, struct source *src, int64_t host,
                       const struct process *p, struct counts *counts, enum copy_fate *fate,
                       struct fault *f)
{
    static const char *const keys[] = { "ProcessGuid", "Image", NULL };
    struct look k = { .s = s, .src = src, .host = host, .Computer = p->Computer,
                      .origin = &p->origin, .keys = keys, .kind = ROW_PROCESS, .record = p,
                      .counts = counts, .fate = fate };
    bool guid = process_guid_counts(p->ProcessGuid);
    sqlite3_stmt *st = stmt_get(s, guid ? STMT_RECORDS_BY_GUID : STMT_RECORDS_BY_PID, f);

    *fate = COPY_NONE;
    if (!st)
        return false;
    if (p->origin.time == MOMENT_NONE && record_number(&p->origin) < 0)
        return true;
    process_texts(p, &k.t);
    if (guid)
        stmt_text(st, 1, p->ProcessGuid);
    else
        stmt_time(st, 1, p->ProcessId >= 0 ? p->ProcessId : MOMENT_NONE);
    stmt_number(st, 2, host);
    stmt_number(st, 3, src->evidence);
    stmt_time(st, 4, p->origin.time);
    stmt_number(st, 5, p->ended);
    if (!walk(&k, st, f))
        return false;
    return conclude(&k, f);
}

bool duplicate_context_row(struct store *s, int64_t id, int64_t host, struct fault *f)
{
    struct arena_mark mark = arena_mark(&s->writing->scratch);
    sqlite3_stmt *st = stmt_get(s, STMT_CONTEXT_ROW, f);
    struct source src = { .memo_time = MOMENT_NONE };
    struct texts t = { .count = CONTEXT_TEXTS };
    struct context c = { .Computer = SPAN("\0merged") };
    struct counts counts = { 0 };
    enum copy_fate fate;
    bool row, ok, recovered;

    if (!st || !texts_read(s, STMT_CONTEXT_READ, id, &t, f))
        return false;
    stmt_number(st, 1, id);
    if (!stmt_step(s, st, &row, f))
        return false;
    origin_read(st, &c.origin, &src);
    c.event = (uint32_t)sqlite3_column_int64(st, 6);
    stmt_done(st);
    c.User = t.held[0];
    c.ProcessGuid = t.held[1];
    c.Image = t.held[2];
    c.RuleName = t.held[3];
    c.Target = t.held[4];
    c.TargetProcessGuid = t.held[5];
    c.Hashes = t.held[6];
    c.Detail = t.held[7];
    c.ProcessId = t.pid[1];
    recovered = c.origin.flags & RECORD_RECOVERED;
    counts.context = !recovered;
    counts.recovered = recovered;
    ok = duplicate_context(s, &src, host, &c, &counts, &fate, f)
      && (fate == COPY_NONE
          || copies_drop_row(s, ROW_CONTEXT, id, &src, &counts, recovered, f));
    arena_rewind(&s->writing->scratch, mark);
    return ok;
}
