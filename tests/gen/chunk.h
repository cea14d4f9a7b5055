/* One EVTX chunk being filled, and the BinXML that goes into it.
 *
 * Names and templates are written where a chunk first needs them and pointed
 * to afterwards, through the chunk's two tables, as Windows does it.  Writing
 * past the end sets `full` and writes nothing. */
#ifndef TESTS_GEN_CHUNK_H
#define TESTS_GEN_CHUNK_H

#include "tests/gen/gen.h"

#define CHUNK_BYTES 65536
#define CHUNK_END (CHUNK_BYTES - 8) /* libevtx passes over the last record of a full chunk */
#define CHUNK_HEADER 512
#define CHUNK_TEMPLATES_MAX 256

struct chunk_template {
    const void *shape; /* a struct gen_shape, or the Computer of an <Event> */
    uint32_t at;
};

struct chunk {
    uint8_t at[CHUNK_BYTES];
    size_t pos;
    bool full;
    uint32_t names[64], templates[32]; /* the header's tables of offsets */
    struct chunk_template known[CHUNK_TEMPLATES_MAX];
    size_t known_count;
};

void chunk_clear(struct chunk *c);
void chunk_put(struct chunk *c, const void *bytes, size_t len);
void chunk_u8(struct chunk *c, uint8_t v);
void chunk_u16(struct chunk *c, uint16_t v);
void chunk_u32(struct chunk *c, uint32_t v);
void chunk_u64(struct chunk *c, uint64_t v);
/* UTF-8 to UTF-16LE; returns the number of 16-bit units. */
size_t chunk_utf16(struct chunk *c, struct span text);
void chunk_poke32(struct chunk *c, size_t at, uint32_t v);

enum token {
    TOKEN_END = 0x00, TOKEN_OPEN = 0x01, TOKEN_OPEN_WITH = 0x41, TOKEN_CLOSE_START = 0x02,
    TOKEN_CLOSE_EMPTY = 0x03, TOKEN_CLOSE = 0x04, TOKEN_VALUE = 0x05, TOKEN_ATTRIBUTE = 0x06,
    TOKEN_ATTRIBUTE_MORE = 0x46, TOKEN_TEMPLATE = 0x0c, TOKEN_NORMAL = 0x0d,
    TOKEN_OPTIONAL = 0x0e,
};
enum type { T_NULL = 0, T_STRING = 1, T_U8 = 4, T_U16 = 6, T_U32 = 8, T_U64 = 10, T_GUID = 15,
            T_FILETIME = 17, T_SID = 19, T_HEX64 = 21, T_BINXML = 33 };

#define EVENT_XMLNS "http://schemas.microsoft.com/win/2004/08/events/event"

/* Where an element's size stands, to be told once it is known. */
struct element {
    size_t size_at, attributes_at;
};

/* `dependency`: inside a template. */
struct element element_open(struct chunk *c, const char *name, bool attributes, bool dependency);
void element_attribute(struct chunk *c, const char *name, bool more);
void element_attributes(struct chunk *c, const struct element *el, bool empty); /* their end */
void element_text(struct chunk *c, struct span text);
void element_substitute(struct chunk *c, uint16_t index, enum type type, bool optional);
void element_close(struct chunk *c, const struct element *el);
void binxml_fragment(struct chunk *c);

/* The BinXML of an event, from fragment header to end: with templates, or all
 * spelled out as a collector (WEC) forwards it. */
void binxml_event(struct chunk *c, const struct gen_event *e);
void binxml_forwarded(struct chunk *c, const struct gen_event *e);

#endif
