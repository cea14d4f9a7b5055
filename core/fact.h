/* A fact: what somebody imported of a path, of a hash or of a mount point because
 * the evidence does not say it: `modhunt facts`.
 *
 * It settles IsUnsigned where no record says Signed, and adds to IsUNCPath; what
 * settles what stands in docs/facts.md. */
#ifndef CORE_FACT_H
#define CORE_FACT_H

#include "core/load.h"

/*    name      as stored           in words */
#define FACTS_SAY(_) \
    _(HASH,     "hash",             "a package holds this hash") \
    _(SAME,     "same",             "is as its package has it") \
    _(DIFFERS,  "differs",          "differs from its package") \
    _(CHANGED,  "changed",          "its mode, owner or time is not its package's; its bytes were not compared") \
    _(MISSING,  "missing",          "was missing when its package was verified") \
    _(OWNED,    "owned",            "belongs to a package") \
    _(UNOWNED,  "no owner",         "belongs to no package") \
    _(SIGNED,   "signed",           "is signed") \
    _(ADHOC,    "signed ad hoc",    "is signed by nobody (ad hoc)") \
    _(UNSIGNED, "not signed",       "is not signed at all") \
    _(BROKEN,   "broken signature", "has a signature that does not fit it") \
    _(MOUNT,    "mount",            "is a mount point")

#define FACT_ENUM(name, stored, words) FACT_##name,
enum fact_says { FACTS_SAY(FACT_ENUM) FACT_SAYS_COUNT };

struct fact {
    enum fact_says says;
    struct span path;   /* as it was printed, absolute; SPAN_NONE */
    struct span hash;   /* lower-case hexadecimal; SPAN_NONE */
    struct span detail; /* the package, the signer, the file system; SPAN_NONE */
};

const char *fact_name(enum fact_says says);
const char *fact_words(enum fact_says says);
/* FACT_SAYS_COUNT where there is none of that name. */
enum fact_says fact_named(struct span name);

/* A path as facts are compared: two names of one file become one.  On Linux /lib,
 * /bin and their like are links into /usr; on macOS /tmp, /var and /etc lie below
 * /private.  out has room for FACT_PATH_MORE bytes more than the path; its length. */
#define FACT_PATH_MORE 4
size_t fact_path(enum platform p, struct span path, uint8_t *out);

/* Would Linux know the file by another name, too (/usr/lib/x by /lib/x)?  Asked of
 * what fact_path gave. */
bool fact_path_has_alias(struct span path);

/* A file system of Linux that lies on another machine, or on the host of a guest. */
bool fact_is_network(struct span file_system);

#endif
