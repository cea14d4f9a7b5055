/* Which logs are parts of one: audit.log.2.gz, audit.log.1, audit.log.
 *
 * What is remembered of a host that names itself lives on in whatever is read
 * next; of one that does not, only in the next part of the same log. */
#ifndef INGEST_AUDITD_CHAIN_H
#define INGEST_AUDITD_CHAIN_H

#include "ingest/auditd_state.h"

struct audit_chain {
    char *log;      /* the folder and stem of the log being read; owned */
    size_t len;
    const struct audit_host *met[8]; /* hosts of it that were compared */
    unsigned met_count;
};

/* A source begins: is it a part of the log that was read before it? */
bool audit_chain_next(struct audit_chain *c, struct span path, struct span bundle);

/* The first event of a host in a source: does it lie before what was read of that
 * host already? */
bool audit_chain_turn(struct audit_chain *c, const struct audit_host *h, int64_t time);

void audit_chain_close(struct audit_chain *c);

#endif
