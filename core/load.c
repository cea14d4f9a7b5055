/* Batches: what one piece of evidence became, and the words for its states.
 *
 * Everything that a batch points to lives in its arena and dies with it.  A
 * batch whose arena is full still counts: a loss or an other that finds no room
 * is missing from its list, never from the counts. */
#include "core/load.h"

#include "core/text.h"

#include "core/fault.h"

#include <stdlib.h>

struct batch *batch_open(uint32_t source, uint64_t begin, uint64_t end)
{
    struct batch *b = memory_zero(1, sizeof *b);

    b->source = source;
    b->begin = begin;
    b->end = end;
    b->first_time = b->last_time = MOMENT_NONE;
    arena_init(&b->arena, BATCH_BYTES_MAX);
    return b;
}

void batch_close(struct batch *b)
{
    if (!b)
        return;
    arena_clear(&b->arena);
    free(b);
}

/* A list grows at its end, so that it keeps the order of places. */
#define APPEND(first, last, item) \
    do { \
        if (last) \
            (last)->next = (item); \
        else \
            (first) = (item); \
        (last) = (item); \
    } while (0)

struct load *batch_load(struct batch *b)
{
    struct load *l = arena_get(&b->arena, sizeof *l);

    if (!l)
        return NULL;
    l->ProcessId = -1;
    l->origin.time = l->origin.logged = MOMENT_NONE;
    b->items++;
    APPEND(b->loads, b->last_load, l);
    return l;
}

struct process *batch_process(struct batch *b)
{
    struct process *p = arena_get(&b->arena, sizeof *p);

    if (!p)
        return NULL;
    p->ProcessId = p->ParentProcessId = -1;
    p->origin.time = p->origin.logged = MOMENT_NONE;
    b->items++;
    APPEND(b->processes, b->last_process, p);
    return p;
}

struct context *batch_context(struct batch *b)
{
    struct context *c = arena_get(&b->arena, sizeof *c);

    if (!c)
        return NULL;
    c->ProcessId = -1;
    c->origin.time = c->origin.logged = MOMENT_NONE;
    b->items++;
    APPEND(b->contexts, b->last_context, c);
    return c;
}

/* ---- hosts and channels ---- */

/* Only spreads them over the buckets: what meets in one is compared. */
static uint64_t mix(uint64_t h, struct span s)
{
    uint64_t word = 0;
    size_t at = 0;

    for (; at + 8 <= s.len; at += 8) {
        memcpy(&word, s.at + at, 8);
        h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 32;
    }
    word = s.len;
    if (at < s.len)
        memcpy(&word, s.at + at, s.len - at);
    h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 32;
}

static bool is_range(const struct range *r, struct span Computer, struct span Channel)
{
    return span_equal(r->Computer, Computer) && span_equal(r->Channel, Channel);
}

static struct range *range_new(struct batch *b, struct range **bucket, struct span Computer,
                               struct span Channel)
{
    struct range *r = b->range_count < RANGES_MAX ? arena_get(&b->arena, sizeof *r) : NULL;

    if (!r)
        return NULL;
    r->next = b->ranges;
    r->alike = *bucket;
    r->number = b->range_count++;
    r->Computer = Computer;
    r->Channel = Channel;
    r->first_time = r->last_time = MOMENT_NONE;
    r->kept.first = r->kept.first_time = INT64_MAX;
    r->kept.last = r->kept.last_time = INT64_MIN;
    return b->ranges = *bucket = r;
}

struct range *batch_range(struct batch *b, struct span Computer, struct span Channel)
{
    struct range **bucket, *r = b->last_range;

    if (r && is_range(r, Computer, Channel))
        return r;
    bucket = &b->bucket[mix(mix(0, Computer), Channel) % RANGE_BUCKETS];
    for (r = *bucket; r && !is_range(r, Computer, Channel); r = r->alike)
        ;
    if (!r)
        r = range_new(b, bucket, Computer, Channel);
    return b->last_range = r;
}

int64_t record_number(const struct origin *o)
{
    return (o->flags & RECORD_NUMBERED) && o->record <= INT64_MAX ? (int64_t)o->record : -1;
}

void batch_place(struct batch *b, struct span Computer, enum platform p, struct origin *o)
{
    struct range *r = o->range = batch_range(b, Computer, o->Channel);
    int64_t number = record_number(o);

    b->placed++;
    if (!r)
        return;
    r->platform = p;
    if (number < 0)
        r->kept.unnumbered++;
    else if (number < r->kept.first)
        r->kept.first = number;
    if (number > r->kept.last)
        r->kept.last = number;
    if (o->time == MOMENT_NONE)
        return;
    if (o->time < r->kept.first_time)
        r->kept.first_time = o->time;
    if (o->time > r->kept.last_time)
        r->kept.last_time = o->time;
}

/* ---- what a load is ---- */

size_t module_spans(const struct load *l, struct span out[static MODULE_SPANS])
{
    size_t n = 0;

#define TAKE(name, auditd, ecs, width) out[n++] = l->name;
    MODULE_FIELDS(TAKE)
    HASH_FIELDS(TAKE)
    RAW_FIELDS(TAKE)
#undef TAKE
    out[n++] = span_text(platform_name(l->platform));
    return n;
}

struct hash128 run_key(struct span Computer, struct span ProcessGuid)
{
    return hash_spans((struct span[]){ Computer, ProcessGuid, SPAN("run") }, 3);
}

void load_identify(struct load *l)
{
    struct span spans[MODULE_SPANS + 7];
    size_t n = module_spans(l, spans);

    /* No part of the module, but what is kept of each sighting's files. */
    if (l->inode.at || l->mode.at) {
        spans[n++] = l->inode;
        spans[n++] = l->dev;
        spans[n++] = l->mode;
        spans[n++] = l->owner;
    }
    spans[n++] = l->Image;
    spans[n++] = l->Computer;
    spans[n++] = SPAN("load");
    l->key = hash_spans(spans, n);
    l->run = run_key(l->Computer, l->ProcessGuid);
}

/* ---- what went wrong ---- */


static void append_loss(struct batch *b, struct loss what)
{
    struct loss *l = arena_get(&b->arena, sizeof *l);

    if (!l)
        return;
    *l = what;
    APPEND(b->losses, b->last_loss, l);
}

void batch_loss(struct batch *b, uint64_t place, uint64_t len, const char *reason)
{
    b->counts.records++;
    b->counts.damaged++;
    append_loss(b, (struct loss){ .place = place, .len = len, .reason = reason });
}

void batch_note(struct batch *b, uint64_t place, const char *reason)
{
    append_loss(b, (struct loss){ .place = place, .reason = reason, .note = true });
}

void batch_host_note(struct batch *b, struct span Computer, const char *what, struct span words)
{
    struct host_note *n = arena_get(&b->arena, sizeof *n);

    if (!n)
        return;
    *n = (struct host_note){ b->host_notes, Computer, what, words };
    b->host_notes = n;
}

void batch_sum(struct batch *b, enum summed what, uint64_t place, uint64_t more,
               struct span text)
{
    struct sum *sum = &b->sums[what];
    struct arena_mark before = arena_mark(&b->arena);
    bool altered = false, full = false, first = sum->count == 0;

    if (!first && sum->last == place)
        return;
    sum->last = place;
    sum->count += more;
    if (!first)
        return;
    sum->at = place;
    text.len = text.len < SUM_SHOWN_MAX ? text.len : SUM_SHOWN_MAX;
    text = text_clean(&b->arena, text, &altered, &full);
    text.len = text.len < SUM_TEXT_MAX ? text.len : SUM_TEXT_MAX - 1;
    if (text.len)
        memcpy(sum->text, text.at, text.len);
    sum->text[text.len] = 0;
    arena_rewind(&b->arena, before); /* the record may be dropped with all it wrote there */
}

static struct other *find_other(const struct batch *b, struct span Provider, uint64_t id,
                                size_t *names)
{
    struct other *o = b->others;

    for (*names = 0; o && (o->id != id || !span_equal(o->Provider, Provider)); ++*names)
        o = o->next;
    return o;
}

void batch_other(struct batch *b, struct span Provider, uint64_t id)
{
    size_t names;
    struct other *o = find_other(b, Provider, id, &names);

    b->counts.records++;
    b->counts.other++;
    if (!o && names >= OTHERS_MAX) {
        Provider = SPAN_NONE;
        id = 0;
        o = find_other(b, Provider, id, &names);
    }
    if (!o) {
        bool full = false;
        struct span name = arena_copy(&b->arena, Provider, &full);

        o = full ? NULL : arena_get(&b->arena, sizeof *o);
        if (!o)
            return;
        o->Provider = name;
        o->id = id;
        o->next = b->others;
        b->others = o;
    }
    o->records++;
}

uint64_t known_name(struct span path)
{
    uint64_t name = hash_spans(&path, 1).a;

    return name ? name : 1;
}

const char *platform_name(enum platform p)
{
    switch (p) {
    case PLATFORM_UNKNOWN: return "";
    case PLATFORM_WINDOWS: return "windows";
    case PLATFORM_LINUX: return "linux";
    case PLATFORM_MACOS: return "macos";
    }
    return "";
}

enum platform platform_named(struct span name)
{
    enum platform p = PLATFORM_MACOS;

    while (p != PLATFORM_UNKNOWN && !span_is(name, platform_name(p)))
        p = (enum platform)(p - 1);
    return p;
}

const char *source_state_name(enum source_state s)
{
    switch (s) {
    case SOURCE_READING: return "reading";
    case SOURCE_COMPLETE: return "complete";
    case SOURCE_PARTIAL: return "partial";
    case SOURCE_DUPLICATE: return "duplicate";
    case SOURCE_UNKNOWN: return "unknown";
    case SOURCE_UNREADABLE: return "unreadable";
    case SOURCE_EMPTY: return "empty";
    case SOURCE_SKIPPED: return "skipped";
    case SOURCE_SUPERSEDED: return "superseded";
    }
    return "";
}

const char *process_source_name(enum process_source s)
{
    switch (s) {
    case PROCESS_STUB: return "stub";
    case PROCESS_4688: return "4688";
    case PROCESS_EVENT1: return "event 1";
    case PROCESS_EXECVE: return "execve";
    case PROCESS_EXEC: return "exec";
    }
    return "";
}

const char *resolution_name(enum resolution r)
{
    switch (r) {
    case RESOLUTION_EXACT: return "exact";
    case RESOLUTION_DIRFD: return "dirfd";
    case RESOLUTION_PROCFD: return "via-procfd";
    case RESOLUTION_MEMFD: return "memfd";
    case RESOLUTION_INFERRED: return "inferred";
    case RESOLUTION_OPENED: return "opened";
    case RESOLUTION_UNRESOLVED: return "unresolved";
    case RESOLUTION_REPORTED: return "reported";
    }
    return "";
}
