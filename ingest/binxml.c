/* From the elements of binary XML to operations: what text goes where.
 *
 * Never recurses (elements stand on a stack of their own) and never looks at a
 * value: a template is compiled once and serves every record of its chunk.  What
 * nobody asks for leaves nothing behind, but a place where a value might be
 * binary XML of its own. */
#include "ingest/binxml_parse.h"

static bool open_text(struct parse *p, enum target to)
{
    return to == TO_NOTHING || binxml_emit(p, (struct op){ .kind = OP_OPEN, .to = to & 0x7f });
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
    return binxml_emit(p, (struct op){ .kind = OP_CLOSE, .to = to & 0x7f });
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
    if (!binxml_name_read(p, &n))
        return false;
    to = e->attribute && name_is(&n, e->attribute) ? e->attribute_to : TO_NOTHING;
    if (!open_text(p, to))
        return false;
    while (was) {
        if (!parse_need(p, 1) || !binxml_piece(p, to != TO_NOTHING, AT_OTHER, &was))
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
    if (!parse_need(p, 5))
        return false;
    p->at += 4; /* the list's size says nothing that the tokens don't */
    while (parse_need(p, 1) && (p->base[p->at] & ~TOKEN_MORE) == TOKEN_ATTRIBUTE)
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

    if (!binxml_dependency(p) || !parse_need(p, 11))
        return false;
    p->at += p->dependency == DEPENDENCY_YES ? 7 : 5;
    if (!binxml_name_read(p, &n))
        return false;
    e = element_of(outside, &n);
    if (outside.state == AT_ROOT && e.inside.state == AT_EVENT
        && !binxml_emit(p, (struct op){ .kind = OP_EVENT }))
        return false;
    if ((with_attributes && !attributes(p, &e)) || !parse_need(p, 1)
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

static bool inner_instance(struct parse *p, enum state state)
{
    struct instance in;

    if (!binxml_instance(p->x, p->at, p->end, &in) || !binxml_spend(p->x, in.count)
        || !binxml_emit(p, (struct op){ .kind = OP_INSTANCE, .at = p->base + p->at,
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
    case TOKEN_CDATA: return binxml_counted(p, state == AT_TEXT);
    case TOKEN_PI_DATA: return binxml_counted(p, false);
    case TOKEN_PI_TARGET: p->at++; return binxml_name_read(p, &n);
    case TOKEN_INSTANCE: return inner_instance(p, state);
    case TOKEN_FRAGMENT:
        if (!parse_need(p, 4))
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
        if (!binxml_piece(p, state == AT_TEXT, state, &was) || (!was && !structure(p, state)))
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
