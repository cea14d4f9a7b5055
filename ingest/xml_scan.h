/* Where the <Event> records of a text begin and end, told by bytes alone.
 *
 * One broken record costs itself and nothing behind it; whatever the bytes,
 * the time is linear in them.  It judges only what libxml2 must not be given
 * (sizes, attributes, declarations); the rest is libxml2's to judge. */
#ifndef INGEST_XML_SCAN_H
#define INGEST_XML_SCAN_H

#include "core/span.h"

#define XML_RECORD_MAX (256u << 10) /* bytes of one record */
#define XML_ATTRIBUTES_MAX 64       /* of one start tag: libxml2 is quadratic in them */
#define XML_DEPTH_MAX 64            /* elements in elements; the parser's to judge */

struct xml_scan {
    struct span in;
    bool at_end;  /* nothing follows these bytes */
    size_t at;    /* where it goes on; set to 0 to begin */
    size_t comment_sought, cdata_sought, instruction_sought; /* no end before here */
};

struct xml_record {
    size_t start, end;
    const char *wrong; /* NULL, or why it is not to be parsed */
    bool cut;          /* because the bytes end in it */
};

enum xml_found {
    XML_NONE,   /* no further record; `at` is behind what can't begin one */
    XML_RECORD,
    XML_MORE,   /* a record, or a comment that may hide some, begins at `at`, and more
                   bytes are needed */
};

enum xml_found xml_next(struct xml_scan *s, struct xml_record *r);

/* Where the last <Event> begins of which it is sure, without scanning them all,
 * that xml_next would begin a record there; 0 where nothing is that sure. */
size_t xml_last_event(struct span in);

/* Is there an <Event> of Windows' event logs: with their namespace, or with
 * <System> or <Provider> right inside it? */
bool xml_has_event(struct span in);

/* Is it the whole of an export without a record: `<Events></Events>`? */
bool xml_is_empty_export(struct span in);

#endif
