/* Dates as people and old programs write them: for what is neither ISO nor a
 * number (form_moment.c), so none of it is on the fast path.
 *
 * Each is put together as ISO and read by moment_parse.  The surprise: 3/4/2020
 * is two dates; which one is told by the others of the piece, in `dates`. */
#include "ingest/form.h"
#include "ingest/form_digits.h"

#include <stdio.h>

#define WORDS_MAX 6

/* Up to four digits at the start; how many there were. */
static size_t number(struct span s, int *out)
{
    size_t i = 0;

    for (*out = 0; i < s.len && i < 5 && is_digit(s.at[i]); i++)
        *out = *out * 10 + (s.at[i] - '0');
    return i < 5 ? i : 0;
}

static bool is_utc(struct span s)
{
    return span_equal_nocase(s, SPAN("UTC")) || span_equal_nocase(s, SPAN("GMT"))
        || span_equal_nocase(s, SPAN("UT"));
}

/* `hh:mm[:ss[.fff]] [AM|PM]` of a day that is known, and an offset, also within
 * the clock. */
static int64_t of_day(const int date[3], struct span clock, struct span offset, bool *zoned)
{
    char text[96];
    int hour, after = 0;

    if (ends(clock, "PM") || ends(clock, "AM")) {
        after = ends(clock, "PM") ? 13 : 1;
        clock = span_trimmed(span_of(clock.at, clock.len - 2));
    }
    size_t digits = number(clock, &hour);
    if (after && (hour < 1 || hour > 12))
        return MOMENT_NONE;
    if (after)
        hour = hour % 12 + after - 1;
    clock = from(clock, digits);
    if (digits == 0 || digits > 2 || clock.len < 3 || clock.len > 24 || offset.len > 6
        || date[0] < 1000 || date[1] > 12 || date[2] > 31)
        return MOMENT_NONE;
    int len = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d%.*s%s%.*s", date[0], date[1],
                       date[2], hour, (int)clock.len, (const char *)clock.at,
                       clock.len == 3 ? ":00" : "", (int)offset.len,
                       offset.len ? (const char *)offset.at : "");
    for (int i = 19; i < len; i++)
        *zoned = *zoned || text[i] == '+' || text[i] == '-' || (text[i] | 0x20) == 'z';
    return moment_parse(span_of(text, (size_t)len));
}

/* `10/22/2020 1:31:04 AM`, `22.10.2020 08:17:06`, `2020.10.22 ...`: dots are day
 * first, slashes as the others prove, else month first. */
static int64_t of_numbers(struct span s, unsigned *dates, bool *zoned)
{
    int part[3];
    uint8_t mark = 0;

    for (int i = 0; i < 3; i++) {
        size_t digits = number(s, &part[i]);

        if (digits == 0 || (digits > 2 && digits < 4) || s.len < digits + 1
            || (i < 2 && s.at[digits] != (mark ? mark : '/') && (mark || s.at[digits] != '.')))
            return MOMENT_NONE;
        mark = i == 0 ? s.at[digits] : mark;
        s = from(s, i < 2 ? digits + 1 : digits);
    }
    while (s.len && (s.at[0] == ' ' || s.at[0] == ',' || s.at[0] == 'T'))
        s = from(s, 1);
    if (part[0] > 31)
        return of_day(part, s, SPAN_NONE, zoned);
    bool day_first = mark == '.' || part[0] > 12;
    if (mark == '/' && part[0] <= 12) {
        if (part[1] <= 12 && part[0] != part[1]) {
            *dates |= DATES_UNSURE;
            day_first = (*dates & (DATES_DAY_FIRST | DATES_MONTH_FIRST)) == DATES_DAY_FIRST;
        }
    }
    int date[3] = { part[2], part[day_first], part[!day_first] };
    int64_t m = of_day(date, s, SPAN_NONE, zoned);

    if (m != MOMENT_NONE && mark == '/' && (part[0] > 12 || part[1] > 12))
        *dates |= part[0] > 12 ? DATES_DAY_FIRST : DATES_MONTH_FIRST;
    return m;
}

/* The number of a month by its first three letters; 0. */
static int month_of(struct span word)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    if (word.len < 3)
        return 0;
    for (int i = 0; i < 12; i++)
        if (span_equal_nocase(span_of(word.at, 3), span_of((const uint8_t *)months + 3 * i, 3)))
            return i + 1;
    return 0;
}

/* `Thu, 22 Oct 2020 08:17:06 +0200`, `Thu Oct 22 08:17:06 2020`, `Thu Oct 22
 * 08:17:06 UTC 2020`, `Oct 22, 2020 @ 01:31:04.973`; the weekday may be missing. */
static int64_t of_words(struct span s, bool *zoned)
{
    struct span word[WORDS_MAX + 1] = { 0 }, clock;
    int count = 0, date[3], at = 0, year;

    while (s.len && count < WORDS_MAX + 1) {
        size_t i = 0;

        while (i < s.len && s.at[i] != ' ' && s.at[i] != ',' && s.at[i] != '@')
            i++;
        if (i)
            word[count++] = span_of(s.at, i);
        s = from(s, i < s.len ? i + 1 : i);
    }
    if (count && !month_of(word[0]) && !is_digit(word[0].at[0]))
        at = 1; /* the weekday */
    if (count - at < 4 || count - at > 5)
        return MOMENT_NONE;
    struct span *w = word + at, zone = w[4];
    bool american = month_of(w[0]) != 0;
    date[1] = month_of(w[!american]);
    if (!date[1] || number(w[american], &date[2]) != w[american].len)
        return MOMENT_NONE;
    clock = w[3];
    year = 2;
    if (american && memchr(w[2].at, ':', w[2].len)) {
        clock = w[2];
        year = 3;
        if (is_utc(w[3])) {
            year = 4;
            zone = w[3];
        }
    }
    if (w[year].len != 4 || number(w[year], &date[0]) != 4)
        return MOMENT_NONE;
    if (is_utc(zone)) {
        *zoned = true;
        zone = SPAN_NONE;
    } else if (zone.len == 2 && ends(zone, "M")) { /* AM or PM, behind its clock */
        clock.len = (size_t)(zone.at + zone.len - clock.at);
        zone = SPAN_NONE;
    }
    return of_day(date, clock, zone, zoned);
}

/* WMI's `20201022081706.123456+120`: the offset is minutes, or *** for none said. */
static int64_t of_wmi(struct span s, bool *zoned)
{
    char text[40];
    int east = 0;

    if (s.len < 21 || s.len > 25 || s.at[14] != '.')
        return MOMENT_NONE;
    for (size_t i = 0; i < 21; i++)
        if (i != 14 && !is_digit(s.at[i]) && !(i > 14 && s.at[i] == '*'))
            return MOMENT_NONE;
    if (s.len > 21 && (s.len != 25 || !strchr("+-", s.at[21])))
        return MOMENT_NONE;
    if (s.len == 25 && !span_equal(from(s, 22), SPAN("***"))) {
        if (number(from(s, 22), &east) != 3)
            return MOMENT_NONE;
        east = s.at[21] == '-' ? -east : east;
        *zoned = true;
    }
    int len = snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s.", (const char *)s.at,
                       (const char *)s.at + 4, (const char *)s.at + 6, (const char *)s.at + 8,
                       (const char *)s.at + 10, (const char *)s.at + 12);
    for (size_t i = 15; i < 21; i++)
        text[len++] = s.at[i] == '*' ? '0' : (char)s.at[i];
    int64_t m = moment_parse(span_of(text, (size_t)len));
    return m == MOMENT_NONE ? m : m - (int64_t)east * 60000000;
}

int64_t form_date(struct span s, unsigned *dates, bool *zoned)
{
    int64_t m;

    if (s.len < 10 || s.len > 64)
        return MOMENT_NONE;
    if (!is_digit(s.at[0]))
        return of_words(s, zoned);
    if ((m = of_wmi(s, zoned)) != MOMENT_NONE || (m = of_numbers(s, dates, zoned)) != MOMENT_NONE)
        return m;
    return of_words(s, zoned);
}
