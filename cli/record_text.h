/* The source record behind a ref, as text: for the command and for the console.
 *
 * record_locate() (store/record.h) says where it lies, record_fetch() goes there,
 * record_text() writes what was found. */
#ifndef CLI_RECORD_TEXT_H
#define CLI_RECORD_TEXT_H

#include "ingest/record.h"
#include "store/record.h"

struct record_request {
    const char *evidence;  /* where the evidence lies now: a file, or a folder to look in; NULL */
    const struct file_id *avoid; /* the live case, which must not be opened */
    size_t avoid_count;
    const struct bundle_options *bundles;
    bool (*stopping)(void *ctx);                           /* NULL is fine */
    void (*moved)(void *ctx, uint64_t done, uint64_t all); /* bytes hashed; NULL is fine */
    void *ctx;
};

/* The record, from evidence whose SHA-256 is the ledger's.  Else *f names the
 * file, says what is wrong, and what to do.  record_clear() frees it. */
bool record_fetch(const struct record_place *p, const struct record_request *q,
                  struct record *out, struct fault *f) MUST_CHECK;

/* For people: the facts, the record, and the bytes of what was altered.  Lines of
 * what may be drawn on any terminal; memory_get, ended by a zero, the caller's. */
char *record_text(const struct record_place *p, const struct record *r, size_t *len);

/* A text's lines, alike. */
char *record_lines(struct span text, size_t *len);

/* The bytes of what was altered alone, or of what has no text; "" where neither. */
char *record_dump(const struct record_place *p, const struct record *r, size_t *len);

#endif
