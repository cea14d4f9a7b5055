/* Inside the child: a stream of bytes, from the file itself or out of an archive,
 * with its limits, and how it goes to the reader. */
#ifndef INGEST_BUNDLE_STREAM_H
#define INGEST_BUNDLE_STREAM_H

#include "ingest/bundle_child.h"

#include <time.h>

#define BLOCK (256u << 10) /* read from the file at a time */
#define TOO_DENSE "it unpacks to more than evidence does (--max-ratio)"

struct archive;

struct stream {
    struct child *child;
    struct archive *from;     /* NULL: the file */
    ssize_t (*more)(struct stream *s, uint8_t *to, size_t len); /* -1: and outcome says why */
    enum bundle_form form;    /* of `from` */
    struct span part;         /* what libarchive gave, and nobody has taken yet */
    uint64_t part_at, place;  /* of the member: where it lies, and up to where it was read */
    uint8_t *held;            /* its first bytes, read before it was given on */
    size_t held_len, held_at;
    bool ended;
    bool skips;               /* an archive over it passes over members unread */
    bool unlimited;           /* a bundle's own bytes: the limits are its members' */
    bool encrypted;           /* a member that a password was needed for */
    bool is_evtx;             /* which is padded with zeros, and so no bomb */
    struct digest *digest;    /* NULL: not hashed */
    uint64_t count;           /* bytes read */
    uint64_t read_before;     /* of the file, when it began */
    enum outcome outcome;     /* of reading it */
    char text[FRAME_TEXT_MAX + 1];
    bool cut;                 /* a zip whose end is missing */
    bool fatal;               /* the archive that it comes from can't go on */
    uint8_t *block;           /* what libarchive is given */
};

/* What is counted over all bundles. */
extern struct stream_counts {
    uint64_t read, position;  /* of the file */
    bool ahead;               /* it is being read out of its order: no place is told */
    uint64_t members, unpacked;
    uint64_t plain;           /* of evidence that was unpacked, all but EVTX */
    uint64_t held;            /* bytes of inner bundles */
    time_t told;              /* when the last frame was sent */
} stream_counts;

/* Fills in where the child stands. */
void stream_send(struct frame f);

/* Ends it; the first reason stays. */
void stream_wrong(struct stream *s, enum outcome outcome, const char *text);
/* Has so much been unpacked from so little of the file that it is no evidence? */
bool stream_too_dense(const struct stream *s, uint64_t unpacked);

/* `more` of the file itself. */
ssize_t stream_read_file(struct stream *s, uint8_t *to, size_t len);

/* Holds up to `len` of its first bytes. */
void stream_hold(struct stream *s, size_t len);
/* The next bytes; 0 at the end, and after an error. */
size_t stream_read(struct stream *s, uint8_t *to, size_t len);
/* All bytes of the stream go through the digest, whatever libarchive needed. */
void stream_drain(struct stream *s);

/* The end of a member, or of a stream that is none. */
void stream_end(enum outcome outcome, const char *text);
/* Sends all of it and its end; or its first bytes alone, so that the reader can
 * name it. */
void stream_send_all(struct stream *s);
void stream_send_head(struct stream *s, enum outcome outcome, const char *text);

#endif
