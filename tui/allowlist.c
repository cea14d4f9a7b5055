/* The allowlist: what the analyst has judged benign, when and why. */
#include "tui/detail.h"
#include "tui/model.h"

#include <stdio.h>

static void enabled_text(const struct rows *r, size_t row, char *out, size_t size)
{
    const struct cell *c = page_cell(r->page, row, ALLOW_ENABLED);

    snprintf(out, size, c->type == CELL_NUMBER && c->number == 0 ? "off" : "on");
}

static void kind_text(const struct rows *r, size_t row, char *out, size_t size)
{
    struct span kind = page_cell(r->page, row, ALLOW_KIND)->text;

    snprintf(out, size, "by %.*s", (int)kind.len, (const char *)kind.at);
}

static const struct table_column columns[] = {
    { ALLOW_ID, "#", COLUMN_NUMBER, 3, 6, 0, false, NULL, NULL },
    { ALLOW_ENABLED, "On", COLUMN_TEXT, 3, 3, 2, false, enabled_text, NULL },
    { ALLOW_KIND, "Allows", COLUMN_TEXT, 7, 8, 2, false, kind_text, NULL },
    { ALLOW_VALUE, "What", COLUMN_PATH, 16, 64, 1, false, NULL, NULL },
    { ALLOW_REASON, "Reason", COLUMN_TEXT, 20, 0, 0, false, NULL, NULL },
    { ALLOW_SIGHTINGS, "Sightings", COLUMN_NUMBER, 9, 12, 3, false, NULL, NULL },
    { ALLOW_LOADS, "Loads", COLUMN_NUMBER, 6, 12, 4, false, NULL, NULL },
    { ALLOW_AUTHOR, "Author", COLUMN_TEXT, 6, 16, 5, false, NULL, NULL },
    { ALLOW_CREATED, "Made", COLUMN_TIME, 16, 19, 6, false, NULL, NULL },
};

static const struct detail_field fields[] = {
    { "Entry", ALLOW_ID, COLUMN_NUMBER }, { "Allows by", ALLOW_KIND, COLUMN_TEXT },
    { "What", ALLOW_VALUE, COLUMN_PATH }, { "Reason", ALLOW_REASON, COLUMN_TEXT },
    { "Author", ALLOW_AUTHOR, COLUMN_TEXT }, { "Made", ALLOW_CREATED, COLUMN_TIME },
    { "Sightings", ALLOW_SIGHTINGS, COLUMN_NUMBER }, { "Loads", ALLOW_LOADS, COLUMN_NUMBER },
};

static struct question *question(const struct place *p)
{
    return model_question(p, QUESTION_ALLOW);
}

/* A change that was taken back stands back. */
static bool off(const struct rows *r, size_t row)
{
    const struct cell *c = page_cell(r->page, row, ALLOW_ENABLED);

    return c->type == CELL_NUMBER && c->number == 0;
}

static void detail(const struct model *m, struct sheet *s)
{
    detail_row(&model_place(m)->rows, fields, sizeof fields / sizeof *fields, s);
}

static void empty(const struct model *m, struct sheet *s)
{
    (void)m;
    sheet_words(s, STYLE_PLAIN, "Nothing is allowed: no sighting is hidden. In a list of sightings");
    sheet_end(s);
    sheet_say(s, STYLE_KEY, "a");
    sheet_tab(s, 6);
    sheet_words(s, STYLE_PLAIN, "allows the module under the cursor by its hash");
    sheet_end(s);
    sheet_say(s, STYLE_KEY, "A");
    sheet_tab(s, 6);
    sheet_words(s, STYLE_PLAIN, "allows it by its path");
}

static void title(const struct model *m, const struct place *p, char *out, size_t size)
{
    (void)m;
    (void)p;
    snprintf(out, size, "allowlist");
}

const struct view view_allowlist = {
    .name = "allowlist", .question = question, .columns = columns,
    .column_count = sizeof columns / sizeof *columns, .faded = off, .detail = detail,
    .empty = empty, .title = title,
};
