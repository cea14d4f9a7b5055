/* TZif files (RFC 8536): the transitions, and behind the last the rule.
 *
 * The rule (`CET-1CEST,M3.5.0,M10.5.0/3`) is unrolled into transitions up to a
 * year when this program is gone.  Files are the system's own, and still nothing
 * in them is believed: a count that does not fit ends the reading. */
#include "ingest/zone.h"

#include "core/span.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo/"
#define NAME_MAX_BYTES 64
#define FILE_MAX (256u << 10)
#define CHANGES_MAX 4096
#define LAST_YEAR 2100
#define SECOND INT64_C(1000000)
#define DAY_SECONDS 86400

/* From this second (UTC) on, clocks are so many seconds east. */
struct change {
    int64_t from;
    int32_t east;
};

struct zone {
    char name[NAME_MAX_BYTES + 1];
    int32_t first; /* before all changes */
    size_t count;
    struct change change[CHANGES_MAX];
};

const char *zone_name(const struct zone *z)
{
    return z ? z->name : "UTC";
}

void zone_close(struct zone *z)
{
    free(z);
}

static int32_t east_at(const struct zone *z, int64_t utc)
{
    size_t low = 0, high = z->count;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (z->change[mid].from <= utc)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? z->change[low - 1].east : z->first;
}

int64_t zone_utc(const struct zone *z, int64_t shown)
{
    int64_t second, before;

    if (!z || shown == MOMENT_NONE)
        return shown;
    second = shown / SECOND - (shown % SECOND < 0);
    /* The offset of a day earlier holds unless a change lies in between. */
    before = east_at(z, second - DAY_SECONDS - east_at(z, second));
    if (east_at(z, second - before) != before) {
        int64_t after = east_at(z, second - before);

        if (east_at(z, second - after) == after)
            before = after;
    }
    return shown - before * SECOND;
}

/* ---- offsets ---- */

static bool digits(const char **at, int count, int *out)
{
    for (*out = 0; count > 0; count--, ++*at) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

/* `+02:00`, `-0530`, `+02`. */
static bool offset(const char *name, int32_t *east)
{
    const char *at = name + 1;
    int hour, minute = 0;

    if ((*name != '+' && *name != '-') || !digits(&at, 2, &hour))
        return false;
    if (*at == ':')
        at++;
    if (*at && !digits(&at, 2, &minute))
        return false;
    *east = (hour * 3600 + minute * 60) * (*name == '-' ? -1 : 1);
    return !*at && hour <= 14 && minute <= 59;
}

/* ---- TZif ---- */

static uint32_t big32(struct cursor *c)
{
    struct span s = cursor_take(c, 4);

    return s.len ? (uint32_t)s.at[0] << 24 | (uint32_t)s.at[1] << 16 | (uint32_t)s.at[2] << 8
                       | s.at[3] : 0;
}

static int64_t big64(struct cursor *c)
{
    uint64_t high = big32(c);

    return (int64_t)(high << 32 | big32(c));
}

struct counts {
    uint32_t utc, standard, leaps, times, types, chars;
};

static struct counts header(struct cursor *c)
{
    struct counts n;

    cursor_take(c, 20);
    n.utc = big32(c);
    n.standard = big32(c);
    n.leaps = big32(c);
    n.times = big32(c);
    n.types = big32(c);
    n.chars = big32(c);
    return n;
}

/* In the order of time: what comes behind a later one is passed over. */
static void add(struct zone *z, int64_t from, int32_t east)
{
    if (z->count < CHANGES_MAX && (!z->count || from > z->change[z->count - 1].from))
        z->change[z->count++] = (struct change){ from, east };
}

/* The block of 64-bit times, behind the one of 32-bit times. */
static bool transitions(struct zone *z, struct cursor *c)
{
    struct counts n = header(c);
    struct cursor times, kinds, types;

    cursor_take(c, (size_t)n.times * 5 + (size_t)n.types * 6 + n.chars + (size_t)n.leaps * 8
                       + n.standard + n.utc);
    n = header(c);
    if (c->broken || n.times > CHANGES_MAX || n.types == 0 || n.types > 256)
        return false;
    times = cursor_of(cursor_take(c, (size_t)n.times * 8));
    kinds = cursor_of(cursor_take(c, n.times));
    types = cursor_of(cursor_take(c, (size_t)n.types * 6));
    cursor_take(c, n.chars + (size_t)n.leaps * 12 + n.standard + n.utc);
    if (c->broken)
        return false;
    z->first = (int32_t)big32(&(struct cursor){ types.at, types.end, false });
    for (uint32_t i = 0; i < n.times; i++) {
        int64_t from = big64(&times);
        uint8_t kind = cursor_u8(&kinds);

        if (kind >= n.types)
            return false;
        struct cursor type = { types.at + 6 * kind, types.end, false };
        add(z, from, (int32_t)big32(&type));
    }
    return true;
}

/* ---- the rule behind the last transition ---- */

struct turn {
    int month, week, weekday;
    int64_t second; /* of the day, by the clock before the turn */
};

static bool number(const char **at, int *out)
{
    const char *from = *at;

    for (*out = 0; **at >= '0' && **at <= '9' && *at - from < 5; ++*at)
        *out = *out * 10 + (**at - '0');
    return *at > from;
}

/* `[+-]h[:mm[:ss]]` */
static bool clock_of(const char **at, int64_t *seconds)
{
    bool minus = **at == '-';
    int part[3] = { 0, 0, 0 };

    if (**at == '-' || **at == '+')
        ++*at;
    for (int i = 0; i < 3; i++) {
        if (!number(at, &part[i]))
            return false;
        if (**at != ':')
            break;
        ++*at;
    }
    *seconds = ((int64_t)part[0] * 3600 + part[1] * 60 + part[2]) * (minus ? -1 : 1);
    return true;
}

static void abbreviation(const char **at)
{
    if (**at == '<') {
        while (**at && **at != '>')
            ++*at;
        *at += **at == '>';
        return;
    }
    while ((**at | 0x20) >= 'a' && (**at | 0x20) <= 'z')
        ++*at;
}

/* `,M3.5.0/2`; other ways to say it are in no zone of today. */
static bool turn(const char **at, struct turn *t)
{
    t->second = 7200;
    if (strncmp(*at, ",M", 2) != 0)
        return false;
    *at += 2;
    if (!number(at, &t->month) || *(*at)++ != '.' || !number(at, &t->week) || *(*at)++ != '.'
        || !number(at, &t->weekday))
        return false;
    if (**at == '/') {
        ++*at;
        if (!clock_of(at, &t->second))
            return false;
    }
    return t->month >= 1 && t->month <= 12 && t->week >= 1 && t->week <= 5 && t->weekday <= 6;
}

static int64_t midnight(int year, int month, int day)
{
    char text[40];

    snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month, day);
    int64_t m = moment_parse(span_text(text));
    return m == MOMENT_NONE ? MOMENT_NONE : m / SECOND;
}

/* Midnight of the day that the turn names. */
static int64_t day_of(const struct turn *t, int year)
{
    int64_t first = midnight(year, t->month, 1);
    int weekday = (int)((first / DAY_SECONDS % 7 + 11) % 7); /* 1970-01-01 was a Thursday */
    int day = 1 + (t->weekday - weekday + 7) % 7 + (t->week - 1) * 7;

    while (midnight(year, t->month, day) == MOMENT_NONE)
        day -= 7;
    return midnight(year, t->month, day);
}

static int year_of(int64_t second)
{
    char text[MOMENT_TEXT_MAX];

    moment_format(second * SECOND, text);
    uint64_t year;

    return span_number(span_of(text, 4), &year) ? (int)year : LAST_YEAR + 1;
}

static void unroll(struct zone *z, const char *rule)
{
    int64_t west, west_summer;
    struct turn to, back;

    abbreviation(&rule);
    if (!clock_of(&rule, &west) || !*rule)
        return;
    abbreviation(&rule);
    west_summer = west - 3600;
    if (*rule != ',' && !clock_of(&rule, &west_summer))
        return;
    if (!turn(&rule, &to) || !turn(&rule, &back))
        return;
    int year = z->count ? year_of(z->change[z->count - 1].from) : 1970;
    for (; year <= LAST_YEAR; year++) {
        struct change summer = { day_of(&to, year) + to.second + west, (int32_t)-west_summer };
        struct change winter = { day_of(&back, year) + back.second + west_summer, (int32_t)-west };
        bool north = summer.from < winter.from;

        add(z, north ? summer.from : winter.from, north ? summer.east : winter.east);
        add(z, north ? winter.from : summer.from, north ? winter.east : summer.east);
    }
}

static bool read_file(struct zone *z, struct span bytes)
{
    struct cursor c = cursor_of(bytes);
    char rule[128];
    size_t len;

    if (!span_starts(bytes, SPAN("TZif")) || bytes.len < 44 || bytes.at[4] < '2'
        || !transitions(z, &c))
        return false;
    len = cursor_left(&c);
    if (len < 2 || len >= sizeof rule || c.at[0] != '\n')
        return true;
    memcpy(rule, c.at + 1, len - 1);
    rule[len - 1] = 0;
    rule[strcspn(rule, "\n")] = 0;
    unroll(z, rule);
    return true;
}

static bool is_zone_name(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len <= NAME_MAX_BYTES && *name != '/' && !strstr(name, "..")
        && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/")
               == len;
}

static bool from_file(struct zone *z, const char *name)
{
    char path[sizeof ZONES + NAME_MAX_BYTES];
    uint8_t *bytes;
    ssize_t n;
    bool ok;
    int fd;

    if (!is_zone_name(name))
        return false;
    snprintf(path, sizeof path, ZONES "%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return false;
    bytes = memory_get(FILE_MAX);
    n = read(fd, bytes, FILE_MAX);
    close(fd);
    ok = n > 0 && read_file(z, span_of(bytes, (size_t)n));
    free(bytes);
    return ok;
}

struct zone *zone_open(const char *name, struct fault *f)
{
    struct zone *z = memory_zero(1, sizeof *z);

    snprintf(z->name, sizeof z->name, "%s", name);
    if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0 || offset(name, &z->first)
        || from_file(z, name))
        return z;
    zone_close(z);
    fault(f, FAULT_USAGE, "--time-zone needs a zone of " ZONES " like Europe/Berlin, or an offset "
          "like +02:00, not `%s`", name);
    return NULL;
}
