/* Rows into pages.
 *
 * A stream reuses one page: its arena is emptied after each hand-over, so the
 * memory is the same for ten rows and for ten million.  A window grows until
 * its limit, its arena's ceiling, or ROWS_MAX, and then says that it is full. */
#include "store/rows.h"

void rows_window(struct rows *r, struct page *page, uint32_t limit)
{
    memset(r, 0, sizeof *r);
    r->page = page;
    r->limit = limit;
}

void rows_stream(struct rows *r, struct page *page, uint32_t limit,
                 bool (*each)(void *, const struct page *), void *ctx)
{
    rows_window(r, page, limit);
    r->each = each;
    r->ctx = ctx;
}

static void *copy_array(struct arena *a, const void *from, size_t count, size_t size)
{
    void *to = arena_get(a, count * size);

    if (to && count)
        memcpy(to, from, count * size);
    return to;
}

/* Cells for `room` rows, keeping those that are there. */
static bool make_room(struct rows *r, size_t room)
{
    struct page *p = r->page;
    struct cell *cells = arena_get(&p->arena, room * p->columns * sizeof *cells);
    int64_t *keys = arena_get(&p->arena, room * sizeof *keys);

    if (!cells || !keys)
        return false;
    if (p->rows) {
        memcpy(cells, p->cells, p->rows * p->columns * sizeof *cells);
        memcpy(keys, p->keys, p->rows * sizeof *keys);
    }
    p->cells = cells;
    p->keys = keys;
    r->room = room;
    return true;
}

bool rows_columns(struct rows *r, size_t columns, const char *const *names,
                  const enum column *ids, struct fault *f)
{
    struct page *p = r->page;

    p->columns = columns;
    p->names = copy_array(&p->arena, names, columns, sizeof *names);
    p->ids = ids ? copy_array(&p->arena, ids, columns, sizeof *ids) : NULL;
    if (!make_room(r, ROWS_STREAMED))
        return fault(f, FAULT_LIMIT, "the answer has too many columns");
    r->start = arena_mark(&p->arena);
    return true;
}

/* A stream's page goes out; its names and cells stay, its texts go. */
static void hand_over(struct rows *r)
{
    if (r->page->rows && !r->each(r->ctx, r->page))
        r->ended = true;
    r->page->rows = 0;
    arena_rewind(&r->page->arena, r->start);
}

static bool give(struct rows *r, struct cell **cells)
{
    struct page *p = r->page;

    *cells = r->ended || r->full ? NULL : p->cells + p->rows * p->columns;
    return true;
}

bool rows_next(struct rows *r, struct cell **cells, struct fault *f)
{
    struct page *p = r->page;

    if (r->each) {
        if (r->limit && r->added == r->limit)
            r->full = true;
        else if (p->rows == r->room)
            hand_over(r);
    } else if (p->rows == (r->limit ? r->limit : ROWS_MAX)) {
        r->full = true;
    } else if (p->rows == r->room && !make_room(r, 2 * r->room)) {
        return rows_again(r, cells, f);
    }
    return give(r, cells);
}

bool rows_again(struct rows *r, struct cell **cells, struct fault *f)
{
    *cells = NULL;
    if (!r->page->rows)
        return fault(f, FAULT_LIMIT, "one row holds more than %u MiB", PAGE_BYTES_MAX >> 20);
    if (r->each)
        hand_over(r);
    else
        r->full = true;
    return give(r, cells);
}

void rows_add(struct rows *r, int64_t key)
{
    r->page->keys[r->page->rows++] = key;
    r->added++;
}

void rows_done(struct rows *r)
{
    if (!r->ended)
        hand_over(r);
}

void rows_reverse(struct rows *r)
{
    struct page *p = r->page;

    for (size_t i = 0, j = p->rows; i + 1 < j; i++) {
        j--;
        int64_t key = p->keys[i];
        p->keys[i] = p->keys[j];
        p->keys[j] = key;
        for (size_t c = 0; c < p->columns; c++) {
            struct cell cell = p->cells[i * p->columns + c];
            p->cells[i * p->columns + c] = p->cells[j * p->columns + c];
            p->cells[j * p->columns + c] = cell;
        }
    }
}
