/* An audit event as what it became: a load, a process, context or an other, in
 * the batch and counted once. */
#ifndef INGEST_AUDITD_EMIT_H
#define INGEST_AUDITD_EMIT_H

#include "ingest/auditd_state.h"

/* `f` NULL: the file is not known; its raw name may be. */
void audit_emit_load(struct batch *b, const struct audit_event *e, const struct audit_process *p,
                     const struct audit_file *f, enum resolution r, uint32_t tags);

/* p is the process before it is told of its new start; p->guid is the new one. */
void audit_emit_start(struct batch *b, const struct audit_event *e, const struct audit_process *p,
                      const struct audit_process *parent);
void audit_emit_end(struct batch *b, const struct audit_event *e, const struct audit_process *p);

void audit_emit_context(struct batch *b, const struct audit_event *e,
                        const struct audit_process *p, uint32_t event, struct span Target,
                        struct span Detail);

#endif
