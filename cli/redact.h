/* Passwords, tokens and keys in command lines, taken out of what leaves the
 * house. */
#ifndef CLI_REDACT_H
#define CLI_REDACT_H

#include "core/span.h"

struct redacted {
    struct span text;   /* the whole, with <redacted> in place of each secret */
    size_t count;
    char *owned;        /* NULL: text is the caller's own */
};

/* A text on which the patterns give up (limits) is one secret as a whole. */
struct redacted redact(struct span text);
void redact_clear(struct redacted *r);

#endif
