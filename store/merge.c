/* Two hosts become one, as if they had been one from the start.
 *
 * Processes of one ProcessGuid are joined, sightings of one pair summed, and
 * records that now are copies of each other counted once, by the very rule that
 * an ingest has.  A start logged twice is matched by process and time alone.
 * The ids of the two stand in temp.merging: a is merged into b. */
#include "store/copies.h"

#include <stdio.h>

#define A "(SELECT a FROM temp.merging)"
#define B "(SELECT b FROM temp.merging)"
#define OF_TWIN(column) "(SELECT f." column " FROM process AS f WHERE f.id =" \
                        " (SELECT w.f FROM temp.twin w WHERE w.t = process.id))"
#define TO_TWIN(table, column) \
    "UPDATE " table " SET " column " = (SELECT t FROM temp.twin WHERE f = " column ")" \
    " WHERE " column " IN (SELECT f FROM temp.twin)"

static const char *const move[] = {
    "CREATE TEMP TABLE moved_load AS SELECT id FROM load WHERE sighting IN"
    " (SELECT id FROM sighting WHERE host = " A ")",
    "CREATE TEMP TABLE moved_context AS SELECT id FROM context WHERE host = " A,
    "CREATE TEMP TABLE moved_record AS SELECT r.id FROM process p JOIN process_record r"
    " ON r.process = p.id WHERE p.host = " A,

    /* ---- processes: f goes, t stays ---- */
    "CREATE TEMP TABLE twin AS SELECT f.id AS f, t.id AS t, f.source <> 'stub' AND (t.source ="
    " 'stub' OR f.start_time < t.start_time OR (f.start_time = t.start_time AND"
    " ifnull(f.CommandLine, '') < ifnull(t.CommandLine, ''))) AS wins,"
    " f.CommandLine IS NULL OR t.CommandLine IS NULL OR f.CommandLine = t.CommandLine AS alike"
    " FROM process AS f CROSS JOIN process AS t ON t.ProcessGuid = f.ProcessGuid"
    " AND t.host = " B " WHERE f.host = " A " AND f.ProcessGuid IS NOT NULL"
    " UNION ALL SELECT f.id, t.id, 0, 1 FROM process AS f CROSS JOIN process AS t"
    " ON t.host = " B " AND t.ProcessId = f.ProcessId AND t.image = f.image"
    " AND t.evidence = f.evidence AND t.ProcessGuid IS NULL AND t.source = 'stub'"
    " AND t.explained_by IS NULL WHERE f.host = " A " AND f.ProcessGuid IS NULL"
    " AND f.source = 'stub' AND f.explained_by IS NULL",
    "CREATE INDEX temp.twin_f ON twin (f)",
    "CREATE INDEX temp.twin_t ON twin (t)",
    TO_TWIN("load", "process"),
    TO_TWIN("context", "process"),
    TO_TWIN("process_record", "process"),
    TO_TWIN("process", "parent"),
    TO_TWIN("process", "explained_by"),
    "UPDATE process SET ProcessId = ifnull(ProcessId, " OF_TWIN("ProcessId") "),"
    " image = ifnull(image, " OF_TWIN("image") "), end_time = (SELECT max(x.end_time)"
    " FROM process AS x WHERE x.id = process.id OR x.id = (SELECT w.f FROM temp.twin w"
    " WHERE w.t = process.id)), ProcessGuid = CASE WHEN " OF_TWIN("ProcessGuid")
    " < ProcessGuid COLLATE BINARY THEN " OF_TWIN("ProcessGuid") " ELSE ProcessGuid END"
    " WHERE id IN (SELECT t FROM temp.twin)",
    "UPDATE process SET (" PROCESS_COLUMNS ") = (SELECT " PROCESS_COLUMNS " FROM process AS f"
    " WHERE f.id = (SELECT w.f FROM temp.twin w WHERE w.t = process.id)), parent = NULL,"
    " explained_by = NULL WHERE id IN (SELECT t FROM temp.twin WHERE wins)",
    "DELETE FROM process WHERE id IN (SELECT f FROM temp.twin)",
    "UPDATE process SET host = " B " WHERE host = " A,

    /* ---- sightings ---- */
    "CREATE TEMP TABLE pair_twin AS SELECT f.id AS f, t.id AS t FROM sighting AS f CROSS JOIN"
    " sighting AS t ON t.pair = f.pair AND t.host = " B " WHERE f.host = " A,
    "CREATE INDEX temp.pair_twin_f ON pair_twin (f)",
    "CREATE INDEX temp.pair_twin_t ON pair_twin (t)",
    "UPDATE load SET sighting = (SELECT t FROM temp.pair_twin WHERE f = sighting)"
    " WHERE sighting IN (SELECT f FROM temp.pair_twin)",
    "INSERT INTO sighting_user SELECT w.t, u.user, u.loads, u.recovered FROM temp.pair_twin w"
    " JOIN sighting_user u ON u.sighting = w.f WHERE 1 ON CONFLICT DO UPDATE SET"
    " loads = loads + excluded.loads, recovered = recovered + excluded.recovered",
    "DELETE FROM sighting_user WHERE sighting IN (SELECT f FROM temp.pair_twin)",
    "UPDATE sighting SET (loads, recovered, first_time, last_time, recovered_first,"
    " recovered_last, allowed_by) = (SELECT sum(x.loads), sum(x.recovered), min(x.first_time),"
    " max(x.last_time), min(x.recovered_first), max(x.recovered_last), min(x.allowed_by)"
    " FROM sighting AS x WHERE x.id = sighting.id OR x.id = (SELECT w.f FROM temp.pair_twin w"
    " WHERE w.t = sighting.id)) WHERE id IN (SELECT t FROM temp.pair_twin)",
    "INSERT OR IGNORE INTO sighting_file SELECT w.t, x.inode, x.dev, x.mode, x.owner FROM"
    " temp.pair_twin w JOIN sighting_file x ON x.sighting = w.f",
    "DELETE FROM sighting_file WHERE sighting IN (SELECT f FROM temp.pair_twin)",
    "DELETE FROM sighting WHERE id IN (SELECT f FROM temp.pair_twin)",
    "UPDATE sighting SET host = " B " WHERE host = " A,

    /* ---- the rest; record_range stays with the host that the file names ---- */
    "UPDATE context SET host = " B " WHERE host = " A,
    "UPDATE load_block SET host = " B " WHERE host = " A,
    "INSERT INTO extent SELECT " B ", Channel, evidence, first, last, first_time, last_time,"
    " unnumbered FROM extent WHERE host = " A " ON CONFLICT DO UPDATE SET "
    LEAST("first", "excluded.first") ", " GREATEST("last", "excluded.last") ", "
    LEAST("first_time", "excluded.first_time") ", "
    GREATEST("last_time", "excluded.last_time") ", unnumbered = unnumbered + excluded.unnumbered",
    "DELETE FROM extent WHERE host = " A,
    "UPDATE host SET platform = (SELECT platform FROM host WHERE id = " A ") WHERE id = " B
    " AND platform = ''",
    "UPDATE host SET merged_into = " B " WHERE id = " A " OR merged_into = " A,
};

/* A start or end that two files hold: the fuller format's is kept, then the one that
 * was there, and settling ranks them. */
static const char *const records[] = {
    "CREATE TEMP TABLE record_copy AS SELECT m.id AS gone, q.id AS kept, m.evidence AS evidence,"
    " m.record AS record, m.place AS place, m.flags AS flags FROM temp.moved_record v"
    " JOIN process_record m ON m.id = v.id JOIN temp.twin w ON w.t = m.process AND w.alike"
    " JOIN process_record q ON q.process = m.process AND q.time IS m.time AND q.ended = m.ended"
    " AND q.evidence <> m.evidence AND (q.record = m.record OR q.record IS NULL OR m.record IS"
    " NULL) AND q.id NOT IN (SELECT id FROM temp.moved_record) GROUP BY m.id HAVING min(q.id)",
    "DELETE FROM temp.record_copy WHERE rowid NOT IN (SELECT min(rowid) FROM temp.record_copy"
    " GROUP BY kept, evidence)",
    "UPDATE OR IGNORE copy SET row = (SELECT kept FROM temp.record_copy WHERE gone = row)"
    " WHERE kind = 1 AND row IN (SELECT gone FROM temp.record_copy)",
    "DELETE FROM copy WHERE kind = 1 AND row IN (SELECT gone FROM temp.record_copy)",
    "INSERT OR IGNORE INTO copy SELECT 1, kept, evidence, record, place, flags"
    " FROM temp.record_copy",
    "UPDATE evidence SET (processes, duplicates, recovered) = (SELECT evidence.processes"
    " - count(*) FILTER (WHERE NOT flags & 1), evidence.duplicates + count(*) FILTER"
    " (WHERE NOT flags & 1), evidence.recovered - count(*) FILTER (WHERE flags & 1)"
    " FROM temp.record_copy c WHERE c.evidence = evidence.id)"
    " WHERE id IN (SELECT evidence FROM temp.record_copy)",
    "DELETE FROM process_record WHERE id IN (SELECT gone FROM temp.record_copy)",
};

/* The rows that may be copies, in the order in which an ingest would meet them. */
static const char *const candidates[] = {
    "CREATE TEMP TABLE candidate AS SELECT 0 AS kind, l.id AS id, l.evidence AS evidence"
    " FROM temp.moved_load v JOIN load l ON l.id = v.id WHERE EXISTS (SELECT 1 FROM load m"
    " WHERE m.time IS l.time AND m.evidence <> l.evidence AND (m.record = l.record"
    " OR m.record IS NULL OR l.record IS NULL) AND m.id NOT IN (SELECT id FROM temp.moved_load)"
    " AND (SELECT host FROM sighting WHERE id = m.sighting) = " B ")",
    "INSERT INTO temp.candidate SELECT 2, c.id, c.evidence FROM temp.moved_context v"
    " JOIN context c ON c.id = v.id WHERE EXISTS (SELECT 1 FROM context m WHERE m.time IS c.time"
    " AND m.host = " B " AND m.evidence <> c.evidence AND (m.record = c.record OR m.record IS"
    " NULL OR c.record IS NULL) AND m.id NOT IN (SELECT id FROM temp.moved_context))",
    ("CREATE TEMP TABLE was_settled AS SELECT id FROM evidence WHERE settled = 1 AND id IN"
     " (SELECT evidence FROM temp.candidate UNION SELECT evidence FROM temp.record_copy)"),
    "UPDATE evidence SET settled = 0 WHERE id IN (SELECT id FROM temp.was_settled)",
};

static const char *const tables[] = { "merging", "moved_load", "moved_context", "moved_record",
    "twin", "pair_twin", "record_copy", "candidate", "was_settled" };

static bool run_all(struct store *s, const char *const *sql, size_t count, struct fault *f)
{
    for (size_t i = 0; i < count; i++)
        if (!connection_run(s, sql[i], f))
            return false;
    return true;
}

#define RUN_ALL(s, list, f) run_all(s, list, sizeof(list) / sizeof *(list), f)

static bool clear(struct store *s, struct fault *f)
{
    char sql[64];

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS temp.%s", tables[i]);
        if (!connection_run(s, sql, f))
            return false;
    }
    return true;
}

/* One candidate after the other: the list is in a table, since there may be many. */
static bool join_copies(struct store *s, int64_t into, struct fault *f)
{
    int64_t count, kind, id;
    char sql[128];

    if (!connection_number(s, "SELECT count(*) FROM temp.candidate", &count, f))
        return false;
    for (int64_t i = 1; i <= count; i++) {
        snprintf(sql, sizeof sql, "SELECT kind FROM temp.candidate WHERE rowid = %lld",
                 (long long)i);
        if (!connection_number(s, sql, &kind, f))
            return false;
        snprintf(sql, sizeof sql, "SELECT id FROM temp.candidate WHERE rowid = %lld",
                 (long long)i);
        if (!connection_number(s, sql, &id, f)
            || !(kind == 0 ? duplicate_load_row(s, id, into, f)
                           : duplicate_context_row(s, id, into, f)))
            return false;
    }
    return tally_flush(s, &s->writing->tally, &s->writing->bulk, f) && ledger_shifts_flush(s, f);
}

bool merge_move(struct store *s, int64_t from, int64_t into, struct fault *f)
{
    static const char *const settled[] = {
        "UPDATE evidence SET settled = 1 WHERE id IN (SELECT id FROM temp.was_settled)",
    };
    char begin[160];

    snprintf(begin, sizeof begin, "CREATE TEMP TABLE merging AS SELECT %lld AS a, %lld AS b",
             (long long)from, (long long)into);
    return clear(s, f) && connection_run(s, begin, f) && schema_index(s, "load_time", f)
        && schema_index(s, "context_time", f) && RUN_ALL(s, move, f) && RUN_ALL(s, records, f)
        && RUN_ALL(s, candidates, f) && join_copies(s, into, f) && duplicates_settle(s, f)
        && processes_settle(s, f) && RUN_ALL(s, settled, f)
        && merge_recount(s, from, into, f) && clear(s, f);
}

/* ---- what follows from the rows ---- */

bool merge_recount(struct store *s, int64_t from, int64_t into, struct fault *f)
{
    static const char *const after[] = {
        "DELETE FROM sighting_user WHERE sighting IN (SELECT id FROM sighting WHERE loads = 0"
        " AND recovered = 0)",
        "DELETE FROM sighting WHERE loads = 0 AND recovered = 0",
        "UPDATE pair SET hosts = (SELECT count(*) FROM sighting WHERE pair = pair.id"
        " AND loads > 0) WHERE hosts <> (SELECT count(*) FROM sighting WHERE pair = pair.id"
        " AND loads > 0)",
        "DELETE FROM pair WHERE hosts = 0"
        " AND NOT EXISTS (SELECT 1 FROM sighting WHERE pair = pair.id)",
        "DELETE FROM module WHERE NOT EXISTS (SELECT 1 FROM pair WHERE module = module.id)",
        "DELETE FROM stale WHERE sighting NOT IN (SELECT id FROM sighting)",
    };
    char sql[1400];

    snprintf(sql, sizeof sql, "UPDATE sighting SET (loads, first_time, last_time, recovered,"
             " recovered_first, recovered_last) = (SELECT count(*) FILTER (WHERE NOT flags & 1),"
             " min(time) FILTER (WHERE NOT flags & 1), max(time) FILTER (WHERE NOT flags & 1),"
             " count(*) FILTER (WHERE flags & 1), min(time) FILTER (WHERE flags & 1),"
             " max(time) FILTER (WHERE flags & 1) FROM load WHERE sighting = sighting.id)"
             " WHERE host IN (%lld, %lld)", (long long)from, (long long)into);
    if (!connection_run(s, sql, f))
        return false;
    snprintf(sql, sizeof sql, "DELETE FROM sighting_user WHERE sighting IN (SELECT id FROM"
             " sighting WHERE host IN (%lld, %lld))", (long long)from, (long long)into);
    if (!connection_run(s, sql, f))
        return false;
    snprintf(sql, sizeof sql, "INSERT INTO sighting_user SELECT sighting, user, count(*) FILTER"
             " (WHERE NOT flags & 1), count(*) FILTER (WHERE flags & 1) FROM load WHERE user IS"
             " NOT NULL AND sighting IN (SELECT id FROM sighting WHERE host IN (%lld, %lld))"
             " GROUP BY sighting, user", (long long)from, (long long)into);
    return connection_run(s, sql, f) && RUN_ALL(s, after, f);
}
