/* What we keep of evidence: loads, processes, context, losses, and the batch
 * in which they cross from ingest to store.
 *
 * A member with a capital letter is evidence, spelled as Sysmon spells it.  All
 * texts are valid UTF-8 (core/text.h) and live in the batch's arena; SPAN_NONE
 * means that it was not logged. */
#ifndef CORE_LOAD_H
#define CORE_LOAD_H

#include "core/arena.h"
#include "core/digest.h"
#include "core/moment.h"

enum platform { PLATFORM_UNKNOWN, PLATFORM_WINDOWS, PLATFORM_LINUX, PLATFORM_MACOS };

/* What a module is: a distinct value of all of these.
 *    Sysmon             auditd      ECS                             width */
#define MODULE_FIELDS(_) \
    _(ImageLoaded,       "name",     "dll.path",                        40) \
    _(Hashes,            "",         "dll.hash",                        24) \
    _(Signed,            "",         "dll.code_signature.exists",        6) \
    _(Signature,         "",         "dll.code_signature.subject_name", 20) \
    _(SignatureStatus,   "",         "dll.code_signature.status",       10) \
    _(Company,           "",         "dll.pe.company",                  16) \
    _(Product,           "",         "dll.pe.product",                  16) \
    _(Description,       "",         "dll.pe.description",              16) \
    _(OriginalFileName,  "",         "dll.pe.original_file_name",       16) \
    _(FileVersion,       "",         "dll.pe.file_version",             12)

/* Hashes, split: lower-case hexadecimal. */
#define HASH_FIELDS(_) \
    _(sha256,            "",         "dll.hash.sha256",                 16) \
    _(sha1,              "",         "dll.hash.sha1",                   16) \
    _(md5,               "",         "dll.hash.md5",                    16) \
    _(imphash,           "",         "dll.pe.imphash",                  16)

/* What the program passed, where that is not ImageLoaded (auditd: relative, with
 * `..`, by /proc/self/fd).  Part of what a module is. */
#define RAW_FIELDS(_) \
    _(ImageLoaded_raw,   "name",     "",                                40)

/* The file behind a path, where its record tells (auditd's PATH).  No part of what
 * a module is, since an inode is another on each host: kept beside its sightings. */
#define FILE_FIELDS(_) \
    _(inode,             "inode",    "file.inode",                      10) \
    _(dev,               "dev",      "file.device",                      8) \
    _(mode,              "mode",     "file.mode",                        8) \
    _(owner,             "ouid",     "file.owner",                      10)

/* Every text that a load record may carry. */
#define LOAD_FIELDS(_) \
    _(Computer,          "node",     "host.name",                       16) \
    _(User,              "uid",      "user.name",                       16) \
    _(ProcessGuid,       "",         "process.entity_id",               38) \
    _(Image,             "exe",      "process.executable",              32) \
    _(RuleName,          "key",      "rule.name",                       16) \
    MODULE_FIELDS(_) \
    HASH_FIELDS(_) \
    RAW_FIELDS(_) \
    FILE_FIELDS(_)

/* Every text that a process record (Event ID 1, Security 4688) may carry.
 * For an end (Event ID 5) only the first five are known. */
#define PROCESS_FIELDS(_) \
    _(Computer,          "node",     "host.name",                       16) \
    _(User,              "uid",      "user.name",                       16) \
    _(ProcessGuid,       "",         "process.entity_id",               38) \
    _(Image,             "exe",      "process.executable",              32) \
    _(RuleName,          "key",      "rule.name",                       16) \
    _(CommandLine,       "argv",     "process.command_line",            40) \
    _(CurrentDirectory,  "cwd",      "process.working_directory",       24) \
    _(IntegrityLevel,    "",         "process.Ext.token.integrity_level_name", 8) \
    _(LogonId,           "ses",      "winlog.logon.id",                 10) \
    _(LoginUser,         "auid",     "user.audit.name",                 16) \
    _(Hashes,            "",         "process.hash",                    24) \
    _(OriginalFileName,  "",         "process.pe.original_file_name",   16) \
    _(ParentProcessGuid, "",         "process.parent.entity_id",        38) \
    _(ParentImage,       "",         "process.parent.executable",       32) \
    _(ParentCommandLine, "",         "process.parent.command_line",     40)

/* Every text that a context record may carry.  Target is the file (events 11,
 * 15, 23, 26, 29: TargetFilename) or the image of the process written into
 * (event 8: TargetImage); Detail is what else the event says: a stream's
 * Contents (15), StartModule and StartFunction (8), CreationUtcTime (11). */
#define CONTEXT_FIELDS(_) \
    _(Computer,          "node",     "host.name",                       16) \
    _(User,              "uid",      "user.name",                       16) \
    _(ProcessGuid,       "",         "process.entity_id",               38) \
    _(Image,             "exe",      "process.executable",              32) \
    _(RuleName,          "key",      "rule.name",                       16) \
    _(Target,            "name",     "file.path",                       40) \
    _(TargetProcessGuid, "",         "Target.process.entity_id",        38) \
    _(Hashes,            "",         "file.hash",                       24) \
    _(Detail,            "",         "",                                24)

enum record_flags {
    RECORD_RECOVERED = 1 << 0, /* found outside the declared records (EVTX slack) */
    RECORD_ALTERED = 1 << 1,   /* some text was mended (core/text.h) */
    RECORD_NUMBERED = 1 << 2,  /* `record` is the format's own number */
    RECORD_NO_UTCTIME = 1 << 3,/* `time` is the record's own, UtcTime was missing or bad */
    RECORD_ZONE_ASSUMED = 1 << 4, /* the time named no zone where its format needs one */
    RECORD_PRELOAD_ORDER = 1 << 5, /* loaded before ld.so.cache was asked: LD_PRELOAD, LD_AUDIT,
                                      LD_LIBRARY_PATH or a run path */
    RECORD_INDIRECT_EXEC = 1 << 6, /* by ld.so run as a program: the module may be a program */
};

/* How a load's path was found, where its record does not say it outright: then it is
 * RESOLUTION_EXACT. */
enum resolution {
    RESOLUTION_EXACT, RESOLUTION_DIRFD, RESOLUTION_PROCFD, RESOLUTION_MEMFD,
    RESOLUTION_INFERRED, RESOLUTION_OPENED, RESOLUTION_UNRESOLVED,
    RESOLUTION_REPORTED, /* dyld's own words in the unified log (DYLD_PRINT_LIBRARIES) */
};

#define FIELD_SPAN(name, auditd, ecs, width) struct span name;

/* What every record of evidence has, whatever it is. */
struct origin {
    int64_t time;      /* UtcTime, else the record's own; MOMENT_NONE where neither */
    int64_t logged;    /* the record's own (System/TimeCreated); MOMENT_NONE */
    uint64_t record;   /* EventRecordID; meaningful with RECORD_NUMBERED */
    uint64_t place;    /* byte offset of the record in its evidence */
    uint32_t flags;    /* enum record_flags */
    struct span Channel; /* SPAN_NONE where the form has none */
    struct range *range; /* of its host and channel: batch_place */
};

struct load {
    struct load *next;
    struct origin origin;
    /* batch_identify's: of all that decides its sighting, and of (Computer,
     * ProcessGuid).  All zeros: not computed yet. */
    struct hash128 key, run;
    int64_t ProcessId; /* -1: not logged */
    enum platform platform;
    enum resolution resolution;
    /* How the loading process is signed, in words (Endpoint Security); it says nothing
     * of the module.  No part of what the load is. */
    struct span ProcessSigning;
    /* What the record says of the loading process beside its Image (Falco, Elastic): it
     * fills a process whose start is not in the case.  No part of what the load is. */
    struct span ProcessCommandLine, ProcessParentImage;
    LOAD_FIELDS(FIELD_SPAN)
};

enum process_source {
    PROCESS_STUB,    /* no start seen: known from a load alone */
    PROCESS_4688,    /* Security 4688 */
    PROCESS_EVENT1,  /* Sysmon Event ID 1 */
    PROCESS_EXECVE,  /* auditd */
    PROCESS_EXEC,    /* Endpoint Security */
};

struct process {
    struct process *next;
    struct origin origin;
    bool ended;              /* an end (Event ID 5), not a start */
    enum process_source source;
    enum platform platform;
    int64_t ProcessId;       /* -1: not logged */
    int64_t ParentProcessId; /* -1: not logged */
    PROCESS_FIELDS(FIELD_SPAN)
};

/* Events that other platforms have too, and one that Sysmon has no number for. */
#define CONTEXT_FILE_CREATED 11
#define CONTEXT_FILE_DELETED 26
#define CONTEXT_EXECUTABLE_MEMORY 1000 /* anonymous, or made executable: a tag on the process */
#define CONTEXT_LOAD_FAILED 1001       /* a library that was asked for and not loaded: no load */

struct context {
    struct context *next;
    struct origin origin;
    uint32_t event;    /* Sysmon's Event ID: 8, 11, 15, 23, 26, 29; or CONTEXT_... */
    enum platform platform;
    int64_t ProcessId; /* -1: not logged */
    CONTEXT_FIELDS(FIELD_SPAN)
};

/* Records of one provider and id that we do not keep, counted. */
struct other {
    struct other *next;
    struct span Provider;
    uint64_t id;
    uint64_t records;
};

/* A damaged record, or a damaged stretch, and why. */
struct loss {
    struct loss *next;
    uint64_t place;     /* byte offset in the evidence */
    uint64_t len;       /* bytes given up; 0 where not known */
    const char *reason; /* a sentence without a full stop; static, or in the arena */
    bool note;          /* nothing was given up: worth knowing, and counted nowhere */
};

/* What a file tells of how its host logs: for people, as a sentence.  `what` is a
 * word of ours (opens, maps, lost, ...); of one file, host and `what` one is kept. */
struct host_note {
    struct host_note *next;
    struct span Computer;
    const char *what;
    struct span words;
};

/* What a batch holds of one host and channel. */
struct range {
    struct range *next;
    struct range *alike;  /* the batch's table of them */
    uint32_t number;      /* in the batch, from 0 */
    struct span Computer, Channel;
    enum platform platform;
    int64_t host;         /* its row, once the writer has asked */

    /* Its declared, numbered records, whatever their kind. */
    uint64_t first, last; /* record numbers */
    uint64_t records;     /* 0: none, and the rest says nothing */
    int64_t first_time, last_time; /* of their own times */
    uint64_t loads, processes, context;

    /* Its loads, process and context records, recovered ones too, by their
     * UtcTime: what copies are looked for by. */
    struct {
        int64_t first, last;           /* numbers; first > last: none has one */
        int64_t first_time, last_time; /* first > last: none has one */
        int64_t unnumbered;
    } kept;
};

#define RANGES_MAX 4096   /* of one batch; more than real evidence has room for */
#define RANGE_BUCKETS 64

#define FINGERPRINT_BYTES SHA256_BYTES

/* How well a name is known that stands for the host of records that name none:
 * of two names of one collection the better known one is shown. */
enum host_trust {
    HOST_UNTOLD,     /* no such record is to be expected */
    HOST_OF_FOLDER,  /* what the collection's folder or archive is called */
    HOST_OF_NAME,    /* that name follows a collector's convention, which names the host */
    HOST_OF_FACTS,   /* the collection says it itself (client_info.json) */
    HOST_GIVEN,      /* --host */
};

/* A Computer that no record can have, since a NUL is mended on the way in: the
 * mark, and then the given name or the key of the collection. */
#define UNNAMED_MARK '\0'
#define UNNAMED_GIVEN 'g'
#define UNNAMED_COLLECTION 'c'
#define UNNAMED_HEAD 2      /* bytes in front of the name or key */
#define ASSUMED_NAME_MAX 255 /* bytes of an assumed name */
#define COLLECTION_KEY_BYTES SHA256_BYTES

/* Said with the first batch of a source. */
struct source_opens {
    struct span path;    /* as it was given or found; raw bytes, not always UTF-8 */
    struct span bundle;  /* the archive it lay in; SPAN_NONE for a plain file */
    uint64_t size;       /* bytes */
    const char *format;  /* the decoder's name: "evtx", "xml", "unknown", ... */
    uint8_t fingerprint[FINGERPRINT_BYTES]; /* SHA-256 of size, first and last 64 KiB */
    int64_t resumes;     /* evidence id of the interrupted row it continues; 0 */
    struct span unnamed; /* Computer of its records that name no host; SPAN_NONE */
    struct span host;    /* what that host is called; valid UTF-8 */
    enum host_trust trust;
};

enum source_state {
    SOURCE_READING,    /* not finished: an ingest under way, or one that was killed */
    SOURCE_COMPLETE,
    SOURCE_PARTIAL,    /* ended early: cut, unreadable from some place on, a limit */
    SOURCE_DUPLICATE,  /* the same bytes are in the case already */
    SOURCE_UNKNOWN,    /* no format that we read */
    SOURCE_UNREADABLE, /* could not be opened or read at all */
    SOURCE_EMPTY,      /* no byte in it */
    SOURCE_SKIPPED,    /* a link, a device, another modhunt case: listed only */
    SOURCE_SUPERSEDED, /* of a bundle that a later ingest has read whole */
};

/* Said with the last batch of a source. */
struct source_closes {
    enum source_state state;
    uint64_t size;       /* bytes read; the file's size where it was only listed */
    bool hashed;
    uint8_t sha256[SHA256_BYTES]; /* of the same bytes that were parsed, where `hashed` */
    struct span reason;  /* why not complete; SPAN_NONE */
    const uint8_t *fingerprint; /* of what was read, where `opens` could not say; NULL */
};

/* Counts of declared records: records is their sum with damaged.  Recovered
 * ones are in `recovered` alone. */
struct counts {
    uint64_t records, loads, processes, context, other, damaged, duplicates, recovered;
};

/* A declared, numbered record of any kind, so that recovered copies can be told. */
struct declared {
    uint64_t record;
    int64_t logged;
};

/* What records did not say and was assumed: a note in the ledger, once a source. */
enum assumed { ASSUMED_HOST, ASSUMED_ZONE, ASSUMED_YEAR, ASSUMED_ORDER, ASSUMED_COUNT };

/* What is counted of a source's records and is one note of it when it ends. */
enum summed {
    SUMMED_UNREAD,   /* their time was logged and could not be read; the text is it */
    SUMMED_HOLLOW,   /* named as loads, but without ImageLoaded */
    SUMMED_STRANGER, /* objects that are no event known here; the text is their keys */
    SUMMED_COUNT
};

#define SUM_SHOWN_MAX 120            /* bytes of the text that are shown; */
#define SUM_TEXT_MAX (3 * SUM_SHOWN_MAX + 1) /* cleaned they may be three times as many */

struct sum {
    uint64_t count, at, last; /* where the first and the last were */
    char text[SUM_TEXT_MAX];  /* of the first, cut short */
};

/* The reason of a source in which no object was an event begins so. */
#define NO_EVENT_REASON "no event is recognised in "

/* What times of the records proved about 3/4/2020, and how far that was asked. */
enum {
    DATES_DAY_FIRST = 1 << 0,
    DATES_MONTH_FIRST = 1 << 1,
    DATES_UNSURE = 1 << 2, /* one could be either */
    DATES_ASKED = 1 << 3,  /* the whole piece was looked at */
};

struct zone;  /* ingest/zone.h */
struct found; /* a record outside the declared ones: ingest/evtx.h */

#define BATCH_BYTES_MAX (64u << 20) /* arena of one batch; a piece is far smaller */

/* Bytes that hold nothing where records could be (EVTX slots of zeros), at both
 * ends of a piece: only its follow can tell a hole from an unused end. */
struct gap {
    uint64_t ahead, behind; /* bytes */
    bool whole;             /* nothing else is in the piece: all of it is `behind` */
};


/* What one piece of evidence became.  Batches of a source reach the writer in
 * the order of their pieces, whoever decoded them.  The batch owns its arena;
 * everything it points to lives there. */
struct batch {
    uint32_t source;     /* the source's running number in this ingest, from 1 */
    uint64_t begin, end; /* bytes of the source that it covers */
    struct arena arena;
    struct span unnamed; /* Computer of records that name no host; SPAN_NONE: stays so */
    const struct zone *zone; /* of times that name none; NULL: UTC */
    int64_t written;     /* the file's own date, for times without a year; 0: not known */
    unsigned assumed;    /* bits of enum assumed; where first, in assumed_at */
    uint64_t assumed_at[ASSUMED_COUNT];
    unsigned dates;      /* bits of DATES_... */
    struct sum sums[SUMMED_COUNT];
    const struct source_opens *opens;   /* first batch of a source */
    const struct source_closes *closes; /* last batch of a source */
    struct counts counts;
    int64_t first_time, last_time; /* of declared records' own times; MOMENT_NONE */
    struct load *loads, *last_load; /* each list in the order of place */
    struct process *processes, *last_process;
    struct context *contexts, *last_context;
    struct other *others;
    struct loss *losses, *last_loss;
    struct host_note *host_notes;
    struct range *ranges, *last_range;
    struct range *bucket[RANGE_BUCKETS];
    uint32_t range_count;
    size_t items, placed; /* loads, processes and contexts; batch_place's calls */
    struct declared *declared; /* only where the decoder's follow asks for it */
    size_t declared_count, declared_room;
    struct found *found, *last_found; /* the decoder's, for its follow; then NULL */
    void *left;          /* the same of another decoder, in the arena */
    struct gap gap;
    bool ends;           /* of no source, and the last one: all evidence was read */

    /* Of a file that is followed: the digest by which its beginning, up to `end`,
     * is known again, so that the file can be gone on with; NULL. */
    const uint8_t *followed;
    bool caught_up; /* all that the file holds for now */
};

struct batch *batch_open(uint32_t source, uint64_t begin, uint64_t end);
void batch_close(struct batch *b); /* NULL is fine */

/* The record at `place` did not say it. */
static inline void batch_assumed(struct batch *b, enum assumed what, uint64_t place)
{
    if (!(b->assumed & 1u << what))
        b->assumed_at[what] = place;
    b->assumed |= 1u << what;
}

/* Counts `more` of them at `place`, where a record counts but once; of the first the
 * text is kept. */
void batch_sum(struct batch *b, enum summed what, uint64_t place, uint64_t more,
               struct span text);

/* The Computer that a record gets: its own, or where it names none the source's. */
static inline struct span batch_host(const struct batch *b, struct span Computer)
{
    return Computer.len || !b->unnamed.len ? Computer : b->unnamed;
}

/* Append a zeroed item that lives in the arena (ProcessId -1, time MOMENT_NONE);
 * NULL past the ceiling.  They count nothing: ingest/normal does. */
struct load *batch_load(struct batch *b);
struct process *batch_process(struct batch *b);
struct context *batch_context(struct batch *b);

/* The range of a host and channel, made where it is new (the texts are borrowed
 * from the arena); NULL past RANGES_MAX or where the arena is full. */
struct range *batch_range(struct batch *b, struct span Computer, struct span Channel);

/* Says where an item that is kept belongs: o->range, widened by it.  Whoever
 * files items calls it once for each; for what has none the writer does. */
void batch_place(struct batch *b, struct span Computer, enum platform p, struct origin *o);

/* Computes key and run, so that the writer need not touch the texts. */
void load_identify(struct load *l);
struct hash128 run_key(struct span Computer, struct span ProcessGuid);

/* The record's own number as the case keeps it; -1 where it has none. */
int64_t record_number(const struct origin *o);

#define MODULE_SPANS 17
/* The columns of a module in the order of the schema; how many. */
size_t module_spans(const struct load *l, struct span out[static MODULE_SPANS]);

/* Counts a damaged record.  `reason` must be static or live in the arena. */
void batch_loss(struct batch *b, uint64_t place, uint64_t len, const char *reason);

/* Says something of a place that cost no record (a chunk's checksum is wrong). */
void batch_note(struct batch *b, uint64_t place, const char *reason);

/* The texts live in the arena; `what` is static. */
void batch_host_note(struct batch *b, struct span Computer, const char *what, struct span words);

/* Counts one more record that is not kept.  Past OTHERS_MAX names in one batch,
 * more than real records can bring, under no name. */
#define OTHERS_MAX 4096
void batch_other(struct batch *b, struct span Provider, uint64_t id);

/* A file that the case has already, told to ingest when it starts. */
struct known {
    int64_t evidence;   /* its row's id */
    uint64_t size;
    uint8_t fingerprint[FINGERPRINT_BYTES];
    bool hashed;
    uint8_t sha256[SHA256_BYTES];
    enum source_state state;
    uint64_t place;     /* SOURCE_READING, or followed: everything before it is committed */
    uint64_t name;      /* known_name() of its path where it lay in no bundle; 0 */
    bool unfinished;    /* its ingest did not come to an end, and may be going on now */
    bool followed;      /* it may be gone on with: the digest of what lies before `place` */
    uint8_t beginning[SHA256_BYTES];
};

/* A path as a number that lives as long as this process; never 0. */
uint64_t known_name(struct span path);

const char *platform_name(enum platform p);          /* "windows", ...; "" for unknown */
enum platform platform_named(struct span name);
const char *source_state_name(enum source_state s);  /* "complete", ... */
const char *process_source_name(enum process_source s); /* "stub", "4688", "event 1", ... */
const char *resolution_name(enum resolution r);      /* "exact", "dirfd", ... */

#endif
