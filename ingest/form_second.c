/* A second look at objects that name no event: collectors (Vector, Fluent Bit,
 * Logstash, CloudWatch, LogScale) keep the event as text in a string, GELF and some
 * databases spell its keys in their own way.
 *
 * Costs nothing where the first look knew the record.  Never looks a third time: what
 * is found must name an event itself. */
#include "ingest/form.h"

#include "ingest/json.h"
#include "ingest/json_walk.h"
#include "ingest/normal.h"
#include "ingest/xml.h"

#define DEPTH_MAX 2       /* `event.original` */
#define EVENT_BYTES_MIN 16 /* no shorter string is an event */

/* Files the event that the string is. */
static bool take_text(struct form *f, struct span text, uint64_t place)
{
    struct arena_mark before = arena_mark(&f->batch->arena);
    struct event e;

    if (span_starts(text, SPAN("<Event"))) {
        if (!f->xml)
            f->xml = xml_reader_open(f->batch);
        if (xml_read(f->xml, text, &e)) {
            arena_rewind(&f->batch->arena, before);
            return false;
        }
        e.place = place;
        normal_event(f->batch, &e, before);
        return true;
    }
    form_reset(f);
    if (json_fill(f, text, NODE_TOP, NULL) != WALK_DONE || !form_names_event(f))
        return false;
    form_event(f, place);
    return true;
}

static bool in_strings(struct form *f, struct span object, uint64_t place)
{
    struct json j = json_of(object);
    struct json_item it;
    enum json_step step;

    while ((step = json_next(&j, &it)) < JSON_DONE) {
        bool altered = false, full = false;

        if (step != JSON_VALUE || it.kind != JSON_STRING || j.depth > DEPTH_MAX
            || it.text.len < EVENT_BYTES_MIN || (it.text.at[0] != '<' && it.text.at[0] != '{'))
            continue;
        struct span text = json_text(&f->scratch, it.text, it.text_marks, &altered, &full);
        if (!full && take_text(f, text, place))
            return true;
    }
    return false;
}

static bool in_loose_keys(struct form *f, struct span object, uint64_t place)
{
    struct json j = json_of(object);
    struct json_item it;
    enum json_step step;

    form_reset(f);
    while ((step = json_next(&j, &it)) < JSON_DONE)
        if (step == JSON_VALUE && j.depth == 1)
            form_put(f, form_loose(it.key).slot, (struct form_value){
                .text = it.text,
                .writing = it.kind == JSON_NULL ? WRITING_NULL
                         : it.kind == JSON_STRING ? WRITING_JSON : WRITING_PLAIN,
                .marks = it.text_marks });
    if (!form_names_event(f))
        return false;
    form_event(f, place);
    return true;
}

bool form_second_look(struct form *f, uint64_t place)
{
    struct span object = f->object_text;

    if (!object.len)
        return false;
    f->object_text = SPAN_NONE; /* form_event() may come back here */
    if (in_strings(f, object, place) || in_loose_keys(f, object, place))
        return true;
    form_reset(f);
    f->object_text = object;
    return false;
}
