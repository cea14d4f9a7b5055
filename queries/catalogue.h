/* The hunting queries: files of SQL, each with a header that says what it asks.
 *
 *     -- name: drop-then-load
 *     -- hunt: H09
 *     -- question: Who dropped what was loaded soon after?
 *     -- why: ...                (a line that begins with `--   ` goes on)
 *     -- false positives: ...
 *     -- misses: ...
 *     -- next: ...
 *     -- needs: file_creation, loads
 *     -- arg: seconds = 500: how long before the load
 *     SELECT ...
 *
 * Those of queries/catalogue/ are built in; more come from the user's folder, and
 * may be hostile: a header is text to be shown, the SQL only ever runs behind the
 * authorizer of `modhunt sql`.  An argument is bound, never pasted. */
#ifndef QUERIES_CATALOGUE_H
#define QUERIES_CATALOGUE_H

#include "core/arena.h"
#include "core/fault.h"
#include "core/page.h"

#define CATALOGUE_ARGS_MAX 8
#define CATALOGUE_QUERIES_MAX 512
#define CATALOGUE_FILE_MAX (64u << 10) /* bytes of one query */
#define CATALOGUE_NAME_MAX 40

/* What a case must hold so that a query can be asked of it: queries/needs.h. */
struct catalogue_arg {
    const char *name;   /* `seconds`; bound as :seconds */
    const char *preset; /* its value where none is given; digits alone make it a number */
    const char *words;
    bool number;
};

/* Texts end by a zero and live as long as the catalogue; "" where the header has
 * no such line. */
struct catalogue_query {
    const char *name, *hunt, *question, *why, *false_positives, *misses, *next, *technique;
    unsigned needs;     /* bits of enum need */
    struct catalogue_arg args[CATALOGUE_ARGS_MAX];
    size_t arg_count;
    const char *sql;    /* header and all: to SQLite it is a comment */
    const char *file;   /* where a user's own lies; NULL: built in */
};

struct catalogue;

/* With the built-in queries, in the order of their hunts. */
struct catalogue *catalogue_open(void);
void catalogue_close(struct catalogue *c);

/* Adds a query of the user's; `file` is named in what is wrong, with the line.  A
 * name that is taken is refused. */
bool catalogue_add(struct catalogue *c, const char *file, struct span text,
                   struct fault *f) MUST_CHECK;

size_t catalogue_count(const struct catalogue *c);
const struct catalogue_query *catalogue_at(const struct catalogue *c, size_t i);
const struct catalogue_query *catalogue_named(const struct catalogue *c, const char *name);

/* An argument's preset value, to be bound. */
struct cell catalogue_preset(const struct catalogue_arg *a);

/* The SQL behind the header. */
const char *catalogue_body(const struct catalogue_query *q);

#endif
