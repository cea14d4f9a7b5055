/* The guide beside the row that one stands on: first the parts for the factors that
 * hold there and the steps of an investigation, then its other pages.
 *
 * Our own text (queries/guide/), never evidence. */
#include "tui/act.h"

#include "core/factor.h"
#include "queries/guide.h"

#include <stdio.h>

static const struct key keys[] = {
    { PRESS_RIGHT, "guide-next", act_guide_next, "next page", "Next page of the guide" },
    { PRESS_LEFT, "guide-previous", act_guide_previous, "previous", "Previous page" },
    KEYS_END
};

static bool draw_line(void *ctx, enum guide_look look, const char *text)
{
    struct sheet *s = ctx;

    sheet_say(s, look == GUIDE_HEADING ? STYLE_STRONG : look == GUIDE_CODE ? STYLE_KEY : STYLE_PLAIN,
              text);
    sheet_end(s);
    return s->line < SHEET_LINES_MAX;
}

static void heading(struct sheet *s, const char *text)
{
    sheet_say(s, STYLE_STRONG, text);
    sheet_end(s);
    sheet_end(s);
}

/* Page 0: what holds at the row, then what to ask. */
static void this_row(const struct place *p, struct sheet *s)
{
    struct guide_page factors, investigate;
    bool any = false;

    if (!guide_named("factors", &factors) || !guide_named("investigate", &investigate))
        return;
    for (unsigned i = 0; i < FACTOR_COUNT; i++) {
        enum factor f = (enum factor)(1u << i);
        bool unknown = f == FACTOR_IsUnsigned && (p->factors & FACTOR_SIGNED_UNKNOWN);

        if (!(p->factors & f) && !unknown)
            continue;
        heading(s, factor_name(f));
        guide_lines(guide_part(factors.text, factor_name(f)), s->columns, draw_line, s);
        sheet_end(s);
        any = true;
    }
    if (!any && p->of_row) {
        sheet_words(s, STYLE_PLAIN, "No factor holds at this row.");
        sheet_end(s);
        sheet_end(s);
    }
    guide_lines(investigate.text, s->columns, draw_line, s);
}

static void text(const struct model *m, struct sheet *s)
{
    const struct place *p = model_place(m);
    char line[96];

    snprintf(line, sizeof line, "page %zu of %zu", p->page + 1, guide_count() + 1);
    sheet_say(s, STYLE_DIM, line);
    sheet_end(s);
    sheet_end(s);
    if (p->page == 0)
        this_row(p, s);
    else
        guide_lines(guide_at(p->page - 1).text, s->columns, draw_line, s);
}

static void title(const struct model *m, const struct place *p, char *out, size_t size)
{
    (void)m;
    snprintf(out, size, "guide: %s", p->page ? guide_at(p->page - 1).name
                                     : p->of_row ? "this row" : "investigate");
}

enum acted act_guide(struct model *m, const struct press *p)
{
    const struct place *from = model_place(m);
    const struct cell *factors;
    struct place *guide;

    (void)p;
    if (from->view == &view_guide)
        return ACTED;
    if (!model_settled(m))
        return WAITS;
    factors = rows_count(&from->rows) ? rows_cell(&from->rows, from->rows.cursor, COLUMN_ID_factors)
                                      : NULL;
    guide = model_go(m, &view_guide);
    if (guide && factors) {
        guide->of_row = true;
        guide->factors = (uint32_t)factors->number;
    }
    return ACTED;
}

static enum acted turn(struct model *m, size_t by)
{
    struct place *p = model_place(m);

    p->page = (p->page + by) % (guide_count() + 1);
    p->scroll = 0;
    return ACTED;
}

enum acted act_guide_next(struct model *m, const struct press *p)
{
    (void)p;
    return turn(m, 1);
}

enum acted act_guide_previous(struct model *m, const struct press *p)
{
    (void)p;
    return turn(m, guide_count());
}

const struct view view_guide = { .name = "guide", .keys = keys, .text = text, .title = title };
