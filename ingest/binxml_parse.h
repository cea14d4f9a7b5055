/* A fragment of binary XML while it is compiled: where the reading stands, and
 * where the operations go.  binxml_piece.c reads what makes up names and texts,
 * binxml.c the elements around them. */
#ifndef INGEST_BINXML_PARSE_H
#define INGEST_BINXML_PARSE_H

#include "ingest/binxml_parts.h"

#define NAME_KEPT 32 /* no name that we look for is as long */

struct level {
    uint8_t state; /* enum state, of what is inside */
    uint8_t to;    /* enum target that its text goes to */
};

struct parse {
    struct binxml *x;
    const uint8_t *base;  /* of the chunk */
    uint32_t at, end;
    enum { DEPENDENCY_UNKNOWN, DEPENDENCY_YES, DEPENDENCY_NO } dependency;
    bool is_template;
    unsigned depth;
    struct op *ops;       /* where the next goes, and how many fit */
    uint32_t used, room, values;
    struct level level[ELEMENT_DEPTH_MAX];
};

/* A name, as ASCII where it is short enough to be one that we know. */
struct name {
    char text[NAME_KEPT];
    size_t len;            /* 0: long, or not ASCII */
    struct span utf16;
};

static inline bool parse_need(struct parse *p, uint32_t n)
{
    return p->end - p->at >= n || binxml_broken(p->x, "its tokens end too early");
}

static inline bool name_is(const struct name *n, const char *literal)
{
    return n->len == strlen(literal) && memcmp(n->text, literal, n->len) == 0;
}

bool binxml_emit(struct parse *p, struct op op) MUST_CHECK;

/* The name whose offset stands at p->at, which moves behind the offset and,
 * where the name itself stands there, behind that. */
bool binxml_name_read(struct parse *p, struct name *n) MUST_CHECK;

/* Settles whether elements have a dependency id, by the one that starts at
 * p->at. */
bool binxml_dependency(struct parse *p) MUST_CHECK;

/* Reads one token that makes text; *was is false, and nothing read, where it is
 * another one.  `text`: does it go to a target, or only matter where it holds
 * binary XML (at `state`)? */
bool binxml_piece(struct parse *p, bool text, enum state state, bool *was) MUST_CHECK;

/* Text that counts its own UTF-16 units: CDATA, and what a processing
 * instruction says. */
bool binxml_counted(struct parse *p, bool text) MUST_CHECK;

#endif
