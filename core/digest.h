/* SHA-256 of a stream (libcrypto), and a fast keyed hash for tables in memory.
 *
 * The keyed hash is SipHash-1-3 with 128 bits of output and a key drawn at
 * start (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): an
 * attacker who writes the evidence can't choose two values that meet, so 128
 * equal bits are taken for equality.  It is never stored. */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include "core/fault.h"
#include "core/span.h"

#define SHA256_BYTES 32
#define SHA256_TEXT 65

struct digest; /* a running SHA-256 */

struct digest *digest_open(void);
void digest_add(struct digest *d, struct span bytes);
/* The digest so far; the running one may go on. */
void digest_take(const struct digest *d, uint8_t out[static SHA256_BYTES]);
/* Starts again from nothing. */
void digest_reset(struct digest *d);
void digest_close(struct digest *d);

void digest_of(struct span bytes, uint8_t out[static SHA256_BYTES]);

/* Lower-case hexadecimal, ended by a zero; out holds 2 * len + 1. */
void hex_text(char *out, struct span bytes);

struct hash128 {
    uint64_t a, b;
};

/* The hash of several spans one after the other, lengths and "not logged"
 * included, so that ("ab","c"), ("a","bc") and (none,"abc") all differ. */
struct hash128 hash_spans(const struct span *spans, size_t count);

static inline bool hash_equal(struct hash128 x, struct hash128 y)
{
    return x.a == y.a && x.b == y.b;
}

#endif
