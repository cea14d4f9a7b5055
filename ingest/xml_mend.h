/* One attempt to make a record readable that libxml2 refuses: what XML forbids
 * is replaced, and everything that it can't write is carried through it. */
#ifndef INGEST_XML_MEND_H
#define INGEST_XML_MEND_H

#include "core/arena.h"

/* A copy in the arena without characters that XML forbids, and without numeric
 * references to them: a control character becomes a stand-in (see unmend), a
 * NUL U+2400, anything else U+FFFD.  An `&` that begins no reference known
 * without a declaration becomes `&amp;` (Sysmon for Linux writes such).
 * *changed says whether there was anything.  SPAN_NONE where the arena is full. */
struct span xml_mend(struct arena *a, struct span in, bool *changed);

/* Stand-ins back into the control characters that they stand for, in place;
 * the new length. */
size_t xml_unmend(uint8_t *text, size_t len);

#endif
