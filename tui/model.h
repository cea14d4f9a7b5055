/* Everything that is on the screen, without a screen.
 *
 * Presses, pages and notices go in; questions and orders go out through the
 * doors of tui.h; tui/draw.c reads the rest.  It runs on the screen's thread
 * alone, never waits and never looks at a clock: `now` is given.
 *
 * Presses act strictly in order.  One that needs a row which is still being
 * asked for waits in line, and those behind it wait with it. */
#ifndef TUI_MODEL_H
#define TUI_MODEL_H

#include "queries/filter.h"
#include "tui/press.h"
#include "tui/prompt.h"
#include "tui/rows.h"
#include "tui/sheet.h"
#include "tui/table.h"
#include "tui/tui.h"

#define TRAIL_MAX 32
#define PRESSES_MAX 4096
#define MESSAGE_MAX 320
#define KEY_TABLES_MAX 4

/* Who asks; a slot each at the reader. */
enum pane { PANE_ROWS, PANE_DETAIL, PANE_TOTALS };

struct model;
struct place;

/* What an action says of itself. */
enum acted {
    ACTED,  /* done, or refused with a message */
    WAITS,  /* not before the answer that is under way: the press stays in line */
};

struct key {
    uint32_t press;
    const char *command; /* its name; the same name on several presses is one command */
    enum acted (*act)(struct model *m, const struct press *p);
    const char *hint;    /* a word or two for the footer; NULL: not there */
    const char *help;    /* a sentence for the help */
};
#define KEYS_END { 0, NULL, NULL, NULL, NULL }

/* A view: what it asks, how a row looks, what may be done there.  A new one is
 * one small file and one line where it is opened. */
struct view {
    const char *name;
    const struct key *keys;                     /* its own, before those of all lists */
    struct question *(*question)(const struct place *p); /* NULL: it shows no rows */
    const struct table_column *columns;
    size_t column_count;
    bool (*faded)(const struct rows *r, size_t row); /* rows that stand back; NULL: none */
    bool totals;                                /* the top line counts sightings, */
    bool ledger;                                /* or files and hosts */
    bool language;                              /* its filter is one of queries/filter.h */
    struct question *(*detail_question)(const struct place *p, int64_t id); /* what its
                                                   detail needs; NULL: the row is all */
    void (*enter)(struct model *m);  /* Enter, where it is not the detail's; NULL */
    bool named;                      /* its columns are those of the answer */
    const char *aside;                          /* which key leads to what belongs to it; NULL */
    struct sort_key sort;                       /* its usual order, where `sorted` */
    bool sorted;
    void (*detail)(const struct model *m, struct sheet *s);
    void (*empty)(const struct model *m, struct sheet *s); /* why, and which key changes it */
    void (*text)(const struct model *m, struct sheet *s);  /* a view without rows */
    void (*title)(const struct model *m, const struct place *p, char *out, size_t size);
};

/* One step of the trail: a view and what it was asked. */
struct place {
    const struct view *view;
    struct rows rows;
    bool everything, include_allowed;
    bool notable;           /* all of PRIORITY_NOTABLE and more, not the hits alone */
    char filter[PROMPT_BYTES_MAX];
    bool widened;           /* the filter asks for a module: everything is shown, not the hits alone */
    int64_t sighting;       /* whose loads */
    char *about;            /* of a pivot, or a list of loads: what it is about; owned */
    struct sort_key sort;   /* what the analyst chose; the rest follows the view's own */
    bool totals_known;
    int64_t totals[TOTAL_COUNT];
    const struct key *help_of[KEY_TABLES_MAX]; /* of the help: the tables of the view it explains */
    int scroll;             /* of a view without rows */
    char *query;            /* of a hunting query's answer: its name, owned */
    size_t page;            /* of the guide: which; 0 is that of the row it was called from, */
    bool of_row;            /* if from one, with these factors */
    uint32_t factors;
};

struct detail {
    bool open, focused;
    struct page *page;      /* owned */
    int64_t id;             /* the row it is about (asked or here); 0: none */
    uint64_t serial;        /* under way; 0: none */
    bool stale;
    int scroll;
};

enum mode {
    MODE_ROWS, MODE_FILTER, MODE_REASON, MODE_SORT, MODE_LEAVE,
    MODE_PASSWORD, MODE_TRYING /* what was typed is tried: keys are thrown away */
};

struct area {
    int row, column, rows, columns;
};

/* Where things are; computed by model_layout, read by draw. */
struct layout {
    struct area bar, trail, list, rule, detail, status, hints; /* rows 0: not there */
    bool beside;  /* the detail is at the right */
    bool tiny;    /* no room for a console */
};

struct model {
    struct tui_doors doors;
    const char *author;
    int rows, columns;
    bool ascii;
    struct layout layout;

    struct place trail[TRAIL_MAX];
    size_t places;
    struct detail detail;
    enum mode mode;
    struct prompt prompt;
    struct fault filter_fault;         /* MODE_FILTER: what is off in it; FAULT_NONE */
    struct filter_place filter_wrong;  /* and where */
    int64_t allow_sighting;  /* of the order whose reason is being typed */
    enum allow_kind allow_kind;
    size_t sort_cursor;

    struct press presses[PRESSES_MAX]; /* a ring */
    size_t press_first, press_count;
    uint64_t serial;         /* of the last question or order */

    bool totals_wanted, totals_stale;
    uint64_t totals_serial;  /* under way; 0: none */
    int64_t totals_at, totals_took;

    size_t orders;           /* sent, not answered */
    int64_t ordered_at;
    char message[MESSAGE_MAX];
    bool message_bad;
    unsigned said;           /* how many messages there were */

    uint64_t locked;         /* archives that wait for a password */
    char locked_name[MESSAGE_MAX]; /* the first of them */
    bool ingesting, checking;
    struct notice progress;  /* the last NOTICE_PROGRESS */
    int64_t now;             /* of the last model_run */
    bool redraw;             /* draw every cell, whatever the terminal shows */
    bool leave;              /* tui_run ends */
};

void model_open(struct model *m, const struct tui_doors *doors, const char *author);
void model_close(struct model *m);

void model_resize(struct model *m, int rows, int columns);
/* Room for another press?  Else it stays with the terminal. */
bool model_press_room(const struct model *m);
void model_press(struct model *m, struct press p);
void model_page(struct model *m, struct page *p);     /* takes it over */
void model_notice(struct model *m, struct notice *n); /* takes it over */

/* Acts on the presses, asks what must be asked. */
void model_run(struct model *m, int64_t now);
/* Milliseconds until something on the screen changes by itself; -1: never. */
int model_wake_ms(const struct model *m);

/* ---- for actions, views and drawing ---- */

static inline struct place *model_place(const struct model *m)
{
    return (struct place *)(uintptr_t)&m->trail[m->places - 1];
}

/* It was come to by a pivot whose filter nobody has changed since. */
static inline bool model_pivoted(const struct place *p)
{
    return p->about && !p->sighting;
}

/* A press may act on the row under the cursor: no answer or order is awaited. */
bool model_settled(const struct model *m);
/* Gives up the rows that are being asked for; what is shown stays. */
void model_give_up(struct model *m);
/* The place's filter where it asks of loads, and so goes with one to its loads; "". */
const char *model_loads_filter(const struct place *p);
/* Takes a text for the place's filter.  False, and m->filter_fault, where it is none. */
bool model_filter(struct model *m, const char *text);
/* What is shown now is older than 150 ms of waiting. */
bool model_spins(const struct model *m);

void model_say(struct model *m, const char *format, ...) PRINTF_LIKE(2, 3);
void model_warn(struct model *m, const char *format, ...) PRINTF_LIKE(2, 3);

/* Goes to a new place; NULL, and a message, where the trail is full. */
struct place *model_go(struct model *m, const struct view *view);
void model_back(struct model *m);
/* Shows another view in the same place. */
void model_switch(struct model *m, const struct view *view);
void model_sort(struct model *m, enum column c); /* by it; if so already, the other way */
void model_ask_rows(struct model *m);  /* the place's question has changed */
void model_order(struct model *m, struct order *o, const char *doing);
/* NULL, or why the case may not be changed.  (What is ordered while its pages
 * are checked waits in the writer's queue.) */
const char *model_why_not_write(const struct model *m);
void model_layout(struct model *m);
struct table model_table(const struct place *p);
int model_detail_lines(const struct model *m);
int model_text_lines(const struct model *m);
/* The question of the place's view, with its scope, filter, pivot and order. */
struct question *model_question(const struct place *p, enum question_kind kind);

extern const struct view view_sightings, view_loads, view_evidence, view_hosts, view_allowlist,
    view_help, view_guide, view_queries, view_answer;

#endif
