/* Where the record behind a ref lies, and what the case says of it. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "store/store.h"

#define RECORD_SOURCES_MAX 16 /* files of the same bytes that are remembered */
#define RECORD_DIGITS_MIN 4   /* of a digest */

/* One file of the ledger that has the bytes. */
struct record_source {
    const char *path;    /* to be opened: of the outermost bundle where in_bundle */
    const char *name;    /* as the ledger shows it: of a member, its name in the bundle */
    const char *bundle;  /* as the ledger chains it; NULL */
    const char *state;
    const char *reason;  /* why it is not complete; NULL */
    bool in_bundle;
    uint64_t bundle_size; /* of the outermost bundle's file; 0: not known */
};

struct record_place {
    struct arena arena;  /* all texts below */
    uint8_t sha256[SHA256_BYTES];
    uint64_t size, place;
    const char *format;
    struct record_source source[RECORD_SOURCES_MAX];
    size_t sources;      /* at least one */

    const char *what;    /* load, process start, process end, context, copy, damaged, note */
    bool numbered;
    uint64_t record;     /* EventRecordID */
    uint32_t flags;      /* enum record_flags */
    uint64_t len;        /* damaged: bytes given up */
    const char *why;     /* damaged, note: the ledger's reason; NULL */
};

/* `ref` is at least RECORD_DIGITS_MIN digits of an evidence's SHA-256, a colon, a
 * place.  FAULT_USAGE where it is none, or the digits are of several files. */
bool record_locate(struct store *s, struct span ref, struct record_place *out,
                   struct fault *f) MUST_CHECK;
void record_place_clear(struct record_place *p); /* zero is fine */

#endif
