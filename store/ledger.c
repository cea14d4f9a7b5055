/* The ledger: a row for every file, its counts, its ranges, its damage.
 *
 * `records` is never taken from a batch but summed from its classes, so the
 * ledger's identity holds whatever a decoder says.  A row stays `reading` until
 * the file's last batch: what lies before `place` is in the case. */
#include "store/writing.h"

#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>

/* EVTX before XML before JSON before CSV before the rest. */
int ledger_rank(struct span format)
{
    static const char *const order[] = { "evtx", "xml", "json", "csv" };

    for (int i = 0; i < 4; i++)
        if (span_starts(format, span_text(order[i])))
            return i;
    return 4;
}

struct source *ledger_source(struct store *s, uint32_t number)
{
    struct writing *w = s->writing;

    for (size_t i = w->source_count; i-- > 0;)
        if (w->sources[i].number == number)
            return &w->sources[i];
    return NULL;
}

static struct source *source_add(struct writing *w, uint32_t number)
{
    if (w->source_count == w->source_room) {
        w->source_room = w->source_room ? w->source_room * 2 : 16;
        w->sources = memory_grow(w->sources, w->source_room, sizeof *w->sources);
    }
    w->sources[w->source_count] = (struct source){ .number = number, .memo_time = MOMENT_NONE };
    return &w->sources[w->source_count++];
}

/* Until the ingest comes to its end the case knows its first row, so that the
 * next one goes on with it instead of telling each file once more. */
static bool ingest_begun(struct store *s, int64_t first, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_INGEST_BEGUN, f);
    char text[24];

    if (!st)
        return false;
    snprintf(text, sizeof text, "%lld", (long long)first);
    stmt_text(st, 1, span_text(text));
    return stmt_run(s, st, f);
}

bool ledger_ended(struct store *s, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_INGEST_ENDED, f);

    return st && stmt_run(s, st, f);
}

static bool row_new(struct store *s, const struct source_opens *o, int64_t *id, struct fault *f)
{
    struct arena *scratch = &s->writing->scratch;
    struct arena_mark mark = arena_mark(scratch);
    sqlite3_stmt *st = stmt_get(s, STMT_EVIDENCE_NEW, f);
    bool altered = false, cut = false, ok;
    struct span path = text_clean(scratch, o->path, &altered, &cut);

    if (!st)
        return false;
    stmt_text(st, 1, path.at ? path : SPAN_EMPTY);
    stmt_blob(st, 2, altered ? o->path : SPAN_NONE);
    stmt_text(st, 3, text_clean(scratch, o->bundle, &altered, &cut));
    stmt_number(st, 4, (int64_t)o->size);
    stmt_blob(st, 5, span_of(o->fingerprint, sizeof o->fingerprint));
    stmt_text(st, 6, span_text(o->format ? o->format : "unknown"));
    stmt_number(st, 7, moment_now());
    ok = stmt_run(s, st, f);
    *id = sqlite3_last_insert_rowid(s->db);
    arena_rewind(scratch, mark);
    return ok && ingest_begun(s, *id, f);
}

static bool row_resumed(struct store *s, const struct source_opens *o, struct source *src,
                        struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_EVIDENCE_RESUMED, f);
    bool row;

    if (!st)
        return false;
    stmt_number(st, 1, o->resumes);
    if (!stmt_step(s, st, &row, f))
        return false;
    if (row) {
        src->evidence = o->resumes;
        src->place = (uint64_t)sqlite3_column_int64(st, 0);
        src->problems = (uint64_t)sqlite3_column_int64(st, 1);
    }
    stmt_done(st);
    if (!row)
        return fault(f, FAULT_CASE, "%s: evidence %lld is not there to go on with", s->path,
                     (long long)o->resumes);
    if (!(st = stmt_get(s, STMT_EVIDENCE_REOPEN, f)))
        return false;
    stmt_number(st, 1, o->resumes);
    return stmt_run(s, st, f);
}

static struct span digest_span(const uint8_t *sha256)
{
    return sha256 ? span_of(sha256, SHA256_BYTES) : SPAN_NONE;
}

bool ledger_open(struct store *s, const struct batch *b, struct source **out, struct fault *f)
{
    struct writing *w = s->writing;
    struct source *src = ledger_source(s, b->source);

    if (!b->opens) {
        *out = src;
        return src || fault(f, FAULT_USAGE, "a batch of a file that was not opened");
    }
    if (src)
        return fault(f, FAULT_USAGE, "a file was opened twice");
    if (w->source_count >= SOURCES_OPEN_MAX)
        return fault(f, FAULT_LIMIT, "more than %d files are being read", SOURCES_OPEN_MAX);
    *out = src = source_add(w, b->source);
    src->rank = ledger_rank(span_text(b->opens->format));
    if (!host_of_collection(s, b->opens, f))
        return false;
    if (b->opens->resumes)
        return row_resumed(s, b->opens, src, f);
    return row_new(s, b->opens, &src->evidence, f);
}

static bool add_range(struct store *s, const struct source *src, const struct range *r,
                      struct fault *f)
{
    sqlite3_stmt *st;
    int64_t host;

    if (!intern_host(s, r->Computer, PLATFORM_UNKNOWN, &host, f)
        || !(st = stmt_get(s, STMT_RANGE_ADD, f)))
        return false;
    stmt_number(st, 1, src->evidence);
    stmt_number(st, 2, host);
    stmt_text(st, 3, r->Channel.at ? r->Channel : SPAN_EMPTY);
    stmt_number(st, 4, (int64_t)r->first);
    stmt_number(st, 5, (int64_t)r->last);
    stmt_number(st, 6, (int64_t)r->records);
    stmt_time(st, 7, r->first_time);
    stmt_time(st, 8, r->last_time);
    stmt_number(st, 9, (int64_t)r->loads);
    stmt_number(st, 10, (int64_t)r->processes);
    stmt_number(st, 11, (int64_t)r->context);
    return stmt_run(s, st, f);
}

static bool add_others(struct store *s, const struct source *src, const struct batch *b,
                       struct fault *f)
{
    for (const struct other *o = b->others; o; o = o->next) {
        sqlite3_stmt *st = stmt_get(s, STMT_OTHER_ADD, f);
        if (!st)
            return false;
        stmt_number(st, 1, src->evidence);
        stmt_text(st, 2, o->Provider.at ? o->Provider : SPAN_EMPTY);
        stmt_number(st, 3, (int64_t)o->id);
        stmt_number(st, 4, (int64_t)o->records);
        if (!stmt_run(s, st, f))
            return false;
    }
    return true;
}

bool ledger_problem(struct store *s, struct source *src, const char *kind, uint64_t place,
                    uint64_t len, const char *reason, struct fault *f)
{
    sqlite3_stmt *st;

    if (src->problems > PROBLEMS_MAX)
        return true;
    if (src->problems++ == PROBLEMS_MAX) {
        kind = "more";
        reason = "further problems of this file are counted, not listed";
    }
    if (!(st = stmt_get(s, STMT_PROBLEM_NEW, f)))
        return false;
    stmt_number(st, 1, src->evidence);
    stmt_text(st, 2, span_text(kind));
    stmt_number(st, 3, (int64_t)place);
    stmt_number(st, 4, (int64_t)len);
    stmt_text(st, 5, span_text(reason));
    return stmt_run(s, st, f);
}

static bool add_counts(struct store *s, const struct source *src, const struct batch *b,
                       const struct counts *c, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_EVIDENCE_ADD, f);

    if (!st)
        return false;
    stmt_number(st, 1, src->evidence);
    stmt_number(st, 2, (int64_t)(c->loads + c->processes + c->context + c->other + c->damaged
                                 + c->duplicates));
    stmt_number(st, 3, (int64_t)c->loads);
    stmt_number(st, 4, (int64_t)c->processes);
    stmt_number(st, 5, (int64_t)c->context);
    stmt_number(st, 6, (int64_t)c->other);
    stmt_number(st, 7, (int64_t)c->damaged);
    stmt_number(st, 8, (int64_t)c->duplicates);
    stmt_number(st, 9, (int64_t)c->recovered);
    stmt_time(st, 10, b->first_time);
    stmt_time(st, 11, b->last_time);
    stmt_number(st, 12, (int64_t)b->end);
    stmt_blob(st, 13, digest_span(b->followed));
    return stmt_run(s, st, f);
}

static bool add_host_note(struct store *s, const struct source *src, const struct host_note *n,
                          struct fault *f)
{
    sqlite3_stmt *st;
    int64_t host;

    if (!intern_host(s, n->Computer, PLATFORM_LINUX, &host, f)
        || !(st = stmt_get(s, STMT_HOST_NOTE_NEW, f)))
        return false;
    stmt_number(st, 1, src->evidence);
    stmt_number(st, 2, host);
    stmt_text(st, 3, span_text(n->what));
    stmt_text(st, 4, n->words);
    return stmt_run(s, st, f);
}

bool ledger_batch(struct store *s, struct source *src, const struct batch *b,
                  const struct counts *counts, struct fault *f)
{
    for (const struct range *r = b->ranges; r; r = r->next)
        if (r->records && !add_range(s, src, r, f))
            return false;
    for (const struct loss *l = b->losses; l; l = l->next)
        if (!ledger_problem(s, src, l->note ? "note" : "damaged", l->place, l->len,
                            l->reason ? l->reason : "", f))
            return false;
    for (const struct host_note *n = b->host_notes; n; n = n->next)
        if (!add_host_note(s, src, n, f))
            return false;
    return add_others(s, src, b, f) && ledger_shifts_flush(s, f)
        && add_counts(s, src, b, counts, f);
}

bool ledger_close(struct store *s, struct source *src, const struct batch *b, struct fault *f)
{
    struct writing *w = s->writing;
    const struct source_closes *c = b->closes;
    sqlite3_stmt *st = stmt_get(s, STMT_EVIDENCE_CLOSE, f);
    bool altered = false, cut = false, ok;
    struct arena_mark mark = arena_mark(&w->scratch);
    char sha256[SHA256_TEXT];

    if (!st)
        return false;
    stmt_number(st, 1, src->evidence);
    stmt_text(st, 2, span_text(source_state_name(c->state)));
    stmt_number(st, 3, (int64_t)c->size);
    if (c->hashed) {
        hex_text(sha256, span_of(c->sha256, sizeof c->sha256));
        stmt_text(st, 4, span_text(sha256));
    } else {
        stmt_text(st, 4, SPAN_NONE);
    }
    stmt_text(st, 5, text_clean(&w->scratch, c->reason, &altered, &cut));
    stmt_number(st, 6, moment_now());
    stmt_blob(st, 7, digest_span(b->followed));
    stmt_blob(st, 8, digest_span(c->fingerprint));
    ok = stmt_run(s, st, f);
    arena_rewind(&w->scratch, mark);
    *src = w->sources[--w->source_count];
    return ok;
}

bool store_streams_cut(struct store *s, struct fault *f)
{
    struct fault busy = { 0 };
    sqlite3_stmt *st;
    int64_t any;

    if (!connection_number(s, "SELECT EXISTS (SELECT 1 FROM evidence WHERE " STREAM_READING ")",
                           &any, f))
        return false;
    if (!any)
        return true;
    if (!(st = stmt_get(s, STMT_STREAMS_CUT, f)))
        return false;
    stmt_number(st, 1, moment_now());
    if (stmt_run(s, st, &busy) || busy.kind == FAULT_BUSY)
        return true; /* busy: it may be read just now, by whoever holds the case */
    return fault(f, busy.kind, "%s", busy.text);
}

/* ---- counts of other files ---- */

bool ledger_shifts_flush(struct store *s, struct fault *f)
{
    struct writing *w = s->writing;

    for (size_t i = 0; i < w->shifts; i++) {
        const struct shift *x = &w->shift[i];
        sqlite3_stmt *st = stmt_get(s, STMT_EVIDENCE_SHIFT, f);
        if (!st)
            return false;
        stmt_number(st, 1, x->evidence);
        stmt_number(st, 2, x->loads);
        stmt_number(st, 3, x->processes);
        stmt_number(st, 4, x->context);
        stmt_number(st, 5, x->duplicates);
        stmt_number(st, 6, x->recovered);
        if (!stmt_run(s, st, f))
            return false;
    }
    w->shifts = 0;
    return true;
}

struct shift *ledger_shift(struct store *s, int64_t evidence, struct fault *f)
{
    struct writing *w = s->writing;

    for (size_t i = 0; i < w->shifts; i++)
        if (w->shift[i].evidence == evidence)
            return &w->shift[i];
    if (w->shifts == SHIFTS_MAX && !ledger_shifts_flush(s, f))
        return NULL;
    w->shift[w->shifts] = (struct shift){ .evidence = evidence };
    return &w->shift[w->shifts++];
}

/* ---- what the case knows ---- */

static bool from_hex(uint8_t *out, size_t bytes, struct span hex)
{
    for (size_t i = 0; i < 2 * bytes; i++) {
        uint8_t c = hex.len == 2 * bytes ? hex.at[i] : 0;
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | digit : digit << 4);
    }
    return true;
}

static enum source_state state_named(struct span name)
{
    for (int i = SOURCE_READING; i <= SOURCE_SUPERSEDED; i++)
        if (span_equal(name, span_text(source_state_name((enum source_state)i))))
            return (enum source_state)i;
    return SOURCE_UNREADABLE;
}

static void known_read(sqlite3_stmt *st, struct known *k)
{
    const void *fingerprint = sqlite3_column_blob(st, 2), *beginning = sqlite3_column_blob(st, 8);

    memset(k, 0, sizeof *k);
    k->evidence = sqlite3_column_int64(st, 0);
    k->size = (uint64_t)sqlite3_column_int64(st, 1);
    if (fingerprint && sqlite3_column_bytes(st, 2) == FINGERPRINT_BYTES)
        memcpy(k->fingerprint, fingerprint, FINGERPRINT_BYTES);
    k->hashed = from_hex(k->sha256, SHA256_BYTES, stmt_span(st, 3));
    k->state = state_named(stmt_span(st, 4));
    k->place = (uint64_t)sqlite3_column_int64(st, 5);
    if (sqlite3_column_type(st, 6) != SQLITE_NULL)
        k->name = known_name(stmt_span(st, 6));
    k->unfinished = sqlite3_column_int(st, 7) != 0;
    k->followed = beginning && sqlite3_column_bytes(st, 8) == SHA256_BYTES;
    if (k->followed)
        memcpy(k->beginning, beginning, SHA256_BYTES);
}

bool store_known(struct store *s, struct known **out, size_t *count, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_KNOWN, f);
    size_t room = 0;
    bool row;

    *out = NULL;
    *count = 0;
    if (!st)
        return false;
    for (;;) {
        if (!stmt_step(s, st, &row, f)) {
            free(*out);
            *out = NULL;
            *count = 0;
            return false;
        }
        if (!row)
            break;
        if (*count == room) {
            room = room ? room * 2 : 64;
            *out = memory_grow(*out, room, sizeof **out);
        }
        known_read(st, &(*out)[(*count)++]);
    }
    stmt_done(st);
    return true;
}
