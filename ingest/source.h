/* A source while it is read: one file, or one member of a bundle, from its
 * `opens` to its `closes`. */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include "ingest/collection.h"
#include "ingest/line.h"
#include "ingest/magic.h"
#include "ingest/seen.h"

struct reader;

/* What is buffered of a source: at[0] lies at `offset`. */
struct buffer {
    uint8_t *at;
    size_t len, room;
    uint64_t offset;
    bool ended;         /* no byte follows those buffered */
    const char *broken; /* why reading ended early */
};

struct source {
    struct reader *r;
    uint32_t number;     /* in this ingest; given by source_opens */
    struct span path, bundle;
    uint64_t size;       /* as told before it is read */
    const struct decoder *decoder; /* NULL: only listed */
    uint8_t fingerprint[FINGERPRINT_BYTES];
    int64_t written;     /* its date, or its bundle's; 0: not known */
    const uint8_t *followed; /* what the next batches say of themselves: core/load.h */
    uint64_t muted;      /* batches that end up to here are in the case already */
    struct collection collection; /* whose host its records are of, where they name none */

    /* The next bytes; fewer only at the end, or with b->broken said. */
    size_t (*more)(struct source *s, struct buffer *b, uint8_t *to, size_t len);
    void (*moved)(struct source *s, uint64_t offset); /* for the progress; NULL is fine */
    void *ctx;
};

enum reading { READ_ALL, READ_STOPPED, READ_OTHER_BYTES };

/* Both false once the line is stopping. */
bool source_opens(struct source *s, const char *format, int64_t resumes);
bool source_closes(struct source *s, enum source_state state, uint64_t size,
                   const uint8_t *sha256, const char *reason);

/* Opens and closes at once, without a decoder. */
bool source_listed(struct source *s, enum source_state state, const char *format,
                   const char *reason);

/* Buffers up to `target` bytes and one more, which tells whether they are the
 * last; what is new goes through the reader's digest. */
void source_fill(struct source *s, struct buffer *b, size_t target);

/* Cuts all of it and hands it on.  The buffer may hold the beginning already;
 * the digest then has seen it. */
enum reading source_read(struct source *s, struct buffer *b);

/* Hands on one piece of a followed source; the buffer, which piece.bytes borrows,
 * is taken over.  False once the line is stopping. */
bool source_hand_on(struct source *s, struct piece piece, uint8_t *buffer, bool caught_up);

/* What its first bytes say is to be done with it. */
struct taste {
    enum source_state state; /* SOURCE_READING: it is to be read */
    const char *format, *reason;
    struct magic magic;
    const struct decoder *decoder; /* NULL where it is a bundle */
};

struct taste source_taste(struct span head);

#define OTHER_BYTES "its bytes are not those that an interrupted ingest had read"

#endif
