/* From the tokens of binary XML to operations: what text goes where.
 *
 * Never follows a name's link, never recurses (elements stand on a stack of
 * their own), and reads no byte before its bounds are known.  The surprise: in
 * templates an element's start has a dependency id of two bytes, in fragments
 * without one (as event collectors write them) it has none, and nothing says
 * which; the place of the first name tells. */
#include "ingest/binxml_parts.h"

#include "core/text.h"

#define NAME_MAX_UNITS 255
#define NAME_KEPT 32       /* no name that we look for is as long */
#define FIRST_RECORD 512   /* nothing that is referred to lies in a chunk's header */

struct level {
    uint8_t state; /* enum state, of what is inside */
    uint8_t to;    /* enum target that its text goes to */
};

struct parse {
    struct binxml *x;
    const uint8_t *base;  /* of the chunk */
    uint32_t at, end;
    enum { DEPENDENCY_UNKNOWN, DEPENDENCY_YES, DEPENDENCY_NO } dependency;
    bool is_template;
    unsigned depth;
    struct op *ops;       /* where the next goes, and how many fit */
    uint32_t used, room, values;
    struct level level[ELEMENT_DEPTH_MAX];
};

/* A name, as ASCII where it is short enough to be one that we know. */
struct name {
    char text[NAME_KEPT];
    size_t len;            /* 0: long, or not ASCII */
    struct span utf16;
};

static bool need(struct parse *p, uint32_t n)
{
    return p->end - p->at >= n || binxml_broken(p->x, "its tokens end too early");
}

static bool emit(struct parse *p, struct op op)
{
    if (p->used == p->room)
        return binxml_broken(p->x, "its templates are too large");
    p->ops[p->used++] = op;
    return true;
}

/* The name whose offset stands at p->at, which moves behind the offset and,
 * where the name itself stands there, behind that. */
static bool name_read(struct parse *p, struct name *n)
{
    struct span chunk = p->x->chunk;
    uint32_t off, units, here;
    const uint8_t *at;

    if (!need(p, 4))
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
        if (!need(p, 10 + 2 * units))
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

static bool name_is(const struct name *n, const char *literal)
{
    return n->len == strlen(literal) && memcmp(n->text, literal, n->len) == 0;
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

/* Does the element that starts at p->at have a dependency id? */
static bool dependency_told(struct parse *p)
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

/* One piece of text or value at the current place.  `text`: does it go to a
 * target, or only matter where it holds binary XML (at `state`)? */
static bool substitution(struct parse *p, bool text, enum state state)
{
    bool optional;
    uint16_t index;

    if (!need(p, 4))
        return false;
    optional = (p->base[p->at] & ~TOKEN_MORE) == TOKEN_OPTIONAL;
    index = raw_u16(p->base + p->at + 1);
    p->at += 4;
    if (index >= SUBSTITUTIONS_MAX)
        return binxml_broken(p->x, "a substitution has no value");
    if (index >= p->values)
        p->values = index + 1u;
    return emit(p, (struct op){ .kind = text ? OP_VALUE : OP_REF, .index = index,
                                .to = text ? TO_NOTHING : state & 0x7f, .optional = optional });
}

static bool constant(struct parse *p, bool text, uint8_t type, const uint8_t *at, uint32_t len)
{
    return !text || emit(p, (struct op){ .kind = OP_CONST, .at = at, .len = len, .index = type });
}

static bool literal(struct parse *p, bool text)
{
    uint8_t type;
    uint32_t len, head = 2;

    if (!need(p, 4))
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
    if (!need(p, head + len))
        return false;
    p->at += head + len;
    return constant(p, text, type, p->base + p->at - len, len);
}

static bool character(struct parse *p, bool text)
{
    if (!need(p, 3))
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

    if (!need(p, 1))
        return false;
    p->at++;
    if (!name_read(p, &n))
        return false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (name_is(&n, known[i].name))
            return constant(p, text, VALUE_STRING, (const uint8_t *)known[i].is, 1);
    return constant(p, text, VALUE_STRING, (const uint8_t *)"&", 1)
        && constant(p, text, VALUE_WSTRING, n.utf16.at, (uint32_t)n.utf16.len)
        && constant(p, text, VALUE_STRING, (const uint8_t *)";", 1);
}

/* Tokens that make text: true in *was where there was one. */
static bool piece(struct parse *p, bool text, enum state state, bool *was)
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

static bool open_text(struct parse *p, enum target to)
{
    return to == TO_NOTHING || emit(p, (struct op){ .kind = OP_OPEN, .to = to & 0x7f });
}

/* Ends a target's text; a lone value becomes one operation. */
static bool close_text(struct parse *p, enum target to)
{
    struct op *last = p->ops + p->used;

    if (to == TO_NOTHING)
        return true;
    if (p->used >= 2 && last[-1].kind == OP_VALUE && last[-2].kind == OP_OPEN
        && last[-2].to == to && to != TO_NAME && to != TO_NAMED) {
        last[-2] = (struct op){ .kind = OP_FIELD, .to = to & 0x7f, .index = last[-1].index,
                                .optional = last[-1].optional };
        p->used--;
        return true;
    }
    return emit(p, (struct op){ .kind = OP_CLOSE, .to = to & 0x7f });
}

/* What an element is, by where it stands and its name. */
struct element {
    struct level inside;
    const char *attribute; /* whose text is asked for */
    uint8_t attribute_to;
};

static struct element element_of(struct level outside, const struct name *n)
{
    static const struct { uint8_t outside; const char *name; struct element is; } known[] = {
        { AT_ROOT, "Event", { { AT_EVENT, 0 }, NULL, 0 } },
        { AT_EVENT, "System", { { AT_SYSTEM, 0 }, NULL, 0 } },
        { AT_EVENT, "EventData", { { AT_EVENTDATA, 0 }, NULL, 0 } },
        { AT_EVENTDATA, "Data", { { AT_OTHER, 0 }, "Name", TO_NAME } },
        { AT_SYSTEM, "Provider", { { AT_OTHER, 0 }, "Name", TO_PROVIDER } },
        { AT_SYSTEM, "EventID", { { AT_TEXT, TO_ID }, NULL, 0 } },
        { AT_SYSTEM, "TimeCreated", { { AT_OTHER, 0 }, "SystemTime", TO_TIME } },
        { AT_SYSTEM, "EventRecordID", { { AT_TEXT, TO_RECORD }, NULL, 0 } },
        { AT_SYSTEM, "Channel", { { AT_TEXT, TO_CHANNEL }, NULL, 0 } },
        { AT_SYSTEM, "Computer", { { AT_TEXT, TO_COMPUTER }, NULL, 0 } },
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].outside == outside.state && name_is(n, known[i].name))
            return known[i].is;
    /* An element inside a text: its text is part of it. */
    if (outside.state == AT_TEXT)
        return (struct element){ { AT_TEXT, TO_NOTHING }, NULL, 0 };
    return (struct element){ { AT_OTHER, TO_NOTHING }, NULL, 0 };
}

/* A field's name that stands in the tokens as one plain text is looked up now;
 * any other is put together when the record's values are known. */
static bool field_named(struct parse *p, uint32_t first, struct element *e)
{
    struct op *op = p->ops + first;
    char text[NAME_KEPT];
    enum event_field field;

    if (p->used != first + 3 || op[1].kind != OP_CONST || op[1].index != VALUE_WSTRING) {
        e->inside = (struct level){ AT_TEXT, TO_NAMED };
        return true;
    }
    p->used = first;
    size_t units = op[1].len / 2;
    if (units > NAME_KEPT)
        return true;
    for (size_t i = 0; i < units; i++) {
        if (op[1].at[2 * i + 1])
            return true;
        text[i] = (char)op[1].at[2 * i];
    }
    field = event_field(span_of(text, units));
    if (field != EVENT_FIELD_COUNT)
        e->inside = (struct level){ AT_TEXT, (uint8_t)(TO_FIELD + field) };
    return true;
}

static bool attribute(struct parse *p, struct element *e)
{
    struct name n;
    enum target to;
    uint32_t first = p->used;
    bool was = true;

    p->at++;
    if (!name_read(p, &n))
        return false;
    to = e->attribute && name_is(&n, e->attribute) ? e->attribute_to : TO_NOTHING;
    if (!open_text(p, to))
        return false;
    while (was) {
        if (!need(p, 1) || !piece(p, to != TO_NOTHING, AT_OTHER, &was))
            return false;
    }
    if (!close_text(p, to))
        return false;
    if (to == TO_NAME)
        e->attribute = NULL; /* the first Name counts */
    return to != TO_NAME || field_named(p, first, e);
}

static bool attributes(struct parse *p, struct element *e)
{
    if (!need(p, 5))
        return false;
    p->at += 4; /* the list's size says nothing that the tokens don't */
    while (need(p, 1) && (p->base[p->at] & ~TOKEN_MORE) == TOKEN_ATTRIBUTE)
        if (!attribute(p, e))
            return false;
    return p->at < p->end;
}

static bool element_opens(struct parse *p)
{
    bool with_attributes = p->base[p->at] & TOKEN_MORE;
    struct level outside = p->level[p->depth];
    struct element e;
    struct name n;

    if (!dependency_told(p) || !need(p, 11))
        return false;
    p->at += p->dependency == DEPENDENCY_YES ? 7 : 5;
    if (!name_read(p, &n))
        return false;
    e = element_of(outside, &n);
    if (outside.state == AT_ROOT && e.inside.state == AT_EVENT
        && !emit(p, (struct op){ .kind = OP_EVENT }))
        return false;
    if ((with_attributes && !attributes(p, &e)) || !need(p, 1)
        || !open_text(p, e.inside.to))
        return false;
    switch (p->base[p->at++]) {
    case TOKEN_CLOSE_EMPTY:
        return close_text(p, e.inside.to);
    case TOKEN_CLOSE_START:
        if (p->depth + 1 == ELEMENT_DEPTH_MAX)
            return binxml_broken(p->x, "its elements are nested too deep");
        p->level[++p->depth] = e.inside;
        return true;
    default:
        return binxml_broken(p->x, "an element's start doesn't end");
    }
}

static bool element_closes(struct parse *p)
{
    if (p->depth == 0)
        return binxml_broken(p->x, "an element ends that never began");
    p->at++;
    return close_text(p, p->level[p->depth--].to);
}

/* Text that counts its own UTF-16 units: CDATA, and what a processing
 * instruction says. */
static bool counted_text(struct parse *p, bool text)
{
    uint32_t len;

    if (!need(p, 3))
        return false;
    len = 2u * raw_u16(p->base + p->at + 1);
    if (!need(p, 3 + len))
        return false;
    p->at += 3 + len;
    return constant(p, text, VALUE_WSTRING, p->base + p->at - len, len);
}

static bool inner_instance(struct parse *p, enum state state)
{
    struct instance in;

    if (!binxml_instance(p->x, p->at, p->end, &in) || !binxml_spend(p->x, in.count)
        || !emit(p, (struct op){ .kind = OP_INSTANCE, .at = p->base + p->at,
                                 .len = in.end - p->at, .to = state & 0x7f }))
        return false;
    p->at = in.end;
    return true;
}

/* A token that is no text. */
static bool structure(struct parse *p, enum state state)
{
    struct name n;

    switch (p->base[p->at] & ~TOKEN_MORE) {
    case TOKEN_OPEN: return element_opens(p);
    case TOKEN_CLOSE: return element_closes(p);
    case TOKEN_CDATA: return counted_text(p, state == AT_TEXT);
    case TOKEN_PI_DATA: return counted_text(p, false);
    case TOKEN_PI_TARGET: p->at++; return name_read(p, &n);
    case TOKEN_INSTANCE: return inner_instance(p, state);
    case TOKEN_FRAGMENT:
        if (!need(p, 4))
            return false;
        p->at += 4;
        return true;
    default: return binxml_broken(p->x, "it holds a token that there is none");
    }
}

static bool tokens(struct parse *p)
{
    while (p->at < p->end) {
        enum state state = p->level[p->depth].state;
        bool was;

        if (p->base[p->at] == TOKEN_END) {
            p->at++;
            break;
        }
        if (!piece(p, state == AT_TEXT, state, &was) || (!was && !structure(p, state)))
            return false;
    }
    return p->depth == 0 || binxml_broken(p->x, "an element doesn't end");
}

bool binxml_compile(struct binxml *x, uint32_t *at, uint32_t end, enum state state,
                    bool is_template, struct code *code)
{
    struct parse p = {
        .x = x, .base = x->chunk.at, .at = *at, .end = end, .is_template = is_template,
        .ops = is_template ? x->op + x->ops_used : x->scratch + x->scratch_used,
        .room = is_template ? OPS_MAX - x->ops_used : SCRATCH_OPS_MAX - x->scratch_used,
    };

    p.level[0] = (struct level){ state & 0xff, TO_NOTHING };
    if (!tokens(&p))
        return false;
    *at = p.at;
    *code = (struct code){ p.ops, p.used, p.values };
    if (is_template)
        x->ops_used += p.used;
    else
        x->scratch_used += p.used;
    return true;
}
