/* macOS's unified log as `log show --style ndjson` prints it: what dyld says.
 *
 * dyld logs what it could not load: context of its own kind, and never a load.
 * With DYLD_PRINT_LIBRARIES it says what it loaded: a load of resolution
 * `reported`, since nothing but the program's word stands behind it.  Everything
 * else is counted by its subsystem. */
#include "core/text.h"
#include "ingest/decoder.h"
#include "ingest/json.h"
#include "ingest/json_cut.h"
#include "ingest/lines.h"
#include "ingest/normal.h"

#define PIECE_BYTES (1u << 20)
#define PIECE_BYTES_MAX (8u << 20)
#define SNIFFED_LINES 4
#define DETAIL_MAX 1000 /* bytes of a message that are kept with a failed load */
#define CHANNEL SPAN("unified log")

#define FIELDS(_) \
    _(timestamp) _(eventMessage) _(subsystem) _(processID) _(userID) _(processImagePath) \
    _(senderImagePath) _(machTimestamp) _(finished) _(count)

#define FIELD_ENUM(name) FIELD_##name,
enum field { FIELDS(FIELD_ENUM) FIELD_COUNT };

static const char *const keys[FIELD_COUNT] = {
#define FIELD_KEY(name) #name,
    FIELDS(FIELD_KEY)
};

struct entry {
    struct json_item field[FIELD_COUNT];
};

/* What a message of dyld says of a library. */
struct said {
    enum { SAID_NOTHING, SAID_FAILED, SAID_LOADED } what;
    struct span path;
};

static bool read_entry(struct span line, struct entry *e)
{
    struct json j = json_of(line);
    struct json_item item;
    enum json_step step;

    *e = (struct entry){ 0 };
    while ((step = json_next(&j, &item)) < JSON_DONE) {
        if (step != JSON_VALUE || j.depth != 1 || item.kind == JSON_NULL)
            continue;
        for (int f = 0; f < FIELD_COUNT; f++)
            if (!e->field[f].text.at && span_is(item.key, keys[f]))
                e->field[f] = item;
    }
    return step == JSON_DONE;
}

static bool is_entry(const struct entry *e)
{
    return e->field[FIELD_timestamp].text.at && e->field[FIELD_eventMessage].text.at
        && (e->field[FIELD_machTimestamp].text.at || e->field[FIELD_processImagePath].text.at);
}

/* `{"count":3335,"finished":1}` */
static bool is_footer(const struct entry *e)
{
    return e->field[FIELD_finished].text.at && e->field[FIELD_count].text.at
        && !e->field[FIELD_timestamp].text.at;
}

/* `Filtering the log data using "subsystem == ..."`, which `log` prints first. */
static bool is_heading(struct span line, uint64_t place)
{
    return place == 0 && line.len && line.at[0] != '{';
}

static bool unified_sniff(struct span head)
{
    struct entry e;

    for (int i = 0; head.len && i < SNIFFED_LINES; i++) {
        struct span line = span_trimmed(line_take(&head));

        if (line.len && line.at[0] == '{' && read_entry(line, &e) && is_entry(&e))
            return true;
    }
    return false;
}

/* ---- dyld's words ---- */

static struct span behind(struct span text, const char *word)
{
    const uint8_t *at = text.len ? memmem(text.at, text.len, word, strlen(word)) : NULL;

    return at ? span_of(at + strlen(word), (size_t)(text.at + text.len - at) - strlen(word))
              : SPAN_NONE;
}

/* Up to the first of these characters. */
static struct span until(struct span text, const char *stops)
{
    size_t len = 0;

    while (len < text.len && !strchr(stops, text.at[len]))
        len++;
    return span_trimmed(span_of(text.at, len));
}

/* `/usr/lib/x.dylib`, perhaps behind `<UUID>`. */
static struct span printed_path(struct span text)
{
    text = span_trimmed(text);
    if (text.len && text.at[0] == '<') {
        const uint8_t *end = memchr(text.at, '>', text.len);

        if (!end)
            return SPAN_NONE;
        text = span_trimmed(span_of(end + 1, (size_t)(text.at + text.len - end) - 1));
    }
    text = until(text, "\r\n");
    return text.len && text.at[0] == '/' ? text : SPAN_NONE;
}

static struct said what_is_said(struct span message)
{
    struct said s = { SAID_NOTHING, SPAN_NONE };
    struct span rest = behind(message, "Library not loaded:");

    if (rest.at) {
        s.path = until(rest, "\r\n");
        s.what = SAID_FAILED;
    } else if ((rest = behind(message, "dlopen(")).at) {
        s.path = until(rest, ",)\r\n");
        if (behind(message, "tried:").at || behind(message, "not found").at
            || behind(message, "no such file").at || behind(message, "fail").at
            || behind(message, "not loaded").at || behind(message, "code signature").at)
            s.what = SAID_FAILED;
    } else if ((rest = behind(message, "dlopen failed")).at) {
        s.path = until(span_of(rest.at + (rest.len && rest.at[0] == ':'),
                               rest.len - (rest.len && rest.at[0] == ':')), "\r\n");
        s.what = SAID_FAILED;
    } else {
        rest = behind(message, "loaded:");
        s.path = printed_path(rest.at ? rest : message.len && message.at[0] == '<' ? message
                                                                                  : SPAN_NONE);
        s.what = s.path.at ? SAID_LOADED : SAID_NOTHING;
    }
    if (!s.path.len)
        s.what = SAID_NOTHING;
    return s;
}

static bool of_dyld(const struct entry *e)
{
    struct span sender = span_file_name(e->field[FIELD_senderImagePath].text);

    return span_is(e->field[FIELD_subsystem].text, "com.apple.dyld") || span_is(sender, "dyld")
        || span_is(sender, "libdyld.dylib");
}

/* ---- entries ---- */

static int64_t number_of(const struct json_item *item)
{
    uint64_t n;

    return item->text.at && span_number(item->text, &n) && n <= INT32_MAX ? (int64_t)n : -1;
}

/* A piece being decoded, and the texts of the entry at hand. */
struct file {
    struct batch *b;
    struct span host, message, User, Image;
    struct origin origin;
    int64_t pid;
};

static void count(struct file *f, const struct origin *o, enum noted what)
{
    f->b->counts.records++;
    normal_note(f->b, f->host, o, what);
}

static bool take_failed(struct file *f, struct span path)
{
    struct context *c = batch_context(f->b);
    struct span Detail = text_head(f->message, DETAIL_MAX);

    if (!c)
        return false;
    c->origin = f->origin;
    c->event = CONTEXT_LOAD_FAILED;
    c->platform = PLATFORM_MACOS;
    c->ProcessId = f->pid;
    c->Computer = f->host;
    c->User = f->User;
    c->Image = f->Image;
    c->Target = path;
    c->Detail = Detail;
    f->b->counts.context++;
    count(f, &c->origin, NOTED_CONTEXT);
    batch_place(f->b, c->Computer, c->platform, &c->origin);
    return true;
}

static bool take_loaded(struct file *f, struct span path)
{
    struct load *l = batch_load(f->b);

    if (!l)
        return false;
    l->origin = f->origin;
    l->platform = PLATFORM_MACOS;
    l->resolution = RESOLUTION_REPORTED;
    l->ProcessId = f->pid;
    l->Computer = f->host;
    l->User = f->User;
    l->Image = f->Image;
    l->ImageLoaded = path;
    f->b->counts.loads++;
    count(f, &l->origin, NOTED_LOAD);
    batch_place(f->b, l->Computer, l->platform, &l->origin);
    load_identify(l);
    return true;
}

static void take_entry(struct file *f, const struct entry *e, uint64_t place)
{
    struct arena *a = &f->b->arena;
    struct arena_mark before = arena_mark(a);
    const struct other *others = f->b->others;
    struct span time = e->field[FIELD_timestamp].text;
    bool altered = false, full = false;
#define TEXT(name) (e->field[FIELD_##name].text.at ? json_text(a, e->field[FIELD_##name].text, \
                        e->field[FIELD_##name].text_marks, &altered, &full) : SPAN_NONE)

    f->origin = (struct origin){ .time = moment_parse(time), .place = place, .Channel = CHANNEL };
    f->origin.logged = f->origin.time;
    if (of_dyld(e)) {
        f->message = TEXT(eventMessage);
        struct said s = full ? (struct said){ 0 } : what_is_said(f->message);

        if (s.what != SAID_NOTHING) {
            f->User = TEXT(userID);
            f->Image = TEXT(processImagePath);
            f->pid = number_of(&e->field[FIELD_processID]);
            f->origin.flags = altered ? RECORD_ALTERED : 0u;
            if (full || !(s.what == SAID_FAILED ? take_failed(f, s.path) : take_loaded(f, s.path)))
                batch_loss(f->b, place, 0, "the record is too large for its batch");
            return;
        }
    }
    struct span Provider = TEXT(subsystem);
#undef TEXT
    batch_other(f->b, full || !Provider.len ? CHANNEL : Provider, 0);
    if (f->b->others == others) /* a name that was met before */
        arena_rewind(a, before);
    normal_note(f->b, f->host, &f->origin, NOTED_OTHER);
}

static void take_line(struct file *f, struct span line, uint64_t place)
{
    struct entry e;

    if (is_heading(line, place))
        return;
    if (!read_entry(line, &e)) {
        batch_loss(f->b, place, line.len, "a line that is no JSON object");
        return;
    }
    if (is_footer(&e))
        return;
    if (!is_entry(&e)) {
        batch_other(f->b, CHANNEL, 0);
        return;
    }
    if (f->b->unnamed.len)
        batch_assumed(f->b, ASSUMED_HOST, place);
    take_entry(f, &e, place);
}

static void unified_decode(const struct piece *p, struct batch *b)
{
    struct file f = { .b = b, .host = batch_host(b, SPAN_NONE) };
    struct lines l = lines_of(p, b);

    while (lines_next(&l))
        take_line(&f, l.line, l.place);
}

/* What a log of dyld can show, and what it cannot. */
struct dyld_seen {
    uint64_t failed, loaded, entries;
};

static void say(struct batch *b, const char *what, const char *words)
{
    batch_note(b, 0, words);
    batch_host_note(b, batch_host(b, SPAN_NONE), what, span_text(words));
}

static void unified_follow(void *state, struct batch *b, bool last)
{
    struct dyld_seen *seen = state;

    seen->entries += b->counts.records;
    seen->failed += b->counts.context;
    seen->loaded += b->counts.loads;
    if (!last || !seen->entries)
        return;
    if (!seen->loaded)
        say(b, "dyld", "the unified log tells no load unless DYLD_PRINT_LIBRARIES was set: "
                       "eslogger does");
    if (seen->failed)
        say(b, "failed", "loads that failed are kept as context, not as loads: "
                         "`modhunt query failed-loads`");
}

const struct decoder unified_decoder = {
    .name = "unified",
    .sniff = unified_sniff,
    .cut = json_cut_lines,
    .piece_bytes = PIECE_BYTES,
    .piece_max = PIECE_BYTES_MAX,
    .decode = unified_decode,
    .follow = unified_follow,
    .follow_bytes = sizeof(struct dyld_seen),
};
