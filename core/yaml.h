/* YAML as our settings and the field's rules need it: plain maps, lists and
 * scalars, with the line of each.  The one door to libyaml.
 *
 * There are no tags, anchors, aliases, second documents or merge keys; a key
 * written twice is a fault.  A scalar is its text: what is a number or a date
 * is for the caller to say. */
#ifndef CORE_YAML_H
#define CORE_YAML_H

#include "core/arena.h"
#include "core/fault.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    bool quoted;                     /* a scalar between quotes, or a block: never null */
    unsigned line;                   /* from 1 */
    struct span key;                 /* of a map's child; else SPAN_NONE */
    struct span text;                /* a scalar's, valid UTF-8; else SPAN_NONE */
    const struct yaml *first, *next; /* children in their order */
    size_t count;                    /* of children */
};

#define YAML_BYTES_MAX (1u << 20)

/* The tree of the one document in `text`, in the arena (64 times the text is
 * always enough); an empty document is an empty map.  NULL, and *f names the line, where it is no
 * YAML, more than YAML_BYTES_MAX, deeper than 16, or holds what is refused above. */
const struct yaml *yaml_read(struct span text, struct arena *a, struct fault *f) MUST_CHECK;

/* The child of a map with that key; NULL where there is none or it is no map. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);

#endif
