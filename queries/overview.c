/* Overviews as statements.  Each gives a row's id first, then its columns in
 * the order of the enums in core/page.h, which the tables here follow. */
#include "queries/overview.h"

#include "queries/columns.h"
#include "queries/scope.h"

#define HIT "s.hit = 1 AND s.allowed_by IS NULL"

struct column_text {
    const char *name, *expression;
};

static const struct column_text total_columns[TOTAL_COUNT] = {
    [TOTAL_HITS] = { "hits", "count(*) FILTER (WHERE " HIT ")" },
    [TOTAL_SIGHTINGS] = { "sightings", "count(*)" },
    [TOTAL_HOSTS] = { "hosts", "count(DISTINCT s.host)" },
    [TOTAL_ALLOWED] = { "allowed", "count(s.allowed_by)" },
    [TOTAL_LOADS] = { "loads", "coalesce(sum(s.loads), 0)" },
    [TOTAL_HIT_LOADS] = { "hit_loads", "coalesce(sum(s.loads) FILTER (WHERE " HIT "), 0)" },
    [TOTAL_CASE_LOADS] = { "case_loads", "(SELECT coalesce(sum(loads), 0) FROM evidence)" },
    [TOTAL_CASE_HOSTS] = { "case_hosts",
                           "(SELECT count(*) FROM host WHERE merged_into IS NULL)" },
    [TOTAL_EVIDENCE] = { "evidence", "(SELECT count(*) FROM evidence)" },
    [TOTAL_DAMAGED] = { "damaged", "(SELECT coalesce(sum(damaged), 0) FROM evidence)" },
    [TOTAL_RECOVERED_HITS] = { "recovered_hits",
                               "coalesce(sum(s.recovered) FILTER (WHERE " HIT "), 0)" },
};

static const struct column_text evidence_columns[EVIDENCE_COLUMN_COUNT] = {
    [EVIDENCE_PATH] = { "path", "path" },
    [EVIDENCE_BUNDLE] = { "bundle", "bundle" },
    [EVIDENCE_FORMAT] = { "format", "format" },
    [EVIDENCE_STATE] = { "state", "state" },
    [EVIDENCE_SHA256] = { "sha256", "sha256" },
    [EVIDENCE_BYTES] = { "bytes", "size" },
    [EVIDENCE_RECORDS] = { "records", "records" },
    [EVIDENCE_LOADS] = { "loads", "loads" },
    [EVIDENCE_PROCESSES] = { "processes", "processes" },
    [EVIDENCE_CONTEXT] = { "context", "context" },
    [EVIDENCE_OTHER] = { "other", "other" },
    [EVIDENCE_DAMAGED] = { "damaged", "damaged" },
    [EVIDENCE_DUPLICATES] = { "duplicates", "duplicates" },
    [EVIDENCE_RECOVERED] = { "recovered", "recovered" },
    [EVIDENCE_FIRST_TIME] = { "first_time", "first_time" },
    [EVIDENCE_LAST_TIME] = { "last_time", "last_time" },
    [EVIDENCE_REASON] = { "reason", "reason" },
};

static const struct column_text host_columns[HOST_COLUMN_COUNT] = {
    [HOST_NAME] = { "host", HOST_SHOWN },
    [HOST_PLATFORM] = { "platform", "nullif(h.platform, '')" },
    [HOST_HITS] = { "hits", "coalesce(t.hits, 0)" },
    [HOST_TOP_SCORE] = { "top_score", "t.top_score" },
    [HOST_SIGHTINGS] = { "sightings", "coalesce(t.sightings, 0)" },
    [HOST_LOADS] = { "loads", "coalesce(t.loads, 0)" },
    [HOST_PROCESSES] = { "processes", "coalesce(c.processes, 0)" },
    [HOST_CONTEXT] = { "context", "coalesce(c.context, 0)" },
    [HOST_FIRST_TIME] = { "first_time", "coalesce(c.first_time, t.first_time)" },
    [HOST_LAST_TIME] = { "last_time", "coalesce(c.last_time, t.last_time)" },
};

static const struct column_text allow_columns[ALLOW_COLUMN_COUNT] = {
    [ALLOW_ID] = { "id", "a.id" },
    [ALLOW_KIND] = { "kind", "a.kind" },
    [ALLOW_VALUE] = { "value", "a.value" },
    [ALLOW_REASON] = { "reason", "a.reason" },
    [ALLOW_AUTHOR] = { "author", "a.author" },
    [ALLOW_CREATED] = { "created", "a.created" },
    [ALLOW_ENABLED] = { "enabled", "a.enabled" },
    [ALLOW_SIGHTINGS] = { "sightings",
                          "(SELECT count(*) FROM sighting s WHERE s.allowed_by = a.id)" },
    [ALLOW_LOADS] = { "loads", "(SELECT coalesce(sum(s.loads), 0) FROM sighting s"
                               " WHERE s.allowed_by = a.id)" },
};

static const struct column_text problem_columns[PROBLEM_COLUMN_COUNT] = {
    [PROBLEM_PATH] = { "path", "e.path" },
    [PROBLEM_PLACE] = { "place", "g.place" },
    [PROBLEM_BYTES] = { "bytes", "g.len" },
    [PROBLEM_REASON] = { "reason", "g.reason" },
};

/* STACK_VALUE is the column itself. */
static const struct column_text sighting_stack[STACK_COLUMN_COUNT] = {
    [STACK_LOADS] = { "loads", "sum(s.loads)" },
    [STACK_SIGHTINGS] = { "sightings", "count(*)" },
    [STACK_HOSTS] = { "hosts", "count(DISTINCT s.host)" },
    [STACK_FIRST_TIME] = { "first_time", "min(s.first_time)" },
    [STACK_LAST_TIME] = { "last_time", "max(s.last_time)" },
    [STACK_TOP_SCORE] = { "top_score", "max(s.SuspicionScore)" },
};

static const struct column_text load_stack[STACK_COLUMN_COUNT] = {
    [STACK_LOADS] = { "loads", "count(*)" },
    [STACK_SIGHTINGS] = { "sightings", "count(DISTINCT s.id)" },
    [STACK_HOSTS] = { "hosts", "count(DISTINCT s.host)" },
    [STACK_FIRST_TIME] = { "first_time", "min(l.time)" },
    [STACK_LAST_TIME] = { "last_time", "max(l.time)" },
    [STACK_TOP_SCORE] = { "top_score", "max(s.SuspicionScore)" },
};

static void put_columns(struct statement *s, const struct column_text *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        statement_column(s, columns[i].expression, columns[i].name, COLUMN_COUNT);
}

static bool narrowed(const struct question *q)
{
    return (q->contains && *q->contains) || q->pivot != PIVOT_NONE || q->pivot2 != PIVOT_NONE;
}

static void compile_totals(const struct question *q, struct statement *s)
{
    statement_put(s, "SELECT 0");
    put_columns(s, total_columns, TOTAL_COUNT);
    statement_put(s, " FROM sighting s");
    scope_where_everything(s, q);
}

static void compile_hosts(const struct question *q, struct statement *s)
{
    statement_put(s, "SELECT h.id");
    put_columns(s, host_columns, HOST_COLUMN_COUNT);
    statement_put(s, " FROM host h LEFT JOIN (SELECT host, sum(processes) AS processes,"
                     " sum(context) AS context, min(first_time) AS first_time,"
                     " max(last_time) AS last_time FROM record_range GROUP BY host) c"
                     " ON c.host = h.id");
    /* A host without a load is worth a row too, unless something is looked for. */
    statement_put(s, narrowed(q) ? " JOIN (" : " LEFT JOIN (");
    statement_put(s, "SELECT s.host, count(*) FILTER (WHERE " HIT ") AS hits,"
                     " max(s.SuspicionScore) FILTER (WHERE " HIT ") AS top_score,"
                     " count(*) AS sightings, sum(s.loads) AS loads,"
                     " min(s.first_time) AS first_time, max(s.last_time) AS last_time"
                     " FROM sighting s");
    scope_where_everything(s, q);
    statement_put(s, " GROUP BY s.host) t ON t.host = h.id WHERE h.merged_into IS NULL"
                     " ORDER BY t.top_score DESC NULLS LAST, coalesce(t.hits, 0) DESC, h.name,"
                     " h.id");
}

/* Rarest first: the fewest loads, then by value; the most frequent first where
 * the question sorts by loads, descending. */
static void compile_stack(const struct question *q, struct statement *s)
{
    const struct column_fact *fact = column_fact(q->stack);
    bool loads = fact->grain == COLUMN_L;

    statement_put(s, "SELECT 0");
    statement_column(s, columns_expression(q->stack), fact->name, q->stack);
    put_columns(s, (loads ? load_stack : sighting_stack) + 1, STACK_COLUMN_COUNT - 1);
    statement_put(s, " FROM sighting s");
    if (loads)
        statement_put(s, " CROSS JOIN load l ON l.sighting = s.id");
    columns_join(s, columns_tables(q->stack));
    scope_where(s, q);
    bool most = q->sorts > 0 && q->sort[0].column == COLUMN_ID_loads && q->sort[0].descending;
    statement_put(s, " GROUP BY 2 COLLATE BINARY ORDER BY 3");
    statement_put(s, most ? " DESC, 2 COLLATE BINARY ASC NULLS LAST"
                          : ", 2 COLLATE BINARY ASC NULLS LAST");
}

bool overview_compile(const struct question *q, uint32_t limit, struct statement *s,
                      struct fault *f)
{
    switch (q->kind) {
    case QUESTION_TOTALS:
        compile_totals(q, s);
        break;
    case QUESTION_EVIDENCE:
        statement_put(s, "SELECT id");
        put_columns(s, evidence_columns, EVIDENCE_COLUMN_COUNT);
        statement_put(s, " FROM evidence ORDER BY id");
        break;
    case QUESTION_HOSTS:
        compile_hosts(q, s);
        break;
    case QUESTION_ALLOW:
        statement_put(s, "SELECT a.id");
        put_columns(s, allow_columns, ALLOW_COLUMN_COUNT);
        statement_put(s, " FROM allow a ORDER BY a.id");
        break;
    case QUESTION_STACK:
        if (!column_fact(q->stack))
            return fault(f, FAULT_USAGE, "there is no such column to group by");
        compile_stack(q, s);
        break;
    case QUESTION_PROBLEMS:
        statement_put(s, "SELECT g.evidence");
        put_columns(s, problem_columns, PROBLEM_COLUMN_COUNT);
        statement_put(s, " FROM ingest_problem g JOIN evidence e ON e.id = g.evidence"
                         " ORDER BY g.evidence, g.kind = 'conflict', g.kind = 'note', g.place,"
                         " g.id");
        break;
    case QUESTION_SIGHTINGS:
    case QUESTION_LOADS:
    case QUESTION_HUNT:
    case QUESTION_DETAIL:
        return fault(f, FAULT_USAGE, "this question is no overview");
    }
    if (limit) {
        statement_put(s, " LIMIT ");
        statement_number(s, (int64_t)limit + 1);
    }
    return true;
}
