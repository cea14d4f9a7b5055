/* Where a record ends that begins at a known place, form by form, and its text.
 *
 * The framing is the decoders' own: what they took for a record is cut here
 * alike.  Never looks past the stretch that it is given.  The surprise: a syslog
 * record's place is its event's, but the whole line is the record. */
#include "ingest/record.h"

#include "ingest/binxml_text.h"
#include "ingest/csv.h"
#include "ingest/evtx.h"
#include "ingest/json.h"
#include "ingest/wide.h"
#include "ingest/xml_scan.h"

#include <stdlib.h>

#define RECORD_HEAD 24
#define RECORD_MIN 28
#define DAMAGED_BYTES_MAX 4096 /* shown of a damaged stretch */

#define NOT_HERE "no record begins at that place: the case doesn't fit its evidence"

static uint32_t u32_at(struct span s, size_t at)
{
    struct cursor c = cursor_of(span_of(s.at + at, s.len - at));

    return cursor_u32(&c);
}

/* ---- EVTX ---- */

static bool cut_evtx(struct record *r, const struct record_wanted *wanted, struct span slot,
                     uint64_t from, struct fault *f)
{
    size_t at = (size_t)(wanted->place - from), size;
    struct binxml_text xml;
    struct binxml_body body;

    if (slot.len > EVTX_SLOT || slot.len < at + RECORD_MIN || memcmp(slot.at + at, "**\0", 4) != 0
        || (size = u32_at(slot, at + 4)) < RECORD_MIN || size > slot.len - at)
        return fault(f, FAULT_FORMAT, NOT_HERE);
    r->bytes = span_of(slot.at + at, size);
    body = (struct binxml_body){ at + RECORD_HEAD, at + size - 4, wanted->recovered };
    binxml_text(slot, body, &r->arena, &xml);
    r->text = xml.text;
    r->broken = xml.broken;
    r->rendered = true;
    for (size_t i = 0; i < xml.mends && i < BINXML_MENDS_MAX; i++)
        record_note(r, from + xml.mend[i].at, xml.mend[i].len, xml.mend[i].why);
    if (xml.mends > BINXML_MENDS_MAX)
        r->mends += xml.mends - BINXML_MENDS_MAX;
    return true;
}

/* ---- texts ---- */

/* How long the record at the start of the text is; 0 where there is none. */
static size_t json_length(struct span text)
{
    struct json j = json_of(text);
    struct json_item item;
    enum json_step step;

    if (!text.len || text.at[0] != '{')
        return 0;
    while ((step = json_next(&j, &item)) < JSON_DONE)
        ;
    return step == JSON_DONE ? (size_t)(j.at - text.at) : 0;
}

static size_t xml_length(struct span text)
{
    struct xml_scan s = { .in = text, .at_end = true };
    struct xml_record found;

    return xml_next(&s, &found) == XML_RECORD && found.start == 0 ? found.end : 0;
}

static struct span undoubled(struct arena *a, struct csv_cell cell)
{
    uint8_t *out = cell.doubled ? arena_bytes(a, cell.text.len + 1) : NULL;
    size_t len = 0;

    if (!out)
        return cell.text;
    for (size_t i = 0; i < cell.text.len; i++) {
        out[len++] = cell.text.at[i];
        if (cell.text.at[i] == '"' && i + 1 < cell.text.len && cell.text.at[i + 1] == '"')
            i++;
    }
    arena_trim(a, out, len);
    return span_of(out, len);
}

static size_t csv_length(struct record *r, struct span text, enum width w)
{
    struct csv_row *row = arena_get(&r->arena, sizeof *row);
    bool altered = false, full = false;
    struct span head = wide_text(&r->arena, span_of(r->found.head, r->found.head_len), w,
                                 &altered, &full);

    if (!row || full || !csv_row(head, text, row))
        return 0;
    r->field = arena_get(&r->arena, row->cells * sizeof *r->field);
    for (size_t i = 0; r->field && i < row->cells; i++) {
        r->field[i].name = undoubled(&r->arena, row->name[i]);
        r->field[i].value = undoubled(&r->arena, row->cell[i]);
        r->fields = i + 1;
    }
    return row->len;
}

/* Of bytes that begin with a record of the form: cuts it, and gives its text. */
static bool cut_text(struct record *r, struct span bytes, enum record_form form, enum width w,
                     struct fault *f)
{
    bool altered = false, full = false;
    struct span text = wide_text(&r->arena, bytes, w, &altered, &full);
    struct places places = places_of(text, w, 0, bytes.len);
    size_t len;

    if (full)
        return fault(f, FAULT_LIMIT, "the record is too large to be shown");
    len = form == RECORD_JSON ? json_length(text) : form == RECORD_CSV ? csv_length(r, text, w)
                                                                       : xml_length(text);
    if (len == 0)
        return fault(f, FAULT_FORMAT, NOT_HERE);
    r->text = span_of(text.at, len);
    r->bytes = span_of(bytes.at, (size_t)place_of(&places, text.at + len));
    return true;
}

/* The line around `at`. */
static void cut_line(struct record *r, struct span stretch, size_t at, uint64_t from)
{
    const uint8_t *before = at ? memrchr(stretch.at, '\n', at) : NULL;
    size_t start = before ? (size_t)(before - stretch.at) + 1 : from == 0 ? 0 : at;
    const uint8_t *lf = memchr(stretch.at + at, '\n', stretch.len - at);
    size_t end = lf ? (size_t)(lf - stretch.at) : stretch.len;

    r->cut = !lf && r->found.len == stretch.len && stretch.len > FIND_STRETCH_MAX / 4;
    if (end > start && stretch.at[end - 1] == '\r')
        end--;
    r->bytes = r->text = span_of(stretch.at + start, end - start);
    r->place = from + start;
}

/* ---- any ---- */

static enum record_form form_of(const char *format, struct span here)
{
    static const struct { const char *name; enum record_form form; } known[] = {
        { "evtx", RECORD_EVTX }, { "xml", RECORD_XML },  { "jsonl", RECORD_JSON },
        { "json", RECORD_JSON }, { "csv", RECORD_CSV },  { "syslog", RECORD_LINE },
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(format, known[i].name) == 0)
            return known[i].form;
    return here.len && here.at[0] == '{' ? RECORD_JSON : RECORD_LINE;
}

static enum width width_for(const struct record *r, enum record_form form, struct span here)
{
    if (form == RECORD_LINE)
        return WIDTH_ONE;
    return width_of(form == RECORD_CSV ? span_of(r->found.head, r->found.head_len) : here);
}

bool record_cut(struct record *r, const struct record_wanted *wanted, struct span stretch,
                uint64_t from, struct fault *f)
{
    size_t at = wanted->place - from <= stretch.len ? (size_t)(wanted->place - from)
                                                    : stretch.len;
    struct span here = span_of(stretch.at + at, stretch.len - at);
    enum record_form form = form_of(wanted->format, here);
    enum width w = width_for(r, form, here);

    r->place = wanted->place;
    if (here.len == 0)
        return fault(f, FAULT_FORMAT, "the evidence ends before that place");
    if (wanted->damaged) {
        size_t len = wanted->damaged < here.len ? (size_t)wanted->damaged : here.len;

        r->bytes = span_of(here.at, len < DAMAGED_BYTES_MAX ? len : DAMAGED_BYTES_MAX);
        r->cut = r->bytes.len < wanted->damaged;
        return true;
    }
    if (form == RECORD_EVTX)
        return cut_evtx(r, wanted, stretch, from, f);
    if (form == RECORD_LINE)
        cut_line(r, stretch, at, from);
    else if (!cut_text(r, here, form, w, f))
        return false;
    if (strcmp(wanted->format, "auditd") == 0)
        record_audit(r, span_of(r->bytes.at, stretch.len - (size_t)(r->bytes.at - stretch.at)));
    if (form == RECORD_LINE && !memmem(r->bytes.at, r->bytes.len, "<Event", 6))
        form = RECORD_JSON; /* what a line carries, if no XML */
    if (wanted->altered)
        record_mends(r, form, w != WIDTH_ONE, w == WIDTH_BIG);
    return true;
}
