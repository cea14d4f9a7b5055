/* FILTER, as the commands take it: the words of the command line, joined with
 * blanks, are one text in the language of queries/filter.h. */
#ifndef CLI_FILTER_WORDS_H
#define CLI_FILTER_WORDS_H

#include "core/page.h"

/* Into the question, once it is known to be a filter.  *f names the column and
 * the nearest known word. */
bool filter_words(struct question *q, const char *const *words, size_t count,
                  struct fault *f) MUST_CHECK;

/* The short help, for the commands' usage; `modhunt hunt --help` has all of it. */
#define FILTER_HELP \
    "FILTER is made of words and FIELD:VALUE, all of which must hold: score>=2, host:WS01,\n" \
    "image:rundll32.exe, module:'*\\temp\\*', -signer:'Microsoft*', time>-2h, hash:ab12.\n"

/* All of it: what can be asked, and every field; to stdout. */
void filter_help(void);

#endif
