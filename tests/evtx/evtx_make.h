/* Makes EVTX, sound or as broken as a test wants it: a chunk is written token
 * by token, with names and templates shared as Windows shares them.
 *
 * For tests only: a full chunk ends the program. */
#ifndef TESTS_EVTX_MAKE_H
#define TESTS_EVTX_MAKE_H

#include "ingest/binxml_value.h"
#include "ingest/crc32.h"

#include <stdlib.h>

#define MAKE_CHECK(what) ((what) ? (void)0 : abort())
#define MAKE_CHUNK 65536u
#define MAKE_HEADER 4096u
#define MAKE_NAMES 128
#define MAKE_DEPTH 80
#define MAKE_TIME UINT64_C(134120448000000000) /* 2026-01-05T00:00:00Z */

struct make {
    uint8_t at[MAKE_CHUNK];
    uint32_t len;
    uint64_t first, last, next;   /* record numbers */
    uint32_t record;              /* where the one under way began */
    bool dependency;              /* do elements carry a dependency id? */
    struct { char name[64]; uint32_t at; } names[MAKE_NAMES];
    uint32_t name_count;
    uint32_t sizes[MAKE_DEPTH], depth; /* size fields to fill */
};

static inline void make_bytes(struct make *m, const void *bytes, size_t len)
{
    MAKE_CHECK(m->len + len <= MAKE_CHUNK);
    if (len)
        memcpy(m->at + m->len, bytes, len);
    m->len += (uint32_t)len;
}

static inline void make_u8(struct make *m, unsigned v) { make_bytes(m, &(uint8_t){ (uint8_t)v }, 1); }
static inline void make_u16(struct make *m, unsigned v) { make_bytes(m, &(uint16_t){ (uint16_t)v }, 2); }
static inline void make_u32(struct make *m, uint32_t v) { make_bytes(m, &v, 4); }
static inline void make_u64(struct make *m, uint64_t v) { make_bytes(m, &v, 8); }

static inline void make_set32(struct make *m, uint32_t at, uint32_t v)
{
    memcpy(m->at + at, &v, 4);
}

static inline void make_utf16(struct make *m, const char *ascii)
{
    for (; *ascii; ascii++)
        make_u16(m, (uint8_t)*ascii);
}

static inline void make_begin(struct make *m)
{
    *m = (struct make){ .len = 512, .next = 1, .first = 1, .dependency = true };
}

/* A name's offset, and the name itself where it is met first. */
static inline void make_name(struct make *m, const char *name)
{
    for (uint32_t i = 0; i < m->name_count; i++) {
        if (strcmp(m->names[i].name, name) == 0) {
            make_u32(m, m->names[i].at);
            return;
        }
    }
    MAKE_CHECK(m->name_count < MAKE_NAMES && strlen(name) < sizeof m->names[0].name);
    make_u32(m, m->len + 4);
    memcpy(m->names[m->name_count].name, name, strlen(name) + 1);
    m->names[m->name_count++].at = m->len;
    make_u32(m, 0);
    make_u16(m, 0);
    make_u16(m, (unsigned)strlen(name));
    make_utf16(m, name);
    make_u16(m, 0);
}

static inline void make_size_opens(struct make *m)
{
    MAKE_CHECK(m->depth < MAKE_DEPTH);
    m->sizes[m->depth++] = m->len;
    make_u32(m, 0);
}

static inline void make_size_closes(struct make *m)
{
    m->depth--;
    make_set32(m, m->sizes[m->depth], m->len - m->sizes[m->depth] - 4);
}

/* <name, then attributes or make_inside() or make_empty(). */
static inline void make_element(struct make *m, const char *name, bool attributes)
{
    make_u8(m, attributes ? 0x41 : 0x01);
    if (m->dependency)
        make_u16(m, 0xffff);
    make_size_opens(m);
    make_name(m, name);
    if (attributes)
        make_size_opens(m);
}

static inline void make_attribute(struct make *m, const char *name, bool more)
{
    make_u8(m, more ? 0x46 : 0x06);
    make_name(m, name);
}

static inline void make_attributes_end(struct make *m) { make_size_closes(m); }
static inline void make_inside(struct make *m) { make_u8(m, 2); }

static inline void make_empty(struct make *m)
{
    make_u8(m, 3);
    make_size_closes(m);
}

static inline void make_close(struct make *m)
{
    make_u8(m, 4);
    make_size_closes(m);
}

static inline void make_text(struct make *m, const char *text)
{
    make_u8(m, 5);
    make_u8(m, VALUE_WSTRING);
    make_u16(m, (unsigned)strlen(text));
    make_utf16(m, text);
}

static inline void make_value(struct make *m, unsigned index, unsigned type, bool optional)
{
    make_u8(m, optional ? 0x0e : 0x0d);
    make_u16(m, index);
    make_u8(m, type);
}

/* <name>%index</name> */
static inline void make_value_element(struct make *m, const char *name, unsigned index,
                                      unsigned type, bool optional)
{
    make_element(m, name, false);
    make_inside(m);
    make_value(m, index, type, optional);
    make_close(m);
}

static inline void make_text_element(struct make *m, const char *name, const char *text)
{
    make_element(m, name, false);
    make_inside(m);
    make_text(m, text);
    make_close(m);
}

static inline void make_fragment(struct make *m) { make_u32(m, 0x0001010f); }

/* A template instance up to its definition; gives where that is to stand.  Its
 * tokens follow (make_fragment first), then make_template_end. */
static inline uint32_t make_template(struct make *m, uint32_t id)
{
    uint32_t at;

    make_u8(m, 0x0c);
    make_u8(m, 1);
    make_u32(m, id);
    make_u32(m, at = m->len + 4);
    make_u32(m, 0);
    make_u32(m, id);
    make_bytes(m, "by modhunt.", 12);
    make_size_opens(m);
    make_fragment(m);
    return at;
}

static inline void make_template_end(struct make *m)
{
    make_u8(m, 0);
    make_size_closes(m);
}

/* An instance of a template that stands already. */
static inline void make_instance(struct make *m, uint32_t id, uint32_t at)
{
    make_u8(m, 0x0c);
    make_u8(m, 1);
    make_u32(m, id);
    make_u32(m, at);
}

static inline void make_values(struct make *m, const struct value *v, uint32_t count)
{
    make_u32(m, count);
    for (uint32_t i = 0; i < count; i++) {
        make_u16(m, v[i].len);
        make_u16(m, v[i].type);
    }
    for (uint32_t i = 0; i < count; i++)
        make_bytes(m, v[i].at, v[i].len);
}

/* A text as UTF-16, in one of a few buffers that are used in turn. */
static inline struct value make_wide(const char *ascii)
{
    static uint8_t ring[64][1024];
    static unsigned next;
    uint8_t *out = ring[next++ % 64];
    size_t n = strlen(ascii);

    MAKE_CHECK(n <= 512);
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = (uint8_t)ascii[i];
        out[2 * i + 1] = 0;
    }
    return (struct value){ out, (uint32_t)(2 * n), VALUE_WSTRING };
}

static inline void make_record_begins(struct make *m)
{
    m->record = m->len;
    make_bytes(m, "**\0", 4);
    make_u32(m, 0);
    make_u64(m, m->last = m->next++);
    make_u64(m, MAKE_TIME + m->last * 10000000);
}

static inline void make_record_ends(struct make *m)
{
    while ((m->len - m->record + 4) % 8)
        make_u8(m, 0);
    make_set32(m, m->record + 4, m->len + 4 - m->record);
    make_u32(m, m->len + 4 - m->record);
}

/* Checksums of what stands there, whatever it is. */
static inline void make_checksums(uint8_t *chunk, size_t len)
{
    uint32_t sum, end;

    if (len < 512)
        return;
    memcpy(&end, chunk + 48, 4);
    if (end >= 512 && end <= len) {
        sum = crc32_add(0, span_of(chunk + 512, end - 512));
        memcpy(chunk + 52, &sum, 4);
    }
    sum = crc32_add(crc32_add(0, span_of(chunk, 120)), span_of(chunk + 128, 384));
    memcpy(chunk + 124, &sum, 4);
}

/* The chunk's header; free space begins at `end`. */
static inline void make_ends(struct make *m, uint32_t end)
{
    memcpy(m->at, "ElfChnk", 8);
    memcpy(m->at + 8, &m->first, 8);
    memcpy(m->at + 16, &m->last, 8);
    memcpy(m->at + 24, &m->first, 8);
    memcpy(m->at + 32, &m->last, 8);
    make_set32(m, 40, 128);
    make_set32(m, 44, m->record);
    make_set32(m, 48, end);
    make_checksums(m->at, MAKE_CHUNK);
}

/* A file of these chunks, to be freed. */
static inline struct span make_file(const struct make *const *chunks, size_t count)
{
    uint8_t *file = calloc(1, MAKE_HEADER + count * MAKE_CHUNK);
    uint32_t v = MAKE_HEADER << 16 | 3, sum;

    MAKE_CHECK(file);
    memcpy(file, "ElfFile", 8);
    file[16] = (uint8_t)(count ? count - 1 : 0);
    file[32] = 128;
    file[36] = 1;
    memcpy(file + 38, &v, 4);
    file[42] = (uint8_t)count;
    sum = crc32_add(0, span_of(file, 120));
    memcpy(file + 124, &sum, 4);
    for (size_t i = 0; i < count; i++)
        memcpy(file + MAKE_HEADER + i * MAKE_CHUNK, chunks[i]->at, MAKE_CHUNK);
    return span_of(file, MAKE_HEADER + count * MAKE_CHUNK);
}

#endif
