/* Everything about one sighting or load, as the statements that store/detail.c
 * runs.  Each looks at few rows through an index (a test holds it), because the
 * pane follows the cursor. */
#ifndef QUERIES_DETAIL_H
#define QUERIES_DETAIL_H

#include "queries/statement.h"

#define DETAIL_SEEN_MAX 1000  /* modules of one hash or name that are looked at */
#define DETAIL_LIST_MAX 5     /* other places, droppers, executable memory */
#define DETAIL_CONTEXT_MAX 10000 /* records of one process that are looked at */

enum detail_part {
    DETAIL_NEWEST,   /* ?1 sighting -> its newest load */
    DETAIL_SIGHTING, /* ?1 load -> its sighting */
    DETAIL_FACTS,    /* ?1 sighting, ?2 load -> enum detail_fact, then the shown columns */
    DETAIL_SEEN,     /* ?1 sha256, ?2 ImageLoaded -> sightings, hosts, other paths,
                        modules looked at */
    DETAIL_PLACES,   /* ?1 sha256, ?2 ImageLoaded -> another path, its sightings; rows */
    DETAIL_NAMED,    /* ?1 name, ?2 sha256 -> hashes of that name, modules looked at */
    DETAIL_DROPPED,  /* ?1 host, ?2 ImageLoaded, ?3 time -> event, time, Image; rows */
    DETAIL_IMPORTED, /* ?1 host, ?2 path as facts are compared, ?3 to ?5 its hashes -> says,
                        detail, hash, form, file, time of the import; rows */
    DETAIL_MEMORY,   /* ?1 load -> Detail, time of its process's executable memory; rows */
    DETAIL_FILES,    /* ?1 sighting -> inode, dev, mode, owner; rows */
    DETAIL_PART_COUNT
};

/* What a note or a further question needs, before the shown columns. */
enum detail_fact {
    FACT_HOST, FACT_TIME, FACT_FLAGS, FACT_NAME, FACT_SOURCE, FACT_EXPLAINED /* 1: by a 4688 */,
    FACT_OWN_USER /* 1: the load's own */, FACT_OWN_COMMANDLINE /* 1: the process's own */,
    FACT_RECOVERED /* loads that are recovered records */, FACT_REASON /* of the entry */,
    FACT_COUNT
};

/* The shown columns of DETAIL_FACTS, in their order. */
#define DETAIL_SHOWN(_) \
    _(SuspicionScore) _(factors) _(host) _(platform) _(ImageLoaded) _(ImageLoaded_raw) _(Signed) _(Signature) \
    _(SignatureStatus) _(Hashes) _(sha256) _(sha1) _(md5) _(imphash) _(Company) _(Product) \
    _(Description) _(OriginalFileName) _(FileVersion) _(Image) _(User) _(CommandLine) \
    _(ProcessId) _(ProcessGuid) _(CurrentDirectory) _(IntegrityLevel) _(LogonId) _(LoginUser) \
    _(ParentImage) _(ParentCommandLine) _(ParentProcessId) _(ParentProcessGuid) \
    _(ProcessHashes) _(ProcessSigning) _(ProcessOriginalFileName) _(start_time) _(end_time) \
    _(time) _(loads) _(first_time) _(last_time) _(hosts) _(allowed_by) \
    _(evidence) _(bundle) _(ref) _(place) _(record) _(resolution) _(tags)
#define DETAIL_ENUM(name) SHOWN_##name,
enum detail_shown { DETAIL_SHOWN(DETAIL_ENUM) SHOWN_COUNT };

void detail_compile(struct statement *s, enum detail_part part);

#endif
