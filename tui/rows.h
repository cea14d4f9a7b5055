/* A window of a list that may have millions of rows, and the cursor in it.
 *
 * It asks ahead of the cursor, keeps the cursor on its row by the row's id while
 * new rows land, and never waits: what cannot be done before an answer comes
 * returns false and is done again when it is here.  It sends nothing itself;
 * rows_question() says what should be asked now. */
#ifndef TUI_ROWS_H
#define TUI_ROWS_H

#include "core/page.h"

#define ROWS_SCREENS 6         /* screens in a window */
#define ROWS_MIN 120           /* and at least so many rows */
#define ROWS_MAX 1500
#define ROWS_COLUMNS_MAX 24    /* columns of a table */

enum rows_ask {
    ASK_NOTHING,
    ASK_START,   /* the list from its first row */
    ASK_END,     /* its last rows */
    ASK_BEHIND,  /* ahead of the cursor, downwards */
    ASK_BEFORE,  /* and upwards */
    ASK_REFRESH, /* the same rows as they stand now */
    ASK_FIND,    /* where the cursor's row has gone in a refresh */
};

struct rows {
    struct question *base;  /* what is asked, without a place; owned */
    struct page *page;      /* the window; NULL before the first answer; owned */
    size_t cursor, top;     /* in the window: the cursor's row, the first on the screen */
    int64_t first;          /* how many rows lie before the window; -1: not known */
    int screen;             /* rows on the screen */
    bool touched;           /* the analyst has moved: the cursor belongs to its row */
    bool stale;             /* rows have landed since the last answer */
    bool renewing;          /* the analyst has changed something: its effect is awaited */
    enum rows_ask wanted;   /* to be asked next */
    enum rows_ask asked;    /* under way, with `serial`, since `asked_at` */
    uint64_t serial;
    int64_t asked_at, refreshed_at; /* moment_ticks */
    int64_t took;           /* of the last answer, microseconds */
    size_t from;            /* the row of the window that the question under way starts at */
    bool from_set;
    struct fault fault;     /* why the last answer failed */
    int at[COLUMN_COUNT];   /* where a column stands in the page; -1: nowhere */
    int widest[ROWS_COLUMNS_MAX]; /* of what was shown so far; the table's */
};

/* Starts over with another question (which it owns).  What is shown stays until
 * the answer comes. */
void rows_begin(struct rows *r, struct question *base);
void rows_free(struct rows *r);

/* The same question again, at once: an order has changed the rows. */
void rows_renew(struct rows *r);

/* The answer under way is not waited for any more. */
void rows_give_up(struct rows *r);

/* What should be asked now, or NULL.  The caller sends it. */
struct question *rows_question(struct rows *r, uint64_t serial, int64_t now);

/* Takes a page over.  True if it was the awaited one, and the window is new. */
bool rows_take(struct rows *r, struct page *p);

/* An answer that the analyst waits for is under way (or about to be asked). */
bool rows_waiting(const struct rows *r);

size_t rows_count(const struct rows *r);
/* The row's id; 0 where there is no such row. */
int64_t rows_id(const struct rows *r, size_t row);
/* A cell by its column; NULL where the page has none such. */
const struct cell *rows_cell(const struct rows *r, size_t row, enum column c);
struct span rows_text(const struct rows *r, size_t row, enum column c);
int64_t rows_number(const struct rows *r, size_t row, enum column c, int64_t otherwise);

/* Movements.  False: not before the answer that is under way; try again then. */
bool rows_move(struct rows *r, int64_t by);
bool rows_start(struct rows *r);
bool rows_end(struct rows *r);
bool rows_put(struct rows *r, size_t row); /* the cursor on a row of the window */
void rows_screen(struct rows *r, int screen); /* the pane has another height */

#endif
