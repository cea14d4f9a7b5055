/* CSV with a header row: EvtxECmd's, Splunk's, Kibana's, PowerShell's.
 *
 * RFC 4180, with commas, semicolons or tabs, told by the header; the header's
 * names lead to the same slots as JSON's do.  An empty cell is a field that was
 * not logged: the form has no other way to say so.  Never believes a quote that
 * opens in the middle of a cell.  The surprise: `cut` keeps the header, and each
 * later piece gets it as its prefix. */
#include "ingest/csv.h"

#include "ingest/decoder.h"
#include "ingest/form.h"
#include "ingest/lines.h"
#include "ingest/wide.h"

#include <stdlib.h>

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (4u << 20)
#define WIDE_BYTES_MAX (4 * PIECE_BYTES_MAX)
#define HEADER_BYTES_MAX (16u << 10)
#define ROW_BYTES_MAX (1u << 20)
#define COLUMNS_MAX CSV_CELLS_MAX
#define XML_ROWS_TRIED 16

enum row_end {
    ROW_WHOLE,
    ROW_SHORT,  /* the bytes end inside it */
    ROW_BROKEN, /* something stands behind a closing quote */
    ROW_LONG,   /* longer than a record may be */
};

/* Reads one row; `*at` is then behind its line end.  At most `room` cells are
 * kept, all are counted. */
static enum row_end read_row(const uint8_t **at, const uint8_t *end, uint8_t comma,
                             struct csv_cell *cells, size_t room, size_t *count)
{
    const uint8_t *p = *at, *limit = end;
    bool more = true;

    if ((size_t)(end - p) > record_max(ROW_BYTES_MAX))
        limit = p + record_max(ROW_BYTES_MAX);
    for (*count = 0; more; (*count)++) {
        struct csv_cell c = { .doubled = false };
        const uint8_t *start = p, *stop;

        if (p < limit && *p == '"') {
            start = ++p;
            while ((stop = memchr(p, '"', (size_t)(limit - p))) != NULL && stop + 1 < limit
                   && stop[1] == '"') {
                c.doubled = true;
                p = stop + 2;
            }
            if (!stop)
                return limit < end ? ROW_LONG : ROW_SHORT;
            p = stop + 1;
        } else {
            while (p < limit && *p != comma && *p != '\n')
                p++;
            stop = p > start && p < limit && *p == '\n' && p[-1] == '\r' ? p - 1 : p;
        }
        if (p < limit && *p == '\r' && (p + 1 == limit || p[1] == '\n'))
            p++;
        if (p == limit && limit < end)
            return ROW_LONG;
        if (p == limit) {
            *at = p;
            more = false;
        } else if (*p == '\n') {
            *at = p + 1;
            more = false;
        } else if (*p != comma) {
            return ROW_BROKEN;
        } else {
            p++;
        }
        c.text = span_of(start, (size_t)(stop - start));
        if (*count < room)
            cells[*count] = c;
    }
    return ROW_WHOLE;
}

static const uint8_t *next_line(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *lf = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

    return lf ? lf + 1 : end;
}

/* ---- the header ---- */

struct layout {
    uint8_t comma;
    size_t columns;
    uint16_t slot[COLUMNS_MAX];
};

static bool has_slot(const struct layout *l, unsigned from, unsigned to)
{
    for (size_t i = 0; i < l->columns; i++)
        if (l->slot[i] >= from && l->slot[i] < to)
            return true;
    return false;
}

/* Do these columns speak of events? */
static bool is_ours(const struct layout *l)
{
    bool id = has_slot(l, SLOT_ID, SLOT_COMPUTER);
    bool source = has_slot(l, SLOT_PROVIDER, SLOT_ID)
        || has_slot(l, SLOT_SPLUNK_SOURCE, SLOT_MODULE);
    bool more = has_slot(l, SLOT_COMPUTER, SLOT_TIME) || has_slot(l, SLOT_NESTED, SLOT_MESSAGE);

    if (has_slot(l, SLOT_FLAT + EVENT_ImageLoaded, SLOT_FLAT + EVENT_ImageLoaded + 1)
        || has_slot(l, SLOT_DATA + EVENT_ImageLoaded, SLOT_DATA + EVENT_ImageLoaded + 1)
        || has_slot(l, SLOT_DLL + ECS_PATH, SLOT_DLL + ECS_PATH + 1))
        return true;
    return (id && source && more) || has_slot(l, SLOT_RAW, SLOT_NESTED);
}

/* Splunk's _raw may be anything: then the rows must show what. */
static bool only_raw(const struct layout *l)
{
    return !has_slot(l, SLOT_DATA, SLOT_COMPUTER) && has_slot(l, SLOT_RAW, SLOT_NESTED);
}

/* Where the header row begins. */
static const uint8_t *header_row(const uint8_t *at, const uint8_t *end)
{
    static const struct span type = SPAN_INIT("#TYPE "), mark = SPAN_INIT("\xEF\xBB\xBF");

    if (span_starts(span_of(at, (size_t)(end - at)), mark))
        at += mark.len;
    if (span_starts(span_of(at, (size_t)(end - at)), type)) /* Export-Csv's first line */
        at = next_line(at, end);
    return at;
}

/* Which column of the first rows holds events as XML, in quotes: Get-WinEvent's ToXml, or
 * a column of any name.  False where none does. */
static bool find_xml(struct layout *l, struct span rows)
{
    struct csv_cell cells[COLUMNS_MAX];
    const uint8_t *at = rows.at, *end = rows.at + rows.len;
    size_t count;

    for (int tried = 0; rows.len && at < end && tried < XML_ROWS_TRIED; tried++) {
        const uint8_t *start = at;

        if (read_row(&at, end, l->comma, cells, COLUMNS_MAX, &count) != ROW_WHOLE) {
            at = next_line(start, end);
            continue;
        }
        for (size_t i = 0; i < count && count == l->columns; i++)
            if (span_starts(cells[i].text, SPAN("<Event")) && cells[i].text.len > 6
                && cells[i].text.at[-1] == '"' && memchr("> \t", cells[i].text.at[6], 3)) {
                l->slot[i] = SLOT_RAW;
                return true;
            }
    }
    return false;
}

/* Reads the header row at *at; false where it is none of ours.  `rows` are those of the
 * piece where they don't follow the header. */
static bool read_header(const uint8_t **at, const uint8_t *end, struct span rows,
                        struct layout *l)
{
    static const uint8_t commas[] = { ',', ';', '\t' };
    struct csv_cell cells[COLUMNS_MAX];

    *at = header_row(*at, end);
    for (size_t c = 0; c < sizeof commas; c++) {
        const uint8_t *p = *at;

        l->comma = commas[c];
        if (read_row(&p, end, l->comma, cells, COLUMNS_MAX, &l->columns) != ROW_WHOLE
            || l->columns > COLUMNS_MAX || (size_t)(p - *at) > HEADER_BYTES_MAX)
            continue;
        for (size_t i = 0; i < l->columns; i++)
            l->slot[i] = form_path(NODE_TOP, span_trimmed(cells[i].text)).slot;
        if (is_ours(l)
            || find_xml(l, rows.len ? rows : span_of(p, (size_t)(end - p)))) {
            *at = p;
            return true;
        }
    }
    return false;
}

/* ---- sniff and cut ---- */

static bool csv_sniff(struct span head)
{
    struct arena wide;
    struct layout l;
    bool altered = false, full = false, yes = false;

    arena_init(&wide, WIDE_BYTES_MAX);
    struct span text = wide_text(&wide, head, width_of(head), &altered, &full);
    const uint8_t *at = text.at;
    if (!full && text.len && text.at[0] != '{' && text.at[0] != '[' && text.at[0] != '<'
        && !memchr(text.at, 0, text.len))
        yes = read_header(&at, text.at + text.len, SPAN_NONE, &l)
            && (!only_raw(&l) || memmem(at, (size_t)(text.at + text.len - at), "<Event", 6));
    arena_clear(&wide);
    return yes;
}

struct cut_state {
    bool begun;
    enum width width;
    uint8_t comma;
    size_t header_len;
    uint8_t header[HEADER_BYTES_MAX + 8]; /* as in the file */
};

static struct span csv_prefix(const void *state)
{
    const struct cut_state *c = state;

    return c->header_len ? span_of(c->header, c->header_len) : SPAN_NONE;
}

/* Keeps the header, byte for byte, for the pieces that come. */
static void keep_header(struct cut_state *c, struct span bytes)
{
    struct arena wide;
    struct layout l;
    bool altered = false, full = false;

    c->begun = true;
    c->width = width_of(bytes);
    arena_init(&wide, WIDE_BYTES_MAX);
    struct span text = wide_text(&wide, bytes, c->width, &altered, &full);
    const uint8_t *at = text.at;
    if (!full && read_header(&at, text.at + text.len, SPAN_NONE, &l)) {
        struct places p = places_of(text, c->width, 0, bytes.len);
        uint64_t len = place_of(&p, at);

        if (len <= sizeof c->header) {
            memcpy(c->header, bytes.at, (size_t)len);
            c->header_len = (size_t)len;
            c->comma = l.comma;
        }
    }
    arena_clear(&wide);
}

/* Behind the last whole row. */
static size_t csv_cut(void *state, struct span bytes, uint64_t offset, bool at_end)
{
    struct cut_state *c = state;
    struct span b = bytes;
    uint8_t *copy = NULL;
    size_t count, cut = 0;

    (void)offset;
    if (!c->begun)
        keep_header(c, bytes);
    if (at_end)
        return bytes.len;
    if (c->width != WIDTH_ONE) {
        copy = wide_narrow(bytes, c->width);
        b = span_of(copy, bytes.len / 2);
    }
    for (const uint8_t *at = b.at, *end = b.at + b.len; at < end;) {
        const uint8_t *start = at;
        enum row_end row = read_row(&at, end, c->comma, NULL, 0, &count);

        if (row == ROW_SHORT)
            break;
        if (row == ROW_BROKEN || row == ROW_LONG)
            at = next_line(start, end);
        if (at[-1] == '\n')
            cut = (size_t)(at - b.at);
    }
    free(copy);
    return c->width == WIDTH_ONE ? cut : cut * 2;
}

static size_t csv_whole(void *state, struct span bytes, uint64_t offset)
{
    return csv_cut(state, bytes, offset, false);
}

/* ---- decode ---- */

static void take_row(struct form *f, const struct layout *l, const struct csv_cell *cells,
                     uint64_t place)
{
    form_reset(f);
    for (size_t i = 0; i < l->columns; i++)
        if (cells[i].text.len)
            form_put(f, l->slot[i], (struct form_value){
                .text = cells[i].text,
                .writing = cells[i].doubled ? WRITING_CSV : WRITING_PLAIN });
    form_event(f, place);
}

static void take_rows(struct form *f, const struct layout *l, struct places *places,
                      const uint8_t *at, const uint8_t *end)
{
    struct csv_cell cells[COLUMNS_MAX];
    size_t count;

    while (at < end) {
        const uint8_t *start = at;
        const char *wrong = NULL;
        uint64_t place = place_of(places, start);

        if (*at == '\n' || *at == '\r') {
            at++;
            continue;
        }
        if (f->batch->counts.damaged >= FORM_LOSSES_MAX) {
            batch_loss(f->batch, place, place_of(places, end) - place, TOO_MANY_LOSSES);
            return;
        }
        switch (read_row(&at, end, l->comma, cells, COLUMNS_MAX, &count)) {
        case ROW_WHOLE:
            if (count == l->columns)
                take_row(f, l, cells, place);
            else
                wrong = count < l->columns ? "a CSV row with fewer cells than the header"
                                           : "a CSV row with more cells than the header";
            break;
        case ROW_SHORT:
            at = next_line(start, end);
            wrong = "a CSV row that ends inside quotes";
            break;
        case ROW_BROKEN:
            at = next_line(start, end);
            wrong = "a CSV row whose quotes are broken";
            break;
        case ROW_LONG:
            at = next_line(start, end);
            wrong = record_too_long(ROW_BYTES_MAX);
            break;
        }
        if (wrong)
            batch_loss(f->batch, place, place_of(places, at) - place, wrong);
    }
}

static void csv_decode(const struct piece *p, struct batch *b)
{
    enum width width = width_of(p->prefix.len ? p->prefix : p->bytes);
    struct arena wide;
    struct layout l;
    bool altered = false, full = false;

    arena_init(&wide, WIDE_BYTES_MAX);
    struct span text = wide_text(&wide, p->bytes, width, &altered, &full);
    struct span header = p->prefix.len ? wide_text(&wide, p->prefix, width, &altered, &full)
                                       : text;
    const uint8_t *at = header.at;
    if (full || !header.len || !read_header(&at, header.at + header.len,
                                             p->prefix.len ? text : SPAN_NONE, &l)) {
        batch_loss(b, p->offset, p->bytes.len, full ? "too large for its batch"
                                                    : "a CSV without its header");
    } else {
        struct places places = places_of(text, width, p->offset, p->offset + p->bytes.len);
        struct form *f = form_open(b);

        f->piece = p;
        f->again = csv_decode;
        f->mended = altered;
        take_rows(f, &l, &places, p->prefix.len ? text.at : at, text.at + text.len);
        form_close(f);
    }
    arena_clear(&wide);
}

bool csv_row(struct span head, struct span rows, struct csv_row *out)
{
    const uint8_t *at = head.at, *end = head.at + head.len, *row = rows.at;
    struct layout l;
    size_t names;

    if (!read_header(&at, end, rows, &l))
        return false;
    at = header_row(head.at, end);
    if (read_row(&at, end, l.comma, out->name, CSV_CELLS_MAX, &names) != ROW_WHOLE
        || read_row(&row, rows.at + rows.len, l.comma, out->cell, CSV_CELLS_MAX, &out->cells)
               != ROW_WHOLE
        || out->cells != names)
        return false;
    out->len = (size_t)(row - rows.at);
    while (out->len && (rows.at[out->len - 1] == '\n' || rows.at[out->len - 1] == '\r'))
        out->len--;
    return true;
}

const struct decoder csv_decoder = {
    .name = "csv",
    .sniff = csv_sniff,
    .cut = csv_cut,
    .whole = csv_whole,
    .prefix = csv_prefix,
    .cut_bytes = sizeof(struct cut_state),
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = csv_decode,
};
