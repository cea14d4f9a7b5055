/* Lists and overviews: picks ids in order, then fetches each row's columns.
 *
 * What to ask is queries/'s business, where rows go is store/rows's.  The
 * surprise: a window that was asked backwards is picked from its end and turned
 * once it is complete. */
#include "store/list.h"

#include "queries/compile.h"

bool list_row(sqlite3_stmt *st, int from, int64_t key, struct rows *r, struct fault *f)
{
    struct page *p = r->page;
    struct cell *cells;

    if (!rows_next(r, &cells, f))
        return false;
    if (cells && !select_cells(st, from, p->columns, cells, &p->arena)) {
        if (!rows_again(r, &cells, f))
            return false;
        if (cells && !select_cells(st, from, p->columns, cells, &p->arena))
            return rows_again(r, &cells, f);
    }
    if (cells)
        rows_add(r, key);
    return true;
}

/* One picked row: whole as it is, or by its id. */
static bool take(struct store *s, sqlite3_stmt *pick, sqlite3_stmt *row, struct rows *r,
                 struct fault *f)
{
    int64_t id = sqlite3_column_int64(pick, 0);
    bool there;

    if (!row)
        return list_row(pick, 1, id, r, f);
    if (!select_row(s, row, id, &there, f))
        return false;
    return !there || list_row(row, 1, id, r, f);
}

static bool run_pick(struct store *s, const struct inquiry *in, struct rows *r, struct fault *f)
{
    sqlite3_stmt *pick = select_open(s, &in->pick, f), *row = NULL;
    bool ok = pick != NULL, there = true;

    if (ok && in->row.len)
        ok = (row = select_open(s, &in->row, f)) != NULL;
    while (ok && !r->full && !r->ended) {
        ok = select_step(s, pick, &there, f);
        if (!ok || !there)
            break;
        ok = take(s, pick, row, r, f);
    }
    sqlite3_finalize(pick);
    sqlite3_finalize(row);
    return ok;
}

static bool run_outer(struct store *s, const struct inquiry *in, bool *there, struct fault *f)
{
    sqlite3_stmt *st;
    bool ok;

    *there = false;
    if (!in->outer.len)
        return true;
    st = select_open(s, &in->outer, f);
    ok = st && select_step(s, st, there, f);
    sqlite3_finalize(st);
    return ok;
}

static bool run(struct store *s, const struct inquiry *in, struct rows *r, struct fault *f)
{
    const struct statement *shape = in->row.len ? &in->row : &in->pick;
    bool listed = in->row.len != 0, outside;

    if (!rows_columns(r, shape->columns, shape->name, listed ? shape->id : NULL, f)
        || !run_pick(s, in, r, f))
        return false;
    if (r->each)
        return true;
    if (!run_outer(s, in, &outside, f))
        return false;
    r->page->more_behind = in->reversed ? outside : r->full;
    r->page->more_before = in->reversed ? r->full : outside;
    if (in->reversed)
        rows_reverse(r);
    return true;
}

bool list_run(struct store *s, const struct question *q, struct rows *r, struct fault *f)
{
    struct inquiry in;
    bool ok;

    if (!compile_question(q, r->limit, &in, f))
        return false;
    ok = run(s, &in, r, f);
    inquiry_clear(&in);
    return ok;
}
