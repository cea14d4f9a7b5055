/* Names, and the tokens that make text: literals, characters, entities, values.
 *
 * Never follows a name's link to the next, and reads no byte before its bounds
 * are known.  The surprise: whether an element's start has a dependency id of
 * two bytes (in templates) or none (in fragments without one, as event
 * collectors write them) is said nowhere; the place of the first name tells. */
#include "ingest/binxml_parse.h"

#define NAME_MAX_UNITS 255
#define FIRST_RECORD 512 /* nothing that is referred to lies in a chunk's header */

bool binxml_emit(struct parse *p, struct op op)
{
    if (p->used == p->room)
        return binxml_broken(p->x, "its templates are too large");
    p->ops[p->used++] = op;
    return true;
}

bool binxml_name_read(struct parse *p, struct name *n)
{
    struct span chunk = p->x->chunk;
    uint32_t off, units, here;
    const uint8_t *at;

    if (!parse_need(p, 4))
        return false;
    off = raw_u32(p->base + p->at);
    here = p->at += 4;
    if (off < FIRST_RECORD || off > chunk.len || chunk.len - off < 10)
        return binxml_broken(p->x, "a name lies outside its chunk");
    at = chunk.at + off;
    units = raw_u16(at + 6);
    if (units > NAME_MAX_UNITS || chunk.len - off - 10 < 2 * (size_t)units)
        return binxml_broken(p->x, "a name is cut");
    if (p->x->strict && (units == 0 || raw_u16(at + 8 + 2 * (size_t)units) != 0))
        return binxml_broken(p->x, "a name is none");
    if (off == here) {
        if (!parse_need(p, 10 + 2 * units))
            return false;
        p->at += 10 + 2 * units;
    }
    n->utf16 = span_of(at + 8, 2 * (size_t)units);
    n->len = units < NAME_KEPT ? units : 0;
    for (size_t i = 0; i < n->len; i++) {
        if (at[9 + 2 * i] || at[8 + 2 * i] >= 0x80)
            n->len = 0;
        else
            n->text[i] = (char)at[8 + 2 * i];
    }
    return true;
}

/* Would a name offset at `at` be one?  Its name stands right behind it, or
 * earlier in the chunk. */
static bool name_offset_likely(const struct parse *p, uint32_t at)
{
    struct span chunk = p->x->chunk;
    uint32_t off, units;

    if (at > p->end || p->end - at < 4)
        return false;
    off = raw_u32(p->base + at);
    if (off != at + 4 && (off < FIRST_RECORD || off >= at))
        return false;
    if (off > chunk.len || chunk.len - off < 10)
        return false;
    units = raw_u16(chunk.at + off + 6);
    return units > 0 && units <= NAME_MAX_UNITS && chunk.len - off - 10 >= 2 * units
        && raw_u16(chunk.at + off + 8 + 2 * units) == 0;
}

bool binxml_dependency(struct parse *p)
{
    if (p->dependency != DEPENDENCY_UNKNOWN)
        return true;
    if (name_offset_likely(p, p->at + 7))
        p->dependency = DEPENDENCY_YES;
    else if (name_offset_likely(p, p->at + 5))
        p->dependency = DEPENDENCY_NO;
    else if (p->is_template)
        p->dependency = DEPENDENCY_YES;
    else
        return binxml_broken(p->x, "an element has no name");
    return true;
}

static bool substitution(struct parse *p, bool text, enum state state)
{
    bool optional;
    uint16_t index;

    if (!parse_need(p, 4))
        return false;
    optional = (p->base[p->at] & ~TOKEN_MORE) == TOKEN_OPTIONAL;
    index = raw_u16(p->base + p->at + 1);
    p->at += 4;
    if (index >= SUBSTITUTIONS_MAX)
        return binxml_broken(p->x, "a substitution has no value");
    if (index >= p->values)
        p->values = index + 1u;
    return binxml_emit(p, (struct op){ .kind = text ? OP_VALUE : OP_REF, .index = index,
                                .to = text ? TO_NOTHING : state & 0x7f, .optional = optional });
}

static bool constant(struct parse *p, bool text, uint8_t type, const uint8_t *at, uint32_t len)
{
    return !text || binxml_emit(p, (struct op){ .kind = OP_CONST, .at = at, .len = len, .index = type });
}

static bool literal(struct parse *p, bool text)
{
    uint8_t type;
    uint32_t len, head = 2;

    if (!parse_need(p, 4))
        return false;
    type = p->base[p->at + 1];
    if (type == VALUE_WSTRING) {
        len = 2u * raw_u16(p->base + p->at + 2);
        head = 4;
    } else {
        len = (uint32_t)value_literal_bytes(type);
        if (len == 0)
            return binxml_broken(p->x, "a literal value has a type that none can have");
    }
    if (!parse_need(p, head + len))
        return false;
    p->at += head + len;
    return constant(p, text, type, p->base + p->at - len, len);
}

static bool character(struct parse *p, bool text)
{
    if (!parse_need(p, 3))
        return false;
    p->at += 3;
    return constant(p, text, VALUE_WSTRING, p->base + p->at - 2, 2);
}

static bool entity(struct parse *p, bool text)
{
    static const struct { const char *name; const char *is; } known[] = {
        { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" },
    };
    struct name n;

    if (!parse_need(p, 1))
        return false;
    p->at++;
    if (!binxml_name_read(p, &n))
        return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (name_is(&n, known[i].name))
            return constant(p, text, VALUE_STRING, (const uint8_t *)known[i].is, 1);
    return constant(p, text, VALUE_STRING, (const uint8_t *)"&", 1)
        && constant(p, text, VALUE_WSTRING, n.utf16.at, (uint32_t)n.utf16.len)
        && constant(p, text, VALUE_STRING, (const uint8_t *)";", 1);
}

bool binxml_piece(struct parse *p, bool text, enum state state, bool *was)
{
    *was = true;
    if (!binxml_spend(p->x, 1))
        return false;
    switch (p->base[p->at] & ~TOKEN_MORE) {
    case TOKEN_VALUE: return literal(p, text);
    case TOKEN_CHARACTER: return character(p, text);
    case TOKEN_ENTITY: return entity(p, text);
    case TOKEN_SUBSTITUTION: case TOKEN_OPTIONAL: return substitution(p, text, state);
    default: *was = false; return true;
    }
}

bool binxml_counted(struct parse *p, bool text)
{
    uint32_t len;

    if (!parse_need(p, 3))
        return false;
    len = 2u * raw_u16(p->base + p->at + 1);
    if (!parse_need(p, 3 + len))
        return false;
    p->at += 3 + len;
    return constant(p, text, VALUE_WSTRING, p->base + p->at - len, len);
}
