/* One <Event> of Windows' logs that another format carries: Splunk's _raw, a
 * syslog line, a JSON string.
 *
 * The same reading, limits and mending as for a file of XML; libxml2 stays
 * behind it. */
#ifndef INGEST_XML_H
#define INGEST_XML_H

#include "ingest/event.h"

struct xml_reader;

/* For events whose texts go into the batch's arena.  Any number of records. */
struct xml_reader *xml_reader_open(struct batch *b);
void xml_reader_close(struct xml_reader *x); /* NULL is fine */

/* Reads the first <Event> of the text into *e (not its place), ready for
 * normal_event().  Of one that its carrier cut short, the fields that are whole,
 * marked RECORD_ALTERED.  NULL, or why it could not be read: static, or in the
 * arena. */
const char *xml_read(struct xml_reader *x, struct span text, struct event *e);

#endif
