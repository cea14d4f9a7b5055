/* The plain <Event>, as Windows' own programs write nearly all of them, read
 * without libxml2 and five times as fast.
 *
 * Plain means: nothing but elements, attributes and text; XML's five named
 * entities, in text alone; names without a prefix; no value that spans elements
 * or holds a control character.  What is plain gives exactly what libxml2 would
 * give, and everything else is left to it: whatever is in doubt is not plain. */
#ifndef INGEST_XML_PLAIN_H
#define INGEST_XML_PLAIN_H

#include "ingest/event.h"

#define PLAIN_TAGS 32
#define PLAIN_TAG_BYTES 48

/* What one batch's records have in common: the tags of their Data by place. */
struct xml_plain {
    struct plain_tag {
        uint8_t text[PLAIN_TAG_BYTES]; /* `<Data Name='Image'>` */
        size_t len;                    /* 0: none yet */
        enum event_field field;
    } tag[PLAIN_TAGS];
};

/* Reads the record that begins with the first byte of `in` (more may follow),
 * its texts copied into the arena.  How many bytes it is; 0 where it is not
 * plain, then *e says nothing and the arena is as it was. */
size_t xml_plain_read(struct xml_plain *p, struct arena *a, struct span in, struct event *e);

#endif
