/* What can be asked by name: every column of a case by Sysmon's name for it, the
 * analyst's short words for those asked most, and what each is.
 *
 * One table.  The filter, its help, its completion and `stack` ask it; a test
 * holds that no column of core/page.h is missing. */
#ifndef QUERIES_FIELD_H
#define QUERIES_FIELD_H

#include "core/page.h"

/* What a field hangs on, and so where a condition on it is asked. */
enum field_of {
    OF_MODULE = 1,    /* m */
    OF_IMAGE = 2,     /* i */
    OF_PAIR = 4,      /* p */
    OF_HOST = 8,      /* h */
    OF_SIGHTING = 16, /* s */
    OF_USER = 32,     /* the load's user, else its process's */
    OF_PROCESS = 64,  /* r, x, rp, pi */
    OF_EVIDENCE = 128,/* e */
    OF_LOAD = 256,    /* l */
};
#define OF_PAIRS (OF_MODULE | OF_IMAGE | OF_PAIR)
#define OF_SIGHTINGS (OF_PAIRS | OF_HOST | OF_SIGHTING)
#define OF_LOADS (OF_USER | OF_PROCESS | OF_EVIDENCE | OF_LOAD)

enum field_type {
    FIELD_TEXT,
    FIELD_PATH,    /* the file name answers, too; case by the path's form */
    FIELD_NAME,    /* DOMAIN\name: the name answers, too */
    FIELD_HOST,
    FIELD_HASH,    /* a prefix in hexadecimal digits */
    FIELD_NUMBER,
    FIELD_TIME,
    FIELD_FACTOR,  /* a factor's name */
    FIELD_REASON,  /* a reason's name: queries/reason.h */
    FIELD_YES,     /* yes or no */
    FIELD_ALLOWED, /* yes, no or an entry's number */
    FIELD_SIGNED,  /* text, or `unknown` */
    FIELD_ABSENT,  /* no case of this version has it */
};

/*    Sysmon's or our name    short     type      hangs on   in words */
#define FIELDS(_) \
    _(ImageLoaded,      "module",    PATH,     MODULE,   "the module: its path, or its file name") \
    _(Image,            "image",     PATH,     IMAGE,    "the process that loaded it: path or file name") \
    _(host,             "host",      HOST,     HOST,     "the computer") \
    _(hash,             "hash",      HASH,     MODULE,   "any hash of the module, or its first four digits or more") \
    _(Signature,        "signer",    TEXT,     MODULE,   "who signed it") \
    _(User,             "user",      NAME,     USER,     "who ran the process: with or without the domain") \
    _(CommandLine,      "cmd",       TEXT,     PROCESS,  "the process's command line") \
    _(ParentImage,      "parent",    PATH,     PROCESS,  "the process's parent: path or file name") \
    _(SuspicionScore,   "score",     NUMBER,   SIGHTING,    "the seed's score, 0 to 4") \
    _(Priority,         "priority",  NUMBER,   SIGHTING, "what speaks for it beyond the seed") \
    _(reasons,          "reason",    REASON,   SIGHTING, "a reason of Priority by its name, such as FreshDrop") \
    _(factors,          "factor",    FACTOR,   SIGHTING,    "a factor by its name, such as IsUNCPath") \
    _(hosts,            "seen",      NUMBER,   PAIR,     "on how many hosts this image loaded this module") \
    _(loads,            "loads",     NUMBER,   SIGHTING, "how often, on its host") \
    _(time,             "time",      TIME,     LOAD,     "when it was loaded, UTC") \
    _(evidence,         "evidence",  PATH,     EVIDENCE, "the file that the record lies in: path or file name") \
    _(mark,             "mark",      ABSENT,   SIGHTING, "the analyst's verdict") \
    _(note,             "note",      ABSENT,   SIGHTING, "the analyst's note") \
    _(allowed_by,       "allowed",   ALLOWED,  SIGHTING, "yes, no, or the entry's number") \
    _(Signed,           "signed",    SIGNED,   MODULE,   "true, false, or unknown where it was not logged") \
    _(SignatureStatus,  "status",    TEXT,     MODULE,   "whether the signature is valid") \
    _(sha256,           NULL,        HASH,     MODULE,   "the module's SHA-256, or how it begins") \
    _(sha1,             NULL,        HASH,     MODULE,   "the module's SHA-1, or how it begins") \
    _(md5,              NULL,        HASH,     MODULE,   "the module's MD5, or how it begins") \
    _(imphash,          NULL,        HASH,     MODULE,   "the module's import hash, or how it begins") \
    _(Hashes,           NULL,        TEXT,     MODULE,   "the hashes as logged") \
    _(Company,          NULL,        TEXT,     MODULE,   "company in its version resource") \
    _(Product,          NULL,        TEXT,     MODULE,   "product in its version resource") \
    _(Description,      NULL,        TEXT,     MODULE,   "description in its version resource") \
    _(OriginalFileName, NULL,        TEXT,     MODULE,   "file name in its version resource") \
    _(FileVersion,      NULL,        TEXT,     MODULE,   "file version in its version resource") \
    _(ImageLoaded_raw,  NULL,        PATH,     MODULE,   "the module as the program named it, where that differs") \
    _(platform,         NULL,        TEXT,     MODULE,   "windows, linux or macos") \
    _(first_time,       "first",     TIME,     SIGHTING, "its oldest load on this host") \
    _(last_time,        "last",      TIME,     SIGHTING, "its newest load on this host") \
    _(ProcessId,        "pid",       NUMBER,   PROCESS,  "the process's id") \
    _(ProcessGuid,      "guid",      TEXT,     PROCESS,  "Sysmon's id of the process") \
    _(CurrentDirectory, NULL,        PATH,     PROCESS,  "where the process was started") \
    _(IntegrityLevel,   NULL,        TEXT,     PROCESS,  "the process's integrity level") \
    _(LogonId,          NULL,        TEXT,     PROCESS,  "the process's logon session") \
    _(LoginUser,        NULL,        NAME,     PROCESS,  "who logged in (auditd's auid)") \
    _(RuleName,         NULL,        TEXT,     PROCESS,  "Sysmon's rule that logged the process") \
    _(ProcessHashes,    NULL,        TEXT,     PROCESS,  "the hashes of the process's own image (event 1)") \
    _(ProcessOriginalFileName, NULL, TEXT,     PROCESS,  "file name in the version resource of its image") \
    _(ParentProcessId,  NULL,        NUMBER,   PROCESS,  "the parent's id") \
    _(ParentProcessGuid, NULL,       TEXT,     PROCESS,  "Sysmon's id of the parent") \
    _(ParentCommandLine, NULL,       TEXT,     PROCESS,  "the parent's command line") \
    _(start_time,       "started",   TIME,     PROCESS,  "when the process started") \
    _(end_time,         "ended",     TIME,     PROCESS,  "when the process ended") \
    _(bundle,           NULL,        PATH,     EVIDENCE, "the archive that the evidence lay in") \
    _(record,           NULL,        NUMBER,   LOAD,     "the record's own number") \
    _(place,            NULL,        NUMBER,   LOAD,     "where in its file the record begins, in bytes") \
    _(ref,              NULL,        TEXT,     LOAD,     "12 digits of the evidence's SHA-256, colon, place") \
    _(recovered,        NULL,        YES,      LOAD,     "yes: found outside the declared records") \
    _(resolution,       NULL,        TEXT,     LOAD,     "how the path was found")

#define FIELD_ENUM(name, brief, type, of, words) FIELD_OF_##name,
enum field { FIELDS(FIELD_ENUM) FIELD_COUNT };

struct field_fact {
    const char *name, *brief; /* brief: NULL where there is none */
    enum field_type type;
    enum field_of of;
    const char *words;
};

const struct field_fact *field_fact(enum field f);

/* Its value, in the aliases of queries/columns.h. */
const char *field_expression(enum field f);

/* What a filter prints: the short name where there is one. */
const char *field_word(enum field f);

/* By either name, without case; FIELD_COUNT where there is none. */
enum field field_named(struct span name);

/* The name or short name that lies nearest to the word; NULL where none does. */
const char *field_nearest(struct span word);

/* The column of core/page.h that it is; COLUMN_COUNT where it is in no list. */
enum column field_column(enum field f);

#endif
