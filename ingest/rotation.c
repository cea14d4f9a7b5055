/* The names of rotated logs.  The surprise: a number grows with age, a date
 * shrinks. */
#include "ingest/rotation.h"

#define DATE_DIGITS 8
#define NUMBER_DIGITS_MAX 6

static bool ends_in(struct span s, struct span end)
{
    return s.len > end.len && memcmp(s.at + s.len - end.len, end.at, end.len) == 0;
}

static bool trailing_number(struct span s, char before, size_t *digits, uint64_t *n)
{
    uint64_t unit = 1;

    *n = 0;
    for (*digits = 0; *digits < s.len && *digits < DATE_DIGITS + 1; ++*digits, unit *= 10) {
        uint8_t c = s.at[s.len - 1 - *digits];

        if (c < '0' || c > '9')
            break;
        *n += (uint64_t)(c - '0') * unit;
    }
    return *digits > 0 && s.len > *digits + 1 && s.at[s.len - 1 - *digits] == (uint8_t)before;
}

struct rotation rotation_of(struct span name)
{
    static const struct span packed[] = { SPAN_INIT(".gz"), SPAN_INIT(".xz"), SPAN_INIT(".bz2"),
                                          SPAN_INIT(".zst") };
    struct rotation r = { .stem = name };
    size_t digits;
    uint64_t n;

    for (size_t i = 0; !r.compressed && i < sizeof packed / sizeof *packed; i++)
        if (ends_in(name, packed[i])) {
            r.compressed = true;
            name.len -= packed[i].len;
        }
    if (trailing_number(name, '.', &digits, &n) && digits <= NUMBER_DIGITS_MAX && n > 0)
        r.age = n;
    else if (trailing_number(name, '-', &digits, &n) && digits == DATE_DIGITS && n < 99999999)
        r.age = 99999999 - n;
    if (r.age)
        r.stem = span_of(name.at, name.len - digits - 1);
    else if (r.compressed)
        r.stem = name;
    return r;
}

static int by_bytes(struct span a, struct span b)
{
    size_t least = a.len < b.len ? a.len : b.len;
    int order = least ? memcmp(a.at, b.at, least) : 0;

    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

int rotation_order(struct span a, struct span b)
{
    struct rotation x = rotation_of(a), y = rotation_of(b);
    int order = by_bytes(x.stem, y.stem);

    if (order)
        return order;
    if (x.age != y.age)
        return x.age > y.age ? -1 : 1;
    return by_bytes(a, b);
}
