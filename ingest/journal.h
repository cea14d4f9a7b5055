/* How `journalctl -o json` writes a value that is no plain text (auditd puts the
 * byte 1d into its enriched records): as an array of the numbers of its bytes. */
#ifndef INGEST_JOURNAL_H
#define INGEST_JOURNAL_H

#include "core/arena.h"

/* The bytes of an array from behind its `[`, until `]`, the end or `room` bytes; how
 * many.  0 where something stands in it that is no byte. */
size_t journal_bytes(struct span array, uint8_t *out, size_t room);

/* The same as valid UTF-8 in the arena; SPAN_NONE where it has none. */
struct span journal_text(struct arena *a, struct span array, bool *altered, bool *full);

/* A SYSLOG_IDENTIFIER under which records come that we read. */
bool journal_is_ours(struct span identifier);

#endif
