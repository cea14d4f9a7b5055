/* The source record behind a place in evidence: found, checked by the digest of
 * its file, cut out, and made readable.
 *
 * Whatever it is given (a case may lie) it reads bounded stretches of regular
 * files and gives text; it prints nothing and changes nothing. */
#ifndef INGEST_RECORD_H
#define INGEST_RECORD_H

#include "ingest/record_find.h"

#define RECORD_MENDS_MAX 32

/* Bytes of the evidence that could not be taken as they are. */
struct record_mend {
    uint64_t place;
    uint64_t len;
    const char *why;
};

struct record_field { /* of a CSV: what its header calls it */
    struct span name, value;
};

struct record_wanted {
    const char *format; /* as the ledger names it */
    uint64_t place;
    uint64_t damaged;   /* no record, but so many bytes that were given up; 0: a record */
    bool recovered, altered;
};

struct record {
    struct arena arena;
    struct found_bytes found;
    uint64_t from;       /* place of found.stretch, in which `bytes` lies */
    struct span bytes;   /* the record as it lies in the evidence */
    uint64_t place;      /* of its first byte: of a line that carries an event, the line's */
    struct span text;    /* in UTF-8: XML of EVTX, else as it was written; SPAN_NONE where
                            its bytes are no text that can be told */
    bool rendered;       /* the text is made of the bytes: XML of EVTX; the lines of an audit
                            event, between which others' may stand */
    bool cut;            /* it is longer than what is kept here */
    const char *broken;  /* NULL, or why the text ends early */
    struct record_field *field; /* of a CSV's row */
    size_t fields;
    struct record_mend mend[RECORD_MENDS_MAX];
    size_t mends;        /* met; those above the ceiling are not kept */
};

/* `w` says where to look; its from and to are set here.  False, and *f, where the
 * evidence is not to be had or has no record at that place. */
bool record_read(const struct record_wanted *wanted, struct find *w, struct record *out,
                 struct fault *f) MUST_CHECK;
void record_clear(struct record *r); /* zero is fine */

/* ---- its parts ---- */

/* Notes the bytes of a text record that were mended. */
enum record_form { RECORD_EVTX, RECORD_XML, RECORD_JSON, RECORD_CSV, RECORD_LINE };
void record_mends(struct record *r, enum record_form form, bool wide, bool big_endian);
void record_note(struct record *r, uint64_t place, uint64_t len, const char *why);

/* Of an audit event whose first line r->bytes is: all its lines, out of `rest`, which
 * begins with that line. */
void record_audit(struct record *r, struct span rest);

/* Cuts the record at `place` out of a stretch that begins at `from`; r->found.head
 * is the evidence's beginning. */
bool record_cut(struct record *r, const struct record_wanted *wanted, struct span stretch,
                uint64_t from, struct fault *f) MUST_CHECK;

#endif
