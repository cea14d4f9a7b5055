/* Files of JSON: an object a line ("jsonl"), or arrays and objects written any
 * other way ("json"), in UTF-8 or UTF-16.
 *
 * Both decode alike, record after record, and differ in where a piece may end:
 * at a line end, or where the bytes say that a record does.  A damaged record
 * costs what stands before the next place that can begin one.  The surprise: of
 * an object that wraps the records (`{"hits": {"hits": [...`) only the first
 * piece has the head and the last the tail; a piece in between is just records
 * and commas, so the outermost brackets mean nothing here. */
#include "ingest/decoder.h"

#include "ingest/json.h"
#include "ingest/json_cut.h"
#include "ingest/json_walk.h"
#include "ingest/lines.h"

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (8u << 20)
#define WIDE_BYTES_MAX (4 * PIECE_BYTES_MAX) /* a piece of UTF-16 as UTF-8 */
#define LOSSES_MAX 1000                      /* of one piece; behind them whole lines go */

struct file {
    struct form *form;
    struct batch *batch;
    struct places places;
    const uint8_t *text, *at, *end;
    bool lines;     /* a record a line */
    bool last;      /* nothing follows the piece */
    bool commented; /* a comment was noted */
    unsigned losses;
    const uint8_t *object, *line; /* found ahead: no other is before them */
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == 0x1e; /* RS of RFC 7464 */
}

static const uint8_t *line_end(const uint8_t *at, const uint8_t *end)
{
    const uint8_t *lf = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

    return lf ? lf + 1 : end;
}

static const uint8_t *skip_space(const uint8_t *at, const uint8_t *end)
{
    while (at < end && is_space(*at))
        at++;
    return at;
}

/* The next line, behind the one at `at`, that begins with an object (or an array)
 * not further in than `indent`. */
static const uint8_t *next_object_line(const uint8_t *at, const uint8_t *end, size_t indent)
{
    while ((at = line_end(at, end)) < end) {
        const uint8_t *p = at;

        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        if (p < end && (*p == '{' || *p == '[') && (size_t)(p - at) <= indent)
            return at;
    }
    return end;
}

/* Where another record may begin on the same line: `},{"`. */
static const uint8_t *next_object(const uint8_t *at, const uint8_t *end)
{
    for (; at < end && (at = memchr(at, '}', (size_t)(end - at))) != NULL; at++) {
        const uint8_t *p = skip_space(at + 1, end);

        if (p == end || *p != ',')
            continue;
        p = skip_space(p + 1, end);
        if (p == end || *p != '{')
            continue;
        const uint8_t *open = p;
        p = skip_space(p + 1, end);
        if (p < end && *p == '"')
            return open;
    }
    return end;
}

/* What may begin a record behind damage in the middle of a line.  Both are sought
 * once for all damage before them, so that the time stays linear. */
static const uint8_t *next_on_line(struct file *f, const uint8_t *at)
{
    if (!f->line || f->line < at)
        f->line = next_object_line(at, f->end, SIZE_MAX);
    if (f->losses >= LOSSES_MAX)
        return f->line;
    if (!f->object || f->object < at)
        f->object = next_object(at, f->end);
    return f->object < f->line ? f->object : f->line;
}

/* Where reading goes on behind a record that began at `start` and broke at `at`. */
static const uint8_t *after_damage(struct file *f, const uint8_t *start, const uint8_t *at)
{
    const uint8_t *line = start;

    if (f->losses >= FORM_LOSSES_MAX)
        return f->end;
    if (f->lines)
        return f->losses < LOSSES_MAX ? line_end(start, f->end)
                                      : next_object_line(start, f->end, SIZE_MAX);
    while (line > f->text && (line[-1] == ' ' || line[-1] == '\t'))
        line--;
    if (line == f->text || line[-1] == '\n')
        return next_object_line(start, f->end, (size_t)(start - line));
    return next_on_line(f, at);
}

static void lose(struct file *f, const uint8_t *start, const uint8_t *to, const char *why)
{
    uint64_t place = place_of(&f->places, start);

    if (++f->losses > FORM_LOSSES_MAX)
        why = TOO_MANY_LOSSES;
    batch_loss(f->batch, place, place_of(&f->places, to) - place, why);
    f->at = to;
}

static void take_object(struct file *f)
{
    struct walk w;
    enum walk_end end = json_walk(f->form, span_of(f->at, (size_t)(f->end - f->at)),
                                  &f->places, false, &w);

    switch (end) {
    case WALK_DONE:
        f->at = w.at;
        break;
    case WALK_PAUSED:
        if (f->last)
            lose(f, w.at, f->end, "the JSON ends early");
        f->at = f->end;
        break;
    case WALK_SHORT:
        lose(f, w.start, after_damage(f, w.start, f->end), "the JSON ends early");
        break;
    case WALK_BROKEN:
        lose(f, w.start, after_damage(f, w.start, w.at), w.wrong);
        break;
    }
}

/* `"key": value` outside of any object: what follows the records in an object
 * that wrapped them, or what a damaged record left.  Not a record. */
static bool skip_member(struct file *f)
{
    const char *wrong;
    uint8_t marks;
    const uint8_t *p = json_string_end(f->at + 1, f->end, &marks, &wrong);
    struct json_item it;
    enum json_step step;

    p = p ? skip_space(p + 1, f->end) : f->end;
    if (p == f->end || *p != ':')
        return false;
    struct json j = json_of(span_of(p + 1, (size_t)(f->end - p - 1)));
    while ((step = json_next(&j, &it)) < JSON_DONE)
        ;
    if (step == JSON_DONE)
        f->at = j.at;
    return step == JSON_DONE;
}

/* A line between records that is none and costs none: `Record 12` as evtx_dump
 * writes it before each, and a comment, which is noted once a piece. */
static bool pass_over(struct file *f)
{
    const uint8_t *end = line_end(f->at, f->end), *p;
    struct span line = span_trimmed(span_of(f->at, (size_t)(end - f->at)));

    if (span_starts(line, SPAN("Record "))) {
        for (p = line.at + 7; p < line.at + line.len && *p >= '0' && *p <= '9'; p++)
            ;
        if (line.len == 7 || p < line.at + line.len)
            return false;
    } else if (!span_starts(line, SPAN("#")) && !span_starts(line, SPAN("//"))) {
        return false;
    } else if (!f->commented) {
        batch_note(f->batch, place_of(&f->places, f->at),
                   "a comment line between the JSON objects: passed over, as others may be");
        f->commented = true;
    }
    f->at = end;
    return true;
}

static void take_all(struct file *f)
{
    while ((f->at = skip_space(f->at, f->end)) < f->end) {
        switch (*f->at) {
        case ',': case '[': case ']': case '}': case '\0':
            f->at++;
            break;
        case '{':
            take_object(f);
            break;
        case '"':
            if (!f->lines && skip_member(f))
                break;
            /* fall through */
        default:
            if (pass_over(f))
                break;
            lose(f, f->at, after_damage(f, f->at, f->at), "no JSON object where one must stand");
        }
    }
}

static void decode_lines(const struct piece *p, struct batch *b);
static void decode_any(const struct piece *p, struct batch *b);

static void decode(const struct piece *p, struct batch *b, bool lines)
{
    static const struct span mark = SPAN_INIT("\xEF\xBB\xBF");
    enum width width = width_of(p->bytes);
    struct arena wide;
    bool altered = false, full = false;
    arena_init(&wide, WIDE_BYTES_MAX);
    struct span text = wide_text(&wide, p->bytes, width, &altered, &full);
    struct file f = {
        .batch = b, .text = text.at, .at = text.at, .end = text.at + text.len,
        .lines = lines, .last = p->last,
        .places = places_of(text, width, p->offset, p->offset + p->bytes.len),
    };

    if (full) {
        batch_loss(b, p->offset, p->bytes.len, "too large for its batch");
    } else {
        f.form = form_open(b);
        f.form->piece = p;
        f.form->again = lines ? decode_lines : decode_any;
        f.form->mended = altered; /* it cannot be told in which record */
        if (p->first && span_starts(text, mark)) /* of either width */
            f.at += mark.len;
        take_all(&f);
        form_close(f.form);
    }
    arena_clear(&wide);
}

static void decode_lines(const struct piece *p, struct batch *b)
{
    decode(p, b, true);
}

static void decode_any(const struct piece *p, struct batch *b)
{
    decode(p, b, false);
}

static size_t whole_lines(void *state, struct span bytes, uint64_t offset)
{
    return json_cut_lines(state, bytes, offset, false);
}

const struct decoder jsonl_decoder = {
    .name = "jsonl",
    .sniff = json_sniff_lines,
    .cut = json_cut_lines,
    .whole = whole_lines,
    .cut_bytes = 0,
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = decode_lines,
};

const struct decoder json_decoder = {
    .name = "json",
    .sniff = json_sniff_any,
    .cut = json_cut_any,
    .cut_bytes = sizeof(struct json_cut),
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = decode_any,
};
