/* A profile's YAML: every value is judged, and what is wrong named with its line. */
#include "queries/profile_parts.h"

#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>

#define NAMES_MAX 20000      /* of one list: HijackLibs knows some 600 */
#define FOLDERS_MAX 400
#define PATTERN_TEXT_MAX 4096 /* what core/pattern.h takes */
#define FRESH_SECONDS_MAX 86400

int profile_compare(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    size_t len = x->len < y->len ? x->len : y->len;
    int order = len ? memcmp(x->at, y->at, len) : 0;

    return order ? order : (x->len > y->len) - (x->len < y->len);
}

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
    qsort(*at, n, sizeof **at, profile_compare);
    *count = 0;
    for (size_t i = 0; i < n; i++)
        if (!*count || profile_compare(&(*at)[*count - 1], &(*at)[i]) != 0)
            (*at)[(*count)++] = (*at)[i];
    return true;
}

static bool read_names(struct profile *p, const struct yaml *map, struct fault *f)
{
    if (map->kind != YAML_MAP)
        return wrong(f, map, "`names` is a map of lists");
    for (const struct yaml *y = map->first; y; y = y->next) {
        enum profile_names i = 0;

        while (i < NAMES_COUNT && !span_is(y->key, profile_list_name(i)))
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

bool profile_take(struct profile *p, const struct yaml *root, struct fault *f)
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
bool profile_compile_folders(struct profile *p, struct fault *f)
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
