/* What the rules of a log's host let one see, said at the end of each source.
 *
 * An audit log without loads may mean that nothing was loaded, or that nobody
 * asked; the notes tell which. */
#ifndef INGEST_AUDITD_SEEN_H
#define INGEST_AUDITD_SEEN_H

#include "ingest/auditd.h"

struct audit_seen {
    uint64_t opens, maps, unresolved, inferred, execs;
    uint64_t rules, lost, lost_records, urings;
    uint64_t off_place, rules_place, lost_place;
    bool sysmon; /* Sysmon for Linux */
    bool off, library; /* auditing was switched off; a system library was opened, here or
                          in an earlier part */
    struct { char name[64]; size_t len; } folder[4]; /* where opens were, the first ones */
    unsigned folders;
    bool more_folders;
};

void audit_seen_open(struct audit_seen *s, struct span name);
void audit_seen_map(struct audit_seen *s, enum resolution r);
static inline void audit_seen_exec(struct audit_seen *s) { s->execs++; }
void audit_seen_notice(struct audit_seen *s, const struct audit_notice *n);

/* Adds the notes to the batch, and to what is known of the host; `named`: the notes
 * begin with its name. */
void audit_seen_say(const struct audit_seen *s, struct batch *b, struct span Computer, bool named);
void audit_seen_given_up(struct batch *b, uint64_t given_up);

#endif
