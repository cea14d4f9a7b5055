/* Archives and compressed streams, read by a child process that holds one
 * descriptor and one pipe.
 *
 * The child (bundle_child.c, bundle_archive.c) runs libarchive under limits and
 * seccomp, and sends what it finds as frames; the reader believes none of them
 * (bundle_frame.h).  Nothing is ever extracted.  A child that dies, hangs or
 * breaks the rules costs the rest of its bundle and nothing else. */
#ifndef INGEST_BUNDLE_H
#define INGEST_BUNDLE_H

#include "core/fault.h"
#include "ingest/bundle_frame.h"

#include <sys/types.h>

#define PASSWORD_MAX 1024        /* bytes of one */
#define PASSWORDS_BYTES_MAX 8192 /* of all, with their line ends */

struct bundle_limits {
    uint64_t depth;        /* bundles in bundles, at most BUNDLE_DEPTH_MAX */
    uint64_t members;      /* of one bundle, those of inner ones counted */
    uint64_t member_bytes; /* unpacked */
    uint64_t bundle_bytes; /* unpacked, all together */
    uint64_t held_bytes;   /* of zips and 7zs in bundles: they are held in memory */
    uint64_t ratio;        /* a member above RATIO_FLOOR that unpacks to more ends */
};

#define HELD_MAX (4ull << 30) /* whatever is asked for */
#define RATIO_FLOOR (256ull << 20)
#define BUNDLE_LIMITS_USUAL \
    { .depth = 3, .members = 1000000, .member_bytes = 64ull << 30, \
      .bundle_bytes = 256ull << 30, .held_bytes = 64u << 20, .ratio = 200 }

struct bundle_options {
    struct bundle_limits limits; /* all zero: the usual ones */
    const char *passwords;       /* one a line, tried in this order; NULL: none */
};

/* First thing in main: becomes the child where this process was started as one,
 * and does not return then.  A program that never calls it can't open bundles. */
void bundle_program(int argc, char **argv);

struct bundle;

struct bundle_input {
    int fd;              /* stays the caller's; read by pread and lseek of the child */
    bool stream;         /* can't be sought, and is hashed by the child */
    bool probe;          /* only what opens is wanted: of files the first bytes come */
    struct span name;    /* a compressed stream's member is called after it */
    bool (*stopping)(void *ctx); /* asked while it waits */
    void *ctx;
};

struct bundle *bundle_open(const struct bundle_input *in, const struct bundle_options *o,
                           struct fault *f) MUST_CHECK;

/* The next frame but ticks and data that nobody read; false where none comes any
 * more.  Its spans live until the next call. */
bool bundle_next(struct bundle *b, struct frame *f) MUST_CHECK;

/* The next bytes of the member that is open; fewer only at its end. */
size_t bundle_read(struct bundle *b, uint8_t *to, size_t len);

/* Bytes of the file that the child has read so far. */
uint64_t bundle_consumed(const struct bundle *b);

/* After bundle_next said false: NULL where the child said all, else why not. */
const char *bundle_why(const struct bundle *b);

/* What the passwords open of a file: members and bundles in it, and members that
 * stay closed.  More that opens is the sign of a password that fits. */
struct bundle_lock {
    uint64_t opened, locked;
};
bool bundle_probe(const char *path, const struct bundle_options *o, bool (*stopping)(void *ctx),
                  void *ctx, struct bundle_lock *out, struct fault *f) MUST_CHECK;

/* For tests that end it in the middle. */
pid_t bundle_pid(const struct bundle *b);

void bundle_close(struct bundle *b); /* NULL is fine */

#endif
