/* Which process a record belongs to, and what its starts and ends say of it.
 *
 * (host, ProcessGuid) is a process; a load without a start makes a stub that a
 * late start fills.  A start without a ProcessGuid (Security 4688) is a row of
 * its own, which settle.c joins to stubs.  Of several starts of one process the
 * first by time is kept, and all are counted in process_record. */
#include "store/writing.h"

bool process_guid_counts(struct span guid)
{
    for (size_t i = 0; i < guid.len; i++)
        if (guid.at[i] != '0' && guid.at[i] != '-' && guid.at[i] != '{' && guid.at[i] != '}')
            return true;
    return false;
}

static bool stub_new(struct store *s, int64_t host, struct span guid, int64_t pid, int64_t image,
                     int64_t evidence, int64_t *id, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_PROCESS_STUB, f);

    if (!st)
        return false;
    stmt_number(st, 1, host);
    stmt_text(st, 2, guid);
    if (pid >= 0)
        stmt_number(st, 3, pid);
    else
        stmt_row(st, 3, 0);
    stmt_row(st, 4, image);
    stmt_row(st, 5, evidence);
    if (!stmt_run(s, st, f))
        return false;
    *id = sqlite3_last_insert_rowid(s->db);
    return true;
}

/* What a stub did not know yet. */
static bool stub_fill(struct store *s, int64_t id, int64_t pid, int64_t image, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_PROCESS_STUB_FILL, f);

    if (!st)
        return false;
    stmt_number(st, 1, id);
    if (pid >= 0)
        stmt_number(st, 2, pid);
    else
        stmt_row(st, 2, 0);
    stmt_row(st, 3, image);
    return stmt_run(s, st, f);
}

/* By (host, ProcessGuid); *whole: its Image and ProcessId are known.  As with
 * hosts, the smaller spelling stays. */
static bool find_guid(struct store *s, int64_t host, struct span guid, int64_t *id, bool *whole,
                      struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_PROCESS_FIND, f);
    bool row, smaller = false;

    *id = 0;
    *whole = false;
    if (!st)
        return false;
    stmt_text(st, 1, guid);
    stmt_number(st, 2, host);
    if (!stmt_step(s, st, &row, f))
        return false;
    if (row) {
        *id = sqlite3_column_int64(st, 0);
        *whole = sqlite3_column_int(st, 1) != 0;
        smaller = sqlite3_column_int(st, 2) != 0;
    }
    stmt_done(st);
    if (!smaller)
        return true;
    if (!(st = stmt_get(s, STMT_PROCESS_GUID, f)))
        return false;
    stmt_number(st, 1, *id);
    stmt_text(st, 2, guid);
    return stmt_run(s, st, f);
}

static bool by_guid(struct store *s, int64_t host, struct hash128 run, struct span guid,
                    int64_t pid, struct span Image, int64_t *id, struct fault *f)
{
    struct writing *w = s->writing;
    int64_t image = 0;
    bool whole;

    if (w->run_process && hash_equal(w->run, run)) {
        *id = w->run_process;
        return true;
    }
    if (!(*id = cache_find(&w->cache, run))) {
        if (!find_guid(s, host, guid, id, &whole, f))
            return false;
        if (!whole) {
            if (Image.at && !intern_image(s, Image, &image, f))
                return false;
            if (*id ? !stub_fill(s, *id, pid, image, f)
                    : !stub_new(s, host, guid, pid, image, 0, id, f))
                return false;
            /* A row that still lacks something is asked for again by the next record. */
            if (pid < 0 || !image)
                return true;
        }
        cache_put(&w->cache, run, *id);
    }
    w->run = run;
    w->run_process = *id;
    return true;
}

/* Without a ProcessGuid: one for each (host, ProcessId, Image, evidence). */
static bool by_pid(struct store *s, int64_t host, int64_t pid, struct span Image,
                   int64_t evidence, int64_t *id, struct fault *f)
{
    int64_t image, ids[3] = { host, pid, evidence };
    struct span spans[2] = { span_of(ids, sizeof ids), Image };
    struct hash128 key = cache_key(CACHE_STUB, spans, 2);
    sqlite3_stmt *st;
    bool row;

    if ((*id = cache_find(&s->writing->cache, key)))
        return true;
    if (!intern_image(s, Image, &image, f) || !(st = stmt_get(s, STMT_PROCESS_FIND_STUB, f)))
        return false;
    stmt_number(st, 1, host);
    stmt_number(st, 2, pid);
    stmt_number(st, 3, image);
    stmt_number(st, 4, evidence);
    if (!stmt_step(s, st, &row, f))
        return false;
    *id = row ? sqlite3_column_int64(st, 0) : 0;
    stmt_done(st);
    if (!row && !stub_new(s, host, SPAN_NONE, pid, image, evidence, id, f))
        return false;
    cache_put(&s->writing->cache, key, *id);
    return true;
}

bool process_of(struct store *s, const struct source *src, int64_t host, struct span Computer,
                struct span ProcessGuid, int64_t ProcessId, struct span Image, int64_t *id,
                struct fault *f)
{
    *id = 0;
    if (process_guid_counts(ProcessGuid))
        return by_guid(s, host, run_key(Computer, ProcessGuid), ProcessGuid, ProcessId, Image, id,
                       f);
    return ProcessId < 0 || by_pid(s, host, ProcessId, Image, src->evidence, id, f);
}

bool process_of_load(struct store *s, const struct source *src, int64_t host,
                     const struct load *l, int64_t *id, struct fault *f)
{
    *id = 0;
    if (process_guid_counts(l->ProcessGuid))
        return by_guid(s, host, l->run, l->ProcessGuid, l->ProcessId, l->Image, id, f);
    return l->ProcessId < 0
        || by_pid(s, host, l->ProcessId, l->Image, src->evidence, id, f);
}

/* Of several command lines the smallest stays, in whatever order they come. */
bool process_told(struct store *s, int64_t id, const struct load *l, struct fault *f)
{
    struct span spans[3] = { span_of(&id, sizeof id), l->ProcessCommandLine, l->ProcessParentImage };
    struct hash128 key;
    sqlite3_stmt *st;

    if (!id || (!l->ProcessCommandLine.len && !l->ProcessParentImage.len))
        return true;
    key = cache_key(CACHE_TOLD, spans, 3);
    if (cache_find(&s->writing->cache, key))
        return true;
    if (!(st = stmt_get(s, STMT_PROCESS_TOLD, f)))
        return false;
    stmt_number(st, 1, id);
    stmt_text(st, 2, l->ProcessCommandLine);
    stmt_text(st, 3, l->ProcessParentImage);
    if (!stmt_run(s, st, f))
        return false;
    cache_put(&s->writing->cache, key, 1);
    return true;
}

bool process_signing(struct store *s, const struct source *src, const struct load *l,
                     struct fault *f)
{
    struct span spans[2] = { span_of(&src->evidence, sizeof src->evidence), l->ProcessGuid };
    struct hash128 key;
    sqlite3_stmt *st;

    if (!l->ProcessSigning.len || !process_guid_counts(l->ProcessGuid))
        return true;
    key = cache_key(CACHE_SIGNING, spans, 2);
    if (cache_find(&s->writing->cache, key))
        return true;
    if (!(st = stmt_get(s, STMT_SIGNING_NEW, f)))
        return false;
    stmt_number(st, 1, src->evidence);
    stmt_text(st, 2, l->ProcessGuid);
    stmt_text(st, 3, l->ProcessSigning);
    if (!stmt_run(s, st, f))
        return false;
    cache_put(&s->writing->cache, key, 1);
    return true;
}

/* ---- starts and ends ---- */

/* ?1 to ?21 and ?24 of the statements that write a start; INSERT has host and guid
 * too. */
bool process_bind(struct store *s, sqlite3_stmt *st, const struct source *src, int64_t id,
                  const struct process *p, struct fault *f)
{
    int64_t image = 0, user, number = record_number(&p->origin);
    int at = 11;

    if ((p->Image.at && !intern_image(s, p->Image, &image, f))
        || !intern_user(s, p->User, &user, f))
        return false;
    stmt_row(st, 1, id);
    stmt_text(st, 2, span_text(process_source_name(p->source)));
    stmt_time(st, 3, p->origin.time);
    stmt_time(st, 4, p->ProcessId >= 0 ? p->ProcessId : MOMENT_NONE);
    stmt_row(st, 5, image);
    stmt_row(st, 6, user);
    stmt_number(st, 7, src->evidence);
    stmt_time(st, 8, number >= 0 ? number : MOMENT_NONE);
    stmt_number(st, 9, (int64_t)p->origin.place);
    stmt_number(st, 10, p->origin.flags);
    stmt_text(st, at++, p->CommandLine);
    stmt_text(st, at++, p->CurrentDirectory);
    stmt_text(st, at++, p->IntegrityLevel);
    stmt_text(st, at++, p->LogonId);
    stmt_text(st, at++, p->Hashes);
    stmt_text(st, at++, p->OriginalFileName);
    stmt_text(st, at++, p->RuleName);
    stmt_text(st, at++, p->ParentProcessGuid);
    stmt_time(st, at++, p->ParentProcessId >= 0 ? p->ParentProcessId : MOMENT_NONE);
    stmt_text(st, at++, p->ParentImage);
    stmt_text(st, at++, p->ParentCommandLine);
    stmt_text(st, 24, p->LoginUser); /* ?22 and ?23 are the host and the guid */
    return true;
}

static bool start_new(struct store *s, const struct source *src, int64_t host, struct span guid,
                      const struct process *p, int64_t *id, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_PROCESS_NEW, f);

    if (!st || !process_bind(s, st, src, 0, p, f))
        return false;
    stmt_number(st, 22, host);
    stmt_text(st, 23, guid);
    if (!stmt_run(s, st, f))
        return false;
    *id = sqlite3_last_insert_rowid(s->db);
    return true;
}

/* Is the start that the row holds later than this one, or none?  Of two at one
 * time the smaller CommandLine stays. */
static bool start_is_earlier(struct store *s, int64_t id, const struct process *p, bool *earlier,
                             struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_PROCESS_STARTED, f);
    bool row;

    *earlier = true;
    if (!st)
        return false;
    stmt_number(st, 1, id);
    stmt_text(st, 2, p->CommandLine.at ? p->CommandLine : SPAN_EMPTY);
    if (!stmt_step(s, st, &row, f))
        return false;
    if (row && !span_is(stmt_span(st, 0), "stub")) {
        int64_t had = stmt_moment(st, 1);
        *earlier = p->origin.time != MOMENT_NONE
                && (had == MOMENT_NONE || p->origin.time < had
                    || (p->origin.time == had && sqlite3_column_int(st, 2)));
    }
    stmt_done(st);
    return true;
}

static bool start_take(struct store *s, const struct source *src, int64_t host,
                       const struct process *p, int64_t *id, struct fault *f)
{
    bool guid = process_guid_counts(p->ProcessGuid), whole, earlier;
    sqlite3_stmt *st;

    *id = 0;
    if (guid && !find_guid(s, host, p->ProcessGuid, id, &whole, f))
        return false;
    if (!*id)
        return start_new(s, src, host, guid ? p->ProcessGuid : SPAN_NONE, p, id, f);
    if (!start_is_earlier(s, *id, p, &earlier, f))
        return false;
    if (!earlier)
        return true;
    st = stmt_get(s, STMT_PROCESS_START, f);
    return st && process_bind(s, st, src, *id, p, f) && stmt_run(s, st, f);
}

static bool end_take(struct store *s, const struct source *src, int64_t host,
                     const struct process *p, int64_t *id, struct fault *f)
{
    sqlite3_stmt *st;

    if (!process_of(s, src, host, p->Computer, p->ProcessGuid, p->ProcessId, p->Image, id, f))
        return false;
    /* An end that names no process at all still has a row of its own. */
    if (!*id && !stub_new(s, host, SPAN_NONE, -1, 0, src->evidence, id, f))
        return false;
    if (!(st = stmt_get(s, STMT_PROCESS_END, f)))
        return false;
    stmt_number(st, 1, *id);
    stmt_time(st, 2, p->origin.time);
    return stmt_run(s, st, f);
}

static bool record_take(struct store *s, const struct source *src, int64_t id,
                        const struct process *p, struct fault *f)
{
    sqlite3_stmt *st = stmt_get(s, STMT_PROCESS_RECORD_NEW, f);
    int64_t number = record_number(&p->origin);

    if (!st)
        return false;
    stmt_number(st, 1, id);
    stmt_time(st, 2, p->origin.time);
    stmt_number(st, 3, p->ended);
    stmt_number(st, 4, src->evidence);
    stmt_time(st, 5, number >= 0 ? number : MOMENT_NONE);
    stmt_number(st, 6, (int64_t)p->origin.place);
    stmt_number(st, 7, p->origin.flags);
    return stmt_run(s, st, f);
}

bool process_take(struct store *s, struct source *src, int64_t host, const struct process *p,
                  struct counts *counts, struct fault *f)
{
    enum copy_fate fate = COPY_NONE;
    int64_t id;

    if (scopes_ask(s, &p->origin)
        && !duplicate_process(s, src, host, p, counts, &fate, f))
        return false;
    if (fate != COPY_NONE)
        return true;
    if (p->ended ? !end_take(s, src, host, p, &id, f) : !start_take(s, src, host, p, &id, f))
        return false;
    if (process_guid_counts(p->ProcessGuid) && p->Image.at && p->ProcessId >= 0)
        cache_put(&s->writing->cache, run_key(p->Computer, p->ProcessGuid), id);
    return record_take(s, src, id, p, f);
}
