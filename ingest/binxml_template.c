/* The templates of a chunk, each compiled when it is met first, and their
 * instances.
 *
 * Never believes an offset.  A template that is broken is remembered as such, so
 * that a chunk of records that use it costs no time. */
#include "ingest/binxml_parts.h"

#include <stdlib.h>

#define DEFINITION_HEAD 24 /* link, GUID, size */
#define INSTANCE_HEAD 10   /* token, one byte, id, definition */
#define STRICT_KEY 0x80    /* what is refused when strict may do otherwise */

struct binxml *binxml_open(struct arena *texts)
{
    struct binxml *x = memory_get(sizeof *x);

    x->texts = texts;
    x->scratch_used = x->values_used = 0;
    binxml_chunk(x, SPAN_EMPTY);
    return x;
}

void binxml_close(struct binxml *x)
{
    free(x);
}

static void templates_forget(struct binxml *x)
{
    memset(x->slot, 0, sizeof x->slot);
    x->templates_used = 0;
    x->ops_used = 0;
}

void binxml_chunk(struct binxml *x, struct span chunk)
{
    x->chunk = chunk;
    x->chunk_work = x->chunk_text = 0;
    templates_forget(x);
}

bool binxml_tired(const struct binxml *x)
{
    return x->chunk_work > CHUNK_WORK_MAX || x->chunk_text > CHUNK_TEXT_MAX;
}

void binxml_make_room(struct binxml *x)
{
    if (x->templates_used > TEMPLATES_MAX / 2 || x->ops_used > OPS_MAX / 2)
        templates_forget(x);
}

const struct template *binxml_template(struct binxml *x, uint32_t at, enum state state)
{
    uint8_t key = (uint8_t)(state | (x->strict ? STRICT_KEY : 0));
    uint32_t i = ((at ^ (uint32_t)key << 16) * UINT32_C(2654435761)) >> 23;
    uint32_t from = at + DEFINITION_HEAD, end;
    struct template *t;

    _Static_assert(TEMPLATE_SLOTS == 1 << 9, "the hash gives 9 bits");
    for (; x->slot[i]; i = (i + 1) & (TEMPLATE_SLOTS - 1)) {
        t = &x->template[x->slot[i] - 1];
        if (t->at == at && t->key == key) {
            if (t->bad)
                x->why = "its template is broken";
            return t->bad ? NULL : t;
        }
    }
    if (x->templates_used == TEMPLATES_MAX) {
        x->why = "it has too many templates";
        return NULL;
    }
    if (at > x->chunk.len || x->chunk.len - at < DEFINITION_HEAD) {
        x->why = "its template lies outside its chunk";
        return NULL;
    }
    end = raw_u32(x->chunk.at + at + 20);
    end = end > x->chunk.len - from ? (uint32_t)x->chunk.len : from + end;
    t = &x->template[x->templates_used++];
    x->slot[i] = (uint16_t)x->templates_used;
    *t = (struct template){ .at = at, .key = key };
    t->bad = !binxml_compile(x, &from, end, state, true, &t->code);
    return t->bad ? NULL : t;
}

bool binxml_instance(struct binxml *x, uint32_t at, uint32_t end, struct instance *in)
{
    uint32_t total = 0;

    if (end - at < INSTANCE_HEAD + 4)
        return binxml_broken(x, "a template instance is cut");
    in->id = raw_u32(x->chunk.at + at + 2);
    in->definition = raw_u32(x->chunk.at + at + 6);
    at += INSTANCE_HEAD;
    if (in->definition == at) { /* it stands right here */
        uint32_t size = end - at < DEFINITION_HEAD ? UINT32_MAX : raw_u32(x->chunk.at + at + 20);

        if (size > end - at || end - at - size < DEFINITION_HEAD + 4)
            return binxml_broken(x, "a template is cut");
        at += DEFINITION_HEAD + size;
    }
    in->count = raw_u32(x->chunk.at + at);
    in->descriptors = at += 4;
    if (in->count > SUBSTITUTIONS_MAX || end - at < 4 * in->count)
        return binxml_broken(x, "a template instance has more values than can be");
    for (uint32_t i = 0; i < in->count; i++)
        total += raw_u16(x->chunk.at + at + 4 * (size_t)i);
    in->values = at += 4 * in->count;
    /* A length that is too large makes the values run over the record's end.
     * What they then read is partly another record's, so the text is marked as
     * mended; refused, it would be an event that nobody sees. */
    if (total > end - at) {
        if (x->strict || total > x->chunk.len - at)
            return binxml_broken(x, "the values of a template instance are cut");
        x->altered = true;
    }
    in->end = at + total;
    return true;
}
