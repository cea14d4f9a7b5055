/* The condition on `sighting s` or `load l` that a question's scope and filter make.
 *
 * Among hits, which are few, it is cheaper to look at each one's own module than
 * to search all modules first, so a filter is asked in two ways (filter_sql.h).
 * The surprise: a question carries its filter as text, which is parsed here each
 * time: that costs microseconds, and text crosses threads without an owner. */
#include "queries/scope.h"

#include "queries/filter_sql.h"

/* An empty one where there is none, or where the text is none (scope_sound). */
static struct filter *filter_of(const struct question *q)
{
    struct filter *fl = filter_parse(span_text(q->filter ? q->filter : ""), NULL, NULL);

    return fl ? fl : filter_open();
}

bool scope_sound(const struct question *q, struct fault *f)
{
    struct filter *fl;

    if (q->contains && strlen(q->contains) > CONTAINS_BYTES_MAX)
        return fault(f, FAULT_USAGE, "the text to look for is longer than %d bytes",
                     CONTAINS_BYTES_MAX);
    fl = filter_parse(span_text(q->filter ? q->filter : ""), NULL, f);
    filter_close(fl);
    return fl != NULL;
}

static void put_scope(struct statement *s, const struct question *q)
{
    if (q->everything && q->least_priority) {
        statement_put(s, " WHERE s.id IN (SELECT y.sighting FROM ranking y WHERE y.Priority >= ");
        statement_number(s, q->least_priority);
        statement_put(s, q->include_allowed ? ")" : ") AND s.allowed_by IS NULL");
        return;
    }
    if (q->everything) {
        statement_put(s, " WHERE 1");
        return;
    }
    /* Literally so: it is what makes the index of hits serve. */
    statement_put(s, " WHERE s.hit = 1");
    if (!q->include_allowed)
        statement_put(s, " AND s.allowed_by IS NULL");
}

void scope_where(struct statement *s, const struct question *q)
{
    struct filter *fl = filter_of(q);

    put_scope(s, q);
    filter_sightings(s, fl, !q->everything);
    filter_close(fl);
}

void scope_where_everything(struct statement *s, const struct question *q)
{
    struct filter *fl = filter_of(q);

    statement_put(s, " WHERE 1");
    filter_sightings(s, fl, false);
    filter_close(fl);
}

void scope_where_loads(struct statement *s, const struct question *q)
{
    struct filter *fl = filter_of(q);

    if (q->sighting) {
        statement_put(s, " WHERE s.id = ");
        statement_number(s, q->sighting);
    } else {
        put_scope(s, q);
    }
    filter_loads(s, fl, q->sighting || !q->everything);
    filter_close(fl);
}

bool scope_of_loads(const struct question *q)
{
    struct filter *fl = filter_of(q);
    bool of_loads = filter_of_loads(fl);

    filter_close(fl);
    return of_loads;
}

void scope_over_loads(struct statement *s, const struct question *q, const char *what)
{
    struct filter *fl = filter_of(q);

    filter_over_loads(s, fl, what);
    filter_close(fl);
}
