/* The lists (sightings, loads) as statements, and who compiles the rest. */
#include "queries/compile.h"

#include "queries/columns.h"
#include "queries/ledger.h"
#include "queries/order.h"
#include "queries/overview.h"
#include "queries/scope.h"

/* `FROM ...` with what the keys need, and which rows. */
static void put_rows(struct statement *s, const struct question *q)
{
    bool loads = q->kind == QUESTION_LOADS;

    statement_put(s, " FROM sighting s");
    if (loads)
        /* Never from the loads: a condition always finds its sightings first. */
        statement_put(s, " CROSS JOIN load l ON l.sighting = s.id");
    columns_join(s, order_tables(q));
    if (loads)
        scope_where_loads(s, q);
    else
        scope_where(s, q);
}

static void compile_pick(const struct question *q, uint32_t limit, struct inquiry *out)
{
    const char *id = q->kind == QUESTION_LOADS ? "l.id" : "s.id";
    struct statement *s = &out->pick;

    statement_put(s, "SELECT ");
    statement_put(s, id);
    put_rows(s, q);
    order_beyond(s, q, id, q->backwards);
    order_by(s, q, id, q->backwards);
    if (limit) {
        statement_put(s, " LIMIT ");
        statement_number(s, (int64_t)limit + 1);
    }
    out->reversed = q->backwards;
}

/* Where the window has an anchor: is there a row at it, or on its other side? */
static void compile_outer(const struct question *q, struct inquiry *out)
{
    const char *id = q->kind == QUESTION_LOADS ? "l.id" : "s.id";
    struct statement *s = &out->outer;

    if (!q->anchor.set)
        return;
    /* The anchor's own row is the likely one, and is found by its id. */
    statement_put(s, "SELECT 1 WHERE EXISTS (SELECT 1");
    put_rows(s, q);
    statement_put(s, " AND ");
    statement_put(s, id);
    statement_put(s, " = ");
    statement_number(s, q->anchor.id);
    statement_put(s, ") OR EXISTS (SELECT 1");
    put_rows(s, q);
    order_beyond(s, q, id, !q->backwards);
    statement_put(s, ")");
}

static void compile_row(const struct question *q, struct inquiry *out)
{
    bool loads = q->kind == QUESTION_LOADS;
    struct statement *s = &out->row;
    unsigned tables = 0;

    /* ?1 is the id that is asked for each time; a filter's values come behind it. */
    statement_keep(s, &(struct cell){ CELL_NUMBER, 0, SPAN_NONE });
    statement_put(s, loads ? "SELECT l.id" : "SELECT s.id");
    for (unsigned c = 0; c < COLUMN_COUNT; c++) {
        const struct column_fact *fact = column_fact((enum column)c);

        if (fact->grain == COLUMN_L && !loads)
            continue;
        statement_put(s, ", ");
        order_expression(s, q, (enum column)c);
        statement_name(s, fact->name, (enum column)c);
        tables |= columns_tables((enum column)c);
    }
    statement_put(s, loads ? " FROM load l CROSS JOIN sighting s ON s.id = l.sighting"
                           : " FROM sighting s");
    columns_join(s, tables);
    statement_put(s, loads ? " WHERE l.id = ?1" : " WHERE s.id = ?1");
}

static bool compile_list(const struct question *q, uint32_t limit, struct inquiry *out,
                         struct fault *f)
{
    if (!order_sound(q, f))
        return false;
    compile_pick(q, limit, out);
    compile_outer(q, out);
    compile_row(q, out);
    return true;
}

static bool compile_kind(const struct question *q, uint32_t limit, struct inquiry *out,
                         struct fault *f)
{
    switch (q->kind) {
    case QUESTION_SIGHTINGS:
    case QUESTION_LOADS:
        return compile_list(q, limit, out, f);
    case QUESTION_TOTALS:
    case QUESTION_ALLOW:
    case QUESTION_STACK:
        return overview_compile(q, limit, &out->pick, f);
    case QUESTION_EVIDENCE:
    case QUESTION_HOSTS:
        return ledger_list(q, limit, out, f);
    case QUESTION_PROBLEMS:
    case QUESTION_CHANNELS:
    case QUESTION_ABOUT:
        ledger_compile(q, limit, &out->pick);
        return true;
    case QUESTION_HUNT:
    case QUESTION_DETAIL:
    case QUESTION_QUERIES:
    case QUESTION_QUERY:
        break;
    }
    return fault(f, FAULT_USAGE, "this question is not asked in one statement");
}

bool compile_question(const struct question *q, uint32_t limit, struct inquiry *out,
                      struct fault *f)
{
    statement_init(&out->pick);
    statement_init(&out->row);
    statement_init(&out->outer);
    out->reversed = false;
    if (scope_sound(q, f) && compile_kind(q, limit, out, f) && statement_ready(&out->pick, f)
        && statement_ready(&out->row, f) && statement_ready(&out->outer, f))
        return true;
    inquiry_clear(out);
    return false;
}

void inquiry_clear(struct inquiry *in)
{
    statement_clear(&in->pick);
    statement_clear(&in->row);
    statement_clear(&in->outer);
}
