/* One question, one page; or, streamed, page after page of one answer.
 *
 * Each answer sees the case as it was when it began.  A page never comes back
 * half true: where an answer failed or was given up it has no rows. */
#include "store/answer.h"

#include "store/detail.h"
#include "store/hunt.h"
#include "store/list.h"
#include "store/query.h"

static bool run(struct store *s, const struct question *q, struct rows *r, struct fault *f)
{
    switch (q->kind) {
    case QUESTION_DETAIL:
        return detail_run(s, q, r, f);
    case QUESTION_HUNT:
        return hunt_run(s, q, r, f);
    case QUESTION_QUERIES:
        return query_list(s, q, r, f);
    case QUESTION_QUERY:
        return query_run(s, q, r, f);
    case QUESTION_SIGHTINGS:
    case QUESTION_LOADS:
    case QUESTION_TOTALS:
    case QUESTION_EVIDENCE:
    case QUESTION_HOSTS:
    case QUESTION_ALLOW:
    case QUESTION_STACK:
    case QUESTION_PROBLEMS:
    case QUESTION_CHANNELS:
    case QUESTION_ABOUT:
        return list_run(s, q, r, f);
    }
    return fault(f, FAULT_USAGE, "there is no such question");
}

bool answer_run(struct store *s, const struct question *q, struct rows *r, int64_t wait_us,
                struct fault *f)
{
    bool ok;

    if (!select_begin(s, wait_us, f))
        return false;
    ok = run(s, q, r, f);
    select_end(s);
    return ok;
}

struct page *store_answer(struct store *s, const struct question *q)
{
    struct page *p = page_open(q);
    int64_t began = moment_ticks();
    struct fault f = { 0 };
    struct rows rows;

    rows_window(&rows, p, q->limit);
    if (!answer_run(s, q, &rows, SELECT_WAIT_US, &f)) {
        p->rows = 0;
        p->interrupted = f.kind == FAULT_INTERRUPTED;
        if (!p->interrupted)
            p->fault = f;
    } else if (q->kind == QUESTION_HUNT) {
        p->more_behind = rows.full;
    }
    p->took = moment_ticks() - began;
    return p;
}
