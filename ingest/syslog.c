/* Syslog files (RFC 3164 and 5424, and rsyslog's own line) whose lines carry
 * events: Sysmon's XML, JSON of any shape that form_names.c knows, or records of
 * the audit system, as auditd's plugin or the kernel sent them.
 *
 * Lines that carry none are no records and are not counted; of the header before
 * the event only the time is taken, for events that name none themselves.  Never lets
 * one line's event reach into the next.  The surprise: syslog cuts long messages, so
 * an event may end early.  XML that we would keep is kept with what is whole of it,
 * marked as altered; anything else counts as damaged. */
#include "ingest/decoder.h"

#include "ingest/auditd.h"
#include "ingest/form.h"
#include "ingest/json_walk.h"
#include "ingest/lines.h"
#include "ingest/normal.h"
#include "ingest/xml.h"

#include <stdio.h>

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (4u << 20)
#define LINES_TRIED 16
#define BROKEN_MAX 16 /* objects of one line */
#define LEAP_YEARS 9 /* the most from one 29 February to the next, and one */

/* ---- telling ---- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Does the text follow the picture?  `9` is a digit, `_` a digit or a space, `A`
 * a letter, anything else itself. */
static bool follows(struct span s, const char *picture)
{
    size_t len = strlen(picture);

    if (s.len < len)
        return false;
    for (size_t i = 0; i < len; i++) {
        uint8_t c = s.at[i];
        bool ok = picture[i] == '9' ? is_digit(c)
                : picture[i] == '_' ? is_digit(c) || c == ' '
                : picture[i] == 'A' ? (c | 0x20) >= 'a' && (c | 0x20) <= 'z'
                                    : c == (uint8_t)picture[i];

        if (!ok)
            return false;
    }
    return true;
}

/* What follows <PRI>, and 5424's version; SPAN_NONE where those are broken. */
static struct span behind_priority(struct span s)
{
    if (s.len > 2 && s.at[0] == '<' && is_digit(s.at[1])) { /* <PRI>, and 5424's version */
        size_t i = 1;

        while (i < s.len && i < 5 && is_digit(s.at[i]))
            i++;
        if (i == s.len || s.at[i] != '>')
            return SPAN_NONE;
        s = span_of(s.at + i + 1, s.len - i - 1);
        if (follows(s, "9 "))
            s = span_of(s.at + 2, s.len - 2);
    }
    return s;
}

static bool is_syslog_line(struct span s)
{
    s = behind_priority(s);
    return follows(s, "AAA _9 99:99:99 ") || follows(s, "9999-99-99T99:99:99")
        || follows(s, "AAA _9 9999 99:99:99");
}

static struct span take_line(struct span *rest)
{
    const uint8_t *lf = memchr(rest->at, '\n', rest->len);
    struct span line = span_of(rest->at, lf ? (size_t)(lf - rest->at) : rest->len);
    size_t taken = line.len + (lf != NULL);

    *rest = span_of(rest->at + taken, rest->len - taken);
    return line;
}

/* Most lines are syslog's; and each that bears an event, so that XML with a
 * timestamp above it is not taken for it. */
static bool syslog_sniff(struct span head)
{
    unsigned lines = 0, ours = 0;

    if (memchr(head.at, 0, head.len))
        return false;
    while (head.len && lines < LINES_TRIED) {
        struct span line = take_line(&head);
        bool syslog = is_syslog_line(line);

        if (line.len < 2)
            continue;
        if (!syslog && memmem(line.at, line.len, "<Event", 6))
            return false;
        lines++;
        ours += syslog;
    }
    return lines > 0 && ours * 2 > lines;
}

/* ---- decoding ---- */

/* `Oct 22 01:31:04` of a year, in the batch's zone. */
static int64_t in_year(struct batch *b, struct span s, const char *year)
{
    char text[32];
    bool zoned;
    int len = snprintf(text, sizeof text, "%.6s, %.4s @ %.8s", (const char *)s.at, year,
                       (const char *)s.at + 7);

    text[4] = text[4] == ' ' ? '0' : text[4];
    return form_moment_utc(b, span_of(text, (size_t)len), &zoned);
}

/* The latest year in which it is not after the file's own date. */
static int64_t without_year(struct batch *b, struct span s, uint64_t place)
{
    char date[MOMENT_TEXT_MAX], year[16];
    uint64_t now;

    moment_format(b->written, date);
    if (!b->written || !span_number(span_of(date, 4), &now))
        return MOMENT_NONE;
    for (uint64_t y = now + 1; y + LEAP_YEARS > now; y--) { /* 29 February is rare */
        int64_t m;

        snprintf(year, sizeof year, "%04u", (unsigned)y);
        m = in_year(b, s, year);
        if (m != MOMENT_NONE && m <= b->written) {
            batch_assumed(b, ASSUMED_YEAR, place);
            return m;
        }
    }
    return MOMENT_NONE;
}

/* The time that the line's header has. */
static int64_t line_time(struct batch *b, struct span line, uint64_t place, bool *zoned)
{
    struct span s = behind_priority(line);

    *zoned = false;
    if (follows(s, "9999-99-99T99:99:99")) {
        const uint8_t *end = memchr(s.at, ' ', s.len);

        return form_moment_utc(b, span_of(s.at, end ? (size_t)(end - s.at) : s.len), zoned);
    }
    if (follows(s, "AAA _9 9999 99:99:99")) {
        char year[5] = "";
        uint8_t rest[16];

        memcpy(year, s.at + 7, 4);
        memcpy(rest, s.at, 7);
        memcpy(rest + 7, s.at + 12, 8);
        return in_year(b, span_of(rest, 15), year);
    }
    return follows(s, "AAA _9 99:99:99 ") ? without_year(b, s, place) : MOMENT_NONE;
}

struct file {
    struct batch *batch;
    struct form *form;
    struct xml_reader *xml;
    struct audit_group *audit; /* made for the first record */
};

static bool begins_event(struct span s)
{
    static const struct span open = SPAN_INIT("<Event");

    return span_starts(s, open) && s.len > open.len
        && memchr("> \t/", s.at[open.len], 4) != NULL;
}

static void take_xml(struct file *f, struct span line, struct span event, uint64_t place,
                     bool whole)
{
    struct arena_mark before = arena_mark(&f->batch->arena);
    struct event e;

    if (!f->xml)
        f->xml = xml_reader_open(f->batch);
    const char *wrong = xml_read(f->xml, event, &e);
    if (!wrong && !whole && !(e.has_id && normal_wants(e.Provider, e.Channel, e.id))) {
        arena_rewind(&f->batch->arena, before);
        wrong = "an event that ends with its line";
    }
    if (wrong) {
        batch_loss(f->batch, place, event.len, wrong);
        return;
    }
    e.place = place;
    if (e.logged == MOMENT_NONE) {
        bool zoned;

        e.logged = line_time(f->batch, line, place, &zoned);
        if (e.logged != MOMENT_NONE && !zoned && !e.value[EVENT_UtcTime].len) {
            e.flags |= RECORD_ZONE_ASSUMED;
            batch_assumed(f->batch, ASSUMED_ZONE, place);
        }
    }
    normal_event(f->batch, &e, before);
}

/* Each event of a line; false where `<Event` begins none.  `from` is where the first
 * may begin. */
static bool take_events(struct file *f, struct span line, const uint8_t *from, uint64_t place)
{
    static const struct span close = SPAN_INIT("</Event>");
    const uint8_t *end = line.at + line.len;
    bool any = false;

    while (from && from < end) {
        struct span event = span_of(from, (size_t)(end - from));

        if (begins_event(event)) {
            const uint8_t *last = memmem(event.at, event.len, close.at, close.len);

            if (last)
                event.len = (size_t)(last - event.at) + close.len;
            take_xml(f, line, event, place + (uint64_t)(from - line.at), last != NULL);
            any = true;
        } else {
            event.len = 1;
        }
        from += event.len;
        from = memmem(from, (size_t)(end - from), "<Event", 6);
    }
    return any;
}

/* The next brace with a key behind it; NULL. */
static const uint8_t *next_object(const uint8_t *at, const uint8_t *end)
{
    for (; at < end && (at = memchr(at, '{', (size_t)(end - at))) != NULL; at++) {
        const uint8_t *key = at + 1;

        while (key < end && (*key == ' ' || *key == '\t'))
            key++;
        if (key < end && *key == '"')
            return at;
    }
    return NULL;
}

/* Does what can be read of a broken object say that it is an event of ours? */
static bool speaks_of_event(const struct form *f, struct span object)
{
    return form_names_event(f) || form_first(f, SLOT_DATA, EVENT_FIELD_COUNT) != SLOT_NONE
        || memmem(object.at, object.len, "Microsoft-Windows-Sysmon", 24);
}

static void take_object(struct file *f, struct span line, uint64_t place, const uint8_t *at)
{
    if (form_first(f->form, SLOT_TIME, SLOT_RAW - SLOT_TIME) == SLOT_NONE)
        f->form->around = line_time(f->batch, line, place, &f->form->around_zoned);
    form_event(f->form, place + (uint64_t)(at - line.at));
    f->form->around = MOMENT_NONE;
}

/* Each object of a line that says that it is an event, whatever stands around it.  One
 * that breaks is damage unless an event is found behind where it seemed to begin. */
static void take_json(struct file *f, struct span line, uint64_t place)
{
    const uint8_t *at = line.at, *end = line.at + line.len, *lost = NULL;
    const char *why = NULL;
    unsigned broken = 0; /* each costs as much as the line is long */

    while (broken < BROKEN_MAX && (at = next_object(at, end)) != NULL) {
        struct span object = span_of(at, (size_t)(end - at));
        struct walk w;

        form_reset(f->form);
        if (json_fill(f->form, object, NODE_TOP, &w) == WALK_DONE) {
            if (form_names_event(f->form)) {
                take_object(f, line, place, at);
                lost = NULL;
            }
            at = w.at;
            continue;
        }
        if (!lost && speaks_of_event(f->form, object)) {
            lost = at;
            why = w.wrong ? w.wrong : "the JSON ends with its line: syslog cuts long ones";
        }
        at++;
        broken++;
    }
    if (lost)
        batch_loss(f->batch, place + (uint64_t)(lost - line.at), (uint64_t)(end - lost), why);
    form_reset(f->form);
}

/* False where the line is none. */
static bool take_audit(struct file *f, struct span line, uint64_t place)
{
    struct audit_head h;

    if (!memmem(line.at, line.len, "audit", 5))
        return false;
    switch (audit_line(line, true, &h)) {
    case AUDIT_NOTHING:
        if (!memmem(line.at, line.len, "audit_lost=", 11))
            return false;
        if (!f->audit)
            f->audit = audit_group_open(f->batch);
        return audit_group_kernel(f->audit, line, place);
    case AUDIT_BROKEN:
        batch_loss(f->batch, place, line.len, "an audit record without its number: journald's "
                   "short form leaves it out; export with `journalctl -o json`");
        return true;
    case AUDIT_RECORD:
        break;
    }
    if (!f->audit)
        f->audit = audit_group_open(f->batch);
    audit_group_take(f->audit, &h, place);
    return true;
}

static void syslog_decode(const struct piece *p, struct batch *b)
{
    struct file f = { .batch = b, .form = form_open(b) };
    struct span rest = p->bytes;

    while (rest.len) {
        uint64_t place = p->offset + (uint64_t)(rest.at - p->bytes.at);

        if (b->counts.damaged >= FORM_LOSSES_MAX) {
            batch_loss(b, place, rest.len, TOO_MANY_LOSSES);
            break;
        }
        struct span line = take_line(&rest);
        const uint8_t *event = memmem(line.at, line.len, "<Event", 6);
        if (event && take_events(&f, line, event, place))
            continue;
        if (line.len && !take_audit(&f, line, place))
            take_json(&f, line, place);
    }
    if (f.audit)
        audit_group_end(f.audit);
    xml_reader_close(f.xml);
    form_close(f.form);
}

const struct decoder syslog_decoder = {
    .name = "syslog",
    .sniff = syslog_sniff,
    .cut = audit_cut,
    .cut_bytes = sizeof(struct audit_cut),
    .whole = audit_whole,
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = syslog_decode,
    .follow = audit_follow,
    .follow_bytes = AUDIT_FOLLOW_BYTES,
    .follow_end = audit_follow_end,
    .chains = true,
};
