/* CRC-32: by carry-less multiplication where the processor has it, by eight
 * tables elsewhere.
 *
 * The method is that of Intel's white paper (Gopal and others, "Fast CRC
 * Computation for Generic Polynomials Using PCLMULQDQ Instruction", 2009) in
 * its bit-reflected form: four lanes of 128 bits are folded by 512 bits a step,
 * then into one lane.  The last lane goes through the tables, which is slower
 * by a few nanoseconds than the paper's reduction and needs no more constants. */
#include "ingest/crc32.h"

#include <pthread.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define POLYNOMIAL UINT32_C(0xedb88320)
#define FOLD_BYTES 64 /* shorter ones go through the tables */

static uint32_t table[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool has_multiplier;

static void prepare(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ POLYNOMIAL : c >> 1;
        table[0][i] = c;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int t = 1; t < 8; t++)
            table[t][i] = table[t - 1][i] >> 8 ^ table[0][table[t - 1][i] & 0xff];
#if defined(__x86_64__)
    has_multiplier = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
#endif
}

/* On the inverted remainder. */
static uint32_t by_tables(uint32_t c, const uint8_t *at, size_t len)
{
    for (; len >= 8; at += 8, len -= 8) {
        uint64_t w;

        memcpy(&w, at, 8);
        w ^= c;
        c = table[7][w & 0xff] ^ table[6][w >> 8 & 0xff] ^ table[5][w >> 16 & 0xff]
          ^ table[4][w >> 24 & 0xff] ^ table[3][w >> 32 & 0xff] ^ table[2][w >> 40 & 0xff]
          ^ table[1][w >> 48 & 0xff] ^ table[0][w >> 56];
    }
    while (len--)
        c = c >> 8 ^ table[0][(c ^ *at++) & 0xff];
    return c;
}

#if defined(__x86_64__)
__attribute__((target("pclmul,sse4.1")))
static inline __m128i folded(__m128i lane, __m128i by, __m128i next)
{
    return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(lane, by, 0x00),
                                       _mm_clmulepi64_si128(lane, by, 0x11)), next);
}

__attribute__((target("pclmul,sse4.1")))
static uint32_t by_multiplier(uint32_t c, const uint8_t *at, size_t len)
{
    /* x^(512+32), x^(512-32) and x^(128+32), x^(128-32) mod P, reflected. */
    const __m128i by512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const __m128i by128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    const __m128i *in = (const __m128i *)(const void *)at;
    __m128i a = _mm_xor_si128(_mm_loadu_si128(in), _mm_cvtsi32_si128((int)c));
    __m128i b = _mm_loadu_si128(in + 1), d = _mm_loadu_si128(in + 2), e = _mm_loadu_si128(in + 3);
    uint8_t last[16];

    for (in += 4, len -= 64; len >= 64; in += 4, len -= 64) {
        a = folded(a, by512, _mm_loadu_si128(in));
        b = folded(b, by512, _mm_loadu_si128(in + 1));
        d = folded(d, by512, _mm_loadu_si128(in + 2));
        e = folded(e, by512, _mm_loadu_si128(in + 3));
    }
    a = folded(a, by128, b);
    a = folded(a, by128, d);
    a = folded(a, by128, e);
    for (; len >= 16; in++, len -= 16)
        a = folded(a, by128, _mm_loadu_si128(in));
    _mm_storeu_si128((__m128i *)(void *)last, a);
    /* The lane is congruent to all that came before it, with remainder 0. */
    c = by_tables(0, last, sizeof last);
    return by_tables(c, (const uint8_t *)in, len);
}
#endif

uint32_t crc32_add_portable(uint32_t crc, struct span bytes)
{
    pthread_once(&once, prepare);
    return ~by_tables(~crc, bytes.at, bytes.len);
}

uint32_t crc32_add(uint32_t crc, struct span bytes)
{
    pthread_once(&once, prepare);
#if defined(__x86_64__)
    if (has_multiplier && bytes.len >= FOLD_BYTES)
        return ~by_multiplier(~crc, bytes.at, bytes.len);
#endif
    return ~by_tables(~crc, bytes.at, bytes.len);
}
