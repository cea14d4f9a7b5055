/* What the two sides of the child share, and what the halves of the child do. */
#ifndef INGEST_BUNDLE_CHILD_H
#define INGEST_BUNDLE_CHILD_H

#include "ingest/bundle.h"

#define BUNDLE_WORD "--bundle-child" /* argv[1] of the child */

/* The child's descriptors. */
#define CHILD_EVIDENCE 0
#define CHILD_FRAMES 1
#define CHILD_SETUP 2  /* a pipe: the setup, the name, the passwords; then closed */

#define SETUP_MAGIC 0x6d68756e74303032u

struct bundle_setup {
    uint64_t magic;
    struct bundle_limits limits;
    pid_t parent;
    bool stream, probe;
    uint32_t name_len, passwords_len; /* follow it */
};

/* Has this program called bundle_program? */
bool bundle_can_start(void);

/* Sends; ends the child where nobody listens any more. */
void child_send(const struct frame *f);
void child_send_data(const struct frame *f, const uint8_t *bytes);

struct child {
    struct bundle_setup setup;
    char *name;
    char passwords[PASSWORDS_BYTES_MAX + 1]; /* one a line, each ended by a zero */
    struct digest *digest[BUNDLE_DEPTH_MAX + 1]; /* made before the doors close */
};

/* Before the doors close: what libraries open on their first use. */
void archive_warm_up(void);

/* Reads CHILD_EVIDENCE to its end and sends everything. */
void archive_walk(struct child *c);

#endif
