/* Tab-separated values: a header, then a row a line, values as they are.
 *
 * It never quotes and never doubles a backslash.  A tab, LF, CR and NUL inside
 * a value become U+2409, U+240A, U+240D and U+2400. */
#include "cli/output.h"

#include "core/text.h"

static struct span symbol(uint8_t byte)
{
    switch (byte) {
    case '\t': return SPAN("\u2409");
    case '\n': return SPAN("\u240a");
    case '\r': return SPAN("\u240d");
    case '\0': return SPAN("\u2400");
    }
    return SPAN_NONE;
}

static void put(const struct output *o, struct span text)
{
    size_t from = 0;

    for (size_t i = 0; i < text.len; i++) {
        struct span in_its_place = symbol(text.at[i]);
        if (!in_its_place.at)
            continue;
        output_put(o, span_of(text.at + from, i - from));
        output_put(o, in_its_place);
        from = i + 1;
    }
    if (from < text.len)
        output_put(o, span_of(text.at + from, text.len - from));
}

static void begin(struct output *o)
{
    bool first = true;

    for (size_t i = 0; i < o->count; i++) {
        if (o->columns[i].json_only)
            continue;
        if (!first)
            fputc('\t', o->place.to);
        put(o, span_text(o->columns[i].name));
        first = false;
    }
    fputc('\n', o->place.to);
}

static void row(struct output *o, const struct cell *cells)
{
    char room[OUTPUT_ROOM];
    bool first = true;

    for (size_t i = 0; i < o->count; i++) {
        if (o->columns[i].json_only)
            continue;
        if (!first)
            fputc('\t', o->place.to);
        put(o, output_text(&o->columns[i], &cells[i], room));
        first = false;
    }
    fputc('\n', o->place.to);
}

const struct output_form_fact tsv_form = { "tsv", begin, row, NULL };
