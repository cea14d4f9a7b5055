/* One record as its format wrote it, in the words of Windows' event logs:
 * what EVTX, XML (and later JSON and CSV) decoders hand to ingest/normal.
 *
 * The spans live in the batch's arena.  A decoder may write them there freely:
 * normal_event() rewinds the arena for a record that is not kept. */
#ifndef INGEST_EVENT_H
#define INGEST_EVENT_H

#include "core/load.h"

/* The names in EventData that normal asks for; everything else is dropped.
 * Ordered by name, bytewise (event_field searches by halves). */
#define EVENT_FIELDS(_) \
    _(CommandLine) _(Company) _(Contents) _(CreationUtcTime) _(CurrentDirectory) \
    _(Description) _(FileVersion) _(Hash) _(Hashes) _(Image) _(ImageLoaded) \
    _(IntegrityLevel) _(LogonId) _(NewProcessId) _(NewProcessName) _(OriginalFileName) \
    _(ParentCommandLine) _(ParentImage) _(ParentProcessGuid) _(ParentProcessId) \
    _(ParentProcessName) _(ProcessCommandLine) _(ProcessGuid) _(ProcessId) _(Product) \
    _(RuleName) _(Signature) _(SignatureStatus) _(Signed) _(SourceImage) \
    _(SourceProcessGuid) _(SourceProcessId) _(SourceUser) _(StartFunction) _(StartModule) \
    _(SubjectDomainName) _(SubjectLogonId) _(SubjectUserName) _(TargetDomainName) \
    _(TargetFilename) _(TargetImage) _(TargetLogonId) _(TargetProcessGuid) \
    _(TargetProcessId) _(TargetUserName) _(User) _(UtcTime)

#define EVENT_FIELD_ENUM(name) EVENT_##name,
enum event_field { EVENT_FIELDS(EVENT_FIELD_ENUM) EVENT_FIELD_COUNT };

struct event {
    uint64_t place;       /* byte offset of the record in its evidence */
    uint64_t record;      /* EventRecordID, with RECORD_NUMBERED in flags */
    uint32_t flags;       /* enum record_flags */
    bool has_id;
    bool hollow;          /* named as a load, and without its fields: an other */
    uint64_t id;          /* EventID */
    int64_t logged;       /* TimeCreated; MOMENT_NONE */
    struct span unread;   /* what TimeCreated says, where that can't be read */
    enum platform platform; /* where the record names it; else its provider tells */
    bool guids_as_are;    /* its process ids are none of Windows' GUIDs, and unique all the same */
    struct span Provider, Channel, Computer;
    struct span value[EVENT_FIELD_COUNT]; /* SPAN_NONE where not logged */
};

/* EVENT_FIELD_COUNT where it is no field that we keep. */
enum event_field event_field(struct span name);

#endif
