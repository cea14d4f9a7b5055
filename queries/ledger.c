/* Statements over the ledger's tables.
 *
 * A list is one inner SELECT with named columns, so that it can be sorted by any
 * of them and paged by key.  The surprise: gaps in record numbers are reckoned
 * from each file's first, last and count alone (docs/case-file.md), since the
 * numbers of records that are not kept are in no table. */
#include "queries/ledger.h"

#include "queries/about.h"
#include "queries/columns.h"

struct column_text {
    const char *name, *expression;
};

/* A list: its rows, its columns, and which of these are looked into for a text. */
struct list {
    const struct column_text *columns;
    size_t count;
    const char *first;    /* what goes before them: `SELECT id` and the like */
    const char *from;
    const char *usual;    /* its order where none is asked for; NULL: by id */
    const size_t *texts;
    size_t text_count;
    const bool *is_text;  /* by column: sorted without regard to case; NULL: none */
};

static const struct column_text evidence_columns[EVIDENCE_COLUMN_COUNT] = {
    [EVIDENCE_PATH] = { "path", "e.path" },
    [EVIDENCE_BUNDLE] = { "bundle", "e.bundle" },
    [EVIDENCE_FORMAT] = { "format", "e.format" },
    [EVIDENCE_STATE] = { "state", "e.state" },
    [EVIDENCE_SHA256] = { "sha256", "e.sha256" },
    [EVIDENCE_BYTES] = { "bytes", "e.size" },
    [EVIDENCE_RECORDS] = { "records", "e.records" },
    [EVIDENCE_LOADS] = { "loads", "e.loads" },
    [EVIDENCE_PROCESSES] = { "processes", "e.processes" },
    [EVIDENCE_CONTEXT] = { "context", "e.context" },
    [EVIDENCE_OTHER] = { "other", "e.other" },
    [EVIDENCE_DAMAGED] = { "damaged", "e.damaged" },
    [EVIDENCE_DUPLICATES] = { "duplicates", "e.duplicates" },
    [EVIDENCE_RECOVERED] = { "recovered", "e.recovered" },
    [EVIDENCE_FIRST_TIME] = { "first_time", "e.first_time" },
    [EVIDENCE_LAST_TIME] = { "last_time", "e.last_time" },
    /* Of what is damaged alone, why its first record is. */
    [EVIDENCE_REASON] = { "reason", "ifnull(e.reason, CASE WHEN e.damaged THEN (SELECT d.reason"
                                    " FROM ingest_problem d WHERE d.evidence = e.id"
                                    " AND d.kind = 'damaged' ORDER BY d.place LIMIT 1) END)" },
    [EVIDENCE_CONFLICTS] = { "conflicts", "(SELECT count(*) FROM ingest_problem g"
                                          " WHERE g.evidence = e.id AND g.kind = 'conflict')" },
};

static const bool evidence_is_text[EVIDENCE_COLUMN_COUNT] = {
    [EVIDENCE_PATH] = true, [EVIDENCE_BUNDLE] = true, [EVIDENCE_FORMAT] = true,
    [EVIDENCE_STATE] = true, [EVIDENCE_REASON] = true,
};

static const size_t evidence_texts[] = {
    EVIDENCE_PATH, EVIDENCE_BUNDLE, EVIDENCE_FORMAT, EVIDENCE_STATE, EVIDENCE_SHA256,
    EVIDENCE_REASON,
};

static const struct list evidence_list = {
    evidence_columns, EVIDENCE_COLUMN_COUNT, "SELECT e.id AS id", " FROM evidence e", NULL,
    evidence_texts, sizeof evidence_texts / sizeof *evidence_texts, evidence_is_text,
};

/* ---- channels ---- */

static const struct column_text channel_columns[CHANNEL_COLUMN_COUNT] = {
    [CHANNEL_HOST] = { "host", HOST_SHOWN },
    [CHANNEL_NAME] = { "channel", "r.Channel" },
    [CHANNEL_FILES] = { "files", "count(*)" },
    [CHANNEL_RECORDS] = { "records", "sum(r.records)" },
    [CHANNEL_FIRST] = { "first", "min(r.first)" },
    [CHANNEL_LAST] = { "last", "max(r.last)" },
    [CHANNEL_GAPS] = { "gaps", "coalesce(max(g.gaps), 0)" },
    [CHANNEL_MISSING] = { "missing", "coalesce(max(g.missing), 0)" },
    [CHANNEL_LOADS] = { "loads", "sum(r.loads)" },
    [CHANNEL_PROCESSES] = { "processes", "sum(r.processes)" },
    [CHANNEL_CONTEXT] = { "context", "sum(r.context)" },
    [CHANNEL_FIRST_TIME] = { "first_time", "min(r.first_time)" },
    [CHANNEL_LAST_TIME] = { "last_time", "max(r.last_time)" },
};

/* ---- hosts ---- */

#define HIT "s.hit = 1 AND s.allowed_by IS NULL"
#define SHARE(hash) \
    "CASE WHEN coalesce(t.loads + t.recovered, 0) = 0 THEN NULL WHEN t." hash " = 0 THEN 'none'" \
    " WHEN t." hash " = t.loads + t.recovered THEN 'all' ELSE 'some' END"
#define EITHER(least, column) \
    least "(coalesce(c." column ", t." column "), coalesce(t." column ", c." column "))"

static const struct column_text host_columns[HOST_COLUMN_COUNT] = {
    [HOST_NAME] = { "host", HOST_SHOWN },
    [HOST_PLATFORM] = { "platform", "nullif(h.platform, '')" },
    [HOST_HITS] = { "hits", "coalesce(t.hits, 0)" },
    [HOST_TOP_SCORE] = { "top_score", "t.top_score" },
    [HOST_SIGHTINGS] = { "sightings", "coalesce(t.sightings, 0)" },
    [HOST_LOADS] = { "loads", "coalesce(t.loads, 0)" },
    [HOST_PROCESSES] = { "processes", "coalesce(p.processes, 0)" },
    [HOST_CONTEXT] = { "context", "coalesce(x.context, 0)" },
    [HOST_FIRST_TIME] = { "first_time", EITHER("min", "first_time") },
    [HOST_LAST_TIME] = { "last_time", EITHER("max", "last_time") },
    [HOST_RECOVERED] = { "recovered", "coalesce(t.recovered, 0)" },
    [HOST_FILES] = { "files", "coalesce(e.files, 0)" },
    [HOST_GAPS] = { "gaps", "coalesce(g.gaps, 0)" },
    [HOST_MISSING] = { "missing", "coalesce(g.missing, 0)" },
    [HOST_SHA256] = { "sha256", SHARE("sha256") },
    [HOST_SHA1] = { "sha1", SHARE("sha1") },
    [HOST_MD5] = { "md5", SHARE("md5") },
    [HOST_IMPHASH] = { "imphash", SHARE("imphash") },
    [HOST_LOGGING] = { "logging", "n.logging" },
};

#define CARRY(hash) "sum(s.loads + s.recovered) FILTER (WHERE m." hash " IS NOT NULL)"

/* What one file of a host denies and another shows is not said. */
#define TOLD \
    ", of_host AS (SELECT coalesce(o.merged_into, o.id) AS host, n.what, n.words FROM host_note n" \
    " JOIN host o ON o.id = n.host), told AS (SELECT DISTINCT host, what, words FROM of_host a" \
    " WHERE a.what NOT LIKE 'no-%' OR NOT EXISTS (SELECT 1 FROM of_host b WHERE b.host = a.host" \
    " AND b.what = substr(a.what, 4)) ORDER BY host, what, words) "

#define HOST_TABLES \
    " FROM host h" \
    " LEFT JOIN (SELECT host, min(first_time) AS first_time, max(last_time) AS last_time" \
    " FROM placed GROUP BY host) c ON c.host = h.id" \
    " LEFT JOIN (SELECT host, sum(gaps) AS gaps, CAST(total(missing) AS INTEGER) AS missing" \
    " FROM gap GROUP BY host) g" \
    " ON g.host = h.id" \
    " LEFT JOIN (SELECT host, count(*) AS files FROM (SELECT host, evidence FROM placed" \
    " UNION SELECT coalesce(y.merged_into, y.id), z.evidence FROM extent z" \
    " JOIN host y ON y.id = z.host) GROUP BY host) e ON e.host = h.id" \
    " LEFT JOIN (SELECT r.host, count(*) AS processes FROM process_record w" \
    " JOIN process r ON r.id = w.process GROUP BY r.host) p ON p.host = h.id" \
    " LEFT JOIN (SELECT host, count(*) AS context FROM context GROUP BY host) x ON x.host = h.id" \
    " LEFT JOIN (SELECT s.host, count(*) FILTER (WHERE " HIT ") AS hits," \
    " max(s.SuspicionScore) FILTER (WHERE " HIT ") AS top_score, count(*) AS sightings," \
    " sum(s.loads) AS loads, sum(s.recovered) AS recovered," \
    " min(s.first_time) AS first_time, max(s.last_time) AS last_time," \
    " coalesce(" CARRY("sha256") ", 0) AS sha256, coalesce(" CARRY("sha1") ", 0) AS sha1," \
    " coalesce(" CARRY("md5") ", 0) AS md5, coalesce(" CARRY("imphash") ", 0) AS imphash" \
    " FROM sighting s JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module" \
    " GROUP BY s.host) t ON t.host = h.id" \
    " LEFT JOIN (SELECT host, group_concat(words, '; ') AS logging FROM told GROUP BY host) n" \
    " ON n.host = h.id WHERE h.merged_into IS NULL"

static const bool host_is_text[HOST_COLUMN_COUNT] = {
    [HOST_NAME] = true, [HOST_PLATFORM] = true, [HOST_SHA256] = true, [HOST_SHA1] = true,
    [HOST_MD5] = true, [HOST_IMPHASH] = true, [HOST_LOGGING] = true,
};
static const size_t host_texts[] = { HOST_NAME };

static const struct list host_list = {
    host_columns, HOST_COLUMN_COUNT, RUNS TOLD "SELECT h.id AS id", HOST_TABLES,
    " ORDER BY top_score DESC NULLS LAST, hits DESC, host COLLATE BINARY, id",
    host_texts, 1, host_is_text,
};

/* ---- lists ---- */

static void put_column(struct statement *s, const struct column_text *c)
{
    statement_column(s, c->expression, c->name, COLUMN_COUNT);
    statement_put(s, " AS ");
    statement_put(s, c->name);
}

static void put_inner(struct statement *s, const struct list *l, const struct question *q)
{
    statement_put(s, " FROM (");
    statement_put(s, l->first);
    for (size_t i = 0; i < l->count; i++)
        put_column(s, &l->columns[i]);
    statement_put(s, l->from);
    statement_put(s, ") q WHERE 1");
    if (!q->contains || !*q->contains)
        return;
    size_t bind = statement_keep_text(s, span_text(q->contains));
    for (size_t i = 0; i < l->text_count; i++) {
        statement_put(s, i ? " OR instr(lower(q." : " AND (instr(lower(q.");
        statement_put(s, l->columns[l->texts[i]].name);
        statement_put(s, "), lower(");
        statement_again(s, bind);
        statement_put(s, "))");
    }
    statement_put(s, ")");
}

static void put_key(struct statement *s, const struct list *l, size_t column)
{
    statement_put(s, "q.");
    statement_put(s, l->columns[column].name);
    if (l->is_text && l->is_text[column])
        statement_put(s, " COLLATE NOCASE");
}

static void put_id(struct statement *s, const struct question *q, bool before)
{
    statement_put(s, before ? "q.id < " : "q.id > ");
    statement_number(s, q->anchor.id);
}

/* Rows behind the anchor, or before it; NULLs come last in either direction. */
static void put_beyond(struct statement *s, const struct list *l, const struct question *q,
                       bool before)
{
    const struct cell *value = &q->anchor.key[0];
    size_t column = (size_t)q->sort[0].column;

    if (q->sorts == 0) {
        put_id(s, q, before);
        return;
    }
    statement_put(s, "(");
    if (value->type == CELL_NULL) {
        put_key(s, l, column);
        statement_put(s, before ? " IS NOT NULL OR " : " IS NULL AND ");
        put_id(s, q, before);
    } else {
        size_t bind = statement_keep(s, value);

        put_key(s, l, column);
        statement_put(s, q->sort[0].descending != before ? " < " : " > ");
        statement_again(s, bind);
        statement_put(s, " OR (");
        put_key(s, l, column);
        statement_put(s, " = ");
        statement_again(s, bind);
        statement_put(s, " AND ");
        put_id(s, q, before);
        statement_put(s, ")");
        if (!before) {
            statement_put(s, " OR ");
            put_key(s, l, column);
            statement_put(s, " IS NULL");
        }
    }
    statement_put(s, ")");
}

static void put_order(struct statement *s, const struct list *l, const struct question *q)
{
    if (q->sorts == 0 && l->usual && !q->anchor.set) {
        statement_put(s, l->usual);
        return;
    }
    statement_put(s, " ORDER BY ");
    if (q->sorts) {
        put_key(s, l, (size_t)q->sort[0].column);
        statement_put(s, q->sort[0].descending != q->backwards ? " DESC" : " ASC");
        statement_put(s, q->backwards ? " NULLS FIRST, " : " NULLS LAST, ");
    }
    statement_put(s, q->backwards ? "q.id DESC" : "q.id");
}

/* Is there a row at the anchor, or on its other side? */
static void put_outer(struct statement *s, const struct list *l, const struct question *q)
{
    statement_put(s, "SELECT 1 WHERE EXISTS (SELECT 1");
    put_inner(s, l, q);
    statement_put(s, " AND (q.id = ");
    statement_number(s, q->anchor.id);
    statement_put(s, " OR ");
    put_beyond(s, l, q, !q->backwards);
    statement_put(s, "))");
}

static void put_limit(struct statement *s, uint32_t limit)
{
    if (!limit)
        return;
    statement_put(s, " LIMIT ");
    statement_number(s, (int64_t)limit + 1);
}

bool ledger_list(const struct question *q, uint32_t limit, struct inquiry *out, struct fault *f)
{
    const struct list *l = q->kind == QUESTION_EVIDENCE ? &evidence_list : &host_list;

    if (q->sorts > 1 || (q->sorts && (size_t)q->sort[0].column >= l->count))
        return fault(f, FAULT_USAGE, "there is no such column to sort by");
    statement_put(&out->pick, "SELECT *");
    put_inner(&out->pick, l, q);
    if (q->anchor.set) {
        statement_put(&out->pick, " AND ");
        put_beyond(&out->pick, l, q, q->backwards);
        put_outer(&out->outer, l, q);
    }
    put_order(&out->pick, l, q);
    put_limit(&out->pick, limit);
    out->reversed = q->backwards;
    return true;
}

/* ---- damaged places ---- */

static const struct column_text problem_columns[PROBLEM_COLUMN_COUNT] = {
    [PROBLEM_PATH] = { "path", "e.path" },
    [PROBLEM_PLACE] = { "place", "g.place" },
    [PROBLEM_BYTES] = { "bytes", "g.len" },
    [PROBLEM_REASON] = { "reason", "g.reason" },
    [PROBLEM_KIND] = { "kind", "g.kind" },
    [PROBLEM_BUNDLE] = { "bundle", "e.bundle" },
};

static void put_columns(struct statement *s, const struct column_text *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        statement_column(s, columns[i].expression, columns[i].name, COLUMN_COUNT);
}

static void compile_problems(const struct question *q, struct statement *s)
{
    statement_put(s, "SELECT g.evidence");
    put_columns(s, problem_columns, PROBLEM_COLUMN_COUNT);
    statement_put(s, " FROM ingest_problem g JOIN evidence e ON e.id = g.evidence");
    if (q->evidence) {
        statement_put(s, " WHERE g.evidence = ");
        statement_number(s, q->evidence);
    }
    statement_put(s, " ORDER BY g.evidence, CASE g.kind WHEN 'note' THEN 1 WHEN 'conflict'"
                     " THEN 2 ELSE 0 END, g.place, g.id");
}

static void compile_channels(struct statement *s)
{
    statement_put(s, RUNS "SELECT h.id");
    put_columns(s, channel_columns, CHANNEL_COLUMN_COUNT);
    statement_put(s, " FROM placed r JOIN host h ON h.id = r.host LEFT JOIN gap g"
                     " ON g.host = r.host AND g.Channel = r.Channel"
                     " GROUP BY r.host, r.Channel ORDER BY h.name, r.Channel");
}

void ledger_compile(const struct question *q, uint32_t limit, struct statement *s)
{
    if (q->kind == QUESTION_PROBLEMS)
        compile_problems(q, s);
    else if (q->kind == QUESTION_CHANNELS)
        compile_channels(s);
    else
        about_compile(q, s);
    put_limit(s, limit);
}
