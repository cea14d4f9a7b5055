/* The window and its cursor.
 *
 * Never sends a question and never looks at a clock.  The surprise: a refresh
 * that lost the cursor's row is thrown away once, and the rows before its old
 * neighbour are asked for instead (ASK_FIND), because in a list under ingest
 * thousands of rows may land between two answers. */
#include "tui/rows.h"

#include <assert.h>
#include <stdlib.h>

#define REFRESH_US 300000  /* live refreshes come no faster, */
#define REFRESH_SHARE 4    /* and leave the reader three quarters of its time */

void rows_begin(struct rows *r, struct question *base)
{
    question_close(r->base);
    r->base = base;
    r->wanted = ASK_START;
    r->asked = ASK_NOTHING;
    r->touched = r->stale = r->renewing = false;
    r->fault = (struct fault){ 0 };
}

void rows_renew(struct rows *r)
{
    if (!r->base)
        return;
    r->renewing = r->touched = true;
    if (r->wanted == ASK_NOTHING && r->asked != ASK_START && r->asked != ASK_END)
        r->wanted = ASK_REFRESH;
    else
        r->stale = true;
}

void rows_give_up(struct rows *r)
{
    r->wanted = r->asked = ASK_NOTHING;
    r->renewing = r->stale = false;
}

void rows_free(struct rows *r)
{
    question_close(r->base);
    page_close(r->page);
    *r = (struct rows){ 0 };
}

size_t rows_count(const struct rows *r)
{
    return r->page ? r->page->rows : 0;
}

int64_t rows_id(const struct rows *r, size_t row)
{
    return row < rows_count(r) ? r->page->keys[row] : 0;
}

const struct cell *rows_cell(const struct rows *r, size_t row, enum column c)
{
    if (row >= rows_count(r) || c >= COLUMN_COUNT || r->at[c] < 0)
        return NULL;
    return page_cell(r->page, row, (size_t)r->at[c]);
}

struct span rows_text(const struct rows *r, size_t row, enum column c)
{
    const struct cell *cell = rows_cell(r, row, c);

    return cell && cell->type == CELL_TEXT ? cell->text : SPAN_NONE;
}

int64_t rows_number(const struct rows *r, size_t row, enum column c, int64_t otherwise)
{
    const struct cell *cell = rows_cell(r, row, c);

    return cell && cell->type == CELL_NUMBER ? cell->number : otherwise;
}

bool rows_waiting(const struct rows *r)
{
    return r->wanted != ASK_NOTHING || r->renewing || r->asked == ASK_START || r->asked == ASK_END
        || (!r->page && r->asked != ASK_NOTHING);
}

/* ---- asking ---- */

static uint32_t window_rows(const struct rows *r)
{
    int64_t n = (int64_t)r->screen * ROWS_SCREENS;

    return (uint32_t)(n < ROWS_MIN ? ROWS_MIN : n > ROWS_MAX ? ROWS_MAX : n);
}

/* The place of a row of the window in the list's order. */
static void anchor_at(const struct rows *r, size_t row, struct anchor *a)
{
    struct anchor borrowed = { .set = true, .id = rows_id(r, row) };

    for (size_t i = 0; i < r->base->sorts; i++) {
        size_t column = (size_t)r->base->sort[i].column;
        const struct cell *c = r->page->ids ? rows_cell(r, row, r->base->sort[i].column)
                             : column < r->page->columns ? page_cell(r->page, row, column) : NULL;

        if (c)
            borrowed.key[i] = *c;
    }
    anchor_copy(a, &borrowed);
}

static struct question *question_from(struct rows *r, enum rows_ask what, bool backwards,
                                      bool anchored, size_t row)
{
    struct question *q = question_copy(r->base);

    q->limit = window_rows(r);
    q->backwards = backwards;
    r->asked = what;
    r->from = row;
    r->from_set = anchored;
    if (anchored)
        anchor_at(r, row, &q->anchor);
    return q;
}

/* The row from which a window should start so that the cursor has two screens
 * above it; false where it should start at the list's start. */
static bool start_of_window(const struct rows *r, size_t *row)
{
    size_t margin = (size_t)r->screen * 2;

    *row = r->cursor > margin ? r->cursor - margin : 0;
    return rows_count(r) > 0 && (*row > 0 || r->page->more_before);
}

static struct question *ask_ahead(struct rows *r)
{
    size_t margin = (size_t)r->screen * 2, n = rows_count(r), row;

    if (!r->page || n == 0)
        return NULL;
    if (r->page->more_behind && n - r->cursor < margin) {
        bool anchored = start_of_window(r, &row);

        return question_from(r, ASK_BEHIND, false, anchored, row);
    }
    if (r->page->more_before && r->cursor < margin) {
        row = r->cursor + margin < n ? r->cursor + margin : n - 1;
        return question_from(r, ASK_BEFORE, true, true, row);
    }
    return NULL;
}

static struct question *ask_again(struct rows *r, int64_t now)
{
    bool anchored;
    size_t row;

    r->stale = false;
    r->refreshed_at = now;
    anchored = r->touched && start_of_window(r, &row);
    return question_from(r, ASK_REFRESH, false, anchored, anchored ? row : 0);
}

static bool refresh_due(const struct rows *r, int64_t now)
{
    int64_t pause = r->took * REFRESH_SHARE;

    return r->stale && now - r->refreshed_at >= (pause > REFRESH_US ? pause : REFRESH_US);
}

struct question *rows_question(struct rows *r, uint64_t serial, int64_t now)
{
    struct question *q = NULL;

    if (!r->base)
        return NULL;
    if (r->wanted == ASK_START || r->wanted == ASK_END) {
        q = question_from(r, r->wanted, r->wanted == ASK_END, false, 0);
    } else if (r->wanted == ASK_FIND) {
        /* The window that ends with the cursor's row: before its neighbour. */
        q = question_from(r, ASK_FIND, true, r->cursor + 1 < rows_count(r), r->cursor + 1);
        q->refresh = true;
    } else if (r->wanted == ASK_REFRESH) {
        q = ask_again(r, now);
    } else if (r->asked == ASK_NOTHING) {
        q = ask_ahead(r);
        if (!q && refresh_due(r, now))
            q = ask_again(r, now);
        if (q)
            q->refresh = true;
    }
    if (!q)
        return NULL;
    r->wanted = ASK_NOTHING;
    r->asked_at = now;
    r->serial = q->serial = serial;
    return q;
}

/* ---- answers ---- */

static bool find_row(const struct page *p, int64_t id, size_t *row)
{
    for (size_t i = 0; id != 0 && i < p->rows; i++)
        if (p->keys[i] == id) {
            *row = i;
            return true;
        }
    return false;
}

/* Where the cursor's row is now; if that is gone, the nearest row of the old
 * window that is still there, below it before above it: one entry of the
 * allowlist may take whole screens away. */
static bool find_cursor(const struct rows *r, const struct page *p, size_t *row)
{
    size_t n = rows_count(r);

    for (size_t away = 0; away < n; away++) {
        if (find_row(p, rows_id(r, r->cursor + away), row))
            return true;
        if (away > 0 && away <= r->cursor && find_row(p, rows_id(r, r->cursor - away), row)) {
            if (*row + 1 < p->rows)
                *row += 1;
            return true;
        }
    }
    return false;
}

static void know_columns(struct rows *r, const struct page *p)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        r->at[c] = -1;
    for (size_t i = 0; p->ids && i < p->columns; i++)
        if ((unsigned)p->ids[i] < COLUMN_COUNT)
            r->at[p->ids[i]] = (int)i;
}

static int64_t new_first(const struct rows *r, const struct page *p)
{
    int64_t from = r->first < 0 ? -1 : r->first + (int64_t)r->from;

    if (!p->more_before)
        return 0;
    switch (r->asked) {
    case ASK_BEHIND:
    case ASK_REFRESH:
        return from < 0 ? -1 : r->from_set ? from + 1 : 0;
    case ASK_BEFORE:
    case ASK_FIND:
        return from < (int64_t)p->rows ? -1 : from - (int64_t)p->rows;
    case ASK_START:
        return 0;
    case ASK_END:
    case ASK_NOTHING:
        break;
    }
    return -1;
}

void rows_screen(struct rows *r, int screen)
{
    size_t height = (size_t)(screen > 0 ? screen : 1), n = rows_count(r);

    r->screen = (int)height;
    if (r->cursor >= n)
        r->cursor = n ? n - 1 : 0;
    if (r->top > r->cursor)
        r->top = r->cursor;
    if (r->cursor - r->top >= height)
        r->top = r->cursor - height + 1;
    if (r->top + height > n)
        r->top = n > height ? n - height : 0;
}

/* The new window, with the cursor on `row` and on the same line as before. */
static void settle(struct rows *r, struct page *p, size_t row, size_t line)
{
    r->first = new_first(r, p);
    page_close(r->page);
    r->page = p;
    know_columns(r, p);
    r->cursor = row;
    r->top = row > line ? row - line : 0;
    r->took = p->took;
    rows_screen(r, r->screen);
}

static void take_window(struct rows *r, struct page *p)
{
    size_t line = r->cursor - r->top, row = 0;
    enum rows_ask asked = r->asked;
    bool found = false;

    if (asked == ASK_START || (asked == ASK_REFRESH && !r->touched)) {
        settle(r, p, 0, 0);
        return;
    }
    if (asked == ASK_END) {
        settle(r, p, p->rows ? p->rows - 1 : 0, (size_t)r->screen - 1);
        return;
    }
    found = find_cursor(r, p, &row);
    if (!found && asked != ASK_FIND && p->rows > 0) {
        page_close(p);
        r->wanted = ASK_FIND;
        return;
    }
    if (!found && asked == ASK_FIND && p->rows == 0) {
        page_close(p); /* nothing is left above: the list from its start */
        r->wanted = ASK_START;
        return;
    }
    if (!found)
        row = p->rows ? p->rows - 1 : 0;
    size_t before = rows_count(r) - r->cursor, above = r->cursor;
    settle(r, p, row, line);
    /* A window that brought nothing new must not be asked for again and again. */
    if (asked == ASK_BEHIND && p->rows - row <= before)
        p->more_behind = false;
    if (asked == ASK_BEFORE && row <= above)
        p->more_before = false;
}

bool rows_take(struct rows *r, struct page *p)
{
    if (r->asked == ASK_NOTHING || p->serial != r->serial) {
        page_close(p);
        return false;
    }
    if (p->interrupted) {
        /* Ours was cut short though nothing newer was asked: ask again. */
        if (r->wanted == ASK_NOTHING && rows_waiting(r))
            r->wanted = r->renewing ? ASK_REFRESH : r->page ? r->asked : ASK_START;
        else
            r->stale = true;
        r->asked = ASK_NOTHING;
        page_close(p);
        return false;
    }
    r->fault = p->fault;
    if (p->fault.kind != FAULT_NONE && r->page) {
        r->asked = ASK_NOTHING;
        r->renewing = false;
        page_close(p);
        return true;
    }
    take_window(r, p);
    r->asked = ASK_NOTHING;
    if (r->wanted != ASK_FIND && r->wanted != ASK_START)
        r->renewing = false;
    return true;
}

/* ---- movements ---- */

static bool place(struct rows *r, size_t row)
{
    r->cursor = row;
    r->touched = true;
    rows_screen(r, r->screen);
    return true;
}

bool rows_put(struct rows *r, size_t row)
{
    return rows_waiting(r) ? false : row < rows_count(r) ? place(r, row) : true;
}

bool rows_move(struct rows *r, int64_t by)
{
    int64_t n = (int64_t)rows_count(r), to = (int64_t)r->cursor + by;

    if (rows_waiting(r))
        return false;
    if (n == 0)
        return true;
    if ((to < 0 && r->page->more_before) || (to >= n && r->page->more_behind))
        return false;
    return place(r, (size_t)(to < 0 ? 0 : to >= n ? n - 1 : to));
}

bool rows_start(struct rows *r)
{
    if (rows_waiting(r))
        return false;
    if (r->page && r->page->more_before) {
        r->wanted = ASK_START;
        r->touched = false; /* at the top it stays at the top */
        return true;
    }
    place(r, 0);
    r->touched = false;
    return true;
}

bool rows_end(struct rows *r)
{
    size_t n = rows_count(r);

    if (rows_waiting(r))
        return false;
    if (r->page && r->page->more_behind) {
        r->wanted = ASK_END;
        r->touched = true;
        return true;
    }
    return place(r, n ? n - 1 : 0);
}
