/* Is it JSON, in which way is it written, and where may a piece of it end? */
#ifndef INGEST_JSON_CUT_H
#define INGEST_JSON_CUT_H

#include "ingest/wide.h"

/* An object a line, each whole on its line (also within one array, and also where
 * the first lines are damaged). */
bool json_sniff_lines(struct span head);

/* Any other JSON of objects: the head is JSON as far as it goes. */
bool json_sniff_any(struct span head);

/* JSON behind lines of something else (`# exported`, a warning, `Record 1`): the
 * first object that begins a line and names an event tells it.  To be asked where
 * no format of other text said yes. */
enum json_behind { BEHIND_NOTHING, BEHIND_LINES, BEHIND_ANY };
enum json_behind json_sniff_behind(struct span head);

/* As struct decoder's cut. */
size_t json_cut_lines(void *state, struct span bytes, uint64_t offset, bool at_end);
size_t json_cut_any(void *state, struct span bytes, uint64_t offset, bool at_end);

#define JSON_INDENT_MAX 32

enum json_way {
    WAY_UNKNOWN,
    WAY_INDENTED, /* a record begins on a line of its own, at one indentation */
    WAY_COUNTED,  /* anywhere: brackets are counted */
};

struct json_cut {
    enum json_way way;
    enum width width;
    uint8_t indent[JSON_INDENT_MAX];
    size_t indent_len;
    uint64_t counted;   /* bytes of the source looked at so far */
    uint64_t depth;     /* brackets open there */
    uint64_t around;    /* of them around each record */
    bool in_string, escaped;
};

#endif
