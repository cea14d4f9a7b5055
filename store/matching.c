/* text_answers().  A matcher is made once a statement: SQLite keeps it beside
 * the argument that it was made of, which is a bound value and never changes. */
#include "store/matching.h"

#include "queries/filter_sql.h"

#include <sqlite3.h>

static void drop(void *matcher)
{
    matcher_close(matcher);
}

static struct span text_of(sqlite3_value *value)
{
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return SPAN_NONE;
    const unsigned char *text = sqlite3_value_text(value);
    if (!text)
        return SPAN_EMPTY;
    return span_of(text, (size_t)sqlite3_value_bytes(value));
}

static struct matcher *make(sqlite3_context *ctx, sqlite3_value *text, int how)
{
    unsigned flags = (how & MATCHING_PATH ? MATCHER_PATH : 0u) | (how & MATCHING_TAIL ? MATCHER_TAIL : 0u);
    struct matcher *m;
    struct fault f;

    m = matcher_open((enum matcher_kind)(how & MATCHING_KINDS), flags, text_of(text), &f);
    if (!m)
        sqlite3_result_error(ctx, f.text, -1);
    return m;
}

/* *made: it is ours and must be closed (SQLite did not want to keep it). */
static struct matcher *matcher_of(sqlite3_context *ctx, sqlite3_value **value, int how, bool *made)
{
    struct matcher *m = sqlite3_get_auxdata(ctx, 0);

    *made = false;
    if (m || !(m = make(ctx, value[0], how)))
        return m;
    sqlite3_set_auxdata(ctx, 0, m, drop); /* which may close it at once */
    m = sqlite3_get_auxdata(ctx, 0);
    *made = !m;
    return m ? m : make(ctx, value[0], how);
}

static void text_answers(sqlite3_context *ctx, int count, sqlite3_value **value)
{
    enum match best = MATCH_NO;
    struct matcher *m;
    bool made;
    int how;

    if (count < 3) {
        sqlite3_result_error(ctx, "text_answers needs a text, how to match it, and a value", -1);
        return;
    }
    how = sqlite3_value_int(value[1]);
    m = matcher_of(ctx, value, how, &made);
    for (int i = 2; m && i < count && best != MATCH_YES; i++) {
        enum match one = matcher_answers(m, text_of(value[i]));

        best = one == MATCH_NO ? best : one;
    }
    if (made)
        matcher_close(m);
    if (m)
        sqlite3_result_int(ctx, best == MATCH_YES || (best == MATCH_UNSURE && !(how & MATCHING_SURE)));
}

bool matching_register(struct sqlite3 *db, struct fault *f)
{
    int rc = sqlite3_create_function_v2(db, "text_answers", -1,
                                        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                        NULL, text_answers, NULL, NULL, NULL);

    if (rc != SQLITE_OK)
        return fault(f, FAULT_SYSTEM, "the SQL function text_answers can't be added: %s",
                     sqlite3_errstr(rc));
    return true;
}
