/* Inside store/: the three histories of a case, each append-only and sealed as
 * sealed.h says: of the allowlist, of hosts, of imported facts. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "store/connection.h"

/* ---- history.c: the allowlist ---- */

struct change_line {
    int64_t id, time, entry, sightings, loads, hosts;
    struct span action, author, reason; /* action: allow, undo, redo */
};

/* Adds a line; its id and time are set here. */
bool history_add(struct store *s, struct change_line *line, struct fault *f) MUST_CHECK;

/* The entry that undo (or redo) would change next; 0 where there is none. */
bool history_next(struct store *s, bool redo, int64_t *entry, struct fault *f) MUST_CHECK;

/* ---- host_history.c: the same for hosts renamed and merged ---- */

struct host_line {
    int64_t id, time, change, host, other;
    struct span action, was, now, author, reason; /* action: rename, merge, undo, redo */
};

/* Adds a line; id and time are set here, and change where it is 0. */
bool host_history_add(struct store *s, struct host_line *line, struct fault *f) MUST_CHECK;
/* The change that undo (or redo) would take next; 0 where there is none. */
bool host_history_next(struct store *s, bool redo, int64_t *change, struct fault *f) MUST_CHECK;
bool host_history_check(struct store *s, struct fault *f) MUST_CHECK;

/* ---- fact_history.c: the same for imported facts ---- */

struct fact_line {
    int64_t id, time, import, sightings;
    struct span action, author, reason; /* action: import, remove, restore */
};

bool fact_history_add(struct store *s, struct fact_line *line, struct fault *f) MUST_CHECK;
bool fact_history_check(struct store *s, struct fault *f) MUST_CHECK;

#endif
