/* Drawing rows as columns that fit.
 *
 * Never looks at more rows than the window has.  Widths follow what was seen and
 * only grow, so that columns do not dance while one scrolls. */
#include "tui/table.h"

#include "core/factor.h"
#include "tui/say.h"

#include <stdio.h>

#define GAP 1          /* between columns, */
#define GAP_ROOMY 2    /* and where there is room */
#define ROOMY 120
#define MEASURE_MAX 200
#define RANK_SORTED 1  /* of the column that the list is sorted by, at most */
#define RANK_SPARE 4   /* columns of this rank and more one can do without */
#define COMFORTABLE_MODULE 40
#define COMFORTABLE_PATH 24
enum { TIME_MINUTE = 16, TIME_SECOND = 19, TIME_MILLI = 23 };

static const char *heading_of(const struct table_column *c)
{
    return c->heading ? c->heading : column_fact((enum column)c->id)->heading;
}

static const struct cell *cell_of(const struct rows *r, size_t row, const struct table_column *c)
{
    if (r->page->ids)
        return rows_cell(r, row, (enum column)c->id);
    return (size_t)c->id < r->page->columns ? page_cell(r->page, row, (size_t)c->id) : NULL;
}

/* The text of a cell; what is made of numbers is written into scratch. */
static struct span text_of(const struct rows *r, size_t row, const struct table_column *c,
                           char scratch[static TABLE_CELL_MAX])
{
    const struct cell *cell;

    if (c->compose) {
        scratch[0] = '\0';
        c->compose(r, row, scratch, TABLE_CELL_MAX);
        return span_text(scratch);
    }
    cell = cell_of(r, row, c);
    if (!cell || cell->type == CELL_NULL)
        return SPAN_NONE;
    if (cell->type == CELL_TEXT)
        return cell->text;
    switch (c->type) {
    case COLUMN_TIME:
        return span_text(say_time(cell->number, scratch));
    case COLUMN_FACTORS:
        factor_letters((uint32_t)cell->number, scratch);
        return span_text(scratch);
    case COLUMN_NUMBER:
    case COLUMN_TEXT:
    case COLUMN_PATH:
        break;
    }
    return span_text(say_number(cell->number, scratch));
}

static int wish(const struct table_column *c, const struct rows *r, size_t i)
{
    int most = c->max ? c->max : MEASURE_MAX;
    int heading = (int)strlen(heading_of(c)) + (c->sortable && c->type == COLUMN_NUMBER ? 1 : 0);
    int w = r->widest[i] > heading ? r->widest[i] : heading;

    return w < c->min ? c->min : w > most ? most : w;
}

void table_measure(const struct table *t, struct rows *r)
{
    static const struct grid measure = { 0 };
    char scratch[TABLE_CELL_MAX];

    for (size_t i = 0; r->page && i < t->count; i++) {
        int most = t->columns[i].max ? t->columns[i].max : MEASURE_MAX;

        for (size_t row = 0; row < r->page->rows && r->widest[i] < most; row++) {
            int w = grid_width(&measure, text_of(r, row, &t->columns[i], scratch), most);

            if (w > r->widest[i])
                r->widest[i] = w;
        }
    }
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int narrow(const struct table_column *c, int wished)
{
    return least(wished, c->min);
}

/* A path should have so much before a column that one can do without appears. */
static int comfortable(const struct table_column *c, int wished)
{
    if (c->type != COLUMN_PATH)
        return narrow(c, wished);
    if (c->min > COMFORTABLE_PATH)
        return least(wished, 2 * c->min); /* the one path of a list: all of it, if it may be */
    return least(wished, c->rank == 0 ? COMFORTABLE_MODULE : COMFORTABLE_PATH);
}

/* What all columns that are still in take together. */
static int sum_of(const struct table *t, const struct table_fit *fit, const int *wished, int gap,
                  int (*width)(const struct table_column *, int))
{
    int sum = 0;

    for (size_t i = 0; i < t->count; i++)
        if (fit->width[i] >= 0)
            sum += width(&t->columns[i], wished[i]) + (sum ? gap : 0);
    return sum;
}

/* By what the list is sorted by it is also read: that column goes last. */
static int rank_of(const struct table *t, size_t i)
{
    const struct table_column *c = &t->columns[i];

    return c->sortable && c->id == (int)t->sort.column ? least(c->rank, RANK_SORTED) : c->rank;
}

static void drop_one(const struct table *t, struct table_fit *fit)
{
    size_t worst = 0;
    int rank = -1;

    for (size_t i = 0; i < t->count; i++)
        if (fit->width[i] >= 0 && rank_of(t, i) >= rank) {
            rank = rank_of(t, i);
            worst = i;
        }
    fit->width[worst] = -1;
}

static int highest_rank(const struct table *t, const struct table_fit *fit)
{
    int rank = 0;

    for (size_t i = 0; i < t->count; i++)
        if (fit->width[i] >= 0 && rank_of(t, i) > rank)
            rank = rank_of(t, i);
    return rank;
}

/* Leaves out what does not fit, and what would be empty. */
static void choose(const struct table *t, const struct rows *r, struct table_fit *fit,
                   const int *wished, int gap, int width)
{
    for (size_t i = 0; i < t->count; i++)
        fit->width[i] = rank_of(t, i) >= RANK_SPARE && r->widest[i] == 0 ? -1 : 0;
    while (highest_rank(t, fit) >= RANK_SPARE && sum_of(t, fit, wished, gap, comfortable) > width)
        drop_one(t, fit);
    while (highest_rank(t, fit) > 0 && sum_of(t, fit, wished, gap, narrow) > width)
        drop_one(t, fit);
    /* A column that was dropped for a wider one's sake may fit after all. */
    for (int rank = RANK_SPARE; rank < ROWS_COLUMNS_MAX; rank++)
        for (size_t i = 0; i < t->count; i++)
            if (fit->width[i] < 0 && rank_of(t, i) == rank && r->widest[i] > 0
                && sum_of(t, fit, wished, gap, comfortable) + gap + narrow(&t->columns[i], wished[i])
                    <= width)
                fit->width[i] = 0;
}

/* A time is shown to the minute, the second or the millisecond. */
static int time_step(int width)
{
    return width < TIME_MINUTE ? 1 : width < TIME_SECOND ? TIME_SECOND - width : TIME_MILLI - width;
}

/* Gives the room that is left, one column of the screen after the other in
 * turn, to whoever wishes for more; the column that always stays gets two. */
static void share(const struct table *t, struct table_fit *fit, const int *wished, int room)
{
    for (bool given = true; given && room > 0;) {
        given = false;
        for (size_t i = 0; i < t->count && room > 0; i++) {
            int more = t->columns[i].rank == 0 ? least(2, room) : 1;

            if (fit->width[i] < 0 || fit->width[i] >= wished[i])
                continue;
            if (t->columns[i].type == COLUMN_TIME)
                more = time_step(fit->width[i]);
            else
                more = least(more, wished[i] - fit->width[i]);
            if (more > room)
                continue;
            fit->width[i] += more;
            room -= more;
            given = true;
        }
    }
}

/* Where not even the columns that stay have room, the widest gives way. */
static void squeeze(const struct table *t, struct table_fit *fit, int gap, int width)
{
    for (;;) {
        int sum = 0;
        size_t widest = 0;

        for (size_t i = 0; i < t->count; i++) {
            sum += fit->width[i] >= 0 ? fit->width[i] + (sum ? gap : 0) : 0;
            if (fit->width[i] > fit->width[widest])
                widest = i;
        }
        if (sum <= width || fit->width[widest] <= 1)
            return;
        fit->width[widest]--;
    }
}

void table_fit(const struct table *t, const struct rows *r, int width, struct table_fit *fit)
{
    int wished[ROWS_COLUMNS_MAX], good[ROWS_COLUMNS_MAX], taken = 0, x = 0;
    int gap = width >= ROOMY ? GAP_ROOMY : GAP;

    for (size_t i = 0; i < t->count; i++) {
        wished[i] = wish(&t->columns[i], r, i);
        good[i] = comfortable(&t->columns[i], wished[i]);
    }
    choose(t, r, fit, wished, gap, width);
    for (size_t i = 0; i < t->count; i++)
        if (fit->width[i] >= 0)
            fit->width[i] = narrow(&t->columns[i], wished[i]);
    share(t, fit, good, width - sum_of(t, fit, wished, gap, narrow));
    for (size_t i = 0; i < t->count; i++)
        taken += fit->width[i] >= 0 ? fit->width[i] + (taken ? gap : 0) : 0;
    share(t, fit, wished, width - taken);
    squeeze(t, fit, gap, width);
    for (size_t i = 0; i < t->count; i++) {
        fit->x[i] = x;
        if (fit->width[i] >= 0)
            x += fit->width[i] + gap;
    }
}

void table_host(const struct rows *r, size_t row, struct grid *g, int y, int x, int width)
{
    struct span name = rows_text(r, row, COLUMN_ID_host);
    const uint8_t *dot = name.len ? memchr(name.at, '.', name.len) : NULL;
    bool address = name.len && name.at[0] >= '0' && name.at[0] <= '9';

    if (dot && !address && grid_width(g, name, width + 1) > width)
        name.len = (size_t)(dot - name.at);
    grid_text(g, y, x, width, STYLE_PLAIN, name);
}

static bool at_right(const struct table_column *c)
{
    return c->type == COLUMN_NUMBER && !c->draw;
}

static void draw_heading(const struct table *t, size_t i, struct grid *g, int y, int x, int width)
{
    const struct table_column *c = &t->columns[i];
    bool sorted = c->sortable && (int)t->sort.column == c->id;
    enum style style = sorted ? STYLE_HEADING_SORT : STYLE_HEADING;
    struct span text = span_text(heading_of(c));
    int used = grid_width(g, text, sorted ? width - 1 : width), left = 0;

    if (at_right(c))
        left = width - used - (sorted ? 1 : 0);
    grid_text(g, y, x + left, used, style, text);
    if (sorted)
        grid_sign(g, y, x + left + used, style, t->sort.descending ? SIGN_DESCENDING : SIGN_ASCENDING);
}

static void draw_cell(const struct table_column *c, const struct rows *r, size_t row,
                      struct grid *g, int y, int x, int width)
{
    char scratch[TABLE_CELL_MAX];
    struct span text;

    if (c->draw) {
        c->draw(r, row, g, y, x, width);
        return;
    }
    text = text_of(r, row, c, scratch);
    if (c->type == COLUMN_PATH)
        grid_path(g, y, x, width, STYLE_PLAIN, text);
    else if (at_right(c))
        grid_right(g, y, x, width, STYLE_PLAIN, text);
    else if (c->type == COLUMN_TIME && text.len > (size_t)width)
        /* A time is cut at its end without a sign: the rest is only finer. */
        grid_text(g, y, x, width, STYLE_PLAIN, span_of(text.at, (size_t)width));
    else
        grid_text(g, y, x, width, STYLE_PLAIN, text);
}

void table_draw(const struct table *t, const struct rows *r, struct grid *g, int row, int column,
                int rows, int columns, bool focused)
{
    struct table_fit fit;

    if (rows <= 0 || columns <= 2)
        return;
    table_fit(t, r, columns - 2, &fit);
    grid_fill(g, row, column, columns, STYLE_HEADING);
    for (size_t i = 0; i < t->count; i++)
        if (fit.width[i] > 0)
            draw_heading(t, i, g, row, column + 1 + fit.x[i], fit.width[i]);
    for (int y = 1; y < rows && r->top + (size_t)(y - 1) < rows_count(r); y++) {
        size_t at = r->top + (size_t)(y - 1);

        for (size_t i = 0; i < t->count; i++)
            if (fit.width[i] > 0)
                draw_cell(&t->columns[i], r, at, g, row + y, column + 1 + fit.x[i], fit.width[i]);
        if (t->faded && t->faded(r, at))
            grid_fade(g, row + y, column, columns);
        if (at == r->cursor && focused)
            grid_select(g, row + y, column, columns);
        else if (at == r->cursor)
            grid_sign(g, row + y, column, STYLE_RULE_FOCUS, SIGN_TRAIL);
    }
}
