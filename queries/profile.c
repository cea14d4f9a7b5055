/* A profile: weights, and the lists that reasons look into.
 *
 * What comes with modhunt is read first and the analyst's own on top of it, so
 * that a file of one line is a whole profile.  Globs become one pattern, names
 * a sorted table.  The surprise: its digest is of what it says, not of how it is
 * written, so that a comment re-scores no case. */
#include "queries/profile.h"

#include "core/digest.h"
#include "core/pattern.h"
#include "core/text.h"
#include "core/yaml.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define PROFILE_ARENA_MAX (64u << 20)
#define NAMES_MAX 20000      /* of one list: HijackLibs knows some 600 */
#define FOLDERS_MAX 400
#define PATTERN_TEXT_MAX 4096 /* what core/pattern.h takes */
#define FOLDER_PATTERNS_MAX 64
#define FRESH_SECONDS_MAX 86400

extern const unsigned char queries_profile_extended[];
extern const size_t queries_profile_extended_size;

struct names {
    struct span *at; /* lower case, sorted */
    size_t count;
};

struct profile {
    atomic_int users;
    char name[PROFILE_NAME_MAX];
    int weight[REASON_COUNT];
    int64_t fresh_us;
    struct names names[NAMES_COUNT];
    struct pattern *folders[FOLDER_PATTERNS_MAX]; /* UserWritable */
    size_t folder_count;
    struct span *globs;
    size_t glob_count;
    char digest[SHA256_TEXT];
    struct arena arena;
};

static const char *const names_words[NAMES_COUNT] = {
    [NAMES_Phantom] = "Phantom", [NAMES_HijackName] = "HijackName",
    [NAMES_HijackPair] = "HijackPair", [NAMES_LolbinLoader] = "LolbinLoader",
    [NAMES_ClrModule] = "ClrModule", [NAMES_ClrHost] = "ClrHost",
    [NAMES_Extension] = "Extension",
};

static int compare(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    size_t len = x->len < y->len ? x->len : y->len;
    int order = len ? memcmp(x->at, y->at, len) : 0;

    return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* ---- reading ---- */

static bool wrong(struct fault *f, const struct yaml *y, const char *what)
{
    return fault(f, FAULT_FORMAT, "line %u: %s", y->line, what);
}

static bool unknown(struct fault *f, const struct yaml *y, const char *what)
{
    char key[64];

    text_show(key, sizeof key, y->key);
    return fault(f, FAULT_FORMAT, "line %u: `%s` is %s", y->line, key, what);
}

/* A whole number with a sign, within +-most. */
static bool whole(const struct yaml *y, int64_t most, int64_t *out)
{
    struct span digits = y->text;
    bool less = y->kind == YAML_SCALAR && digits.len && digits.at[0] == '-';
    uint64_t n;

    if (y->kind != YAML_SCALAR)
        return false;
    if (less || (digits.len && digits.at[0] == '+'))
        digits = span_of(digits.at + 1, digits.len - 1);
    if (!span_number(digits, &n) || n > (uint64_t)most)
        return false;
    *out = less ? -(int64_t)n : (int64_t)n;
    return true;
}

static bool read_weights(struct profile *p, const struct yaml *map, struct fault *f)
{
    if (map->kind != YAML_MAP)
        return wrong(f, map, "`weights` is a map of reasons and numbers");
    for (const struct yaml *y = map->first; y; y = y->next) {
        int64_t weight;
        unsigned bit = 0;

        while (bit < REASON_COUNT && !span_is(y->key, reason_name(bit)))
            bit++;
        if (bit == REASON_COUNT || 1u << bit == REASON_SignatureContradicted)
            return unknown(f, y, "no reason that can have a weight");
        if (!whole(y, PROFILE_WEIGHT_MAX, &weight))
            return unknown(f, y, "not a whole number from -9 to 9");
        p->weight[bit] = (int)weight;
    }
    return true;
}

/* The texts of a list in lower case, sorted, each once. */
static bool read_list(struct profile *p, const struct yaml *list, size_t most, struct span **at,
                      size_t *count, struct fault *f)
{
    size_t n = 0;

    if (list->kind != YAML_LIST || list->count > most)
        return unknown(f, list, list->kind != YAML_LIST ? "not a list" : "too long a list");
    *at = arena_get(&p->arena, (list->count + 1) * sizeof **at);
    for (const struct yaml *y = list->first; *at && y; y = y->next) {
        uint8_t *lower;

        if (y->kind != YAML_SCALAR || !y->text.len)
            return wrong(f, y, "a text is wanted here");
        if (!(lower = arena_bytes(&p->arena, y->text.len)))
            return wrong(f, y, "more than is read of a profile");
        text_lower(lower, y->text);
        (*at)[n++] = span_of(lower, y->text.len);
    }
    if (!*at)
        return wrong(f, list, "more than is read of a profile");
    qsort(*at, n, sizeof **at, compare);
    *count = 0;
    for (size_t i = 0; i < n; i++)
        if (!*count || compare(&(*at)[*count - 1], &(*at)[i]) != 0)
            (*at)[(*count)++] = (*at)[i];
    return true;
}

static bool read_names(struct profile *p, const struct yaml *map, struct fault *f)
{
    if (map->kind != YAML_MAP)
        return wrong(f, map, "`names` is a map of lists");
    for (const struct yaml *y = map->first; y; y = y->next) {
        size_t i = 0;

        while (i < NAMES_COUNT && !span_is(y->key, names_words[i]))
            i++;
        if (i == NAMES_COUNT)
            return unknown(f, y, "no list of names");
        if (!read_list(p, y, NAMES_MAX, &p->names[i].at, &p->names[i].count, f))
            return false;
    }
    return true;
}

static bool read_folders(struct profile *p, const struct yaml *map, struct fault *f)
{
    if (map->kind != YAML_MAP)
        return wrong(f, map, "`folders` is a map of lists");
    for (const struct yaml *y = map->first; y; y = y->next)
        if (!span_is(y->key, "UserWritable"))
            return unknown(f, y, "no list of folders");
        else if (!read_list(p, y, FOLDERS_MAX, &p->globs, &p->glob_count, f))
            return false;
    return true;
}

static bool read_tree(struct profile *p, const struct yaml *root, struct fault *f)
{
    if (root->kind != YAML_MAP)
        return wrong(f, root, "a profile is a map: name, weights, folders, names");
    for (const struct yaml *y = root->first; y; y = y->next) {
        bool ok = true;
        int64_t seconds;

        if (span_is(y->key, "name")) {
            if (y->kind != YAML_SCALAR || !y->text.len || y->text.len >= sizeof p->name)
                return wrong(f, y, "`name` is a short text");
            snprintf(p->name, sizeof p->name, "%.*s", (int)y->text.len,
                     (const char *)y->text.at);
        } else if (span_is(y->key, "weights")) {
            ok = read_weights(p, y, f);
        } else if (span_is(y->key, "fresh_seconds")) {
            if (!whole(y, FRESH_SECONDS_MAX, &seconds) || seconds < 0)
                return wrong(f, y, "`fresh_seconds` is a number from 0 to 86400");
            p->fresh_us = seconds * 1000000;
        } else if (span_is(y->key, "folders")) {
            ok = read_folders(p, y, f);
        } else if (span_is(y->key, "names")) {
            ok = read_names(p, y, f);
        } else {
            ok = unknown(f, y, "nothing that a profile says");
        }
        if (!ok)
            return false;
    }
    return true;
}

/* ---- globs ---- */

/* One glob as a pattern behind what is in `to`; 0 where there is no room. */
static size_t put_glob(char *to, size_t room, struct span glob)
{
    size_t n = 0;

    for (size_t i = 0; i < glob.len; i++) {
        uint8_t c = glob.at[i];
        bool special = memchr("\\.+()[]{}^$|#", c, 13) != NULL;

        if (n + 8 > room)
            return 0;
        if (c == '*')
            n += (size_t)snprintf(to + n, room - n, ".*");
        else if (c == '?')
            to[n++] = '.';
        else {
            if (special)
                to[n++] = '\\';
            to[n++] = (char)c;
        }
    }
    return n;
}

/* The globs in as few patterns as they fit into. */
static bool compile_folders(struct profile *p, struct fault *f)
{
    char text[PATTERN_TEXT_MAX];
    size_t i = 0;

    while (i < p->glob_count) {
        size_t len = (size_t)snprintf(text, sizeof text, "(?s)^(?:\\\\\\\\[?.]\\\\)?(?:"), from = i;

        for (; i < p->glob_count; i++) {
            size_t room = sizeof text - len - 4, put;

            if (i > from && room > 1)
                text[len] = '|';
            put = put_glob(text + len + (i > from), room - 1, p->globs[i]);
            if (!put)
                break;
            len += put + (i > from);
        }
        if (i == from || p->folder_count == FOLDER_PATTERNS_MAX)
            return fault(f, FAULT_LIMIT, "a glob of UserWritable is too long, or they are too many");
        snprintf(text + len, sizeof text - len, ")$");
        p->folders[p->folder_count] = pattern_open(span_text(text), 0, f);
        if (!p->folders[p->folder_count])
            return false;
        p->folder_count++;
    }
    return true;
}

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
    if (!root || !read_tree(p, root, f) || !(root = yaml_read(text, &p->arena, f))
        || !read_tree(p, root, f) || !compile_folders(p, f)) {
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
    return bsearch(&key, p->names[list].at, p->names[list].count, sizeof key, compare) != NULL;
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
