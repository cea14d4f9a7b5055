/* Where things are on the screen, and how far a text may be scrolled.
 *
 * Never negative and never outside the screen, whatever its size. */
#include "tui/model.h"

#define TINY_ROWS 6       /* below this there is no console */
#define TINY_COLUMNS 20
#define TRAIL_ROWS 12     /* a line for the trail from so many rows on */
#define HINTS_ROWS 9
#define BESIDE_COLUMNS 130 /* the detail stands at the right from here on */
#define BESIDE_MIN 52
#define BESIDE_MAX 92
#define BELOW_ROWS 12     /* and below the list from so many rows of both on */

static int between(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

static void split(struct model *m, struct area body)
{
    struct layout *l = &m->layout;

    l->list = body;
    if (!m->detail.open || !model_place(m)->view->detail)
        return;
    if (body.columns >= BESIDE_COLUMNS) {
        int width = between(body.columns * 2 / 5, BESIDE_MIN, BESIDE_MAX);

        l->beside = true;
        l->list.columns = body.columns - width - 1;
        l->rule = (struct area){ body.row, l->list.columns, body.rows, 1 };
        l->detail = (struct area){ body.row, l->list.columns + 2, body.rows, width - 2 };
    } else if (body.rows >= BELOW_ROWS) {
        int rows = body.rows * 3 / 5;

        l->list.rows = body.rows - rows - 1;
        l->rule = (struct area){ body.row + l->list.rows, 0, 1, body.columns };
        l->detail = (struct area){ l->rule.row + 1, 1, rows, body.columns - 2 };
    } else {
        /* No room for both: the detail alone. */
        l->list.rows = 0;
        l->rule = (struct area){ body.row, 0, 1, body.columns };
        l->detail = (struct area){ body.row + 1, 1, body.rows - 1, body.columns - 2 };
        m->detail.focused = true;
    }
}

/* After a resize what was scrolled may be all there is. */
static void clamp_scroll(int *scroll, int lines, int rows)
{
    *scroll = between(*scroll, 0, lines > rows ? lines - rows : 0);
}

void model_layout(struct model *m)
{
    struct layout *l = &m->layout;
    int row = 0, last = m->rows;

    *l = (struct layout){ .tiny = m->rows < TINY_ROWS || m->columns < TINY_COLUMNS };
    if (l->tiny)
        return;
    l->bar = (struct area){ row++, 0, 1, m->columns };
    if (m->rows >= TRAIL_ROWS)
        l->trail = (struct area){ row++, 0, 1, m->columns };
    if (m->rows >= HINTS_ROWS)
        l->hints = (struct area){ --last, 0, 1, m->columns };
    l->status = (struct area){ --last, 0, 1, m->columns };
    split(m, (struct area){ row, 0, last - row, m->columns });
    rows_screen(&model_place(m)->rows, l->list.rows - 1);
    if (!model_place(m)->view->question)
        clamp_scroll(&model_place(m)->scroll, model_text_lines(m), l->list.rows);
    else if (l->detail.rows)
        clamp_scroll(&m->detail.scroll, model_detail_lines(m), l->detail.rows);
}

void model_resize(struct model *m, int rows, int columns)
{
    m->rows = between(rows, 1, GRID_ROWS_MAX);
    m->columns = between(columns, 1, GRID_COLUMNS_MAX);
    model_layout(m);
}

int model_detail_lines(const struct model *m)
{
    struct grid measure = { .ascii = m->ascii };
    struct sheet s = { .measure = &measure, .columns = m->layout.detail.columns,
                       .rows = m->layout.detail.rows };

    if (model_place(m)->view->detail)
        model_place(m)->view->detail(m, &s);
    return s.line + (s.at > 0);
}

int model_text_lines(const struct model *m)
{
    struct grid measure = { .ascii = m->ascii };
    struct sheet s = { .measure = &measure, .columns = m->layout.list.columns - 4 };

    if (model_place(m)->view->text)
        model_place(m)->view->text(m, &s);
    return s.line + (s.at > 0);
}
