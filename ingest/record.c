/* The source record behind a place: which stretch of the evidence is needed, and
 * what becomes of it. */
#include "ingest/record.h"

#include "ingest/evtx.h"
#include "ingest/json_walk.h"
#include "ingest/xml_scan.h"

#define ARENA_BYTES_MAX (64u << 20)
#define BEFORE_BYTES (256u << 10)  /* of a line, before the event in it */
#define BEHIND_BYTES (4u << 20)    /* the largest record, in UTF-16, has room */

_Static_assert(BEHIND_BYTES >= 2 * JSON_RECORD_MAX && BEHIND_BYTES >= 2 * XML_RECORD_MAX
                   && BEFORE_BYTES + BEHIND_BYTES <= FIND_STRETCH_MAX,
               "a stretch holds any record");

/* EVTX: the whole slot, in which its templates lie. */
static void stretch_of(const struct record_wanted *wanted, struct find *w)
{
    uint64_t place = wanted->place;

    if (strcmp(wanted->format, "evtx") == 0 && place >= EVTX_HEADER && !wanted->damaged) {
        w->from = place - (place - EVTX_HEADER) % EVTX_SLOT;
        w->to = w->from + EVTX_SLOT;
        return;
    }
    w->from = place > BEFORE_BYTES ? place - BEFORE_BYTES : 0;
    w->to = place + BEHIND_BYTES;
}

bool record_read(const struct record_wanted *wanted, struct find *w, struct record *out,
                 struct fault *f)
{
    *out = (struct record){ .place = wanted->place };
    arena_init(&out->arena, ARENA_BYTES_MAX);
    if (wanted->place > INT64_MAX - BEHIND_BYTES || wanted->place >= w->size)
        return fault(f, FAULT_FORMAT, "the evidence ends before that place");
    stretch_of(wanted, w);
    out->from = w->from;
    if (find_bytes(w, &out->found, f)
        && record_cut(out, wanted, span_of(out->found.stretch, out->found.len), w->from, f))
        return true;
    record_clear(out);
    return false;
}

void record_clear(struct record *r)
{
    found_bytes_clear(&r->found);
    arena_clear(&r->arena);
    *r = (struct record){ 0 };
}
