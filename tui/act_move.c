/* Moving: the cursor in a list, the lines of the detail, between panes and back
 * along the trail.  Never asks for anything by itself. */
#include "tui/act.h"

#define WHEEL_ROWS 3

#define UNUSED(p) ((void)(p))

static enum acted move(struct model *m, int64_t by)
{
    return rows_move(&model_place(m)->rows, by) ? ACTED : WAITS;
}

/* A screen, less one row to hold on to. */
static int64_t screen(const struct model *m)
{
    int n = model_place(m)->rows.screen;

    return n > 2 ? n - 1 : 1;
}

enum acted act_row_up(struct model *m, const struct press *p)
{
    UNUSED(p);
    return model_settled(m) ? move(m, -1) : WAITS;
}

enum acted act_row_down(struct model *m, const struct press *p)
{
    UNUSED(p);
    return model_settled(m) ? move(m, 1) : WAITS;
}

enum acted act_page_up(struct model *m, const struct press *p)
{
    UNUSED(p);
    return model_settled(m) ? move(m, -screen(m)) : WAITS;
}

enum acted act_page_down(struct model *m, const struct press *p)
{
    UNUSED(p);
    return model_settled(m) ? move(m, screen(m)) : WAITS;
}

enum acted act_first_row(struct model *m, const struct press *p)
{
    UNUSED(p);
    return model_settled(m) && rows_start(&model_place(m)->rows) ? ACTED : WAITS;
}

enum acted act_last_row(struct model *m, const struct press *p)
{
    UNUSED(p);
    return model_settled(m) && rows_end(&model_place(m)->rows) ? ACTED : WAITS;
}

/* ---- the lines of the detail, or of a view of text ---- */

/* Is the detail of this very row still to come? */
static bool detail_awaited(const struct model *m)
{
    const struct place *p = model_place(m);
    int64_t id = rows_id(&p->rows, p->rows.cursor);

    return m->detail.open && p->view->detail_question && id != 0
        && (m->detail.id != id || (m->detail.serial != 0 && !m->detail.page));
}

static enum acted scroll(struct model *m, int by)
{
    bool text = !model_place(m)->view->question;
    int *at = text ? &model_place(m)->scroll : &m->detail.scroll;
    int rows = text ? m->layout.list.rows : m->layout.detail.rows;
    int last = (text ? model_text_lines(m) : model_detail_lines(m)) - rows;

    if (!text && detail_awaited(m))
        return WAITS;
    *at += by;
    if (*at > last)
        *at = last;
    if (*at < 0)
        *at = 0;
    return ACTED;
}

static int pane_rows(const struct model *m)
{
    int n = model_place(m)->view->question ? m->layout.detail.rows : m->layout.list.rows;

    return n > 2 ? n - 1 : 1;
}

enum acted act_line_up(struct model *m, const struct press *p)
{
    UNUSED(p);
    return scroll(m, -1);
}

enum acted act_line_down(struct model *m, const struct press *p)
{
    UNUSED(p);
    return scroll(m, 1);
}

enum acted act_lines_up(struct model *m, const struct press *p)
{
    UNUSED(p);
    return scroll(m, -pane_rows(m));
}

enum acted act_lines_down(struct model *m, const struct press *p)
{
    UNUSED(p);
    return scroll(m, pane_rows(m));
}

enum acted act_first_line(struct model *m, const struct press *p)
{
    UNUSED(p);
    return scroll(m, -SHEET_LINES_MAX);
}

enum acted act_last_line(struct model *m, const struct press *p)
{
    UNUSED(p);
    return scroll(m, SHEET_LINES_MAX);
}

/* ---- in and out ---- */

static void open_detail(struct model *m)
{
    if (!model_place(m)->view->detail || rows_count(&model_place(m)->rows) == 0)
        return;
    if (m->detail.open)
        m->detail.focused = true;
    m->detail.open = true;
    model_layout(m);
}

enum acted act_enter(struct model *m, const struct press *p)
{
    UNUSED(p);
    if (!model_settled(m))
        return WAITS;
    if (model_place(m)->view->enter)
        model_place(m)->view->enter(m);
    else
        open_detail(m);
    return ACTED;
}

enum acted act_focus(struct model *m, const struct press *p)
{
    UNUSED(p);
    if (!model_settled(m))
        return WAITS;
    if (!m->detail.open) {
        open_detail(m);
        return ACTED;
    }
    m->detail.focused = !m->detail.focused;
    model_layout(m);
    return ACTED;
}

static void filter_clear(struct model *m)
{
    model_filter(m, "");
    model_ask_rows(m);
}

enum acted act_out(struct model *m, const struct press *p)
{
    struct place *place = model_place(m);

    UNUSED(p);
    if (model_spins(m))
        model_give_up(m);
    else if (m->detail.open && m->detail.focused && !(m->layout.list.rows == 0))
        m->detail.focused = false;
    else if (m->detail.open)
        m->detail.open = m->detail.focused = false;
    else if (place->filter[0] && !model_pivoted(place))
        filter_clear(m);
    else
        model_back(m);
    model_layout(m);
    return ACTED;
}

enum acted act_back(struct model *m, const struct press *p)
{
    UNUSED(p);
    model_back(m);
    return ACTED;
}

/* ---- the mouse ---- */

static bool inside(struct area a, const struct press *p)
{
    return p->row >= a.row && p->row < a.row + a.rows && p->column >= a.column
        && p->column < a.column + a.columns;
}

static void heading_clicked(struct model *m, const struct press *p)
{
    struct place *place = model_place(m);
    struct table t = model_table(place);
    struct table_fit fit;
    int x = p->column - m->layout.list.column - 1;

    table_fit(&t, &place->rows, m->layout.list.columns - 2, &fit);
    for (size_t i = 0; i < t.count; i++)
        if (fit.width[i] > 0 && x >= fit.x[i] && x < fit.x[i] + fit.width[i] && t.columns[i].sortable) {
            model_sort(m, (enum column)t.columns[i].id);
            return;
        }
}

enum acted act_click(struct model *m, const struct press *p)
{
    struct place *place = model_place(m);
    struct area list = m->layout.list;

    if (!model_settled(m))
        return WAITS;
    if (inside(m->layout.detail, p)) {
        m->detail.focused = true;
        return ACTED;
    }
    if (!inside(list, p))
        return ACTED;
    m->detail.focused = false;
    if (p->row == list.row) {
        heading_clicked(m, p);
        return ACTED;
    }
    size_t row = place->rows.top + (size_t)(p->row - list.row - 1);
    if (row == place->rows.cursor)
        return act_enter(m, p);
    return rows_put(&place->rows, row) ? ACTED : WAITS;
}

static enum acted wheel(struct model *m, const struct press *p, int by)
{
    if (!model_place(m)->view->question || inside(m->layout.detail, p))
        return scroll(m, by);
    return model_settled(m) ? move(m, by) : WAITS;
}

enum acted act_wheel_up(struct model *m, const struct press *p)
{
    return wheel(m, p, -WHEEL_ROWS);
}

enum acted act_wheel_down(struct model *m, const struct press *p)
{
    return wheel(m, p, WHEEL_ROWS);
}
