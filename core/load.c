/* Batches: what one piece of evidence became, and the words for its states.
 *
 * Everything that a batch points to lives in its arena and dies with it.  A
 * batch whose arena is full still counts: a loss or an other that finds no room
 * is missing from its list, never from the counts. */
#include "core/load.h"

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
    APPEND(b->contexts, b->last_context, c);
    return c;
}

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
    case RESOLUTION_PROCFD: return "procfd";
    case RESOLUTION_MEMFD: return "memfd";
    case RESOLUTION_INFERRED: return "inferred";
    case RESOLUTION_OPENED: return "opened";
    case RESOLUTION_UNRESOLVED: return "unresolved";
    }
    return "";
}
