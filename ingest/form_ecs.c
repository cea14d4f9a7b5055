/* What the Elastic Common Schema says, in Sysmon's words.
 *
 * Beats' Sysmon module moves fields out of winlog.event_data into process.*,
 * file.* and dll.*; Elastic Defend has nothing else, on all three systems.  The
 * same words of any other collector on Linux or macOS are counted as others.  The
 * surprise: Hashes is put together in the order in which Sysmon would write it. */
#include "ingest/form.h"

#include "core/text.h"

#define SYSMON_LOAD 7
#define SYSMON_START 1
#define SYSMON_END 5
#define SYSMON_THREAD 8

static bool says(const struct form *f, unsigned slot)
{
    return form_first(f, slot, 1) != SLOT_NONE;
}

static bool slot_is(struct form *f, unsigned slot, const char *word)
{
    return span_equal_nocase(form_peek(f, slot), span_text(word));
}

/* Said by host.os.type; a path with a backslash tells Windows where it is not. */
static enum platform platform_of(struct form *f)
{
    struct span path = form_peek(f, SLOT_PROCESS + ECS_PATH);
    uint8_t name[16];
    struct span os = form_peek(f, SLOT_OS);

    if (says(f, SLOT_OS)) {
        if (os.len > sizeof name)
            return PLATFORM_UNKNOWN;
        text_lower(name, os);
        return platform_named(span_of(name, os.len));
    }
    return path.len && memchr(path.at, '\\', path.len) ? PLATFORM_WINDOWS : PLATFORM_UNKNOWN;
}

static bool of_defend(struct form *f)
{
    static const struct span endpoint = SPAN_INIT("endpoint");

    return slot_is(f, SLOT_MODULE, "endpoint") || span_starts(form_peek(f, SLOT_DATASET), endpoint);
}

static bool is_load(struct form *f)
{
    return says(f, SLOT_DLL + ECS_PATH)
        && (slot_is(f, SLOT_CATEGORY, "library") || slot_is(f, SLOT_ACTION, "load"));
}

/* Which event the words tell of; false where of none that is kept. */
static bool id_of(struct form *f, bool defend, uint64_t *id)
{
    bool process = slot_is(f, SLOT_CATEGORY, "process");
    bool file = defend && slot_is(f, SLOT_CATEGORY, "file") && says(f, SLOT_FILE + ECS_PATH);

    if (is_load(f))
        *id = SYSMON_LOAD;
    else if (process && (slot_is(f, SLOT_TYPE, "start") || slot_is(f, SLOT_ACTION, "start")))
        *id = SYSMON_START;
    else if (process && (slot_is(f, SLOT_TYPE, "end") || slot_is(f, SLOT_ACTION, "end")))
        *id = SYSMON_END;
    else if (file && slot_is(f, SLOT_ACTION, "creation"))
        *id = CONTEXT_FILE_CREATED;
    else if (file && slot_is(f, SLOT_ACTION, "deletion"))
        *id = CONTEXT_FILE_DELETED;
    else
        return false;
    return true;
}

bool form_ecs_identity(struct form *f, struct event *e)
{
    enum platform p = platform_of(f);
    bool defend = of_defend(f);

    if (!says(f, SLOT_PROCESS + ECS_PATH) || p == PLATFORM_UNKNOWN)
        return false;
    if (p == PLATFORM_WINDOWS && slot_is(f, SLOT_MODULE, "sysmon") && e->has_id)
        return true;
    /* No other collector names a library by its dll.path on these. */
    if (p != PLATFORM_WINDOWS && !defend && !is_load(f))
        return false;
    if (!id_of(f, defend, &e->id))
        return false;
    e->has_id = true;
    e->platform = p;
    e->guids_as_are = defend || p != PLATFORM_WINDOWS;
    return true;
}

/* `SHA1=..,MD5=..,SHA256=..,IMPHASH=..` of what is there. */
static struct span hashes_of(struct form *f, unsigned base, bool *full)
{
    static const struct { const char *name; enum ecs_part part; } kinds[] = {
        { "SHA1=", ECS_SHA1 }, { "MD5=", ECS_MD5 }, { "SHA256=", ECS_SHA256 },
        { "IMPHASH=", ECS_IMPHASH },
    };
    struct arena *a = &f->batch->arena;
    size_t room = 0;

    for (size_t i = 0; i < 4; i++)
        if (says(f, base + kinds[i].part))
            room += form_peek(f, base + kinds[i].part).len + 9;
    if (room == 0)
        return SPAN_NONE;
    uint8_t *start = arena_bytes(a, room), *out = start;
    if (!start) {
        *full = true;
        return SPAN_NONE;
    }
    for (size_t i = 0; i < 4; i++) {
        if (!says(f, base + kinds[i].part))
            continue;
        struct span hash = form_peek(f, base + kinds[i].part);
        size_t len = strlen(kinds[i].name);

        if (out > start)
            *out++ = ',';
        memcpy(out, kinds[i].name, len);
        memcpy(out + len, hash.at, hash.len);
        out += len + hash.len;
    }
    arena_trim(a, start, (size_t)(out - start));
    return text_clean(a, span_of(start, (size_t)(out - start)), &f->altered, full);
}

static void put(struct form *f, struct event *e, enum event_field field, unsigned slot,
                bool *full)
{
    if (!span_logged(e->value[field]) && says(f, slot))
        e->value[field] = form_text(f, slot, &f->batch->arena, full);
}

/* Linux and macOS: signed is what is there and trusted.  Windows has a status beside
 * it, which says what is wrong with a signature that is there. */
static void fill_posix_signed(struct form *f, struct event *e, unsigned base)
{
    bool exists = slot_is(f, base + ECS_EXISTS, "true"), trusted = slot_is(f, base + ECS_TRUSTED, "true");

    if (slot_is(f, base + ECS_EXISTS, "false") || slot_is(f, base + ECS_TRUSTED, "false"))
        e->value[EVENT_Signed] = SPAN("false");
    else if (exists || trusted)
        e->value[EVENT_Signed] = SPAN("true");
}

/* Of dll and file, which one the event is about. */
static void fill_module(struct form *f, struct event *e, bool *full)
{
    bool posix = e->platform == PLATFORM_LINUX || e->platform == PLATFORM_MACOS;
    unsigned base = says(f, SLOT_DLL + ECS_PATH) ? SLOT_DLL : SLOT_FILE;

    put(f, e, EVENT_ImageLoaded, base + ECS_PATH, full);
    if (posix)
        fill_posix_signed(f, e, base);
    put(f, e, EVENT_Signed, base + ECS_SIGNED, full);
    if (!posix)
        put(f, e, EVENT_Signed, base + ECS_EXISTS, full);
    put(f, e, EVENT_SignatureStatus, base + ECS_STATUS, full);
    put(f, e, EVENT_Signature, base + ECS_SUBJECT, full);
    put(f, e, EVENT_Signature, base + ECS_TEAM_ID, full); /* where macOS names no subject */
    put(f, e, EVENT_Signature, base + ECS_SIGNING_ID, full);
    put(f, e, EVENT_Company, base + ECS_COMPANY, full);
    put(f, e, EVENT_Description, base + ECS_DESCRIPTION, full);
    put(f, e, EVENT_Product, base + ECS_PRODUCT, full);
    put(f, e, EVENT_FileVersion, base + ECS_FILE_VERSION, full);
    put(f, e, EVENT_OriginalFileName, base + ECS_ORIGINAL_FILE_NAME, full);
    if (!span_logged(e->value[EVENT_Hashes]))
        e->value[EVENT_Hashes] = hashes_of(f, base, full);
}

static void fill_process(struct form *f, struct event *e, bool *full)
{
    put(f, e, EVENT_CommandLine, SLOT_COMMAND_LINE, full);
    put(f, e, EVENT_CurrentDirectory, SLOT_FOLDER, full);
    put(f, e, EVENT_OriginalFileName, SLOT_PROCESS + ECS_ORIGINAL_FILE_NAME, full);
    put(f, e, EVENT_ParentImage, SLOT_PARENT_PATH, full);
    put(f, e, EVENT_ParentProcessGuid, SLOT_PARENT_GUID, full);
    put(f, e, EVENT_ParentProcessId, SLOT_PARENT_PID, full);
    put(f, e, EVENT_ParentCommandLine, SLOT_PARENT_COMMAND_LINE, full);
    if (!span_logged(e->value[EVENT_Hashes]))
        e->value[EVENT_Hashes] = hashes_of(f, SLOT_PROCESS, full);
}

/* 4688 says NewProcess where Sysmon says Process, and Process of the creator. */
static void fill_4688(struct form *f, struct event *e, bool *full)
{
    put(f, e, EVENT_NewProcessName, SLOT_PROCESS + ECS_PATH, full);
    put(f, e, EVENT_NewProcessId, SLOT_PID, full);
    put(f, e, EVENT_ProcessId, SLOT_PARENT_PID, full);
    put(f, e, EVENT_ParentProcessName, SLOT_PARENT_PATH, full);
    put(f, e, EVENT_CommandLine, SLOT_COMMAND_LINE, full);
}

static void fill_user(struct form *f, struct event *e, bool *full)
{
    struct span domain, name;
    uint8_t *text;

    /* winlogbeat 6 has its own account here. */
    if (span_logged(e->value[EVENT_User]) || !says(f, SLOT_USER_NAME)
        || !says(f, SLOT_PROCESS + ECS_PATH))
        return;
    domain = e->platform == PLATFORM_LINUX || e->platform == PLATFORM_MACOS
        ? SPAN_NONE : form_text(f, form_first(f, SLOT_USER_DOMAIN, 1), &f->scratch, full);
    name = form_text(f, SLOT_USER_NAME, &f->scratch, full);
    text = arena_bytes(&f->batch->arena, domain.len + 1 + name.len);
    if (!text || *full) {
        *full = true;
        return;
    }
    size_t len = domain.len;
    if (len) {
        memcpy(text, domain.at, len);
        text[len++] = '\\';
    }
    if (name.len)
        memcpy(text + len, name.at, name.len);
    e->value[EVENT_User] = span_of(text, len + name.len);
}

void form_ecs_fill(struct form *f, struct event *e, bool *full)
{
    bool sysmon = span_is(e->Provider, "Microsoft-Windows-Sysmon");

    if (!says(f, SLOT_PROCESS + ECS_PATH) && !says(f, SLOT_GUID) && !says(f, SLOT_PID))
        return;
    if (!sysmon) {
        fill_4688(f, e, full);
        return;
    }
    bool thread = e->id == SYSMON_THREAD;
    put(f, e, thread ? EVENT_SourceImage : EVENT_Image, SLOT_PROCESS + ECS_PATH, full);
    put(f, e, thread ? EVENT_SourceProcessGuid : EVENT_ProcessGuid, SLOT_GUID, full);
    put(f, e, thread ? EVENT_SourceProcessId : EVENT_ProcessId, SLOT_PID, full);
    put(f, e, EVENT_RuleName, SLOT_RULE, full);
    fill_user(f, e, full);
    if (e->id == SYSMON_LOAD) {
        fill_module(f, e, full);
        put(f, e, EVENT_CommandLine, SLOT_COMMAND_LINE, full);
        put(f, e, EVENT_ParentImage, SLOT_PARENT_PATH, full);
    } else if (e->id == SYSMON_START) {
        fill_process(f, e, full);
    } else if (e->id != SYSMON_END && !thread) {
        put(f, e, EVENT_TargetFilename, SLOT_FILE + ECS_PATH, full);
        if (!span_logged(e->value[EVENT_Hashes]))
            e->value[EVENT_Hashes] = hashes_of(f, SLOT_FILE, full);
    }
}
