/* The words of a command: long options, a few letters, and the rest.
 *
 * `--name value`, `--name=value`, `-x value`, `-xvalue`; `--` ends the options,
 * `-` alone is a word.  Options and words may be mixed.  An unknown option is a
 * fault that names the nearest known one.  Nothing is copied: values point into
 * argv. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "core/fault.h"

#include <stddef.h>
#include <stdint.h>

struct option_fact {
    const char *name;  /* without the dashes; NULL ends the table */
    char letter;       /* 0: none */
    const char *value; /* what its value is called in the help; NULL: a switch */
    const char *words; /* one line of help */
};

#define OPTIONS_MAX 16 /* options of one command */

struct options {
    const struct option_fact *facts;
    const char *values[OPTIONS_MAX]; /* NULL: not given; a switch: "" */
    const char **words;              /* memory_get */
    size_t word_count;
    bool help;                       /* --help or -h was among them */
};

/* argv[0] is the command's name and is passed over.  On failure nothing needs
 * to be cleared. */
bool options_parse(struct options *o, const struct option_fact *facts, int argc,
                   char **argv, struct fault *f) MUST_CHECK;
void options_clear(struct options *o);

/* The last value given, or NULL.  The name must be in the table. */
const char *options_value(const struct options *o, const char *name);
bool options_given(const struct options *o, const char *name);

/* The value as a whole number of at most `max`; *out stays where it was not
 * given. */
bool options_number(const struct options *o, const char *name, uint64_t max, uint64_t *out,
                    struct fault *f) MUST_CHECK;

#endif
