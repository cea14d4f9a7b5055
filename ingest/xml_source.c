/* Sysmon's events as XML: `wevtutil`'s, Event Viewer's, evtx_dump's, Splunk's.
 *
 * Told by an <Event> of Windows' logs within the first bytes, cut where records
 * begin, and divided into records by bytes (xml_scan), so that one bad character
 * costs one record at most; each goes through xml.  The surprise: UTF-16 is
 * scanned by a copy of one byte a unit, so that places stay those of the
 * source. */
#include "ingest/decoder.h"

#include "core/fault.h"
#include "core/text.h"
#include "ingest/normal.h"
#include "ingest/xml.h"
#include "ingest/xml_scan.h"

#include <stdlib.h>

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (4u << 20)
#define SCRATCH_BYTES_MAX (8u << 20) /* a record, converted */

_Static_assert(PIECE_BYTES > 2 * XML_RECORD_MAX, "a piece has room for any record in UTF-16");

/* ---- encodings ---- */

enum encoding { ENCODING_UNKNOWN, UTF8, UTF16LE, UTF16BE };

/* UTF-16 where it says `Event` first; a mark of byte order decides at once. */
static enum encoding encoding_of(struct span in, uint64_t offset)
{
    static const uint8_t little[] = "E\0v\0e\0n\0t", big[] = "\0E\0v\0e\0n\0t";
    enum encoding e = ENCODING_UNKNOWN;
    const uint8_t *at;

    if (offset == 0 && span_starts(in, SPAN("\xFF\xFE")))
        return UTF16LE;
    if (offset == 0 && span_starts(in, SPAN("\xFE\xFF")))
        return UTF16BE;
    if ((at = memmem(in.at, in.len, "Event", 5)) != NULL) {
        e = UTF8;
        in.len = (size_t)(at - in.at);
    }
    if ((at = memmem(in.at, in.len, little, 10)) != NULL && (at - in.at) % 2 == 0) {
        e = UTF16LE;
        in.len = (size_t)(at - in.at);
    }
    if ((at = memmem(in.at, in.len, big, 10)) != NULL && (at - in.at) % 2 == 0)
        e = UTF16BE;
    return e;
}

static size_t unit_of(enum encoding e)
{
    return e == UTF16LE || e == UTF16BE ? 2 : 1;
}

/* One byte a unit: ASCII as it is, everything else a byte that means nothing. */
static uint8_t *narrow(struct span in, enum encoding e)
{
    size_t low = e == UTF16LE ? 0 : 1, high = 1 - low;
    uint8_t *out = memory_get(in.len / 2 + 1);

    for (size_t i = 0; i < in.len / 2; i++) {
        uint8_t c = in.at[2 * i + low];

        out[i] = in.at[2 * i + high] || c >= 0x80 ? 0xBF : c;
    }
    return out;
}

static void swap(uint8_t *out, struct span in)
{
    for (size_t i = 0; i + 1 < in.len; i += 2) {
        out[i] = in.at[i + 1];
        out[i + 1] = in.at[i];
    }
}

/* ---- sniff and cut ---- */

static bool xml_sniff(struct span head)
{
    enum encoding e = encoding_of(head, 0);
    struct span text = head;
    uint8_t *copy = NULL;
    bool is;

    if (e == ENCODING_UNKNOWN)
        return false;
    if (e != UTF8) {
        copy = narrow(head, e);
        text = span_of(copy, head.len / 2);
    }
    if (span_starts(text, SPAN("\xEF\xBB\xBF")))
        text = span_of(text.at + 3, text.len - 3);
    while (text.len && memchr(" \t\r\n\xBF", text.at[0], 5))
        text = span_of(text.at + 1, text.len - 1);
    /* XML inside of JSON is JSON's to unescape; a NUL before it is no text. */
    const uint8_t *at = memchr(text.at, '<', text.len);
    is = at && text.at[0] != '{' && text.at[0] != '['
        && !memchr(text.at, 0, (size_t)(at - text.at))
        && (xml_has_event(text) || (head.len < SNIFF_BYTES && xml_is_empty_export(text)));
    free(copy);
    return is;
}

struct cut_state {
    enum encoding encoding;
};

/* A piece ends where a record begins, or where none can. */
static size_t xml_cut(void *state, struct span bytes, uint64_t offset, bool at_end)
{
    struct cut_state *c = state;
    struct xml_record r;
    uint8_t *copy = NULL;
    enum xml_found found = XML_NONE;
    struct xml_scan s = { .in = bytes };

    if (at_end)
        return bytes.len;
    if (c->encoding == ENCODING_UNKNOWN)
        c->encoding = encoding_of(bytes, offset);
    if (unit_of(c->encoding) == 2) {
        copy = narrow(bytes, c->encoding);
        s.in = span_of(copy, bytes.len / 2);
    }
    size_t n = xml_last_event(s.in);
    if (n == 0) {
        while ((found = xml_next(&s, &r)) == XML_RECORD)
            ;
        n = s.at;
    }
    free(copy);
    if (n > 0)
        return n * unit_of(c->encoding);
    return found == XML_NONE ? bytes.len - bytes.len % 2 : 0;
}

/* Behind the last record that is whole: unlike cut it needs no next one to begin. */
static size_t xml_whole(void *state, struct span bytes, uint64_t offset)
{
    struct cut_state *c = state;
    struct xml_scan s = { .in = bytes };
    struct xml_record r;
    uint8_t *copy = NULL;
    size_t n = 0;

    if (c->encoding == ENCODING_UNKNOWN)
        c->encoding = encoding_of(bytes, offset);
    if (unit_of(c->encoding) == 2) {
        copy = narrow(bytes, c->encoding);
        s.in = span_of(copy, bytes.len / 2);
    }
    while (xml_next(&s, &r) == XML_RECORD)
        n = r.end;
    free(copy);
    return n * unit_of(c->encoding);
}

/* ---- records of a piece ---- */

/* The record's bytes as UTF-8. */
static struct span converted(struct arena *scratch, struct span in, enum encoding e,
                             bool *altered)
{
    bool full = false;

    if (unit_of(e) == 1)
        return in;
    if (e == UTF16BE) {
        uint8_t *little = arena_bytes(scratch, in.len);

        if (!little)
            return SPAN_NONE;
        swap(little, in);
        in.at = little;
    }
    return text_from_utf16le(scratch, in, altered, &full);
}

/* One record: an event for normal, or a loss. */
static void take_record(struct batch *b, struct xml_reader *r, struct span text, bool altered,
                        uint64_t place, uint64_t len)
{
    struct arena_mark before = arena_mark(&b->arena);
    struct event e;
    const char *wrong = span_logged(text) ? xml_read_event(r, text, &e) : "too large for its batch";

    if (wrong) {
        batch_loss(b, place, len, wrong);
        return;
    }
    e.place = place;
    if (altered)
        e.flags |= RECORD_ALTERED;
    normal_event(b, &e, before);
}

/* Takes the record that comes next where it is plain, which needs no search for its
 * end. */
static bool take_plain(struct batch *b, struct xml_reader *r, struct xml_scan *s, uint64_t offset)
{
    struct arena_mark before = arena_mark(&b->arena);
    const uint8_t *at = s->at < s->in.len ? memchr(s->in.at + s->at, '<', s->in.len - s->at) : NULL;
    struct span in = at ? span_of(at, s->in.len - (size_t)(at - s->in.at)) : SPAN_EMPTY;
    struct event e;
    size_t len;

    if (!span_starts(in, SPAN("<Event ")) && !span_starts(in, SPAN("<Event>")))
        return false;
    if ((len = xml_read_plain(r, in, &e)) == 0)
        return false;
    e.place = offset + (size_t)(at - s->in.at);
    s->at = (size_t)(at - s->in.at) + len;
    normal_event(b, &e, before);
    return true;
}

static void xml_decode(const struct piece *p, struct batch *b)
{
    enum encoding e = encoding_of(p->bytes, p->offset);
    size_t unit = unit_of(e);
    struct xml_scan s = { .in = p->bytes, .at_end = true };
    struct xml_record found;
    struct xml_reader *r = xml_reader_open(b);
    struct arena scratch = { 0 };
    uint8_t *copy = NULL;

    if (unit == 2) {
        copy = narrow(p->bytes, e);
        s.in = span_of(copy, p->bytes.len / 2);
    }
    arena_init(&scratch, SCRATCH_BYTES_MAX);
    struct arena_mark empty = arena_mark(&scratch);
    for (;;) {
        if (e == UTF8 && take_plain(b, r, &s, p->offset))
            continue;
        if (xml_next(&s, &found) != XML_RECORD)
            break;
        size_t start = found.start * unit, len = (found.end - found.start) * unit;
        bool altered = false;

        if (found.wrong) {
            batch_loss(b, p->offset + start, len,
                       found.cut && p->last ? "cut at the end of the file" : found.wrong);
            continue;
        }
        struct span text = converted(&scratch, span_of(p->bytes.at + start, len), e, &altered);
        take_record(b, r, text, altered, p->offset + start, len);
        arena_rewind(&scratch, empty);
    }
    xml_reader_close(r);
    arena_clear(&scratch);
    free(copy);
}

const struct decoder xml_decoder = {
    .name = "xml",
    .sniff = xml_sniff,
    .cut = xml_cut,
    .cut_bytes = sizeof(struct cut_state),
    .whole = xml_whole,
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = xml_decode,
};
