/* The notes of a source, at its first record that lacks something or at its end.
 *
 * Never changes a record.  The surprise: the reason of a file without any event is
 * written into the batch that closes it, since only then all of it is known. */
#include "ingest/source_notes.h"

#include "core/fault.h"
#include "ingest/zone.h"

#include <stdio.h>
#include <stdlib.h>

#define NOTE_MAX (SUM_TEXT_MAX + 256)

struct summed_of {
    struct summed_of *next;
    uint32_t source;
    bool known;            /* something in it was recognised */
    uint64_t count[SUMMED_COUNT], at[SUMMED_COUNT];
    char text[SUMMED_COUNT][SUM_TEXT_MAX];
};

/* What the source's records did not say, where that is met first. */
static void note_assumed(struct source_notes *n, struct batch *b, bool opens)
{
    char text[160];
    const char *const notes[ASSUMED_COUNT] = {
        [ASSUMED_HOST] = b->unnamed.len && b->unnamed.at[1] == UNNAMED_GIVEN
            ? "its records name no host: they are of the one that --host gave"
            : "its records name no host: they are shown under their collection's (--host gives one)",
        [ASSUMED_ZONE] = text,
        [ASSUMED_ORDER] = "dates in it could be day or month first and nothing tells which:"
                          " read as month first",
        [ASSUMED_YEAR] = "times in it name no year: the latest one that is not after the file",
    };

    if (opens)
        n->assumed = 0;
    if (!(b->assumed & ~n->assumed))
        return;
    snprintf(text, sizeof text, "times in it name no zone: read as %s%s", zone_name(b->zone),
             b->zone ? "" : " (--time-zone gives one)");
    for (unsigned i = 0; i < ASSUMED_COUNT; i++)
        if (b->assumed & ~n->assumed & 1u << i) {
            bool full = false;
            struct span note = arena_copy(&b->arena, span_of(notes[i], strlen(notes[i]) + 1),
                                          &full);

            if (!full)
                batch_note(b, b->assumed_at[i], (const char *)note.at);
        }
    n->assumed |= b->assumed;
}

/* The sentence, or nothing. */
static void sentence(const struct summed_of *s, enum summed what, char out[static NOTE_MAX])
{
    unsigned long long count = s->count[what];
    const char *text = s->text[what];

    *out = 0;
    switch (what) {
    case SUMMED_UNREAD:
        snprintf(out, NOTE_MAX, "the time of %llu %s can't be read and is left out, the first"
                 " says '%s'", count, count == 1 ? "record" : "records", text);
        break;
    case SUMMED_HOLLOW:
        snprintf(out, NOTE_MAX, "%llu %s no ImageLoaded: %s fields were not understood, and %s as"
                 " other (an export as EVTX or XML has them)", count,
                 count == 1 ? "load names" : "loads name", count == 1 ? "its" : "their",
                 count == 1 ? "it counts" : "they count");
        break;
    case SUMMED_STRANGER:
        if (!s->known)
            snprintf(out, NOTE_MAX, NO_EVENT_REASON "%llu %s%s%s", count,
                     count == 1 ? "object" : "objects", *text ? "; the first has the keys " : "",
                     text);
        break;
    case SUMMED_COUNT:
        break;
    }
}

static void add(struct summed_of *s, const struct batch *b)
{
    s->known = s->known || b->counts.records > b->sums[SUMMED_STRANGER].count;
    for (unsigned i = 0; i < SUMMED_COUNT; i++) {
        const struct sum *sum = &b->sums[i];

        if (sum->count && !s->count[i]) {
            s->at[i] = sum->at;
            memcpy(s->text[i], sum->text, sizeof sum->text);
        }
        s->count[i] += sum->count;
    }
}

static void say(const struct summed_of *s, struct batch *b)
{
    char note[NOTE_MAX];

    for (unsigned i = 0; i < SUMMED_COUNT; i++) {
        bool full = false;

        if (!s->count[i])
            continue;
        sentence(s, (enum summed)i, note);
        struct span kept = arena_copy(&b->arena, span_of(note, strlen(note) + 1), &full);
        if (full || !*note)
            continue;
        batch_note(b, s->at[i], (const char *)kept.at);
        if (i == SUMMED_STRANGER && b->closes->reason.len == 0) {
            struct source_closes *c = arena_get(&b->arena, sizeof *c);

            if (c) {
                *c = *b->closes;
                c->reason = span_of(kept.at, kept.len - 1);
                b->closes = c;
            }
        }
    }
}

static void note_sums(struct source_notes *n, struct batch *b)
{
    struct summed_of **at = &n->open, *s;
    bool any = b->counts.records > 0 || (b->opens && b->opens->resumes);

    for (unsigned i = 0; i < SUMMED_COUNT; i++)
        any = any || b->sums[i].count > 0;
    while (*at && (*at)->source != b->source)
        at = &(*at)->next;
    if (any && !*at) {
        *at = memory_zero(1, sizeof **at);
        (*at)->source = b->source;
        (*at)->known = b->opens && b->opens->resumes; /* what was read before is not seen */
    }
    s = *at;
    if (!s)
        return;
    add(s, b);
    if (!b->closes)
        return;
    say(s, b);
    *at = s->next;
    free(s);
}

void source_note(struct source_notes *n, struct batch *b, bool opens)
{
    note_assumed(n, b, opens);
    note_sums(n, b);
}

void source_notes_close(struct source_notes *n)
{
    for (struct summed_of *s; (s = n->open) != NULL; free(s))
        n->open = s->next;
}
