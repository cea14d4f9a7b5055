/* What is too long to stand in span.h.  Never allocates. */
#include "core/span.h"

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool span_equal_nocase(struct span a, struct span b)
{
    if ((a.at != NULL) != (b.at != NULL) || a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

struct span span_file_name(struct span path)
{
    for (size_t i = path.len; i > 0; i--)
        if (path.at[i - 1] == '\\' || path.at[i - 1] == '/')
            return span_of(path.at + i, path.len - i);
    return path;
}

static int digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

bool span_number(struct span s, uint64_t *out)
{
    uint64_t value = 0;
    unsigned base = 10;
    size_t i = 0;

    if (s.len > 2 && s.at[0] == '0' && lower(s.at[1]) == 'x') {
        base = 16;
        i = 2;
    }
    if (i == s.len)
        return false;
    for (; i < s.len; i++) {
        unsigned digit = (unsigned)digit_of(s.at[i]);

        if (digit >= base || __builtin_mul_overflow(value, base, &value)
            || __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *out = value;
    return true;
}
