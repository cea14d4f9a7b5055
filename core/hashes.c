/* Sysmon's `Hashes`, split by kind.
 *
 * Never trusts a name: a value counts only if it is hexadecimal of the length
 * that the kind has.  The surprise: event 15 of old schemas logs one bare hash
 * without a kind. */
#include "core/hashes.h"

#define SHA256_DIGITS 64
#define SHA1_DIGITS 40
#define KINDS 4
#define MD5_DIGITS 32 /* an import hash is an MD5 too */

static struct span trim(struct span s)
{
    while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
        s.at++, s.len--;
    while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Copies eight digits in lower case (a digit keeps its value under | 0x20); not 0
 * where one of them is none.  Eight at a time, because this runs over most of
 * what a load holds: bytes are compared by what they carry into their top bit. */
static uint64_t lower_hex(uint8_t *out, const uint8_t *in)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), top = ones * 0x80;
    uint64_t c, low, digit, letter;

    memcpy(&c, in, 8);
    low = c | ones * 0x20;
    /* With the top bit out of the way no byte carries into the next. */
    digit = ((c & ~top) + ones * (0x80 - '0')) & ~((c & ~top) + ones * (0x80 - '9' - 1));
    letter = ((low & ~top) + ones * (0x80 - 'a')) & ~((low & ~top) + ones * (0x80 - 'f' - 1));
    memcpy(out, &low, 8);
    return (~(digit | letter) | c) & top;
}

static void take(struct arena *a, struct span *into, struct span hex, size_t digits, bool *full)
{
    uint64_t bad = 0;
    uint8_t *copy;

    if (span_logged(*into) || hex.len != digits)
        return;
    copy = arena_bytes(a, digits);
    if (!copy) {
        *full = true;
        return;
    }
    for (size_t i = 0; i < digits; i += 8) /* all lengths are multiples of 8 */
        bad |= lower_hex(copy + i, hex.at + i);
    if (bad)
        arena_trim(a, copy, 0);
    else
        *into = span_of(copy, digits);
}

static void take_bare(struct arena *a, struct hashes *h, struct span hex, bool *full)
{
    take(a, &h->sha256, hex, SHA256_DIGITS, full);
    take(a, &h->sha1, hex, SHA1_DIGITS, full);
    take(a, &h->md5, hex, MD5_DIGITS, full);
}

static void take_named(struct arena *a, struct hashes *h, struct span key, struct span hex,
                       bool *full)
{
    if (span_equal_nocase(key, SPAN("SHA256")))
        take(a, &h->sha256, hex, SHA256_DIGITS, full);
    else if (span_equal_nocase(key, SPAN("SHA1")))
        take(a, &h->sha1, hex, SHA1_DIGITS, full);
    else if (span_equal_nocase(key, SPAN("MD5")))
        take(a, &h->md5, hex, MD5_DIGITS, full);
    else if (span_equal_nocase(key, SPAN("IMPHASH")))
        take(a, &h->imphash, hex, MD5_DIGITS, full);
}

struct hashes hashes_split(struct arena *a, struct span text, bool *full)
{
    struct hashes h = { SPAN_NONE, SPAN_NONE, SPAN_NONE, SPAN_NONE };

    if (!span_logged(text))
        return h;
    if (!memchr(text.at, '=', text.len)) {
        take_bare(a, &h, trim(text), full);
        return h;
    }
    while (text.len) {
        const uint8_t *comma = memchr(text.at, ',', text.len);
        size_t len = comma ? (size_t)(comma - text.at) : text.len;
        const uint8_t *equals = memchr(text.at, '=', len);

        if (equals) {
            size_t key = (size_t)(equals - text.at);
            take_named(a, &h, trim(span_of(text.at, key)),
                       trim(span_of(equals + 1, len - key - 1)), full);
        }
        if (comma)
            len++;
        text = span_of(text.at + len, text.len - len);
    }
    return h;
}

/* ---- comparing texts ---- */

/* What the text says of each kind, as it is written; the first of a kind counts. */
static unsigned kinds_of(struct span text, struct span value[static KINDS])
{
    static const char *const kinds[KINDS] = { "SHA256", "SHA1", "MD5", "IMPHASH" };
    unsigned found = 0;

    memset(value, 0, KINDS * sizeof *value);
    while (text.len) {
        const uint8_t *comma = memchr(text.at, ',', text.len);
        size_t len = comma ? (size_t)(comma - text.at) : text.len;
        const uint8_t *equals = memchr(text.at, '=', len);
        size_t key = equals ? (size_t)(equals - text.at) : 0;

        for (size_t k = 0; k < KINDS && equals; k++)
            if (!value[k].at
                && span_equal_nocase(trim(span_of(text.at, key)), span_text(kinds[k]))) {
                value[k] = trim(span_of(equals + 1, len - key - 1));
                found++;
            }
        len += comma != NULL;
        text = span_of(text.at + len, text.len - len);
    }
    return found;
}

bool hashes_contradict(struct span a, struct span b)
{
    struct span x[KINDS], y[KINDS];
    bool both = kinds_of(a, x) && kinds_of(b, y);

    if (!both)
        return !span_equal_nocase(a, b);
    for (size_t k = 0; k < KINDS; k++)
        if (x[k].at && y[k].at && !span_equal_nocase(x[k], y[k]))
            return true;
    return false;
}

struct span hashes_kept(struct span a, struct span b)
{
    struct span unused[KINDS];
    unsigned x = kinds_of(a, unused), y = kinds_of(b, unused);
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;

    if (x != y)
        return x > y ? a : b;
    return order < 0 || (order == 0 && a.len <= b.len) ? a : b;
}
