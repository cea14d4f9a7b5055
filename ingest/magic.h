/* What a file is by its first bytes, where that needs no decoder: bundles that we
 * open, containers that we can't, and what is no evidence at all.
 *
 * Never looks at a name.  The child that reads archives and the reader ask the
 * same function, so that they agree. */
#ifndef INGEST_MAGIC_H
#define INGEST_MAGIC_H

#include "core/span.h"

enum kind {
    KIND_UNKNOWN, /* nothing that is known here: ask the decoders */
    KIND_BUNDLE,  /* an archive or a compressed stream that bundle.h opens */
    KIND_CLOSED,  /* may hold evidence, but we can't open it */
    KIND_OTHER,   /* known, and no evidence of module loads */
};

/* Of a KIND_BUNDLE. */
enum bundle_form {
    FORM_NONE, FORM_ZIP, FORM_TAR, FORM_7Z, FORM_GZIP, FORM_BZIP2, FORM_XZ, FORM_ZSTD,
};

struct magic {
    enum kind kind;
    enum bundle_form form;
    const char *name;   /* as the ledger calls it: "zip", "RAR", "registry hive" */
    const char *advice; /* of a KIND_CLOSED: the sentence that says what opens it */
};

/* `head` is the first 64 KiB, fewer only where there are no more. */
struct magic magic_of(struct span head);

/* The same for what can be told only once every decoder has said no. */
struct magic magic_last(struct span head);

/* Is this a zip whose first file is encrypted?  Only to ask for the password in
 * time: nothing depends on it. */
bool magic_zip_is_encrypted(struct span head);

const char *bundle_form_name(enum bundle_form form);

#endif
