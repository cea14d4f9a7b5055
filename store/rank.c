/* Of copies in files of the same format, the one whose file has the smaller
 * SHA-256 is kept: known only once both files were read to their end.
 *
 * The contents are the same by then (each row was filled from its copies), so
 * only the place changes, and the counts of the two files. */
#include "store/copies.h"

#include <stdlib.h>

#define BATCH 1000 /* of RANK_NEXT */

struct named {
    int64_t kind, row, evidence;
};

static const enum stmt reads[] = { STMT_RANK_LOAD, STMT_RANK_PROCESS, STMT_RANK_CONTEXT };
static const enum stmt writes[] = { STMT_RANK_SET_LOAD, STMT_RANK_SET_RECORD,
                                    STMT_RANK_SET_CONTEXT };

static bool next(struct store *s, struct named after, struct named out[static BATCH],
                 size_t *count, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_RANK_NEXT, f);
    bool row = true;

    *count = 0;
    if (!st)
        return false;
    stmt_number(st, 1, after.kind);
    stmt_number(st, 2, after.row);
    stmt_number(st, 3, after.evidence);
    while (row && *count < BATCH) {
        if (!stmt_step(s, st, &row, f))
            return false;
        if (row)
            out[(*count)++] = (struct named){ sqlite3_column_int64(st, 0),
                                              sqlite3_column_int64(st, 1),
                                              sqlite3_column_int64(st, 2) };
    }
    stmt_done(st);
    return true;
}

static int64_t number_at(sqlite3_stmt *st, int column)
{
    return sqlite3_column_type(st, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, column);
}

/* Reads both sides; *better: the copy is to be kept instead of the row. */
static bool judge(struct store *s, struct named n, struct held *copy, struct held *kept,
                  bool *better, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, reads[n.kind], f);
    bool row;

    *better = false;
    if (!st)
        return false;
    stmt_number(st, 1, n.row);
    stmt_number(st, 2, n.evidence);
    if (!stmt_step(s, st, &row, f))
        return false;
    if (row) {
        struct span mine = stmt_span(st, 8), theirs = stmt_span(st, 10);
        *copy = (struct held){ .id = n.row, .evidence = n.evidence, .record = number_at(st, 0),
                               .place = sqlite3_column_int64(st, 1),
                               .flags = sqlite3_column_int64(st, 2) };
        *kept = (struct held){ .id = n.row, .evidence = sqlite3_column_int64(st, 3),
                               .record = number_at(st, 4), .place = sqlite3_column_int64(st, 5),
                               .flags = sqlite3_column_int64(st, 6) };
        *better = !sqlite3_column_int(st, 11) && mine.len == theirs.len && mine.len
               && memcmp(mine.at, theirs.at, mine.len) < 0
               && ledger_rank(stmt_span(st, 7)) == ledger_rank(stmt_span(st, 9))
               && ((copy->flags ^ kept->flags) & RECORD_RECOVERED) == 0;
    }
    stmt_done(st);
    return true;
}

static bool set_row(struct store *s, enum stmt name, const struct held *to,
                    const struct held *from, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, name, f);

    if (!st)
        return false;
    stmt_number(st, 1, to->id);
    stmt_number(st, 2, to->evidence);
    stmt_time(st, 3, to->record >= 0 ? to->record : MOMENT_NONE);
    stmt_number(st, 4, to->place);
    stmt_number(st, 5, to->flags);
    if (name == STMT_RANK_SET_PROCESS) {
        stmt_number(st, 6, from->evidence);
        stmt_number(st, 7, from->place);
    }
    return stmt_run(s, st, f);
}

static bool swap(struct store *s, struct named n, const struct held *copy,
                 const struct held *kept, struct fault *f)
{
    enum row_kind kind = (enum row_kind)n.kind;
    struct shift *x = ledger_shift(s, copy->evidence, f);
    int64_t *class;
    sqlite3_stmt *st;

    if (!x)
        return false;
    class = kind == ROW_LOAD ? &x->loads : kind == ROW_PROCESS ? &x->processes : &x->context;
    if (copy->flags & RECORD_RECOVERED) {
        x->recovered++;
    } else {
        ++*class;
        x->duplicates--;
    }
    if (kind == ROW_PROCESS && !set_row(s, STMT_RANK_SET_PROCESS, copy, kept, f))
        return false;
    if (!set_row(s, writes[kind], copy, kept, f) || !(st = stmt_get(s, STMT_COPY_DELETE, f)))
        return false;
    stmt_number(st, 1, n.kind);
    stmt_number(st, 2, n.row);
    stmt_number(st, 3, n.evidence);
    return stmt_run(s, st, f) && copies_leave_old(s, kind, kept, f);
}

bool duplicates_settle(struct store *s, struct fault *f)
{
    struct named *all = memory_get(BATCH * sizeof *all), last = { -1, 0, 0 };
    int64_t waiting;
    size_t count = 0;
    bool ok = connection_number(s, "SELECT count(*) FROM evidence WHERE settled = 0"
                                   " AND sha256 IS NOT NULL", &waiting, f);

    while (ok && waiting) {
        ok = next(s, last, all, &count, f);
        for (size_t i = 0; ok && i < count; i++) {
            struct held copy, kept;
            bool better;
            ok = judge(s, all[i], &copy, &kept, &better, f)
              && (!better || swap(s, all[i], &copy, &kept, f));
            last = all[i];
        }
        if (count < BATCH)
            break;
    }
    ok = ok && ledger_shifts_flush(s, f);
    free(all);
    return ok;
}
