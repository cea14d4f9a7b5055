/* Inside ingest/xml_plain: the tokens of plain XML.  Each is taken from where
 * `at` points and leaves it behind; false: it is not plain, or not there. */
#ifndef INGEST_XML_TOKEN_H
#define INGEST_XML_TOKEN_H

#include "core/span.h"

struct xml_at {
    const uint8_t *at, *end;
};

#define PLAIN_ATTRIBUTES_MAX 8 /* of one tag; more are libxml2's */

struct xml_tag {
    struct span name;
    struct xml_attribute {
        struct span name, value;
    } attribute[PLAIN_ATTRIBUTES_MAX];
    unsigned attributes;
    bool empty; /* <x/> */
};

/* What stands between two tags. */
struct xml_text {
    struct span text;
    bool line;    /* a tab or the end of a line */
    bool control; /* another control character: no XML */
    bool bracket, entity; /* `]`, `&` */
    bool high;    /* bytes beyond ASCII */
};

void xml_pass_space(struct xml_at *r);
bool xml_next_is(const struct xml_at *r, const void *text, size_t len);

/* Up to the next `<`. */
bool xml_take_text(struct xml_at *r, struct xml_text *s);
bool xml_take_tag(struct xml_at *r, struct xml_tag *t);       /* a start tag */
bool xml_take_end(struct xml_at *r, struct span name);        /* `</name>` */
struct span xml_attribute(const struct xml_tag *t, const char *name); /* SPAN_NONE */

/* Copies the text (out has room for in.len) with XML's five entities resolved;
 * *len is what it came to.  False: it has another one. */
bool xml_resolve(uint8_t *out, struct span in, size_t *len);
/* The same of a text that is not kept. */
bool xml_entities_are_plain(struct span in);

#endif
