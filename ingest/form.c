/* From named values to an event.
 *
 * Decides which of several words is believed, and copies only the texts of
 * events that ingest/normal keeps.  Never guesses by an Event ID alone. */
#include "ingest/form.h"

#include "core/fault.h"
#include "core/text.h"
#include "ingest/json.h"
#include "ingest/normal.h"
#include "ingest/xml.h"

#include <stdlib.h>

#define SCRATCH_BYTES_MAX (16u << 20) /* of one record: strings in strings */

#define SYSMON "Microsoft-Windows-Sysmon"
#define SECURITY "Microsoft-Windows-Security-Auditing"

struct form *form_open(struct batch *b)
{
    struct form *f = memory_zero(1, sizeof *f);

    f->batch = b;
    f->around = MOMENT_NONE;
    arena_init(&f->scratch, SCRATCH_BYTES_MAX);
    return f;
}

void form_close(struct form *f)
{
    if (!f)
        return;
    form_close(f->ahead);
    xml_reader_close(f->xml);
    arena_clear(&f->scratch);
    free(f);
}

void form_reset(struct form *f)
{
    memset(f->filled, 0, sizeof f->filled);
    f->altered = f->mended;
    f->object = 0;
    f->listed_count = 0;
    f->object_text = SPAN_NONE;
}

bool form_put(struct form *f, unsigned slot, struct form_value v)
{
    if (slot >= SLOT_COUNT)
        return false;
    struct form_value *old = &f->value[slot];
    if (form_filled(f, slot)) {
        bool same = old->object == v.object;

        if (same && !span_equal(old->text, v.text))
            f->altered = true;
        if (same || old->writing != WRITING_NULL)
            return false;
    }
    f->filled[slot / 64] |= UINT64_C(1) << (slot % 64);
    *old = v;
    return true;
}

void form_join(struct form *f, unsigned slot, struct form_value v)
{
    struct form_value *old = &f->value[slot];
    size_t len = old->text.len + 1 + v.text.len;
    uint8_t *both = arena_bytes(&f->scratch, len);

    if (!both) {
        f->altered = true;
        return;
    }
    memcpy(both, old->text.at, old->text.len);
    both[old->text.len] = ',';
    memcpy(both + old->text.len + 1, v.text.at, v.text.len);
    old->text = span_of(both, len);
    old->marks |= v.marks;
}

void form_list(struct form *f, struct form_value v)
{
    if (f->listed_count < LISTED_MAX)
        f->listed[f->listed_count] = v;
    f->listed_count++;
}

unsigned form_first(const struct form *f, unsigned slot, unsigned count)
{
    for (unsigned s = slot; s < slot + count; s++)
        if (form_filled(f, s) && f->value[s].writing != WRITING_NULL && f->value[s].text.len)
            return s;
    return SLOT_NONE;
}

/* A quoted cell: two quotes are one. */
static struct span undoubled(struct arena *a, struct span in, bool *full)
{
    uint8_t *start = arena_bytes(a, in.len), *out = start;

    if (!start) {
        *full = true;
        return SPAN_NONE;
    }
    for (size_t i = 0; i < in.len; i++) {
        *out++ = in.at[i];
        if (in.at[i] == '"' && i + 1 < in.len && in.at[i + 1] == '"')
            i++;
    }
    arena_trim(a, start, (size_t)(out - start));
    return span_of(start, (size_t)(out - start));
}

struct span form_text(struct form *f, unsigned slot, struct arena *a, bool *full)
{
    if (slot >= SLOT_COUNT || !form_filled(f, slot))
        return SPAN_NONE;
    const struct form_value *v = &f->value[slot];
    switch (v->writing) {
    case WRITING_NULL:
        return SPAN_NONE;
    case WRITING_JSON:
        return json_text(a, v->text, v->marks, &f->altered, full);
    case WRITING_CSV:
        return text_clean(a, undoubled(a, v->text, full), &f->altered, full);
    case WRITING_PLAIN:
        break;
    }
    struct span clean = text_clean(a, v->text, &f->altered, full);
    return clean.at == v->text.at ? arena_copy(a, clean, full) : clean;
}

struct span form_peek(struct form *f, unsigned slot)
{
    bool full = false;

    if (slot >= SLOT_COUNT || !form_filled(f, slot))
        return SPAN_NONE;
    const struct form_value *v = &f->value[slot];
    if (v->writing == WRITING_PLAIN || (v->writing == WRITING_JSON && !v->marks))
        return v->text;
    return form_text(f, slot, &f->scratch, &full);
}

bool form_names_event(const struct form *f)
{
    return form_first(f, SLOT_ID, SLOT_COMPUTER - SLOT_ID) != SLOT_NONE
        && (form_first(f, SLOT_PROVIDER, SLOT_CHANNEL - SLOT_PROVIDER) != SLOT_NONE
            || form_first(f, SLOT_CHANNEL, SLOT_ID - SLOT_CHANNEL) != SLOT_NONE
            || form_first(f, SLOT_SPLUNK_SOURCE, 2) != SLOT_NONE);
}

/* The first ranked slot that is a number. */
static bool number_of(struct form *f, unsigned slot, unsigned count, uint64_t *out)
{
    for (unsigned s = slot; s < slot + count; s++)
        if (form_filled(f, s) && span_number(span_trimmed(form_peek(f, s)), out))
            return true;
    return false;
}

/* `XmlWinEventLog:Microsoft-Windows-Sysmon/Operational`, as Splunk names it. */
static struct span splunk_channel(struct form *f)
{
    static const struct span mark = SPAN_INIT("WinEventLog:");

    for (unsigned s = SLOT_SPLUNK_SOURCE; s < SLOT_MODULE; s++) {
        struct span text = form_peek(f, s);
        const uint8_t *at = text.len ? memmem(text.at, text.len, mark.at, mark.len) : NULL;

        if (at)
            return span_of(at + mark.len, (size_t)(text.at + text.len - at) - mark.len);
    }
    return SPAN_NONE;
}

/* Names that normal compares to the letter, in its letters. */
static struct span canonical(struct span Provider, struct span Channel)
{
    if (span_equal_nocase(Provider, SPAN(SYSMON)))
        return SPAN(SYSMON);
    if (span_equal_nocase(Provider, SPAN(SECURITY)))
        return SPAN(SECURITY);
    if (Provider.len)
        return Provider;
    if (span_equal_nocase(Channel, SPAN(SYSMON "/Operational")))
        return SPAN(SYSMON);
    if (span_equal_nocase(Channel, SPAN("Security")))
        return SPAN(SECURITY);
    return SPAN_NONE;
}

static bool says(const struct form *f, enum event_field field)
{
    return form_first(f, SLOT_DATA + field, 1) != SLOT_NONE
        || form_first(f, SLOT_FLAT + field, 1) != SLOT_NONE;
}

/* A table of loads without a provider's name is known by Sysmon's own words. */
static bool by_fields(const struct form *f, struct event *e)
{
    if (says(f, EVENT_ImageLoaded) && says(f, EVENT_Image) && (!e->has_id || e->id == 7))
        e->id = 7;
    else if (!(e->has_id && e->id == 7 && says(f, EVENT_ImageLoaded))
             && !(e->has_id && e->id == 1 && says(f, EVENT_Image)
                  && says(f, EVENT_ProcessGuid) && says(f, EVENT_ParentImage)))
        return false;
    e->has_id = true;
    return true;
}

static void identify(struct form *f, struct event *e, bool *full)
{
    struct arena *a = &f->batch->arena;

    e->has_id = number_of(f, SLOT_ID, SLOT_COMPUTER - SLOT_ID, &e->id);
    e->Channel = form_text(f, form_first(f, SLOT_CHANNEL, SLOT_ID - SLOT_CHANNEL), a, full);
    if (!e->Channel.len)
        e->Channel = arena_copy(a, splunk_channel(f), full);
    e->Provider = canonical(
        form_text(f, form_first(f, SLOT_PROVIDER, SLOT_CHANNEL - SLOT_PROVIDER), a, full),
        e->Channel);
    if (!e->Provider.len && !e->Channel.len && (by_fields(f, e) || form_ecs_identity(f, e)))
        e->Provider = SPAN(SYSMON);
    else if (!e->has_id && span_is(e->Provider, SYSMON))
        by_fields(f, e);
    e->Computer = form_text(f, form_first(f, SLOT_COMPUTER, SLOT_RECORD - SLOT_COMPUTER), a,
                            full);
    if (number_of(f, SLOT_RECORD, SLOT_TIME - SLOT_RECORD, &e->record))
        e->flags |= RECORD_NUMBERED;
}

/* A text that is a time in UTC.  Where day and month could be either, the times of
 * the whole piece are looked at, once. */
static int64_t time_of(struct form *f, uint64_t place, struct span text, bool *zoned)
{
    struct batch *b = f->batch;
    unsigned before = b->dates;

    b->dates &= ~(unsigned)DATES_UNSURE;
    int64_t m = form_moment_utc(b, text, zoned);
    if (!(b->dates & DATES_UNSURE)) {
        b->dates |= before;
        return m;
    }
    if (f->again && !(b->dates & DATES_ASKED)) {
        struct batch *all = batch_open(b->source, b->begin, b->end);

        all->dates = DATES_ASKED; /* it asks no further */
        f->again(f->piece, all);
        b->dates |= all->dates;
        batch_close(all);
        m = form_moment_utc(b, text, zoned);
    }
    unsigned order = b->dates & (DATES_DAY_FIRST | DATES_MONTH_FIRST);
    if (order != DATES_DAY_FIRST && order != DATES_MONTH_FIRST && m != MOMENT_NONE)
        batch_assumed(b, ASSUMED_ORDER, place);
    return m;
}

/* When it was logged, by the first word that is a time. */
static bool find_time(struct form *f, struct event *e)
{
    struct span unread = SPAN_NONE;

    for (unsigned s = SLOT_TIME; s < SLOT_RAW; s++) {
        bool zoned = false;

        if (!form_filled(f, s))
            continue;
        struct span text = form_peek(f, s);
        e->logged = time_of(f, e->place, text, &zoned);
        if (e->logged != MOMENT_NONE)
            return zoned;
        if (!unread.len)
            unread = text;
    }
    if (span_trimmed(unread).len && (e->has_id || e->Provider.len))
        batch_sum(f->batch, SUMMED_UNREAD, e->place, 1, unread);
    e->logged = f->around;
    return f->around == MOMENT_NONE || f->around_zoned;
}

/* UtcTime as normal reads times; which zone it has needs no saying. */
static void settle_time(struct form *f, struct event *e, bool zoned, bool *full)
{
    struct span *utc = &e->value[EVENT_UtcTime];
    char text[MOMENT_TEXT_MAX];
    int64_t time;
    bool any;

    if (utc->len && moment_parse(*utc) == MOMENT_NONE
        && (time = form_moment(*utc, &f->batch->dates, &any)) != MOMENT_NONE) {
        moment_format(time, text);
        *utc = arena_copy(&f->batch->arena, span_text(text), full);
    }
    if (!zoned && moment_parse(*utc) == MOMENT_NONE) {
        e->flags |= RECORD_ZONE_ASSUMED;
        batch_assumed(f->batch, ASSUMED_ZONE, e->place);
    }
}

/* The event as XML (or JSON) inside one string of the record.  True where it is
 * filed. */
static bool take_raw(struct form *f, uint64_t place)
{
    struct arena_mark before = arena_mark(&f->batch->arena);
    unsigned slot = form_first(f, SLOT_RAW, SLOT_NESTED - SLOT_RAW);
    struct span text = form_peek(f, slot);
    struct event e;

    if (!text.len || !memmem(text.at, text.len, "<Event", 6))
        return false;
    if (!f->xml)
        f->xml = xml_reader_open(f->batch);
    const char *wrong = xml_read(f->xml, text, &e);
    if (!wrong) {
        e.place = place;
        if (f->altered)
            e.flags |= RECORD_ALTERED;
        normal_event(f->batch, &e, before);
        return true;
    }
    if (form_names_event(f)) /* cut short, but what it said is beside it */
        return false;
    batch_loss(f->batch, place, 0, wrong);
    return true;
}

static void take(struct form *f, uint64_t place)
{
    struct arena_mark before = arena_mark(&f->batch->arena);
    struct event e = { .place = place, .logged = MOMENT_NONE };
    bool full = false, zoned;

    identify(f, &e, &full);
    zoned = find_time(f, &e);
    if (e.has_id && normal_wants(e.Provider, e.Channel, e.id)) {
        form_unfold(f, e.id);
        form_fill(f, &e, &full);
        settle_time(f, &e, zoned, &full);
        e.hollow = e.id == 7 && !span_logged(e.value[EVENT_ImageLoaded])
                && !span_logged(e.value[EVENT_Image]) && !span_logged(e.value[EVENT_Hashes])
                && !span_logged(e.value[EVENT_Signed]);
        if (e.hollow)
            batch_sum(f->batch, SUMMED_HOLLOW, place, 1, SPAN_NONE);
    } else if (!form_names_event(f) && !form_filled(f, SLOT_CATEGORY)) {
        if (form_second_look(f, place))
            return;
        form_stranger(f, place);
    }
    if (full) {
        arena_rewind(&f->batch->arena, before);
        batch_loss(f->batch, place, 0, "the record is too large for its batch");
        return;
    }
    if (f->altered)
        e.flags |= RECORD_ALTERED;
    normal_event(f->batch, &e, before);
}

static void clear_scratch(struct form *f)
{
    bool used = f->scratch.block != NULL;

    arena_rewind(&f->scratch, f->empty);
    if (f->scratch.block || !used)
        return;
    arena_bytes(&f->scratch, 1); /* from now on its first block stays */
    f->empty = arena_mark(&f->scratch);
}

void form_event(struct form *f, uint64_t place)
{
    if (!take_raw(f, place))
        take(f, place);
    clear_scratch(f);
    form_reset(f);
}
