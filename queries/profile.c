/* A profile: weights, and the lists that reasons look into.
 *
 * What comes with modhunt is read first and the analyst's own on top of it, so
 * that a file of one line is a whole profile.  Globs become one pattern, names
 * a sorted table.  The surprise: its digest is of what it says, not of how it is
 * written, so that a comment re-scores no case. */
#include "queries/profile_parts.h"

#include "core/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define PROFILE_ARENA_MAX (64u << 20)

extern const unsigned char queries_profile_extended[];
extern const size_t queries_profile_extended_size;

static const char *const names_words[NAMES_COUNT] = {
    [NAMES_Phantom] = "Phantom", [NAMES_HijackName] = "HijackName",
    [NAMES_HijackPair] = "HijackPair", [NAMES_LolbinLoader] = "LolbinLoader",
    [NAMES_ClrModule] = "ClrModule", [NAMES_ClrHost] = "ClrHost",
    [NAMES_Extension] = "Extension",
};

/* ---- digest ---- */

static void add_list(struct digest *d, const struct span *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        digest_add(d, at[i]);
        digest_add(d, SPAN("\n"));
    }
    digest_add(d, SPAN("."));
}

static void seal(struct profile *p)
{
    uint8_t sum[SHA256_BYTES];
    struct digest *d = digest_open();
    char line[64];

    for (unsigned i = 0; i < REASON_COUNT; i++) {
        int len = snprintf(line, sizeof line, "%s %d\n", reason_name(i), p->weight[i]);
        digest_add(d, span_of(line, (size_t)len));
    }
    int len = snprintf(line, sizeof line, "fresh %lld\n", (long long)p->fresh_us);
    digest_add(d, span_of(line, (size_t)len));
    add_list(d, p->globs, p->glob_count);
    for (size_t i = 0; i < NAMES_COUNT; i++)
        add_list(d, p->names[i].at, p->names[i].count);
    digest_take(d, sum);
    digest_close(d);
    hex_text(p->digest, span_of(sum, sizeof sum));
}

/* ---- the face ---- */

struct profile *profile_open(struct span text, struct fault *f)
{
    struct profile *p = memory_zero(1, sizeof *p);
    struct span own = span_of(queries_profile_extended, queries_profile_extended_size);
    const struct yaml *root;

    atomic_init(&p->users, 1);
    arena_init(&p->arena, PROFILE_ARENA_MAX);
    root = yaml_read(own, &p->arena, f);
    if (!root || !profile_take(p, root, f) || !(root = yaml_read(text, &p->arena, f))
        || !profile_take(p, root, f) || !profile_compile_folders(p, f)) {
        profile_close(p);
        return NULL;
    }
    seal(p);
    return p;
}

struct profile *profile_default(void)
{
    struct fault f = { 0 };
    struct profile *p = profile_open(SPAN_EMPTY, &f);

    if (!p) {
        fprintf(stderr, "modhunt: queries/profiles/extended.yaml: %s\n", f.text);
        abort(); /* our own data is wrong: a bug */
    }
    return p;
}

struct profile *profile_keep(struct profile *p)
{
    atomic_fetch_add(&p->users, 1);
    return p;
}

void profile_close(struct profile *p)
{
    if (!p || atomic_fetch_sub(&p->users, 1) > 1)
        return;
    for (size_t i = 0; i < p->folder_count; i++)
        pattern_close(p->folders[i]);
    arena_clear(&p->arena);
    free(p);
}

const char *profile_name(const struct profile *p)
{
    return p->name;
}

int profile_weight(const struct profile *p, unsigned bit)
{
    assert(bit < REASON_COUNT);
    return p->weight[bit];
}

int64_t profile_fresh_us(const struct profile *p)
{
    return p->fresh_us;
}

const char *profile_list_name(enum profile_names list)
{
    return names_words[list];
}

static bool same(const struct span *x, size_t xs, const struct span *y, size_t ys)
{
    bool is = xs == ys;

    for (size_t i = 0; i < xs && is; i++)
        is = span_equal(x[i], y[i]);
    return is;
}

bool profile_same_list(const struct profile *p, const struct profile *q, enum profile_names list)
{
    return same(p->names[list].at, p->names[list].count, q->names[list].at, q->names[list].count);
}

bool profile_same_folders(const struct profile *p, const struct profile *q)
{
    return same(p->globs, p->glob_count, q->globs, q->glob_count);
}

const char *profile_digest(const struct profile *p)
{
    return p->digest;
}

int profile_priority(const struct profile *p, uint32_t reasons)
{
    int sum = 0;

    if (reasons & REASON_SignatureContradicted)
        reasons &= ~(uint32_t)REASON_Unsigned;
    for (unsigned bit = 0; bit < REASON_COUNT; bit++)
        if (reasons & 1u << bit)
            sum += p->weight[bit];
    return sum;
}

bool profile_has(const struct profile *p, enum profile_names list, struct span name)
{
    uint8_t lower[256];
    struct span key = span_of(lower, name.len);

    if (!name.len || name.len > sizeof lower || !p->names[list].count)
        return false;
    text_lower(lower, name);
    return bsearch(&key, p->names[list].at, p->names[list].count, sizeof key, profile_compare) != NULL;
}

bool profile_writable(const struct profile *p, struct span path)
{
    uint8_t lower[1024], *far = path.len > sizeof lower ? memory_get(path.len) : NULL;
    bool found = false;

    text_lower(far ? far : lower, path);
    /* A match that ends in an error counts as "show it". */
    for (size_t i = 0; i < p->folder_count && !found; i++)
        found = pattern_find(p->folders[i], span_of(far ? far : lower, path.len), NULL) != MATCH_NO;
    free(far);
    return found;
}
