/* Numbers that look random and always come the same, and the texts made of
 * them: times, GUIDs, hashes.
 *
 * Memory is never given back: what is made here lives as long as the program. */
#include "tests/gen/gen.h"

#include <stdarg.h>
#include <stdlib.h>

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

void chance_seed(struct chance *c, uint64_t seed)
{
    c->state[0] = mix(seed);
    c->state[1] = mix(seed ^ 0x5851f42d4c957f2du);
}

/* xoroshiro128+ (Blackman and Vigna). */
uint64_t chance_next(struct chance *c)
{
    uint64_t a = c->state[0], b = c->state[1], sum = a + b;
    b ^= a;
    c->state[0] = ((a << 24) | (a >> 40)) ^ b ^ (b << 16);
    c->state[1] = (b << 37) | (b >> 27);
    return sum;
}

uint32_t chance_below(struct chance *c, uint32_t below)
{
    return (uint32_t)(((chance_next(c) >> 32) * below) >> 32);
}

uint64_t chance_of(struct span text)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.len; i++)
        h = (h ^ text.at[i]) * 0x100000001b3u;
    return mix(h);
}

_Noreturn void gen_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("modhunt-gen: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(3);
}

void *gen_get(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        gen_die("out of memory");
    return p;
}

struct span gen_text(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        gen_die("out of memory");
    return span_of(text, (size_t)len);
}

static void digits(char *out, unsigned value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
}

/* Days to a date: the usual shift that lets the year begin in March. */
static void date_of(int64_t days, char out[static 10])
{
    int64_t z = days + 719468, era = z / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    unsigned month = mp < 10 ? mp + 3 : mp - 9;
    digits(out, yoe + (unsigned)era * 400 + (month <= 2), 4);
    out[4] = '-';
    digits(out + 5, month, 2);
    out[7] = '-';
    digits(out + 8, doy - (153 * mp + 2) / 5 + 1, 2);
}

void gen_clock(int64_t time, char separator, int decimals, char out[static 32])
{
    int64_t day = 86400 * INT64_C(1000000), left = time % day;
    unsigned second = (unsigned)(left / 1000000), micro = (unsigned)(left % 1000000);
    date_of(time / day, out);
    out[10] = separator;
    digits(out + 11, second / 3600, 2);
    out[13] = ':';
    digits(out + 14, second / 60 % 60, 2);
    out[16] = ':';
    digits(out + 17, second % 60, 2);
    out[19] = '.';
    digits(out + 20, micro, 6);
    if (decimals < 6)
        out[20 + decimals] = 0;
    else if (decimals > 6)
        memcpy(out + 26, "0", 2);
    out[decimals < 6 ? 20 + decimals : decimals > 6 ? 27 : 26] = 0;
}

uint64_t gen_filetime(int64_t time)
{
    return (uint64_t)(time + INT64_C(11644473600000000)) * 10;
}

struct gen_guid gen_guid_of(uint64_t a, uint64_t b)
{
    struct gen_guid g;
    memcpy(g.at, &a, 8);
    memcpy(g.at + 8, &b, 8);
    return g;
}

void gen_guid_text(struct gen_guid g, bool upper, bool braces, char out[static 40])
{
    static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
    const char *hex = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char *p = out;
    if (braces)
        *p++ = '{';
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[g.at[order[i]] >> 4];
        *p++ = hex[g.at[order[i]] & 15];
    }
    if (braces)
        *p++ = '}';
    *p = 0;
}

static char *hex_of(char *p, uint64_t content, int digits_wanted)
{
    for (int i = 0; i < digits_wanted; i++) {
        if (i % 16 == 0)
            content = mix(content);
        *p++ = "0123456789ABCDEF"[(content >> (4 * (i % 16))) & 15];
    }
    return p;
}

struct span gen_hashes(uint64_t content, const char *kinds)
{
    static const struct { char kind; const char *name; int digits; uint64_t salt; } table[] = {
        { '1', "SHA1=", 40, 11 }, { 'M', "MD5=", 32, 22 },
        { '2', "SHA256=", 64, 33 }, { 'I', "IMPHASH=", 32, 44 },
    };
    char text[256], *p = text;
    for (const char *k = kinds; *k; k++)
        for (size_t i = 0; i < sizeof table / sizeof *table; i++)
            if (table[i].kind == *k) {
                if (p != text)
                    *p++ = ',';
                size_t len = strlen(table[i].name);
                memcpy(p, table[i].name, len);
                p = hex_of(p + len, content ^ mix(table[i].salt), table[i].digits);
            }
    *p = 0;
    return gen_text("%s", text);
}

/* CRC-32 as in zip, eight bytes a step. */
uint32_t gen_crc(uint32_t crc, const void *bytes, size_t len)
{
    static uint32_t table[8][256];
    const uint8_t *p = bytes;
    if (!table[0][1]) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int k = 0; k < 8; k++)
                c = (c >> 1) ^ (c & 1 ? 0xedb88320u : 0);
            table[0][i] = c;
        }
        for (uint32_t i = 0; i < 256; i++)
            for (int k = 1; k < 8; k++)
                table[k][i] = (table[k - 1][i] >> 8) ^ table[0][table[k - 1][i] & 255];
    }
    crc = ~crc;
    for (; len >= 8; len -= 8, p += 8) {
        uint32_t lo, hi;
        memcpy(&lo, p, 4);
        memcpy(&hi, p + 4, 4);
        lo ^= crc;
        crc = table[7][lo & 255] ^ table[6][(lo >> 8) & 255] ^ table[5][(lo >> 16) & 255]
            ^ table[4][lo >> 24] ^ table[3][hi & 255] ^ table[2][(hi >> 8) & 255]
            ^ table[1][(hi >> 16) & 255] ^ table[0][hi >> 24];
    }
    while (len--)
        crc = (crc >> 8) ^ table[0][(crc ^ *p++) & 255];
    return ~crc;
}
