/* From a record as its format wrote it to a load, a process, context, or one
 * more of the counted others.
 *
 * Matched by provider and Event ID, never by ID alone; by field name, never by
 * position.  Sysmon's own channel, into which nobody else writes, stands for the
 * provider too: so a record whose provider's name is damaged or left out of an
 * export is still what it is.  Every declared record that enters leaves counted exactly once. */
#ifndef INGEST_NORMAL_H
#define INGEST_NORMAL_H

#include "ingest/event.h"

/* Would normal_event keep such a record?  A decoder may skip EventData where
 * not (it still calls normal_event, which counts). */
bool normal_wants(struct span Provider, struct span Channel, uint64_t id);

/* Files the event under the batch: a load (Sysmon 7), a process (Sysmon 1, 5,
 * Security 4688), context (Sysmon 8, 11, 15, 23, 26, 29) or an other; counts
 * it, notes its range and times.  `before` is where the arena stood before the
 * decoder wrote the event's texts: it is rewound for what is not kept.  A
 * record too large for the arena becomes a loss.  Recovered records count in
 * `recovered` alone.  Declared, numbered ones also go to b->declared where the
 * decoder has given that a room (> 0, in the arena): it grows from there. */
void normal_event(struct batch *b, struct event *e, struct arena_mark before);

/* What is noted of every declared record, kept or not: its times, and its place
 * among the numbers of its host and channel.  normal_event does so itself. */
enum noted { NOTED_OTHER, NOTED_LOAD, NOTED_PROCESS, NOTED_CONTEXT };
void normal_note(struct batch *b, struct span Computer, const struct origin *o, enum noted what);

#endif
