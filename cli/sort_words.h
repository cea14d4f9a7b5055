/* `--sort score:desc,host`: the keys of an order, from the shell's word. */
#ifndef CLI_SORT_WORDS_H
#define CLI_SORT_WORDS_H

#include "core/page.h"

/* Sets the question's keys, SORT_KEYS_MAX at most; each is a column's name or a
 * filter's word for it, with `:asc` or `:desc` behind it.  Without, numbers and times
 * begin with the highest, texts with the lowest.  FAULT_USAGE names what is off, and
 * the nearest name. */
bool sort_words(struct question *q, const char *text, struct fault *f) MUST_CHECK;

#endif
