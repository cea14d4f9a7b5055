/* Inside store/: where an answer's rows go, one page for a window or page after
 * page for a stream. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "core/page.h"

#define ROWS_STREAMED 256   /* rows of a streamed page, at most */
#define ROWS_MAX 100000     /* rows of a window that names no limit */

struct rows {
    struct page *page;
    size_t room;       /* rows that the page has cells for */
    struct arena_mark start; /* of a stream: behind the cells, before any text */
    uint32_t limit;    /* of the whole answer; 0: none */
    uint64_t added;
    bool full;         /* it has all the rows that it takes */
    bool ended;        /* a stream: the other side has seen enough */
    bool (*each)(void *ctx, const struct page *rows); /* NULL: a window */
    void *ctx;
};

/* A window into `page`, or a stream of pages of its shape. */
void rows_window(struct rows *r, struct page *page, uint32_t limit);
void rows_stream(struct rows *r, struct page *page, uint32_t limit,
                 bool (*each)(void *, const struct page *), void *ctx);

/* Names the columns, before the first row.  `ids` may be NULL.  Names are
 * borrowed for as long as the page lives. */
bool rows_columns(struct rows *r, size_t columns, const char *const *names,
                  const enum column *ids, struct fault *f) MUST_CHECK;

/* *cells for the next row, whose texts are to be copied into the page's arena;
 * NULL where no more is wanted (full or ended).  rows_add makes it a row.  Where
 * the arena ran out while it was filled, rows_again makes room, once; false, and
 * *f, where one row is more than a page may hold. */
bool rows_next(struct rows *r, struct cell **cells, struct fault *f) MUST_CHECK;
bool rows_again(struct rows *r, struct cell **cells, struct fault *f) MUST_CHECK;
void rows_add(struct rows *r, int64_t key);

/* Hands on what is left of a stream. */
void rows_done(struct rows *r);

/* Turns a window that was filled from its end. */
void rows_reverse(struct rows *r);

#endif
