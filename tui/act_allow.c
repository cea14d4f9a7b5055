/* Allowing the module under the cursor, and taking it back.
 *
 * Never changes a row by itself: the writer does, and its notice makes the list
 * ask again. */
#include "tui/act.h"

#include <string.h>

#define UNUSED(p) ((void)(p))

/* May the case be changed?  Says why not. */
static bool may_write(struct model *m)
{
    const char *why = model_why_not_write(m);

    if (why)
        model_warn(m, "the case can't be changed: %s", why);
    return !why;
}

static enum acted ask_reason(struct model *m, enum allow_kind kind)
{
    struct rows *r = &model_place(m)->rows;

    if (!model_settled(m))
        return WAITS;
    if (rows_count(r) == 0 || !may_write(m))
        return ACTED;
    if (rows_number(r, r->cursor, COLUMN_ID_allowed_by, 0) != 0) {
        model_say(m, "entry #%lld allows this already",
                  (long long)rows_number(r, r->cursor, COLUMN_ID_allowed_by, 0));
        return ACTED;
    }
    if (kind == ALLOW_HASH && !rows_text(r, r->cursor, COLUMN_ID_sha256).len
        && !rows_text(r, r->cursor, COLUMN_ID_sha1).len && !rows_text(r, r->cursor, COLUMN_ID_md5).len) {
        model_warn(m, "no hash of this module was logged; A allows it by its path");
        return ACTED;
    }
    m->allow_sighting = rows_id(r, r->cursor);
    m->allow_kind = kind;
    m->mode = MODE_REASON;
    prompt_set(&m->prompt, "");
    return ACTED;
}

enum acted act_allow_hash(struct model *m, const struct press *p)
{
    UNUSED(p);
    return ask_reason(m, ALLOW_HASH);
}

enum acted act_allow_path(struct model *m, const struct press *p)
{
    UNUSED(p);
    return ask_reason(m, ALLOW_PATH);
}

void act_reason_typed(struct model *m, enum prompt_result r)
{
    struct order *o;

    if (r == PROMPT_LEFT) {
        m->mode = MODE_ROWS;
        model_say(m, "nothing was allowed");
        return;
    }
    if (r != PROMPT_KEPT)
        return;
    if (strspn(m->prompt.text, " ") == m->prompt.len) {
        model_warn(m, "an entry needs a reason: who reads it next year must understand it");
        return;
    }
    m->mode = MODE_ROWS;
    o = order_open(ORDER_ALLOW);
    o->sighting = m->allow_sighting;
    o->allow = m->allow_kind;
    o->reason = memory_text(m->prompt.text);
    o->author = memory_text(m->author);
    model_order(m, o, "allowing it");
}

static enum acted change(struct model *m, enum order_kind kind, const char *doing)
{
    struct order *o;

    if (!may_write(m))
        return ACTED;
    o = order_open(kind);
    o->author = memory_text(m->author);
    model_order(m, o, doing);
    return ACTED;
}

enum acted act_undo(struct model *m, const struct press *p)
{
    UNUSED(p);
    return change(m, ORDER_UNDO, "taking it back");
}

enum acted act_redo(struct model *m, const struct press *p)
{
    UNUSED(p);
    return change(m, ORDER_REDO, "doing it again");
}
