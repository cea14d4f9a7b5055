/* Two records of one event: which one stays, and how the ledger tells.
 *
 * Nothing here compares contents.  A declared record is preferred to a recovered
 * one, then the fuller format; between equals the row that is there stays, and
 * duplicates_settle() ranks them by SHA-256 once both files have one. */
#include "store/copies.h"

#include <stdio.h>

#define NAME_SHOWN_MAX 255 /* bytes of a file's name in a reason */
#define LOOKED_FREE 1000000 /* of a file, beyond what each record may cost */

void held_read(sqlite3_stmt *st, struct held *h)
{
    h->id = sqlite3_column_int64(st, 0);
    h->evidence = sqlite3_column_int64(st, 1);
    h->record = sqlite3_column_type(st, 2) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, 2);
    h->place = sqlite3_column_int64(st, 3);
    h->flags = sqlite3_column_int64(st, 4);
    h->a = sqlite3_column_int64(st, 5);
    h->b = sqlite3_column_int64(st, 6);
    h->c = sqlite3_column_int64(st, 7);
    h->host = sqlite3_column_int64(st, 8);
    h->matched = sqlite3_column_int(st, 9) != 0;
}

void origin_read(sqlite3_stmt *st, struct origin *o, struct source *src)
{
    int64_t number = sqlite3_column_type(st, 1) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, 1);

    *o = (struct origin){ .time = stmt_moment(st, 0), .logged = stmt_moment(st, 0),
                          .record = number < 0 ? 0 : (uint64_t)number,
                          .place = (uint64_t)sqlite3_column_int64(st, 2),
                          .flags = (uint32_t)sqlite3_column_int64(st, 3) };
    if (number < 0)
        o->flags &= ~(uint32_t)RECORD_NUMBERED;
    src->evidence = sqlite3_column_int64(st, 4);
    src->rank = ledger_rank(stmt_span(st, 5));
}

bool copies_may_look(struct store *s, struct source *src, bool *may, struct fault *f)
{
    *may = ++src->looked <= LOOKED_FREE;
    if (*may || src->cut)
        return true;
    src->cut = true;
    return ledger_problem(s, src, "more", 0, 0, "too many records of one time: further copies of "
                          "records in other files may be counted twice", f);
}

bool copies_prefer_new(struct store *s, const struct source *src, const struct origin *o,
                       const struct held *h, bool *prefer, struct fault *f)
{
    bool mine = o->flags & RECORD_RECOVERED, theirs = h->flags & RECORD_RECOVERED;
    sqlite3_stmt *st = stmt_get(s, STMT_EVIDENCE_FACTS, f);
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, h->evidence);
    if (!stmt_step(s, st, &row, f))
        return false;
    *prefer = mine != theirs ? theirs : row && src->rank < ledger_rank(stmt_span(st, 0));
    stmt_done(st);
    return true;
}

static bool copy_new(struct store *s, enum row_kind kind, int64_t row, int64_t evidence,
                     int64_t record, int64_t place, int64_t flags, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_COPY_NEW, f);

    if (!st)
        return false;
    stmt_number(st, 1, kind);
    stmt_number(st, 2, row);
    stmt_number(st, 3, evidence);
    stmt_time(st, 4, record >= 0 ? record : MOMENT_NONE);
    stmt_number(st, 5, place);
    stmt_number(st, 6, flags);
    return stmt_run(s, st, f);
}

bool copies_leave_new(struct store *s, const struct source *src, enum row_kind kind,
                      const struct origin *o, const struct held *h, struct counts *counts,
                      struct fault *f)
{
    uint64_t *class = kind == ROW_LOAD ? &counts->loads
                    : kind == ROW_PROCESS ? &counts->processes : &counts->context;

    if (o->flags & RECORD_RECOVERED) {
        counts->recovered -= counts->recovered > 0;
    } else if (*class) {
        --*class;
        counts->duplicates++;
    }
    return copy_new(s, kind, h->id, src->evidence, record_number(o), (int64_t)o->place,
                    o->flags, f);
}

bool copies_leave_old(struct store *s, enum row_kind kind, const struct held *h,
                      struct fault *f)
{
    struct shift *x = ledger_shift(s, h->evidence, f);
    int64_t *class;

    if (!x)
        return false;
    class = kind == ROW_LOAD ? &x->loads : kind == ROW_PROCESS ? &x->processes : &x->context;
    if (h->flags & RECORD_RECOVERED) {
        x->recovered--;
    } else {
        --*class;
        x->duplicates++;
    }
    return copy_new(s, kind, h->id, h->evidence, h->record, h->place, h->flags, f);
}

bool copies_conflict(struct store *s, struct source *src, const struct origin *o,
                     const struct held *h, const char *field, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_EVIDENCE_FACTS, f);
    char reason[NAME_SHOWN_MAX + 200];
    struct span name = SPAN_NONE;
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, h->evidence);
    if (!stmt_step(s, st, &row, f))
        return false;
    if (row)
        name = span_file_name(stmt_span(st, 2));
    if (name.len > NAME_SHOWN_MAX)
        name = SPAN("another file");
    snprintf(reason, sizeof reason, "same host, time and number as the record at %lld of %.*s, but "
             "another %s: both are kept", (long long)h->place, (int)name.len,
             (const char *)name.at, field);
    stmt_done(st);
    return ledger_problem(s, src, "conflict", o->place, 0, reason, f);
}

/* ?1 kind, ?2 row, ?3 the other row. */
static bool run_row(struct store *s, enum stmt name, enum row_kind kind, int64_t id,
                    int64_t other, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, name, f);

    if (!st)
        return false;
    stmt_number(st, 1, kind);
    stmt_number(st, 2, id);
    if (other)
        stmt_number(st, 3, other);
    return stmt_run(s, st, f);
}

bool copies_drop_row(struct store *s, enum row_kind kind, int64_t id, const struct source *src,
                     const struct counts *counts, bool recovered, struct fault *f)
{
    struct shift *x = ledger_shift(s, src->evidence, f);
    sqlite3_stmt *st;

    if (!x)
        return false;
    if (recovered)
        x->recovered += (int64_t)counts->recovered - 1;
    else if (kind == ROW_LOAD)
        x->loads += (int64_t)counts->loads - 1;
    else
        x->context += (int64_t)counts->context - 1;
    x->duplicates += (int64_t)counts->duplicates;
    if (!run_row(s, STMT_COPY_MOVE, kind, id, src->matched, f)
        || !run_row(s, STMT_COPY_CLEAR, kind, id, 0, f)
        || !(st = stmt_get(s, kind == ROW_LOAD ? STMT_LOAD_DELETE : STMT_CONTEXT_DELETE, f)))
        return false;
    stmt_number(st, 1, id);
    return stmt_run(s, st, f);
}
