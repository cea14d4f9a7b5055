/* Runs what binxml.c compiled, with a record's values, into an event.
 *
 * Never renders XML and never keeps what nobody asked for: where normal wants
 * no such event its data is checked and not read.  The surprise: a value may be
 * binary XML itself, with templates of its own; there the walk goes down. */
#include "ingest/binxml_parts.h"

#include "core/text.h"
#include "ingest/normal.h"

static bool fragment(struct binxml *x, uint32_t *at, uint32_t end, enum state state,
                     unsigned depth);

/* Files a finished text, or number, under its target. */
static void keep_text(struct binxml *x, enum target to, struct span text)
{
    struct event *e = x->e;
    int64_t logged = MOMENT_NONE;

    switch (to) {
    case TO_NOTHING: case TO_NAMED: case TO_COUNT:
        return;
    case TO_PROVIDER: e->Provider = text; return;
    case TO_CHANNEL: e->Channel = text; return;
    case TO_COMPUTER: e->Computer = text; return;
    case TO_ID: e->has_id = span_number(text, &e->id); return;
    case TO_TIME: logged = moment_parse(text); break;
    case TO_RECORD:
        if (span_number(text, &e->record))
            e->flags |= RECORD_NUMBERED;
        return;
    case TO_NAME: x->named = event_field(text); return;
    case TO_FIELD: break;
    }
    if (to == TO_TIME && logged == MOMENT_NONE)
        e->unread = span_trimmed(text); /* and the head's time stays */
    else if (to == TO_TIME)
        e->logged = logged;
    else
        e->value[to - TO_FIELD] = text;
}

/* Has the data of this event to be read?  Only System, which stands first, can
 * say no. */
static inline bool wanted(struct binxml *x)
{
    if (x->wanted == WANTED_UNKNOWN) {
        if (!x->e->has_id || !span_logged(x->e->Provider))
            return true;
        x->wanted = normal_wants(x->e->Provider, x->e->Channel, x->e->id) ? WANTED_YES : WANTED_NO;
    }
    return x->wanted == WANTED_YES;
}

/* May this target's text be set now?  The first one counts. */
static inline bool claim(struct binxml *x, enum target to)
{
    if (to == TO_NAME)
        return wanted(x);
    if (x->done & UINT64_C(1) << to)
        return false;
    if (to >= TO_FIELD && !wanted(x))
        return false;
    x->done |= UINT64_C(1) << to;
    return true;
}

static inline bool spend_text(struct binxml *x, size_t bytes)
{
    x->text += (uint32_t)bytes;
    if (x->full || x->text > RECORD_TEXT_MAX || x->chunk_text > CHUNK_TEXT_MAX)
        return binxml_broken(x, "it would become more text than a record may");
    return true;
}

/* Nearly every value is UTF-16: that way is short. */
static inline bool text_of(struct binxml *x, struct value v, struct span *text)
{
    if (v.type == VALUE_WSTRING) {
        while (v.len >= 2 && raw_u16(v.at + v.len - 2) == 0)
            v.len -= 2;
        *text = text_from_utf16le(x->texts, span_of(v.at, v.len), &x->altered, &x->full);
    } else
        *text = value_text(x->texts, v, &x->altered, &x->full);
    return spend_text(x, text->len);
}

static bool nested(struct binxml *x, struct value v, enum state state, unsigned depth)
{
    uint32_t at = (uint32_t)(v.at - x->chunk.at);

    return fragment(x, &at, at + v.len, state, depth + 1);
}

/* A number or a time that is the whole of its target; false where it is text. */
static bool system_value(struct binxml *x, enum target to, struct value v)
{
    struct event *e = x->e;
    uint64_t n;

    if (to == TO_ID && value_number(v, &n)) {
        e->id = n;
        e->has_id = true;
        return true;
    }
    if (to == TO_RECORD && value_number(v, &n)) {
        e->record = n;
        e->flags |= RECORD_NUMBERED;
        return true;
    }
    if (to == TO_TIME && (v.type == VALUE_FILETIME || v.type == VALUE_SYSTEMTIME)) {
        int64_t logged = value_moment(v);

        e->logged = logged == MOMENT_NONE ? e->logged : logged;
        return true;
    }
    return false;
}

/* A value that is the whole text of its target. */
static inline bool field(struct binxml *x, const struct op *op, struct value v)
{
    struct span text;

    /* An optional element whose value is null is not there. */
    if ((v.type == VALUE_NULL && (op->optional || op->to < TO_FIELD)) || !claim(x, op->to))
        return true;
    if (op->to < TO_FIELD && v.type != VALUE_WSTRING && system_value(x, op->to, v))
        return true;
    if (!text_of(x, v, &text))
        return false;
    if (op->to >= TO_FIELD)
        x->e->value[op->to - TO_FIELD] = text;
    else
        keep_text(x, op->to, text);
    return true;
}

static void text_opens(struct binxml *x, enum target to)
{
    if (to == TO_NAMED)
        to = x->named == EVENT_FIELD_COUNT ? TO_NOTHING : (enum target)(TO_FIELD + x->named);
    x->open = to != TO_NOTHING && claim(x, to) ? (uint8_t)to : TO_NOTHING;
    x->open_text = SPAN_EMPTY;
}

/* One more piece of the text that is under way. */
static bool text_goes_on(struct binxml *x, struct value v, unsigned depth)
{
    struct span text;

    if (v.type == VALUE_BINXML)
        return nested(x, v, AT_TEXT, depth);
    if (x->open == TO_NOTHING)
        return true;
    if (!text_of(x, v, &text))
        return false;
    /* Joining may copy what is there: it counts as output, too. */
    bool apart = x->open_text.len && text.at != x->open_text.at + x->open_text.len;
    if (apart && !spend_text(x, x->open_text.len))
        return false;
    x->open_text = value_join(x->texts, x->open_text, text, &x->full);
    return spend_text(x, 0);
}

static void text_closes(struct binxml *x)
{
    keep_text(x, x->open, x->open_text);
    x->open = TO_NOTHING;
}

/* A carved record's System is often whole where the template of its data is
 * overwritten.  It counts, if nobody asks for the data. */
static bool data_may_be_lost(struct binxml *x, enum state state)
{
    return x->strict && state == AT_EVENT && !wanted(x);
}

static bool instance(struct binxml *x, uint32_t *at, uint32_t end, enum state state,
                     unsigned depth);

static bool run(struct binxml *x, const struct code *code, const struct value *values,
                unsigned depth)
{
    if (!binxml_spend(x, code->count + 1))
        return false;
    for (const struct op *op = code->ops, *end = op + code->count; op < end; op++) {
        bool ok = true;
        uint32_t at;

        switch ((enum op_kind)op->kind) {
        case OP_FIELD:
            if (values[op->index].type != VALUE_BINXML) {
                ok = field(x, op, values[op->index]);
                break;
            }
            text_opens(x, op->to);
            ok = nested(x, values[op->index], AT_TEXT, depth);
            text_closes(x);
            break;
        case OP_OPEN: text_opens(x, op->to); break;
        case OP_VALUE: ok = text_goes_on(x, values[op->index], depth); break;
        case OP_CONST:
            ok = text_goes_on(x, (struct value){ op->at, op->len, (uint8_t)op->index }, depth);
            break;
        case OP_CLOSE: text_closes(x); break;
        case OP_REF:
            if (values[op->index].type == VALUE_BINXML && values[op->index].len)
                ok = nested(x, values[op->index], op->to, depth) || data_may_be_lost(x, op->to);
            break;
        case OP_INSTANCE:
            at = (uint32_t)(op->at - x->chunk.at);
            ok = instance(x, &at, at + op->len, op->to, depth + 1);
            break;
        case OP_EVENT: x->has_event = true; break;
        }
        if (!ok)
            return false;
    }
    return true;
}

bool binxml_values(struct binxml *x, const struct instance *in, struct value *values)
{
    const uint8_t *at = x->chunk.at + in->values;

    for (uint32_t i = 0; i < in->count; i++) {
        const uint8_t *d = x->chunk.at + in->descriptors + 4 * (size_t)i;

        values[i] = (struct value){ at, raw_u16(d), d[2] };
        at += values[i].len;
        if (x->strict ? !value_fits(values[i]) : value_absurd(values[i]))
            return binxml_broken(x, "a value is not what its type says");
    }
    return true;
}

static bool instance(struct binxml *x, uint32_t *at, uint32_t end, enum state state,
                     unsigned depth)
{
    const struct template *t;
    struct instance in;
    struct value *values = x->value + x->values_used;
    bool ok;

    if (depth >= INSTANCE_DEPTH_MAX)
        return binxml_broken(x, "its templates are nested too deep");
    if (!binxml_instance(x, *at, end, &in))
        return false;
    t = binxml_template(x, in.definition, state);
    if (!t)
        return false;
    if (x->strict && in.id != raw_u32(x->chunk.at + in.definition + 4))
        return binxml_broken(x, "its template is another one by now");
    if (t->code.values > in.count)
        return binxml_broken(x, "a substitution has no value");
    if (in.count > VALUES_MAX - x->values_used)
        return binxml_broken(x, "it has too many values");
    x->values_used += in.count;
    ok = binxml_values(x, &in, values) && run(x, &t->code, values, depth);
    x->values_used -= in.count;
    *at = in.end;
    return ok;
}

/* Tokens that are no template instance: compiled, run, and forgotten. */
static bool loose(struct binxml *x, uint32_t *at, uint32_t end, enum state state, unsigned depth)
{
    uint32_t scratch = x->scratch_used;
    struct code code;
    bool ok = binxml_compile(x, at, end, state, false, &code);

    if (ok && code.values)
        ok = binxml_broken(x, "a substitution stands outside a template");
    ok = ok && run(x, &code, NULL, depth);
    x->scratch_used = scratch;
    return ok;
}

static bool fragment(struct binxml *x, uint32_t *at, uint32_t end, enum state state,
                     unsigned depth)
{
    if (depth >= INSTANCE_DEPTH_MAX)
        return binxml_broken(x, "its fragments are nested too deep");
    while (*at < end) {
        uint8_t token = x->chunk.at[*at];

        if (!binxml_spend(x, 1))
            return false;
        if (token == TOKEN_END) {
            ++*at;
            return true;
        }
        if (token == TOKEN_FRAGMENT && end - *at >= 4)
            *at += 4;
        else if (token == TOKEN_INSTANCE) {
            if (!instance(x, at, end, state, depth))
                return false;
        } else
            return loose(x, at, end, state, depth);
    }
    return true;
}

bool binxml_record(struct binxml *x, struct binxml_body body, struct event *e, size_t *stopped,
                   const char **why)
{
    uint32_t at = (uint32_t)body.at;
    bool ok;

    binxml_make_room(x);
    x->e = e;
    x->strict = body.strict;
    x->work = x->text = 0;
    x->altered = x->full = x->has_event = false;
    x->wanted = WANTED_UNKNOWN;
    x->done = 0;
    x->named = EVENT_FIELD_COUNT;
    x->open = TO_NOTHING;
    x->why = "";
    ok = fragment(x, &at, (uint32_t)body.end, AT_ROOT, 0);
    if (ok && !x->has_event)
        ok = binxml_broken(x, "it holds no event");
    x->chunk_work += x->work;
    x->chunk_text += x->text;
    *stopped = at;
    *why = x->why;
    if (x->altered)
        e->flags |= RECORD_ALTERED;
    return ok;
}
