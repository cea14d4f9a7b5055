/* Overviews as statements.  Each gives a row's id first, then its columns in
 * the order of the enums in core/page.h, which the tables here follow. */
#include "queries/overview.h"

#include "queries/columns.h"
#include "queries/scope.h"

#define HIT "s.hit = 1 AND s.allowed_by IS NULL"
#define TEXT_OF_(number) #number
#define TEXT_OF(number) TEXT_OF_(number)
#define OF_LEDGER(column) "(SELECT coalesce(sum(" column "), 0) FROM evidence)"

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
    [TOTAL_CASE_LOADS] = { "case_loads", OF_LEDGER("loads") },
    [TOTAL_CASE_HOSTS] = { "case_hosts",
                           "(SELECT count(*) FROM host WHERE merged_into IS NULL)" },
    [TOTAL_EVIDENCE] = { "evidence", "(SELECT count(*) FROM evidence)" },
    [TOTAL_DAMAGED] = { "damaged", OF_LEDGER("damaged") },
    [TOTAL_RECOVERED_HITS] = { "recovered_hits",
                               "coalesce(sum(s.recovered) FILTER (WHERE " HIT "), 0)" },
    [TOTAL_RECORDS] = { "records", OF_LEDGER("records") },
    [TOTAL_PROCESSES] = { "processes", OF_LEDGER("processes") },
    [TOTAL_CONTEXT] = { "context", OF_LEDGER("context") },
    [TOTAL_OTHER] = { "other", OF_LEDGER("other") },
    [TOTAL_DUPLICATES] = { "duplicates", OF_LEDGER("duplicates") },
    [TOTAL_DAMAGED_FILES] = { "damaged_files",
                              "(SELECT count(*) FROM evidence WHERE damaged > 0"
                              " OR state IN ('partial', 'unreadable'))" },
    [TOTAL_SYSMON] = { "sysmon", "(EXISTS (SELECT 1 FROM record_range WHERE Channel LIKE"
                                 " '%Sysmon%') OR EXISTS (SELECT 1 FROM other_record WHERE"
                                 " Provider LIKE '%Sysmon%')"
                                 " OR EXISTS (SELECT 1 FROM evidence WHERE context > 0))" },
    [TOTAL_BLIND_HOSTS] = { "blind_hosts", "(SELECT count(*) FROM host h WHERE"
                                           " merged_into IS NULL AND NOT EXISTS"
                                           " (SELECT 1 FROM sighting b WHERE b.host = h.id))" },
    [TOTAL_PRIORITY] = { "priority", "count(*) FILTER (WHERE s.hit = 0 AND s.allowed_by IS NULL AND"
                                     " s.id IN (SELECT y.sighting FROM ranking y WHERE y.Priority >= "
                                     TEXT_OF(PRIORITY_NOTABLE) "))" },
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

/* Where the filter asks of loads, only those that answer are counted. */
static const struct { const char *what, *of; } over_loads[TOTAL_COUNT] = {
    [TOTAL_LOADS] = { "count(*) FILTER (WHERE (l.flags & 1) = 0)", "" },
    [TOTAL_HIT_LOADS] = { "count(*) FILTER (WHERE (l.flags & 1) = 0)", " FILTER (WHERE " HIT ")" },
    [TOTAL_RECOVERED_HITS] = { "count(*) FILTER (WHERE (l.flags & 1) = 1)",
                               " FILTER (WHERE " HIT ")" },
};

static void put_over_loads(struct statement *s, const struct question *q, size_t total)
{
    statement_put(s, ", coalesce(sum(");
    scope_over_loads(s, q, over_loads[total].what);
    statement_put(s, ")");
    statement_put(s, over_loads[total].of);
    statement_put(s, ", 0)");
    statement_name(s, total_columns[total].name, COLUMN_COUNT);
}

static void compile_totals(const struct question *q, struct statement *s)
{
    bool of_loads = scope_of_loads(q);

    statement_put(s, "SELECT 0");
    for (size_t i = 0; i < TOTAL_COUNT; i++) {
        if (of_loads && over_loads[i].what)
            put_over_loads(s, q, i);
        else
            put_columns(s, &total_columns[i], 1);
    }
    statement_put(s, " FROM sighting s");
    scope_where_everything(s, q);
}

/* Rarest first: the fewest loads, then by value; the most frequent first where
 * the question sorts by loads, descending. */
static void compile_stack(const struct question *q, struct statement *s)
{
    const struct column_fact *fact = column_fact(q->stack);
    bool loads = fact->grain == COLUMN_L || scope_of_loads(q);

    statement_put(s, "SELECT 0");
    statement_column(s, columns_expression(q->stack), fact->name, q->stack);
    put_columns(s, (loads ? load_stack : sighting_stack) + 1, STACK_COLUMN_COUNT - 1);
    statement_put(s, " FROM sighting s");
    if (loads)
        statement_put(s, " CROSS JOIN load l ON l.sighting = s.id");
    columns_join(s, columns_tables(q->stack));
    if (loads)
        scope_where_loads(s, q);
    else
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
    case QUESTION_EVIDENCE:
    case QUESTION_HOSTS:
    case QUESTION_PROBLEMS:
    case QUESTION_CHANNELS:
    case QUESTION_ABOUT:
    case QUESTION_SIGHTINGS:
    case QUESTION_LOADS:
    case QUESTION_HUNT:
    case QUESTION_DETAIL:
    case QUESTION_QUERIES:
    case QUESTION_QUERY:
        return fault(f, FAULT_USAGE, "this question is no overview");
    }
    if (limit) {
        statement_put(s, " LIMIT ");
        statement_number(s, (int64_t)limit + 1);
    }
    return true;
}
