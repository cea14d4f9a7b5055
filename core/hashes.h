/* Sysmon's `Hashes`, split by kind.
 *
 * The text stays as it was logged; this only says what stands in it. */
#ifndef CORE_HASHES_H
#define CORE_HASHES_H

#include "core/arena.h"

struct hashes {
    struct span sha256, sha1, md5, imphash; /* lower-case hexadecimal; SPAN_NONE */
};

/* `SHA1=..,MD5=..` in any order and case, spaces around anything; or one bare
 * hash, told by its length (event 15's `Hash` in old schemas).  A value that is
 * not hexadecimal of the kind's length is left out; of two of a kind the first
 * counts.  The copies live in the arena; *full is set where they don't fit. */
struct hashes hashes_split(struct arena *a, struct span text, bool *full);

/* Do two texts of `Hashes`, both logged, say something else of one kind?  Case, the
 * order of kinds, and kinds that only one of them has are no contradiction. */
bool hashes_contradict(struct span a, struct span b);

/* Which of two such texts to keep, whichever is given first: the one with more kinds,
 * then the smaller one bytewise (capitals, as Sysmon writes them, before others). */
struct span hashes_kept(struct span a, struct span b);

#endif
