/* The records of a piece into events, however they interleave.
 *
 * An event is its (node, time, serial).  Of a piece's events, those that may
 * become more than an other are left for follow, in the order of their serials;
 * the rest is counted here.  The surprise: records reach the log from several
 * cores, so that events a few places apart may stand in the wrong order. */
#include "ingest/auditd.h"

#include "core/text.h"
#include "ingest/normal.h"

#include <stdlib.h>

#define SLOTS_MIN 4096u
#define DISORDER_MAX 64             /* places that an event may stand too late */
#define DISORDER_US INT64_C(2000000)
#define COMMAND_BYTES_MAX (64u << 10)
#define CUT_MARK " ..." /* behind a command line whose rest is lost */
#define UNSET "4294967295"

/* A text that was read last: most events repeat the one before. */
struct memo {
    struct audit_value raw;
    bool interpreted;
    struct span text;
};

struct audit_group {
    struct batch *b;
    struct audit_event *first, *last, *recent;
    size_t count;
    struct audit_event **slot;
    uint32_t slots;
    struct audit_left *left;
    struct memo node, exe, key, cwd, user, login;
};

struct audit_group *audit_group_open(struct batch *b)
{
    struct audit_group *g = memory_zero(1, sizeof *g);

    g->b = b;
    g->slots = SLOTS_MIN;
    g->slot = memory_zero(g->slots, sizeof *g->slot);
    g->left = arena_get(&b->arena, sizeof *g->left);
    return g;
}

/* ---- joining ---- */

static bool is_of(const struct audit_event *e, const struct audit_head *h)
{
    return e->serial == h->serial && e->time == h->time && span_equal(e->node, h->node);
}

static uint64_t hash_of(const struct audit_head *h)
{
    struct span parts[] = { span_of(&h->time, sizeof h->time),
                            span_of(&h->serial, sizeof h->serial), h->node };

    return hash_spans(parts, 3).a;
}

static void widen(struct audit_group *g)
{
    uint32_t slots = 2 * g->slots;
    struct audit_event **slot = memory_zero(slots, sizeof *slot);

    for (struct audit_event *e = g->first; e; e = e->next) {
        uint32_t i = (uint32_t)e->hash & (slots - 1);

        while (slot[i])
            i = (i + 1) & (slots - 1);
        slot[i] = e;
    }
    free(g->slot);
    g->slot = slot;
    g->slots = slots;
}

static struct audit_event *event_new(struct audit_group *g, const struct audit_head *h,
                                     uint64_t place, uint64_t hash)
{
    struct audit_event *e = arena_get(&g->b->arena, sizeof *e);

    if (!e)
        return NULL;
    e->node = h->node;
    e->type = h->type;
    e->time = h->time;
    e->serial = h->serial;
    e->place = place;
    e->hash = hash;
    e->flags = RECORD_NUMBERED | (h->zone_assumed ? RECORD_ZONE_ASSUMED : 0u);
    e->interpreted = h->interpreted;
    e->exit = e->pid = e->ppid = e->mmap_fd = -1;
    if (g->last)
        g->last->next = e;
    else
        g->first = e;
    g->last = e;
    g->count++;
    return e;
}

static struct audit_event *event_of(struct audit_group *g, const struct audit_head *h,
                                    uint64_t place)
{
    if (g->recent && is_of(g->recent, h))
        return g->recent;
    if (2 * g->count >= g->slots)
        widen(g);
    uint64_t hash = hash_of(h);
    uint32_t i = (uint32_t)hash & (g->slots - 1);
    while (g->slot[i] && !(g->slot[i]->hash == hash && is_of(g->slot[i], h)))
        i = (i + 1) & (g->slots - 1);
    if (!g->slot[i])
        g->slot[i] = event_new(g, h, place, hash);
    if (g->slot[i])
        g->recent = g->slot[i];
    return g->slot[i];
}

/* ---- what is no system call, but tells how much was seen ---- */

static void leave_notice(struct audit_group *g, struct audit_notice what, struct span node)
{
    struct audit_notice *n = g->left ? arena_get(&g->b->arena, sizeof *n) : NULL;
    bool full = false;

    if (!n)
        return;
    *n = what;
    n->next = g->left->notices;
    n->node = batch_host(g->b, arena_copy(&g->b->arena, node, &full));
    g->left->notices = n;
}

static void notice(struct audit_group *g, const struct audit_head *h, uint64_t place)
{
    enum audit_said said;
    uint64_t count;

    if (audit_said_of(h, &said, &count))
        leave_notice(g, (struct audit_notice){ .place = place, .time = h->time, .said = said,
                                               .count = count }, h->node);
}

bool audit_group_kernel(struct audit_group *g, struct span line, uint64_t place)
{
    struct span node;
    uint64_t count;

    if (!audit_said_lost(line, &node, &count))
        return false;
    leave_notice(g, (struct audit_notice){ .place = place, .time = MOMENT_NONE, .said = AUDIT_SAID_LOST,
                                           .count = count }, node);
    return true;
}

struct audit_event *audit_group_event(struct audit_group *g, const struct audit_head *h,
                                      uint64_t place)
{
    struct audit_event *e = event_of(g, h, place);

    if (!e)
        batch_loss(g->b, place, 0, "the record is too large for its batch");
    return e;
}

void audit_group_take(struct audit_group *g, const struct audit_head *h, uint64_t place)
{
    struct audit_event *e = audit_group_event(g, h, place);

    if (!e)
        return;
    if (!audit_record(e, h->type, h->body, &g->b->arena))
        batch_loss(g->b, place, 0, "an audit record that is cut short");
    if (h->type.len > 4 && (h->type.at[0] == 'C' || h->type.at[0] == 'D' || h->type.at[0] == 'U'
                            || h->type.at[0] == '1'))
        notice(g, h, place);
}

/* ---- texts that outlive the piece ---- */

static struct span keep(struct audit_group *g, struct audit_event *e, struct memo *m,
                        struct audit_value v)
{
    bool altered = false;

    if (m->text.at && v.writing == m->raw.writing && m->interpreted == e->interpreted
        && span_equal(v.text, m->raw.text))
        return m->text;
    struct span text = audit_text(&g->b->arena, v, e->interpreted, &altered, &e->full);
    if (altered)
        e->flags |= RECORD_ALTERED;
    else
        *m = (struct memo){ v, e->interpreted, text };
    return text;
}

/* Of `unknown(1001)`, which is no name, the number. */
static struct span who(struct span name, struct span number)
{
    static const struct span unknown = SPAN_INIT("unknown(");
    struct span s = name.at ? name : number;

    if (span_starts(s, unknown) && s.at[s.len - 1] == ')')
        return span_of(s.at + unknown.len, s.len - unknown.len - 1);
    return span_is(s, "unset") || span_is(s, UNSET) || span_is(s, "-1") ? SPAN_NONE : s;
}

static int by_order(const void *a, const void *b)
{
    uint64_t x = (*(struct audit_argument *const *)a)->order;
    uint64_t y = (*(struct audit_argument *const *)b)->order;

    return x < y ? -1 : x > y;
}

/* EXECVE names more arguments than came. */
static void check_arguments(struct audit_group *g, struct audit_event *e)
{
    uint64_t highest = 0;

    for (const struct audit_argument *x = e->argv; x; x = x->next)
        highest = x->order >> 32 > highest ? x->order >> 32 : highest;
    if (!e->argv_cut && e->argc_said > highest + 1 && !(e->flags & RECORD_ALTERED)) {
        e->argv_cut = true;
        batch_loss(g->b, e->place, 0, "EXECVE with fewer arguments than it tells: cut short");
    }
}

/* The arguments with a space between them. */
static struct span command_line(struct audit_group *g, struct audit_event *e)
{
    struct arena *a = &g->b->arena;
    size_t size = sizeof CUT_MARK, n = 0, len = 0;
    bool altered = false;

    for (const struct audit_argument *x = e->argv; x; x = x->next)
        size += x->raw.text.len + 1;
    struct audit_argument **order = arena_get(a, (e->argc + 1) * sizeof *order);
    uint8_t *text = order ? arena_bytes(a, size) : NULL;
    if (!text) {
        e->full = true;
        return SPAN_NONE;
    }
    for (struct audit_argument *x = e->argv; x; x = x->next)
        order[n++] = x;
    qsort(order, n, sizeof(struct audit_argument *), by_order);
    for (size_t i = 0; i < n && len < COMMAND_BYTES_MAX; i++) {
        if (i && order[i]->order >> 32 != order[i - 1]->order >> 32)
            text[len++] = ' ';
        len += audit_bytes(order[i]->raw, e->interpreted, text + len);
    }
    if (len > COMMAND_BYTES_MAX) {
        len = COMMAND_BYTES_MAX;
        e->flags |= RECORD_ALTERED;
    }
    if (e->argv_cut) {
        memcpy(text + len, CUT_MARK, sizeof CUT_MARK - 1);
        len += sizeof CUT_MARK - 1;
    }
    arena_trim(a, text, len);
    struct span clean = text_clean(a, span_of(text, len), &altered, &e->full);
    if (altered || e->argv_cut)
        e->flags |= RECORD_ALTERED;
    return clean;
}

/* PROCTITLE: the first title that the task was audited with, which may be that
 * of the program before this one; better than nothing. */
static struct span title(struct audit_group *g, struct audit_event *e)
{
    struct audit_value v = e->proctitle;
    bool altered = false;
    uint8_t *text;

    if (!v.text.len || !(text = arena_bytes(&g->b->arena, v.text.len)))
        return SPAN_NONE;
    size_t len = audit_bytes(v, e->interpreted, text);
    while (len && text[len - 1] == 0)
        len--;
    for (size_t i = 0; i < len; i++)
        text[i] = text[i] ? text[i] : ' ';
    return text_clean(&g->b->arena, span_of(text, len), &altered, &e->full);
}

/* A number or a word, as it stands. */
static struct span plain(struct arena *a, struct audit_event *e, struct span s)
{
    bool altered = false;

    return audit_text(a, (struct audit_value){ s, AUDIT_QUOTED }, e->interpreted, &altered,
                      &e->full);
}

static void keep_texts(struct audit_group *g, struct audit_event *e)
{
    struct arena *a = &g->b->arena;
    bool altered = false;

    e->Image = keep(g, e, &g->exe, e->exe);
    if (!e->Image.at)
        e->Image = audit_text(a, e->comm, e->interpreted, &altered, &e->full);
    e->RuleName = keep(g, e, &g->key, e->key);
    e->User = keep(g, e, &g->user, (struct audit_value){ who(e->UID, e->uid), AUDIT_QUOTED });
    e->LoginUser = keep(g, e, &g->login, (struct audit_value){ who(e->AUID, e->auid), AUDIT_QUOTED });
    e->CurrentDirectory = keep(g, e, &g->cwd, e->cwd);
    for (struct audit_path *p = e->paths; p; p = p->next) {
        p->name = audit_text(a, p->raw, e->interpreted, &altered, &e->full);
        p->inode = plain(a, e, p->inode);
        p->dev = plain(a, e, p->dev);
        p->mode = plain(a, e, p->mode);
        p->ouid = plain(a, e, who(p->OUID, p->ouid));
    }
    if (e->what == AUDIT_EXEC) {
        if (e->argv)
            check_arguments(g, e);
        e->CommandLine = e->argv ? command_line(g, e) : title(g, e);
        e->ses = plain(a, e, who(SPAN_NONE, e->ses));
    }
    if (altered)
        e->flags |= RECORD_ALTERED;
}

static void numbers(struct audit_event *e)
{
    for (int i = 0; i < 4; i++)
        e->a[i] = audit_flags(e->argument[i], e->interpreted);
}

/* ---- the end of a piece ---- */

/* May it be more than one of the others? */
static bool matters(const struct audit_event *e)
{
    if (!e->success)
        return false;
    if (e->what != AUDIT_OTHER && e->what != AUDIT_OLD_MMAP)
        return true;
    for (const struct audit_path *p = e->paths; p; p = p->next)
        if (p->nametype == AUDIT_NAME_CREATE || p->nametype == AUDIT_NAME_DELETE)
            return true;
    return false;
}

void audit_other(struct batch *b, const struct audit_event *e)
{
    struct origin o = { .time = e->time, .logged = e->time, .record = e->serial,
                        .place = e->place, .flags = e->flags, .Channel = AUDIT_CHANNEL };

    batch_other(b, e->has_syscall ? SPAN("SYSCALL") : e->type, e->has_syscall ? e->syscall : 0);
    normal_note(b, e->node, &o, NOTED_OTHER);
}

static bool too_late(const struct audit_event *before, const struct audit_event *e)
{
    int64_t apart = before->time - e->time;

    return before->serial > e->serial && before->serial - e->serial < 100000
        && apart < DISORDER_US && -apart < DISORDER_US && span_equal(before->node, e->node);
}

/* By serial, where a few have changed places; links them again. */
static struct audit_event *in_order(struct audit_event **all, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct audit_event *e = all[i];
        size_t at = i;

        while (at > 0 && i - at < DISORDER_MAX && too_late(all[at - 1], e)) {
            all[at] = all[at - 1];
            at--;
        }
        all[at] = e;
    }
    for (size_t i = 0; i < count; i++)
        all[i]->next = i + 1 < count ? all[i + 1] : NULL;
    return count ? all[0] : NULL;
}

void audit_group_end(struct audit_group *g)
{
    struct batch *b = g->b;
    struct audit_event **all = memory_zero(g->count + 1, sizeof *all);
    size_t count = 0, keys = 0;

    if (g->left)
        g->left->keys = arena_get(&b->arena, g->count * sizeof *g->left->keys + 1);
    for (struct audit_event *e = g->first, *next; e; e = next) {
        next = e->next;
        if (g->left && g->left->keys)
            g->left->keys[keys++] = e->hash;
        if (e->lost)
            continue;
        if (!e->node.len && b->unnamed.len)
            batch_assumed(b, ASSUMED_HOST, e->place);
        e->node = batch_host(b, keep(g, e, &g->node,
                                     (struct audit_value){ e->node, AUDIT_QUOTED }));
        if (g->left && matters(e)) {
            numbers(e);
            keep_texts(g, e);
        } else {
            audit_other(b, e);
            continue;
        }
        if (e->full)
            batch_loss(b, e->place, 0, "the record is too large for its batch");
        else
            all[count++] = e;
    }
    if (g->left) {
        g->left->key_count = keys;
        g->left->events = in_order(all, count);
        b->left = g->left;
    }
    free(all);
    free(g->slot);
    free(g);
}
