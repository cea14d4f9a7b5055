/* What a list shows and in which order: scope, pivots, sorting, and the ways to
 * other views. */
#include "tui/act.h"
#include "tui/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED(p) ((void)(p))
#define ABOUT_BYTES 200 /* of a host's name in the trail */

/* ---- scope ---- */

/* Said, where the scope is not the analyst's to choose. */
static bool scope_is_fixed(struct model *m, const struct place *place)
{
    if (!model_pivoted(place) && !place->widened)
        return false;
    model_say(m, place->widened && !model_pivoted(place)
                     ? "a filter on a module or a hash always shows everything"
                     : "a pivot always shows everything; Backspace goes back");
    return true;
}

enum acted act_everything(struct model *m, const struct press *p)
{
    struct place *place = model_place(m);

    UNUSED(p);
    if (scope_is_fixed(m, place))
        return ACTED;
    place->everything = !place->everything;
    model_ask_rows(m);
    return ACTED;
}

/* Hits are looked at by their score, these by their Priority, unless the analyst
 * chose another order. */
enum acted act_notable(struct model *m, const struct press *p)
{
    static const struct sort_key by_priority = { COLUMN_ID_Priority, true };
    struct place *place = model_place(m);
    const struct sort_key *usual = &place->view->sort;
    struct sort_key *sort = &place->sort;

    UNUSED(p);
    if (scope_is_fixed(m, place))
        return ACTED;
    place->notable = place->everything || !place->notable;
    place->everything = false;
    if (place->notable && sort->column == usual->column)
        *sort = by_priority;
    else if (!place->notable && sort->column == by_priority.column)
        *sort = *usual;
    model_ask_rows(m);
    return ACTED;
}

enum acted act_show_allowed(struct model *m, const struct press *p)
{
    struct place *place = model_place(m);

    UNUSED(p);
    place->include_allowed = !place->include_allowed;
    model_say(m, place->include_allowed ? "allowed sightings are shown, dimmed, with their entry's number"
                                        : "allowed sightings are hidden");
    model_ask_rows(m);
    return ACTED;
}

/* ---- pivots ---- */

/* Everything whose field is exactly the value, in a list of its own. */
static void pivot(struct model *m, enum field field, struct span value, const char *about)
{
    struct filter *fl = filter_open();
    struct place *p;
    char *text;
    bool sound;

    fl->root = filter_exactly(fl, field, value);
    text = fl->root ? filter_print(fl) : NULL;
    filter_close(fl);
    /* Evidence may say anything: a hash of two digits is none that can be asked for. */
    fl = text && strlen(text) < PROMPT_BYTES_MAX ? filter_parse(span_text(text), NULL, NULL) : NULL;
    sound = fl != NULL;
    filter_close(fl);
    if (!sound)
        model_warn(m, "this value can't be asked for in a filter");
    else if (strcmp(model_place(m)->filter, text) == 0 && model_pivoted(model_place(m)))
        model_say(m, "this list shows that already");
    else if ((p = model_go(m, &view_sightings)) != NULL) {
        p->everything = p->include_allowed = true;
        p->about = memory_text(about);
        model_filter(m, text);
        model_ask_rows(m);
    }
    free(text);
}

/* The strongest hash that was logged of the row's module; SPAN_NONE: none. */
static struct span best_hash(const struct rows *r)
{
    static const enum column kinds[] = { COLUMN_ID_sha256, COLUMN_ID_sha1, COLUMN_ID_md5 };
    struct span hash = SPAN_NONE;

    for (size_t i = 0; i < 3 && !hash.len; i++)
        hash = rows_text(r, r->cursor, kinds[i]);
    return hash;
}

/* The row under the cursor; false, with or without a message, where there is none. */
static bool on_row(struct model *m)
{
    return rows_count(&model_place(m)->rows) > 0;
}

enum acted act_pivot_hash(struct model *m, const struct press *p)
{
    struct span hash;
    char about[32];

    UNUSED(p);
    if (!model_settled(m))
        return WAITS;
    if (!on_row(m))
        return ACTED;
    hash = best_hash(&model_place(m)->rows);
    snprintf(about, sizeof about, "hash %.*s", (int)(hash.len < 12 ? hash.len : 12),
             (const char *)hash.at);
    if (hash.len)
        pivot(m, FIELD_OF_hash, hash, about);
    else
        model_warn(m, "no hash of this module was logged");
    return ACTED;
}

enum acted act_pivot_host(struct model *m, const struct press *p)
{
    struct rows *r = &model_place(m)->rows;
    char about[ABOUT_BYTES + 8];
    struct span host;

    UNUSED(p);
    if (!model_settled(m))
        return WAITS;
    if (!on_row(m))
        return ACTED;
    host = model_place(m)->view == &view_hosts ? page_cell(r->page, r->cursor, HOST_NAME)->text
                                               : rows_text(r, r->cursor, COLUMN_ID_host);
    snprintf(about, sizeof about, "host %.*s", (int)(host.len < ABOUT_BYTES ? host.len : ABOUT_BYTES),
             (const char *)host.at);
    if (host.len)
        pivot(m, FIELD_OF_host, host, about);
    else
        model_warn(m, "this record names no host");
    return ACTED;
}

static char *about_row(const struct rows *r)
{
    struct span module = span_file_name(rows_text(r, r->cursor, COLUMN_ID_ImageLoaded));
    struct span image = span_file_name(rows_text(r, r->cursor, COLUMN_ID_Image));
    struct span host = rows_text(r, r->cursor, COLUMN_ID_host);
    char *about;

    if (asprintf(&about, "%.*s by %.*s on %.*s", (int)module.len, (const char *)module.at,
                 (int)image.len, (const char *)image.at, (int)host.len, (const char *)host.at) < 0)
        fault_memory();
    return about;
}

enum acted act_loads(struct model *m, const struct press *p)
{
    struct rows *r = &model_place(m)->rows;
    struct place *loads;
    const char *filter;
    int64_t id;
    char *about;

    UNUSED(p);
    if (!model_settled(m))
        return WAITS;
    id = rows_id(r, r->cursor);
    if (id == 0)
        return ACTED;
    about = about_row(r);
    filter = model_loads_filter(model_place(m));
    loads = model_go(m, &view_loads);
    if (!loads) {
        free(about);
        return ACTED;
    }
    model_filter(m, filter);
    loads->everything = loads->include_allowed = true;
    loads->sighting = id;
    loads->about = about;
    model_ask_rows(m);
    return ACTED;
}

/* ---- order ---- */

enum acted act_sort_reverse(struct model *m, const struct press *p)
{
    UNUSED(p);
    model_sort(m, model_place(m)->sort.column);
    return ACTED;
}

/* The next sortable column of those that are on the screen. */
static enum acted sort_step(struct model *m, int step)
{
    struct place *p = model_place(m);
    struct table t = model_table(p);
    struct table_fit fit;
    size_t at = t.count;

    table_fit(&t, &p->rows, m->layout.list.columns - 2, &fit);
    for (size_t i = 0; i < t.count; i++)
        if (t.columns[i].sortable && t.columns[i].id == (int)p->sort.column)
            at = i;
    for (size_t n = 0; n < t.count; n++) {
        at = at >= t.count ? 0 : (at + t.count + (size_t)(step + (int)t.count)) % t.count;
        if (t.columns[at].sortable && fit.width[at] > 0) {
            model_sort(m, (enum column)t.columns[at].id);
            return ACTED;
        }
    }
    return ACTED;
}

enum acted act_sort_left(struct model *m, const struct press *p)
{
    UNUSED(p);
    return sort_step(m, -1);
}

enum acted act_sort_right(struct model *m, const struct press *p)
{
    UNUSED(p);
    return sort_step(m, 1);
}

enum acted act_sort_menu(struct model *m, const struct press *p)
{
    struct table t = model_table(model_place(m));

    UNUSED(p);
    m->mode = MODE_SORT;
    m->sort_cursor = 0;
    for (size_t i = 0; i < t.count; i++)
        if (t.columns[i].sortable && t.columns[i].id == (int)t.sort.column)
            m->sort_cursor = i;
    return ACTED;
}

static enum acted menu_step(struct model *m, size_t step)
{
    struct table t = model_table(model_place(m));

    for (size_t n = 0; n < t.count; n++) {
        m->sort_cursor = (m->sort_cursor + step) % t.count;
        if (t.columns[m->sort_cursor].sortable)
            break;
    }
    return ACTED;
}

enum acted act_sort_up(struct model *m, const struct press *p)
{
    UNUSED(p);
    return menu_step(m, model_place(m)->view->column_count - 1);
}

enum acted act_sort_down(struct model *m, const struct press *p)
{
    UNUSED(p);
    return menu_step(m, 1);
}

enum acted act_sort_take(struct model *m, const struct press *p)
{
    UNUSED(p);
    m->mode = MODE_ROWS;
    model_sort(m, (enum column)model_place(m)->view->columns[m->sort_cursor].id);
    return ACTED;
}

enum acted act_mode_end(struct model *m, const struct press *p)
{
    UNUSED(p);
    m->mode = MODE_ROWS;
    return ACTED;
}

/* ---- other views ---- */

static enum acted go_once(struct model *m, const struct view *v)
{
    if (model_place(m)->view != v)
        model_go(m, v);
    return ACTED;
}

/* Files and hosts are two sides of one place. */
static enum acted go_ledger(struct model *m, const struct view *v)
{
    if (model_place(m)->view->ledger && model_place(m)->view != v)
        model_switch(m, v);
    return go_once(m, v);
}

enum acted act_evidence(struct model *m, const struct press *p)
{
    UNUSED(p);
    return go_ledger(m, &view_evidence);
}

enum acted act_hosts(struct model *m, const struct press *p)
{
    UNUSED(p);
    return go_ledger(m, &view_hosts);
}

enum acted act_allowlist(struct model *m, const struct press *p)
{
    UNUSED(p);
    return go_once(m, &view_allowlist);
}

enum acted act_help(struct model *m, const struct press *p)
{
    const struct key *tables[KEY_TABLES_MAX] = { 0 };
    struct place *help;
    size_t n;

    UNUSED(p);
    if (model_place(m)->view == &view_help)
        return ACTED;
    n = keys_tables(m, tables);
    help = model_go(m, &view_help);
    for (size_t i = 0; help && i < n; i++)
        help->help_of[i] = tables[i];
    return ACTED;
}

enum acted act_refresh(struct model *m, const struct press *p)
{
    UNUSED(p);
    rows_renew(&model_place(m)->rows);
    m->totals_wanted = model_place(m)->view->totals || model_place(m)->view->ledger;
    m->detail.stale = true;
    m->redraw = true;
    return ACTED;
}

enum acted act_leave(struct model *m, const struct press *p)
{
    UNUSED(p);
    if (m->ingesting)
        m->mode = MODE_LEAVE;
    else
        m->leave = true;
    return ACTED;
}

enum acted act_leave_yes(struct model *m, const struct press *p)
{
    UNUSED(p);
    m->leave = true;
    return ACTED;
}
