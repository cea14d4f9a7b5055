/* Times as microseconds since 1970, UTC, saturating.
 *
 * Never asks the system for a zone.  Dates are the proleptic Gregorian
 * calendar's; the day count is the usual one from 1 March. */
#include "core/moment.h"

#include <stdio.h>
#include <time.h>

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define FILETIME_EPOCH INT64_C(11644473600) /* seconds from 1601 to 1970 */

static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool date_is_real(unsigned year, unsigned month, unsigned day)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month >= 1 && month <= 12 && day >= 1
        && day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

int64_t moment_from_filetime(uint64_t filetime)
{
    if (filetime == 0)
        return MOMENT_NONE;
    return (int64_t)(filetime / 10) - FILETIME_EPOCH * SECOND;
}

int64_t moment_from_systemtime(struct span sixteen_bytes)
{
    struct cursor c = cursor_of(sixteen_bytes);
    unsigned year = cursor_u16(&c), month = cursor_u16(&c);
    cursor_u16(&c); /* the weekday follows from the date */
    unsigned day = cursor_u16(&c), hour = cursor_u16(&c), minute = cursor_u16(&c);
    unsigned second = cursor_u16(&c), milli = cursor_u16(&c);

    if (c.broken || !date_is_real(year, month, day) || hour > 23 || minute > 59 || second > 59
        || milli > 999)
        return MOMENT_NONE;
    return days_of(year, month, day) * DAY
        + ((int64_t)hour * 3600 + minute * 60 + second) * SECOND + (int64_t)milli * 1000;
}

/* Reads exactly n digits. */
static bool digits(struct span *s, size_t n, unsigned *out)
{
    unsigned value = 0;

    if (s->len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->at[i] < '0' || s->at[i] > '9')
            return false;
        value = value * 10 + (s->at[i] - '0');
    }
    *out = value;
    s->at += n;
    s->len -= n;
    return true;
}

static bool letter(struct span *s, const char *any_of)
{
    if (!s->len || !s->at[0] || !strchr(any_of, s->at[0]))
        return false;
    s->at++;
    s->len--;
    return true;
}

/* Up to nine decimals, cut to microseconds. */
static bool decimals(struct span *s, int64_t *micro)
{
    unsigned count = 0;
    int64_t value = 0;

    while (s->len && s->at[0] >= '0' && s->at[0] <= '9') {
        if (++count > 9)
            return false;
        if (count <= 6)
            value = value * 10 + (s->at[0] - '0');
        s->at++;
        s->len--;
    }
    for (unsigned i = count; i < 6; i++)
        value *= 10;
    *micro = value;
    return count > 0;
}

/* `Z`, `+02:00`, `+0200`, `+02` or nothing; minutes east of UTC. */
static bool zone(struct span *s, int *minutes)
{
    unsigned hour = 0, minute = 0;
    bool west;

    *minutes = 0;
    if (s->len == 0 || (letter(s, "Zz") && s->len == 0))
        return true;
    west = s->len && s->at[0] == '-';
    if (!letter(s, "+-") || !digits(s, 2, &hour))
        return false;
    if (s->len) {
        letter(s, ":");
        if (!digits(s, 2, &minute))
            return false;
    }
    *minutes = (int)(hour * 60 + minute) * (west ? -1 : 1);
    return s->len == 0 && hour <= 23 && minute <= 59;
}

int64_t moment_parse(struct span text)
{
    unsigned year, month, day, hour, minute, second;
    int64_t micro = 0;
    int east;

    while (text.len && text.at[text.len - 1] == ' ')
        text.len--;
    while (text.len && text.at[0] == ' ') {
        text.at++;
        text.len--;
    }
    if (!digits(&text, 4, &year) || !letter(&text, "-/") || !digits(&text, 2, &month)
        || !letter(&text, "-/") || !digits(&text, 2, &day) || !letter(&text, "T t")
        || !digits(&text, 2, &hour) || !letter(&text, ":") || !digits(&text, 2, &minute)
        || !letter(&text, ":") || !digits(&text, 2, &second))
        return MOMENT_NONE;
    if (letter(&text, ".,") && !decimals(&text, &micro))
        return MOMENT_NONE;
    if (text.len > 1 && text.at[0] == ' ') /* `... +0200`, as unified logs write it */
        letter(&text, " ");
    if (!zone(&text, &east) || !date_is_real(year, month, day) || hour > 23 || minute > 59
        || second > 60)
        return MOMENT_NONE;
    return days_of(year, month, day) * DAY
        + ((int64_t)hour * 3600 + minute * 60 + second - (int64_t)east * 60) * SECOND + micro;
}

void moment_format(int64_t moment, char out[static MOMENT_TEXT_MAX])
{
    if (moment == MOMENT_NONE) {
        out[0] = '\0';
        return;
    }
    int64_t day = moment / DAY, rest = moment % DAY;
    if (rest < 0) {
        rest += DAY;
        day--;
    }
    day += 719468;
    int64_t era = (day >= 0 ? day : day - 146096) / 146097;
    int64_t of_era = day - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * of_year + 2) / 153;
    int64_t month = m < 10 ? m + 3 : m - 9;

    snprintf(out, MOMENT_TEXT_MAX, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld.%06lldZ",
             (long long)(y + era * 400 + (month <= 2)), (long long)month,
             (long long)(of_year - (153 * m + 2) / 5 + 1), (long long)(rest / SECOND / 3600),
             (long long)(rest / SECOND / 60 % 60), (long long)(rest / SECOND % 60),
             (long long)(rest % SECOND));
}

static int64_t clock_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

int64_t moment_now(void)
{
    return clock_of(CLOCK_REALTIME);
}

int64_t moment_ticks(void)
{
    return clock_of(CLOCK_MONOTONIC);
}
