/* Flowing text.  Never draws outside its pane and never past SHEET_LINES_MAX. */
#include "tui/sheet.h"

static bool visible(const struct sheet *s)
{
    return s->grid && s->line >= s->skip && s->line - s->skip < s->rows;
}

void sheet_end(struct sheet *s)
{
    if (s->line < SHEET_LINES_MAX)
        s->line++;
    s->at = 0;
    s->indent = 0;
}

static void wrap(struct sheet *s)
{
    if (s->line < SHEET_LINES_MAX)
        s->line++;
    s->at = s->indent < s->columns / 2 ? s->indent : 0;
}

/* A piece that is known to fit, or as much of it as does. */
static void piece(struct sheet *s, enum style style, struct span *text)
{
    int room = s->columns - s->at;
    struct grid nowhere = { .rows = 0, .columns = 0, .ascii = s->measure->ascii };
    struct grid *g = visible(s) ? s->grid : &nowhere;

    s->at += grid_flow(g, s->row + s->line - s->skip, s->column + s->at, room, style, text);
}

void sheet_text(struct sheet *s, enum style style, struct span text)
{
    if (s->columns < 2)
        return;
    while (text.len && s->line < SHEET_LINES_MAX) {
        size_t before = text.len;

        piece(s, style, &text);
        if (text.len == before && s->at <= s->indent)
            break; /* a glyph wider than the pane */
        if (text.len)
            wrap(s);
    }
}

void sheet_say(struct sheet *s, enum style style, const char *text)
{
    sheet_text(s, style, span_text(text));
}

void sheet_words(struct sheet *s, enum style style, const char *text)
{
    struct span rest = span_text(text);

    while (rest.len) {
        const uint8_t *space = memchr(rest.at, ' ', rest.len);
        size_t len = space ? (size_t)(space - rest.at) : rest.len;
        struct span word = span_of(rest.at, len);
        int width = grid_width(s->measure, word, s->columns);

        if (s->at > s->indent && s->at + width > s->columns)
            wrap(s);
        sheet_text(s, style, word);
        if (space && s->at < s->columns)
            s->at++;
        rest = space ? span_of(space + 1, rest.len - len - 1) : SPAN_EMPTY;
    }
}

void sheet_tab(struct sheet *s, int column)
{
    if (column < s->columns && s->at <= column)
        s->at = column;
    s->indent = column < s->columns ? column : 0;
}
