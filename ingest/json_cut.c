/* Telling JSON by content, and cutting it into pieces without holding the file.
 *
 * Indented JSON is cut where a line is the record's indentation and `{`: no
 * string can hold a line end, so damage never moves such a cut.  What is written
 * on one line is cut by counting brackets outside of strings; where a line ends
 * inside a string, something is damaged, and the string is taken for closed. */
#include "ingest/json_cut.h"

#include "ingest/json_walk.h"

#include <stdlib.h>

#define LINES_TRIED 16
#define ARRAYS_MAX 8 /* around all records */

/* ---- telling ---- */

static struct span from(struct span s, const uint8_t *at)
{
    return span_of(at, (size_t)(s.at + s.len - at));
}

static struct span after_space(struct span s)
{
    while (s.len && memchr(" \t\r\n\x1e", s.at[0], 5)) /* RFC 7464 begins records with RS */
        s = span_of(s.at + 1, s.len - 1);
    return s;
}

/* Behind the brackets of arrays of arrays, which are counted. */
static struct span after_brackets(struct span s, unsigned *count)
{
    for (*count = 0; s.len && s.at[0] == '[' && *count < ARRAYS_MAX; ++*count)
        s = after_space(span_of(s.at + 1, s.len - 1));
    return s;
}

static struct span after_mark(struct span s)
{
    if (span_starts(s, SPAN("\xEF\xBB\xBF")))
        s = span_of(s.at + 3, s.len - 3);
    if (s.len && s.at[0] == 0xBF) /* narrowed */
        s = span_of(s.at + 1, s.len - 1);
    return after_space(s);
}

static enum walk_end probe(struct form *f, struct span text, struct walk *w)
{
    struct places p = places_of(text, WIDTH_ONE, 0, text.len);

    return json_walk(f, text, &p, true, w);
}

/* One object and nothing else but a comma on the line. */
static bool is_object_line(struct form *f, struct span line)
{
    struct walk w;

    line = after_space(line);
    if (!line.len || line.at[0] != '{' || probe(f, line, &w) == WALK_BROKEN || w.at == line.at)
        return false;
    if (w.wrapped) /* the wrapper may fill the line, or the file */
        return false;
    struct span rest = after_space(from(line, w.at));
    if (rest.len && rest.at[0] == ',')
        rest = after_space(from(rest, rest.at + 1));
    if (rest.len && rest.at[0] == ']')
        rest = after_space(from(rest, rest.at + 1));
    return rest.len == 0 && w.records > 0;
}

/* An object may begin here: a brace, and on its line a key. */
static bool is_object_start(struct span s)
{
    size_t i = 1;

    if (!s.len || s.at[0] != '{')
        return false;
    while (i < s.len && (s.at[i] == ' ' || s.at[i] == '\t'))
        i++;
    return i < s.len && s.at[i] == '"';
}

static bool lines_in(struct form *f, struct span s)
{
    unsigned arrays;

    s = after_brackets(after_mark(s), &arrays);
    if (!is_object_start(s))
        return false;
    for (int i = 0; i < LINES_TRIED && s.len; i++) {
        const uint8_t *end = memchr(s.at, '\n', s.len);
        struct span line = span_of(s.at, end ? (size_t)(end - s.at) : s.len);

        if (line.at[0] == '{' && is_object_line(f, line))
            return true;
        s = end ? from(s, end + 1) : SPAN_EMPTY;
    }
    return false;
}

static bool any_in(struct form *f, struct span s)
{
    struct walk w;
    unsigned arrays;

    s = after_brackets(after_mark(s), &arrays);
    if (arrays && s.len && s.at[0] == ']')
        return after_space(from(s, s.at + 1)).len == 0;
    if (!s.len || s.at[0] != '{')
        return false;
    enum walk_end end = probe(f, s, &w);
    return end == WALK_DONE || end == WALK_PAUSED || w.members > 0;
}

/* Where the first object stands that names an event and begins its line, perhaps
 * behind the bracket of an array: not behind an <Event> (it could be the text of
 * one) nor behind a NUL (no text).  Every byte is walked once. */
static struct span event_behind(struct form *f, struct span s)
{
    const uint8_t *xml = memmem(s.at, s.len, "<Event", 6), *nul = memchr(s.at, 0, s.len);
    const uint8_t *stop = s.at + s.len;

    if (xml)
        stop = xml;
    if (nul && nul < stop)
        stop = nul;
    while (s.len && s.at < stop) {
        struct span object = after_space(s);
        struct walk w;

        if (object.len && object.at[0] == '[')
            object = after_space(from(object, object.at + 1));
        if (object.len && object.at[0] == '{' && object.at < stop) {
            enum walk_end end = probe(f, object, &w);
            bool names = form_names_event(f);

            if (!names && end == WALK_PAUSED && w.start > object.at) {
                end = probe(f, from(object, w.start), &w);
                names = form_names_event(f);
            }
            if (names && end != WALK_BROKEN)
                return object;
            s = from(object, w.at > object.at ? w.at : object.at + 1);
        } else {
            s = object;
        }
        const uint8_t *lf = s.len ? memchr(s.at, '\n', s.len) : NULL;
        s = lf ? from(s, lf + 1) : SPAN_EMPTY;
    }
    return SPAN_EMPTY;
}

/* Endpoint Security's events (eslogger) are nothing of Windows': such a file is
 * left to whoever reads macOS. */
static bool is_eslogger(struct span s)
{
    static const struct span words[] = { SPAN_INIT("\"global_seq_num\""),
                                         SPAN_INIT("\"event_type\""), SPAN_INIT("\"mach_time\"") };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!memmem(s.at, s.len, words[i].at, words[i].len))
            return false;
    return true;
}

static bool sniff(struct span head, bool (*is)(struct form *f, struct span s))
{
    enum width width = width_of(head);
    uint8_t *copy = width == WIDTH_ONE ? NULL : wide_narrow(head, width);
    struct span s = copy ? span_of(copy, head.len / 2) : head;
    struct span start = after_mark(s);
    bool yes = false;

    if (start.len && (start.at[0] == '{' || start.at[0] == '[') && !is_eslogger(start)) {
        struct batch *b = batch_open(0, 0, 0);
        struct form *f = form_open(b);

        yes = is(f, s);
        form_close(f);
        batch_close(b);
    }
    free(copy);
    return yes;
}

bool json_sniff_lines(struct span head)
{
    return sniff(head, lines_in);
}

bool json_sniff_any(struct span head)
{
    return sniff(head, any_in);
}

enum json_behind json_sniff_behind(struct span head)
{
    enum width width = width_of(head);
    uint8_t *copy = width == WIDTH_ONE ? NULL : wide_narrow(head, width);
    struct span s = copy ? span_of(copy, head.len / 2) : head;
    enum json_behind said = BEHIND_NOTHING;

    if (!is_eslogger(s)) {
        struct batch *b = batch_open(0, 0, 0);
        struct form *f = form_open(b);
        struct span object = event_behind(f, s);

        if (object.len) {
            const uint8_t *lf = memchr(object.at, '\n', object.len);
            struct span line = span_of(object.at, lf ? (size_t)(lf - object.at) : object.len);

            said = is_object_line(f, line) ? BEHIND_LINES : BEHIND_ANY;
        }
        form_close(f);
        batch_close(b);
    }
    free(copy);
    return said;
}

/* ---- cutting ---- */

size_t json_cut_lines(void *state, struct span b, uint64_t offset, bool at_end)
{
    enum width width = width_of(b);

    (void)state, (void)offset;
    if (at_end)
        return b.len;
    if (width == WIDTH_ONE) {
        const uint8_t *lf = memrchr(b.at, '\n', b.len);

        return lf ? (size_t)(lf - b.at) + 1 : 0;
    }
    size_t low = width == WIDTH_LITTLE ? 0 : 1;
    for (size_t i = b.len / 2; i > 0; i--)
        if (b.at[2 * i - 2 + low] == '\n' && b.at[2 * i - 1 - low] == 0)
            return 2 * i;
    return 0;
}

/* Looks at the head of the file: where is the first record, and what is before
 * it on its line? */
static void learn(struct json_cut *c, struct span s, uint64_t offset, size_t unit)
{
    struct batch *b = batch_open(0, 0, 0);
    struct form *f = form_open(b);
    struct span first = after_mark(s);
    const uint8_t *open, *line;
    struct walk w;

    c->way = WAY_COUNTED;
    if (first.len && !any_in(f, s)) {
        struct span object = event_behind(f, s);

        first = object.len ? object : first;
        /* Brackets in the lines before it open nothing. */
        c->counted = offset + (uint64_t)(first.at - s.at) * unit;
    } else if (first.len && first.at[0] == '[') {
        unsigned arrays;

        first = after_brackets(first, &arrays);
        c->around = arrays;
    }
    open = first.at;
    if (first.len && first.at[0] == '{' && probe(f, first, &w) == WALK_PAUSED && w.wrapped) {
        c->around += w.depth;
        open = w.start;
    }
    form_close(f);
    batch_close(b);

    for (line = open; line > s.at && (line[-1] == ' ' || line[-1] == '\t'); line--)
        ;
    c->indent_len = (size_t)(open - line);
    bool alone = open + 1 < s.at + s.len && (open[1] == '\n' || open[1] == '\r');
    if (alone && (line == s.at || line[-1] == '\n' || line == first.at)
        && c->indent_len <= JSON_INDENT_MAX) {
        c->way = WAY_INDENTED;
        memcpy(c->indent, line, c->indent_len);
    }
}

/* The last line, but the first, that begins as records do. */
static size_t cut_indented(const struct json_cut *c, struct span b)
{
    size_t len = b.len;
    const uint8_t *lf;

    while ((lf = memrchr(b.at, '\n', len)) != NULL) {
        struct span line = from(b, lf + 1);

        len = (size_t)(lf - b.at);
        if (line.len > c->indent_len && line.at[c->indent_len] == '{'
            && memcmp(line.at, c->indent, c->indent_len) == 0)
            return len + 1;
    }
    return 0;
}

/* Behind the last record that ends in b.  Bytes counted before are passed over. */
static size_t cut_counted(struct json_cut *c, struct span b, uint64_t offset, size_t unit)
{
    size_t cut = 0;

    for (size_t i = (size_t)(c->counted - offset) / unit; i < b.len; i++) {
        uint8_t x = b.at[i];

        if (c->in_string) {
            if (c->escaped)
                c->escaped = false;
            else if (x == '\\')
                c->escaped = true;
            else if (x == '"' || x == '\n')
                c->in_string = false;
        } else if (x == '"') {
            c->in_string = true;
            c->escaped = false;
        } else if (x == '{' || x == '[') {
            c->depth++;
        } else if (x == '}' || x == ']') {
            c->depth -= c->depth > 0;
            if (x == '}' && c->depth <= c->around)
                cut = i + 1;
        }
    }
    c->counted = offset + b.len * unit;
    return cut;
}

size_t json_cut_any(void *state, struct span bytes, uint64_t offset, bool at_end)
{
    struct json_cut *c = state;
    struct span b = bytes;
    uint8_t *copy = NULL;
    size_t unit = 1, cut;

    if (at_end)
        return bytes.len;
    if (c->way == WAY_UNKNOWN)
        c->width = width_of(bytes);
    if (c->width != WIDTH_ONE) {
        copy = wide_narrow(bytes, c->width);
        b = span_of(copy, bytes.len / 2);
        unit = 2;
    }
    if (c->way == WAY_UNKNOWN)
        learn(c, b, offset, unit);
    cut = c->way == WAY_INDENTED ? cut_indented(c, b) : cut_counted(c, b, offset, unit);
    free(copy);
    return cut * unit;
}
