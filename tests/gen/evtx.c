/* EVTX files: header, chunks with their checksums, records.
 *
 * A record that does not fit is taken back and written again into the next
 * chunk, where its names and templates are new. */
#include "tests/gen/chunk.h"

#include <stdlib.h>

#define FILE_HEADER 4096
#define RECORD_HEAD 24

struct evtx {
    FILE *f;
    bool wec;
    uint64_t first, next; /* record identifiers of the chunk, and the next one */
    uint64_t chunks;
    uint32_t last_at;
    struct chunk c;
};

static void write_all(FILE *f, const void *bytes, size_t len)
{
    if (fwrite(bytes, 1, len, f) != len)
        gen_die("can't write");
}

struct evtx *evtx_open(FILE *f, bool wec)
{
    static const uint8_t zeros[FILE_HEADER];
    struct evtx *x = gen_get(sizeof *x);
    x->f = f;
    x->wec = wec;
    write_all(f, zeros, FILE_HEADER);
    chunk_clear(&x->c);
    return x;
}

static void put64(uint8_t *at, uint64_t v)
{
    memcpy(at, &v, 8);
}

static void put32(uint8_t *at, uint32_t v)
{
    memcpy(at, &v, 4);
}

static void chunk_end(struct evtx *x)
{
    uint8_t *h = x->c.at;
    if (!x->first)
        return;
    uint32_t free_at = (uint32_t)x->c.pos;
    memset(h, 0, CHUNK_HEADER);
    memcpy(h, "ElfChnk", 8);
    put64(h + 8, x->first);
    put64(h + 16, x->next - 1);
    put64(h + 24, x->first);
    put64(h + 32, x->next - 1);
    put32(h + 40, 128);
    put32(h + 44, x->last_at);
    put32(h + 48, free_at);
    put32(h + 52, gen_crc(0, h + CHUNK_HEADER, free_at - CHUNK_HEADER));
    memcpy(h + 128, x->c.names, sizeof x->c.names);
    memcpy(h + 384, x->c.templates, sizeof x->c.templates);
    put32(h + 124, gen_crc(gen_crc(0, h, 120), h + 128, CHUNK_HEADER - 128));
    memset(h + free_at, 0, CHUNK_BYTES - free_at);
    write_all(x->f, h, CHUNK_BYTES);
    x->chunks++;
    x->first = 0;
    chunk_clear(&x->c);
}

static bool record(struct evtx *x, const struct gen_event *e)
{
    struct chunk *c = &x->c;
    static const uint8_t zeros[8];
    uint32_t start = (uint32_t)c->pos;
    chunk_put(c, "**\0", 4);
    chunk_u32(c, 0);
    chunk_u64(c, e->record);
    chunk_u64(c, gen_filetime(e->logged));
    if (x->wec)
        binxml_forwarded(c, e);
    else
        binxml_event(c, e);
    size_t body = c->pos + 4 - start;
    chunk_put(c, zeros, (8 - body % 8) % 8);
    uint32_t size = (uint32_t)(c->pos + 4 - start);
    chunk_u32(c, size);
    chunk_poke32(c, start + 4, size);
    return !c->full;
}

void evtx_add(struct evtx *x, const struct gen_event *e)
{
    struct chunk *c = &x->c;
    uint32_t names[64], templates[32];
    size_t start = c->pos, known = c->known_count;
    memcpy(names, c->names, sizeof names);
    memcpy(templates, c->templates, sizeof templates);
    if (!record(x, e)) {
        if (start == CHUNK_HEADER)
            gen_die("a record of Event ID %u is larger than a chunk", e->shape->id);
        memcpy(c->names, names, sizeof names);
        memcpy(c->templates, templates, sizeof templates);
        c->known_count = known;
        c->pos = start;
        chunk_end(x);
        evtx_add(x, e);
        return;
    }
    x->last_at = (uint32_t)start;
    if (!x->first)
        x->first = e->record;
    x->next = e->record + 1;
}

void evtx_close(struct evtx *x)
{
    uint8_t h[FILE_HEADER] = "ElfFile";
    static const uint8_t fixed[10] = { 128, 0, 0, 0, 1, 0, 3, 0, 0, 0x10 };
    chunk_end(x);
    uint16_t chunks = (uint16_t)(x->chunks > 0xffff ? 0xffff : x->chunks);
    put64(h + 16, x->chunks ? x->chunks - 1 : 0);
    put64(h + 24, x->next ? x->next : 1);
    memcpy(h + 32, fixed, sizeof fixed);
    memcpy(h + 42, &chunks, 2);
    put32(h + 124, gen_crc(0, h, 120));
    if (fseek(x->f, 0, SEEK_SET) != 0)
        gen_die("can't go back to the head of the file: EVTX can't go into a pipe");
    write_all(x->f, h, sizeof h);
    free(x);
}

static uint32_t get32(const uint8_t *at)
{
    uint32_t v;
    memcpy(&v, at, 4);
    return v;
}

static bool damage_in(uint8_t *chunk, uint64_t wanted)
{
    uint32_t free_at = get32(chunk + 48);
    for (uint32_t at = CHUNK_HEADER; at + 64 < free_at; at += get32(chunk + at + 4)) {
        uint64_t number;
        memcpy(&number, chunk + at + 8, 8);
        if (number != wanted)
            continue;
        if (get32(chunk + at + RECORD_HEAD + 10) == at + RECORD_HEAD + 14)
            gen_die("record %llu holds a template: damage another", (unsigned long long)wanted);
        chunk[at + RECORD_HEAD + 17] ^= 0x80; /* now it claims two thousand million values */
        return true;
    }
    return false;
}

void evtx_damage(const char *path, const uint64_t *records, size_t count)
{
    uint8_t chunk[CHUNK_BYTES];
    size_t done = 0;
    FILE *f = fopen(path, "r+b");
    if (!f)
        gen_die("can't open %s", path);
    for (long at = FILE_HEADER; fseek(f, at, SEEK_SET) == 0
             && fread(chunk, 1, CHUNK_BYTES, f) == CHUNK_BYTES; at += CHUNK_BYTES) {
        size_t before = done;
        for (size_t i = 0; i < count; i++)
            done += damage_in(chunk, records[i]);
        if (done != before && (fseek(f, at, SEEK_SET) != 0
                               || fwrite(chunk, 1, CHUNK_BYTES, f) != CHUNK_BYTES))
            gen_die("can't write %s", path);
    }
    if (done != count || fclose(f) != 0)
        gen_die("%s has not all the records to be damaged", path);
}
