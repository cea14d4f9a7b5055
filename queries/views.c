/* Views for the analyst's own SQL, made of the same columns as every list.
 *
 * Factors are names and times are text here, so that a result can be read as
 * it is; the tables keep bits and microseconds. */
#include "queries/views.h"

#include "queries/columns.h"

static const char *const heads[VIEW_COUNT] = {
    [VIEW_HITS] = "CREATE TEMP VIEW hits AS SELECT s.id AS id",
    [VIEW_SIGHTINGS] = "CREATE TEMP VIEW sightings AS SELECT s.id AS id, s.hit AS hit",
    [VIEW_LOADS] = "CREATE TEMP VIEW loads AS SELECT l.id AS id, s.id AS sighting, s.hit AS hit,"
                   " (SELECT coalesce((SELECT y.source FROM process y WHERE y.id = x.explained_by),"
                   " x.source) FROM process x WHERE x.id = l.process) AS process_source",
    [VIEW_MODULES] = "CREATE TEMP VIEW modules AS SELECT m.id AS id,"
                     " (SELECT max(s.SuspicionScore) FROM pair p JOIN sighting s"
                     " ON s.pair = p.id WHERE p.module = m.id)"
                     " AS SuspicionScore,"
                     " (SELECT count(*) FROM pair p WHERE p.module = m.id) AS images,"
                     " (SELECT coalesce(sum(s.loads), 0) FROM pair p JOIN sighting s"
                     " ON s.pair = p.id WHERE p.module = m.id) AS loads",
};

/* Views that are made of no list's columns stand here whole. */
#define FILE_KEY "coalesce(m.sha256, CASE m.platform WHEN 'windows' THEN lower(m.ImageLoaded)" \
                 " ELSE m.ImageLoaded END)"
static const char *const wholes[VIEW_COUNT] = {
    [VIEW_HOSTS] =
        "CREATE TEMP VIEW hosts AS SELECT h.id AS id, " HOST_SHOWN " AS host,"
        " h.platform AS platform, h.origin AS origin FROM host h WHERE h.merged_into IS NULL",
    [VIEW_PREVALENCE] =
        "CREATE TEMP VIEW prevalence AS SELECT min(m.ImageLoaded) AS ImageLoaded,"
        " min(m.name) AS name, m.sha256 AS sha256, max(m.Signed) AS Signed,"
        " max(m.Signature) AS Signature, max(s.SuspicionScore) AS SuspicionScore,"
        " count(DISTINCT s.host) AS hosts, count(DISTINCT p.image) AS images,"
        " count(DISTINCT lower(m.ImageLoaded)) AS paths, sum(s.loads) AS loads,"
        " moment_text(min(s.first_time)) AS first_time, moment_text(max(s.last_time)) AS last_time"
        " FROM sighting s JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module"
        " WHERE m.ImageLoaded IS NOT NULL AND s.loads > 0 GROUP BY " FILE_KEY,
    /* A start that explains a stub is told with the stub. */
    [VIEW_PROCESSES] =
        "CREATE TEMP VIEW processes AS SELECT r.id AS id, " HOST_SHOWN " AS host,"
        " h.platform AS platform, coalesce(i.Image, xi.Image) AS Image,"
        " coalesce(r.CommandLine, x.CommandLine) AS CommandLine, ru.User AS User,"
        " r.ProcessId AS ProcessId, r.ProcessGuid AS ProcessGuid,"
        " moment_text(coalesce(r.start_time, x.start_time)) AS start_time,"
        " moment_text(r.end_time) AS end_time, coalesce(x.source, r.source) AS source,"
        " r.parent AS parent, coalesce(r.ParentImage, pi.Image, x.ParentImage) AS ParentImage,"
        " coalesce(r.ParentCommandLine, rp.CommandLine) AS ParentCommandLine,"
        " r.OriginalFileName AS OriginalFileName, r.IntegrityLevel AS IntegrityLevel,"
        " r.Hashes AS Hashes, substr(e.sha256, 1, 12) || ':' || coalesce(r.place, x.place) AS ref"
        " FROM process r JOIN host h ON h.id = r.host LEFT JOIN image i ON i.id = r.image"
        " LEFT JOIN user ru ON ru.id = r.user LEFT JOIN process x ON x.id = r.explained_by"
        " LEFT JOIN image xi ON xi.id = x.image LEFT JOIN process rp ON rp.id = r.parent"
        " LEFT JOIN image pi ON pi.id = rp.image"
        " LEFT JOIN evidence e ON e.id = coalesce(r.evidence, x.evidence)"
        " WHERE r.id NOT IN (SELECT explained_by FROM process WHERE explained_by IS NOT NULL)",
    [VIEW_CONTEXTS] =
        "CREATE TEMP VIEW contexts AS SELECT c.id AS id, moment_text(c.time) AS time,"
        " " HOST_SHOWN " AS host, c.event AS event, c.process AS process, i.Image AS Image,"
        " coalesce(u.User, ru.User) AS User, r.ProcessId AS ProcessId,"
        " r.ProcessGuid AS ProcessGuid, c.Target AS Target,"
        " c.TargetProcessGuid AS TargetProcessGuid, c.Hashes AS Hashes, c.Detail AS Detail,"
        " c.RuleName AS RuleName, substr(e.sha256, 1, 12) || ':' || c.place AS ref,"
        " (c.flags & 1) AS recovered"
        " FROM context c JOIN host h ON h.id = c.host LEFT JOIN image i ON i.id = c.image"
        " LEFT JOIN user u ON u.id = c.user LEFT JOIN process r ON r.id = c.process"
        " LEFT JOIN user ru ON ru.id = r.user LEFT JOIN evidence e ON e.id = c.evidence",
};

static const char *const froms[VIEW_COUNT] = {
    [VIEW_HITS] = " FROM sighting s",
    [VIEW_SIGHTINGS] = " FROM sighting s",
    [VIEW_LOADS] = " FROM load l JOIN sighting s ON s.id = l.sighting",
    [VIEW_MODULES] = " FROM module m",
};

static bool shows(enum view view, enum column c)
{
    switch (view) {
    case VIEW_HITS:
    case VIEW_SIGHTINGS:
        return column_fact(c)->grain == COLUMN_S;
    case VIEW_LOADS:
        return c != COLUMN_ID_loads && c != COLUMN_ID_hosts && c != COLUMN_ID_first_time
            && c != COLUMN_ID_last_time;
    case VIEW_MODULES:
        return (columns_tables(c) & TABLE_MODULE) != 0;
    case VIEW_HOSTS:
    case VIEW_PREVALENCE:
    case VIEW_PROCESSES:
    case VIEW_CONTEXTS:
    case VIEW_COUNT:
        break;
    }
    return false;
}

static void put_column(struct statement *s, enum column c)
{
    const struct column_fact *fact = column_fact(c);

    statement_put(s, ", ");
    if (fact->type == COLUMN_TIME)
        statement_put(s, "moment_text(");
    else if (fact->type == COLUMN_FACTORS)
        statement_put(s, "factor_names(");
    statement_put(s, columns_expression(c));
    statement_put(s, fact->type == COLUMN_TIME || fact->type == COLUMN_FACTORS ? ") AS "
                                                                              : " AS ");
    statement_put(s, fact->name);
}

void views_compile(struct statement *s, enum view view)
{
    unsigned tables = 0;

    if (wholes[view]) {
        statement_put(s, wholes[view]);
        return;
    }
    statement_put(s, heads[view]);
    for (enum column c = 0; c < COLUMN_COUNT; c++) {
        if (!shows(view, c))
            continue;
        put_column(s, c);
        tables |= columns_tables(c);
    }
    statement_put(s, froms[view]);
    if (view != VIEW_MODULES)
        columns_join(s, tables);
    if (view == VIEW_HITS)
        statement_put(s, " WHERE s.hit = 1 AND s.allowed_by IS NULL");
}
