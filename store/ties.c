/* Orders loads of one score and time by their texts, bytewise.
 *
 * Mostly there is one, or a few of one process: a module list that was written
 * within a microsecond.  Evidence may make any number equal, hence the ceilings. */
#include "store/ties.h"

#include "queries/hunt.h"

#include <stdlib.h>

/* What decides, before the place. */
enum { KEY_HOST, KEY_IMAGE, KEY_IMAGELOADED, KEY_DIGEST, KEY_COUNT };

struct keyed {
    struct narrow row;
    struct span key[KEY_COUNT];
};

bool ties_same(const struct ties *t, const struct narrow *n)
{
    return t->count == 0 || (t->row[0].timed == n->timed && t->row[0].time == n->time);
}

void ties_add(struct ties *t, const struct narrow *n)
{
    if (t->count == TIES_ROWS_MAX) {
        t->overflowed = true;
        return;
    }
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 64;
        t->row = memory_grow(t->row, t->room, sizeof *t->row);
    }
    t->row[t->count++] = *n;
}

static int compare_span(struct span a, struct span b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_keyed(const void *x, const void *y)
{
    const struct keyed *a = x, *b = y;

    for (size_t i = 0; i < KEY_COUNT; i++) {
        int order = compare_span(a->key[i], b->key[i]);

        if (order)
            return order;
    }
    if (a->row.place != b->row.place)
        return a->row.place < b->row.place ? -1 : 1;
    return (a->row.load > b->row.load) - (a->row.load < b->row.load);
}

static int compare_sighting(const void *x, const void *y)
{
    const struct narrow *a = x, *b = y;

    if (a->sighting != b->sighting)
        return a->sighting < b->sighting ? -1 : 1;
    return (a->load > b->load) - (a->load < b->load);
}

static bool copy_key(struct arena *a, struct span *to, const struct cell *from)
{
    bool full = false;

    *to = arena_copy(a, from->text, &full);
    return !full;
}

/* *full: the arena ran out.  Rows come by sighting, so that each one's texts are
 * copied once. */
static bool key_row(struct keyed *k, const struct keyed *before, struct memo *sighting,
                    struct memo *evidence, struct arena *a, bool *full, struct fault *f)
{
    const struct cell *words;

    if (before && before->row.sighting == k->row.sighting) {
        memcpy(k->key, before->key, sizeof k->key);
    } else {
        if (!memo_get(sighting, k->row.sighting, &words, f))
            return false;
        *full = !copy_key(a, &k->key[KEY_HOST], &words[WORD_HOST])
             || !copy_key(a, &k->key[KEY_IMAGE], &words[WORD_IMAGE])
             || !copy_key(a, &k->key[KEY_IMAGELOADED], &words[WORD_IMAGELOADED]);
    }
    if (before && before->row.evidence == k->row.evidence) {
        k->key[KEY_DIGEST] = before->key[KEY_DIGEST];
        return true;
    }
    if (!memo_get(evidence, k->row.evidence, &words, f))
        return false;
    *full = *full || !copy_key(a, &k->key[KEY_DIGEST], &words[1]);
    return true;
}

bool ties_sort(struct ties *t, struct memo *sighting, struct memo *evidence, struct fault *f)
{
    struct keyed *keyed;
    struct arena texts;
    bool ok = true, full = false;

    if (t->count < 2)
        return true;
    qsort(t->row, t->count, sizeof *t->row, compare_sighting);
    arena_init(&texts, TIES_BYTES_MAX);
    keyed = memory_zero(t->count, sizeof *keyed);
    for (size_t i = 0; ok && !full && i < t->count; i++) {
        keyed[i].row = t->row[i];
        ok = key_row(&keyed[i], i ? &keyed[i - 1] : NULL, sighting, evidence, &texts, &full, f);
    }
    if (ok && !full) {
        qsort(keyed, t->count, sizeof *keyed, compare_keyed);
        for (size_t i = 0; i < t->count; i++)
            t->row[i] = keyed[i].row;
    }
    t->overflowed = t->overflowed || full;
    free(keyed);
    arena_clear(&texts);
    return ok;
}

void ties_empty(struct ties *t)
{
    t->count = 0;
    t->overflowed = false;
}

void ties_close(struct ties *t)
{
    free(t->row);
    memset(t, 0, sizeof *t);
}
