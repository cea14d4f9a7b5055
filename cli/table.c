/* Rows as a table that fits its terminal.
 *
 * The first rows are held back to learn how wide each column wants to be; those
 * that follow are cut to that, so that any number of rows streams in constant
 * memory.  Every text passes text_show(), wherever it goes: a line end inside
 * a value must not end a line of the table.  It uses no colour. */
#include "cli/fit.h"

#include "cli/output.h"
#include "core/text.h"

#include <stdlib.h>

#define AHEAD_ROWS 250           /* rows that decide the widths */
#define AHEAD_BYTES (1u << 20)   /* or so many bytes of them */
#define ALONE_MAX 200            /* columns of one value where the width is unlimited */
#define FLOOR_PART 3             /* a column may be squeezed to a third of its ease */
#define FLOOR_MIN 5
#define SHOWN_MAX (16u << 10)    /* bytes of one value; what is longer is cut */

struct table {
    struct arena arena;
    struct cell *ahead;          /* AHEAD_ROWS * count */
    size_t rows;
    bool started;                /* widths are known, the heading is out */
    bool brief;                  /* short headings */
    struct fit *widths; /* one a column; a json_only one has natural 0 */
    char *shown, *cut;           /* scratch of SHOWN_MAX */
};

static const char *heading(const struct output *o, size_t i)
{
    const struct output_column *c = &o->columns[i];
    return o->table->brief && c->brief ? c->brief : c->name;
}

/* A cell as the table shows it, in t->shown.  A time is shorter here. */
static struct span show(struct table *t, const struct output_column *c, const struct cell *cell)
{
    char room[OUTPUT_ROOM];
    struct span text = output_text(c, cell, room);

    if (c->kind == OUTPUT_TIME && cell->type == CELL_NUMBER && text.len > 20) {
        room[10] = ' ';
        room[19] = 'Z';
        text.len = 20;
    }
    text_show(t->shown, SHOWN_MAX, text);
    return span_text(t->shown);
}

static void put_cell(struct output *o, size_t i, struct span shown, bool last)
{
    struct table *t = o->table;
    const struct output_column *c = &o->columns[i];
    int width = t->widths[i].width;
    bool number = c->kind == OUTPUT_NUMBER;
    const char *text = (const char *)shown.at;

    if (!number && fit_width(shown) > width) {
        fit_text(t->cut, shown, width, c->kind == OUTPUT_PATH);
        text = t->cut;
    }
    int pad = width - fit_width(span_text(text));
    if (number && pad > 0)
        fprintf(o->place.to, "%*s", pad, "");
    fputs(text, o->place.to);
    if (!last && !number && pad > 0)
        fprintf(o->place.to, "%*s", pad, "");
    if (!last)
        fprintf(o->place.to, "%*s", FIT_GAP, "");
}

static void put_line(struct output *o, const struct cell *cells)
{
    struct table *t = o->table;
    size_t last = 0;

    for (size_t i = 0; i < o->count; i++)
        if (t->widths[i].width > 0)
            last = i;
    for (size_t i = 0; i < o->count; i++) {
        if (t->widths[i].width <= 0)
            continue;
        struct span shown = cells ? show(t, &o->columns[i], &cells[i])
                                  : span_text(heading(o, i));
        put_cell(o, i, shown, i == last);
    }
    fputc('\n', o->place.to);
}

/* A column that could go is of no use where no row has anything in it. */
static bool is_empty(const struct output *o, size_t i)
{
    const struct table *t = o->table;
    bool empty = t->rows > 0 && t->rows == o->told.rows && o->columns[i].rank >= FIT_GOES_FIRST;

    for (size_t r = 0; empty && r < t->rows; r++)
        empty = output_missing(&o->columns[i], &t->ahead[r * o->count + i]);
    return empty;
}

/* What the columns want, with the headings long or short. */
static void measure(struct output *o)
{
    struct table *t = o->table;

    for (size_t i = 0; i < o->count; i++) {
        const struct output_column *c = &o->columns[i];
        int head = fit_width(span_text(heading(o, i))), widest = head;

        t->widths[i] = (struct fit){ .rank = c->rank };
        if (c->json_only || is_empty(o, i))
            continue;
        for (size_t r = 0; r < t->rows; r++) {
            int w = fit_width(show(t, c, &t->ahead[r * o->count + i]));
            widest = w > widest ? w : widest;
        }
        if (o->place.width <= 0 && widest > ALONE_MAX)
            widest = ALONE_MAX;
        t->widths[i].natural = widest;
        t->widths[i].least = c->least > head ? c->least : head;
        t->widths[i].floor = t->widths[i].least / FLOOR_PART > FLOOR_MIN
                           ? t->widths[i].least / FLOOR_PART : FLOOR_MIN;
        if (c->kind == OUTPUT_NUMBER || c->kind == OUTPUT_TIME)
            t->widths[i].least = t->widths[i].floor = widest; /* never cut */
    }
}

static void note_left_out(struct output *o)
{
    size_t used = 0;

    for (size_t i = 0; i < o->count; i++) {
        if (o->table->widths[i].natural == 0 || o->table->widths[i].width > 0)
            continue;
        int n = snprintf(o->told.left_out + used, sizeof o->told.left_out - used, "%s%s",
                         used ? ", " : "", o->columns[i].name);
        if (n < 0 || (size_t)n >= sizeof o->told.left_out - used)
            break;
        used += (size_t)n;
    }
}

static void start(struct output *o)
{
    struct table *t = o->table;

    t->started = true;
    measure(o);
    fit_columns(t->widths, o->count, o->place.width);
    bool tight = false;
    for (size_t i = 0; i < o->count; i++)
        tight = tight || t->widths[i].width < t->widths[i].natural;
    if (tight) {
        t->brief = true;
        measure(o);
        fit_columns(t->widths, o->count, o->place.width);
    }
    note_left_out(o);
    put_line(o, NULL);
    for (size_t r = 0; r < t->rows; r++)
        put_line(o, &t->ahead[r * o->count]);
    t->rows = 0;
    arena_clear(&t->arena);
}

static void begin(struct output *o)
{
    struct table *t = o->table = memory_zero(1, sizeof *t);

    arena_init(&t->arena, AHEAD_BYTES);
    t->ahead = memory_zero(AHEAD_ROWS * (o->count ? o->count : 1), sizeof *t->ahead);
    t->widths = memory_zero(o->count ? o->count : 1, sizeof *t->widths);
    t->shown = memory_get(SHOWN_MAX);
    t->cut = memory_get(SHOWN_MAX + 4);
}

/* Holds a row back; false where no more fit. */
static bool hold(struct output *o, const struct cell *cells)
{
    struct table *t = o->table;
    struct cell *to = &t->ahead[t->rows * o->count];
    bool full = false;

    if (t->rows == AHEAD_ROWS)
        return false;
    for (size_t i = 0; i < o->count; i++) {
        to[i] = cells[i];
        if (cells[i].type == CELL_TEXT)
            to[i].text = arena_copy(&t->arena, cells[i].text, &full);
    }
    if (!full)
        t->rows++;
    return !full;
}

static void row(struct output *o, const struct cell *cells)
{
    if (!o->table->started && hold(o, cells))
        return;
    if (!o->table->started)
        start(o);
    put_line(o, cells);
}

static void end(struct output *o)
{
    struct table *t = o->table;

    if (!t->started)
        start(o);
    arena_clear(&t->arena);
    free(t->ahead);
    free(t->widths);
    free(t->shown);
    free(t->cut);
    free(t);
    o->table = NULL;
}

const struct output_form_fact table_form = { "table", begin, row, end };
