/* JSON, read straight down: one member or element at a time.
 *
 * Builds no tree, never recurses, never allocates.  Strictly RFC 8259, with two
 * mercies that evidence needs: a raw control character in a string (all but a
 * line feed, which ends what a damaged line can spoil) and bytes that are no
 * UTF-8 are let through, and json_text() mends and reports them.  The surprise:
 * a text comes as it was written, between its quotes; a number is only text. */
#ifndef INGEST_JSON_H
#define INGEST_JSON_H

#include "core/arena.h"

#define JSON_DEPTH_MAX 64

enum json_kind {
    JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_OBJECT, JSON_ARRAY,
};

enum json_step {
    JSON_VALUE,  /* a string, number, true, false or null */
    JSON_OPEN,   /* an object or an array, whose members come next */
    JSON_CLOSE,  /* the end of the one opened last */
    JSON_DONE,   /* the whole value is read; `at` stands behind it */
    JSON_SHORT,  /* the bytes end inside it */
    JSON_BROKEN, /* `wrong` says why; `at` stands where it was noticed */
};

#define JSON_ESCAPED 1u /* a backslash in it */
#define JSON_CONTROL 2u /* a raw control character in it */

struct json_item {
    struct span key;  /* SPAN_NONE in an array and for the outermost value */
    struct span text; /* of JSON_VALUE, without the quotes */
    enum json_kind kind;
    uint8_t key_marks, text_marks; /* JSON_ESCAPED, JSON_CONTROL */
};

struct json {
    const uint8_t *at, *end;
    const char *wrong;
    unsigned depth;       /* containers open */
    uint64_t arrays;      /* bit d: the container at depth d + 1 is an array */
    bool some;            /* the innermost has a member, so a comma must follow */
};

struct json json_of(struct span text);

/* After JSON_DONE, JSON_SHORT or JSON_BROKEN it is over. */
enum json_step json_next(struct json *j, struct json_item *item);

/* Where the string that begins behind an opening quote at `at` ends: at its
 * closing quote.  NULL where there is none before `end`, or a line feed or a bad
 * escape stands in the way: then *wrong says so (NULL: the bytes ended). */
const uint8_t *json_string_end(const uint8_t *at, const uint8_t *end, uint8_t *marks,
                               const char **wrong);

/* The text itself, valid UTF-8 without NUL, copied into the arena.  *altered is
 * set where it had to be mended (a lone surrogate, a bad byte, a NUL, a raw
 * control character); past the arena's ceiling SPAN_NONE and *full. */
struct span json_text(struct arena *a, struct span text, uint8_t marks, bool *altered,
                      bool *full);

/* The same for short names, without mending: what is longer than `size`, or not
 * a plain text, gives length 0. */
struct span json_name(uint8_t *out, size_t size, struct span text);

#endif
