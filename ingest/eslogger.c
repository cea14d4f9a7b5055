/* Endpoint Security's events, as eslogger prints them, into loads, processes and
 * context.
 *
 * A load is an mmap with PROT_EXEC of a file that is not the process's own image.
 * A process is (pid, pidversion), which every event says itself: nothing is
 * remembered from line to line but what the notes need.  The surprise: the event
 * says how the process is signed and nothing of the mapped file's signature, so
 * these facts go beside the load and never into its Signed. */
#include "core/text.h"
#include "ingest/decoder.h"
#include "ingest/eslogger.h"
#include "ingest/json_cut.h"
#include "ingest/lines.h"
#include "ingest/normal.h"

#include <stdio.h>

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (8u << 20)
#define PROT_EXEC_BIT 4u
#define SNIFFED_LINES 4

static bool eslogger_sniff(struct span head)
{
    struct es_event e;

    for (int i = 0; head.len && i < SNIFFED_LINES; i++) {
        struct span line = span_trimmed(line_take(&head));

        if (line.len && line.at[0] == '{' && !es_read(line, &e) && e.envelope)
            return true;
    }
    return false;
}

/* ---- lines ---- */

static void take_other(struct es_file *f, const char *how)
{
    struct arena_mark before = arena_mark(&f->b->arena);
    const struct other *others = f->b->others;
    uint8_t name[40];
    char text[80];
    bool full = false, altered = false;
    struct span key = json_name(name, sizeof name, f->e->name);
    struct origin o = es_origin(f);

    snprintf(text, sizeof text, "eslogger %.*s%s", key.len ? (int)key.len : 5,
             key.len ? (const char *)key.at : "event", how);
    struct span Provider = arena_copy(&f->b->arena, span_text(text), &full);
    Provider = full ? Provider : text_clean(&f->b->arena, Provider, &altered, &full);
    batch_other(f->b, full ? ES_CHANNEL : Provider, 0);
    if (f->b->others == others) /* a name that was met before */
        arena_rewind(&f->b->arena, before);
    normal_note(f->b, f->host, &o, NOTED_OTHER);
}

static void note_seen(struct es_file *f)
{
    const struct es_event *e = f->e;
    uint64_t number;

    if (!f->seen)
        return;
    f->seen->events++;
    f->seen->maps += e->kind == ES_MMAP;
    f->seen->execs += e->kind == ES_EXEC;
    f->seen->files += e->kind == ES_CREATE || e->kind == ES_CLOSE || e->kind == ES_UNLINK;
    if (es_number(&e->part[ES_EVENT_global_seq_num], &number))
        es_seen_number(f->seen, number, f->place);
    if (es_true(&e->file[ES_FILE_path_truncated])
        || es_true(&e->process.part[ES_PROCESS_path_truncated])
        || es_true(&e->target.part[ES_PROCESS_path_truncated])) {
        if (!f->seen->cut++)
            f->seen->cut_at = f->place;
    }
}

static void take_map(struct es_file *f)
{
    const struct es_event *e = f->e;
    struct span path = e->file[ES_FILE_path].text;
    uint64_t protection;

    if (!es_number(&e->part[ES_EVENT_protection], &protection))
        batch_loss(f->b, f->place, 0, "an mmap event without its protection");
    else if (!(protection & PROT_EXEC_BIT))
        take_other(f, " without PROT_EXEC");
    else if (!path.at)
        batch_loss(f->b, f->place, 0, "an mmap event that names no file");
    else if (span_equal(path, e->process.part[ES_PROCESS_path].text))
        take_other(f, " of the process's own image");
    else if (es_emit_load(f) && f->seen)
        f->seen->loads++;
}

static void take_line(struct es_file *f, struct span line, uint64_t place)
{
    struct es_event e;
    const char *wrong = es_read(line, &e);

    f->e = &e;
    f->place = place;
    f->altered = f->full = false;
    if (!wrong && !e.envelope)
        wrong = "a line that is no event of Endpoint Security";
    if (wrong) {
        batch_loss(f->b, place, line.len, wrong);
        return;
    }
    note_seen(f);
    if (f->b->unnamed.len)
        batch_assumed(f->b, ASSUMED_HOST, place);
    switch (e.kind) {
    case ES_MMAP: take_map(f); break;
    case ES_EXEC: es_emit_exec(f); break;
    case ES_CREATE: case ES_UNLINK: es_emit_context(f); break;
    case ES_CLOSE:
        if (es_true(&e.part[ES_EVENT_modified]))
            es_emit_context(f);
        else
            take_other(f, " of a file that was not modified");
        break;
    case ES_OTHER: take_other(f, ""); break;
    }
}

static void eslogger_decode(const struct piece *p, struct batch *b)
{
    struct es_file f = { .b = b, .seen = arena_get(&b->arena, sizeof *f.seen),
                      .host = batch_host(b, SPAN_NONE) };
    struct lines l = lines_of(p, b);

    if (f.seen)
        *f.seen = (struct es_seen){ 0 };
    while (lines_next(&l))
        take_line(&f, l.line, l.place);
    b->left = f.seen;
}

static void eslogger_follow(void *state, struct batch *b, bool last)
{
    struct es_seen *seen = state;

    if (b->left)
        es_seen_add(seen, b->left, b->begin);
    b->left = NULL;
    if (last)
        es_seen_say(seen, b);
}

const struct decoder eslogger_decoder = {
    .name = "eslogger",
    .sniff = eslogger_sniff,
    .cut = json_cut_lines,
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = eslogger_decode,
    .follow = eslogger_follow,
    .follow_bytes = sizeof(struct es_seen),
};
