/* After an ingest: indexes, counts that copies upset, late starts, ranks.
 *
 * Each step is a transaction of its own and can be done again, so that a kill
 * in between costs nothing but the next settle.  What it makes of a case does
 * not depend on the order in which its files came. */
#include "store/ranking.h"

/* Sightings whose loads went elsewhere, and what nothing points to any more. */
static const char *const sweep[] = {
    "UPDATE sighting SET"
    " first_time = (SELECT min(time) FROM load WHERE sighting = sighting.id AND NOT flags & 1),"
    " last_time = (SELECT max(time) FROM load WHERE sighting = sighting.id AND NOT flags & 1),"
    " recovered_first = (SELECT min(time) FROM load WHERE sighting = sighting.id AND flags & 1),"
    " recovered_last = (SELECT max(time) FROM load WHERE sighting = sighting.id AND flags & 1)"
    " WHERE id IN (SELECT sighting FROM stale)",
    "DELETE FROM sighting_user WHERE sighting IN (SELECT sighting FROM stale)"
    " AND loads = 0 AND recovered = 0",
    "DELETE FROM sighting WHERE id IN (SELECT sighting FROM stale)"
    " AND loads = 0 AND recovered = 0",
    "DELETE FROM sighting_file WHERE sighting IN (SELECT sighting FROM stale)"
    " AND sighting NOT IN (SELECT id FROM sighting)",
    "DELETE FROM pair WHERE hosts = 0"
    " AND NOT EXISTS (SELECT 1 FROM sighting WHERE pair = pair.id)",
    "DELETE FROM module WHERE NOT EXISTS (SELECT 1 FROM pair WHERE module = module.id)",
    "DELETE FROM stale",
};

static bool sweep_stale(struct store *s, struct fault *f)
{
    int64_t any;

    if (!connection_number(s, "SELECT count(*) FROM (SELECT 1 FROM stale LIMIT 1)", &any, f))
        return false;
    for (size_t i = 0; any && i < sizeof sweep / sizeof *sweep; i++)
        if (!connection_run(s, sweep[i], f))
            return false;
    if (!any)
        return true;
    writing_forget(s);
    return ranking_forget(s, f);
}

/* What was not read of a bundle (no password, a limit) is no open question once the
 * same bytes were read whole.  A member belongs to the last file of its bundle's path
 * that was met before it. */
static bool supersede(struct store *s, struct fault *f)
{
    static const char text[] =
        "WITH old AS (SELECT o.id, o.path, n.id AS whole,"
        " ifnull((SELECT min(x.id) FROM evidence x WHERE x.bundle IS NULL AND x.path = o.path"
        " AND x.id > o.id), 9223372036854775807) AS next"
        " FROM evidence n JOIN evidence o ON o.sha256 = n.sha256 AND o.id < n.id"
        " WHERE n.settled = 0 AND n.state = 'complete' AND n.bundle IS NULL"
        " AND o.state = 'partial' AND o.bundle IS NULL)"
        " UPDATE evidence SET state = 'superseded', reason = 'the same bytes were read whole later'"
        " || ifnull('; before: ' || reason, '') FROM old"
        " WHERE evidence.state IN ('partial', 'unreadable') AND (evidence.id = old.id"
        " OR (evidence.id > old.id AND evidence.id < min(old.whole, old.next)"
        " AND (evidence.bundle = old.path"
        " OR substr(evidence.bundle, 1, length(old.path) + 1) = old.path || '!')))";

    return connection_run(s, text, f);
}

static bool mark_settled(struct store *s, struct fault *f)
{
    if (s->writing->ended && !ledger_ended(s, f))
        return false;
    return connection_run(s, "UPDATE evidence SET settled = 1 WHERE state <> 'reading'"
                             " AND settled = 0", f);
}

static bool load_sighting(struct store *s, struct fault *f)
{
    return schema_index(s, "load_sighting", f);
}

static bool load_process(struct store *s, struct fault *f)
{
    return schema_index(s, "load_process", f);
}

static bool context_process(struct store *s, struct fault *f)
{
    return schema_index(s, "context_process", f);
}

static bool context_target(struct store *s, struct fault *f)
{
    return schema_index(s, "context_target", f);
}

bool store_settle(struct store *s, struct fault *f)
{
    static bool (*const steps[])(struct store *, struct fault *) = {
        load_sighting, load_process, context_process, context_target,
        sweep_stale, duplicates_settle, processes_settle, ranking_settle, supersede,
        mark_settled,
    };

    if (!store_commit(s, f))
        return false;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (!writing_begin(s, f))
            return false;
        if (!steps[i](s, f)) {
            writing_rollback(s);
            return false;
        }
        if (!store_commit(s, f))
            return false;
    }
    return true;
}

bool store_settled(struct store *s, bool *settled, struct fault *f)
{
    bool has, ranked;
    int64_t waiting;

    *settled = false;
    if (!schema_has(s, "load_sighting", &has, f)
        || !connection_number(s, "SELECT count(*) FROM evidence WHERE settled = 0"
                                 " AND state <> 'reading'", &waiting, f)
        || !ranking_current(s, &ranked, f))
        return false;
    *settled = has && waiting == 0 && ranked;
    return true;
}
