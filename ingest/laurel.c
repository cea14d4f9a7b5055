/* The audit system's records as JSON lines: LAUREL's, an event a line, and
 * `journalctl -o json` of the journal's audit records, a record a line.
 *
 * Fields go to the same events as audit.log's, so that loads are found by the
 * same rules.  Never guesses: a line that is JSON and none of these is an other.
 * The surprise: LAUREL has decoded what the kernel wrote in hexadecimal, so its
 * texts stand as if quoted; but of a `%`, a `+`, control bytes and bytes that are no
 * UTF-8 it writes each as %2b, which is taken back here. */
#include "ingest/auditd.h"
#include "ingest/decoder.h"
#include "ingest/journal.h"
#include "ingest/json.h"
#include "ingest/json_cut.h"
#include "ingest/lines.h"
#include "ingest/normal.h"
#include "ingest/xml.h"

#include "core/text.h"

#include <stdio.h>

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (8u << 20)
#define KEYS_MAX 4 /* levels that are asked for */

/* ---- telling ---- */

static bool is_type_name(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.at[i] >= 'A' && s.at[i] <= 'Z') || s.at[i] == '_'))
            return false;
    return s.len > 2;
}

/* What the members of the first object say. */
struct told {
    bool id, records, audit_id, journal;
};

static struct told tell(struct span head)
{
    struct told t = { 0 };
    struct audit_head h;
    struct json_item it;
    enum json_step step;
    unsigned depth = 0;

    while (head.len && (head.at[0] == '\n' || head.at[0] == '\r'))
        head = span_of(head.at + 1, head.len - 1);
    struct json j = json_of(span_trimmed(line_take(&head)));
    while ((step = json_next(&j, &it)) < JSON_DONE) {
        if (depth == 1 && it.key.at && step != JSON_CLOSE) {
            t.id |= span_is(it.key, "ID") && step == JSON_VALUE && audit_stamp(it.text, &h);
            t.records |= step == JSON_OPEN && is_type_name(it.key);
            t.audit_id |= span_is(it.key, "_AUDIT_ID") || span_is(it.key, "_AUDIT_TYPE_NAME");
            t.journal |= span_is(it.key, "__REALTIME_TIMESTAMP");
        }
        depth += step == JSON_OPEN;
        depth -= step == JSON_CLOSE;
    }
    if (step != JSON_DONE)
        t = (struct told){ 0 };
    return t;
}

static bool laurel_sniff(struct span head)
{
    struct told t = tell(head);

    return t.id && t.records;
}

static bool journal_sniff(struct span head)
{
    struct told t = tell(head);

    return t.journal;
}

/* ---- LAUREL ---- */

struct file {
    struct batch *b;
    struct audit_group *g;
    struct xml_reader *xml; /* made for the first event that needs it */
    bool altered, full;
};

/* An object being read: the keys above the value at hand. */
struct walk {
    struct audit_event *e;
    struct span key[KEYS_MAX];
    bool array[KEYS_MAX];
    unsigned depth;
    uint32_t index;           /* in the innermost array */
    struct audit_path *path;
};

static struct audit_value text_of(struct file *f, const struct json_item *it)
{
    struct audit_value v = { SPAN_NONE, AUDIT_QUOTED };

    if (it->kind == JSON_STRING)
        v.text = json_text(&f->b->arena, it->text, it->text_marks, &f->altered, &f->full);
    else if (it->kind == JSON_NUMBER)
        v.text = it->text;
    return v;
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %2b as the byte that it stands for; a `%` without two digits stays. */
static size_t unescape(struct span s, uint8_t *out)
{
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        bool byte = s.at[i] == '%' && s.len - i > 2 && hex_digit(s.at[i + 1]) >= 0
            && hex_digit(s.at[i + 2]) >= 0;

        out[len++] = byte ? (uint8_t)(hex_digit(s.at[i + 1]) * 16 + hex_digit(s.at[i + 2]))
                          : s.at[i];
        i += byte ? 2 : 0;
    }
    return len;
}

/* The text that was audited. */
static struct audit_value laurel_text(struct file *f, const struct json_item *it)
{
    struct arena *a = &f->b->arena;
    struct audit_value v = text_of(f, it);
    uint8_t *bytes;

    if (!v.text.len || !memchr(v.text.at, '%', v.text.len))
        return v;
    if (!(bytes = arena_bytes(a, v.text.len))) {
        f->full = true;
        return v;
    }
    size_t len = unescape(v.text, bytes);
    arena_trim(a, bytes, len);
    v.text = text_clean(a, span_of(bytes, len), &f->altered, &f->full);
    return v;
}

static void take_value(struct file *f, struct walk *w, const struct json_item *it)
{
    struct audit_event *e = w->e;
    struct span type = w->key[1], name = it->key;

    if (it->kind != JSON_STRING && it->kind != JSON_NUMBER)
        return;
    if (span_is(type, "SYSCALL") && w->depth == 2) {
        audit_call_field(e, name, laurel_text(f, it));
    } else if (span_is(type, "SYSCALL") && w->depth == 3 && span_is(w->key[2], "ARGV")) {
        if (w->index < 4)
            e->argument[w->index] = laurel_text(f, it).text;
    } else if (span_is(type, "CWD") && w->depth == 2 && span_is(name, "cwd")) {
        e->cwd = laurel_text(f, it);
    } else if (span_is(type, "EXECVE") && w->depth == 3 && span_is(w->key[2], "ARGV")) {
        audit_argument_add(e, (uint64_t)(w->index + 1) << 32, laurel_text(f, it), &f->b->arena);
    } else if (span_is(type, "EXECVE") && w->depth == 2 && span_is(name, "ARGV_STR") && !e->argv) {
        audit_argument_add(e, UINT64_C(1) << 32, laurel_text(f, it), &f->b->arena);
    } else if (span_is(type, "EXECVE") && w->depth == 3 && span_is(w->key[2], "ENV")) {
        /* As a shell writes it: LD_PRELOAD=/tmp/x.so command */
        struct audit_value v = laurel_text(f, it), name_of = { name, AUDIT_QUOTED };
        audit_argument_add(e, 0, name_of, &f->b->arena);
        audit_argument_add(e, 1, (struct audit_value){ SPAN("="), AUDIT_QUOTED }, &f->b->arena);
        audit_argument_add(e, 2, v, &f->b->arena);
    } else if (span_is(type, "PATH") && w->path && w->depth == 3) {
        audit_path_field(w->path, name, laurel_text(f, it));
    } else if (span_is(type, "MMAP") && w->depth >= 2) {
        e->has_mmap = true;
        audit_map_field(e, name, laurel_text(f, it));
    }
}

static void take_open(struct file *f, struct walk *w, const struct json_item *it)
{
    if (w->depth < KEYS_MAX) {
        w->key[w->depth] = it->key;
        w->array[w->depth] = it->kind == JSON_ARRAY;
    }
    w->depth++;
    w->index = 0;
    if (w->depth == 2 && span_is(it->key, "SYSCALL"))
        w->e->has_syscall = true;
    if (w->depth == 3 && span_is(w->key[1], "PATH"))
        w->path = audit_path_new(w->e, &f->b->arena);
}

/* ID and NODE, which may stand anywhere in the object; the first type of record. */
static bool laurel_head(struct file *f, struct span line, struct audit_head *h)
{
    struct json j = json_of(line);
    struct json_item it;
    enum json_step step;
    unsigned depth = 0;
    bool id = false;

    *h = (struct audit_head){ .node = SPAN_NONE, .type = SPAN("LAUREL") };
    while ((step = json_next(&j, &it)) < JSON_DONE) {
        if (depth == 1 && step == JSON_VALUE && span_is(it.key, "ID") && !id)
            id = audit_stamp(it.text, h);
        else if (depth == 1 && step == JSON_VALUE && span_is(it.key, "NODE"))
            h->node = text_of(f, &it).text;
        else if (depth == 1 && step == JSON_OPEN && span_is(h->type, "LAUREL")
                 && is_type_name(it.key))
            h->type = it.key;
        depth += step == JSON_OPEN;
        depth -= step == JSON_CLOSE;
    }
    return step == JSON_DONE && id;
}

static void laurel_line(struct file *f, struct span line, uint64_t place)
{
    struct audit_head h;
    struct json_item it;
    enum json_step step;

    if (!laurel_head(f, line, &h)) {
        batch_loss(f->b, place, line.len, "a line that is no LAUREL event");
        return;
    }
    struct walk w = { .e = audit_group_event(f->g, &h, place) };
    struct json j = json_of(line);
    if (!w.e)
        return;
    while ((step = json_next(&j, &it)) < JSON_DONE) {
        if (step == JSON_OPEN) {
            take_open(f, &w, &it);
        } else if (step == JSON_CLOSE) {
            w.depth -= w.depth > 0;
        } else if (w.depth <= KEYS_MAX) {
            take_value(f, &w, &it);
            w.index++;
        }
    }
    audit_name_call(w.e);
    if (f->altered)
        w.e->flags |= RECORD_ALTERED;
    w.e->full |= f->full;
}

/* ---- the journal ---- */

/* Sysmon for Linux writes its events as XML into the journal. */
static bool take_sysmon(struct file *f, struct span message, struct span host, uint64_t place)
{
    struct arena_mark before = arena_mark(&f->b->arena);
    struct event e;

    if (!span_starts(message, SPAN("<Event>")) && !span_starts(message, SPAN("<Event ")))
        return false;
    if (!f->xml)
        f->xml = xml_reader_open(f->b);
    const char *wrong = xml_read(f->xml, message, &e);
    if (wrong) {
        batch_loss(f->b, place, 0, wrong);
        return true;
    }
    e.place = place;
    e.Computer = e.Computer.len ? e.Computer : host;
    normal_event(f->b, &e, before);
    return true;
}

static void journal_line(struct file *f, struct span line, uint64_t place)
{
    struct json j = json_of(line);
    struct json_item it;
    enum json_step step;
    unsigned depth = 0;
    struct audit_head h = { .node = SPAN_NONE, .type = SPAN_NONE, .time = MOMENT_NONE }, in;
    struct span message = SPAN_NONE;
    uint64_t n;
    const uint8_t *array = NULL;
    bool id = false, ours = false, left_out = false;

    while ((step = json_next(&j, &it)) < JSON_DONE) {
        if (step == JSON_OPEN && depth == 1 && it.kind == JSON_ARRAY && span_is(it.key, "MESSAGE"))
            array = j.at;
        if (step == JSON_CLOSE && depth == 2 && array) {
            message = journal_text(&f->b->arena, span_of(array, (size_t)(j.at - array)),
                                   &f->altered, &f->full);
            array = NULL;
        }
        if (depth == 1 && step == JSON_VALUE) {
            if (span_is(it.key, "MESSAGE")) {
                message = text_of(f, &it).text;
                left_out = it.kind == JSON_NULL;
            } else if (span_is(it.key, "SYSLOG_IDENTIFIER"))
                ours = journal_is_ours(it.text);
            else if (span_is(it.key, "_HOSTNAME"))
                h.node = text_of(f, &it).text;
            else if (span_is(it.key, "_AUDIT_TYPE_NAME"))
                h.type = text_of(f, &it).text;
            else if (span_is(it.key, "_AUDIT_ID"))
                id = audit_number(it.text, false, &h.serial);
            else if (span_is(it.key, "_SOURCE_REALTIME_TIMESTAMP")
                     && audit_number(it.text, false, &n) && n < INT64_MAX)
                h.time = (int64_t)n;
        }
        depth += step == JSON_OPEN;
        depth -= step == JSON_CLOSE;
    }
    if (step != JSON_DONE) {
        batch_loss(f->b, place, line.len, "a line that is no JSON object");
        return;
    }
    if (left_out && (id || ours)) {
        batch_loss(f->b, place, line.len,
                   "a message too long for journalctl, which left it out: export with journalctl --all");
        return;
    }
    if (id && h.type.at && message.at && h.time != MOMENT_NONE) {
        h.body = message; /* `SYSCALL arch=...` */
        if (span_starts(message, h.type))
            h.body = span_of(message.at + h.type.len, message.len - h.type.len);
        audit_group_take(f->g, &h, place);
    } else if (message.at && audit_line(message, true, &in) == AUDIT_RECORD) {
        in.node = in.node.at ? in.node : h.node;
        audit_group_take(f->g, &in, place);
    } else if (!take_sysmon(f, message, h.node, place)) {
        batch_other(f->b, SPAN("journal"), 0);
    }
}

/* ---- both ---- */

static void decode(const struct piece *p, struct batch *b,
                   void (*take)(struct file *, struct span, uint64_t))
{
    struct file f = { .b = b, .g = audit_group_open(b) };
    struct lines l = lines_of(p, b);

    while (lines_next(&l)) {
        f.altered = f.full = false;
        take(&f, l.line, l.place);
    }
    audit_group_end(f.g);
    xml_reader_close(f.xml);
}

static void laurel_decode(const struct piece *p, struct batch *b)
{
    decode(p, b, laurel_line);
}

static void journal_decode(const struct piece *p, struct batch *b)
{
    decode(p, b, journal_line);
}

const struct decoder laurel_decoder = {
    .name = "laurel",
    .sniff = laurel_sniff,
    .cut = json_cut_lines,
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = laurel_decode,
    .follow = audit_follow,
    .follow_bytes = AUDIT_FOLLOW_BYTES,
    .follow_end = audit_follow_end,
    .chains = true,
};

const struct decoder journal_decoder = {
    .name = "journal",
    .sniff = journal_sniff,
    .cut = audit_cut,
    .cut_bytes = sizeof(struct audit_cut),
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = journal_decode,
    .follow = audit_follow,
    .follow_bytes = AUDIT_FOLLOW_BYTES,
    .follow_end = audit_follow_end,
    .chains = true,
};
