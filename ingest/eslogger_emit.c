/* An event of Endpoint Security as a load, a process or context of the batch.
 *
 * Everything that may find no room is made before the item; a full batch makes the
 * event a loss.  Never decides what an event is. */
#include "core/text.h"
#include "ingest/eslogger.h"
#include "ingest/normal.h"
#include "ingest/path.h"

#include <inttypes.h>
#include <stdio.h>

#define NOBODY UINT32_MAX /* auid and pid that are not set */

/* ---- texts ---- */

static struct span text_of(struct es_file *f, const struct json_item *item)
{
    if (!item->text.at)
        return SPAN_NONE;
    return json_text(&f->b->arena, item->text, item->text_marks, &f->altered, &f->full);
}

/* A number as it is shown; SPAN_NONE where it is none, or nobody's. */
static struct span id_text(struct es_file *f, const struct json_item *item)
{
    char text[32];
    uint64_t n;

    if (!es_number(item, &n) || n == NOBODY)
        return SPAN_NONE;
    snprintf(text, sizeof text, "%" PRIu64, n);
    return arena_copy(&f->b->arena, span_text(text), &f->full);
}

/* As auditd writes a mode: in octal, behind a zero. */
static struct span mode_text(struct es_file *f, const struct json_item *item)
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
static struct span guid_of(struct es_file *f, const struct json_item *pid,
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
static size_t put_texts(struct es_file *f, struct span array, const char *begin, uint8_t *out)
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
static struct span command_line(struct es_file *f)
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
static struct span signing_of(struct es_file *f, const struct es_process *p)
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

struct origin es_origin(const struct es_file *f)
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

static bool too_large(struct es_file *f)
{
    batch_loss(f->b, f->place, 0, "the record is too large for its batch");
    return false;
}

static void count(struct es_file *f, const struct origin *o, enum noted what)
{
    f->b->counts.records++;
    normal_note(f->b, f->host, o, what);
}

bool es_emit_load(struct es_file *f)
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

    path_make_plain(&f->b->arena, &x.ImageLoaded, &x.ImageLoaded_raw, &f->full);
    struct load *l = f->full ? NULL : batch_load(b);

    if (!l)
        return too_large(f);
    x.origin = es_origin(f);
    x.next = l->next;
    *l = x;
    b->counts.loads++;
    count(f, &l->origin, NOTED_LOAD);
    batch_place(b, l->Computer, l->platform, &l->origin);
    load_identify(l);
    return true;
}

void es_emit_exec(struct es_file *f)
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

    if (!l) {
        too_large(f);
        return;
    }
    x.origin = es_origin(f);
    x.next = l->next;
    *l = x;
    b->counts.processes++;
    count(f, &l->origin, NOTED_PROCESS);
    batch_place(b, l->Computer, l->platform, &l->origin);
}

/* The file's path, or of one that is new its folder and name. */
static struct span target_of(struct es_file *f)
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

void es_emit_context(struct es_file *f)
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

    if (!l) {
        too_large(f);
        return;
    }
    x.origin = es_origin(f);
    x.next = l->next;
    *l = x;
    b->counts.context++;
    count(f, &l->origin, NOTED_CONTEXT);
    batch_place(b, l->Computer, l->platform, &l->origin);
}
