/* What a merge changed, recorded row by row by SQLite's session extension, and
 * taken back by it.
 *
 * The ledger's counts are taken back as differences, and what can be counted is
 * counted anew, for evidence of others may have come in between.  Where a row of
 * the merge itself is another now, nothing is taken back and it is said so. */
#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include "store/writing.h"

#include <stdlib.h>

#define PART_BYTES (8u << 20)
#define UNDO_BYTES_MAX (512u << 20) /* of one merge: some four million rows */
#define SHIFTED_MAX 65536 /* files whose counts a merge changes */

static const char *const recorded[] = { "host", "process", "process_record", "pair", "module",
    "sighting", "sighting_user", "sighting_file", "load", "load_block", "context", "copy", "extent", "evidence" };

static bool session_fault(struct store *s, int code, struct fault *f)
{
    return fault(f, FAULT_SYSTEM, "%s: what the merge changes can't be recorded: %s", s->path,
                 sqlite3_errstr(code));
}

static bool keep_parts(struct store *s, int64_t change, struct span bytes, struct fault *f)
{
    for (int64_t part = 0; bytes.len; part++) {
        struct span head = span_of(bytes.at, bytes.len < PART_BYTES ? bytes.len : PART_BYTES);
        sqlite3_stmt *st = stmt_get(s, STMT_HOST_UNDO_NEW, f);

        if (!st)
            return false;
        stmt_number(st, 1, change);
        stmt_number(st, 2, part);
        stmt_blob(st, 3, head);
        if (!stmt_run(s, st, f))
            return false;
        bytes = span_of(bytes.at + head.len, bytes.len - head.len);
    }
    return true;
}

/* The inverse of all that was recorded. */
static bool keep(struct store *s, sqlite3_session *session, int64_t change, struct fault *f)
{
    void *changes = NULL, *inverse = NULL;
    int size = 0, inverse_size = 0;
    bool ok = false;
    int code = sqlite3session_changeset(session, &size, &changes);

    if (code == SQLITE_OK)
        code = sqlite3changeset_invert(size, changes, &inverse_size, &inverse);
    sqlite3_free(changes);
    if (code != SQLITE_OK)
        session_fault(s, code, f);
    else if ((unsigned)inverse_size > UNDO_BYTES_MAX)
        fault(f, FAULT_LIMIT, "%s: the two hosts have too many rows to be merged so that it can be "
              "undone: load the evidence into a new case with --host", s->path);
    else
        ok = keep_parts(s, change, span_of(inverse, (size_t)inverse_size), f);
    sqlite3_free(inverse);
    return ok;
}

bool merge_hosts(struct store *s, int64_t change, int64_t from, int64_t into, struct fault *f)
{
    sqlite3_session *session = NULL;
    int code = sqlite3session_create(s->db, "main", &session);
    bool ok;

    for (size_t i = 0; code == SQLITE_OK && i < sizeof recorded / sizeof *recorded; i++)
        code = sqlite3session_attach(session, recorded[i]);
    if (code != SQLITE_OK)
        return session_fault(s, code, f);
    writing_forget(s);
    tally_uncount(&s->writing->tally);
    ok = merge_move(s, from, into, f) && keep(s, session, change, f);
    sqlite3session_delete(session);
    writing_forget(s);
    tally_uncount(&s->writing->tally);
    return ok;
}

/* ---- back ---- */

/* loads, processes, context, duplicates, recovered of the table evidence */
enum { COUNT_LOADS = 12, COUNT_PROCESSES, COUNT_CONTEXT, COUNT_DUPLICATES = 17, COUNT_RECOVERED };

struct back {
    struct shift *shift;
    size_t shifts;
    bool lost; /* a row that must be taken back is another now */
};

static int64_t difference(sqlite3_changeset_iter *it, int column)
{
    sqlite3_value *was = NULL, *is = NULL;

    if (sqlite3changeset_old(it, column, &was) != SQLITE_OK
        || sqlite3changeset_new(it, column, &is) != SQLITE_OK || !was || !is)
        return 0;
    return sqlite3_value_int64(is) - sqlite3_value_int64(was);
}

static void shift_later(struct back *b, sqlite3_changeset_iter *it)
{
    sqlite3_value *id = NULL;

    if (b->shifts == SHIFTED_MAX || sqlite3changeset_old(it, 0, &id) != SQLITE_OK || !id) {
        b->lost = true;
        return;
    }
    b->shift = memory_grow(b->shift, b->shifts + 1, sizeof *b->shift);
    b->shift[b->shifts++] = (struct shift){
        .evidence = sqlite3_value_int64(id), .loads = difference(it, COUNT_LOADS),
        .processes = difference(it, COUNT_PROCESSES), .context = difference(it, COUNT_CONTEXT),
        .duplicates = difference(it, COUNT_DUPLICATES),
        .recovered = difference(it, COUNT_RECOVERED),
    };
}

/* Counted anew afterwards, or there already. */
static bool follows_from_rows(const char *table)
{
    return strcmp(table, "pair") == 0 || strcmp(table, "module") == 0
        || strcmp(table, "sighting_user") == 0 || strcmp(table, "sighting_file") == 0;
}

/* A case may be anybody's: what its blobs say of other tables is not done. */
static int is_recorded(void *ctx, const char *table)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++)
        if (strcmp(recorded[i], table) == 0)
            return 1;
    return 0;
}

static int met(void *ctx, int kind, sqlite3_changeset_iter *it)
{
    struct back *b = ctx;
    const char *table = "";
    int columns, operation = 0;

    sqlite3changeset_op(it, &table, &columns, &operation, NULL);
    if (strcmp(table, "evidence") == 0 && operation == SQLITE_UPDATE && kind == SQLITE_CHANGESET_DATA)
        shift_later(b, it);
    else if (!follows_from_rows(table)
             && !(strcmp(table, "sighting") == 0 && operation == SQLITE_UPDATE
                  && kind == SQLITE_CHANGESET_DATA))
        b->lost = true;
    return b->lost ? SQLITE_CHANGESET_ABORT : SQLITE_CHANGESET_OMIT;
}

static bool read_parts(struct store *s, int64_t change, uint8_t **bytes, size_t *len,
                       struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_HOST_UNDO_READ, f);
    bool row = true;

    if (!st)
        return false;
    stmt_number(st, 1, change);
    while (row) {
        if (!stmt_step(s, st, &row, f))
            return false;
        size_t more = row ? (size_t)sqlite3_column_bytes(st, 0) : 0;
        if (*len + more > UNDO_BYTES_MAX)
            row = false;
        else if (more) {
            *bytes = memory_grow(*bytes, *len + more, 1);
            memcpy(*bytes + *len, sqlite3_column_blob(st, 0), more);
            *len += more;
        }
    }
    stmt_done(st);
    return true;
}

static bool apply(struct store *s, const uint8_t *bytes, size_t len, struct fault *f)
{
    struct back b = { 0 };
    int code = sqlite3changeset_apply(s->db, (int)len, (void *)(uintptr_t)bytes, is_recorded, met,
                                      &b);
    bool ok = code == SQLITE_OK && !b.lost;

    for (size_t i = 0; ok && i < b.shifts; i++) {
        struct shift *x = ledger_shift(s, b.shift[i].evidence, f);
        ok = x != NULL;
        if (ok)
            *x = b.shift[i];
        ok = ok && ledger_shifts_flush(s, f);
    }
    free(b.shift);
    if (b.lost)
        return fault(f, FAULT_CASE, "%s: this merge can't be undone any more: evidence that came "
                     "after it shares records with it; load the evidence into a new case", s->path);
    return ok || session_fault(s, code, f);
}

bool merge_undo(struct store *s, int64_t change, int64_t from, int64_t into, struct fault *f)
{
    sqlite3_stmt *st;
    uint8_t *bytes = NULL;
    size_t len = 0;
    bool ok = read_parts(s, change, &bytes, &len, f) && apply(s, bytes, len, f);

    free(bytes);
    if (ok && (ok = (st = stmt_get(s, STMT_HOST_UNDO_CLEAR, f)) != NULL)) {
        stmt_number(st, 1, change);
        ok = stmt_run(s, st, f) && merge_recount(s, from, into, f);
    }
    writing_forget(s);
    tally_uncount(&s->writing->tally);
    return ok;
}
