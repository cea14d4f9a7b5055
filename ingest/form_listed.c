/* Sysmon's fields by their position, for exports that drop the names: Get-WinEvent's
 * Properties, fluentd's list of EventData.
 *
 * The event's own version says nothing since schema 3.10, so the number of values must
 * be that of one schema alone, and UtcTime and ProcessGuid must stand where it has
 * them; anything else stays unread.  Also here: what to say of objects in which
 * nothing is known. */
#include "ingest/form.h"

#include "ingest/json.h"

#define GUID_MIN 36 /* without braces */
#define KEYS_SHOWN 8

/* Since which schema: 3.10, 4.0, 4.1, 4.21, 4.80. */
enum since { FIRST, VERSIONS, RULES, ORIGINAL, USERS, SCHEMAS };

struct field { const char *name; enum since since; };

static const struct field loads[] = {
    { "RuleName", RULES }, { "UtcTime", FIRST }, { "ProcessGuid", FIRST }, { "ProcessId", FIRST },
    { "Image", FIRST }, { "ImageLoaded", FIRST }, { "FileVersion", VERSIONS },
    { "Description", VERSIONS }, { "Product", VERSIONS }, { "Company", VERSIONS },
    { "OriginalFileName", ORIGINAL }, { "Hashes", FIRST }, { "Signed", FIRST },
    { "Signature", FIRST }, { "SignatureStatus", VERSIONS }, { "User", USERS }, { NULL, FIRST },
};
static const struct field starts[] = {
    { "RuleName", RULES }, { "UtcTime", FIRST }, { "ProcessGuid", FIRST }, { "ProcessId", FIRST },
    { "Image", FIRST }, { "FileVersion", VERSIONS }, { "Description", VERSIONS },
    { "Product", VERSIONS }, { "Company", VERSIONS }, { "OriginalFileName", ORIGINAL },
    { "CommandLine", FIRST }, { "CurrentDirectory", FIRST }, { "User", FIRST },
    { "LogonGuid", FIRST }, { "LogonId", FIRST }, { "TerminalSessionId", FIRST },
    { "IntegrityLevel", FIRST }, { "Hashes", FIRST }, { "ParentProcessGuid", FIRST },
    { "ParentProcessId", FIRST }, { "ParentImage", FIRST }, { "ParentCommandLine", FIRST },
    { "ParentUser", USERS }, { NULL, FIRST },
};
static const struct field files[] = {
    { "RuleName", RULES }, { "UtcTime", FIRST }, { "ProcessGuid", FIRST }, { "ProcessId", FIRST },
    { "Image", FIRST }, { "TargetFilename", FIRST }, { "CreationUtcTime", FIRST },
    { "User", USERS }, { NULL, FIRST },
};

static const struct field *fields_of(uint64_t id)
{
    return id == 7 ? loads : id == 1 ? starts : id == 11 ? files : NULL;
}

/* The schema that has so many fields; SCHEMAS where none has. */
static enum since schema_of(const struct field *fields, unsigned count)
{
    for (enum since s = FIRST; s < SCHEMAS; s++) {
        unsigned have = 0;

        for (const struct field *x = fields; x->name; x++)
            have += x->since <= s;
        if (have == count)
            return s;
    }
    return SCHEMAS;
}

static bool fits(const char *name, const struct form_value *v)
{
    if (strcmp(name, "UtcTime") == 0)
        return moment_parse(v->text) != MOMENT_NONE;
    return strcmp(name, "ProcessGuid") != 0
        || (v->text.len >= GUID_MIN && memchr(v->text.at, '-', v->text.len));
}

void form_by_position(struct form *f, uint64_t id)
{
    const struct field *fields = fields_of(id), *x;
    enum since schema = fields ? schema_of(fields, f->listed_count) : SCHEMAS;
    unsigned at = 0;

    if (schema == SCHEMAS || f->listed_count > LISTED_MAX)
        return;
    for (x = fields; x->name; x++)
        if (x->since <= schema && !fits(x->name, &f->listed[at++]))
            return;
    at = 0;
    for (x = fields; x->name; x++) {
        enum event_field field = event_field(span_text(x->name));

        if (x->since > schema)
            continue;
        if (field != EVENT_FIELD_COUNT)
            form_put(f, SLOT_DATA + field, f->listed[at]);
        at++;
    }
}

/* The first keys of the outermost object, as they are written. */
static struct span keys_of(struct span object, uint8_t *out, size_t size)
{
    struct json j = json_of(object);
    struct json_item it;
    size_t len = 0;
    enum json_step step;

    for (unsigned shown = 0; shown < KEYS_SHOWN && (step = json_next(&j, &it)) < JSON_DONE;) {
        if (j.depth != (step == JSON_OPEN ? 2u : 1u) || step == JSON_CLOSE || !it.key.len)
            continue;
        if (len + it.key.len + 2 > size)
            break;
        if (shown++) {
            memcpy(out + len, ", ", 2);
            len += 2;
        }
        memcpy(out + len, it.key.at, it.key.len);
        len += it.key.len;
    }
    return span_of(out, len);
}

void form_stranger(struct form *f, uint64_t place)
{
    uint8_t keys[SUM_SHOWN_MAX];
    bool first = f->batch->sums[SUMMED_STRANGER].count == 0;

    batch_sum(f->batch, SUMMED_STRANGER, place, 1,
              first && f->object_text.len ? keys_of(f->object_text, keys, sizeof keys)
                                          : SPAN_NONE);
}
