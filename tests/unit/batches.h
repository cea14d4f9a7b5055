/* Batches made by hand, for tests of the writing side: a file is a list of
 * records in a table; the rest (counts, ranges, places) follows from it. */
#ifndef TESTS_UNIT_BATCHES_H
#define TESTS_UNIT_BATCHES_H

#include "store/connection.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One record; NULL: not logged.  kind: 7 a load, 1 and 5 a process, 4688, 11 a
 * context, 0 an other, -1 damaged. */
struct rec {
    int kind;
    const char *host;
    int64_t time;
    int64_t record; /* 0: has no number */
    const char *guid;
    int64_t pid;    /* 0: not logged */
    const char *Image;
    const char *what; /* ImageLoaded, CommandLine or Target */
    const char *hashes, *Signed, *user;
    const char *parent; /* ParentProcessGuid */
    unsigned flags;
};

struct file {
    const char *name, *format;
    const struct rec *rec;
    size_t count;
    uint8_t sha;      /* first byte of its SHA-256 */
    size_t per_batch; /* 0: all in one */
    enum source_state state;
};

static inline struct span text_or_none(const char *text)
{
    return text ? span_text(text) : SPAN_NONE;
}

static inline void rec_origin(struct batch *b, struct origin *o, const struct rec *r, size_t place)
{
    o->time = r->time ? r->time : MOMENT_NONE;
    o->logged = o->time;
    o->place = place;
    o->flags = r->flags;
    o->Channel = SPAN("Microsoft-Windows-Sysmon/Operational");
    if (r->record) {
        o->record = (uint64_t)r->record;
        o->flags |= RECORD_NUMBERED;
    }
    (void)b;
}

static inline struct span find_hash(const char *hashes, const char *kind)
{
    const char *at = hashes ? strstr(hashes, kind) : NULL;
    if (!at)
        return SPAN_NONE;
    at += strlen(kind) + 1;
    return span_of(at, strcspn(at, ","));
}

static inline void count_rec(struct batch *b, const struct rec *r)
{
    if (r->flags & RECORD_RECOVERED) {
        b->counts.recovered++;
        return;
    }
    b->counts.records++;
    switch (r->kind) {
    case 7: b->counts.loads++; break;
    case 1: case 5: case 4688: b->counts.processes++; break;
    case 11: b->counts.context++; break;
    default: break;
    }
}

static inline void batch_rec(struct batch *b, const struct rec *r, size_t place)
{
    if (r->kind == 0) {
        batch_other(b, SPAN("Microsoft-Windows-Sysmon"), 3);
        return;
    }
    if (r->kind < 0) {
        batch_loss(b, place, 1, "made to be damaged");
        return;
    }
    count_rec(b, r);
    if (r->kind == 7) {
        struct load *l = batch_load(b);
        rec_origin(b, &l->origin, r, place);
        l->platform = PLATFORM_WINDOWS;
        l->ProcessId = r->pid ? r->pid : -1;
        l->Computer = text_or_none(r->host);
        l->User = text_or_none(r->user);
        l->ProcessGuid = text_or_none(r->guid);
        l->Image = text_or_none(r->Image);
        l->ImageLoaded = text_or_none(r->what);
        l->Hashes = text_or_none(r->hashes);
        l->Signed = text_or_none(r->Signed);
        l->sha256 = find_hash(r->hashes, "SHA256");
        l->md5 = find_hash(r->hashes, "MD5");
    } else if (r->kind == 11) {
        struct context *c = batch_context(b);
        rec_origin(b, &c->origin, r, place);
        c->platform = PLATFORM_WINDOWS;
        c->event = 11;
        c->ProcessId = r->pid ? r->pid : -1;
        c->Computer = text_or_none(r->host);
        c->User = text_or_none(r->user);
        c->ProcessGuid = text_or_none(r->guid);
        c->Image = text_or_none(r->Image);
        c->Target = text_or_none(r->what);
        c->Hashes = text_or_none(r->hashes);
    } else {
        struct process *p = batch_process(b);
        rec_origin(b, &p->origin, r, place);
        p->platform = PLATFORM_WINDOWS;
        p->ended = r->kind == 5;
        p->source = r->kind == 4688 ? PROCESS_4688 : PROCESS_EVENT1;
        p->ProcessId = r->pid ? r->pid : -1;
        p->Computer = text_or_none(r->host);
        p->User = text_or_none(r->user);
        p->ProcessGuid = text_or_none(r->guid);
        p->Image = text_or_none(r->Image);
        p->CommandLine = p->ended ? SPAN_NONE : text_or_none(r->what);
        p->Hashes = text_or_none(r->hashes);
        p->ParentProcessGuid = text_or_none(r->parent);
    }
}

/* The n-th batch of a file; its place is the record's index times 100. */
static inline struct batch *file_batch(const struct file *f, uint32_t number, size_t n,
                                       int64_t resumes)
{
    size_t per = f->per_batch ? f->per_batch : f->count ? f->count : 1;
    size_t from = n * per, to = from + per < f->count ? from + per : f->count;
    struct batch *b = batch_open(number, from * 100, to * 100);

    for (size_t i = from; i < to; i++)
        batch_rec(b, &f->rec[i], i * 100);
    if (n == 0 || resumes) {
        struct source_opens *o = arena_get(&b->arena, sizeof *o);
        o->path = span_text(f->name);
        o->bundle = SPAN_NONE;
        o->size = f->count * 100;
        o->format = f->format;
        o->fingerprint[0] = f->sha;
        o->resumes = resumes;
        b->opens = o;
    }
    if (to == f->count) {
        struct source_closes *c = arena_get(&b->arena, sizeof *c);
        c->state = f->state ? f->state : SOURCE_COMPLETE;
        c->size = f->count * 100;
        c->hashed = true;
        memset(c->sha256, f->sha, sizeof c->sha256);
        c->reason = SPAN_NONE;
        b->closes = c;
    }
    return b;
}

static inline size_t file_batches(const struct file *f)
{
    size_t per = f->per_batch ? f->per_batch : f->count ? f->count : 1;
    return f->count ? (f->count + per - 1) / per : 1;
}

/* For tests of what is written, not of whether it lasts: no waiting for the disk. */
static inline void case_hasty(struct store *s)
{
    sqlite3_exec(s->db, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
}

/* A fresh case in a fresh folder; the name lives until case_remove. */
static inline struct store *case_new(char path[static 64], struct fault *f)
{
    char folder[48] = "/tmp/modhunt-test-XXXXXX";

    if (!mkdtemp(folder))
        return NULL;
    snprintf(path, 64, "%s/c.modhunt", folder);
    return store_open(path, STORE_CREATE, f);
}

static inline void case_remove(const char *path)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
    char name[96], *slash;

    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        remove(name);
    }
    snprintf(name, sizeof name, "%s", path);
    slash = strrchr(name, '/');
    if (slash)
        *slash = '\0';
    remove(name);
}

/* A query's whole answer as text: cells by `|`, rows by newline; `-` for NULL. */
static inline char *case_text(struct store *s, const char *sql)
{
    sqlite3_stmt *st = NULL;
    size_t size = 1, len = 0;
    char *out = memory_zero(1, 1);

    if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(s->db));
        abort();
    }
    while (sqlite3_step(st) == SQLITE_ROW)
        for (int c = 0, n = sqlite3_column_count(st); c < n; c++) {
            const char *cell = (const char *)sqlite3_column_text(st, c);
            const char *text = cell ? cell : "-";
            size = len + strlen(text) + 2;
            out = memory_grow(out, size, 1);
            len += (size_t)snprintf(out + len, size - len, "%s%s", text, c + 1 < n ? "|" : "\n");
        }
    sqlite3_finalize(st);
    return out;
}

#endif
