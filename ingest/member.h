/* Inside members.c and member.c: a bundle while it is walked, and one member of it. */
#ifndef INGEST_MEMBER_H
#define INGEST_MEMBER_H

#include "ingest/members.h"
#include "ingest/reader.h"

/* A bundle that is open, and its row. */
struct level {
    struct source row;
    bool has_row;             /* false: the row was finished by an earlier ingest */
    char *chain;              /* what its members call their bundle */
    uint64_t next;            /* the number of the next member */
    bool compressed;          /* gzip and the like: maybe of one file alone */
    const char *wrong;        /* why it can't be complete, whatever the child says */
    bool unhashed;            /* give it no digest: it is to be read again */
};

struct tree {
    struct reader *r;
    struct bundle *b;
    const struct members_of *of;
    struct source *root;
    struct level level[BUNDLE_DEPTH_MAX + 1];
    unsigned depth;           /* levels open */
    struct source member;     /* the one that is under way */
    char *name;               /* of it */
    enum member_what what;
    bool locked;              /* a member stayed closed for want of a password */
    bool end_taken;           /* its FRAME_END was read */
    uint8_t stream_key[FINGERPRINT_BYTES]; /* of a stream, which has no fingerprint: drawn */
    struct digest *digest;    /* of the file, as far as the child has read */
    uint64_t hashed;
    uint8_t *bytes;           /* room for hashing */
};

/* Hashes the file up to where the child has read, and tells the progress. */
void members_keep_pace(struct tree *t);

/* As a source has them. */
size_t member_more(struct source *s, struct buffer *b, uint8_t *to, size_t len);
void member_moved(struct source *s, uint64_t offset);

/* From FRAME_MEMBER. */
void member_begin(struct tree *t, const struct frame *f);

/* A member, or a stream that is plain evidence, once its first bytes are here.
 * False once the line is stopping; *bytes false where it has none. */
bool member_take(struct tree *t, bool *bytes);
/* A member that ended without a byte. */
bool member_without_bytes(struct tree *t, const struct frame *f);

/* Was it finished by an earlier ingest of the same bundle?  *resumes: the row of
 * one that was not, or 0. */
bool member_finished(const struct tree *t, int64_t *resumes);

/* What the child said of an end, as the ledger has it. */
enum source_state member_state(struct tree *t, enum outcome outcome, const char **reason);

#endif
