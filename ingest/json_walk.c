/* Follows the names of a JSON value through the table of form_names.c.
 *
 * One pass, whatever the order of the members; never recurses, never copies.
 * The surprises: a dotted key is a path (Elasticsearch writes both), and of an
 * array in the place of a value the first element counts. */
#include "ingest/json_walk.h"

#include "ingest/decoder.h"
#include "ingest/json.h"

#define KEY_BYTES_MAX 128 /* an escaped key longer than this is none of ours */

struct level {
    enum form_node node;
    unsigned slot;
    bool taken; /* an array in the place of a value has given it */
    bool given; /* and it was believed, as a string */
};

struct walker {
    struct form *form;
    struct json json;
    struct places *places; /* NULL: only fills */
    struct walk *walk;
    bool probe;
    unsigned record;       /* depth of the object that is a record; 0: none is open */
    struct level level[JSON_DEPTH_MAX + 1];
    struct form_value item_name, item_text; /* of an element of EventData.Data */
    bool item_named, item_said;
};

static bool one_of(struct span name, const char *const *words)
{
    for (; *words; words++)
        if (span_is(name, *words))
            return true;
    return false;
}

static bool is_text_word(struct span name)
{
    static const char *const words[] = { "#text", "text", "Value", "$", "_", "content",
                                         "#value", NULL };
    return one_of(name, words);
}

/* Is this member of an object in the place of a value the value?  Provider has
 * its Name and TimeCreated its SystemTime, perhaps below #attributes. */
static bool is_value_word(unsigned slot, struct span name)
{
    static const char *const providers[] = { "Name", "@Name", "_Name", "-Name", "#attributes",
                                             NULL };
    static const char *const times[] = { "SystemTime", "@SystemTime", "_SystemTime",
                                         "-SystemTime", "#attributes", NULL };

    if (slot >= SLOT_PROVIDER && slot < SLOT_CHANNEL && one_of(name, providers))
        return true;
    if (slot >= SLOT_TIME && slot < SLOT_RAW && one_of(name, times))
        return true;
    return is_text_word(name);
}

static bool is_name_word(struct span name)
{
    static const char *const words[] = { "Name", "@Name", "name", "_Name", "-Name", NULL };

    return one_of(name, words);
}

/* Values that are a list in themselves: of an array all elements count. */
static bool is_list(unsigned slot)
{
    return slot == SLOT_DATA + EVENT_Hashes || slot == SLOT_FLAT + EVENT_Hashes;
}

static const struct form_target nowhere = { NODE_NONE, SLOT_NONE };

static struct form_target target_of(struct walker *w, const struct level *l, struct span key)
{
    if (l->node == NODE_NONE)
        return nowhere;
    if (l->node == NODE_VALUE)
        return is_value_word(l->slot, key)
            ? (struct form_target){ NODE_VALUE, (uint16_t)l->slot } : nowhere;
    struct form_target t = form_path(l->node, key);
    /* What wraps records stands right inside the outermost object. */
    if ((t.node == NODE_WRAPPER || t.node == NODE_ANSWERS) && !(w->places
        && (w->json.depth <= 2 || l->node == NODE_WRAPPER || l->node == NODE_ANSWERS)))
        return nowhere;
    return t;
}

static bool in_array(const struct walker *w, unsigned depth)
{
    return depth > 0 && (w->json.arrays >> (depth - 1) & 1);
}

static struct form_value value_of(const struct walker *w, const struct json_item *it)
{
    return (struct form_value){
        .text = it->text,
        .object = w->form->object,
        .writing = it->kind == JSON_NULL ? WRITING_NULL
                 : it->kind == JSON_STRING ? WRITING_JSON : WRITING_PLAIN,
        .marks = it->text_marks,
    };
}

/* A member of an element of EventData.Data. */
static void item_member(struct walker *w, enum form_node node, struct span key,
                        struct form_value v)
{
    if (is_name_word(key) && !w->item_named) {
        w->item_name = v;
        w->item_named = true;
    } else if (node == NODE_ITEMS && is_text_word(key) && !w->item_said) {
        w->item_text = v;
        w->item_said = true;
    } else if (node == NODE_ITEMS) {
        form_put(w->form, form_target(NODE_ITEMS, key).slot, v);
    }
}

/* Name without a text stands for an empty one. */
static void item_end(struct walker *w)
{
    uint8_t room[KEY_BYTES_MAX];
    struct form_value v = w->item_text;
    struct span name = w->item_name.text;

    if (!w->item_named) {
        if (w->item_said)
            form_list(w->form, v);
        w->item_said = false;
        return;
    }
    if (w->item_name.marks & JSON_ESCAPED)
        name = json_name(room, sizeof room, name);
    if (!w->item_said || v.writing == WRITING_NULL)
        v = (struct form_value){ .text = SPAN_EMPTY, .object = w->form->object,
                                 .writing = WRITING_PLAIN };
    form_put(w->form, form_target(NODE_FIELDS, name).slot, v);
}

static void on_value(struct walker *w, const struct json_item *it, struct span key)
{
    struct level *l = &w->level[w->json.depth];

    if (l->node == NODE_NONE)
        return;
    if (in_array(w, w->json.depth)) {
        if (l->node == NODE_ITEMS)
            form_list(w->form, value_of(w, it));
        else if (l->slot != SLOT_NONE && !l->taken)
            l->given = form_put(w->form, l->slot, value_of(w, it)) && it->kind == JSON_STRING;
        else if (l->given && is_list(l->slot) && it->kind == JSON_STRING)
            form_join(w->form, l->slot, value_of(w, it));
        l->taken = true;
    } else if (l->node == NODE_ITEMS || l->node == NODE_ITEM_ATTRIBUTES) {
        item_member(w, l->node, key, value_of(w, it));
    } else {
        unsigned slot = target_of(w, l, key).slot;

        if (slot != SLOT_NONE)
            form_put(w->form, slot, value_of(w, it));
    }
}

/* An object among the elements of a wrapper is a record; one that names an event
 * itself wraps nothing. */
static void begin_record(struct walker *w, struct level *l)
{
    form_reset(w->form);
    l->node = NODE_TOP;
    w->record = w->json.depth;
    w->walk->start = w->json.at - 1;
    w->walk->wrapped = true;
    w->walk->depth = w->json.depth - 1;
}

/* Does the array just opened, under a key that nobody knows, hold objects of which the
 * first names an event?  Then the outermost object wraps records. */
static bool leads_records(struct walker *w)
{
    const uint8_t *p = w->json.at;

    while (p < w->json.end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
        p++;
    if (p == w->json.end || *p != '{')
        return false;
    if (!w->form->ahead)
        w->form->ahead = form_open(w->form->batch);
    form_reset(w->form->ahead);
    json_fill(w->form->ahead, span_of(p, (size_t)(w->json.end - p)), NODE_TOP, NULL);
    return form_names_event(w->form->ahead);
}

static bool wraps(struct walker *w, const struct json_item *it, struct form_target t)
{
    return it->kind == JSON_ARRAY && w->json.depth == 2 && w->record == 1 && w->places
        && (t.node == NODE_NONE || t.node == NODE_TOP || t.node == NODE_DOCUMENT)
        && !in_array(w, 1) && !form_names_event(w->form) && leads_records(w);
}

static void on_open(struct walker *w, const struct json_item *it, struct span key)
{
    unsigned depth = w->json.depth;
    const struct level *above = &w->level[depth - 1];
    struct level *l = &w->level[depth];
    struct form_target t;

    if (depth == 1 || in_array(w, depth - 1))
        t = (struct form_target){ above->node, (uint16_t)above->slot };
    else
        t = target_of(w, above, key);
    if (wraps(w, it, t))
        t = (struct form_target){ NODE_WRAPPER, SLOT_NONE };
    *l = (struct level){ .node = t.node, .slot = t.slot };

    if (t.node == NODE_FIELDS && it->kind == JSON_ARRAY)
        l->node = NODE_ITEMS;
    else if (t.node == NODE_ITEMS && it->kind == JSON_OBJECT)
        w->item_named = w->item_said = false;
    else if (t.node == NODE_TOP && depth > 1)
        w->form->object++;
    else if (t.node == NODE_WRAPPER && above->node != NODE_WRAPPER && form_names_event(w->form))
        l->node = NODE_NONE;
    else if (t.node == NODE_WRAPPER && it->kind == JSON_OBJECT && in_array(w, depth - 1))
        begin_record(w, l);
}

static void on_close(struct walker *w)
{
    unsigned depth = w->json.depth + 1;

    if (in_array(w, depth)) {
        if (w->level[depth].node == NODE_WRAPPER && !w->level[depth].taken)
            w->walk->wrapped = true; /* an empty one, too */
        return;
    }
    if (w->level[depth].node == NODE_ITEMS)
        item_end(w);
    if (depth != w->record || !w->places)
        return;
    w->record = 0;
    if (depth == 1 && w->walk->wrapped)
        return;
    w->walk->records++;
    if (w->probe)
        return;
    w->form->object_text = span_of(w->walk->start, (size_t)(w->json.at - w->walk->start));
    form_event(w->form, place_of(w->places, w->walk->start));
}

static enum walk_end steps(struct walker *w)
{
    uint8_t room[KEY_BYTES_MAX];
    struct json_item it;

    for (;;) {
        enum json_step step = json_next(&w->json, &it);
        struct span key = it.key;

        if (w->record && step != JSON_DONE
            && (size_t)(w->json.at - w->walk->start) > record_max(JSON_RECORD_MAX)) {
            w->json.wrong = w->record == 1 && !form_names_event(w->form)
                ? "an object as long as no record is; if it wraps any, they were not recognised"
                : record_too_long(JSON_RECORD_MAX);
            return WALK_BROKEN;
        }
        if (step <= JSON_OPEN && span_logged(key)) {
            w->walk->members++;
            if (it.key_marks & JSON_ESCAPED)
                key = json_name(room, sizeof room, key);
        }
        switch (step) {
        case JSON_VALUE:
            on_value(w, &it, key);
            break;
        case JSON_OPEN:
            on_open(w, &it, key);
            if (w->probe && w->walk->wrapped)
                return WALK_PAUSED;
            break;
        case JSON_CLOSE:
            on_close(w);
            break;
        case JSON_DONE:
            return WALK_DONE;
        case JSON_SHORT:
            return w->walk->wrapped && w->record == 0 ? WALK_PAUSED : WALK_SHORT;
        case JSON_BROKEN:
            return WALK_BROKEN;
        }
    }
}

static enum walk_end run(struct walker *w)
{
    enum walk_end end = steps(w);

    w->walk->at = w->json.at;
    w->walk->wrong = w->json.wrong;
    if (w->record == 0 && w->places)
        w->walk->start = w->json.at;
    return end;
}

enum walk_end json_walk(struct form *f, struct span text, struct places *p, bool probe,
                        struct walk *walk)
{
    struct walker w = {
        .form = f, .json = json_of(text), .places = p, .walk = walk, .probe = probe,
        .record = 1,
    };

    *walk = (struct walk){ .start = text.at };
    w.level[0] = (struct level){ .node = NODE_TOP, .slot = SLOT_NONE };
    form_reset(f);
    return run(&w);
}

enum walk_end json_fill(struct form *f, struct span text, enum form_node node,
                        struct walk *walk)
{
    struct walk unasked;
    struct walker w = { .form = f, .json = json_of(text), .walk = walk ? walk : &unasked };

    *w.walk = (struct walk){ .start = text.at };
    f->object++;
    w.level[0] = (struct level){ .node = node, .slot = SLOT_NONE };
    return run(&w);
}
