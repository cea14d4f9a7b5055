/* One event on its way to a load: what follow knows while it looks at it. */
#ifndef INGEST_AUDITD_STEP_H
#define INGEST_AUDITD_STEP_H

#include "ingest/auditd_chain.h"
#include "ingest/auditd_seen.h"
#include "ingest/auditd_state.h"

struct audit_follow {
    struct audit_state *state;
    struct audit_chain chain;
    uint64_t source; /* the number of the one that is read */
    uint64_t *keys; /* of the piece before */
    size_t key_count, key_room;
};

/* What one event needs. */
struct step {
    struct audit_follow *f;
    struct batch *b;
    const struct audit_event *e;
    struct audit_host *host;
    struct audit_process *process;
    bool full;
};

bool audit_is_directory(const struct audit_path *p);

/* The path item that was opened; NULL where the event has none. */
const struct audit_path *audit_opened_path(const struct audit_event *e);

/* The folder that a relative name of the event starts in; *r becomes `dirfd` where
 * it is another than the current one. */
struct span audit_start_folder(const struct step *x, enum resolution *r);

/* The file behind the path, one reference for the caller; NULL where no path tells. */
struct audit_file *audit_opened_file(struct step *x, const struct audit_path *p);

#endif
