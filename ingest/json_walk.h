/* One JSON value into the slots of a form: records, wrappers of records, and
 * JSON inside of a JSON string. */
#ifndef INGEST_JSON_WALK_H
#define INGEST_JSON_WALK_H

#include "ingest/form.h"
#include "ingest/wide.h"

#define JSON_RECORD_MAX (1u << 20) /* bytes of one record */

enum walk_end {
    WALK_DONE,
    WALK_SHORT,  /* the bytes ended inside a record */
    WALK_PAUSED, /* the bytes ended between two records of a wrapper, or `probe` stopped */
    WALK_BROKEN,
};

struct walk {
    const uint8_t *at;    /* where it ended */
    const uint8_t *start; /* of the record at hand */
    const char *wrong;
    uint64_t records;     /* filed */
    uint64_t members;     /* read, at any depth */
    bool wrapped;         /* the outermost object holds records and is none */
    unsigned depth;       /* containers around the record at hand */
};

/* Reads the value at the start of the text and files it, or each record of the
 * array that it wraps, under the form's batch.  With `probe` it files nothing and
 * stops where the first wrapped record begins. */
enum walk_end json_walk(struct form *f, struct span text, struct places *p, bool probe,
                        struct walk *w);

/* Only fills slots, as if the value stood at the node.  The text must live until
 * form_event().  *walk, which may be NULL, says where and why it ended. */
enum walk_end json_fill(struct form *f, struct span text, enum form_node node,
                        struct walk *walk);

#endif
