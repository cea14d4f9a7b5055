/* The face of the console: draws and reads keys on the thread that calls it.
 *
 * It knows the store only through these doors, and never waits for it. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "core/page.h"
#include "core/queue.h"

struct tui_doors {
    /* Gives a question up; never waits.  The answer comes to `pages`. */
    void (*ask)(void *ctx, struct question *q);
    /* Nobody waits for this pane's answer any more. */
    void (*give_up)(void *ctx, uint32_t pane);
    /* Gives an order up; false: its queue is full and the order is still ours. */
    bool (*order)(void *ctx, struct order *o);
    /* What was typed for the archive that waits (NOTICE_LOCKED); empty: not that one.
     * NULL: there are none.  Copies it, and never waits. */
    void (*password)(void *ctx, const char *typed);
    void *ctx;
    struct queue *pages;   /* struct page */
    struct queue *notices; /* struct notice */
    const char *case_path;
    const char *read_only; /* NULL, or why the case can't be written */
    bool checking;         /* read-only until NOTICE_CHECKED */
    bool ingesting;        /* until NOTICE_INGESTED */
};

/* Runs until the analyst quits, the terminal goes away, or a signal ends it.
 * False, and *f, where the terminal can't be used (TERM, not a terminal). */
bool tui_run(const struct tui_doors *doors, struct fault *f) MUST_CHECK;

#endif
