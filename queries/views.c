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
                     " (SELECT max(p.SuspicionScore) FROM pair p WHERE p.module = m.id)"
                     " AS SuspicionScore,"
                     " (SELECT count(*) FROM pair p WHERE p.module = m.id) AS images,"
                     " (SELECT coalesce(sum(s.loads), 0) FROM pair p JOIN sighting s"
                     " ON s.pair = p.id WHERE p.module = m.id) AS loads",
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
