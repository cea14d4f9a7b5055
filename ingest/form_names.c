/* The words of every shape, and where they lead.
 *
 * One table, hashed once, asked for each member of each record; names that it
 * lacks cost one probe.  Never guesses: a name is spelled as here, or is not
 * asked for. */
#include "ingest/form.h"

#include <assert.h>
#include <pthread.h>

#define TABLE_ROOM 2048 /* a power of two, more than twice the names */
#define LOOSE_MAX 256  /* names of the outermost object */
#define NAME_MAX_LEN 40 /* no name here is longer */

#define TO(where) { .node = (where), .slot = SLOT_NONE }
#define INTO(where) { .node = NODE_VALUE, .slot = (uint16_t)(where) }

struct entry {
    const char *name;
    uint8_t len;
    uint8_t node;
    struct form_target target;
};

struct row {
    enum form_node node;
    const char *name;
    struct form_target target;
};

/* Rows of one ranked class (below) are believed in their order here.  Event
 * fields are not here: fill_table() adds them from EVENT_FIELDS. */
static const struct row rows[] = {
    /* around records */
    { NODE_TOP, "result", TO(NODE_TOP) },            /* Splunk */
    { NODE_TOP, "_source", TO(NODE_TOP) },           /* Elasticsearch, Wazuh */
    { NODE_TOP, "fields", TO(NODE_TOP) },
    { NODE_TOP, "document", TO(NODE_DOCUMENT) },     /* Chainsaw's hits */
    { NODE_TOP, "data", TO(NODE_DOCUMENT) },         /* Wazuh */
    { NODE_DOCUMENT, "data", TO(NODE_DOCUMENT) },
    { NODE_DOCUMENT, "Event", TO(NODE_EVENT) },
    { NODE_DOCUMENT, "win", TO(NODE_WIN) },
    { NODE_TOP, "hits", TO(NODE_WRAPPER) },
    { NODE_TOP, "Events", TO(NODE_WRAPPER) },
    { NODE_TOP, "events", TO(NODE_WRAPPER) },
    { NODE_TOP, "results", TO(NODE_WRAPPER) },
    { NODE_TOP, "records", TO(NODE_WRAPPER) },
    { NODE_TOP, "Records", TO(NODE_WRAPPER) },
    { NODE_TOP, "responses", TO(NODE_ANSWERS) },
    { NODE_ANSWERS, "hits", TO(NODE_WRAPPER) },
    { NODE_WRAPPER, "hits", TO(NODE_WRAPPER) },
    { NODE_WRAPPER, "Event", TO(NODE_WRAPPER) },

    /* evtx_dump, Chainsaw, Velociraptor: as the XML has it */
    { NODE_TOP, "Event", TO(NODE_EVENT) },
    { NODE_TOP, "System", TO(NODE_SYSTEM) },
    { NODE_EVENT, "System", TO(NODE_SYSTEM) },
    { NODE_EVENT, "EventData", TO(NODE_FIELDS) },
    { NODE_SYSTEM, "Provider", INTO(SLOT_PROVIDER) },
    { NODE_SYSTEM, "Provider_attributes", INTO(SLOT_PROVIDER) },
    { NODE_SYSTEM, "EventID", INTO(SLOT_ID) },
    { NODE_SYSTEM, "Channel", INTO(SLOT_CHANNEL) },
    { NODE_SYSTEM, "Computer", INTO(SLOT_COMPUTER) },
    { NODE_SYSTEM, "EventRecordID", INTO(SLOT_RECORD) },
    { NODE_SYSTEM, "TimeCreated", INTO(SLOT_TIME) },
    { NODE_SYSTEM, "TimeCreated_attributes", INTO(SLOT_TIME) },
    { NODE_FIELDS, "Data", TO(NODE_ITEMS) },
    { NODE_ITEMS, "#attributes", TO(NODE_ITEM_ATTRIBUTES) },
    { NODE_TOP, "Properties", TO(NODE_ITEMS) },      /* Get-WinEvent's objects */
    { NODE_ITEMS, "value", TO(NODE_ITEMS) },         /* its arrays in PowerShell 5 */

    /* winlogbeat 7 and 8, Elastic Agent */
    { NODE_TOP, "winlog", TO(NODE_WINLOG) },
    { NODE_WINLOG, "provider_name", INTO(SLOT_PROVIDER) },
    { NODE_WINLOG, "event_id", INTO(SLOT_ID) },
    { NODE_WINLOG, "channel", INTO(SLOT_CHANNEL) },
    { NODE_WINLOG, "computer_name", INTO(SLOT_COMPUTER) },
    { NODE_WINLOG, "record_id", INTO(SLOT_RECORD) },
    { NODE_WINLOG, "event_data", TO(NODE_FIELDS) },

    /* Wazuh */
    { NODE_TOP, "win", TO(NODE_WIN) },
    { NODE_WIN, "system", TO(NODE_WIN_SYSTEM) },
    { NODE_WIN, "eventdata", TO(NODE_WIN_FIELDS) },
    { NODE_WIN, "eventData", TO(NODE_WIN_FIELDS) },
    { NODE_WIN_SYSTEM, "providerName", INTO(SLOT_PROVIDER) },
    { NODE_WIN_SYSTEM, "eventID", INTO(SLOT_ID) },
    { NODE_WIN_SYSTEM, "channel", INTO(SLOT_CHANNEL) },
    { NODE_WIN_SYSTEM, "computer", INTO(SLOT_COMPUTER) },
    { NODE_WIN_SYSTEM, "eventRecordID", INTO(SLOT_RECORD) },
    { NODE_WIN_SYSTEM, "systemTime", INTO(SLOT_TIME) },

    /* flat: NXLog, OTRF, Azure's WindowsEvent, winlogbeat 6, Get-WinEvent,
     * EvtxECmd, Splunk's extracted fields */
    { NODE_TOP, "SourceName", INTO(SLOT_PROVIDER) },
    { NODE_TOP, "ProviderName", INTO(SLOT_PROVIDER) },
    { NODE_TOP, "Provider", INTO(SLOT_PROVIDER) },
    { NODE_TOP, "source_name", INTO(SLOT_PROVIDER) },
    { NODE_TOP, "provider_name", INTO(SLOT_PROVIDER) },
    { NODE_TOP, "Source", INTO(SLOT_PROVIDER) },
    { NODE_TOP, "EventSourceName", INTO(SLOT_PROVIDER) },
    { NODE_TOP, "Channel", INTO(SLOT_CHANNEL) },
    { NODE_TOP, "log_name", INTO(SLOT_CHANNEL) },
    { NODE_TOP, "EventLog", INTO(SLOT_CHANNEL) },
    { NODE_TOP, "channel", INTO(SLOT_CHANNEL) },
    { NODE_TOP, "LogName", INTO(SLOT_CHANNEL) },
    { NODE_TOP, "source", INTO(SLOT_SPLUNK_SOURCE) },
    { NODE_TOP, "sourcetype", INTO(SLOT_SPLUNK_SOURCE) },
    { NODE_TOP, "EventID", INTO(SLOT_ID) },
    { NODE_TOP, "EventCode", INTO(SLOT_ID) },
    { NODE_TOP, "event_id", INTO(SLOT_ID) },
    { NODE_TOP, "EventId", INTO(SLOT_ID) },
    { NODE_TOP, "Id", INTO(SLOT_ID) },
    { NODE_TOP, "Event ID", INTO(SLOT_ID) },
    { NODE_TOP, "Hostname", INTO(SLOT_COMPUTER) },
    { NODE_TOP, "Computer", INTO(SLOT_COMPUTER) },
    { NODE_TOP, "ComputerName", INTO(SLOT_COMPUTER) },
    { NODE_TOP, "computer_name", INTO(SLOT_COMPUTER) },
    { NODE_TOP, "MachineName", INTO(SLOT_COMPUTER) },
    { NODE_ECS_HOST, "name", INTO(SLOT_COMPUTER) },
    { NODE_ECS_HOST, "hostname", INTO(SLOT_COMPUTER) },
    { NODE_TOP, "host", { .node = NODE_ECS_HOST, .slot = SLOT_COMPUTER } },
    { NODE_TOP, "HostName", INTO(SLOT_COMPUTER) },
    { NODE_TOP, "hostname", INTO(SLOT_COMPUTER) },
    { NODE_ECS_AGENT, "hostname", INTO(SLOT_COMPUTER) },
    { NODE_ECS_AGENT, "name", INTO(SLOT_COMPUTER) },
    { NODE_TOP, "EventRecordID", INTO(SLOT_RECORD) },
    { NODE_TOP, "EventRecordId", INTO(SLOT_RECORD) },
    { NODE_TOP, "RecordNumber", INTO(SLOT_RECORD) },
    { NODE_TOP, "RecordId", INTO(SLOT_RECORD) },
    { NODE_TOP, "RecordID", INTO(SLOT_RECORD) },
    { NODE_TOP, "record_number", INTO(SLOT_RECORD) },
    { NODE_TOP, "TimeCreated", INTO(SLOT_TIME) },
    { NODE_TOP, "@timestamp", INTO(SLOT_TIME) },
    { NODE_TOP, "SystemTime", INTO(SLOT_TIME) },
    { NODE_TOP, "EventTime", INTO(SLOT_TIME) },
    { NODE_TOP, "TimeGenerated", INTO(SLOT_TIME) },
    { NODE_TOP, "TimeGenerated [UTC]", INTO(SLOT_TIME) },
    { NODE_TOP, "_time", INTO(SLOT_TIME) },
    { NODE_TOP, "timestamp", INTO(SLOT_TIME) },
    { NODE_TOP, "event_data", TO(NODE_FIELDS) },
    { NODE_TOP, "EventData", { .node = NODE_FIELDS, .slot = SLOT_NESTED } },
    { NODE_TOP, "Payload", { .node = NODE_EVENT, .slot = SLOT_NESTED } },
    { NODE_TOP, "_raw", INTO(SLOT_RAW) },
    { NODE_TOP, "SyslogMessage", INTO(SLOT_RAW) },
    { NODE_TOP, "Message", INTO(SLOT_MESSAGE) },
    { NODE_TOP, "message", INTO(SLOT_MESSAGE) },

    /* ECS */
    { NODE_TOP, "event", TO(NODE_ECS_EVENT) },
    { NODE_ECS_EVENT, "provider", INTO(SLOT_PROVIDER) },
    { NODE_ECS_EVENT, "code", INTO(SLOT_ID) },
    { NODE_ECS_EVENT, "module", INTO(SLOT_MODULE) },
    { NODE_ECS_EVENT, "dataset", INTO(SLOT_DATASET) },
    { NODE_ECS_EVENT, "category", INTO(SLOT_CATEGORY) },
    { NODE_ECS_EVENT, "action", INTO(SLOT_ACTION) },
    { NODE_ECS_EVENT, "type", INTO(SLOT_TYPE) },
    { NODE_ECS_HOST, "os", TO(NODE_ECS_OS) },
    { NODE_ECS_OS, "type", INTO(SLOT_OS) },
    { NODE_TOP, "agent", TO(NODE_ECS_AGENT) },
    { NODE_TOP, "user", TO(NODE_ECS_USER) },
    { NODE_ECS_USER, "domain", INTO(SLOT_USER_DOMAIN) },
    { NODE_ECS_USER, "name", INTO(SLOT_USER_NAME) },
    { NODE_TOP, "rule", TO(NODE_ECS_RULE) },
    { NODE_ECS_RULE, "name", INTO(SLOT_RULE) },
    { NODE_TOP, "dll", TO(NODE_ECS_DLL) },
    { NODE_TOP, "file", TO(NODE_ECS_FILE) },
    { NODE_TOP, "process", TO(NODE_ECS_PROCESS) },
    { NODE_ECS_PROCESS, "executable", INTO(SLOT_PROCESS + ECS_PATH) },
    { NODE_ECS_PROCESS, "entity_id", INTO(SLOT_GUID) },
    { NODE_ECS_PROCESS, "pid", INTO(SLOT_PID) },
    { NODE_ECS_PROCESS, "command_line", INTO(SLOT_COMMAND_LINE) },
    { NODE_ECS_PROCESS, "working_directory", INTO(SLOT_FOLDER) },
    { NODE_ECS_PROCESS, "parent", TO(NODE_ECS_PARENT) },
    { NODE_ECS_PARENT, "executable", INTO(SLOT_PARENT_PATH) },
    { NODE_ECS_PARENT, "entity_id", INTO(SLOT_PARENT_GUID) },
    { NODE_ECS_PARENT, "pid", INTO(SLOT_PARENT_PID) },
    { NODE_ECS_PARENT, "command_line", INTO(SLOT_PARENT_COMMAND_LINE) },
};

/* Classes whose rows say the same thing: each gets the next slot of its class. */
static const struct { unsigned first, room; } ranked[] = {
    { SLOT_PROVIDER, SLOT_CHANNEL - SLOT_PROVIDER },
    { SLOT_CHANNEL, SLOT_ID - SLOT_CHANNEL },
    { SLOT_ID, SLOT_COMPUTER - SLOT_ID },
    { SLOT_COMPUTER, SLOT_RECORD - SLOT_COMPUTER },
    { SLOT_RECORD, SLOT_TIME - SLOT_RECORD },
    { SLOT_TIME, SLOT_RAW - SLOT_TIME },
    { SLOT_RAW, SLOT_NESTED - SLOT_RAW },
    { SLOT_NESTED, SLOT_MESSAGE - SLOT_NESTED },
    { SLOT_MESSAGE, SLOT_SPLUNK_SOURCE - SLOT_MESSAGE },
    { SLOT_SPLUNK_SOURCE, SLOT_MODULE - SLOT_SPLUNK_SOURCE },
};
#define RANKED_COUNT (sizeof ranked / sizeof *ranked)

/* The same words below dll, file and process. */
static const struct { unsigned below; const char *name; enum ecs_part part; } ecs_rows[] = {
    { 0, "path", ECS_PATH },
    { 1, "sha1", ECS_SHA1 },
    { 1, "md5", ECS_MD5 },
    { 1, "sha256", ECS_SHA256 },
    { 1, "imphash", ECS_IMPHASH },
    { 2, "imphash", ECS_IMPHASH },
    { 2, "company", ECS_COMPANY },
    { 2, "description", ECS_DESCRIPTION },
    { 2, "product", ECS_PRODUCT },
    { 2, "file_version", ECS_FILE_VERSION },
    { 2, "original_file_name", ECS_ORIGINAL_FILE_NAME },
    { 3, "signed", ECS_SIGNED },
    { 3, "exists", ECS_EXISTS },
    { 3, "status", ECS_STATUS },
    { 3, "subject_name", ECS_SUBJECT },
    { 3, "trusted", ECS_TRUSTED },
    { 3, "signing_id", ECS_SIGNING_ID },
    { 3, "team_id", ECS_TEAM_ID },
};

static const struct { enum form_node node; unsigned slot; } ecs_files[] = {
    { NODE_ECS_DLL, SLOT_DLL },
    { NODE_ECS_FILE, SLOT_FILE },
    { NODE_ECS_PROCESS, SLOT_PROCESS },
};

static const char *const field_names[EVENT_FIELD_COUNT] = {
#define NAME(name) #name,
    EVENT_FIELDS(NAME)
#undef NAME
};

static struct entry table[TABLE_ROOM];
static char wazuh_names[EVENT_FIELD_COUNT][NAME_MAX_LEN];
static pthread_once_t filled = PTHREAD_ONCE_INIT;

static uint64_t bytes_at(const uint8_t *at, size_t len)
{
    uint64_t v = 0;

    if (len >= 8) {
        memcpy(&v, at, 8);
        return v;
    }
    for (size_t i = 0; i < len; i++)
        v = v << 8 | at[i];
    return v;
}

/* Of the length, the first eight and the last eight bytes: no two names differ
 * in nothing else. */
static size_t hash(enum form_node node, struct span name)
{
    uint64_t head = bytes_at(name.at, name.len);
    uint64_t tail = name.len > 8 ? bytes_at(name.at + name.len - 8, 8) : 0;
    uint64_t h = (head ^ (uint64_t)node << 57 ^ name.len) * UINT64_C(0x9e3779b97f4a7c15);

    h = (h ^ tail ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (size_t)(h >> 40) & (TABLE_ROOM - 1);
}

static void add(enum form_node node, const char *name, struct form_target target)
{
    size_t len = strlen(name), i = hash(node, span_of(name, len));

    assert(len > 0 && len <= NAME_MAX_LEN);
    while (table[i].name)
        i = (i + 1) & (TABLE_ROOM - 1);
    table[i] = (struct entry){ name, (uint8_t)len, (uint8_t)node, target };
}

static size_t lowered(uint8_t out[static NAME_MAX_LEN], struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        out[i] = name.at[i] >= 'A' && name.at[i] <= 'Z' ? name.at[i] | 0x20 : name.at[i];
    return name.len;
}

static struct form_target find(enum form_node node, struct span name)
{
    if (name.len > 0 && name.len <= NAME_MAX_LEN)
        for (size_t i = hash(node, name); table[i].name; i = (i + 1) & (TABLE_ROOM - 1))
            if (table[i].len == name.len && table[i].node == (uint8_t)node
                && memcmp(table[i].name, name.at, name.len) == 0)
                return table[i].target;
    return (struct form_target){ NODE_NONE, SLOT_NONE };
}

/* Of two names that differ in case alone the first counts. */
static void add_loose(const char *name, struct form_target target)
{
    static char room[LOOSE_MAX][NAME_MAX_LEN + 1];
    static size_t used;
    struct span low = { (const uint8_t *)room[used], 0 };

    assert(used < LOOSE_MAX);
    low.len = lowered((uint8_t *)room[used], span_of(name, strlen(name)));
    if (target.slot != SLOT_NONE && find(NODE_LOOSE, low).slot == SLOT_NONE)
        add(NODE_LOOSE, room[used++], target);
}

static void fill_table(void)
{
    unsigned taken[RANKED_COUNT] = { 0 };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct form_target target = rows[i].target;

        for (size_t c = 0; c < RANKED_COUNT; c++)
            if (rows[i].target.slot == ranked[c].first) {
                assert(taken[c] < ranked[c].room);
                target.slot = (uint16_t)(target.slot + taken[c]++);
            }
        add(rows[i].node, rows[i].name, target);
        if (rows[i].node == NODE_TOP)
            add_loose(rows[i].name, target);
    }
    for (unsigned f = 0; f < EVENT_FIELD_COUNT; f++) {
        struct form_target data = INTO(SLOT_DATA + f), flat = INTO(SLOT_FLAT + f);

        add(NODE_FIELDS, field_names[f], data);
        add(NODE_WIN_FIELDS, field_names[f], data);
        add(NODE_ITEMS, field_names[f], data);
        add(NODE_TOP, field_names[f], flat);
        add_loose(field_names[f], flat);
        memcpy(wazuh_names[f], field_names[f], strlen(field_names[f]) + 1);
        wazuh_names[f][0] = (char)(wazuh_names[f][0] | 0x20); /* imageLoaded */
        add(NODE_WIN_FIELDS, wazuh_names[f], data);
    }
    for (size_t s = 0; s < sizeof ecs_files / sizeof *ecs_files; s++) {
        enum form_node node = ecs_files[s].node;

        add(node, "hash", (struct form_target)TO(node + 1));
        add(node, "pe", (struct form_target)TO(node + 2));
        add(node, "code_signature", (struct form_target)TO(node + 3));
        for (size_t i = 0; i < sizeof ecs_rows / sizeof *ecs_rows; i++)
            add(node + ecs_rows[i].below, ecs_rows[i].name,
                (struct form_target)INTO(ecs_files[s].slot + ecs_rows[i].part));
    }
}

struct form_target form_target(enum form_node node, struct span name)
{
    pthread_once(&filled, fill_table);
    return find(node, name);
}

struct form_target form_loose(struct span name)
{
    uint8_t low[NAME_MAX_LEN];

    while (name.len && name.at[0] == '_')
        name = span_of(name.at + 1, name.len - 1);
    struct form_target t = form_target(NODE_TOP, name);
    return t.slot != SLOT_NONE || name.len > NAME_MAX_LEN
        ? t : form_target(NODE_LOOSE, span_of(low, lowered(low, name)));
}

struct form_target form_path(enum form_node node, struct span key)
{
    struct form_target t = form_target(node, key);
    const uint8_t *dot;

    if (t.node != NODE_NONE || t.slot != SLOT_NONE)
        return t;
    while ((dot = memchr(key.at, '.', key.len)) != NULL) {
        size_t len = (size_t)(dot - key.at);

        t = form_target(node, span_of(key.at, len));
        node = t.node;
        if (node == NODE_NONE || node == NODE_VALUE || node == NODE_WRAPPER)
            break;
        key = span_of(dot + 1, key.len - len - 1);
    }
    return dot ? (struct form_target){ NODE_NONE, SLOT_NONE } : form_target(node, key);
}
