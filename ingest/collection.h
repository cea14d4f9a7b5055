/* Whose host a source's records are of where they name none.
 *
 * `--host`, else the collection that the source lies in: what a collector calls
 * its archives and folders, what client_info.json says, else the name of the
 * folder or archive.  A collection is known by a key (of an archive its
 * fingerprint, of a folder its path), never by its name: two collections of one
 * name are two hosts.  The name is only shown, so a better one may come late. */
#ifndef INGEST_COLLECTION_H
#define INGEST_COLLECTION_H

#include "core/load.h"

struct collection {
    uint8_t unnamed[UNNAMED_HEAD + ASSUMED_NAME_MAX]; /* core/load.h: UNNAMED_MARK */
    uint8_t host[ASSUMED_NAME_MAX];
    size_t unnamed_len, host_len;
    enum host_trust trust;
};

static inline struct span collection_unnamed(const struct collection *c)
{
    return c->unnamed_len ? span_of(c->unnamed, c->unnamed_len) : SPAN_NONE;
}

static inline struct span collection_host(const struct collection *c)
{
    return c->host_len ? span_of(c->host, c->host_len) : SPAN_NONE;
}

/* An archive, or a compressed stream, that a source lies in. */
struct around {
    struct span path;        /* of it, in what it lies in; of the outermost on the disk */
    const uint8_t *fingerprint;
    bool compressed;         /* gzip, bzip2, xz or zstd: maybe of one file alone */
};

/* Where a source lies. */
struct lying {
    const char *host;        /* --host; NULL */
    const char *given;       /* the word of the command line that led to the file; `-` */
    const struct around *around; /* the outermost first; none for a plain file */
    size_t depth;
    struct span path;        /* in the innermost of them; of a plain file on the disk */
    struct span head;        /* its first bytes */
};

void collection_find(struct collection *c, const struct lying *at);

/* ---- names ---- */

/* Does a collector call its folders and archives like this, and for which host?
 * UAC `uac-HOST-OS[-TIME]`, Velociraptor `Collection-HOST-TIME` and
 * `HOST-C.CLIENT-F.FLOW`, KAPE `TIME_HOST`.  Extensions of archives are passed
 * over.  SPAN_NONE where not. */
struct span collection_host_named(struct span name);

/* `evidence` for `evidence.tar.gz`. */
struct span collection_stem(struct span name);

/* Is it what a collector copies a host's disk below: `C`, `C%3A`, `[root]`, `var`,
 * `Windows`, ...?  Then the folder around it is the host's. */
bool collection_is_root(struct span name);

#define COLLECTION_FACTS "client_info.json"

/* Hostname, else Fqdn, in a Velociraptor's client_info.json, written into out;
 * its length, 0 where it has none. */
size_t collection_facts(struct span json, uint8_t out[static ASSUMED_NAME_MAX]);

#endif
