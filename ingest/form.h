/* One record of a text form (JSON, CSV), as named values, and what Windows event
 * it is.
 *
 * The shapes that people have differ in where a word stands and in how it is
 * spelled, not in what it says.  So each word that we ask for has a slot, a
 * table (form_names.c) leads from (node, name) to it, and only when the record
 * is whole does form_event() decide what is believed before what.
 *
 * A value borrows the bytes that it was read from: they must live until
 * form_event().  The surprise: of two members of one name in one object the
 * first counts and the record is marked RECORD_ALTERED, because parsers disagree
 * there and "the last one wins" is how a record is made to say two things. */
#ifndef INGEST_FORM_H
#define INGEST_FORM_H

#include "ingest/event.h"

/* Where in a record we stand.  An array stands where its key led. */
enum form_node {
    NODE_NONE,      /* nothing below is asked for */
    NODE_TOP,       /* a record; also `result`, `_source`, `fields` around one */
    NODE_DOCUMENT,  /* Chainsaw's `document`, Wazuh's `data` */
    NODE_WRAPPER,   /* what holds an array of records, or an object that does */
    NODE_ANSWERS,   /* an array of objects that hold wrappers: _msearch's responses */
    NODE_EVENT,     /* Event: System, EventData */
    NODE_SYSTEM,
    NODE_FIELDS,    /* EventData */
    NODE_ITEMS,     /* EventData.Data: {Name, text} for each field; Get-WinEvent's Properties */
    NODE_ITEM_ATTRIBUTES,
    NODE_VALUE,     /* an object in the place of a value: its text, Name, SystemTime */
    NODE_WINLOG,
    NODE_WIN, NODE_WIN_SYSTEM, NODE_WIN_FIELDS, /* Wazuh */
    NODE_ECS_EVENT, NODE_ECS_HOST, NODE_ECS_OS, NODE_ECS_AGENT, NODE_ECS_USER, NODE_ECS_RULE,
    NODE_ECS_PARENT,
    NODE_ECS_DLL,  NODE_DLL_HASH,  NODE_DLL_PE,  NODE_DLL_SIGNATURE,
    NODE_ECS_FILE, NODE_FILE_HASH, NODE_FILE_PE, NODE_FILE_SIGNATURE,
    NODE_ECS_PROCESS, NODE_PROCESS_HASH, NODE_PROCESS_PE, NODE_PROCESS_SIGNATURE,
    NODE_LOOSE,     /* NODE_TOP's values in lower case: form_loose() */
    NODE_COUNT
};

/* What ECS says of a file, be it dll, file or process. */
enum ecs_part {
    ECS_PATH, ECS_SHA1, ECS_MD5, ECS_SHA256, ECS_IMPHASH, ECS_COMPANY, ECS_DESCRIPTION,
    ECS_PRODUCT, ECS_FILE_VERSION, ECS_ORIGINAL_FILE_NAME, ECS_SIGNED, ECS_EXISTS, ECS_STATUS,
    ECS_SUBJECT, ECS_TRUSTED, ECS_SIGNING_ID, ECS_TEAM_ID, ECS_PARTS
};

/* The first three slots of SLOT_ID stand in System, winlog and win: such a record
 * says what is its own and what is its collector's, and SLOT_FLAT is not read. */
#define NESTED_IDS 3

enum form_slot {
    SLOT_DATA = 0,                               /* EventData, by event_field */
    SLOT_FLAT = SLOT_DATA + EVENT_FIELD_COUNT,   /* the record's own members, too */
    /* ranked: several slots each, in the order in which they are believed */
    SLOT_PROVIDER = SLOT_FLAT + EVENT_FIELD_COUNT,
    SLOT_CHANNEL = SLOT_PROVIDER + 12,
    SLOT_ID = SLOT_CHANNEL + 8,
    SLOT_COMPUTER = SLOT_ID + 10,
    SLOT_RECORD = SLOT_COMPUTER + 15,
    SLOT_TIME = SLOT_RECORD + 9,
    SLOT_RAW = SLOT_TIME + 11,                   /* _raw, SyslogMessage: the event as text */
    SLOT_NESTED = SLOT_RAW + 2,                  /* EventData, Payload as text */
    SLOT_MESSAGE = SLOT_NESTED + 2,              /* Windows' rendering of the event */
    SLOT_SPLUNK_SOURCE = SLOT_MESSAGE + 2,       /* XmlWinEventLog:channel */
    SLOT_MODULE = SLOT_SPLUNK_SOURCE + 2,        /* event.module and so on, one slot each */
    SLOT_DATASET, SLOT_CATEGORY, SLOT_ACTION, SLOT_TYPE, SLOT_OS,
    SLOT_USER_DOMAIN, SLOT_USER_NAME, SLOT_RULE,
    SLOT_GUID, SLOT_PID, SLOT_COMMAND_LINE, SLOT_FOLDER, /* process.* */
    SLOT_PARENT_PATH, SLOT_PARENT_GUID, SLOT_PARENT_PID, SLOT_PARENT_COMMAND_LINE,
    SLOT_DLL,
    SLOT_FILE = SLOT_DLL + ECS_PARTS,
    SLOT_PROCESS = SLOT_FILE + ECS_PARTS,
    SLOT_COUNT = SLOT_PROCESS + ECS_PARTS,
    SLOT_NONE = SLOT_COUNT
};

enum form_writing {
    WRITING_NULL,  /* there, and nothing */
    WRITING_PLAIN, /* the bytes are the text */
    WRITING_JSON,  /* a JSON string, `marks` from json.h */
    WRITING_CSV,   /* between quotes, each quote in it doubled */
};

struct form_value {
    struct span text;
    uint32_t object; /* which object it is a member of */
    enum form_writing writing;
    uint8_t marks;
};

#define LISTED_MAX 32 /* fields without a name, by their position */

#define FORM_LOSSES_MAX 10000 /* of one piece; its rest is then one loss more */

#define FORM_WORDS ((SLOT_COUNT + 63) / 64)

struct xml_reader;
struct piece;

struct form {
    struct batch *batch;
    struct arena scratch;    /* of one record: what need not outlive it */
    struct arena_mark empty;
    struct form *ahead;      /* to look at a record before it is one; made when needed */
    struct xml_reader *xml;  /* made when the first record needs it */
    bool mended;             /* the bytes were, before records were told apart */

    /* Of the record at hand. */
    uint64_t filled[FORM_WORDS];
    uint32_t object; /* of the values that come next; the feeder counts */
    bool altered;
    struct form_value value[SLOT_COUNT]; /* where `filled` */
    struct form_value listed[LISTED_MAX];
    unsigned listed_count; /* also of those beyond */
    struct span object_text; /* the record as JSON, where it is; SPAN_NONE */
    int64_t around;       /* the time of the line around it, for records without one; */
    bool around_zoned;    /* MOMENT_NONE: there is none; and whether it names its zone */

    /* To look once at all dates of the piece where one could be day or month first. */
    const struct piece *piece;
    void (*again)(const struct piece *p, struct batch *b);
};

/* Where a name leads: a scalar goes into the slot, an object or array opens the
 * node.  NODE_NONE and SLOT_NONE: nowhere. */
struct form_target {
    enum form_node node;
    uint16_t slot;
};

struct form_target form_target(enum form_node node, struct span name);

/* The same, and where there is no such name but dots in it, as far as each of its
 * parts leads. */
struct form_target form_path(enum form_node node, struct span key);

/* One for each piece; it is large, and holds memory. */
struct form *form_open(struct batch *b);
void form_close(struct form *f);

/* Forgets the record at hand. */
void form_reset(struct form *f);

/* The first of a name counts; SLOT_NONE is no slot and takes nothing.  Was it taken? */
bool form_put(struct form *f, unsigned slot, struct form_value v);

/* Puts a comma and the text of a JSON string behind the one that fills the slot. */
void form_join(struct form *f, unsigned slot, struct form_value v);

static inline bool form_filled(const struct form *f, unsigned slot)
{
    return f->filled[slot / 64] >> (slot % 64) & 1;
}

/* Does it say which event it is: an id, and a provider or a channel? */
bool form_names_event(const struct form *f);

/* Files the record, which begins at `place` of the evidence, under the batch: by
 * ingest/normal, or as an other without a name where it is no event of Windows'
 * logs.  Counts exactly one record, and resets the form. */
void form_event(struct form *f, uint64_t place);

/* ---- between the files that read forms ---- */

/* The text of a slot, in the arena; SPAN_NONE where it is not logged, or where
 * the arena is full (*full). */
struct span form_text(struct form *f, unsigned slot, struct arena *a, bool *full);

/* The same for a look: the bytes themselves where they are the text. */
struct span form_peek(struct form *f, unsigned slot);

/* The first of `count` ranked slots that says anything, or SLOT_NONE. */
unsigned form_first(const struct form *f, unsigned slot, unsigned count);

/* ISO, epoch numbers by their size, /Date(..)/, or a form_date.  *zoned: it says its
 * zone.  MOMENT_NONE. */
int64_t form_moment(struct span text, unsigned *dates, bool *zoned);

/* `10/22/2020 1:31:04 AM`, `22.10.2020 08:17:06`, RFC 2822, ctime, WMI, Kibana.  Learns
 * and heeds the order of day and month in *dates (bits of DATES_...), and sets *zoned
 * where it says its zone.  MOMENT_NONE. */
int64_t form_date(struct span text, unsigned *dates, bool *zoned);

/* The same in UTC: what names no zone is read in the batch's. */
int64_t form_moment_utc(struct batch *b, struct span text, bool *zoned);

/* One more field whose place alone says which it is. */
void form_list(struct form *f, struct form_value v);

/* Fills EventData's slots from text inside the record (JSON or XML in a string,
 * Windows' message), else from the fields listed for Sysmon's event `id`. */
void form_unfold(struct form *f, uint64_t id);

/* Of what was listed, where its length and two of its values fit one schema of Sysmon's
 * event alone. */
void form_by_position(struct form *f, uint64_t id);

/* Looks again at an object that names no event: an event as text in one of its strings
 * (`message`, `log`, `event.original`), or its keys in another case or behind an
 * underscore (GELF).  True where it is filed; else the slots are lost. */
bool form_second_look(struct form *f, uint64_t place);

/* Where a key of the outermost object leads, without case and leading underscores. */
struct form_target form_loose(struct span name);

/* Counts the record at `place` as no event that is known here. */
void form_stranger(struct form *f, uint64_t place);

/* EventData's words, and what ECS says where they don't; where the record has neither
 * System nor winlog, also its own members. */
void form_fill(struct form *f, struct event *e, bool *full);

/* Which event ECS fields alone speak of; false where of none. */
bool form_ecs_identity(struct form *f, struct event *e);

/* What ECS says where EventData does not. */
void form_ecs_fill(struct form *f, struct event *e, bool *full);

#endif
