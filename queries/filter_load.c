/* Tests of what hangs on a load: its user, process, evidence; and what such a test
 * means for the load's sighting.
 *
 * Where few loads are looked at, each one's own process is; else all processes
 * are, once, and the loads of those that answer are found by their index. */
#include "queries/filter_leaf.h"

#include "queries/columns.h"

static void put_joins(struct statement *s, enum field field)
{
    bool parent = field == FIELD_OF_ParentImage || field == FIELD_OF_ParentCommandLine;

    statement_put(s, " LEFT JOIN process x ON x.id = r.explained_by");
    if (parent)
        statement_put(s, " LEFT JOIN process rp ON rp.id = r.parent"
                         " LEFT JOIN image pi ON pi.id = rp.image");
}

/* sure: it will be asked away. */
static void put_condition(struct statement *s, const struct filter_node *n, bool sure)
{
    leaf_test(s, n, field_expression(n->field), sure);
}

static void put_processes(struct statement *s, const struct filter_node *n, bool sure)
{
    statement_put(s, "(SELECT r.id FROM process r");
    put_joins(s, n->field);
    statement_put(s, " WHERE ");
    put_condition(s, n, sure);
    statement_put(s, ")");
}

/* Each load's own process, where few loads are looked at. */
static void process_of_load(struct statement *s, const struct filter_node *n, bool neg)
{
    statement_put(s, neg ? "(NOT EXISTS (SELECT 1 FROM process r" : "(EXISTS (SELECT 1 FROM process r");
    put_joins(s, n->field);
    statement_put(s, " WHERE r.id = l.process AND ");
    put_condition(s, n, neg);
    statement_put(s, "))");
}

void leaf_process(struct statement *s, const struct filter_node *n, bool few, bool neg)
{
    if (few) {
        process_of_load(s, n, neg);
        return;
    }
    statement_put(s, "(l.process IN ");
    put_processes(s, n, neg);
    statement_put(s, neg ? ") IS NOT TRUE" : ")");
}

/* Processes whose user is known from event 1, not from a Security 4688. */
static void put_processes_of(struct statement *s, size_t bind, unsigned how)
{
    statement_put(s, "(SELECT r.id FROM process r WHERE r.source <> '4688' AND r.user IN ");
    leaf_users(s, bind, how);
    statement_put(s, ")");
}

static void user_of_load(struct statement *s, size_t bind, unsigned how, bool neg)
{
    statement_put(s, neg ? "(NOT EXISTS (" : "(EXISTS (");
    statement_put(s, "SELECT 1 FROM user u WHERE u.id = coalesce(l.user, (SELECT r.user FROM process r"
                     " WHERE r.id = l.process AND r.source <> '4688')) AND ");
    leaf_answers(s, bind, how, "u.User");
    statement_put(s, "))");
}

void leaf_user(struct statement *s, const struct filter_node *n, bool few, bool neg)
{
    size_t bind = statement_keep_text(s, n->text);
    unsigned how = leaf_how(n, neg);

    if (few) {
        user_of_load(s, bind, how, neg);
        return;
    }
    statement_put(s, "(l.user IN ");
    leaf_users(s, bind, how);
    statement_put(s, " OR (l.user IS NULL AND l.process IN ");
    put_processes_of(s, bind, how);
    statement_put(s, neg ? ")) IS NOT TRUE" : "))");
}

void leaf_evidence(struct statement *s, const struct filter_node *n, bool few, bool neg)
{
    if (few) {
        statement_put(s, neg ? "(NOT EXISTS (" : "(EXISTS (");
        statement_put(s, "SELECT 1 FROM evidence e WHERE e.id = l.evidence AND ");
        put_condition(s, n, neg);
        statement_put(s, "))");
        return;
    }
    statement_put(s, neg ? "(l.evidence NOT IN" : "(l.evidence IN");
    statement_put(s, " (SELECT e.id FROM evidence e WHERE ");
    put_condition(s, n, neg);
    statement_put(s, "))");
}

/* ---- a load's test, asked of its sighting ---- */

/* The sighting's own span of times; recovered loads are counted beside. */
static bool some_time(struct statement *s, const struct filter_node *n, bool *exact)
{
    static const char *const newest = "max(coalesce(s.last_time, s.recovered_last),"
                                      " coalesce(s.recovered_last, s.last_time))";
    static const char *const oldest = "min(coalesce(s.first_time, s.recovered_first),"
                                      " coalesce(s.recovered_first, s.first_time))";

    *exact = !(n->low.set && n->high.set);
    statement_put(s, "(");
    if (n->test == TEST_LESS) {
        leaf_compare(s, oldest, " < ", &n->low, 0);
    } else if (n->test == TEST_MORE) {
        leaf_compare(s, newest, " > ", &n->low, 0);
    } else {
        if (n->low.set)
            leaf_compare(s, newest, " >= ", &n->low, 0);
        if (n->low.set && n->high.set)
            statement_put(s, " AND ");
        if (n->high.set)
            leaf_compare(s, oldest, " <= ", &n->high, n->high.unit - 1);
    }
    statement_put(s, ")");
    return true;
}

static void some_user(struct statement *s, const struct filter_node *n)
{
    size_t bind = statement_keep_text(s, n->text);
    unsigned how = leaf_how(n, false);

    statement_put(s, "(s.id IN (SELECT su.sighting FROM sighting_user su WHERE su.user IN ");
    leaf_users(s, bind, how);
    statement_put(s, ") OR s.id IN (SELECT q.sighting FROM load q WHERE q.user IS NULL AND q.process IN ");
    put_processes_of(s, bind, how);
    statement_put(s, "))");
}

bool leaf_of_some_load(struct statement *s, const struct filter_node *n, bool few, bool *exact)
{
    *exact = true;
    if (n->field == FIELD_OF_time)
        return some_time(s, n, exact);
    if (few)
        return false;
    if (field_fact(n->field)->of == OF_USER) {
        some_user(s, n);
        return true;
    }
    if (field_fact(n->field)->of == OF_PROCESS) {
        statement_put(s, "s.id IN (SELECT q.sighting FROM load q WHERE q.process IN ");
        put_processes(s, n, false);
        statement_put(s, ")");
        return true;
    }
    return false;
}
