/* The elements of BinXML: names, attributes, values, and the sizes that are told
 * once they are known.
 *
 * The surprise: elements outside a template carry no dependency identifier. */
#include "tests/gen/chunk.h"

static bool same_name(const struct chunk *c, uint32_t at, const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (c->at[at + 8 + 2 * i] != (uint8_t)name[i] || c->at[at + 9 + 2 * i])
            return false;
    return c->at[at + 6] == len;
}

/* The offset of a name; the name itself follows where the chunk has it not. */
static void put_name(struct chunk *c, const char *name)
{
    uint32_t hash = 0;
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        hash = hash * 65599 + (uint8_t)name[i];
    uint32_t *bucket = &c->names[hash % 64], next;
    for (uint32_t at = *bucket; at; at = next) {
        if (same_name(c, at, name, len)) {
            chunk_u32(c, at);
            return;
        }
        memcpy(&next, c->at + at, 4);
    }
    uint32_t at = (uint32_t)c->pos + 4;
    chunk_u32(c, at);
    chunk_u32(c, *bucket);
    chunk_u16(c, (uint16_t)hash);
    chunk_u16(c, (uint16_t)len);
    chunk_utf16(c, span_text(name));
    chunk_u16(c, 0);
    if (!c->full)
        *bucket = at;
}

struct element element_open(struct chunk *c, const char *name, bool attributes,
                                   bool dependency)
{
    struct element el = { 0, 0 };
    chunk_u8(c, attributes ? TOKEN_OPEN_WITH : TOKEN_OPEN);
    if (dependency)
        chunk_u16(c, 0xffff);
    el.size_at = c->pos;
    chunk_u32(c, 0);
    put_name(c, name);
    el.attributes_at = c->pos;
    if (attributes)
        chunk_u32(c, 0);
    return el;
}

void element_attributes(struct chunk *c, const struct element *el, bool empty)
{
    chunk_poke32(c, el->attributes_at, (uint32_t)(c->pos - el->attributes_at - 4));
    chunk_u8(c, empty ? TOKEN_CLOSE_EMPTY : TOKEN_CLOSE_START);
    if (empty)
        chunk_poke32(c, el->size_at, (uint32_t)(c->pos - el->size_at - 4));
}

void element_close(struct chunk *c, const struct element *el)
{
    chunk_u8(c, TOKEN_CLOSE);
    chunk_poke32(c, el->size_at, (uint32_t)(c->pos - el->size_at - 4));
}

void element_attribute(struct chunk *c, const char *name, bool more)
{
    chunk_u8(c, more ? TOKEN_ATTRIBUTE_MORE : TOKEN_ATTRIBUTE);
    put_name(c, name);
}

void element_text(struct chunk *c, struct span text)
{
    chunk_u8(c, TOKEN_VALUE);
    chunk_u8(c, T_STRING);
    size_t at = c->pos;
    chunk_u16(c, 0);
    uint16_t units = (uint16_t)chunk_utf16(c, text);
    if (!c->full)
        memcpy(c->at + at, &units, 2);
}

void element_substitute(struct chunk *c, uint16_t index, enum type type, bool optional)
{
    chunk_u8(c, optional ? TOKEN_OPTIONAL : TOKEN_NORMAL);
    chunk_u16(c, index);
    chunk_u8(c, (uint8_t)type);
}

void binxml_fragment(struct chunk *c)
{
    chunk_put(c, "\x0f\x01\x01", 4);
}
