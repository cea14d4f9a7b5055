/* Audit events in order into loads: a descriptor is opened, then mapped with
 * PROT_EXEC.
 *
 * auditd logs no load.  A table of descriptors for each process says which file
 * a map is of; what it does not know is a load all the same, `unresolved`.  Never
 * guesses: where opens are audited only in some folders, a table goes stale
 * (another file behind the same number, never logged), and only the open right
 * before the map is believed, as `inferred`.  What is remembered lives on in the
 * next part of the same log, never in another log of an unnamed host. */
#include "ingest/auditd_step.h"

#include "ingest/auditd_emit.h"
#include "ingest/path.h"

#include <stdio.h>
#include <stdlib.h>

#define FRESH_US 50000 /* an open this long before its map is its own */
#define O_CREAT_BIT 0x40u
#define O_CLOEXEC_BIT 0x80000u
#define PROT_EXEC_BIT 4u
#define MAP_ANONYMOUS_BIT 0x20u
#define LOADER_CACHE "/etc/ld.so.cache"
#define MEMFD "memfd:?"

/* ---- opens ---- */

#define HOSTS_SAID_MAX 64 /* of one source, whose rules are told */

/* What the source that is read shows of the host's rules. */
static struct audit_seen *seen_of(const struct audit_follow *f, struct audit_host *h)
{
    if (h->seen_in != f->source) {
        h->seen_in = f->source;
        h->seen = (struct audit_seen){ 0 };
    }
    return &h->seen;
}

/* A system library or the loader's cache: opens are audited everywhere. */
static void note_opens(struct step *x, struct span name)
{
    static const struct span roots[] = { SPAN_INIT("/lib/"), SPAN_INIT("/lib64/"),
                                         SPAN_INIT("/usr/lib/"), SPAN_INIT("/usr/lib64/") };

    if (span_is(name, LOADER_CACHE)) {
        x->host->opens_seen = x->host->cache_seen = true;
        x->process->cache_opened = true;
    }
    for (size_t i = 0; !x->host->opens_seen && i < sizeof roots / sizeof *roots; i++)
        x->host->opens_seen = span_starts(name, roots[i]);
}

static uint64_t open_flags(const struct audit_event *e)
{
    switch (e->what) {
    case AUDIT_OPEN: return e->a[1];
    case AUDIT_OPENAT: return e->a[2];
    case AUDIT_OPENAT2: return e->oflag;
    case AUDIT_CREAT: return O_CREAT_BIT;
    default: return 0;
    }
}

/* The file that an event made or took away, as context; else an other. */
static void emit_rest(struct step *x, bool creates)
{
    const struct audit_path *made = creates ? audit_opened_path(x->e) : NULL, *gone = NULL;

    for (const struct audit_path *p = x->e->paths; p; p = p->next) {
        if (p->nametype == AUDIT_NAME_CREATE && !made)
            made = p;
        if (p->nametype == AUDIT_NAME_DELETE && !gone)
            gone = p;
    }
    const struct audit_path *p = made ? made : gone;
    enum resolution r = RESOLUTION_EXACT;
    struct span name = p && p->name.len && !audit_is_directory(p)
        ? path_meant(&x->b->arena, p->name.at[0] == '/' ? SPAN_NONE : audit_start_folder(x, &r),
                     p->name, &x->full) : SPAN_NONE;

    if (!p || audit_is_directory(p) || !p->name.len) {
        audit_other(x->b, x->e);
        return;
    }
    struct span was = made && gone && gone->name.len && x->e->what == AUDIT_OTHER
        ? path_meant(&x->b->arena, x->e->CurrentDirectory, gone->name, &x->full) : SPAN_NONE;
    audit_emit_context(x->b, x->e, x->process, made ? CONTEXT_FILE_CREATED : CONTEXT_FILE_DELETED,
                       name.at ? name : p->name, was);
}

static void take_open(struct step *x)
{
    const struct audit_event *e = x->e;
    const struct audit_path *p = audit_opened_path(e);
    uint64_t flags = open_flags(e);
    struct audit_file *file = p && e->what != AUDIT_HANDLE ? audit_opened_file(x, p) : NULL;

    audit_seen_open(seen_of(x->f, x->host), file ? audit_file_part(file, FILE_NAME) : SPAN_NONE);
    if (file && audit_file_part(file, FILE_NAME).at)
        note_opens(x, audit_file_part(file, FILE_NAME));
    if (e->exit >= 0) {
        bool known = file != NULL;

        audit_fd_set(x->f->state, x->process, e->exit, file, flags & O_CLOEXEC_BIT);
        x->process->fresh_fd = known ? e->exit : -1;
        x->process->fresh_time = e->time;
    } else {
        audit_file_release(x->f->state, file);
    }
    emit_rest(x, flags & O_CREAT_BIT);
}

static void take_memfd(struct step *x)
{
    struct span part[FILE_PARTS] = { [FILE_NAME] = SPAN(MEMFD) };
    const struct audit_event *e = x->e;

    if (e->exit >= 0) /* a1: MFD_CLOEXEC is 1 */
        audit_fd_set(x->f->state, x->process, e->exit,
                     audit_file(x->f->state, part, false, RESOLUTION_MEMFD), e->a[1] & 1);
    audit_other(x->b, e);
}

static void take_dup(struct step *x)
{
    const struct audit_event *e = x->e;
    const struct audit_fd *of = audit_fd(x->process, (int64_t)(int32_t)e->a[0]);

    if (e->exit >= 0 && e->exit != (int64_t)(int32_t)e->a[0]) {
        struct audit_file *file = of ? of->file : NULL;

        if (file)
            file->refs++;
        audit_fd_set(x->f->state, x->process, e->exit, file, e->a[2] & O_CLOEXEC_BIT);
    }
    audit_other(x->b, e);
}

/* ---- maps ---- */

/* /lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 run as a program. */
static bool is_loader(struct span Image)
{
    static const struct span glibc = SPAN_INIT("ld-linux"), musl = SPAN_INIT("ld-musl"),
                             ld64 = SPAN_INIT("ld64.so"), ld = SPAN_INIT("ld-2.");
    struct span name = span_file_name(Image);

    return span_starts(name, glibc) || span_starts(name, musl) || span_starts(name, ld64)
        || span_starts(name, ld);
}

static uint32_t tags_of(const struct step *x, const struct audit_file *file)
{
    const struct audit_process *p = x->process;
    bool self = span_equal(audit_file_part(file, FILE_NAME), x->e->Image);
    uint32_t tags = 0;

    if (is_loader(x->e->Image))
        tags |= RECORD_INDIRECT_EXEC;
    else if (p->guid[0] && x->host->cache_seen && !p->cache_opened && !self)
        tags |= RECORD_PRELOAD_ORDER;
    return tags;
}

static void emit_map(struct step *x, int64_t fd)
{
    const struct audit_event *e = x->e;
    struct audit_process *p = x->process;
    const struct audit_fd *of = fd >= 0 ? audit_fd(p, fd) : NULL;
    const struct audit_file *file = of ? of->file : NULL;
    enum resolution r = RESOLUTION_UNRESOLVED;

    if (file && file->directory)
        file = NULL;
    if (file && audit_file_part(file, FILE_NAME).at) {
        bool fresh = p->fresh_fd == fd && e->time - p->fresh_time <= FRESH_US;

        if (x->host->opens_seen)
            r = file->resolution;
        else if (fresh)
            r = file->resolution == RESOLUTION_EXACT ? RESOLUTION_INFERRED : file->resolution;
    }
    audit_seen_map(seen_of(x->f, x->host), r);
    /* Of one that is not known there is a name where only its folder is missing. */
    if (r == RESOLUTION_UNRESOLVED && !x->host->opens_seen)
        file = NULL;
    audit_emit_load(x->b, e, p, file, r,
                    file && r != RESOLUTION_UNRESOLVED ? tags_of(x, file) : 0);
}

/* Told once a process: a tag, not a load. */
static void tag_memory(struct step *x, bool *told, const char *how)
{
    char text[96];
    bool full = false;

    if (*told) {
        audit_other(x->b, x->e);
        return;
    }
    *told = true;
    snprintf(text, sizeof text, "%s, %llu bytes", how, (unsigned long long)x->e->a[1]);
    struct span Detail = arena_copy(&x->b->arena, span_text(text), &full);
    audit_emit_context(x->b, x->e, x->process, CONTEXT_EXECUTABLE_MEMORY, x->e->Image, Detail);
}

static void take_map(struct step *x)
{
    const struct audit_event *e = x->e;

    if (!(e->a[2] & PROT_EXEC_BIT)) {
        audit_other(x->b, e);
        return;
    }
    if ((e->a[3] | e->mmap_flags) & MAP_ANONYMOUS_BIT || (e->has_mmap && e->mmap_fd < 0))
        tag_memory(x, &x->process->told_anonymous, "anonymous executable memory");
    else
        emit_map(x, e->has_mmap ? e->mmap_fd : -1);
}

static void take_protect(struct step *x)
{
    if (x->e->a[2] & PROT_EXEC_BIT)
        tag_memory(x, &x->process->told_mprotect, "memory made executable by mprotect");
    else
        audit_other(x->b, x->e);
}

/* ---- starts and ends ---- */

static void take_exec(struct step *x)
{
    const struct audit_event *e = x->e;
    struct audit_process *p = x->process;

    audit_seen_exec(seen_of(x->f, x->host));
    audit_fds_clear(x->f->state, p, true);
    audit_image_set(x->f->state, p, e->Image);
    audit_command_set(p, e->CommandLine);
    p->cache_opened = p->told_mprotect = p->told_anonymous = false;
    snprintf(p->guid, sizeof p->guid, "%lld-%lld.%03lld-%llu", (long long)e->pid,
             (long long)(e->time / 1000000), (long long)(e->time / 1000 % 1000),
             (unsigned long long)e->serial);
    audit_emit_start(x->b, e, p, e->ppid >= 0
        ? audit_process(x->f->state, x->host, e->ppid, false) : NULL);
}

/* Its image is another, and no execve was seen: nothing of before holds. */
static void check_image(struct step *x)
{
    static const struct span deleted = SPAN_INIT(" (deleted)");
    struct audit_process *p = x->process;
    struct span is = x->e->Image, was = p->image ? audit_file_part(p->image, FILE_NAME) : SPAN_NONE;

    if (span_equal(is, was) || !is.at)
        return;
    if (was.at && !(is.len == was.len + deleted.len && span_starts(is, was))) {
        audit_fds_clear(x->f->state, p, false);
        p->guid[0] = 0;
        p->cache_opened = p->told_mprotect = p->told_anonymous = false;
        audit_command_set(p, SPAN_NONE);
    }
    audit_image_set(x->f->state, p, is);
}

static void take_call(struct step *x)
{
    const struct audit_event *e = x->e;
    bool opens = false;

    switch (e->what) {
    case AUDIT_OPEN: case AUDIT_OPENAT: case AUDIT_OPENAT2: case AUDIT_CREAT: case AUDIT_HANDLE:
        take_open(x);
        opens = true;
        break;
    case AUDIT_MEMFD: take_memfd(x); break;
    case AUDIT_DUP: take_dup(x); break;
    case AUDIT_CLOSE:
        audit_fd_set(x->f->state, x->process, (int64_t)(int32_t)e->a[0], NULL, false);
        audit_other(x->b, e);
        break;
    case AUDIT_EXEC: take_exec(x); break;
    case AUDIT_MMAP: take_map(x); break;
    case AUDIT_MPROTECT: take_protect(x); break;
    case AUDIT_EXIT: audit_emit_end(x->b, e, x->process); break;
    case AUDIT_OTHER: case AUDIT_OLD_MMAP: emit_rest(x, false); break;
    }
    if (!opens)
        x->process->fresh_fd = -1;
    if (e->what == AUDIT_EXIT)
        audit_process_drop(x->f->state, x->process);
}

static void take_event(struct audit_follow *f, struct batch *b, const struct audit_event *e)
{
    struct step x = { .f = f, .b = b, .e = e, .host = audit_host(f->state, e->node) };

    if (audit_chain_turn(&f->chain, x.host, e->time)) {
        audit_host_forget(f->state, x.host);
        batch_note(b, e->place, "older than what was read before it: what was open then is forgotten");
    }
    if (x.host->last_time == MOMENT_NONE || e->time > x.host->last_time)
        x.host->last_time = e->time;
    if (e->pid < 0) {
        audit_other(b, e);
        return;
    }
    x.process = audit_process(f->state, x.host, e->pid, true);
    if (e->what != AUDIT_EXEC)
        check_image(&x);
    take_call(&x);
    if (x.full)
        batch_note(b, e->place, "no room for a path of it");
}

/* ---- batches ---- */

/* What the source that has ended told of each host's rules; of many, of the first. */
static void say_seen(const struct audit_follow *f, struct batch *b)
{
    bool full = false;
    size_t hosts = 0, said = 0;

    for (const struct audit_host *h = audit_hosts(f->state); h; h = h->next)
        hosts += h->seen_in == f->source;
    for (const struct audit_host *h = audit_hosts(f->state); h && said < HOSTS_SAID_MAX; h = h->next)
        if (h->seen_in == f->source) {
            struct audit_seen seen = h->seen;

            said++;
            /* A part of a log need not show again what an earlier one has. */
            seen.library = seen.library || h->opens_seen;
            audit_seen_say(&seen, b, arena_copy(&b->arena, span_of(h->name, h->name_len), &full),
                           hosts > 1);
        }
    audit_seen_given_up(b, audit_given_up(f->state));
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Is it the rest of an event of the piece before? */
static bool is_rest(const struct audit_follow *f, uint64_t hash)
{
    return f->key_count && bsearch(&hash, f->keys, f->key_count, sizeof *f->keys, by_value);
}

static void remember_keys(struct audit_follow *f, const struct audit_left *left)
{
    if (left->key_count > f->key_room) {
        f->key_room = left->key_count;
        f->keys = memory_grow(f->keys, f->key_room, sizeof *f->keys);
    }
    f->key_count = left->key_count;
    if (left->key_count) {
        memcpy(f->keys, left->keys, left->key_count * sizeof *f->keys);
        qsort(f->keys, f->key_count, sizeof *f->keys, by_value);
    }
}

void audit_follow(void *state, struct batch *b, bool last)
{
    struct audit_follow **at = state, *f = *at;
    struct audit_left *left = b->left;

    if (!f) {
        f = *at = memory_zero(1, sizeof *f);
        f->state = audit_state_open();
    }
    if (b->opens) {
        f->key_count = 0;
        f->source++;
        if (!audit_chain_next(&f->chain, b->opens->path, b->opens->bundle)
            && b->opens->trust < HOST_OF_NAME) /* another log, and nobody says whose */
            audit_host_forget(f->state, audit_host(f->state, batch_host(b, SPAN_NONE)));
        return;
    }
    for (const struct range *r = b->ranges; r; r = r->next) /* syslog may carry both */
        if (span_is(r->Channel, "Linux-Sysmon/Operational"))
            seen_of(f, audit_host(f->state, r->Computer))->sysmon = true;
    if (left) {
        for (const struct audit_notice *n = left->notices; n; n = n->next) {
            struct audit_host *h = audit_host(f->state, n->node);

            if (n->said == AUDIT_SAID_RULES || n->said == AUDIT_SAID_START)
                h->opens_seen = false;
            audit_seen_notice(seen_of(f, h), n);
        }
        for (const struct audit_event *e = left->events; e; e = e->next) {
            if (is_rest(f, e->hash))
                batch_loss(b, e->place, 0, "records of one event lie too far apart");
            else
                take_event(f, b, e);
        }
        remember_keys(f, left);
        b->left = NULL;
    }
    if (last)
        say_seen(f, b);
}

void audit_follow_end(void *state)
{
    struct audit_follow **at = state;

    if (!*at)
        return;
    audit_state_close((*at)->state);
    audit_chain_close(&(*at)->chain);
    free((*at)->keys);
    free(*at);
    *at = NULL;
}
