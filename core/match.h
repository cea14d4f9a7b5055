/* Does a value answer what the analyst asks of it: a part of it, all of it, a
 * glob, or a regular expression?
 *
 * Letters without case, as text_fold has it; but a path that begins with `/` is
 * one of Linux or macOS and is matched letter by letter.  A matcher never
 * changes; threads may share it. */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include "core/pattern.h"

enum matcher_kind {
    MATCHER_PART,  /* it stands somewhere in the value */
    MATCHER_WHOLE, /* it is the value */
    MATCHER_GLOB,  /* `*` any characters, `?` one, over the whole value */
    MATCHER_REGEX, /* PCRE2, anywhere in the value */
};
enum matcher_flags {
    MATCHER_PATH = 1, /* the value is a path: case by its form */
    MATCHER_TAIL = 2, /* WHOLE, GLOB: what is behind the value's last separator answers, too,
                         where the text itself has no separator */
};

struct matcher;

/* NULL, and *f, where a regular expression is none.  The text is copied. */
struct matcher *matcher_open(enum matcher_kind kind, unsigned flags, struct span text,
                             struct fault *f) MUST_CHECK;
void matcher_close(struct matcher *m);

/* What was not logged answers nothing.  MATCH_UNSURE where a limit ended a
 * regular expression: "show it", whether it was asked for or asked away. */
enum match matcher_answers(const struct matcher *m, struct span value);

#endif
