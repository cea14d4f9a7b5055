/* The keys of an order, from the shell's word.  Only what a list of sightings shows
 * can be asked for: a load's own columns have no one value there. */
#include "cli/sort_words.h"

#include "core/nearest.h"
#include "queries/field.h"

#include <stdio.h>

#define NAME_BYTES_MAX 64

static enum column column_of(struct span name)
{
    enum field field = field_named(name);
    enum column c = column_named(name);

    return c == COLUMN_COUNT && field != FIELD_COUNT ? field_column(field) : c;
}

static bool no_column(struct span name, struct fault *f)
{
    const char *names[COLUMN_COUNT + 1], *near;
    char text[NAME_BYTES_MAX];
    size_t n = 0;

    snprintf(text, sizeof text, "%.*s", (int)name.len, (const char *)name.at);
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        if (column_fact(c)->grain == COLUMN_S)
            names[n++] = column_fact(c)->name;
    names[n] = NULL;
    near = nearest_name(text, names);
    if (near)
        return fault(f, FAULT_USAGE, "--sort: there is no column %s; did you mean %s?", text, near);
    return fault(f, FAULT_USAGE, "--sort: there is no column %s to sort sightings by", text);
}

static bool take_key(struct question *q, struct span word, struct fault *f)
{
    const uint8_t *colon = memchr(word.at, ':', word.len);
    struct span name = colon ? span_of(word.at, (size_t)(colon - word.at)) : word;
    struct span way = colon ? span_of(colon + 1, word.len - name.len - 1) : SPAN_NONE;
    enum column c = name.len < NAME_BYTES_MAX ? column_of(name) : COLUMN_COUNT;
    enum column_type type;

    if (c != COLUMN_COUNT && column_fact(c)->grain != COLUMN_S)
        return fault(f, FAULT_USAGE, "--sort: %s is each load's own, and a sighting has many",
                     column_fact(c)->name);
    if (c == COLUMN_COUNT)
        return no_column(span_of(name.at, name.len < NAME_BYTES_MAX ? name.len : NAME_BYTES_MAX - 1), f);
    if (colon && !span_is(way, "asc") && !span_is(way, "desc"))
        return fault(f, FAULT_USAGE, "--sort: behind %s: comes asc or desc", column_fact(c)->name);
    if (q->sorts == SORT_KEYS_MAX)
        return fault(f, FAULT_USAGE, "--sort takes at most %d columns", SORT_KEYS_MAX);
    type = column_fact(c)->type;
    q->sort[q->sorts++] = (struct sort_key){
        c, colon ? span_is(way, "desc") : type != COLUMN_TEXT && type != COLUMN_PATH,
    };
    return true;
}

bool sort_words(struct question *q, const char *text, struct fault *f)
{
    for (const char *at = text;; at++) {
        size_t len = strcspn(at, ",");

        if (!take_key(q, span_of(at, len), f))
            return false;
        at += len;
        if (!*at)
            return true;
    }
}
