/* Asking at the terminal for the passwords of archives, and trying them.
 *
 * A password never stands in argv, is never shown, stored or logged, and is
 * overwritten after use. */
#ifndef CLI_UNLOCK_H
#define CLI_UNLOCK_H

#include "ingest/bundle.h"

/* What is known, one a line, the newest first. */
struct passwords {
    char text[PASSWORDS_BYTES_MAX + 1];
};

/* The lines of a file but empty ones.  False, and *f: none, or too long. */
bool passwords_read(struct passwords *p, const char *path, struct fault *f) MUST_CHECK;
/* In front of the others; false where it is too long or has a line end. */
bool passwords_add(struct passwords *p, const char *one) MUST_CHECK;
void passwords_drop(struct passwords *p);  /* the newest again */
void passwords_clear(struct passwords *p); /* overwrites them */

enum unlocked {
    UNLOCKED_NOTHING, /* what is known opens no more than before, and nobody helped */
    UNLOCKED,         /* more of it opens now */
    UNLOCKED_ENOUGH,  /* Ctrl-C: no more questions */
};

/* Can somebody be asked? */
bool unlock_can_ask(void);

/* Tries what is known on the file, then asks for what is missing: three wrong ones or an
 * empty one end it.  What fits is added to *p; `o` is the usual options but for the
 * passwords. */
enum unlocked unlock_ask(struct passwords *p, const struct bundle_options *o, const char *path);

#endif
