/* SHA-256 by libcrypto, and SipHash-1-3 with 128 bits for tables in memory.
 *
 * Never stores the key: it is drawn when the program first hashes. */
#include "core/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

struct digest {
    EVP_MD_CTX *running, *copy;
};

static void start(EVP_MD_CTX *ctx)
{
    if (EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
        fault_memory(); /* SHA-256 is always there: it can only lack memory */
}

struct digest *digest_open(void)
{
    struct digest *d = memory_zero(1, sizeof *d);

    d->running = EVP_MD_CTX_new();
    d->copy = EVP_MD_CTX_new();
    if (!d->running || !d->copy)
        fault_memory();
    start(d->running);
    return d;
}

void digest_add(struct digest *d, struct span bytes)
{
    if (bytes.len && EVP_DigestUpdate(d->running, bytes.at, bytes.len) != 1)
        fault_memory();
}

void digest_take(const struct digest *d, uint8_t out[static SHA256_BYTES])
{
    if (EVP_MD_CTX_copy_ex(d->copy, d->running) != 1
        || EVP_DigestFinal_ex(d->copy, out, NULL) != 1)
        fault_memory();
}

void digest_reset(struct digest *d)
{
    start(d->running);
}

void digest_close(struct digest *d)
{
    if (!d)
        return;
    EVP_MD_CTX_free(d->running);
    EVP_MD_CTX_free(d->copy);
    free(d);
}

void digest_of(struct span bytes, uint8_t out[static SHA256_BYTES])
{
    if (EVP_Digest(bytes.len ? (const void *)bytes.at : "", bytes.len, out, NULL, EVP_sha256(), NULL)
        != 1)
        fault_memory();
}

void hex_text(char *out, struct span bytes)
{
    static const char digit[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        *out++ = digit[bytes.at[i] >> 4];
        *out++ = digit[bytes.at[i] & 15];
    }
    *out = '\0';
}

/* ---- SipHash-1-3-128 ---- */

static uint64_t key[2];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void draw_key(void)
{
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key) {
        /* No entropy to be had: the clock and our own address must do. */
        key[0] = (uint64_t)time(NULL) * UINT64_C(0x9e3779b97f4a7c15);
        key[1] = (uint64_t)(uintptr_t)&key ^ (uint64_t)clock();
    }
}

struct sip {
    uint64_t v0, v1, v2, v3;
    uint64_t word;  /* bytes not yet mixed in */
    unsigned count; /* of them, 0 to 7 */
    uint64_t total;
};

static inline uint64_t turn(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

/* Inlined by force: a call for each round would cost as much as the round. */
__attribute__((always_inline)) static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1; s->v1 = turn(s->v1, 13); s->v1 ^= s->v0; s->v0 = turn(s->v0, 32);
    s->v2 += s->v3; s->v3 = turn(s->v3, 16); s->v3 ^= s->v2;
    s->v0 += s->v3; s->v3 = turn(s->v3, 21); s->v3 ^= s->v0;
    s->v2 += s->v1; s->v1 = turn(s->v1, 17); s->v1 ^= s->v2; s->v2 = turn(s->v2, 32);
}

__attribute__((always_inline)) static inline void sip_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

/* The next eight bytes behind the `count` that wait. */
__attribute__((always_inline)) static inline void sip_eight(struct sip *s, uint64_t word)
{
    unsigned shift = 8 * s->count;

    sip_word(s, s->word | word << shift);
    s->word = shift ? word >> (64 - shift) : 0;
}

__attribute__((always_inline)) static inline void sip_bytes(struct sip *s, const uint8_t *at,
                                                            size_t len)
{
    uint64_t word = 0;

    s->total += len;
    for (; len >= 8; at += 8, len -= 8) {
        memcpy(&word, at, 8);
        sip_eight(s, word);
    }
    if (!len)
        return;
    word = 0;
    memcpy(&word, at, len);
    if (s->count + len >= 8) {
        sip_eight(s, word);
        s->count += (unsigned)len - 8;
    } else {
        s->word |= word << (8 * s->count);
        s->count += (unsigned)len;
    }
}

struct hash128 hash_spans(const struct span *spans, size_t count)
{
    struct hash128 out;

    pthread_once(&key_once, draw_key);
    struct sip s = { key[0] ^ UINT64_C(0x736f6d6570736575),
                     key[1] ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
                     key[0] ^ UINT64_C(0x6c7967656e657261),
                     key[1] ^ UINT64_C(0x7465646279746573), 0, 0, 0 };
    for (size_t i = 0; i < count; i++) {
        /* The length before the bytes keeps ("ab","c") and ("a","bc") apart. */
        uint64_t len = spans[i].at ? (uint64_t)spans[i].len + 1 : 0;

        sip_bytes(&s, (const uint8_t *)&len, sizeof len);
        if (spans[i].len)
            sip_bytes(&s, spans[i].at, spans[i].len);
    }
    sip_word(&s, s.word | s.total << 56);
    s.v2 ^= 0xee;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    out.a = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
    s.v1 ^= 0xdd;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    out.b = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
    return out;
}
