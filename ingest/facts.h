/* Facts of a text that a tool printed: lines into struct fact, told by content.
 *
 *     dpkg -V, rpm -V, rpm -Va, debsums       who differs from its package
 *     dpkg -S, rpm -qf                        who belongs to one, and who to none
 *     md5sums of dpkg, sha256sum, bare hashes what packages hold
 *     codesign -dv --verbose=4, --verify      who is signed
 *     /proc/self/mountinfo                    what lies on another machine
 *
 * A text may hold several of them, one after the other.  A line that is none of
 * them is counted with its place, and never guessed at. */
#ifndef INGEST_FACTS_H
#define INGEST_FACTS_H

#include "core/fact.h"

#define FACTS_BYTES_MAX (256u << 20) /* one file */
#define FACT_LINE_MAX (64u << 10)    /* longer ones are unread */
#define FACTS_FORM_TEXT 128

struct facts_told {
    char form[FACTS_FORM_TEXT]; /* `dpkg -V, dpkg -S`; "" where no line was read */
    enum platform platform;     /* whose they must be; PLATFORM_UNKNOWN: any */
    bool verify;                /* some of it is what dpkg -V, rpm -V or debsums print */
    bool contradicts;           /* forms of two platforms */
    uint64_t read, facts;       /* lines; what they say */
    uint64_t unread, unread_at; /* lines that are none of it; place of the first */
};

/* Hands each fact to `each` (NULL: only tells), whose texts live until it returns;
 * false from it ends the reading and is returned. */
bool facts_read(struct span text, bool (*each)(void *ctx, const struct fact *f), void *ctx,
                struct facts_told *told);

#endif
