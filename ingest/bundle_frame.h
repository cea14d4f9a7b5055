/* What crosses the pipe between the child that reads an archive and the reader:
 * frames, each a head of 16 bytes and its words.
 *
 * The child may have been taken over by the evidence, so the receiving side
 * believes nothing: kinds, lengths and the order of frames are checked here,
 * by code that touches no descriptor. */
#ifndef INGEST_BUNDLE_FRAME_H
#define INGEST_BUNDLE_FRAME_H

#include "core/digest.h"
#include "ingest/magic.h"

#define FRAME_HEAD_BYTES 16
#define FRAME_DATA_MAX (64u << 10)
#define FRAME_NAME_MAX (32u << 10) /* bytes of a member's name */
#define FRAME_TEXT_MAX 240         /* bytes of a reason */
#define FRAME_WORDS_MAX (FRAME_NAME_MAX + 16) /* of all but data */
#define BUNDLE_DEPTH_MAX 8         /* bundles in bundles, whatever is asked for */
#define SIZE_UNKNOWN UINT64_MAX

enum frame_kind {
    FRAME_MEMBER = 1, /* a member of the innermost open bundle begins */
    FRAME_DATA,       /* its next bytes */
    FRAME_END,        /* it ends; or, without a member, the whole stream does */
    FRAME_ENTER,      /* it is a bundle itself, and what follows is in it */
    FRAME_LEAVE,      /* the innermost open bundle ends */
    FRAME_TICK,       /* nothing, but still at work */
};

enum member_what { MEMBER_FILE, MEMBER_LINK, MEMBER_SPECIAL };

enum outcome {
    OUTCOME_WHOLE,
    OUTCOME_LISTED,      /* its first bytes are no evidence: not read on */
    OUTCOME_DAMAGED,
    OUTCOME_ENCRYPTED,
    OUTCOME_LIMIT,
    OUTCOME_UNSUPPORTED,
};

struct frame {
    enum frame_kind kind;
    uint32_t len;        /* of its words, or its data */
    uint64_t consumed;   /* bytes of the file that the child has read */
    /* FRAME_MEMBER */
    enum member_what what;
    uint64_t size;       /* as the archive says, or SIZE_UNKNOWN; of LEAVE: as read */
    struct span name;
    /* FRAME_END, FRAME_LEAVE */
    enum outcome outcome;
    struct span text;    /* why it is not whole: printable ASCII */
    bool hashed;
    uint8_t sha256[SHA256_BYTES];
    /* FRAME_ENTER */
    enum bundle_form form;
};

/* Where the frames stand: which may come next. */
struct frame_order {
    unsigned depth;      /* bundles that are open */
    bool in_member, has_data, over;
};

/* Reads a head; false where no such frame exists or may come now. */
bool frame_head(struct frame_order *o, const uint8_t head[static FRAME_HEAD_BYTES],
                struct frame *f);

/* Reads the words of all but data (f->len of them, borrowed); false where they
 * are not what the kind has.  Moves the order on. */
bool frame_words(struct frame_order *o, struct span words, struct frame *f);

/* Writes head and words; `out` holds FRAME_HEAD_BYTES + FRAME_WORDS_MAX.  Of
 * data only the head, with f->len.  Names and texts are cut to their ceilings. */
size_t frame_write(const struct frame *f, uint8_t *out);

#endif
