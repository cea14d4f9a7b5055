/* Goes back to evidence: finds the file, or the member of a bundle, that has the
 * digest of the ledger, and keeps a stretch of it.
 *
 * What is kept is what was hashed: one pass, and nothing comes out before the
 * digest is the ledger's.  Never writes; opens regular files alone; bundles are
 * read by the child of bundle.h. */
#ifndef INGEST_RECORD_FIND_H
#define INGEST_RECORD_FIND_H

#include "core/digest.h"
#include "ingest/bundle.h"
#include "ingest/ingest.h"

#define FIND_HEAD_BYTES (64u << 10)
#define FIND_STRETCH_MAX (8u << 20)

struct find {
    const char *path;        /* a file; with `search`, or a folder to look in */
    bool search;             /* it is what the user says: any file whose digest it is */
    bool in_bundle;          /* the bytes are a member's */
    uint64_t bundle_size;    /* of the outermost bundle's file; 0: not known */
    uint8_t sha256[SHA256_BYTES];
    uint64_t size;           /* bytes under that digest, counted from the first */
    uint64_t from, to;       /* the stretch to keep, at most FIND_STRETCH_MAX */
    const struct file_id *avoid; /* the live case: never opened */
    size_t avoid_count;
    const struct bundle_options *bundles;
    bool (*stopping)(void *ctx);                           /* NULL is fine */
    void (*moved)(void *ctx, uint64_t done, uint64_t all); /* bytes of the file; NULL */
    void *ctx;
};

struct found_bytes {
    uint8_t *head, *stretch; /* memory_get */
    size_t head_len, len;    /* fewer where the evidence ends */
    char *path;              /* of the file that it was found in; memory_get */
    bool grown;              /* the file has more bytes by now */
};

/* False, and *f names the file and says what is wrong with it. */
bool find_bytes(const struct find *w, struct found_bytes *out, struct fault *f) MUST_CHECK;
void found_bytes_clear(struct found_bytes *b);

#endif
