/* A whole answer in constant memory: one page, filled and emptied again. */
#include "store/answer.h"

bool store_stream(struct store *s, const struct question *q,
                  bool (*each)(void *ctx, const struct page *rows), void *ctx, struct fault *f)
{
    struct page *p = page_open(q);
    struct rows rows;
    bool ok;

    rows_stream(&rows, p, q->limit, each, ctx);
    ok = answer_run(s, q, &rows, 0, f);
    /* What was found before a fault is true, but nobody may take it for all. */
    if (ok)
        rows_done(&rows);
    page_close(p);
    return ok;
}
