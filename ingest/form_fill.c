/* The texts of an event that is kept, out of the slots that its record filled.
 *
 * Copies every text into the batch's arena.  The surprise: Wazuh doubles backslashes,
 * and only a text in which every run of them is even was doubled. */
#include "ingest/form.h"

/* Wazuh's manager doubles every backslash of EventData; a text in which some run
 * of them is odd was not doubled. */
static struct span halved(struct arena *a, struct span in, bool *altered, bool *full)
{
    size_t runs = 0, first = 0;

    for (size_t i = 0; i < in.len;) {
        size_t run = 0;

        while (i + run < in.len && in.at[i + run] == '\\')
            run++;
        if (run % 2)
            return in;
        if (run && runs++ == 0)
            first = i + run;
        i += run ? run : 1;
    }
    /* `\\server` alone may be whole. */
    if (runs == 0 || (runs == 1 && first == 2))
        return in;
    uint8_t *start = arena_bytes(a, in.len), *out = start;
    if (!start) {
        *full = true;
        return SPAN_NONE;
    }
    for (size_t i = 0; i < in.len; i++) {
        *out++ = in.at[i];
        if (in.at[i] == '\\')
            i++;
    }
    arena_trim(a, start, (size_t)(out - start));
    *altered = true;
    return span_of(start, (size_t)(out - start));
}

/* EventData's words; where there is no System or winlog, also the record's own. */
void form_fill(struct form *f, struct event *e, bool *full)
{
    bool flat = true, wazuh = form_filled(f, SLOT_ID + 2), data = false;

    for (unsigned i = 0; i < NESTED_IDS; i++)
        flat = flat && !form_filled(f, SLOT_ID + i);
    for (unsigned i = 0; i < EVENT_FIELD_COUNT; i++)
        data = data || form_filled(f, SLOT_DATA + i);
    for (unsigned i = 0; i < EVENT_FIELD_COUNT; i++) {
        struct span *v = &e->value[i];

        if (form_filled(f, SLOT_DATA + i))
            *v = form_text(f, SLOT_DATA + i, &f->batch->arena, full);
        else if (flat && !(data && i == EVENT_ProcessId)) /* there it is the logger's */
            *v = form_text(f, SLOT_FLAT + i, &f->batch->arena, full);
        if (wazuh && v->len)
            *v = halved(&f->batch->arena, *v, &f->altered, full);
    }
    form_ecs_fill(f, e, full);
}
