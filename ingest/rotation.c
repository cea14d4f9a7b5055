/* The names of rotated logs.  The surprise: a number grows with age, a date
 * shrinks. */
#include "ingest/rotation.h"

#include "core/fault.h"

#include <stdlib.h>

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

/* A path that was given, and which it was. */
struct given {
    char *path;
    size_t place;
    struct span folder, name;
};

/* Are they parts of one log?  0: yes; else an order of logs. */
static int by_log(const struct given *x, const struct given *y)
{
    int order = by_bytes(x->folder, y->folder);

    return order ? order : by_bytes(rotation_of(x->name).stem, rotation_of(y->name).stem);
}

static int by_log_and_age(const void *a, const void *b)
{
    const struct given *x = a, *y = b;
    int order = by_log(x, y);

    if (!order)
        order = rotation_order(x->name, y->name);
    return order ? order : x->place < y->place ? -1 : 1;
}

static int by_place(const void *a, const void *b)
{
    const size_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

void rotation_arrange(char **paths, size_t count)
{
    struct given *g = memory_get((count + 1) * sizeof *g);
    size_t *places = memory_get((count + 1) * sizeof *places);

    for (size_t i = 0; i < count; i++) {
        struct span path = span_text(paths[i]);
        const uint8_t *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;
        size_t folder = slash ? (size_t)(slash - path.at) + 1 : 0;

        g[i] = (struct given){ paths[i], i, span_of(path.at, folder),
                               span_of(path.at + folder, path.len - folder) };
    }
    qsort(g, count, sizeof *g, by_log_and_age);
    /* A log's parts take the places that its parts had. */
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && by_log(&g[from], &g[to]) == 0; to++)
            places[to - from] = g[to].place;
        qsort(places, to - from, sizeof *places, by_place);
        for (size_t i = from; i < to; i++)
            paths[places[i - from]] = g[i].path;
    }
    free(places);
    free(g);
}
