/* Binary XML to XML: walks the tokens and writes what they say, values put in
 * where the template has a place for them.
 *
 * Never believes an offset and never grows past XML_TEXT_MAX.  The surprise: an
 * element (or attribute) whose only content is an optional value that is null is
 * taken back once its end shows that, as Windows leaves it out. */
#include "ingest/binxml_text.h"

#include "ingest/binxml_parse.h"
#include "ingest/binxml_write.h"

#define SCRATCH_BYTES_MAX (4u << 20)
#define PIECE_OPS 4              /* that one token of text becomes, at most 3 */
#define DEFINITION_HEAD 24

struct values {
    const struct value *at;
    uint32_t count;
};

static bool tokens(struct writer *w, uint32_t *at, uint32_t end, struct values v,
                   bool is_template, unsigned nest);

/* ---- text ---- */

/* What stands in an element or attribute so far. */
struct content {
    bool some, absent;
};

/* One value of a text. */
static bool part(struct writer *w, struct value v, bool optional, bool in_attribute,
                 struct content *c, unsigned nest)
{
    if (v.type == VALUE_NULL && optional) {
        c->absent = true;
        return true;
    }
    c->some = true;
    if (v.type == VALUE_BINXML && !in_attribute) {
        uint32_t at = (uint32_t)(v.at - w->x->chunk.at);

        return tokens(w, &at, at + v.len, (struct values){ NULL, 0 }, false, nest + 1);
    }
    return writer_value(w, v, in_attribute);
}

/* Reads one token of text and writes it; *was is false, and nothing read, where
 * it is none. */
static bool piece(struct writer *w, struct parse *p, struct values v, bool in_attribute,
                  struct content *c, bool *was, unsigned nest)
{
    struct op ops[PIECE_OPS];
    bool ok = true;

    p->ops = ops;
    p->room = PIECE_OPS;
    p->used = 0;
    if (!binxml_piece(p, true, AT_TEXT, was))
        return false;
    for (uint32_t i = 0; ok && i < p->used; i++) {
        if (ops[i].kind == OP_CONST)
            ok = part(w, (struct value){ ops[i].at, ops[i].len, (uint8_t)ops[i].index }, false,
                      in_attribute, c, nest);
        else if (ops[i].index >= v.count)
            ok = binxml_broken(w->x, "a substitution has no value");
        else
            ok = part(w, v.at[ops[i].index], ops[i].optional, in_attribute, c, nest);
    }
    return ok;
}

/* ---- elements ---- */

static bool attribute(struct writer *w, struct parse *p, struct values v, unsigned nest)
{
    struct content c = { 0 };
    struct name n;
    size_t start = w->used;
    bool was = true;

    p->at++;
    if (!binxml_name_read(p, &n) || !writer_put(w, SPAN(" ")) || !writer_name(w, n.utf16)
        || !writer_put(w, SPAN("=\"")))
        return false;
    while (was)
        if (!parse_need(p, 1) || !piece(w, p, v, true, &c, &was, nest))
            return false;
    if (c.absent && !c.some) {
        w->used = start;
        return true;
    }
    return writer_put(w, SPAN("\""));
}

static bool attributes(struct writer *w, struct parse *p, struct values v, unsigned nest)
{
    if (!parse_need(p, 5))
        return false;
    p->at += 4; /* the list's size says nothing that the tokens don't */
    while (parse_need(p, 1) && (p->base[p->at] & ~TOKEN_MORE) == TOKEN_ATTRIBUTE)
        if (!attribute(w, p, v, nest))
            return false;
    return p->at < p->end;
}

static bool element_opens(struct writer *w, struct parse *p, struct values v, unsigned nest)
{
    bool with_attributes = p->base[p->at] & TOKEN_MORE;
    struct open *e = &w->open[w->depth];
    struct name n;

    if (!binxml_dependency(p) || !parse_need(p, 11))
        return false;
    p->at += p->dependency == DEPENDENCY_YES ? 7 : 5;
    if (!binxml_name_read(p, &n))
        return false;
    if (w->depth == XML_OPEN_MAX)
        return binxml_broken(w->x, "its elements are nested too deep");
    *e = (struct open){ .start = w->used, .name = n.utf16 };
    if (!writer_line(w, w->depth) || !writer_put(w, SPAN("<")) || !writer_name(w, n.utf16)
        || (with_attributes && !attributes(w, p, v, nest)) || !parse_need(p, 1))
        return false;
    switch (p->base[p->at++]) {
    case TOKEN_CLOSE_EMPTY:
        if (w->depth > 0)
            w->open[w->depth - 1].content = w->open[w->depth - 1].child = true;
        return writer_put(w, SPAN("/>"));
    case TOKEN_CLOSE_START:
        w->depth++;
        return writer_put(w, SPAN(">"));
    default:
        return binxml_broken(w->x, "an element's start doesn't end");
    }
}

static bool element_closes(struct writer *w, struct parse *p)
{
    struct open *e = &w->open[--w->depth];

    p->at++;
    if (e->absent && !e->content) {
        w->used = e->start;
        return true;
    }
    if (w->depth > 0)
        e[-1].content = e[-1].child = true;
    return (!e->child || writer_line(w, w->depth)) && writer_put(w, SPAN("</")) && writer_name(w, e->name)
        && writer_put(w, SPAN(">"));
}

/* ---- templates ---- */

/* An instance of a template: its definition's tokens, with these values. */
static bool instance(struct writer *w, uint32_t *at, uint32_t end, unsigned nest)
{
    struct binxml *x = w->x;
    struct value *values = x->value + x->values_used;
    bool altered = x->altered;
    struct instance in;
    uint32_t from, size;
    bool ok;

    if (!binxml_instance(x, *at, end, &in))
        return false;
    if (x->altered && !altered)
        writer_note(w, x->chunk.at + in.descriptors, 4 * (size_t)in.count,
             "lengths of values that run over the record's end");
    if (in.definition > x->chunk.len || x->chunk.len - in.definition < DEFINITION_HEAD)
        return binxml_broken(x, "its template lies outside its chunk");
    if (x->strict && in.id != raw_u32(x->chunk.at + in.definition + 4))
        return binxml_broken(x, "its template is another one by now");
    if (in.count > VALUES_MAX - x->values_used || !binxml_spend(x, in.count))
        return binxml_broken(x, "it has too many values");
    from = in.definition + DEFINITION_HEAD;
    size = raw_u32(x->chunk.at + in.definition + 20);
    size = size > x->chunk.len - from ? (uint32_t)x->chunk.len - from : size;
    x->values_used += in.count;
    ok = binxml_values(x, &in, values)
        && tokens(w, &from, from + size, (struct values){ values, in.count }, true, nest + 1);
    x->values_used -= in.count;
    *at = in.end;
    return ok;
}

/* `<?target data?>`, in its two tokens. */
static bool instruction(struct writer *w, struct parse *p, bool target)
{
    struct op op;
    struct name n;

    if (target) {
        p->at++;
        return binxml_name_read(p, &n) && writer_line(w, w->depth) && writer_put(w, SPAN("<?"))
            && writer_name(w, n.utf16);
    }
    p->ops = &op;
    p->room = 1;
    p->used = 0;
    return binxml_counted(p, true) && writer_put(w, SPAN(" "))
        && writer_value(w, (struct value){ op.at, op.len, VALUE_WSTRING }, false)
        && writer_put(w, SPAN("?>"));
}

/* A token that is no text.  `base`: elements open around the fragment. */
static bool structure(struct writer *w, struct parse *p, struct values v, unsigned base,
                      unsigned nest)
{
    struct op op;

    switch (p->base[p->at] & ~TOKEN_MORE) {
    case TOKEN_OPEN:
        return element_opens(w, p, v, nest);
    case TOKEN_CLOSE:
        if (w->depth == base)
            return binxml_broken(w->x, "an element ends that never began");
        return element_closes(w, p);
    case TOKEN_CDATA:
        p->ops = &op;
        p->room = 1;
        p->used = 0;
        if (w->depth > 0)
            w->open[w->depth - 1].content = true;
        return binxml_counted(p, true)
            && writer_value(w, (struct value){ op.at, op.len, VALUE_WSTRING }, false);
    case TOKEN_PI_TARGET: return instruction(w, p, true);
    case TOKEN_PI_DATA: return instruction(w, p, false);
    case TOKEN_INSTANCE: return instance(w, &p->at, p->end, nest);
    case TOKEN_FRAGMENT:
        if (!parse_need(p, 4))
            return false;
        p->at += 4;
        return true;
    default:
        return binxml_broken(w->x, "it holds a token that there is none");
    }
}

static bool tokens(struct writer *w, uint32_t *at, uint32_t end, struct values v,
                   bool is_template, unsigned nest)
{
    struct parse p = { .x = w->x, .base = w->x->chunk.at, .at = *at, .end = end,
                       .is_template = is_template };
    unsigned base = w->depth;

    if (nest >= 2 * INSTANCE_DEPTH_MAX)
        return binxml_broken(w->x, "its templates are nested too deep");
    while (p.at < p.end) {
        struct content c = { 0 };
        bool was;

        if (p.base[p.at] == TOKEN_END) {
            p.at++;
            break;
        }
        if (!piece(w, &p, v, false, &c, &was, nest)
            || (!was && !structure(w, &p, v, base, nest)))
            return false;
        if (w->depth > 0 && was) {
            w->open[w->depth - 1].content |= c.some;
            w->open[w->depth - 1].absent |= c.absent;
        }
    }
    *at = p.at;
    return w->depth == base || binxml_broken(w->x, "an element doesn't end");
}

/* Behind a fragment's head and the templates' instances there may stand more. */
static bool fragments(struct writer *w, uint32_t at, uint32_t end)
{
    return tokens(w, &at, end, (struct values){ NULL, 0 }, false, 0)
        && (w->used > 0 || binxml_broken(w->x, "it holds no event"));
}

void binxml_text(struct span chunk, struct binxml_body body, struct arena *a,
                 struct binxml_text *out)
{
    struct writer w = { .to = out, .out = arena_bytes(a, XML_TEXT_MAX + 1) };

    *out = (struct binxml_text){ .text = SPAN_NONE };
    if (!w.out)
        return;
    arena_init(&w.scratch, SCRATCH_BYTES_MAX);
    w.x = binxml_open(&w.scratch);
    binxml_chunk(w.x, chunk);
    w.x->strict = body.strict;
    w.x->altered = false;
    w.x->work = 0;
    w.x->why = "";
    if (!fragments(&w, (uint32_t)body.at, (uint32_t)body.end))
        out->broken = *w.x->why ? w.x->why : "it is broken";
    if (w.used > 0)
        w.out[w.used++] = '\n';
    out->text = span_of(w.out, w.used);
    arena_trim(a, w.out, w.used);
    binxml_close(w.x);
    arena_clear(&w.scratch);
}
