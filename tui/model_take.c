/* What comes in: presses, pages and notices, taken into the model.
 *
 * Never acts on a press and never asks; model_run does both.  A page that
 * nobody waits for any more is closed here and changes nothing. */
#include "tui/act.h"

#include "tui/say.h"

#include <assert.h>

bool model_press_room(const struct model *m)
{
    return m->press_count < PRESSES_MAX;
}

void model_press(struct model *m, struct press p)
{
    assert(model_press_room(m));
    /* Whoever waits for a slow answer must be able to give it up. */
    if (p.key == PRESS_CTRL('C') || (p.key == PRESS_ESC && model_spins(m)))
        m->press_count = 0;
    m->presses[(m->press_first + m->press_count++) % PRESSES_MAX] = p;
}

static void take_detail(struct model *m, struct page *p)
{
    struct detail *d = &m->detail;

    if (d->serial == 0 || p->serial != d->serial) {
        page_close(p);
        return;
    }
    d->serial = 0;
    if (p->interrupted) {
        d->stale = true;
        page_close(p);
        return;
    }
    if (p->fault.kind != FAULT_NONE)
        model_warn(m, "%s", p->fault.text);
    page_close(d->page);
    d->page = p;
}

static void take_totals(struct model *m, struct page *p)
{
    struct place *place = model_place(m);

    if (m->totals_serial != 0 && p->serial == m->totals_serial) {
        m->totals_serial = 0;
        if (p->interrupted)
            m->totals_wanted = true;
        else if (p->fault.kind != FAULT_NONE)
            model_warn(m, "%s", p->fault.text);
        else if (p->rows && p->columns >= TOTAL_COUNT) {
            for (size_t i = 0; i < TOTAL_COUNT; i++)
                place->totals[i] = page_cell(p, 0, i)->number;
            place->totals_known = true;
            m->totals_took = p->took;
        }
    }
    page_close(p);
}

void model_page(struct model *m, struct page *p)
{
    struct place *place = model_place(m);

    switch (p->pane) {
    case PANE_ROWS:
        if (rows_take(&place->rows, p)) {
            struct table t = model_table(place);

            table_measure(&t, &place->rows);
            if (place->rows.fault.kind != FAULT_NONE && place->rows.fault.kind != FAULT_INTERRUPTED)
                model_warn(m, "%s", place->rows.fault.text);
            m->detail.stale = true;
        }
        break;
    case PANE_DETAIL:
        take_detail(m, p);
        break;
    case PANE_TOTALS:
        take_totals(m, p);
        break;
    default:
        page_close(p);
        break;
    }
}

static void rows_landed(struct model *m)
{
    model_place(m)->rows.stale = true;
    m->totals_stale = true;
}

/* What an order changed is asked again at once. */
static void order_done(struct model *m, const struct notice *n)
{
    struct place *p = model_place(m);

    if (m->orders > 0)
        m->orders--;
    if (n->fault.kind != FAULT_NONE)
        model_warn(m, "%s", n->fault.text);
    else
        model_say(m, "%s", n->text);
    rows_renew(&p->rows);
    m->totals_wanted = p->view->totals || p->view->ledger;
    m->detail.stale = true;
}

static void say_ingested(struct model *m, const struct notice *n)
{
    char files[SAY_MAX], damaged[SAY_MAX];

    say_count((int64_t)n->incomplete, "file is incomplete", "files are incomplete", files);
    say_count((int64_t)n->damaged, "record is damaged", "records are damaged", damaged);
    if (m->locked) {
        act_password_wanted(m);
    } else if (n->incomplete || n->damaged)
        model_warn(m, "all is read, but %s%s%s: E says where and why", n->incomplete ? files : "",
                   n->incomplete && n->damaged ? ", " : "", n->damaged ? damaged : "");
    else
        model_say(m, "%s", n->text[0] ? n->text : "all evidence is read, none of it was damaged");
}

void model_notice(struct model *m, struct notice *n)
{
    switch (n->kind) {
    case NOTICE_COMMITTED:
        rows_landed(m);
        break;
    case NOTICE_PROGRESS:
        m->progress = *n;
        break;
    case NOTICE_INGESTED:
        m->ingesting = false;
        rows_landed(m);
        if (n->fault.kind != FAULT_NONE)
            model_warn(m, "%s", n->fault.text);
        else
            say_ingested(m, n);
        break;
    case NOTICE_ORDERED:
        order_done(m, n);
        break;
    case NOTICE_CHECKED:
        m->checking = false;
        if (n->fault.kind != FAULT_NONE) {
            m->doors.read_only = "its page check found damage";
            model_warn(m, "%s", n->fault.text);
        }
        break;
    case NOTICE_LOCKED:
        act_password_locked(m, n);
        break;
    case NOTICE_INGESTING:
        m->ingesting = true;
        m->progress = (struct notice){ 0 };
        break;
    case NOTICE_FAULT:
        model_warn(m, "%s", n->fault.text);
        break;
    }
    notice_close(n);
}
