/* The nearest of some names: how many letters are off. */
#include "core/nearest.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 64 /* longer words are near to nothing */

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Letters to insert, drop, change or swap with a neighbour until a is b. */
static size_t distance(const char *a, const char *b)
{
    size_t before[NAME_MAX_BYTES + 1], last[NAME_MAX_BYTES + 1], row[NAME_MAX_BYTES + 1];
    size_t la = strlen(a), lb = strlen(b);

    if (la > NAME_MAX_BYTES || lb > NAME_MAX_BYTES)
        return la + lb;
    for (size_t j = 0; j <= lb; j++)
        before[j] = last[j] = j;
    for (size_t i = 1; i <= la; i++) {
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            row[j] = smallest(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2])
                && tolower((unsigned char)a[i - 2]) == y && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        memcpy(before, last, sizeof before);
        memcpy(last, row, sizeof last);
    }
    return last[lb];
}

const char *nearest_name(const char *word, const char *const *names)
{
    const char *best = NULL;
    size_t best_at = 1 + strlen(word) / 3, len = strlen(word);

    for (; *names; names++) {
        size_t at = distance(word, *names);
        if (len >= 3 && strncasecmp(word, *names, len) == 0)
            at = 1; /* the beginning of it */
        if (at <= best_at && (!best || at < best_at)) {
            best = *names;
            best_at = at;
        }
    }
    return best;
}
