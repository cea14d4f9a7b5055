/* Comma-separated values after RFC 4180, lines ended by CR LF, safe to open in
 * a spreadsheet.
 *
 * A value that a spreadsheet would take for a formula gets a `'` in front;
 * secrets in columns that may hold them become <redacted> unless the analyst
 * asked for them.  So this form is not lossless: JSON lines are. */
#include "cli/output.h"

#include "cli/redact.h"
#include "core/text.h"

/* Would a spreadsheet take it for a formula?  Judged behind leading spaces,
 * which some of them drop; the wide forms count where the locale is East Asian. */
static bool is_formula(struct span text)
{
    while (text.len && text.at[0] == ' ')
        text = span_of(text.at + 1, text.len - 1);
    if (!text.len)
        return false;
    switch (text_next(&text)) {
    case '=': case '+': case '-': case '@':
    case '\t': case '\r': case '\n': case '\0':
    case 0x2400: /* what a case keeps of a NUL */
    case 0xff1d: case 0xff0b: case 0xff0d: case 0xff20:
        return true;
    }
    return false;
}

/* Quoted more often than RFC 4180 asks: a semicolon or a tab parts the columns
 * in some locales. */
static bool needs_quotes(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(",\";\t\r\n", text.at[i]))
            return true;
    return text.len && (text.at[0] == ' ' || text.at[text.len - 1] == ' ');
}

static void put(const struct output *o, struct span text, bool evidence)
{
    bool formula = evidence && is_formula(text);
    bool quotes = formula || needs_quotes(text);
    size_t from = 0;

    if (quotes)
        fputc('"', o->place.to);
    if (formula)
        fputc('\'', o->place.to);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '"')
            continue;
        output_put(o, span_of(text.at + from, i - from));
        fputs("\"\"", o->place.to);
        from = i + 1;
    }
    if (from < text.len)
        output_put(o, span_of(text.at + from, text.len - from));
    if (quotes)
        fputc('"', o->place.to);
}

static void begin(struct output *o)
{
    bool first = true;

    for (size_t i = 0; i < o->count; i++) {
        if (o->columns[i].json_only)
            continue;
        if (!first)
            fputc(',', o->place.to);
        put(o, span_text(o->columns[i].name), true);
        first = false;
    }
    fputs("\r\n", o->place.to);
}

static void row(struct output *o, const struct cell *cells)
{
    char room[OUTPUT_ROOM];
    bool first = true;

    for (size_t i = 0; i < o->count; i++) {
        const struct output_column *c = &o->columns[i];
        struct span text = output_text(c, &cells[i], room);

        if (c->json_only)
            continue;
        if (!first)
            fputc(',', o->place.to);
        first = false;
        if (c->secret && o->place.redact && cells[i].type == CELL_TEXT) {
            struct redacted r = redact(text);
            put(o, r.text, true);
            o->told.redacted += r.count;
            redact_clear(&r);
        } else {
            put(o, text, cells[i].type == CELL_TEXT);
        }
    }
    fputs("\r\n", o->place.to);
}

const struct output_form_fact csv_form = { "csv", begin, row, NULL };
