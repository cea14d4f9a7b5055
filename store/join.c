/* Late joins: parents, and starts without a ProcessGuid (Security 4688) that
 * explain processes whose own start was not logged.
 *
 * Everything is worked out anew each time, from what the case holds, so that it
 * does not depend on what came first.  A 4688 next to an event 1 of the same pid
 * and second is that process's and explains no other. */
#include "store/writing.h"

static const char parents[] =
    "UPDATE process SET parent = q.id FROM process AS q WHERE process.parent IS NULL"
    " AND process.ParentProcessGuid IS NOT NULL AND q.ProcessGuid = process.ParentProcessGuid"
    " AND q.host = process.host AND q.id <> process.id";

/* Stubs with a ProcessGuid are one process: its first load decides.  A start
 * explains nothing behind the next start of its pid, or behind its end. */
static const char explain_guids[] =
    "UPDATE process SET explained_by = (SELECT CASE WHEN (SELECT Image FROM image"
    " WHERE id = q.image) = (SELECT Image FROM image WHERE id = process.image) COLLATE NOCASE"
    " THEN q.id END FROM process AS q WHERE q.host = process.host"
    " AND q.ProcessId = process.ProcessId AND q.ProcessGuid IS NULL AND q.source <> 'stub'"
    " AND q.start_time <= (SELECT min(time) FROM load WHERE process = process.id)"
    " AND NOT EXISTS (SELECT 1 FROM process AS r WHERE r.host = q.host"
    " AND r.ProcessId = q.ProcessId AND r.ProcessGuid IS NOT NULL AND r.source <> 'stub'"
    " AND r.start_time BETWEEN q.start_time - 1000000"
    " AND (SELECT min(time) FROM load WHERE process = process.id))"
    " AND NOT EXISTS (SELECT 1 FROM process AS x WHERE x.host = q.host"
    " AND x.ProcessId = q.ProcessId AND x.end_time > q.start_time"
    " AND x.end_time < (SELECT min(time) FROM load WHERE process = process.id))"
    " ORDER BY q.start_time DESC, q.CommandLine LIMIT 1)"
    " WHERE source = 'stub' AND ProcessGuid IS NOT NULL AND EXISTS (SELECT 1 FROM process AS q"
    " WHERE q.host = process.host AND q.ProcessId = process.ProcessId AND q.ProcessGuid IS NULL"
    " AND q.source <> 'stub')";

/* Loads without a ProcessGuid: each by its own time, from the last start of its
 * pid to the next one or its end.  Every start gets a stub of its own. */
static const char *const join_pids[] = {
    "CREATE TEMP TABLE IF NOT EXISTS joined"
    " (load INTEGER PRIMARY KEY, base INTEGER NOT NULL, start INTEGER)",
    "DELETE FROM temp.joined",
    "INSERT INTO temp.joined SELECT l.id, b.id, (SELECT CASE WHEN (q.end_time IS NULL"
    " OR q.end_time >= l.time) AND NOT EXISTS (SELECT 1 FROM process AS x WHERE x.host = q.host"
    " AND x.ProcessId = q.ProcessId AND x.end_time > q.start_time AND x.end_time < l.time)"
    " AND (SELECT Image FROM image WHERE id = q.image) ="
    " (SELECT Image FROM image WHERE id = b.image) COLLATE NOCASE THEN q.id END"
    " FROM process AS q WHERE q.host = b.host AND q.ProcessId = b.ProcessId"
    " AND q.source <> 'stub' AND q.start_time <= l.time AND NOT (q.ProcessGuid IS NULL"
    " AND EXISTS (SELECT 1 FROM process AS r WHERE r.host = q.host"
    " AND r.ProcessId = q.ProcessId AND r.ProcessGuid IS NOT NULL AND r.source <> 'stub'"
    " AND r.start_time BETWEEN q.start_time - 1000000 AND q.start_time + 1000000))"
    " ORDER BY q.start_time DESC, q.CommandLine LIMIT 1)"
    " FROM process AS b CROSS JOIN process AS m ON m.host = b.host AND m.ProcessId = b.ProcessId"
    " AND m.ProcessGuid IS NULL AND m.source = 'stub' AND m.image = b.image"
    " AND m.evidence = b.evidence CROSS JOIN load AS l ON l.process = m.id"
    " WHERE b.ProcessGuid IS NULL AND b.source = 'stub' AND b.explained_by IS NULL"
    " AND EXISTS (SELECT 1 FROM process AS q WHERE q.host = b.host"
    " AND q.ProcessId = b.ProcessId AND q.source <> 'stub')",
    "INSERT INTO process (host, ProcessId, image, evidence, source, explained_by)"
    " SELECT DISTINCT b.host, b.ProcessId, b.image, b.evidence, 'stub', j.start"
    " FROM temp.joined AS j CROSS JOIN process AS b ON b.id = j.base WHERE j.start IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM process AS m WHERE m.host = b.host"
    " AND m.ProcessId = b.ProcessId AND m.ProcessGuid IS NULL AND m.source = 'stub'"
    " AND m.image = b.image AND m.evidence = b.evidence AND m.explained_by = j.start)",
    "UPDATE load SET process = (SELECT m.id FROM process AS b, process AS m WHERE b.id = j.base"
    " AND m.host = b.host AND m.ProcessId = b.ProcessId AND m.ProcessGuid IS NULL"
    " AND m.source = 'stub' AND m.image = b.image AND m.evidence = b.evidence"
    " AND m.explained_by IS j.start) FROM temp.joined AS j WHERE load.id = j.load",
    "DROP TABLE temp.joined",
};

/* Copies may have moved a load to another file: its stub goes by that file. */
static const char *const rehome[] = {
    "INSERT INTO process (host, ProcessId, image, evidence, source)"
    " SELECT DISTINCT p.host, p.ProcessId, p.image, l.evidence, 'stub' FROM process AS p"
    " CROSS JOIN load AS l ON l.process = p.id WHERE p.ProcessGuid IS NULL AND p.source = 'stub'"
    " AND p.ProcessId IS NOT NULL AND l.evidence <> p.evidence AND NOT EXISTS (SELECT 1"
    " FROM process AS b WHERE b.host = p.host AND b.ProcessId = p.ProcessId"
    " AND b.image = p.image AND b.evidence = l.evidence AND b.ProcessGuid IS NULL"
    " AND b.source = 'stub' AND b.explained_by IS NULL)",
    "UPDATE load SET process = (SELECT b.id FROM process AS b WHERE b.host = p.host"
    " AND b.ProcessId = p.ProcessId AND b.image = p.image AND b.evidence = load.evidence"
    " AND b.ProcessGuid IS NULL AND b.source = 'stub' AND b.explained_by IS NULL)"
    " FROM process AS p WHERE p.id = load.process AND p.ProcessGuid IS NULL"
    " AND p.source = 'stub' AND p.ProcessId IS NOT NULL AND p.evidence <> load.evidence",
    "INSERT INTO process (host, ProcessId, image, evidence, source)"
    " SELECT DISTINCT p.host, p.ProcessId, p.image, c.evidence, 'stub' FROM process AS p"
    " CROSS JOIN context AS c ON c.process = p.id WHERE p.ProcessGuid IS NULL"
    " AND p.source = 'stub' AND p.ProcessId IS NOT NULL AND c.evidence <> p.evidence"
    " AND NOT EXISTS (SELECT 1 FROM process AS b WHERE b.host = p.host"
    " AND b.ProcessId = p.ProcessId AND b.image = p.image AND b.evidence = c.evidence"
    " AND b.ProcessGuid IS NULL AND b.source = 'stub' AND b.explained_by IS NULL)",
    "UPDATE context SET process = (SELECT b.id FROM process AS b WHERE b.host = p.host"
    " AND b.ProcessId = p.ProcessId AND b.image = p.image AND b.evidence = context.evidence"
    " AND b.ProcessGuid IS NULL AND b.source = 'stub' AND b.explained_by IS NULL)"
    " FROM process AS p WHERE p.id = context.process AND p.ProcessGuid IS NULL"
    " AND p.source = 'stub' AND p.ProcessId IS NOT NULL AND p.evidence <> context.evidence",
};

/* Stubs that the moves have left with nothing. */
static const char empty_stubs[] =
    "DELETE FROM process WHERE source = 'stub' AND ProcessGuid IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM load WHERE process = process.id)"
    " AND NOT EXISTS (SELECT 1 FROM context WHERE process = process.id)"
    " AND NOT EXISTS (SELECT 1 FROM process_record WHERE process = process.id)";

bool processes_settle(struct store *s, struct fault *f)
{
    int64_t copies, stubs;

    if (!connection_number(s, "SELECT EXISTS (SELECT 1 FROM copy)", &copies, f)
        || !connection_number(s, "SELECT EXISTS (SELECT 1 FROM process WHERE source = 'stub'"
                                 " AND ProcessGuid IS NULL)", &stubs, f))
        return false;
    for (size_t i = 0; copies && stubs && i < sizeof rehome / sizeof *rehome; i++)
        if (!connection_run(s, rehome[i], f))
            return false;
    if (!connection_run(s, parents, f) || !connection_run(s, explain_guids, f))
        return false;
    for (size_t i = 0; stubs && i < sizeof join_pids / sizeof *join_pids; i++)
        if (!connection_run(s, join_pids[i], f))
            return false;
    if (stubs && !connection_run(s, empty_stubs, f))
        return false;
    if (stubs)
        writing_forget(s);
    return true;
}
