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
#include "ingest/normal.h"

#include <inttypes.h>
#include <stdio.h>

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (8u << 20)
#define LOSSES_MAX 10000
#define PROT_EXEC_BIT 4u
#define NOBODY UINT32_MAX /* auid and pid that are not set */
#define SNIFFED_LINES 4

/* A piece being decoded. */
struct file {
    struct batch *b;
    struct es_seen *seen; /* in the batch's arena; NULL where that is full */
    struct span host;
    const struct es_event *e;
    uint64_t place;
    bool altered, full;
};

static struct span next_line(struct span *rest)
{
    const uint8_t *lf = memchr(rest->at, '\n', rest->len);
    struct span line = span_of(rest->at, lf ? (size_t)(lf - rest->at) : rest->len);
    size_t taken = line.len + (lf != NULL);

    *rest = span_of(rest->at + taken, rest->len - taken);
    return span_trimmed(line);
}

static bool eslogger_sniff(struct span head)
{
    struct es_event e;

    for (int i = 0; head.len && i < SNIFFED_LINES; i++) {
        struct span line = next_line(&head);

        if (line.len && line.at[0] == '{' && !es_read(line, &e) && e.envelope)
            return true;
    }
    return false;
}

/* ---- texts ---- */

static struct span text_of(struct file *f, const struct json_item *item)
{
    if (!item->text.at)
        return SPAN_NONE;
    return json_text(&f->b->arena, item->text, item->text_marks, &f->altered, &f->full);
}

/* A number as it is shown; SPAN_NONE where it is none, or nobody's. */
static struct span id_text(struct file *f, const struct json_item *item)
{
    char text[32];
    uint64_t n;

    if (!es_number(item, &n) || n == NOBODY)
        return SPAN_NONE;
    snprintf(text, sizeof text, "%" PRIu64, n);
    return arena_copy(&f->b->arena, span_text(text), &f->full);
}

/* As auditd writes a mode: in octal, behind a zero. */
static struct span mode_text(struct file *f, const struct json_item *item)
{
    char text[32];
    uint64_t n;

    if (!es_number(item, &n))
        return SPAN_NONE;
    snprintf(text, sizeof text, "0%" PRIo64, n);
    return arena_copy(&f->b->arena, span_text(text), &f->full);
}

static int64_t pid_of(const struct json_item *item)
{
    uint64_t n;

    return es_number(item, &n) && n < NOBODY ? (int64_t)n : -1;
}

/* `PID-PIDVERSION` */
static struct span guid_of(struct file *f, const struct json_item *pid,
                           const struct json_item *version)
{
    char text[48];
    uint64_t p, v;

    if (!es_number(pid, &p) || !es_number(version, &v))
        return SPAN_NONE;
    snprintf(text, sizeof text, "%" PRIu64 "-%" PRIu64, p, v);
    return arena_copy(&f->b->arena, span_text(text), &f->full);
}

/* Copies the texts of an array, each with a space behind it, to `out` where that is
 * not NULL; how many bytes they are.  Of an environment only dyld's words. */
static size_t put_texts(struct file *f, struct span array, const char *begin, uint8_t *out)
{
    struct json j = json_of(array);
    struct json_item item;
    enum json_step step;
    size_t len = 0;

    while (array.at && (step = json_next(&j, &item)) < JSON_DONE && (step != JSON_CLOSE || j.depth)) {
        if (step != JSON_VALUE || item.kind != JSON_STRING || j.depth != 1
            || !span_starts(item.text, span_text(begin)))
            continue;
        struct arena_mark before = arena_mark(&f->b->arena);
        struct span text = text_of(f, &item);

        if (out && text.len)
            memcpy(out + len, text.at, text.len);
        len += text.len;
        if (out)
            out[len] = ' ';
        len++;
        arena_rewind(&f->b->arena, before);
    }
    return len;
}

/* The arguments, and before them what was given to dyld, as a shell writes it. */
static struct span command_line(struct file *f)
{
    const struct es_event *e = f->e;
    size_t room = put_texts(f, e->env, "DYLD_", NULL) + put_texts(f, e->args, "", NULL), len;
    uint8_t *out;

    if (!room || f->full)
        return SPAN_NONE;
    if (!(out = arena_bytes(&f->b->arena, room))) {
        f->full = true;
        return SPAN_NONE;
    }
    len = put_texts(f, e->env, "DYLD_", out);
    put_texts(f, e->args, "", out + len);
    return span_of(out, room - 1);
}

/* ---- how the process is signed ---- */

static void put_word(char *out, size_t size, const char *word)
{
    size_t used = strlen(out);

    snprintf(out + used, size - used, "%s%s", used ? ", " : "", word);
}

/* codesigning_flags, those that say whose code may run in it. */
static void put_flags(uint64_t flags, char *out, size_t size)
{
    static const struct { uint64_t bit; const char *word; } bits[] = {
        { 0x1, "valid" }, { 0x2, "adhoc" }, { 0x100, "hard" }, { 0x200, "kill" },
        { 0x800, "restrict" }, { 0x2000, "library validation" }, { 0x10000, "hardened runtime" },
        { 0x20000, "linker-signed" },
    };

    out[0] = '\0';
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        if (flags & bits[i].bit)
            put_word(out, size, bits[i].word);
}

/* Texts of evidence are cut: the record has them whole. */
static struct span signing_of(struct file *f, const struct es_process *p)
{
    struct arena_mark before = arena_mark(&f->b->arena);
    struct span id = text_of(f, &p->part[ES_PROCESS_signing_id]);
    struct span team = text_of(f, &p->part[ES_PROCESS_team_id]);
    struct span hash = text_of(f, &p->part[ES_PROCESS_cdhash]);
    char text[512], flags[160] = "";
    uint64_t n = 0;
    bool has = es_number(&p->part[ES_PROCESS_flags], &n), altered = false;

    if (!has && !id.at && !hash.at)
        return SPAN_NONE;
    put_flags(n, flags, sizeof flags);
    snprintf(text, sizeof text, "signing_id %.*s, team_id %.*s%s, cdhash %.*s, flags 0x%" PRIx64
             "%s%s%s", id.len ? (int)(id.len < 100 ? id.len : 100) : 1, id.len ? (const char *)id.at : "-",
             team.len ? (int)(team.len < 40 ? team.len : 40) : 1, team.len ? (const char *)team.at : "-",
             es_true(&p->part[ES_PROCESS_is_platform_binary]) ? ", a platform binary" : "",
             hash.len ? (int)(hash.len < 64 ? hash.len : 64) : 1, hash.len ? (const char *)hash.at : "-",
             n, *flags ? " (" : "", flags, *flags ? ")" : "");
    arena_rewind(&f->b->arena, before);
    uint8_t *copy = arena_bytes(&f->b->arena, strlen(text));
    if (!copy) {
        f->full = true;
        return SPAN_NONE;
    }
    memcpy(copy, text, strlen(text));
    return text_clean(&f->b->arena, span_of(copy, strlen(text)), &altered, &f->full);
}

/* ---- what an event becomes ---- */

static struct origin origin_of(const struct file *f)
{
    struct span time = f->e->part[ES_EVENT_time].text;
    int64_t at = time.at ? moment_parse(time) : MOMENT_NONE;
    uint64_t number = 0;
    bool numbered = es_number(&f->e->part[ES_EVENT_global_seq_num], &number);

    return (struct origin){
        .time = at, .logged = at, .record = number, .place = f->place, .Channel = ES_CHANNEL,
        .flags = (numbered ? RECORD_NUMBERED : 0u) | (f->altered ? RECORD_ALTERED : 0u),
    };
}

static bool too_large(struct file *f)
{
    batch_loss(f->b, f->place, 0, "the record is too large for its batch");
    return false;
}

static void count(struct file *f, const struct origin *o, enum noted what)
{
    f->b->counts.records++;
    normal_note(f->b, f->host, o, what);
}

static bool take_load(struct file *f)
{
    const struct es_process *p = &f->e->process;
    const struct json_item *file = f->e->file;
    struct batch *b = f->b;
    struct load x = {
        .platform = PLATFORM_MACOS,
        .resolution = RESOLUTION_EXACT,
        .ProcessId = pid_of(&p->part[ES_PROCESS_pid]),
        .Computer = f->host,
        .User = id_text(f, &p->part[ES_PROCESS_euid]),
        .ProcessGuid = guid_of(f, &p->part[ES_PROCESS_pid], &p->part[ES_PROCESS_pidversion]),
        .Image = text_of(f, &p->part[ES_PROCESS_path]),
        .ImageLoaded = text_of(f, &file[ES_FILE_path]),
        .inode = id_text(f, &file[ES_FILE_st_ino]),
        .dev = id_text(f, &file[ES_FILE_st_dev]),
        .mode = mode_text(f, &file[ES_FILE_st_mode]),
        .owner = id_text(f, &file[ES_FILE_st_uid]),
        .ProcessSigning = signing_of(f, p),
    };
    struct load *l = f->full ? NULL : batch_load(b);

    if (!l)
        return too_large(f);
    x.origin = origin_of(f);
    x.next = l->next;
    *l = x;
    b->counts.loads++;
    count(f, &l->origin, NOTED_LOAD);
    batch_place(b, l->Computer, l->platform, &l->origin);
    load_identify(l);
    return true;
}

static bool take_exec(struct file *f)
{
    const struct es_process *p = &f->e->target;
    struct batch *b = f->b;
    struct process x = {
        .source = PROCESS_EXEC,
        .platform = PLATFORM_MACOS,
        .ProcessId = pid_of(&p->part[ES_PROCESS_pid]),
        .ParentProcessId = pid_of(&p->part[ES_PROCESS_ppid]),
        .Computer = f->host,
        .User = id_text(f, &p->part[ES_PROCESS_euid]),
        .LoginUser = id_text(f, &p->part[ES_PROCESS_auid]),
        .LogonId = id_text(f, &p->part[ES_PROCESS_asid]),
        .ProcessGuid = guid_of(f, &p->part[ES_PROCESS_pid], &p->part[ES_PROCESS_pidversion]),
        .Image = text_of(f, &p->part[ES_PROCESS_path]),
        .CommandLine = command_line(f),
        .CurrentDirectory = text_of(f, &f->e->part[ES_EVENT_cwd]),
        .ParentProcessGuid = guid_of(f, &p->part[ES_PROCESS_parent_pid],
                                     &p->part[ES_PROCESS_parent_pidversion]),
    };
    struct process *l = f->full ? NULL : batch_process(b);

    if (!l)
        return too_large(f);
    x.origin = origin_of(f);
    x.next = l->next;
    *l = x;
    b->counts.processes++;
    count(f, &l->origin, NOTED_PROCESS);
    batch_place(b, l->Computer, l->platform, &l->origin);
    return true;
}

/* The file's path, or of one that is new its folder and name. */
static struct span target_of(struct file *f)
{
    const struct es_event *e = f->e;
    struct span path = text_of(f, &e->file[ES_FILE_path]), dir, name;
    uint8_t *out;

    if (path.at || !e->part[ES_EVENT_filename].text.at)
        return path;
    dir = text_of(f, &e->part[ES_EVENT_dir]);
    name = text_of(f, &e->part[ES_EVENT_filename]);
    if (!dir.len)
        return name;
    bool slash = dir.at[dir.len - 1] != '/';
    if (!(out = arena_bytes(&f->b->arena, dir.len + slash + name.len))) {
        f->full = true;
        return SPAN_NONE;
    }
    memcpy(out, dir.at, dir.len);
    out[dir.len] = '/';
    if (name.len)
        memcpy(out + dir.len + slash, name.at, name.len);
    return span_of(out, dir.len + slash + name.len);
}

static bool take_context(struct file *f)
{
    const struct es_process *p = &f->e->process;
    struct batch *b = f->b;
    struct context x = {
        .event = f->e->kind == ES_UNLINK ? CONTEXT_FILE_DELETED : CONTEXT_FILE_CREATED,
        .platform = PLATFORM_MACOS,
        .ProcessId = pid_of(&p->part[ES_PROCESS_pid]),
        .Computer = f->host,
        .User = id_text(f, &p->part[ES_PROCESS_euid]),
        .ProcessGuid = guid_of(f, &p->part[ES_PROCESS_pid], &p->part[ES_PROCESS_pidversion]),
        .Image = text_of(f, &p->part[ES_PROCESS_path]),
        .Target = target_of(f),
        .Detail = f->e->kind == ES_CLOSE ? SPAN("modified, then closed") : SPAN_NONE,
    };
    struct context *l = f->full ? NULL : batch_context(b);

    if (!l)
        return too_large(f);
    x.origin = origin_of(f);
    x.next = l->next;
    *l = x;
    b->counts.context++;
    count(f, &l->origin, NOTED_CONTEXT);
    batch_place(b, l->Computer, l->platform, &l->origin);
    return true;
}

/* ---- lines ---- */

static void take_other(struct file *f, const char *how)
{
    struct arena_mark before = arena_mark(&f->b->arena);
    const struct other *others = f->b->others;
    uint8_t name[40];
    char text[80];
    bool full = false;
    struct span key = json_name(name, sizeof name, f->e->name);
    struct origin o = origin_of(f);

    snprintf(text, sizeof text, "eslogger %.*s%s", key.len ? (int)key.len : 5,
             key.len ? (const char *)key.at : "event", how);
    struct span Provider = arena_copy(&f->b->arena, span_text(text), &full);
    batch_other(f->b, full ? ES_CHANNEL : Provider, 0);
    if (f->b->others == others) /* a name that was met before */
        arena_rewind(&f->b->arena, before);
    normal_note(f->b, f->host, &o, NOTED_OTHER);
}

static void note_seen(struct file *f)
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

static void take_map(struct file *f)
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
    else if (take_load(f) && f->seen)
        f->seen->loads++;
}

static void take_line(struct file *f, struct span line, uint64_t place)
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
    case ES_EXEC: take_exec(f); break;
    case ES_CREATE: case ES_UNLINK: take_context(f); break;
    case ES_CLOSE:
        if (es_true(&e.part[ES_EVENT_modified]))
            take_context(f);
        else
            take_other(f, " of a file that was not modified");
        break;
    case ES_OTHER: take_other(f, ""); break;
    }
}

static void eslogger_decode(const struct piece *p, struct batch *b)
{
    struct file f = { .b = b, .seen = arena_get(&b->arena, sizeof *f.seen),
                      .host = batch_host(b, SPAN_NONE) };
    struct span rest = p->bytes;

    if (f.seen)
        *f.seen = (struct es_seen){ 0 };
    while (rest.len) {
        uint64_t place = p->offset + (uint64_t)(rest.at - p->bytes.at);

        if (b->counts.damaged >= LOSSES_MAX) {
            batch_loss(b, place, rest.len, "more damage than can be told apart");
            break;
        }
        struct span line = next_line(&rest);
        if (line.len)
            take_line(&f, line, place);
    }
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
