/* One <Event> of Windows' logs at a time: out of a file of XML, or carried by
 * another format (Splunk's _raw, a syslog line, a JSON string).
 *
 * libxml2 stays behind it. */
#ifndef INGEST_XML_H
#define INGEST_XML_H

#include "ingest/event.h"

struct xml_reader;

/* For events whose texts go into the batch's arena.  Any number of records. */
struct xml_reader *xml_reader_open(struct batch *b);
void xml_reader_close(struct xml_reader *x); /* NULL is fine */

/* Reads one whole <Event>, which is all of the text (UTF-8, or nearly), into *e
 * (not its place), ready for normal_event().  What had to be mended is marked
 * RECORD_ALTERED.  NULL, or why it could not be read: static, or in the arena. */
const char *xml_read_event(struct xml_reader *x, struct span text, struct event *e);

/* Always by libxml2, which the plain way is measured against. */
const char *xml_read_strictly(struct xml_reader *x, struct span text, struct event *e);

/* The plain record (xml_plain.h) at the beginning of the text: how many bytes it
 * is; 0 where it has to be found and read as above. */
size_t xml_read_plain(struct xml_reader *x, struct span text, struct event *e);

/* The same of the first <Event> in the text.  Of one that its carrier cut short,
 * the fields that are whole, marked RECORD_ALTERED. */
const char *xml_read(struct xml_reader *x, struct span text, struct event *e);

#endif
