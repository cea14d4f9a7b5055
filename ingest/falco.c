/* Falco's alerts and Sysdig's events as JSON lines.
 *
 * An alert on an open of a shared object is a load of resolution `opened`: the
 * file was opened, not proven mapped.  Everything else is counted by its rule or
 * type of event, never guessed.  A shared object is told by its name here, since
 * nothing else of it is logged. */
#include "ingest/decoder.h"
#include "ingest/form.h"
#include "ingest/json.h"
#include "ingest/json_cut.h"
#include "ingest/lines.h"
#include "ingest/normal.h"
#include "ingest/path.h"

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (8u << 20)

/*   key in output_fields, or of Sysdig's object */
#define FIELDS(_) \
    _(type, "evt.type") _(time, "evt.time") _(rawtime, "evt.rawtime") \
    _(iso8601, "evt.time.iso8601") _(outputtime, "evt.outputtime") _(datetime, "evt.datetime") \
    _(file, "fd.name") _(exe, "proc.exepath") \
    _(name, "proc.name") _(pid, "proc.pid") _(command, "proc.cmdline") _(parent, "proc.pname") \
    _(user, "user.name") _(host, "evt.hostname")

#define FIELD_ENUM(id, key) FIELD_##id,
enum field { FIELDS(FIELD_ENUM) FIELD_COUNT };

static const char *const keys[FIELD_COUNT] = {
#define FIELD_KEY(id, key) key,
    FIELDS(FIELD_KEY)
};

struct alert {
    struct json_item field[FIELD_COUNT];
    struct json_item time, rule, hostname;
    bool fields; /* output_fields, or evt.type of Sysdig */
    bool whole;
};

static struct alert read_alert(struct span line)
{
    struct alert a = { 0 };
    struct json j = json_of(line);
    struct json_item it;
    enum json_step step;
    unsigned depth = 0, inside = 0; /* inside: depth of the object whose fields we take */

    while ((step = json_next(&j, &it)) < JSON_DONE) {
        if (step == JSON_OPEN && depth == 1 && span_is(it.key, "output_fields")
            && it.kind == JSON_OBJECT) {
            a.fields = true;
            inside = 2;
        }
        depth += step == JSON_OPEN;
        depth -= step == JSON_CLOSE;
        if (step == JSON_CLOSE && depth < 2)
            inside = 0;
        if (step != JSON_VALUE || it.kind == JSON_NULL)
            continue;
        if (depth == 1 && span_is(it.key, "time"))
            a.time = it;
        else if (depth == 1 && span_is(it.key, "rule"))
            a.rule = it;
        else if (depth == 1 && span_is(it.key, "hostname"))
            a.hostname = it;
        for (int f = 0; f < FIELD_COUNT && (depth == 1 || depth == inside); f++)
            if (span_is(it.key, keys[f]) && !a.field[f].text.at) {
                a.field[f] = it;
                a.fields |= f == FIELD_type;
            }
    }
    a.whole = step == JSON_DONE;
    return a;
}

static bool falco_sniff(struct span head)
{
    while (head.len && (head.at[0] == '\n' || head.at[0] == '\r'))
        head = span_of(head.at + 1, head.len - 1);
    if (!head.len || head.at[0] != '{')
        return false;
    struct alert a = read_alert(span_trimmed(line_take(&head)));

    return a.whole && a.fields && (a.rule.text.at || a.field[FIELD_type].text.at);
}

/* `libx.so`, `libx.so.1.2.3` */
static bool is_shared_object(struct span path)
{
    static const struct span so = SPAN_INIT(".so");
    struct span name = span_file_name(path);

    while (name.len && ((name.at[name.len - 1] >= '0' && name.at[name.len - 1] <= '9')
                        || name.at[name.len - 1] == '.'))
        name.len--;
    return name.len > so.len && memcmp(name.at + name.len - so.len, so.at, so.len) == 0;
}

/* The first that can be read: some are a time of day alone, as they were asked for.
 * Sysdig's evt.datetime is of its host's zone, and does not say so. */
static int64_t time_of(struct batch *b, const struct alert *a, uint64_t place, uint32_t *flags)
{
    const struct span texts[] = {
        a->time.text, a->field[FIELD_time].text, a->field[FIELD_rawtime].text,
        a->field[FIELD_iso8601].text, a->field[FIELD_outputtime].text,
        a->field[FIELD_datetime].text,
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bool zoned = true;
        int64_t m = texts[i].at ? form_moment_utc(b, texts[i], &zoned) : MOMENT_NONE;

        if (m == MOMENT_NONE)
            continue;
        if (!zoned) {
            *flags |= RECORD_ZONE_ASSUMED;
            batch_assumed(b, ASSUMED_ZONE, place);
        }
        return m;
    }
    return MOMENT_NONE;
}

static void take_load(struct batch *b, const struct alert *a, uint64_t place)
{
    bool altered = false, full = false;
    uint64_t pid;
#define TEXT(item) ((item).text.at ? json_text(&b->arena, (item).text, (item).text_marks, \
                                               &altered, &full) : SPAN_NONE)
    struct span module = TEXT(a->field[FIELD_file]);
    struct span image = TEXT(a->field[FIELD_exe].text.len ? a->field[FIELD_exe] : a->field[FIELD_name]);
    struct span user = TEXT(a->field[FIELD_user]), rule = TEXT(a->rule);
    struct span host = TEXT(a->hostname.text.len ? a->hostname : a->field[FIELD_host]);
    struct span command = TEXT(a->field[FIELD_command]), parent = TEXT(a->field[FIELD_parent]);
#undef TEXT
    struct span raw = SPAN_NONE;

    path_make_plain(&b->arena, &module, &raw, &full);
    struct load *l = full ? NULL : batch_load(b);

    if (!l) {
        batch_loss(b, place, 0, "the record is too large for its batch");
        return;
    }
    uint32_t flags = altered ? RECORD_ALTERED : 0u;
    int64_t time = time_of(b, a, place, &flags);
    l->origin = (struct origin){ .time = time, .logged = time, .place = place, .flags = flags,
                                 .Channel = SPAN("falco") };
    l->platform = PLATFORM_LINUX;
    l->resolution = RESOLUTION_OPENED;
    l->ProcessId = span_number(a->field[FIELD_pid].text, &pid) && pid <= INT32_MAX ? (int64_t)pid : -1;
    l->Computer = batch_host(b, host);
    l->User = user;
    l->Image = image;
    l->ImageLoaded = module;
    l->ImageLoaded_raw = raw;
    l->ProcessCommandLine = command;
    l->ProcessParentImage = parent;
    l->RuleName = rule;
    b->counts.records++;
    b->counts.loads++;
    batch_place(b, l->Computer, l->platform, &l->origin);
    load_identify(l);
    normal_note(b, l->Computer, &l->origin, NOTED_LOAD);
}

static void take_line(struct batch *b, struct span line, uint64_t place)
{
    struct alert a = read_alert(line);
    struct span type = a.field[FIELD_type].text;
    bool opens = span_is(type, "open") || span_is(type, "openat") || span_is(type, "openat2");
    const struct json_item *what = a.rule.text.at ? &a.rule : &a.field[FIELD_type];
    struct arena_mark before = arena_mark(&b->arena);
    bool altered = false, full = false;

    if (!a.whole)
        batch_loss(b, place, line.len, "a line that is no JSON object");
    else if (opens && is_shared_object(a.field[FIELD_file].text))
        take_load(b, &a, place);
    else {
        const struct other *others = b->others;
        struct span name = what->text.at ? json_text(&b->arena, what->text, what->text_marks,
                                                     &altered, &full) : SPAN_NONE;

        batch_other(b, name, 0);
        if (b->others == others) /* a name that was met before */
            arena_rewind(&b->arena, before);
    }
}

static void falco_decode(const struct piece *p, struct batch *b)
{
    struct lines l = lines_of(p, b);

    while (lines_next(&l))
        take_line(b, l.line, l.place);
}

const struct decoder falco_decoder = {
    .name = "falco",
    .sniff = falco_sniff,
    .cut = json_cut_lines,
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = falco_decode,
};
