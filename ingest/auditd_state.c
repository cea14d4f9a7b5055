/* Processes, descriptors and the files behind them, in tables with ceilings.
 *
 * The process that was met longest ago goes first.  Files are interned: a
 * hundred thousand processes have the same libc open.  The surprise: slots are
 * chosen with a key drawn at start, because pids and names come from the
 * evidence. */
#include "ingest/auditd_state.h"

#include "core/text.h"

#include <stdlib.h>

#define HOSTS_MAX 4096
#define PROCESSES_MAX (128u << 10)
#define FDS_MAX 1024                  /* of one process */
#define FILE_BYTES_MAX (64u << 20)
#define SLOTS (16u << 10)

struct audit_state {
    struct audit_host *hosts, *overflow;
    size_t host_count;
    struct audit_process *process[SLOTS];
    struct audit_process *newest, *oldest;
    size_t process_count;
    struct audit_file *file[SLOTS];
    size_t file_bytes;
    uint64_t key, given_up;
};

struct audit_state *audit_state_open(void)
{
    struct audit_state *s = memory_zero(1, sizeof *s);

    s->key = hash_spans(&SPAN("processes"), 1).a | 1;
    return s;
}

void audit_state_close(struct audit_state *s)
{
    if (!s)
        return;
    while (s->oldest)
        audit_process_drop(s, s->oldest);
    for (struct audit_host *h = s->hosts, *next; h; h = next) {
        next = h->next;
        free(h);
    }
    free(s->overflow);
    free(s);
}

uint64_t audit_given_up(struct audit_state *s)
{
    uint64_t n = s->given_up;

    s->given_up = 0;
    return n;
}

/* ---- hosts ---- */

static struct audit_host *host_new(struct span node)
{
    struct audit_host *h = memory_zero(1, sizeof *h + node.len);

    h->last_time = MOMENT_NONE;
    h->name_len = node.len;
    if (node.len)
        memcpy(h->name, node.at, node.len);
    return h;
}

struct audit_host *audit_host(struct audit_state *s, struct span node)
{
    struct audit_host **at = &s->hosts;

    for (; *at; at = &(*at)->next)
        if ((*at)->name_len == node.len
            && (!node.len || memcmp((*at)->name, node.at, node.len) == 0)) {
            struct audit_host *h = *at; /* to the front: the next event is its, mostly */

            *at = h->next;
            h->next = s->hosts;
            return s->hosts = h;
        }
    if (s->host_count >= HOSTS_MAX) {
        s->given_up++;
        if (!s->overflow)
            s->overflow = host_new(SPAN_EMPTY);
        audit_host_forget(s, s->overflow);
        return s->overflow;
    }
    struct audit_host *h = host_new(node);
    s->host_count++;
    h->next = s->hosts;
    return s->hosts = h;
}

struct audit_host *audit_hosts(const struct audit_state *s)
{
    return s->hosts;
}

void audit_host_forget(struct audit_state *s, struct audit_host *h)
{
    for (struct audit_process *p = s->oldest, *newer; p; p = newer) {
        newer = p->newer;
        if (p->host == h)
            audit_process_drop(s, p);
    }
    h->opens_seen = h->cache_seen = false;
    h->last_time = MOMENT_NONE;
}

/* ---- files ---- */

struct span audit_file_part(const struct audit_file *f, enum file_part part)
{
    size_t at = 0;

    for (int i = 0; i < (int)part; i++)
        at += f->len[i];
    return f->logged >> part & 1 ? span_of(f->bytes + at, f->len[part]) : SPAN_NONE;
}

size_t audit_file_len(const struct audit_file *f)
{
    size_t len = 0;

    for (int i = 0; i < FILE_PARTS; i++)
        len += f->len[i];
    return len;
}

static struct hash128 file_hash(const struct span part[static FILE_PARTS], bool directory,
                                enum resolution r)
{
    struct span spans[FILE_PARTS + 1];
    uint8_t kind[2] = { directory, (uint8_t)r };

    memcpy(spans, part, FILE_PARTS * sizeof *part);
    spans[FILE_PARTS] = span_of(kind, sizeof kind);
    return hash_spans(spans, FILE_PARTS + 1);
}

struct audit_file *audit_file(struct audit_state *s, const struct span part[static FILE_PARTS],
                              bool directory, enum resolution r)
{
    struct hash128 hash = file_hash(part, directory, r);
    struct audit_file **slot = &s->file[hash.b & (SLOTS - 1)];
    size_t len = 0;
    bool fits = true;

    for (struct audit_file *f = *slot; f; f = f->next)
        if (f->hash == hash.a) {
            f->refs++;
            return f;
        }
    for (int i = 0; i < FILE_PARTS; i++) {
        len += part[i].len;
        fits = fits && part[i].len <= FILE_PART_MAX;
    }
    if (!fits || s->file_bytes + sizeof(struct audit_file) + len > FILE_BYTES_MAX) {
        s->given_up++;
        return NULL;
    }
    struct audit_file *f = memory_get(sizeof *f + len);
    *f = (struct audit_file){ .next = *slot, .hash = hash.a, .refs = 1, .directory = directory,
                              .resolution = r };
    len = 0;
    for (int i = 0; i < FILE_PARTS; i++) {
        if (part[i].len)
            memcpy(f->bytes + len, part[i].at, part[i].len);
        f->len[i] = (uint16_t)part[i].len;
        f->logged |= (uint8_t)((part[i].at != NULL) << i);
        len += part[i].len;
    }
    s->file_bytes += sizeof *f + len;
    return *slot = f;
}

void audit_file_release(struct audit_state *s, struct audit_file *f)
{
    struct span part[FILE_PARTS];

    if (!f || --f->refs)
        return;
    for (int i = 0; i < FILE_PARTS; i++)
        part[i] = audit_file_part(f, (enum file_part)i);
    struct audit_file **at = &s->file[file_hash(part, f->directory, f->resolution).b & (SLOTS - 1)];
    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    s->file_bytes -= sizeof *f + audit_file_len(f);
    free(f);
}

/* ---- processes ---- */

static struct audit_process **slot_of(struct audit_state *s, const struct audit_host *h,
                                      int64_t pid)
{
    uint64_t x = ((uint64_t)pid ^ (uint64_t)(uintptr_t)h) * s->key;

    return &s->process[(x ^ x >> 29) * s->key >> 48 & (SLOTS - 1)];
}

static void unlink_age(struct audit_state *s, struct audit_process *p)
{
    *(p->newer ? &p->newer->older : &s->newest) = p->older;
    *(p->older ? &p->older->newer : &s->oldest) = p->newer;
}

static void link_newest(struct audit_state *s, struct audit_process *p)
{
    p->newer = NULL;
    p->older = s->newest;
    *(s->newest ? &s->newest->newer : &s->oldest) = p;
    s->newest = p;
}

struct audit_process *audit_process(struct audit_state *s, struct audit_host *h, int64_t pid,
                                    bool make)
{
    struct audit_process **slot = slot_of(s, h, pid), *p;

    for (p = *slot; p; p = p->next)
        if (p->pid == pid && p->host == h) {
            if (p != s->newest) {
                unlink_age(s, p);
                link_newest(s, p);
            }
            return p;
        }
    if (!make)
        return NULL;
    if (s->process_count >= PROCESSES_MAX) {
        s->given_up++;
        audit_process_drop(s, s->oldest);
    }
    p = memory_zero(1, sizeof *p);
    p->host = h;
    p->pid = pid;
    p->fresh_fd = -1;
    p->next = *slot;
    *slot = p;
    link_newest(s, p);
    s->process_count++;
    return p;
}

void audit_process_drop(struct audit_state *s, struct audit_process *p)
{
    struct audit_process **at = slot_of(s, p->host, p->pid);

    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    unlink_age(s, p);
    audit_fds_clear(s, p, false);
    audit_file_release(s, p->image);
    s->process_count--;
    free(p->fds);
    free(p->command);
    free(p);
}

void audit_image_set(struct audit_state *s, struct audit_process *p, struct span Image)
{
    struct span part[FILE_PARTS] = { [FILE_NAME] = Image };

    audit_file_release(s, p->image);
    p->image = Image.at ? audit_file(s, part, false, RESOLUTION_EXACT) : NULL;
}

void audit_command_set(struct audit_process *p, struct span CommandLine)
{
    size_t len = text_head(CommandLine, PROCESS_COMMAND_MAX).len;

    free(p->command);
    p->command = NULL;
    p->command_len = (uint16_t)len;
    if (len) {
        p->command = memory_get(len);
        memcpy(p->command, CommandLine.at, len);
    }
}

/* ---- descriptors ---- */

static uint32_t fd_place(const struct audit_process *p, int64_t fd)
{
    uint32_t low = 0, high = p->fd_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (p->fds[middle].fd < fd)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct audit_fd *audit_fd(const struct audit_process *p, int64_t fd)
{
    uint32_t i = fd_place(p, fd);

    return i < p->fd_count && p->fds[i].fd == fd ? &p->fds[i] : NULL;
}

void audit_fd_set(struct audit_state *s, struct audit_process *p, int64_t fd,
                  struct audit_file *file, bool cloexec)
{
    if (fd < 0 || fd > INT32_MAX) {
        audit_file_release(s, file);
        return;
    }
    uint32_t i = fd_place(p, fd);
    bool there = i < p->fd_count && p->fds[i].fd == fd;

    if (there)
        audit_file_release(s, p->fds[i].file);
    if (!file) {
        if (there) {
            p->fd_count--;
            memmove(&p->fds[i], &p->fds[i + 1], (p->fd_count - i) * sizeof *p->fds);
        }
        return;
    }
    if (!there) {
        if (p->fd_count >= FDS_MAX) {
            s->given_up++;
            audit_file_release(s, file);
            return;
        }
        if (p->fd_count == p->fd_room) {
            p->fd_room = p->fd_room ? 2 * p->fd_room : 4;
            p->fds = memory_grow(p->fds, p->fd_room, sizeof *p->fds);
        }
        memmove(&p->fds[i + 1], &p->fds[i], (p->fd_count - i) * sizeof *p->fds);
        p->fd_count++;
    }
    p->fds[i] = (struct audit_fd){ file, (int32_t)fd, cloexec };
}

void audit_fds_clear(struct audit_state *s, struct audit_process *p, bool only_cloexec)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < p->fd_count; i++) {
        if (only_cloexec && !p->fds[i].cloexec)
            p->fds[kept++] = p->fds[i];
        else
            audit_file_release(s, p->fds[i].file);
    }
    p->fd_count = kept;
}
