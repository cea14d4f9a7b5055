/* The sections of QUESTION_ABOUT as text.
 *
 * A section begins with its heading, and a place of damage with its byte, so that
 * `modhunt record` and a hex editor find it. */
#include "tui/about.h"

#include "tui/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *section, *heading;
} headings[] = {
    { "channel", "Channels, and gaps in their record numbers" },
    { "file", "Files" },
    { "other", "Records that are counted and not kept" },
    { "damaged", "Damaged, by the byte where it begins" },
    { "more", "More" },
    { "note", "Worth knowing" },
    { "conflict", "Conflicts with copies in other files; both are kept" },
};

static int64_t number(const struct page *p, size_t row, enum about_column c)
{
    return page_cell(p, row, c)->number;
}

static struct span text(const struct page *p, size_t row, enum about_column c)
{
    return page_cell(p, row, c)->text;
}

static void say(struct sheet *s, enum style style, const char *before, int64_t n, const char *after)
{
    char figure[SAY_MAX];

    sheet_words(s, STYLE_DIM, before);
    sheet_words(s, style, say_number(n, figure));
    sheet_words(s, STYLE_DIM, after);
}

static void channel(const struct page *p, size_t row, struct sheet *s)
{
    int64_t missing = number(p, row, ABOUT_D);

    if (text(p, row, ABOUT_MORE).len) {
        sheet_text(s, STYLE_PLAIN, text(p, row, ABOUT_MORE));
        sheet_say(s, STYLE_DIM, "  ");
    }
    if (text(p, row, ABOUT_TEXT).len)
        sheet_text(s, STYLE_PLAIN, text(p, row, ABOUT_TEXT));
    else
        sheet_say(s, STYLE_DIM, "(no channel)");
    say(s, STYLE_PLAIN, ": ", number(p, row, ABOUT_C), " records");
    say(s, STYLE_PLAIN, ", numbers ", number(p, row, ABOUT_A), "");
    say(s, STYLE_PLAIN, " to ", number(p, row, ABOUT_B), "");
    if (missing > 0)
        say(s, STYLE_ERROR, ", ", missing, " of them missing");
    else
        sheet_words(s, STYLE_DIM, ", none missing");
    if (number(p, row, ABOUT_E) == 0)
        sheet_words(s, STYLE_DIM, ", no loads");
    else
        say(s, STYLE_PLAIN, ", ", number(p, row, ABOUT_E), " loads");
}

static void file(const struct page *p, size_t row, struct sheet *s)
{
    if (text(p, row, ABOUT_MORE).len) {
        sheet_text(s, STYLE_PLAIN, text(p, row, ABOUT_MORE));
        sheet_say(s, STYLE_DIM, "!");
    }
    sheet_text(s, STYLE_PLAIN, text(p, row, ABOUT_TEXT));
    if (page_cell(p, row, ABOUT_C)->type == CELL_NUMBER)
        say(s, STYLE_PLAIN, "  ", number(p, row, ABOUT_C), " of its records");
}

static void other(const struct page *p, size_t row, struct sheet *s)
{
    char id[SAY_MAX];

    sheet_text(s, STYLE_PLAIN, text(p, row, ABOUT_TEXT).len ? text(p, row, ABOUT_TEXT)
                                                            : SPAN("(no name)"));
    snprintf(id, sizeof id, " %" PRId64, number(p, row, ABOUT_A));
    sheet_say(s, STYLE_PLAIN, id);
    say(s, STYLE_PLAIN, ": ", number(p, row, ABOUT_C), "");
}

static void place(const struct page *p, size_t row, struct sheet *s)
{
    char at[SAY_MAX];

    snprintf(at, sizeof at, "%" PRId64 "  ", number(p, row, ABOUT_A));
    sheet_say(s, STYLE_STRONG, at);
    sheet_tab(s, s->at);
    sheet_text(s, STYLE_PLAIN, text(p, row, ABOUT_TEXT));
    if (number(p, row, ABOUT_B) > 0)
        say(s, STYLE_DIM, " (", number(p, row, ABOUT_B), " bytes)");
}

static void one(const struct page *p, size_t row, struct sheet *s)
{
    struct span section = text(p, row, ABOUT_SECTION);

    sheet_say(s, STYLE_PLAIN, "  ");
    sheet_tab(s, 2);
    if (span_is(section, "channel"))
        channel(p, row, s);
    else if (span_is(section, "file"))
        file(p, row, s);
    else if (span_is(section, "other"))
        other(p, row, s);
    else
        place(p, row, s);
    sheet_end(s);
}

static void heading(struct sheet *s, struct span section)
{
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (span_is(section, headings[i].section)) {
            sheet_end(s);
            sheet_say(s, STYLE_STRONG, headings[i].heading);
            sheet_end(s);
        }
}

/* Behind the last of a section: how many more there are. */
static void more(const struct page *p, size_t row, size_t shown, struct sheet *s)
{
    struct span section = text(p, row, ABOUT_SECTION);
    bool counted = span_is(section, "damaged") || span_is(section, "note") || span_is(section, "conflict");
    int64_t all = counted ? number(p, row, ABOUT_C) : 0;

    if (all > (int64_t)shown) {
        sheet_say(s, STYLE_PLAIN, "  ");
        say(s, STYLE_PLAIN, "and ", all - (int64_t)shown, " more: modhunt evidence --problems");
        sheet_end(s);
    }
}

void about_draw(const struct model *m, struct sheet *s)
{
    const struct rows *r = &model_place(m)->rows;
    const struct page *p = m->detail.page;
    size_t shown = 0;

    if (!p || m->detail.id != rows_id(r, r->cursor) || p->columns != ABOUT_COLUMN_COUNT)
        return;
    for (size_t row = 0; row < p->rows; row++) {
        bool begins = row == 0 || !span_equal(text(p, row, ABOUT_SECTION), text(p, row - 1, ABOUT_SECTION));

        if (begins)
            heading(s, text(p, row, ABOUT_SECTION));
        shown = begins ? 1 : shown + 1;
        one(p, row, s);
        if (row + 1 == p->rows || !span_equal(text(p, row, ABOUT_SECTION), text(p, row + 1, ABOUT_SECTION)))
            more(p, row, shown, s);
    }
}

void about_filtered(const struct model *m, struct sheet *s, const char *none)
{
    sheet_words(s, STYLE_PLAIN, none);
    sheet_say(s, STYLE_PLAIN, " holds ");
    sheet_say(s, STYLE_STRONG, model_place(m)->filter);
    sheet_end(s);
    sheet_say(s, STYLE_KEY, "Esc");
    sheet_tab(s, 6);
    sheet_words(s, STYLE_PLAIN, "clears the filter");
}
