/* What is in the case already, or was finished in this run, found by size and
 * fingerprint. */
#ifndef INGEST_SEEN_H
#define INGEST_SEEN_H

#include "core/load.h"

struct seen;

/* Copies the list. */
struct seen *seen_open(const struct known *known, size_t count);
void seen_close(struct seen *s);

/* The next one of that size and fingerprint behind `after` (NULL: the first);
 * NULL where there is none.  It stays valid until the next seen_add. */
struct known *seen_find(struct seen *s, uint64_t size, const uint8_t fingerprint[static FINGERPRINT_BYTES],
                        const struct known *after);

/* By the fingerprint alone, for members of bundles, whose size is known only at
 * their end.  NULL where there is none. */
struct known *seen_member(struct seen *s, const uint8_t fingerprint[static FINGERPRINT_BYTES]);

/* Are bytes of this digest in the case already, or were they read in this run? */
bool seen_bytes(const struct seen *s, const uint8_t sha256[static SHA256_BYTES]);

/* Was a file of this name told so by an interrupted ingest, which this one goes on
 * with?  Each row answers once. */
bool seen_told(struct seen *s, struct span path, uint64_t size, enum source_state state);

/* Past SEEN_ADD_MAX nothing more is remembered: a copy of such a file is read
 * again, and its records are told apart by the store's rule of duplicates. */
#define SEEN_ADD_MAX (1u << 17)
void seen_add(struct seen *s, uint64_t size, const uint8_t fingerprint[static FINGERPRINT_BYTES],
              const uint8_t sha256[static SHA256_BYTES]);

#endif
