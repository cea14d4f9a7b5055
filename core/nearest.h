/* Which name was meant: for "did you mean ...?" of commands, options, fields and
 * hosts.  Knows nothing of any of them. */
#ifndef CORE_NEAREST_H
#define CORE_NEAREST_H

/* Which of the names (ended by NULL) lies nearest to the word, without case;
 * NULL where none is near enough to be meant. */
const char *nearest_name(const char *word, const char *const *names);

#endif
