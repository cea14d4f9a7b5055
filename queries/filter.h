/* The filter language: text to a tree, and a tree to text.
 *
 *     score>=2 host:WS01 -signer:"Microsoft*" module:*\temp\* (a OR b) NOT c
 *
 * The tree is what pivots are made of and what is compiled (filter_sql.h);
 * printing it and parsing that gives the same tree (tested).  It owns its texts.
 * docs/filter.md is the language for the analyst. */
#ifndef QUERIES_FILTER_H
#define QUERIES_FILTER_H

#include "queries/field.h"

#define FILTER_BYTES_MAX 4096
#define FILTER_NODES_MAX 64
#define FILTER_DEPTH_MAX 16
#define FILTER_HASH_MIN 4
#define FILTER_HASH_MAX 64

enum filter_kind {
    FILTER_ALL,  /* every child answers */
    FILTER_ANY,  /* one does */
    FILTER_NOT,  /* its only child does not */
    FILTER_WORD, /* `text` stands in some shown text of the sighting */
    FILTER_TEST, /* `field` is asked by `test` */
};

enum filter_test {
    TEST_IS,      /* text: the whole value, or its last part where the field says so;
                     a hash's beginning */
    TEST_EXACTLY, /* text: the whole value and nothing else, taken literally */
    TEST_GLOB,
    TEST_REGEX,
    TEST_RANGE,   /* from low to high, both included; one may be open */
    TEST_LESS, TEST_MORE, /* than low, without it */
    TEST_BIT,     /* low.value is a factor, or a reason */
    TEST_YES, TEST_NO,
    TEST_UNKNOWN, /* was not logged */
};

/* A number or a time.  A time names a day, an hour, a minute, ...: `unit`
 * microseconds from `value` on.  `from_end`: value is added to the case's end. */
struct filter_bound {
    bool set, from_end;
    int64_t value, unit;
};

struct filter_node {
    enum filter_kind kind;
    enum field field;
    enum filter_test test;
    struct span text;
    struct filter_bound low, high;
    struct filter_node *first, *next; /* children, the next child of one's parent */
};

struct filter {
    struct arena arena;
    struct filter_node *root; /* NULL: everything answers */
    size_t nodes;
};

/* Where a text is off: `at` and `len` in bytes. */
struct filter_place {
    size_t at, len;
};

/* NULL, and *f with the column (in characters, from 1) and the nearest known
 * word; *where (may be NULL) for the screen. */
struct filter *filter_parse(struct span text, struct filter_place *where,
                            struct fault *f) MUST_CHECK;
/* An empty one, to be built. */
struct filter *filter_open(void);
void filter_close(struct filter *fl);

/* New nodes of this tree, with their texts copied; NULL past a ceiling. */
struct filter_node *filter_node(struct filter *fl, enum filter_kind kind);
struct filter_node *filter_exactly(struct filter *fl, enum field field, struct span text);
void filter_child(struct filter_node *parent, struct filter_node *child); /* the last */

/* The text, ended by a zero; memory_get.  An empty filter is "". */
char *filter_print(const struct filter *fl);

/* What a test hangs on (enum field_of): its field's, but for Signed:unknown, which an
 * imported fact may have settled for a host (core/fact.h). */
enum field_of filter_test_of(const struct filter_node *n);
bool filter_is_signed_unknown(const struct filter_node *n);

/* Which of enum field_of its tests hang on; a word's are OF_SIGHTINGS. */
unsigned filter_asks(const struct filter *fl);

/* Is something asked of modules or hashes by name, whatever the seed thinks of
 * them?  Then a list asks everything, not the hits alone. */
bool filter_asks_module(const struct filter *fl);

/* Calls `each` with every host that is asked for by its whole name. */
void filter_hosts(const struct filter *fl, void (*each)(void *ctx, struct span host), void *ctx);

/* A word that begins a field's name: the fields that it may become, in the
 * table's order; returns how many there are, at most `max` are stored. */
size_t filter_complete(struct span word, enum field *out, size_t max);

#endif
