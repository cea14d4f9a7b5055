/* FILTER, as the commands take it, into a question: the whole language comes
 * with queries/filter; this is what is asked most. */
#ifndef CLI_FILTER_WORDS_H
#define CLI_FILTER_WORDS_H

#include "core/page.h"

/* `hash:HEX` and `host:NAME` are pivots (at most two), everything else is one
 * case-insensitive substring; quotes take anything literally.  A field name
 * that is not known yet is a fault, never a silent search for its text. */
bool filter_words(struct question *q, const char *const *words, size_t count,
                  struct fault *f) MUST_CHECK;

/* The help text of it, for the commands' usage. */
#define FILTER_HELP \
    "FILTER is any text, looked for without case in everything shown of a load;\n" \
    "hash:HEX (any kind, at least four digits) and host:NAME narrow it to a module\n" \
    "and a host.  Quote what holds blanks or a colon: '\"a: b\"'.\n"

#endif
