/* Times as exports write them.
 *
 * Never asks the system for a zone: what names none is read as UTC, or in the
 * zone of --time-zone, and said to be. */
#include "ingest/form.h"
#include "ingest/form_digits.h"
#include "ingest/zone.h"

#define FILETIME_FROM INT64_C(100000000000000000) /* 100 ns since 1601: the year 1917 on */
#define NANO_FROM INT64_C(1000000000000000000)    /* ns since 1970: the year 2001 on */
#define MICRO_FROM INT64_C(100000000000000)
#define MILLI_FROM INT64_C(100000000000)          /* seconds beyond the year 5138 */
#define WHOLE_MAX (INT64_MAX / 10 - 1)

/* Digits at the start; how many there were. */
static size_t whole(struct span s, int64_t *out)
{
    size_t i = 0;

    for (*out = 0; i < s.len && is_digit(s.at[i]); i++)
        *out = *out < WHOLE_MAX ? *out * 10 + (s.at[i] - '0') : INT64_MAX;
    return i;
}

/* Seconds, milli-, micro- or nanoseconds since 1970, or FILETIME: by size. */
static int64_t epoch(struct span s)
{
    int64_t n, part = 0, scale = 1000000;
    size_t digits = whole(s, &n);

    if (digits == 0)
        return MOMENT_NONE;
    s = from(s, digits);
    if (s.len && s.at[0] == '.')
        for (s = from(s, 1); s.len && is_digit(s.at[0]); s = from(s, 1))
            if (scale > 1) {
                scale /= 10;
                part += (s.at[0] - '0') * scale;
            }
    if (s.len)
        return MOMENT_NONE;
    if (n == INT64_MAX)
        return MOMENT_NONE;
    if (n >= NANO_FROM)
        return n / 1000;
    if (n >= FILETIME_FROM)
        return moment_from_filetime((uint64_t)n);
    if (n >= MICRO_FROM)
        return n;
    if (n >= MILLI_FROM)
        return n * 1000 + part / 1000;
    return n * 1000000 + part;
}

/* `/Date(1603331164973)/`, `/Date(1603331164973+0200)/`: milliseconds of UTC; the
 * offset only says where it was written. */
static int64_t dotnet(struct span s)
{
    bool minus;
    int64_t n;

    s = from(s, 6);
    minus = s.len && s.at[0] == '-';
    if (minus)
        s = from(s, 1);
    size_t digits = whole(s, &n);
    if (digits == 0 || digits == s.len || n > INT64_MAX / 1000)
        return MOMENT_NONE;
    return minus ? -n * 1000 : n * 1000;
}

/* WMI's `20201022081706.123456` is no number of milliseconds. */
static bool is_wmi(struct span s)
{
    int64_t n;

    return s.len >= 21 && s.at[14] == '.' && s.at[0] <= '2' && whole(s, &n) == 14;
}

/* Does what moment_parse read end in a zone? */
static bool has_zone(struct span s)
{
    if (s.len && (s.at[s.len - 1] | 0x20) == 'z')
        return true;
    for (size_t i = 19; i < s.len; i++)
        if (s.at[i] == '+' || s.at[i] == '-')
            return true;
    return false;
}

int64_t form_moment(struct span s, unsigned *dates, bool *zoned)
{
    int64_t m;

    while (s.len && s.at[0] == ' ')
        s = from(s, 1);
    while (s.len && s.at[s.len - 1] == ' ')
        s.len--;
    *zoned = true;
    if (span_starts(s, SPAN("/Date(")))
        return dotnet(s);
    if (!is_wmi(s) && (m = epoch(s)) != MOMENT_NONE)
        return m;
    bool utc = ends(s, " UTC");
    if (utc)
        s.len -= 4;
    else
        *zoned = has_zone(s);
    if ((m = moment_parse(s)) != MOMENT_NONE)
        return m;
    *zoned = utc;
    return form_date(s, dates, zoned);
}

int64_t form_moment_utc(struct batch *b, struct span text, bool *zoned)
{
    int64_t m = form_moment(text, &b->dates, zoned);

    return *zoned ? m : zone_utc(b->zone, m);
}
