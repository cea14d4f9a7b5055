/* Drawing: the model in, cells out.
 *
 * Never changes the model and never asks for anything.  Lists draw themselves
 * (table.c), texts flow (sheet.c); here are the lines around them. */
#include "tui/draw.h"

#include "tui/keys.h"
#include "tui/say.h"

#include <stdio.h>
#include <string.h>

#define LINE_BYTES 1024

/* ---- panes ---- */

static void draw_empty(const struct model *m, struct grid *g, struct area a)
{
    const struct place *p = model_place(m);
    struct sheet s = { .grid = g, .measure = g, .row = a.row + 2, .column = a.column + 3,
                       .rows = a.rows - 2, .columns = a.columns - 6 };

    if (s.rows < 1)
        s.row = a.row + 1, s.rows = a.rows - 1;
    if (p->rows.fault.kind != FAULT_NONE && p->rows.fault.kind != FAULT_INTERRUPTED)
        sheet_words(&s, STYLE_ERROR, p->rows.fault.text);
    else if (!rows_waiting(&p->rows) && p->rows.page)
        p->view->empty(m, &s);
    else if (model_spins(m))
        sheet_words(&s, STYLE_DIM, "asking the case");
}

static void draw_list(const struct model *m, struct grid *g)
{
    const struct place *p = model_place(m);
    struct area a = m->layout.list;

    if (!p->view->question) {
        struct sheet s = { .grid = g, .measure = g, .row = a.row, .column = a.column + 2,
                           .rows = a.rows, .columns = a.columns - 4, .skip = p->scroll };
        p->view->text(m, &s);
        return;
    }
    if (a.rows <= 0)
        return;
    struct table t = model_table(p);
    table_draw(&t, &p->rows, g, a.row, a.column, a.rows, a.columns,
               !(m->detail.open && m->detail.focused));
    if (rows_count(&p->rows) == 0)
        draw_empty(m, g, a);
}

/* How far the detail is scrolled, at the right end of its rule. */
static void draw_scrolled(const struct model *m, struct grid *g, int row, int right, enum style style)
{
    int lines = model_detail_lines(m), rows = m->layout.detail.rows;
    char text[LINE_BYTES];

    if (lines <= rows)
        return;
    int last = m->detail.scroll + rows < lines ? m->detail.scroll + rows : lines;
    snprintf(text, sizeof text, " %d-%d of %d ", m->detail.scroll + 1, last, lines);
    int w = (int)strlen(text);
    grid_say(g, row, right - w, w, style, text);
}

static void draw_detail(const struct model *m, struct grid *g)
{
    const struct layout *l = &m->layout;
    enum style style = m->detail.focused ? STYLE_RULE_FOCUS : STYLE_RULE;
    struct sheet s = { .grid = g, .measure = g, .row = l->detail.row, .column = l->detail.column,
                       .rows = l->detail.rows, .columns = l->detail.columns,
                       .skip = m->detail.scroll };

    if (!l->detail.rows)
        return;
    if (l->beside) {
        for (int y = 0; y < l->rule.rows; y++)
            grid_sign(g, l->rule.row + y, l->rule.column, style, SIGN_BAR);
    } else {
        grid_line(g, l->rule.row, 0, l->rule.columns, style);
        grid_say(g, l->rule.row, 2, 8, style, " detail ");
        draw_scrolled(m, g, l->rule.row, l->rule.columns - 2, style);
    }
    model_place(m)->view->detail(m, &s);
}

static void draw_sort_menu(const struct model *m, struct grid *g)
{
    struct table t = model_table(model_place(m));
    int width = 22, x = m->layout.list.column + 2, y = m->layout.list.row + 1, line = 0;
    int most = m->layout.status.row - y;

    int skip = (int)m->sort_cursor >= most - 1 ? (int)m->sort_cursor - most + 2 : 0;
    for (size_t i = 0; i < t.count && line - skip < most; i++) {
        const struct table_column *c = &t.columns[i];
        const char *name = c->heading ? c->heading : column_fact((enum column)c->id)->heading;
        bool now = c->id == (int)t.sort.column;

        if (!c->sortable)
            continue;
        if (line++ < skip)
            continue;
        int row = y + line - 1 - skip;
        grid_fill(g, row, x, width, STYLE_BAR);
        grid_say(g, row, x + 2, width - 4, now ? STYLE_BAR_STRONG : STYLE_BAR, name);
        if (now)
            grid_sign(g, row, x + width - 3, STYLE_BAR_STRONG,
                      t.sort.descending ? SIGN_DESCENDING : SIGN_ASCENDING);
        if (i == m->sort_cursor)
            grid_select(g, row, x, width);
    }
}

/* ---- the bottom lines ---- */

/* How many rows the list has; -1 where that is not known. */
static int64_t list_length(const struct place *p)
{
    const struct page *page = p->rows.page;

    if (page && !page->more_behind && p->rows.first >= 0)
        return p->rows.first + (int64_t)page->rows;
    if (p->view->ledger && p->totals_known && !p->filter[0])
        return p->totals[p->view == &view_hosts ? TOTAL_CASE_HOSTS : TOTAL_EVIDENCE];
    if (!p->view->totals || !p->totals_known)
        return -1;
    if (p->everything || p->widened)
        return p->totals[TOTAL_SIGHTINGS] - (p->include_allowed ? 0 : p->totals[TOTAL_ALLOWED]);
    if (p->notable)
        return -1;
    return p->include_allowed ? -1 : p->totals[TOTAL_HITS];
}

static void position_text(const struct place *p, char *out, size_t size)
{
    char row[SAY_MAX], all[SAY_MAX];
    int64_t length = list_length(p), first = p->rows.first;

    out[0] = '\0';
    if (!rows_count(&p->rows))
        return;
    if (first < 0 && length >= 0 && !p->rows.page->more_behind)
        first = length - (int64_t)p->rows.page->rows;
    say_number(first + (int64_t)p->rows.cursor + 1, row);
    say_number(length, all);
    if (first < 0 && length < 0)
        return;
    if (first < 0)
        snprintf(out, size, "%s rows", all);
    else if (length < 0)
        snprintf(out, size, "row %s", row);
    else
        snprintf(out, size, "row %s of %s", row, all);
}

/* The part of a filter that is off. */
static void draw_wrong(const struct model *m, struct grid *g, int row, int x, int width, struct span shown)
{
    size_t skipped = (size_t)(shown.at - (const uint8_t *)m->prompt.text), at = m->filter_wrong.at;
    int before;

    if (m->mode != MODE_FILTER || m->filter_fault.kind == FAULT_NONE || at < skipped
        || at + m->filter_wrong.len > m->prompt.len)
        return;
    before = grid_width(g, span_of(shown.at, at - skipped), width);
    grid_text(g, row, x + before, width - before, STYLE_ERROR,
              span_of(m->prompt.text + at, m->filter_wrong.len));
}

/* What is typed is not drawn, nor how long it is. */
static void draw_password(const struct model *m, struct grid *g, struct area a)
{
    int x = 1 + grid_say(g, a.row, 1, a.columns - 12, STYLE_KEY, "Password (not shown) of ");

    x += grid_text(g, a.row, x, a.columns - x - 3, STYLE_PLAIN,
                   span_file_name(span_text(m->locked_name))) + 1;
    g->cursor_row = a.row;
    g->cursor_column = x;
}

static void draw_prompt(const struct model *m, struct grid *g, struct area a)
{
    char title[LINE_BYTES];
    int x, width, before;
    struct span text = span_of(m->prompt.text, m->prompt.len);

    if (m->mode == MODE_FILTER)
        snprintf(title, sizeof title, "/");
    else
        snprintf(title, sizeof title, "Allow by %s, because: ",
                 m->allow_kind == ALLOW_HASH ? "hash" : "path");
    x = 1 + grid_say(g, a.row, 1, a.columns - 12, STYLE_KEY, title);
    width = a.columns - x - 2;
    /* What is typed scrolls so that its cursor stays on the line. */
    before = grid_width(g, span_of(m->prompt.text, m->prompt.at), 4 * PROMPT_BYTES_MAX);
    while (before >= width && text.len) {
        struct span rest = text;
        struct grid nowhere = { .ascii = g->ascii };
        int gone = grid_flow(&nowhere, 0, 0, 12, STYLE_PLAIN, &rest);

        if (rest.len == text.len || gone == 0)
            break;
        before -= gone;
        text = rest;
    }
    grid_text(g, a.row, x, width, STYLE_PLAIN, text);
    draw_wrong(m, g, a.row, x, width, text);
    g->cursor_row = a.row;
    g->cursor_column = x + (before > 0 ? before : 0);
}

static void draw_status(const struct model *m, struct grid *g)
{
    const struct place *p = model_place(m);
    struct area a = m->layout.status;
    char text[LINE_BYTES], took[SAY_MAX], right[LINE_BYTES + SAY_MAX];
    int w, used;

    if (m->mode == MODE_FILTER || m->mode == MODE_REASON) {
        draw_prompt(m, g, a);
        return;
    }
    if (m->mode == MODE_PASSWORD) {
        draw_password(m, g, a);
        return;
    }
    position_text(p, text, sizeof text);
    right[0] = '\0';
    if (p->rows.page)
        snprintf(right, sizeof right, "%s%s%s", text, text[0] ? "  " : "", say_took(p->rows.took, took));
    if (m->mode == MODE_LEAVE)
        snprintf(text, sizeof text, m->progress.following
                     ? "Files are being followed. Quit and stop following?  y / n"
                     : "Evidence is still being read. Quit and stop reading?  y / n");
    else if (model_spins(m) && !m->message[0])
        snprintf(text, sizeof text, "asking the case; Esc gives it up");
    else if (m->mode == MODE_TRYING)
        snprintf(text, sizeof text, "trying the password");
    else
        snprintf(text, sizeof text, "%s", m->message);
    used = 1 + grid_say(g, a.row, 1, a.columns - 2,
                        m->mode == MODE_LEAVE || m->message_bad ? STYLE_ERROR : STYLE_MESSAGE, text);
    w = grid_width(g, span_text(right), a.columns);
    if (used + w + 5 > a.columns)
        return; /* what is said comes first */
    grid_say(g, a.row, a.columns - 1 - w, w, STYLE_DIM, right);
    if (model_spins(m))
        grid_sign(g, a.row, a.columns - 3 - w, STYLE_KEY,
                  (enum sign)(SIGN_SPIN_0 + (m->now / 120000) % 4));
}

/* What Enter does may be the view's. */
static const char *hint_of(const struct model *m, const struct key *k)
{
    return k->press == PRESS_ENTER && m->mode == MODE_ROWS && model_place(m)->view->enter ? "ask"
                                                                                          : k->hint;
}

static int hint_width(const struct model *m, const struct key *k)
{
    char name[KEY_NAME_MAX];

    return (int)strlen(keys_name(k->press, name)) + 1 + (int)strlen(hint_of(m, k));
}

static void draw_hints(const struct model *m, struct grid *g)
{
    const struct key *tables[KEY_TABLES_MAX];
    struct area a = m->layout.hints;
    size_t n = keys_tables(m, tables);
    char name[KEY_NAME_MAX];
    int x = 1, kept = 0;

    if (!a.rows)
        return;
    if (m->mode == MODE_FILTER && m->filter_fault.kind != FAULT_NONE) {
        grid_say(g, a.row, 1, a.columns - 2, STYLE_ERROR, m->filter_fault.text);
        return;
    }
    if ((m->mode == MODE_REASON || m->mode == MODE_FILTER || m->mode == MODE_PASSWORD)
        && m->message[0]) {
        grid_say(g, a.row, 1, a.columns - 2, m->mode == MODE_FILTER ? STYLE_MESSAGE : STYLE_ERROR,
                 m->message);
        return;
    }
    /* The last table's (out, help, quit) keep their place whatever comes before. */
    for (const struct key *k = n ? tables[n - 1] : NULL; k && k->command; k++)
        kept += k->hint ? hint_width(m, k) + 2 : 0;
    for (size_t i = 0; i < n; i++)
        for (const struct key *k = tables[i]; k->command; k++) {
            if (!k->hint)
                continue;
            int w = hint_width(m, k);

            if (i == n - 1)
                kept = 0;
            if (x + w + kept > a.columns - 1)
                continue;
            keys_name(k->press, name);
            x += grid_say(g, a.row, x, w, STYLE_KEY, name) + 1;
            x += grid_say(g, a.row, x, w, STYLE_DIM, hint_of(m, k)) + 2;
        }
}

void draw(const struct model *m, struct grid *g)
{
    grid_clear(g);
    if (m->layout.tiny) {
        grid_say(g, 0, 0, g->columns, STYLE_PLAIN, "modhunt needs 20x6");
        return;
    }
    draw_bar(m, g);
    draw_trail(m, g);
    draw_list(m, g);
    draw_detail(m, g);
    draw_status(m, g);
    draw_hints(m, g);
    if (m->mode == MODE_SORT)
        draw_sort_menu(m, g);
}
