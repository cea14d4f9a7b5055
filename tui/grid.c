/* The screen as cells.
 *
 * Never lets a hidden code point into a cell, whoever asks: the one loop that
 * writes cells is `put`, fed by `next_cluster`.  The surprise: an escape such as
 * <U+001B> is eight glyphs of one column, so that it may be cut like any text. */
#include "tui/grid.h"

#include "core/fault.h"
#include "core/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define COMBINING_MAX 2 /* more on one character are written out */

static const struct { const char *utf8, *ascii; } signs[SIGN_COUNT] = {
    [SIGN_ELLIPSIS]   = { "\xE2\x80\xA6", "~" },
    [SIGN_DESCENDING] = { "\xE2\x96\xBE", "v" },
    [SIGN_ASCENDING]  = { "\xE2\x96\xB4", "^" },
    [SIGN_TRAIL]      = { "\xE2\x80\xBA", ">" },
    [SIGN_LINE]       = { "\xE2\x94\x80", "-" },
    [SIGN_BAR]        = { "\xE2\x94\x82", "|" },
    [SIGN_BULLET]     = { "\xC2\xB7", "." },
    [SIGN_SPIN_0]     = { "\xE2\x97\x90", "|" },
    [SIGN_SPIN_1]     = { "\xE2\x97\x93", "/" },
    [SIGN_SPIN_2]     = { "\xE2\x97\x91", "-" },
    [SIGN_SPIN_3]     = { "\xE2\x97\x92", "\\" },
};

static struct glyph *cell_at(const struct grid *g, int row, int column)
{
    return &g->cells[(size_t)row * (size_t)g->columns + (size_t)column];
}

const struct glyph *grid_cell(const struct grid *g, int row, int column)
{
    assert(row >= 0 && row < g->rows && column >= 0 && column < g->columns);
    return cell_at(g, row, column);
}

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

void grid_resize(struct grid *g, int rows, int columns)
{
    g->rows = clamp(rows, 1, GRID_ROWS_MAX);
    g->columns = clamp(columns, 1, GRID_COLUMNS_MAX);
    free(g->cells);
    g->cells = memory_zero((size_t)g->rows * (size_t)g->columns, sizeof *g->cells);
    grid_clear(g);
}

static void blank(struct glyph *c, enum style style)
{
    *c = (struct glyph){ .text = " ", .len = 1, .style = (uint8_t)style };
}

void grid_clear(struct grid *g)
{
    for (int i = 0; i < g->rows * g->columns; i++)
        blank(&g->cells[i], STYLE_PLAIN);
    g->cursor_row = g->cursor_column = -1;
}

void grid_free(struct grid *g)
{
    free(g->cells);
    *g = (struct grid){ 0 };
}

/* What is left of a wide glyph when its other half is written over. */
static void mend(struct grid *g, int row, int column)
{
    struct glyph *c = cell_at(g, row, column);

    if (c->tail && column > 0)
        blank(c - 1, (enum style)c[-1].style);
    if (column + 1 < g->columns && c[1].tail)
        blank(c + 1, (enum style)c[1].style);
}

static void put(struct grid *g, int row, int column, int width, enum style style,
                const char *text, size_t len)
{
    struct glyph *c;

    if (row < 0 || row >= g->rows || column < 0 || column + width > g->columns)
        return;
    for (int i = 0; i < width; i++)
        mend(g, row, column + i);
    c = cell_at(g, row, column);
    *c = (struct glyph){ .len = (uint8_t)len, .style = (uint8_t)style };
    memcpy(c->text, text, len);
    if (width == 2)
        c[1] = (struct glyph){ .style = (uint8_t)style, .tail = true };
}

/* A character with its combining ones, or an escape. */
struct cluster {
    char text[GLYPH_BYTES_MAX];
    size_t len;
    int width;
    bool hidden; /* an escape: every byte is a glyph of its own */
};

static bool may_draw(const struct grid *g, uint32_t c)
{
    return !text_hidden(c) && !(g->ascii && c >= 0x80) && text_width(c) >= 0;
}

/* A lone bad byte reads as U+FFFD and is one byte long; the real one has three. */
static bool is_bad_byte(uint32_t c, size_t bytes)
{
    return c == 0xFFFD && bytes == 1;
}

static struct cluster next_cluster(const struct grid *g, struct span *in)
{
    struct cluster k = { 0 };
    struct span before = *in, rest;
    uint32_t c = text_next(in);
    int n = 0;

    bool bad = is_bad_byte(c, before.len - in->len);
    if (bad || !may_draw(g, c) || text_width(c) == 0) {
        k.hidden = true;
        k.width = snprintf(k.text, sizeof k.text, "<U+%04X>",
                           bad ? (unsigned)before.at[0] : (unsigned)c);
        k.len = (size_t)k.width;
        return k;
    }
    k.width = text_width(c);
    k.len = text_put((uint8_t *)k.text, c);
    for (rest = *in; rest.len && n < COMBINING_MAX; n++) {
        uint32_t mark = text_next(&rest);

        if (!may_draw(g, mark) || text_width(mark) != 0)
            break;
        k.len += text_put((uint8_t *)k.text + k.len, mark);
        *in = rest;
    }
    return k;
}

/* Draws at most width columns of *s and moves it on; with g->cells untouched
 * where `draw` is false.  A wide glyph that does not fit stays. */
static int flow(struct grid *g, bool draw, int row, int column, int width, enum style style,
                struct span *s, bool split)
{
    int used = 0;

    while (s->len && used < width) {
        struct span rest = *s;
        struct cluster k = next_cluster(g, &rest);
        int fits = k.width <= width - used ? k.width : split && k.hidden ? width - used : 0;

        if (fits == 0)
            break;
        if (draw && !k.hidden)
            put(g, row, column + used, k.width, style, k.text, k.len);
        for (int i = 0; draw && k.hidden && i < fits; i++)
            put(g, row, column + used + i, 1, STYLE_HIDDEN, &k.text[i], 1);
        used += fits;
        *s = rest;
    }
    return used;
}

int grid_width(const struct grid *g, struct span s, int most)
{
    struct grid *same = (struct grid *)(uintptr_t)g; /* not drawn upon */
    int used = flow(same, false, 0, 0, most, STYLE_PLAIN, &s, true);

    return s.len ? most : used;
}

static bool fits(const struct grid *g, struct span s, int width)
{
    struct grid *same = (struct grid *)(uintptr_t)g;

    flow(same, false, 0, 0, width, STYLE_PLAIN, &s, false);
    return s.len == 0;
}

static int room(const struct grid *g, int row, int column, int width)
{
    if (row < 0 || row >= g->rows || column < 0 || column >= g->columns || width <= 0)
        return 0;
    return width < g->columns - column ? width : g->columns - column;
}

int grid_flow(struct grid *g, int row, int column, int width, enum style style, struct span *s)
{
    return flow(g, true, row, column, width, style, s, false);
}

int grid_text(struct grid *g, int row, int column, int width, enum style style, struct span s)
{
    int used;

    width = room(g, row, column, width);
    if (width == 0 || s.len == 0)
        return 0;
    if (fits(g, s, width))
        return flow(g, true, row, column, width, style, &s, true);
    used = flow(g, true, row, column, width - 1, style, &s, true);
    grid_sign(g, row, column + used, style, SIGN_ELLIPSIS);
    return used + 1;
}

int grid_say(struct grid *g, int row, int column, int width, enum style style, const char *text)
{
    return grid_text(g, row, column, width, style, span_text(text));
}

void grid_right(struct grid *g, int row, int column, int width, enum style style, struct span s)
{
    int used = grid_width(g, s, width);

    grid_text(g, row, column + width - used, used, style, s);
}

static bool is_separator(uint8_t c)
{
    return c == '\\' || c == '/';
}

/* Where the tail of a shortened path begins: at the separator before its file
 * name, or further left while the folders take no more than `most` columns. */
static size_t tail_start(const struct grid *g, struct span path, int most)
{
    struct span name = span_file_name(path);
    size_t best = path.len - name.len, at;

    if (best > 0)
        best--;
    for (at = best; at > 0; at--) {
        if (!is_separator(path.at[at - 1]))
            continue;
        if (!fits(g, span_of(path.at + at - 1, path.len - at + 1), most))
            break;
        best = at - 1;
    }
    return best;
}

/* The end of a text, on a boundary, that takes no more than `most` columns. */
static size_t name_tail(const struct grid *g, struct span s, int most)
{
    size_t at = s.len;

    while (at > 0) {
        size_t before = at - 1;

        while (before > 0 && (s.at[before] & 0xC0) == 0x80)
            before--;
        if (!fits(g, span_of(s.at + before, s.len - before), most))
            break;
        at = before;
    }
    return at;
}

int grid_path(struct grid *g, int row, int column, int width, enum style style, struct span path)
{
    struct span head, tail;
    size_t cut;
    int used, tail_width;

    width = room(g, row, column, width);
    if (width < 6 || fits(g, path, width))
        return grid_text(g, row, column, width, style, path);
    cut = tail_start(g, path, (width - 1) * 2 / 3);
    tail = span_of(path.at + cut, path.len - cut);
    if (!fits(g, tail, width - 1)) {
        path = span_file_name(path);
        if (fits(g, path, width))
            return grid_text(g, row, column, width, style, path);
        cut = name_tail(g, path, width / 3);
        tail = span_of(path.at + cut, path.len - cut);
    }
    tail_width = grid_width(g, tail, width - 1);
    head = span_of(path.at, cut);
    used = flow(g, true, row, column, width - 1 - tail_width, style, &head, true);
    grid_sign(g, row, column + used, style, SIGN_ELLIPSIS);
    used++;
    return used + flow(g, true, row, column + used, width - used, style, &tail, true);
}

int grid_middle(struct grid *g, int row, int column, int width, enum style style, struct span s)
{
    struct span head = s, tail;
    size_t cut;
    int used;

    width = room(g, row, column, width);
    if (width < 6 || fits(g, s, width))
        return grid_text(g, row, column, width, style, s);
    cut = name_tail(g, s, (width - 1) / 2);
    tail = span_of(s.at + cut, s.len - cut);
    head.len = cut;
    used = flow(g, true, row, column, width - 1 - grid_width(g, tail, width), style, &head, true);
    grid_sign(g, row, column + used, style, SIGN_ELLIPSIS);
    used++;
    return used + flow(g, true, row, column + used, width - used, style, &tail, true);
}

void grid_sign(struct grid *g, int row, int column, enum style style, enum sign sign)
{
    const char *text = g->ascii ? signs[sign].ascii : signs[sign].utf8;

    put(g, row, column, 1, style, text, strlen(text));
}

void grid_fill(struct grid *g, int row, int column, int width, enum style style)
{
    width = room(g, row, column, width);
    for (int i = 0; i < width; i++)
        put(g, row, column + i, 1, style, " ", 1);
}

void grid_line(struct grid *g, int row, int column, int width, enum style style)
{
    width = room(g, row, column, width);
    for (int i = 0; i < width; i++)
        grid_sign(g, row, column + i, style, SIGN_LINE);
}

void grid_select(struct grid *g, int row, int column, int width)
{
    width = room(g, row, column, width);
    for (int i = 0; i < width; i++)
        cell_at(g, row, column + i)->selected = true;
}

void grid_fade(struct grid *g, int row, int column, int width)
{
    width = room(g, row, column, width);
    for (int i = 0; i < width; i++) {
        struct glyph *c = cell_at(g, row, column + i);

        if (c->style != STYLE_HIDDEN)
            c->style = STYLE_DIM;
    }
}
