/* One file's or one host's channels, files, records that are not kept and places
 * of damage, as rows of one shape: a section after the other, each with its
 * ceiling, so that no file can make an answer long. */
#include "queries/about.h"

#include "queries/columns.h"

static const char *const about_columns[ABOUT_COLUMN_COUNT] = {
    [ABOUT_SECTION] = "section", [ABOUT_TEXT] = "text", [ABOUT_MORE] = "more", [ABOUT_A] = "a",
    [ABOUT_B] = "b", [ABOUT_C] = "c", [ABOUT_D] = "d", [ABOUT_E] = "e",
};

static void about_file(const struct question *q, struct statement *s)
{
    size_t id = statement_keep(s, &(struct cell){ CELL_NUMBER, q->evidence, SPAN_NONE });

    statement_put(s, "SELECT * FROM (SELECT 'channel' AS section, r.Channel AS text, " HOST_SHOWN
                     " AS more,"
                     " r.first AS a, r.last AS b, r.records AS c,"
                     " CAST(max(0, r.last - r.first + 1 - r.records) AS INTEGER) AS d, r.loads AS e"
                     " FROM placed r JOIN host h ON h.id = r.host WHERE r.evidence = ");
    statement_again(s, id);
    statement_put(s, " ORDER BY h.name, r.Channel LIMIT ");
    statement_number(s, ABOUT_FILES_MAX);
    statement_put(s, ") UNION ALL SELECT * FROM (SELECT 'other', o.Provider, NULL, o.EventID, NULL,"
                     " o.records, NULL, NULL FROM other_record o WHERE o.evidence = ");
    statement_again(s, id);
    statement_put(s, " ORDER BY o.records DESC, o.Provider, o.EventID LIMIT ");
    statement_number(s, ABOUT_OTHERS_MAX);
    statement_put(s, ") UNION ALL SELECT * FROM (SELECT kind, reason, NULL, place, len, sections,"
                     " NULL, NULL FROM (SELECT *, count(*) OVER (PARTITION BY kind) AS sections,"
                     " row_number() OVER (PARTITION BY kind ORDER BY place, id) AS nth"
                     " FROM ingest_problem WHERE evidence = ");
    statement_again(s, id);
    statement_put(s, ") WHERE nth <= ");
    statement_number(s, ABOUT_PROBLEMS_MAX);
    statement_put(s, " ORDER BY CASE kind WHEN 'damaged' THEN 0 WHEN 'more' THEN 1"
                     " WHEN 'note' THEN 2 ELSE 3 END, place, id)");
}

static void about_host(const struct question *q, struct statement *s)
{
    size_t id = statement_keep(s, &(struct cell){ CELL_NUMBER, q->host, SPAN_NONE });

    statement_put(s, "SELECT * FROM (SELECT 'channel' AS section, r.Channel AS text, NULL AS more,"
                     " min(r.first) AS a, max(r.last) AS b, sum(r.records) AS c,"
                     " coalesce(max(g.missing), 0) AS d, sum(r.loads) AS e"
                     " FROM placed r LEFT JOIN gap g ON g.host = r.host"
                     " AND g.Channel = r.Channel WHERE r.host = ");
    statement_again(s, id);
    statement_put(s, " GROUP BY r.Channel ORDER BY r.Channel LIMIT ");
    statement_number(s, ABOUT_FILES_MAX);
    statement_put(s, ") UNION ALL SELECT * FROM (SELECT 'file', e.path, e.bundle, NULL, NULL,"
                     " sum(u.records), NULL, sum(u.loads) FROM (SELECT evidence, records, loads"
                     " FROM placed WHERE host = ");
    statement_again(s, id);
    statement_put(s, " UNION ALL SELECT evidence, unnumbered, NULL FROM extent WHERE host = ");
    statement_again(s, id);
    statement_put(s, ") u JOIN evidence e ON e.id = u.evidence GROUP BY e.id ORDER BY e.id LIMIT ");
    statement_number(s, ABOUT_FILES_MAX);
    statement_put(s, ")");
}

void about_compile(const struct question *q, struct statement *s)
{
    statement_put(s, RUNS "SELECT 0");
    for (size_t i = 0; i < ABOUT_COLUMN_COUNT; i++)
        statement_column(s, about_columns[i], about_columns[i], COLUMN_COUNT);
    statement_put(s, " FROM (");
    if (q->evidence)
        about_file(q, s);
    else
        about_host(q, s);
    statement_put(s, ") a");
}
