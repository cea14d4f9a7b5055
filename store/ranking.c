/* Priority of every sighting that anything speaks for.
 *
 * SQLite walks, and calls back for what only C can judge.  The surprise: all of
 * `ranking` is written anew each time; it holds only sightings with a reason, a
 * few in a hundred, and what speaks for one (a file written on that host, another
 * file of the same hash) may come with any later evidence. */
#include "store/ranking.h"

#include "queries/profile.h"

#include <pthread.h>
#include <stdio.h>

#define PAIR_REASONS_ARGUMENTS 8

/* ---- the profile ---- */

static struct profile *chosen;
static pthread_once_t chosen_once = PTHREAD_ONCE_INIT;

static void choose_default(void)
{
    if (!chosen)
        chosen = profile_default();
}

void store_rank_by(struct profile *p)
{
    profile_close(chosen);
    chosen = profile_keep(p);
}

static struct profile *profile_at_hand(void)
{
    pthread_once(&chosen_once, choose_default);
    return chosen;
}

/* ---- what SQLite asks ---- */

static struct span text_at(sqlite3_value **value, int i)
{
    const unsigned char *text;

    if (sqlite3_value_type(value[i]) == SQLITE_NULL)
        return SPAN_NONE;
    text = sqlite3_value_text(value[i]);
    return text ? span_of(text, (size_t)sqlite3_value_bytes(value[i])) : SPAN_EMPTY;
}

static enum platform platform_at(sqlite3_value **value, int i)
{
    struct span name = text_at(value, i);

    for (enum platform p = PLATFORM_WINDOWS; p <= PLATFORM_MACOS; p++)
        if (span_is(name, platform_name(p)))
            return p;
    return PLATFORM_UNKNOWN;
}

/* pair_reasons(platform, factors, Image, ImageLoaded, Signed, Signature,
 * SignatureStatus, Company) */
static void pair_reasons(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    struct suspect s = {
        platform_at(value, 0), (uint32_t)sqlite3_value_int64(value[1]), text_at(value, 2),
        text_at(value, 3), text_at(value, 4), text_at(value, 5), text_at(value, 6),
        text_at(value, 7),
    };

    (void)count;
    sqlite3_result_int64(ctx, reason_bits(sqlite3_user_data(ctx), &s));
}

/* priority(reasons) */
static void priority(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    (void)count;
    sqlite3_result_int(ctx, profile_priority(sqlite3_user_data(ctx),
                                             (uint32_t)sqlite3_value_int64(value[0])));
}

/* is_silent(CommandLine): regsvr32 takes /s or -s anywhere behind its own name, also
 * in a row as in `/s/u`. */
static void is_silent(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    struct span line = text_at(value, 0);
    bool found = false;

    (void)count;
    for (size_t i = 1; i + 1 < line.len && !found; i++) {
        uint8_t before = line.at[i - 1], after = i + 2 < line.len ? line.at[i + 2] : ' ';

        found = (line.at[i] == '/' || line.at[i] == '-') && (line.at[i + 1] | 0x20) == 's'
            && (memchr(" \t\"", before, 3) || (i >= 2 && line.at[i - 2] == '/'))
            && memchr(" \t\"/-", after, 5);
    }
    sqlite3_result_int(ctx, found);
}

/* bits(n): all the bits of a group's numbers. */
static void bits_step(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    int64_t *sum = sqlite3_aggregate_context(ctx, sizeof *sum);

    (void)count;
    if (sum)
        *sum |= sqlite3_value_int64(value[0]);
}

static void bits_end(sqlite3_context *ctx)
{
    int64_t *sum = sqlite3_aggregate_context(ctx, 0);

    sqlite3_result_int64(ctx, sum ? *sum : 0);
}

/* Once for a profile: a second time would make SQLite prepare everything anew. */
static bool functions_add(struct store *s, struct fault *f)
{
    static const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    struct profile *p = profile_at_hand();
    sqlite3 *db = s->db;

    if (s->ranks_by == p)
        return true;
    if (sqlite3_create_function_v2(db, "pair_reasons", PAIR_REASONS_ARGUMENTS, flags, p,
                                   pair_reasons, NULL, NULL, NULL) != SQLITE_OK
        || sqlite3_create_function_v2(db, "priority", 1, flags, p, priority, NULL, NULL, NULL)
               != SQLITE_OK
        || sqlite3_create_function_v2(db, "is_silent", 1, flags, NULL, is_silent, NULL, NULL, NULL)
               != SQLITE_OK
        || sqlite3_create_function_v2(db, "bits", 1, flags, NULL, NULL, bits_step, bits_end, NULL)
               != SQLITE_OK)
        return connection_fault(db, s->path, f, "preparing to rank");
    s->ranks_by = p;
    return true;
}

/* ---- statements ---- */

/* LIMIT -1 keeps SQLite from judging each pair twice, once for each use. */
static const char judge_text[] =
    "INSERT INTO pair_reason SELECT id, reasons FROM (SELECT p.id AS id,"
    " pair_reasons(m.platform, p.factors, i.Image, m.ImageLoaded, m.Signed, m.Signature,"
    " m.SignatureStatus, m.Company) AS reasons FROM pair p JOIN module m ON m.id = p.module"
    " JOIN image i ON i.id = p.image WHERE p.id > (SELECT CAST(value AS INTEGER) FROM meta"
    " WHERE key = 'judged_pair') LIMIT -1) WHERE reasons <> 0";

#define SIGHTINGS " CROSS JOIN sighting s ON s.pair = p.id"
#define OF_MICROSOFT \
    "ifnull(m.Signed = 'true' AND m.SignatureStatus = 'Valid' AND (m.Signature GLOB" \
    " 'Microsoft Windows*' OR m.Signature GLOB 'Microsoft Corporation*'), 0)"
#define WRITTEN "c.Target = m.ImageLoaded COLLATE NOCASE"
#define WRITES_MAX "1000" /* of one path on one host that are looked at: evidence is hostile */

/* ?1 microseconds that a file is fresh, ?2 FreshDrop, ?3 SilentRegsvr32,
 * ?4 SignatureContradicted; ?5 Unsigned and ?6 NetworkPath, where imported facts (?7)
 * say so of one host's file. */
static const char rank_text[] =
    "WITH found (sighting, reasons) AS ("
    "SELECT s.id, r.reasons FROM pair_reason r CROSS JOIN sighting s ON s.pair = r.pair"
    " UNION ALL "
    "SELECT s.id, ?2 FROM module m CROSS JOIN pair p ON p.module = m.id" SIGHTINGS
    " WHERE NOT " OF_MICROSOFT " AND EXISTS (SELECT 1 FROM context c WHERE " WRITTEN ")"
    " AND EXISTS (SELECT 1 FROM (SELECT c.time AS time FROM context c WHERE " WRITTEN
    " AND c.host = s.host AND c.event IN (11, 29)"
    " AND (m.platform = 'windows' OR c.Target = m.ImageLoaded COLLATE BINARY) LIMIT " WRITES_MAX ") w"
    " WHERE EXISTS (SELECT 1 FROM load l WHERE l.sighting = s.id"
    " AND l.time BETWEEN w.time AND w.time + ?1))"
    " UNION ALL "
    "SELECT s.id, ?3 FROM image i CROSS JOIN pair p ON p.image = i.id" SIGHTINGS
    " WHERE (i.Image LIKE '%\\regsvr32.exe' OR i.Image = 'regsvr32.exe' COLLATE NOCASE)"
    " AND EXISTS (SELECT 1 FROM load l JOIN process r ON r.id = l.process"
    " LEFT JOIN process x ON x.id = r.explained_by WHERE l.sighting = s.id"
    " AND is_silent(coalesce(r.CommandLine, x.CommandLine)))"
    " UNION ALL "
    "SELECT s.id, ?4 FROM module m CROSS JOIN pair p ON p.module = m.id" SIGHTINGS
    " WHERE m.Signed = 'false' AND m.sha256 IN (SELECT sha256 FROM module WHERE Signed = 'true'"
    " AND sha256 IS NOT NULL)"
    " UNION ALL "
    "SELECT s.id, (s.factors >> 4 & 1) * ?5 | (s.factors >> 1 & 1) * ?6"
    " FROM (SELECT 1 FROM fact LIMIT 1) CROSS JOIN sighting s WHERE s.factors & ?7"
    ") INSERT INTO ranking SELECT sighting, reasons, priority(reasons) FROM"
    " (SELECT sighting, bits(reasons) AS reasons FROM found GROUP BY sighting LIMIT -1)"
    " WHERE reasons <> 0";

static bool run(struct store *s, const char *text, const int64_t *numbers, int count,
                struct fault *f)
{
    sqlite3_stmt *st = NULL;
    bool ok = sqlite3_prepare_v2(s->db, text, -1, &st, NULL) == SQLITE_OK;

    for (int i = 0; ok && i < count; i++)
        ok = sqlite3_bind_int64(st, i + 1, numbers[i]) == SQLITE_OK;
    ok = (ok && sqlite3_step(st) == SQLITE_DONE) || connection_fault(s->db, s->path, f, "ranking");
    sqlite3_finalize(st);
    return ok;
}

/* ---- ranking ---- */

bool ranking_current(struct store *s, bool *current, struct fault *f)
{
    char sql[160];
    int64_t same;

    snprintf(sql, sizeof sql, "SELECT count(*) FROM meta WHERE key = 'profile' AND value = '%s'",
             profile_digest(profile_at_hand()));
    if (!connection_number(s, sql, &same, f))
        return false;
    *current = same > 0;
    return true;
}

/* Nobody else ranks while an ingest is under way: it does so itself when it settles,
 * and may hold the case for long. */
bool store_ranked(struct store *s, bool *ranked, struct fault *f)
{
    struct fault busy = { 0 };
    int64_t ready;

    if (!ranking_current(s, ranked, f))
        return false;
    if (*ranked)
        return true;
    if (!connection_number(s, "SELECT EXISTS (SELECT 1 FROM pair) AND NOT EXISTS"
                              " (SELECT 1 FROM evidence WHERE settled = 0)", &ready, f))
        return false;
    if (ready && !claim_is_free(s, &busy) && busy.kind != FAULT_BUSY) {
        *f = busy;
        return false;
    }
    *ranked = !ready || busy.kind == FAULT_BUSY;
    return true;
}

bool store_rank(struct store *s, struct fault *f)
{
    if (!store_commit(s, f) || !writing_begin(s, f))
        return false;
    if (ranking_settle(s, f))
        return store_commit(s, f);
    writing_rollback(s);
    return false;
}

bool ranking_forget(struct store *s, struct fault *f)
{
    return connection_run(s, "DELETE FROM meta WHERE key = 'profile'", f);
}

static bool judge_pairs(struct store *s, bool anew, struct fault *f)
{
    char sql[256];

    if (anew && !connection_run(s, "DELETE FROM pair_reason;"
                                   "INSERT OR REPLACE INTO meta VALUES ('judged_pair', '0')", f))
        return false;
    snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO meta SELECT 'judged_pair', ifnull(max(id), 0)"
                              " FROM pair; INSERT OR REPLACE INTO meta VALUES ('profile', '%s')",
             profile_digest(profile_at_hand()));
    return run(s, judge_text, NULL, 0, f) && connection_run(s, sql, f);
}

bool ranking_settle(struct store *s, struct fault *f)
{
    bool current;

    if (!ranking_current(s, &current, f) || !functions_add(s, f) || !judge_pairs(s, !current, f)
        || !connection_run(s, "DELETE FROM ranking", f))
        return false;
    const int64_t numbers[] = {
        profile_fresh_us(profile_at_hand()), REASON_FreshDrop, REASON_SilentRegsvr32,
        REASON_SignatureContradicted, REASON_Unsigned, REASON_NetworkPath, FACTOR_IMPORTED,
    };
    return run(s, rank_text, numbers, sizeof numbers / sizeof *numbers, f);
}
