/* The console's state and how it changes.
 *
 * Never draws, waits or reads a clock.  The surprise: a press that needs a row
 * stays first in line until the answer it waits for is here, so that a whole
 * script typed at once does what it would do typed slowly. */
#include "tui/model.h"

#include "tui/keys.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SPIN_AFTER_US 150000
#define SPIN_FRAME_MS 120
#define ORDER_WAIT_US 1500000 /* so long presses wait for an order's answer */
#define TOTALS_US 300000      /* the counts are refreshed no faster, and as fast as the rows */

void model_open(struct model *m, const struct tui_doors *doors, const char *author)
{
    *m = (struct model){ .doors = *doors, .author = author, .ingesting = doors->ingesting,
                         .checking = doors->checking };
    model_go(m, &view_sightings);
    model_resize(m, 24, 80);
}

static void place_free(struct place *p)
{
    rows_free(&p->rows);
    free(p->about);
    free(p->query);
    *p = (struct place){ 0 };
}

void model_close(struct model *m)
{
    while (m->places)
        place_free(&m->trail[--m->places]);
    page_close(m->detail.page);
    m->detail.page = NULL;
    prompt_wipe(&m->prompt);
}

PRINTF_LIKE(3, 0)
static void say(struct model *m, bool bad, const char *format, va_list args)
{
    vsnprintf(m->message, sizeof m->message, format, args);
    m->message_bad = bad;
    m->said++;
}

void model_say(struct model *m, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(m, false, format, args);
    va_end(args);
}

void model_warn(struct model *m, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(m, true, format, args);
    va_end(args);
}

/* ---- the trail ---- */

struct question *model_question(const struct place *p, enum question_kind kind)
{
    struct question *q = question_open(kind);
    size_t n = 0;

    q->pane = PANE_ROWS;
    q->everything = p->everything || p->widened || p->notable;
    q->least_priority = p->notable && !p->everything && !p->widened ? PRIORITY_NOTABLE : 0;
    q->include_allowed = p->include_allowed || p->widened;
    q->include_recovered = true;
    if (p->filter[0])
        question_text(p->view->language ? &q->filter : &q->contains, p->filter);
    q->sighting = p->sighting;
    if (p->sort.column != COLUMN_COUNT)
        q->sort[n++] = p->sort;
    if (kind == QUESTION_SIGHTINGS && p->sort.column != COLUMN_ID_SuspicionScore)
        q->sort[n++] = (struct sort_key){ COLUMN_ID_SuspicionScore, true };
    if (kind == QUESTION_SIGHTINGS && p->sort.column != COLUMN_ID_last_time)
        q->sort[n++] = (struct sort_key){ COLUMN_ID_last_time, true };
    if (kind == QUESTION_LOADS && p->sort.column != COLUMN_ID_time)
        q->sort[n++] = (struct sort_key){ COLUMN_ID_time, true };
    q->sorts = n;
    return q;
}

/* Of an answer whose columns nobody knows before: headings are the page's. */
static struct table named_table(const struct place *p)
{
    static _Thread_local struct table_column made[ROWS_COLUMNS_MAX];
    const struct page *page = p->rows.page;
    size_t n = 0;

    for (; page && n < page->columns && n < ROWS_COLUMNS_MAX; n++) {
        bool number = page->rows && page_cell(page, 0, n)->type == CELL_NUMBER;
        const char *name = page->names[n];
        bool path = strstr(name, "Image") || strcmp(name, "dropper") == 0, time = strstr(name, "time");

        made[n] = (struct table_column){
            .id = (int)n, .rank = (int)n,
            .heading = strcmp(name, "SuspicionScore") == 0 ? "Score" : name,
            .type = number ? COLUMN_NUMBER : path ? COLUMN_PATH : COLUMN_TEXT,
            .min = number ? 5 : time ? 19 : path ? 16 : 14,
            .max = time ? 23 : 0,
        };
    }
    return (struct table){ made, n, { COLUMN_COUNT, false }, NULL };
}

struct table model_table(const struct place *p)
{
    if (p->view->named)
        return named_table(p);
    return (struct table){ p->view->columns, p->view->column_count, p->sort, p->view->faded };
}

bool model_filter(struct model *m, const char *text)
{
    struct place *p = model_place(m);
    struct filter *fl = NULL;

    m->filter_fault = (struct fault){ 0 };
    if (p->view->language) {
        fl = filter_parse(span_text(text), &m->filter_wrong, &m->filter_fault);
        if (!fl)
            return false;
        p->widened = filter_asks_module(fl);
        filter_close(fl);
    }
    snprintf(p->filter, sizeof p->filter, "%s", text);
    return true;
}

const char *model_loads_filter(const struct place *p)
{
    struct filter *fl = filter_parse(span_text(p->filter), NULL, NULL);
    bool of_loads = fl && (filter_asks(fl) & OF_LOADS);

    filter_close(fl);
    return of_loads ? p->filter : "";
}

void model_ask_rows(struct model *m)
{
    struct place *p = model_place(m);

    if (!p->view->question)
        return;
    rows_begin(&p->rows, p->view->question(p));
    if (p->view->totals || p->view->ledger)
        m->totals_wanted = true;
}

void model_sort(struct model *m, enum column c)
{
    struct place *p = model_place(m);
    enum column_type type = COLUMN_TEXT;

    for (size_t i = 0; i < p->view->column_count; i++)
        if (p->view->columns[i].id == (int)c)
            type = p->view->columns[i].type;
    if (p->sort.column == c)
        p->sort.descending = !p->sort.descending;
    else
        p->sort = (struct sort_key){ c, type != COLUMN_TEXT && type != COLUMN_PATH };
    model_ask_rows(m);
}

static void detail_forget(struct model *m)
{
    page_close(m->detail.page);
    m->detail.page = NULL;
    m->detail.id = 0;
    m->detail.serial = 0;
    m->detail.scroll = 0;
    m->detail.stale = false;
}

static void place_begin(struct model *m, struct place *p, const struct view *view)
{
    *p = (struct place){ .view = view, .rows = { .screen = 1 } };
    p->sort = view->sorted ? view->sort : (struct sort_key){ COLUMN_COUNT, false };
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        p->rows.at[c] = -1;
    m->detail.focused = false;
    detail_forget(m);
    m->totals_serial = 0; /* what is under way counts another place */
    model_ask_rows(m);
    model_layout(m);
}

struct place *model_go(struct model *m, const struct view *view)
{
    struct place *p;

    if (m->places == TRAIL_MAX) {
        model_warn(m, "the trail is %d steps long: go back first (Backspace)", TRAIL_MAX);
        return NULL;
    }
    /* Where it would stand in the way, a detail is of the view that it was opened in. */
    bool other = m->places && model_place(m)->view->detail != view->detail;
    if (!view->detail || (other && !m->layout.beside))
        m->detail.open = false;
    p = &m->trail[m->places++];
    place_begin(m, p, view);
    return p;
}

void model_switch(struct model *m, const struct view *view)
{
    struct place *p = model_place(m);

    place_free(p);
    place_begin(m, p, view);
}

void model_back(struct model *m)
{
    if (m->places <= 1) {
        model_say(m, "this is the first list; q quits");
        return;
    }
    place_free(&m->trail[--m->places]);
    m->detail.focused = false;
    detail_forget(m);
    m->totals_serial = 0;
    struct place *p = model_place(m);
    /* What was under way belonged to the place that is left. */
    if (p->rows.asked != ASK_NOTHING) {
        if (!p->rows.page)
            p->rows.wanted = ASK_START;
        p->rows.asked = ASK_NOTHING;
    }
    p->rows.stale = true;
    if (p->view->totals || p->view->ledger)
        m->totals_wanted = true;
    if (p->view->enter)
        m->detail.open = true; /* there Enter does not open it */
    model_layout(m);
}

/* ---- what goes out ---- */

const char *model_why_not_write(const struct model *m)
{
    return m->doors.read_only; /* orders given during the page check wait for its end */
}

void model_order(struct model *m, struct order *o, const char *doing)
{
    o->serial = ++m->serial;
    if (!m->doors.order(m->doors.ctx, o)) {
        order_close(o);
        model_warn(m, "the writer's list of orders is full: nothing was changed; try again");
        return;
    }
    m->orders++;
    m->ordered_at = m->now;
    if (m->checking)
        model_say(m, "%s, once the case is checked", doing);
    else
        model_say(m, "%s", doing);
}

static void ask_rows(struct model *m)
{
    struct question *q = rows_question(&model_place(m)->rows, m->serial + 1, m->now);

    if (!q)
        return;
    m->serial++;
    m->doors.ask(m->doors.ctx, q);
}

static void ask_totals(struct model *m)
{
    struct place *p = model_place(m);
    int64_t pause = m->totals_took * 4;
    bool live = m->totals_stale && m->totals_serial == 0 && !m->totals_wanted
        && m->now - m->totals_at > (pause > TOTALS_US ? pause : TOTALS_US);

    if (!(p->view->totals || p->view->ledger) || !(m->totals_wanted || live))
        return;
    struct question *q = model_question(p, QUESTION_TOTALS);
    q->pane = PANE_TOTALS;
    q->sorts = 0;
    q->refresh = live;
    q->serial = m->totals_serial = ++m->serial;
    m->totals_wanted = m->totals_stale = false;
    m->totals_at = m->now;
    m->doors.ask(m->doors.ctx, q);
}

static void ask_detail(struct model *m)
{
    struct place *p = model_place(m);
    struct detail *d = &m->detail;
    int64_t id = rows_id(&p->rows, p->rows.cursor);
    bool other = id != d->id;

    if (!d->open || !p->view->detail_question || id == 0 || rows_waiting(&p->rows))
        return;
    if (!other && !(d->stale && d->serial == 0))
        return;
    if (other)
        detail_forget(m);
    struct question *q = p->view->detail_question(p, id);
    q->pane = PANE_DETAIL;
    q->everything = q->include_allowed = q->include_recovered = true;
    q->refresh = !other;
    q->serial = d->serial = ++m->serial;
    d->id = id;
    d->stale = false;
    m->doors.ask(m->doors.ctx, q);
}

bool model_settled(const struct model *m)
{
    const struct rows *r = &model_place(m)->rows;

    return !rows_waiting(r) && !(m->orders > 0 && m->now - m->ordered_at < ORDER_WAIT_US);
}

void model_give_up(struct model *m)
{
    rows_give_up(&model_place(m)->rows);
    m->doors.give_up(m->doors.ctx, PANE_ROWS);
    model_say(m, "given up; Ctrl-L asks again");
}

bool model_spins(const struct model *m)
{
    const struct rows *r = &model_place(m)->rows;

    return rows_waiting(r) && r->asked != ASK_NOTHING && m->now - r->asked_at > SPIN_AFTER_US;
}

void model_run(struct model *m, int64_t now)
{
    m->now = now;
    while (m->press_count > 0 && !m->leave) {
        if (keys_press(m, &m->presses[m->press_first % PRESSES_MAX]) == WAITS)
            break;
        /* It may have been of a password. */
        explicit_bzero(&m->presses[m->press_first % PRESSES_MAX], sizeof *m->presses);
        m->press_first = (m->press_first + 1) % PRESSES_MAX;
        m->press_count--;
        /* The next press may depend on what this one has asked for. */
        ask_rows(m);
    }
    ask_rows(m);
    ask_totals(m);
    ask_detail(m);
}

int model_wake_ms(const struct model *m)
{
    const struct rows *r = &model_place(m)->rows;
    int wake = -1;

    if (r->stale || m->totals_stale || m->orders > 0)
        wake = 100;
    if (rows_waiting(r) && r->asked != ASK_NOTHING)
        wake = SPIN_FRAME_MS;
    if (m->ingesting)
        wake = wake < 0 ? 500 : wake;
    return wake;
}
