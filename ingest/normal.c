/* From a Windows event to a load, a process, context, or one more of the
 * others.
 *
 * Values are kept as they were logged, but for GUIDs, LogonId and the module's path
 * on Linux and macOS, which have one form: "-" stays "-", empty stays empty, and what
 * was not logged stays SPAN_NONE.  The surprise: everything that may find no room is made first and the item last, so
 * that a full arena leaves no half-filled item in a list. */
#include "ingest/normal.h"

#include "core/hashes.h"
#include "ingest/path.h"

#include <inttypes.h>
#include <stdio.h>

#define GUID_LEN 38 /* {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX} */
#define ENTITY_ID_MAX 256
#define LOGON_ID_LEN 18 /* 0x and 16 digits */

enum kind { KIND_OTHER, KIND_LOAD, KIND_START, KIND_END, KIND_4688, KIND_CONTEXT };

/* Sysmon for Linux: the same events, but no loads. */
static bool is_linux(struct span Provider, struct span Channel)
{
    return span_is(Provider, "Linux-Sysmon") || span_is(Channel, "Linux-Sysmon/Operational");
}

static enum platform platform_of(const struct event *e)
{
    if (e->platform != PLATFORM_UNKNOWN)
        return e->platform;
    return is_linux(e->Provider, e->Channel) ? PLATFORM_LINUX : PLATFORM_WINDOWS;
}

static bool is_sysmon(struct span Provider, struct span Channel)
{
    return is_linux(Provider, Channel) || span_is(Provider, "Microsoft-Windows-Sysmon")
        || span_is(Channel, "Microsoft-Windows-Sysmon/Operational");
}

static enum kind kind_of(struct span Provider, struct span Channel, uint64_t id)
{
    if (is_sysmon(Provider, Channel)) {
        switch (id) {
        case 7: return KIND_LOAD;
        case 1: return KIND_START;
        case 5: return KIND_END;
        case 8: case 11: case 15: case 23: case 26: case 29: return KIND_CONTEXT;
        default: return KIND_OTHER;
        }
    }
    if (id == 4688 && span_is(Provider, "Microsoft-Windows-Security-Auditing"))
        return KIND_4688;
    return KIND_OTHER;
}

bool normal_wants(struct span Provider, struct span Channel, uint64_t id)
{
    return kind_of(Provider, Channel, id) != KIND_OTHER;
}

/* Says something: logged, not empty, and not Windows' dash for "nothing". */
static bool says(struct span s)
{
    return s.len > 0 && !span_is(s, "-");
}

static struct span first_of(struct span a, struct span b)
{
    return span_logged(a) ? a : b;
}

static int64_t pid(struct span s)
{
    uint64_t n;

    return span_number(s, &n) && n <= INT64_MAX ? (int64_t)n : -1;
}

/* The one form of a GUID, `{UPPER-CASE}`.  What has no GUID's shape, or is all
 * zeros, would join processes that have nothing in common: SPAN_NONE. */
static struct span guid(struct arena *a, struct span s, bool *full)
{
    char text[GUID_LEN];
    bool zero = true;

    if (s.len == GUID_LEN && s.at[0] == '{' && s.at[GUID_LEN - 1] == '}')
        s = span_of(s.at + 1, GUID_LEN - 2);
    if (s.len != GUID_LEN - 2)
        return SPAN_NONE;
    text[0] = '{';
    text[GUID_LEN - 1] = '}';
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.at[i];

        if (c >= 'a' && c <= 'f')
            c = (uint8_t)(c - 'a' + 'A');
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (c != '-')
                return SPAN_NONE;
        } else {
            if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F')))
                return SPAN_NONE;
            zero = zero && c == '0';
        }
        text[i + 1] = (char)c;
    }
    return zero ? SPAN_NONE : arena_copy(a, span_of(text, GUID_LEN), full);
}

/* A process's id, which not every source writes as a GUID. */
static struct span id_of(struct batch *b, const struct event *e, enum event_field field, bool *full)
{
    struct span s = e->value[field];

    return e->guids_as_are && s.len && s.len <= ENTITY_ID_MAX ? s : guid(&b->arena, s, full);
}

/* The one form of a logon session's number, Windows' own `0x3e7`: exporters pad it,
 * or write it in capitals or in decimal, and two spellings would be two events.  What is
 * no number stays as it was logged. */
static struct span logon_id(struct arena *a, struct span s, bool *full)
{
    char text[LOGON_ID_LEN + 1];
    uint64_t n;

    if (!span_number(s, &n))
        return s;
    int len = snprintf(text, sizeof text, "0x%" PRIx64, n);
    return arena_copy(a, span_of(text, (size_t)len), full);
}

/* Two texts around a mark; one alone where the other says nothing. */
static struct span joined(struct arena *a, struct span left, char mark, struct span right,
                          bool *full)
{
    if (!says(left) || !says(right))
        return says(left) || !span_logged(right) ? left : right;
    uint8_t *text = arena_bytes(a, left.len + 1 + right.len);
    if (!text) {
        *full = true;
        return SPAN_NONE;
    }
    memcpy(text, left.at, left.len);
    text[left.len] = (uint8_t)mark;
    memcpy(text + left.len + 1, right.at, right.len);
    return span_of(text, left.len + 1 + right.len);
}

static struct origin origin_of(struct batch *b, const struct event *e, bool has_utctime)
{
    struct origin o = {
        .time = e->logged,
        .logged = e->logged,
        .record = e->record,
        .place = e->place,
        .flags = e->flags,
        .Channel = e->Channel,
    };

    if (has_utctime) {
        struct span text = span_trimmed(e->value[EVENT_UtcTime]);
        int64_t utc = moment_parse(text);

        if (utc != MOMENT_NONE)
            o.time = utc;
        else
            o.flags |= RECORD_NO_UTCTIME;
        if (utc == MOMENT_NONE && text.len && !span_is(text, "-"))
            batch_sum(b, SUMMED_UNREAD, e->place, 1, text);
    }
    return o;
}

#define SAME(name) x->name = v[EVENT_##name];

static bool file_load(struct batch *b, const struct event *e)
{
    const struct span *v = e->value;
    bool full = false;
    struct span ProcessGuid = id_of(b, e, EVENT_ProcessGuid, &full);
    struct hashes h = hashes_split(&b->arena, v[EVENT_Hashes], &full);
    struct span module = v[EVENT_ImageLoaded], raw = SPAN_NONE;

    if (platform_of(e) != PLATFORM_WINDOWS)
        path_make_plain(&b->arena, &module, &raw, &full);
    struct load *x = full ? NULL : batch_load(b);

    if (!x)
        return false;
    x->origin = origin_of(b, e, true);
    x->platform = platform_of(e);
    x->resolution = RESOLUTION_EXACT;
    x->ProcessId = pid(v[EVENT_ProcessId]);
    x->Computer = e->Computer;
    x->ProcessGuid = ProcessGuid;
    SAME(User) SAME(Image) SAME(RuleName)
#define MODULE_SAME(name, auditd, ecs, width) SAME(name)
    MODULE_FIELDS(MODULE_SAME)
#undef MODULE_SAME
    x->ImageLoaded = module;
    x->ImageLoaded_raw = raw;
    x->ProcessCommandLine = v[EVENT_CommandLine];
    x->ProcessParentImage = v[EVENT_ParentImage];
#define HASH_SAME(name, auditd, ecs, width) x->name = h.name;
    HASH_FIELDS(HASH_SAME)
#undef HASH_SAME
    batch_place(b, x->Computer, x->platform, &x->origin);
    load_identify(x);
    return true;
}

static bool file_process(struct batch *b, const struct event *e, bool ended)
{
    const struct span *v = e->value;
    bool full = false;
    struct span ProcessGuid = id_of(b, e, EVENT_ProcessGuid, &full);
    struct span ParentProcessGuid = id_of(b, e, EVENT_ParentProcessGuid, &full);
    struct span LogonId = logon_id(&b->arena, v[EVENT_LogonId], &full);
    struct process *x = full ? NULL : batch_process(b);

    if (!x)
        return false;
    x->origin = origin_of(b, e, true);
    x->ended = ended;
    x->source = e->platform == PLATFORM_LINUX || e->platform == PLATFORM_MACOS ? PROCESS_EXEC
                                                                               : PROCESS_EVENT1;
    x->platform = platform_of(e);
    x->ProcessId = pid(v[EVENT_ProcessId]);
    x->Computer = e->Computer;
    x->ProcessGuid = ProcessGuid;
    SAME(User) SAME(Image) SAME(RuleName)
    batch_place(b, x->Computer, x->platform, &x->origin);
    if (ended)
        return true;
    x->ParentProcessId = pid(v[EVENT_ParentProcessId]);
    x->ParentProcessGuid = ParentProcessGuid;
    x->LogonId = LogonId;
    SAME(CommandLine) SAME(CurrentDirectory) SAME(IntegrityLevel) SAME(Hashes)
    SAME(OriginalFileName) SAME(ParentImage) SAME(ParentCommandLine)
    return true;
}

/* Whose process it is: Target's where the creator started it as somebody else,
 * Subject's otherwise.  ProcessId is the creator's. */
static bool file_4688(struct batch *b, const struct event *e)
{
    const struct span *v = e->value;
    bool target = says(v[EVENT_TargetUserName]), full = false;
    struct span User = target
        ? joined(&b->arena, v[EVENT_TargetDomainName], '\\', v[EVENT_TargetUserName], &full)
        : joined(&b->arena, v[EVENT_SubjectDomainName], '\\', v[EVENT_SubjectUserName], &full);
    struct span LogonId = logon_id(&b->arena,
        v[target ? EVENT_TargetLogonId : EVENT_SubjectLogonId], &full);
    struct process *x = full ? NULL : batch_process(b);

    if (!x)
        return false;
    x->origin = origin_of(b, e, false);
    x->source = PROCESS_4688;
    x->platform = platform_of(e);
    x->ProcessId = pid(v[EVENT_NewProcessId]);
    x->ParentProcessId = pid(v[EVENT_ProcessId]);
    x->Computer = e->Computer;
    x->User = User;
    x->Image = v[EVENT_NewProcessName];
    x->CommandLine = first_of(v[EVENT_CommandLine], v[EVENT_ProcessCommandLine]);
    x->LogonId = LogonId;
    x->ParentImage = v[EVENT_ParentProcessName];
    batch_place(b, x->Computer, x->platform, &x->origin);
    return true;
}

/* Event 8 names its process Source..., the one written into Target.... */
static bool file_context(struct batch *b, const struct event *e)
{
    const struct span *v = e->value;
    bool thread = e->id == 8, full = false;
    struct span ProcessGuid = id_of(b, e,
        thread ? EVENT_SourceProcessGuid : EVENT_ProcessGuid, &full);
    struct span TargetProcessGuid = guid(&b->arena, v[EVENT_TargetProcessGuid], &full);
    struct span Detail = SPAN_NONE;

    if (thread)
        Detail = joined(&b->arena, v[EVENT_StartModule], '!', v[EVENT_StartFunction], &full);
    else if (e->id == 11)
        Detail = v[EVENT_CreationUtcTime];
    else if (e->id == 15)
        Detail = v[EVENT_Contents];

    struct context *x = full ? NULL : batch_context(b);
    if (!x)
        return false;
    x->origin = origin_of(b, e, true);
    x->event = (uint32_t)e->id;
    x->platform = platform_of(e);
    x->ProcessId = pid(v[thread ? EVENT_SourceProcessId : EVENT_ProcessId]);
    x->Computer = e->Computer;
    x->ProcessGuid = ProcessGuid;
    x->User = thread ? first_of(v[EVENT_SourceUser], v[EVENT_User]) : v[EVENT_User];
    x->Image = v[thread ? EVENT_SourceImage : EVENT_Image];
    x->Target = v[thread ? EVENT_TargetImage : EVENT_TargetFilename];
    x->TargetProcessGuid = thread ? TargetProcessGuid : SPAN_NONE;
    x->Hashes = first_of(v[EVENT_Hashes], v[EVENT_Hash]);
    x->Detail = Detail;
    SAME(RuleName)
    batch_place(b, x->Computer, x->platform, &x->origin);
    return true;
}

static void widen(int64_t *first, int64_t *last, int64_t time)
{
    if (time == MOMENT_NONE)
        return;
    if (*first == MOMENT_NONE || time < *first)
        *first = time;
    if (*last == MOMENT_NONE || time > *last)
        *last = time;
}

static void note_range(struct batch *b, struct span Computer, const struct origin *o,
                       enum noted what)
{
    struct range *r = batch_range(b, Computer, o->Channel);

    if (!r)
        return; /* hostile; copies of these in other files count again */
    if (!r->records)
        r->first = r->last = o->record;
    if (o->record < r->first)
        r->first = o->record;
    if (o->record > r->last)
        r->last = o->record;
    r->records++;
    widen(&r->first_time, &r->last_time, o->logged);
    switch (what) {
    case NOTED_OTHER: break;
    case NOTED_LOAD: r->loads++; break;
    case NOTED_PROCESS: r->processes++; break;
    case NOTED_CONTEXT: r->context++; break;
    }
}

void normal_note(struct batch *b, struct span Computer, const struct origin *o, enum noted what)
{
    widen(&b->first_time, &b->last_time, o->logged);
    if (o->flags & RECORD_NUMBERED)
        note_range(b, Computer, o, what);
}

static void note_declared(struct batch *b, const struct event *e)
{
    if (b->declared_count == b->declared_room) {
        struct declared *more = arena_get(&b->arena, 2 * b->declared_room * sizeof *more);

        if (!more)
            return; /* a recovered copy of it will show twice, and be marked */
        memcpy(more, b->declared, b->declared_count * sizeof *more);
        b->declared = more;
        b->declared_room *= 2;
    }
    b->declared[b->declared_count++] = (struct declared){ e->record, e->logged };
}

static void note(struct batch *b, const struct event *e, enum kind kind)
{
    struct origin o = { .logged = e->logged, .record = e->record, .flags = e->flags,
                        .Channel = e->Channel };

    normal_note(b, e->Computer, &o, kind == KIND_LOAD ? NOTED_LOAD
        : kind == KIND_CONTEXT ? NOTED_CONTEXT : kind == KIND_OTHER ? NOTED_OTHER
        : NOTED_PROCESS);
    if (e->flags & RECORD_NUMBERED && b->declared_room > 0)
        note_declared(b, e);
}

static bool file(struct batch *b, const struct event *e, enum kind kind)
{
    switch (kind) {
    case KIND_LOAD: return file_load(b, e);
    case KIND_START: return file_process(b, e, false);
    case KIND_END: return file_process(b, e, true);
    case KIND_4688: return file_4688(b, e);
    case KIND_CONTEXT: return file_context(b, e);
    case KIND_OTHER: break;
    }
    return true;
}

void normal_event(struct batch *b, struct event *e, struct arena_mark before)
{
    enum kind kind = e->has_id && !e->hollow ? kind_of(e->Provider, e->Channel, e->id) : KIND_OTHER;

    if (!e->Computer.len && b->unnamed.len && (e->has_id || e->Provider.len || e->Channel.len))
        batch_assumed(b, ASSUMED_HOST, e->place);
    e->Computer = batch_host(b, e->Computer);
    if (e->unread.len && e->logged == MOMENT_NONE)
        batch_sum(b, SUMMED_UNREAD, e->place, 1, e->unread);
    if (!file(b, e, kind)) {
        arena_rewind(&b->arena, before);
        batch_loss(b, e->place, 0, "the record is too large for its batch");
        return;
    }
    if (e->flags & RECORD_RECOVERED) {
        b->counts.recovered++;
        if (kind == KIND_OTHER)
            arena_rewind(&b->arena, before);
        return;
    }

    const struct other *others = b->others;
    const struct range *ranges = b->ranges;
    const struct declared *declared = b->declared;

    switch (kind) {
    case KIND_LOAD: b->counts.loads++; break;
    case KIND_START: case KIND_END: case KIND_4688: b->counts.processes++; break;
    case KIND_CONTEXT: b->counts.context++; break;
    case KIND_OTHER: batch_other(b, e->Provider, e->has_id ? e->id : 0); break;
    }
    if (kind != KIND_OTHER)
        b->counts.records++;
    note(b, e, kind);

    /* A first meeting put names into the arena, which then must stay. */
    if (kind == KIND_OTHER && others == b->others && ranges == b->ranges
        && declared == b->declared)
        arena_rewind(&b->arena, before);
}
