/* Where the ledger says that a record's file lies, or where the user says. */
#include "cli/record_text.h"

#include <string.h>

#define STANDARD_INPUT "-"
#define NOTE_BYTES 512 /* of a place that is only worth knowing: a chunk's header */
#define SAY_WHERE "; say where it lies now: --evidence PATH"

/* The size of the file around the member, where all that have it agree. */
static uint64_t bundle_size(const struct record_place *p)
{
    uint64_t size = 0;

    for (size_t i = 0; i < p->sources; i++) {
        if (!p->source[i].in_bundle)
            continue;
        if (size && size != p->source[i].bundle_size)
            return 0;
        size = p->source[i].bundle_size;
        if (!size || strcmp(p->source[i].path, STANDARD_INPUT) == 0)
            return 0;
    }
    return size;
}

static bool from_source(const struct record_wanted *wanted, struct find w,
                        const struct record_source *source, struct record *out, struct fault *f)
{
    const char *name = source->name;

    if (strcmp(source->path, STANDARD_INPUT) == 0)
        return fault(f, FAULT_SYSTEM, "%s%swas read from standard input, which is gone; keep it"
                     " in a file and say where: --evidence FILE", source->in_bundle ? name : "",
                     source->in_bundle ? " " : "the evidence ");
    w.path = source->path;
    w.in_bundle = source->in_bundle;
    if (record_read(wanted, &w, out, f))
        return true;
    if (f->kind == FAULT_INTERRUPTED)
        return false;
    if (strcmp(source->state, "partial") == 0 || strcmp(source->state, "superseded") == 0)
        fault_while(f, "%s was read only in part%s%s", name, source->reason ? ", " : "",
                    source->reason ? source->reason : "");
    else if (source->in_bundle)
        fault_while(f, "%s", name);
    size_t len = strlen(f->text);
    if (len + sizeof SAY_WHERE <= sizeof f->text)
        memcpy(f->text + len, SAY_WHERE, sizeof SAY_WHERE);
    return false;
}

bool record_fetch(const struct record_place *p, const struct record_request *q,
                  struct record *out, struct fault *f)
{
    struct record_wanted wanted = {
        .format = p->format, .place = p->place, .recovered = p->flags & RECORD_RECOVERED,
        .altered = p->flags & RECORD_ALTERED, .damaged = p->why && p->len ? p->len : 0,
    };
    struct find w = {
        .path = q->evidence, .search = q->evidence != NULL, .size = p->size,
        .bundle_size = bundle_size(p), .avoid = q->avoid, .avoid_count = q->avoid_count,
        .bundles = q->bundles, .stopping = q->stopping, .moved = q->moved, .ctx = q->ctx,
    };
    struct fault later;

    memcpy(w.sha256, p->sha256, sizeof w.sha256);
    if (p->why && !p->len)
        wanted.damaged = NOTE_BYTES;
    if (q->evidence)
        return record_read(&wanted, &w, out, f);
    for (size_t i = 0; i < p->sources; i++) {
        if (from_source(&wanted, w, &p->source[i], out, i ? &later : f))
            return true;
    }
    return false;
}
