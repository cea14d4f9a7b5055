/* The generator of evidence: what its parts say to each other.
 *
 * A source of events (stream.c, story.c) fills a `struct gen_event`; a writer
 * (evtx.c, xml.c, json.c) puts it into a file in its own form; truth.c keeps
 * the exact answer.  The same arguments always give the same bytes.  Nothing
 * here is shared with the program under test but spans: the formula, the times
 * and the formats are written a second time, so that they can disagree. */
#ifndef TESTS_GEN_GEN_H
#define TESTS_GEN_GEN_H

#include "core/span.h"

#include <stdio.h>

/* Everything that EventData may say: our name, Windows' name, its type. */
#define GEN_FACTS(_) \
    _(RuleName, "RuleName", TEXT) _(UtcTime, "UtcTime", TEXT) \
    _(ProcessGuid, "ProcessGuid", GUID) _(ProcessId, "ProcessId", NUMBER) \
    _(Image, "Image", TEXT) _(ImageLoaded, "ImageLoaded", TEXT) \
    _(FileVersion, "FileVersion", TEXT) _(Description, "Description", TEXT) \
    _(Product, "Product", TEXT) _(Company, "Company", TEXT) \
    _(OriginalFileName, "OriginalFileName", TEXT) _(Hashes, "Hashes", TEXT) \
    _(Signed, "Signed", TEXT) _(Signature, "Signature", TEXT) \
    _(SignatureStatus, "SignatureStatus", TEXT) _(User, "User", TEXT) \
    _(CommandLine, "CommandLine", TEXT) _(CurrentDirectory, "CurrentDirectory", TEXT) \
    _(LogonGuid, "LogonGuid", GUID) _(LogonId, "LogonId", HEX) \
    _(TerminalSessionId, "TerminalSessionId", NUMBER) \
    _(IntegrityLevel, "IntegrityLevel", TEXT) \
    _(ParentProcessGuid, "ParentProcessGuid", GUID) \
    _(ParentProcessId, "ParentProcessId", NUMBER) _(ParentImage, "ParentImage", TEXT) \
    _(ParentCommandLine, "ParentCommandLine", TEXT) _(ParentUser, "ParentUser", TEXT) \
    _(TargetFilename, "TargetFilename", TEXT) _(CreationUtcTime, "CreationUtcTime", TEXT) \
    _(Hash, "Hash", TEXT) _(Contents, "Contents", TEXT) \
    _(SourceProcessGuid, "SourceProcessGuid", GUID) \
    _(SourceProcessId, "SourceProcessId", NUMBER) _(SourceImage, "SourceImage", TEXT) \
    _(TargetProcessGuid, "TargetProcessGuid", GUID) \
    _(TargetProcessId, "TargetProcessId", NUMBER) _(TargetImage, "TargetImage", TEXT) \
    _(NewThreadId, "NewThreadId", NUMBER) _(StartAddress, "StartAddress", TEXT) \
    _(StartModule, "StartModule", TEXT) _(StartFunction, "StartFunction", TEXT) \
    _(SourceUser, "SourceUser", TEXT) _(TargetUser, "TargetUser", TEXT) \
    _(Protocol, "Protocol", TEXT) _(DestinationIp, "DestinationIp", TEXT) \
    _(DestinationPort, "DestinationPort", NUMBER) \
    _(EventType, "EventType", TEXT) _(TargetObject, "TargetObject", TEXT) \
    _(Details, "Details", TEXT) \
    _(SubjectUserSid, "SubjectUserSid", SID) _(SubjectUserName, "SubjectUserName", TEXT) \
    _(SubjectDomainName, "SubjectDomainName", TEXT) _(SubjectLogonId, "SubjectLogonId", HEX) \
    _(NewProcessId, "NewProcessId", HEX) _(NewProcessName, "NewProcessName", TEXT) \
    _(TokenElevationType, "TokenElevationType", TEXT) _(CreatorId, "ProcessId", HEX) \
    _(TargetUserSid, "TargetUserSid", SID) _(TargetUserName, "TargetUserName", TEXT) \
    _(TargetDomainName, "TargetDomainName", TEXT) _(TargetLogonId, "TargetLogonId", HEX) \
    _(ParentProcessName, "ParentProcessName", TEXT) _(MandatoryLabel, "MandatoryLabel", SID) \
    _(LogonType, "LogonType", NUMBER)

#define GEN_FACT_ENUM(id, name, type) F_##id,
enum gen_fact { GEN_FACTS(GEN_FACT_ENUM) F_COUNT };
enum gen_type { GEN_TEXT, GEN_GUID, GEN_NUMBER, GEN_HEX, GEN_SID };

const char *gen_fact_name(enum gen_fact f);
enum gen_type gen_fact_type(enum gen_fact f);

struct gen_guid {
    uint8_t at[16]; /* as Windows stores it: three little-endian parts, eight bytes */
};

struct gen_value {
    struct span text;  /* TEXT; for SID the sub-authorities as text, `S-1-5-18` */
    uint64_t number;   /* NUMBER, HEX */
    struct gen_guid guid;
};

#define SHAPE_FIELDS_MAX 24

/* One kind of event in one version of its schema. */
struct gen_shape {
    const char *Provider, *Guid, *Channel;
    unsigned id, version, task;
    uint64_t keywords;
    uint8_t template_guid[16]; /* of its EventData */
    size_t count;
    enum gen_fact field[SHAPE_FIELDS_MAX];
};

enum gen_kind { KIND_LOAD, KIND_PROCESS, KIND_CONTEXT, KIND_OTHER,
                KIND_DAMAGED /* will be spoilt after it is written */ };

/* One record to be written.  The texts are borrowed until it is. */
struct gen_event {
    const struct gen_shape *shape;
    enum gen_kind kind;
    struct span Computer;
    int64_t time;       /* microseconds since 1970; UtcTime says its milliseconds */
    int64_t logged;     /* the record's own time */
    uint64_t record;    /* EventRecordID */
    struct span CommandLine, User; /* of a load's process, for the truth; may be none */
    bool set[F_COUNT];
    struct gen_value value[F_COUNT];
    char utc[32];       /* what UtcTime borrows */
};

/* ---- chance.c: numbers that look random, and texts made of them ---- */

struct chance {
    uint64_t state[2];
};
void chance_seed(struct chance *c, uint64_t seed);
uint64_t chance_next(struct chance *c);
/* 0 to below - 1. */
uint32_t chance_below(struct chance *c, uint32_t below);
/* A number that depends on the text alone. */
uint64_t chance_of(struct span text);

_Noreturn void gen_die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *gen_get(size_t size);
/* A text that lives as long as the program. */
struct span gen_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
void gen_clock(int64_t time, char separator, int decimals, char out[static 32]);
void gen_guid_text(struct gen_guid g, bool upper, bool braces, char out[static 40]);
struct gen_guid gen_guid_of(uint64_t a, uint64_t b);
/* Sysmon's Hashes of a file whose content is named by `content`; `kinds` of
 * `M`, `1`, `2`, `I` in the order wanted. */
struct span gen_hashes(uint64_t content, const char *kinds);
uint32_t gen_crc(uint32_t crc, const void *bytes, size_t len);

/* ---- shapes.c: the kinds of event ---- */

enum sysmon_schema { SCHEMA_480, SCHEMA_421, SCHEMA_410, SCHEMA_330, SCHEMA_310, SCHEMA_COUNT };
extern const struct gen_shape shape_load[SCHEMA_COUNT], shape_process[2];
extern const struct gen_shape shape_end, shape_file, shape_stream, shape_delete, shape_thread,
    shape_network, shape_registry, shape_4688, shape_4624;

/* Any fact as text, as Event Viewer writes it; may borrow `room`. */
struct span gen_fact_text(const struct gen_event *e, enum gen_fact f, char room[static 48]);
uint64_t gen_filetime(int64_t time);

void event_begin(struct gen_event *e, const struct gen_shape *shape, enum gen_kind kind,
                 struct span Computer, int64_t time);
void event_text(struct gen_event *e, enum gen_fact f, struct span text);
void event_number(struct gen_event *e, enum gen_fact f, uint64_t number);
void event_guid(struct gen_event *e, enum gen_fact f, struct gen_guid guid);

/* ---- world.c: modules, images, hosts, and who loads what ---- */

struct module {
    struct span ImageLoaded, FileVersion, Description, Product, Company, OriginalFileName;
    struct span Hashes, Signed, Signature, SignatureStatus;
};

#define IMAGE_MODULES_MAX 80
struct image {
    struct span Image, CommandLine;
    bool system;              /* runs as SYSTEM, else as the host's user */
    const struct image *parent;
    size_t count;
    const struct module *loads[IMAGE_MODULES_MAX];
};

struct host {
    struct span Computer, User;
    struct span user_folder;
    enum sysmon_schema schema;
};

struct world {
    size_t modules, images;
    struct module *module;
    struct image *image;
    size_t evils;
    struct evil { const struct image *by; const struct module *load; } *evil;
};
struct world *world_make(void);
const struct image *world_image(const struct world *w, const char *file_name);
struct host host_make(unsigned number);
struct module module_make(const char *path, const char *description, const char *company,
                          const char *Signed, uint64_t content);

/* ---- events of the two commonest kinds, from facts ---- */

struct running {
    struct host host;
    const struct image *image;
    struct span CommandLine, User;
    struct gen_guid guid, parent_guid;
    uint32_t pid, parent_pid;
};
void event_start(struct gen_event *e, const struct running *p, int64_t time);
void event_load(struct gen_event *e, const struct running *p, const struct module *m, int64_t time);

/* ---- truth.c: the exact answer ---- */

struct truth;
struct truth *truth_open(bool keep_rows);
void truth_add(struct truth *t, const struct gen_event *e);
/* A record of a platform without Sysmon's fields; the factors of a load are said
 * by who writes it. */
struct posix_event {
    enum gen_kind kind;
    int64_t time;
    struct span Computer, User, Image, CommandLine, ImageLoaded;
    int temp, loader, good;
};
void truth_posix(struct truth *t, const struct posix_event *e);
void truth_json(const struct truth *t, FILE *out);
void truth_rows(struct truth *t, FILE *out);

/* ---- writers ---- */

struct writer; /* one open file of evidence */
enum gen_format { FORMAT_EVTX, FORMAT_WEC, FORMAT_XML, FORMAT_ROOTLESS, FORMAT_UTF16,
                  FORMAT_NXLOG, FORMAT_EVTX_DUMP, FORMAT_COUNT };
struct writer *writer_open(const char *path, enum gen_format format, struct truth *truth);
void writer_add(struct writer *w, struct gen_event *e);
void writer_close(struct writer *w);

struct evtx *evtx_open(FILE *f, bool wec);
void evtx_add(struct evtx *x, const struct gen_event *e);
void evtx_close(struct evtx *x);
/* Spoils the records of these numbers, which must hold no template: one bit each. */
void evtx_damage(const char *path, const uint64_t *records, size_t count);
void xml_begin(FILE *f, enum gen_format format);
void xml_add(FILE *f, enum gen_format format, const struct gen_event *e);
void xml_end(FILE *f, enum gen_format format);
void json_add(FILE *f, enum gen_format format, const struct gen_event *e);

/* ---- sources ---- */

struct stream_options {
    uint64_t records, seed, distinct;
    unsigned hosts;
    double evil;
    bool lean; /* old, short records alone: more of them in a file */
};
void stream_write(const struct stream_options *o, struct writer *w);
void auditd_write(const struct stream_options *o, FILE *f, FILE *truth, FILE *rows);
void demo_write(const char *folder, FILE *truth, FILE *rows);
/* Test 3 and test 5: an audit.log and an eslogger file. */
void demo_linux(const char *path, int64_t time, struct truth *truth);
void demo_macos(const char *path, int64_t time, struct truth *truth);

#endif
