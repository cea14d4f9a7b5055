/* Files of the source tree that are built into the program (cmake/embed.cmake):
 * each table in the order of its files' names. */
#ifndef QUERIES_EMBEDDED_H
#define QUERIES_EMBEDDED_H

#include <stddef.h>

struct embedded {
    const char *name;           /* the file's, without its folder */
    const unsigned char *bytes; /* ended by a zero that is not counted */
    size_t size;
};

extern const struct embedded queries_catalogue[], queries_guide[], queries_rules[];
extern const size_t queries_catalogue_count, queries_guide_count, queries_rules_count;

#endif
