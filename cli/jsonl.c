/* JSON lines: the lossless form, one object a row, keys in the columns' order.
 *
 * Numbers are numbers, a missing value is null.  Whatever may not be drawn is
 * written as \uXXXX, wherever it goes: the value is the same, and no terminal
 * is ever at its mercy. */
#include "cli/output.h"

#include "core/text.h"

#include <inttypes.h>

static void put_escaped(FILE *to, uint32_t c)
{
    if (c > 0xffff) {
        c -= 0x10000;
        fprintf(to, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
        return;
    }
    fprintf(to, "\\u%04" PRIx32, c);
}

static void put_string(FILE *to, struct span text)
{
    fputc('"', to);
    while (text.len) {
        struct span here = text;
        uint32_t c = text_next(&text);

        switch (c) {
        case '"':  fputs("\\\"", to); break;
        case '\\': fputs("\\\\", to); break;
        case '\n': fputs("\\n", to); break;
        case '\r': fputs("\\r", to); break;
        case '\t': fputs("\\t", to); break;
        case 0xfffd: fputs("\\ufffd", to); break; /* a bad byte too */
        default:
            if (text_hidden(c))
                put_escaped(to, c);
            else
                fwrite(here.at, 1, here.len - text.len, to);
        }
    }
    fputc('"', to);
}

static void begin(struct output *o)
{
    (void)o;
}

static void row(struct output *o, const struct cell *cells)
{
    FILE *to = o->place.to;
    char room[OUTPUT_ROOM];

    fputc('{', to);
    for (size_t i = 0; i < o->count; i++) {
        const struct output_column *c = &o->columns[i];

        if (i > 0)
            fputc(',', to);
        put_string(to, span_text(c->name));
        fputc(':', to);
        if (output_missing(c, &cells[i]))
            fputs("null", to);
        else if (cells[i].type == CELL_NUMBER && c->kind != OUTPUT_TIME)
            fprintf(to, "%" PRId64, cells[i].number);
        else
            put_string(to, output_text(c, &cells[i], room));
    }
    fputs("}\n", to);
}

const struct output_form_fact jsonl_form = { "jsonl", begin, row, NULL };
