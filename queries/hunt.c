/* The hunt's statements.  Nothing here sorts or reads; see queries/hunt.h. */
#include "queries/hunt.h"

#include "queries/columns.h"
#include "queries/scope.h"

const enum column hunt_columns[HUNT_COLUMN_COUNT] = {
    [HUNT_TIME] = COLUMN_ID_time,
    [HUNT_HOST] = COLUMN_ID_host,
    [HUNT_USER] = COLUMN_ID_User,
    [HUNT_IMAGE] = COLUMN_ID_Image,
    [HUNT_COMMANDLINE] = COLUMN_ID_CommandLine,
    [HUNT_IMAGELOADED] = COLUMN_ID_ImageLoaded,
    [HUNT_SIGNED] = COLUMN_ID_Signed,
    [HUNT_SIGNATURESTATUS] = COLUMN_ID_SignatureStatus,
    [HUNT_HASHES] = COLUMN_ID_Hashes,
    [HUNT_FACTORS] = COLUMN_ID_factors,
    [HUNT_SCORE] = COLUMN_ID_SuspicionScore,
    [HUNT_REF] = COLUMN_ID_ref,
    [HUNT_PLATFORM] = COLUMN_ID_platform,
    [HUNT_RESOLUTION] = COLUMN_ID_resolution,
    [HUNT_RECOVERED] = COLUMN_ID_recovered,
    [HUNT_ALLOWED] = COLUMN_ID_allowed_by,
    [HUNT_SHA256] = COLUMN_ID_sha256,
    [HUNT_PRIORITY] = COLUMN_ID_Priority,
    [HUNT_REASONS] = COLUMN_ID_reasons,
};

static void put_narrow(struct statement *s, const struct question *q, int score,
                       unsigned tables)
{
    statement_put(s, "SELECT l.id, l.time, l.sighting, l.process, l.user, l.evidence, l.place,"
                     " l.flags FROM sighting s CROSS JOIN load l ON l.sighting = s.id");
    columns_join(s, tables);
    scope_where_loads(s, q);
    statement_put(s, " AND s.SuspicionScore = ");
    statement_number(s, score);
    if (!q->include_recovered)
        statement_put(s, " AND (l.flags & 1) = 0");
    /* auditd's maps whose path was never found say nothing of a module. */
    statement_put(s, " AND ((l.flags >> 8) & 255) <> ");
    statement_number(s, RESOLUTION_UNRESOLVED);
}

static void put_limit(struct statement *s, uint32_t limit)
{
    if (limit) {
        statement_put(s, " LIMIT ");
        statement_number(s, limit);
    }
}

void hunt_pick(struct statement *s, const struct question *q, int score, uint32_t limit)
{
    put_narrow(s, q, score, 0);
    statement_put(s, " ORDER BY l.time DESC NULLS LAST");
    put_limit(s, limit);
}

void hunt_ties(struct statement *s, const struct question *q, int score,
               const struct cell *time, uint32_t limit)
{
    put_narrow(s, q, score, TABLE_PAIR | TABLE_MODULE | TABLE_IMAGE | TABLE_HOST | TABLE_EVIDENCE);
    statement_put(s, " AND l.time IS ");
    statement_again(s, statement_keep(s, time));
    statement_put(s, " ORDER BY (" HOST_SHOWN ") COLLATE BINARY, coalesce(i.Image, '') COLLATE BINARY,"
                     " coalesce(m.ImageLoaded, '') COLLATE BINARY, coalesce(e.sha256, ''),"
                     " l.place, l.id");
    put_limit(s, limit);
}

void hunt_sighting(struct statement *s)
{
    statement_put(s, "SELECT " HOST_SHOWN ", i.Image, m.ImageLoaded, m.Signed, m.SignatureStatus,"
                     " m.Hashes, s.factors, s.SuspicionScore, nullif(m.platform, ''),"
                     " s.allowed_by, m.sha256, " PRIORITY_SHOWN ", reason_names(k.reasons)"
                     " FROM sighting s");
    columns_join(s, TABLE_PAIR | TABLE_MODULE | TABLE_IMAGE | TABLE_HOST | TABLE_RANKING);
    statement_put(s, " WHERE s.id = ?1");
}

void hunt_process(struct statement *s)
{
    statement_put(s, "SELECT coalesce(r.CommandLine, x.CommandLine), ru.User FROM process r"
                     " LEFT JOIN user ru ON ru.id = r.user AND r.source <> '4688'"
                     " LEFT JOIN process x ON x.id = r.explained_by WHERE r.id = ?1");
}

void hunt_user(struct statement *s)
{
    statement_put(s, "SELECT User FROM user WHERE id = ?1");
}

void hunt_evidence(struct statement *s)
{
    statement_put(s, "SELECT substr(sha256, 1, 12), sha256 FROM evidence WHERE id = ?1");
}
