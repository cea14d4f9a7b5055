/* Why a row has its score, and every field of it.
 *
 * Never says a thing that was not logged: an unknown Signed is called unknown
 * although the formula counts it.  Brackets mark the matched part of a path, so
 * that it reads without colour. */
#include "tui/detail.h"

#include "core/factor.h"
#include "queries/reason.h"
#include "tui/say.h"

#include <stdio.h>

#define LABEL_COLUMNS 21
#define ROOMY_ROWS 16 /* a blank line between score and fields from here on */
#define NARROW 44 /* labels get a line of their own below this */

static void label(struct sheet *s, const char *name)
{
    sheet_say(s, STYLE_LABEL, name);
    if (s->columns < NARROW) {
        if (s->at > 0)
            sheet_end(s);
        sheet_tab(s, 2);
    } else {
        if (s->at >= LABEL_COLUMNS)
            sheet_say(s, STYLE_PLAIN, " ");
        sheet_tab(s, LABEL_COLUMNS);
    }
}

/* ---- the score ---- */

static enum platform row_platform(const struct rows *r)
{
    struct span name = rows_text(r, r->cursor, COLUMN_ID_platform);

    for (int p = PLATFORM_WINDOWS; p <= PLATFORM_MACOS; p++)
        if (span_is(name, platform_name((enum platform)p)))
            return (enum platform)p;
    return PLATFORM_UNKNOWN;
}

static void verdict_line(const struct rows *r, struct sheet *s, uint32_t factors, int score)
{
    static const enum style looks[] = { STYLE_DIM, STYLE_SCORE_1, STYLE_SCORE_2, STYLE_SCORE_3,
                                        STYLE_SCORE_4 };
    bool good = factors & FACTOR_IsKnownGoodDir, hit = score >= 1 && !good;
    char text[96];

    label(s, "SuspicionScore");
    snprintf(text, sizeof text, " %d ", score);
    sheet_say(s, hit && score <= 4 ? looks[score] : STYLE_STRONG, hit && score > 2 ? text : text + 1);
    if (hit && score > 2)
        sheet_say(s, STYLE_PLAIN, " ");
    sheet_words(s, STYLE_PLAIN, hit ? "a hit" : score < 1 ? "no hit: nothing speaks against it"
                                           : "no hit: in a known-good folder");
    if (rows_number(r, r->cursor, COLUMN_ID_allowed_by, 0)) {
        snprintf(text, sizeof text, ", hidden by entry #%lld of the allowlist",
                 (long long)rows_number(r, r->cursor, COLUMN_ID_allowed_by, 0));
        sheet_words(s, STYLE_STRONG, text);
    }
    sheet_end(s);
}

/* The seed's formula with this row's figures in it. */
static void formula_line(struct sheet *s, uint32_t factors, int score)
{
    char text[128];

    label(s, "");
    snprintf(text, sizeof text, "temp %d + unc %d + loader %d x (1 - good %d) + unsigned %d = %d",
             !!(factors & FACTOR_IsTempPath), !!(factors & FACTOR_IsUNCPath),
             !!(factors & FACTOR_IsSuspiciousLoader), !!(factors & FACTOR_IsKnownGoodDir),
             !!(factors & FACTOR_IsUnsigned), score);
    sheet_words(s, STYLE_DIM, text);
    sheet_end(s);
}

static void marked_path(const struct rows *r, struct sheet *s, struct span part, bool in_image)
{
    struct span path = rows_text(r, r->cursor, in_image ? COLUMN_ID_Image : COLUMN_ID_ImageLoaded);
    size_t before;

    if (!part.at || part.at < path.at || part.at + part.len > path.at + path.len)
        return;
    before = (size_t)(part.at - path.at);
    sheet_end(s);
    label(s, in_image ? "    in Image" : "    in ImageLoaded");
    sheet_text(s, STYLE_PLAIN, span_of(path.at, before));
    sheet_say(s, STYLE_MATCH, "[");
    sheet_text(s, STYLE_MATCH, part);
    sheet_say(s, STYLE_MATCH, "]");
    sheet_text(s, STYLE_PLAIN, span_of(part.at + part.len, path.len - before - part.len));
}

/* Is it true because of an imported fact, not of the record? */
static bool is_imported(const struct rows *r, enum factor f, uint32_t factors)
{
    bool in_image;

    if (!(factors & FACTOR_IMPORTED))
        return false;
    if (f == FACTOR_IsUnsigned)
        return !span_logged(rows_text(r, r->cursor, COLUMN_ID_Signed));
    return f == FACTOR_IsUNCPath
        && !factor_matched(f, row_platform(r), rows_text(r, r->cursor, COLUMN_ID_Image),
                           rows_text(r, r->cursor, COLUMN_ID_ImageLoaded), &in_image).at;
}

static void factor_line(const struct rows *r, struct sheet *s, unsigned i, uint32_t factors)
{
    enum factor f = (enum factor)(1u << i);
    bool yes = factors & f, good = f == FACTOR_IsKnownGoodDir, in_image = false;
    bool unknown = f == FACTOR_IsUnsigned && (factors & FACTOR_SIGNED_UNKNOWN);
    char name[48];

    snprintf(name, sizeof name, "%s%s", unknown ? "? " : good ? "- " : "+ ",
             factor_name(f));
    if (!yes && !unknown)
        return;
    sheet_say(s, STYLE_STRONG, name);
    sheet_tab(s, s->columns < NARROW ? s->at + 1 : LABEL_COLUMNS);
    if (unknown && yes)
        sheet_words(s, STYLE_PLAIN, "not logged, counts as unsigned in the seed's formula");
    else if (unknown)
        sheet_words(s, STYLE_PLAIN, "not logged, counts 0 on this platform");
    else if (is_imported(r, f, factors))
        sheet_words(s, STYLE_PLAIN, f == FACTOR_IsUnsigned ? "an imported fact says so: see `fact` below"
                                                           : "on a mount of another machine: see `fact` below");
    else
        sheet_words(s, STYLE_PLAIN, factor_words(f));
    if (yes) {
        struct span part = factor_matched(f, row_platform(r), rows_text(r, r->cursor, COLUMN_ID_Image),
                                          rows_text(r, r->cursor, COLUMN_ID_ImageLoaded), &in_image);

        marked_path(r, s, part, in_image);
    }
    sheet_end(s);
}

/* What does not hold is said too, in one line. */
static void other_factors(struct sheet *s, uint32_t factors)
{
    bool any = false;

    for (unsigned i = 0; i < FACTOR_COUNT; i++) {
        enum factor f = (enum factor)(1u << i);

        if ((factors & f) || (f == FACTOR_IsUnsigned && (factors & FACTOR_SIGNED_UNKNOWN)))
            continue;
        if (!any)
            label(s, "  not");
        else
            sheet_say(s, STYLE_DIM, ", ");
        sheet_words(s, STYLE_DIM, factor_name(f));
        any = true;
    }
    if (any)
        sheet_end(s);
}

/* `Phantom+FreshDrop`, each with its words. */
static void reasons(const struct rows *r, struct sheet *s)
{
    struct span names = rows_text(r, r->cursor, COLUMN_ID_reasons);
    char text[SAY_MAX];

    if (!names.len)
        return;
    label(s, "Priority");
    sheet_say(s, STYLE_STRONG, say_number(rows_number(r, r->cursor, COLUMN_ID_Priority, 0), text));
    sheet_words(s, STYLE_DIM, " what speaks for it beyond the seed");
    sheet_end(s);
    while (names.len) {
        const uint8_t *plus = memchr(names.at, '+', names.len);
        struct span name = span_of(names.at, plus ? (size_t)(plus - names.at) : names.len);

        names = plus ? span_of(plus + 1, names.len - name.len - 1) : SPAN_EMPTY;
        for (unsigned bit = 0; bit < REASON_COUNT; bit++)
            if (span_is(name, reason_name(bit))) {
                sheet_say(s, STYLE_PLAIN, "+ ");
                sheet_words(s, STYLE_PLAIN, reason_name(bit));
                sheet_tab(s, s->columns < NARROW ? s->at + 1 : LABEL_COLUMNS);
                sheet_words(s, STYLE_DIM, reason_words(bit));
                sheet_end(s);
            }
    }
}

static void explain(const struct rows *r, struct sheet *s)
{
    uint32_t factors = (uint32_t)rows_number(r, r->cursor, COLUMN_ID_factors, 0);
    int score = (int)rows_number(r, r->cursor, COLUMN_ID_SuspicionScore, 0);

    verdict_line(r, s, factors, score);
    formula_line(s, factors, score);
    for (unsigned i = 0; i < FACTOR_COUNT; i++)
        factor_line(r, s, i, factors);
    other_factors(s, factors);
    reasons(r, s);
    if (factors & FACTOR_UNSURE) {
        sheet_words(s, STYLE_ERROR, "A match ended in an error and counts as true: look at the paths yourself.");
        sheet_end(s);
    }
    if (s->rows >= ROOMY_ROWS)
        sheet_end(s);
}

/* ---- the fields ---- */

/* What one looks for first, in this order; the rest follows as it comes. */
static const char *const first_fields[] = {
    "fact", "file", "executable_memory", "CommandLine", "ParentImage", "ParentCommandLine", "User",
};
#define FIRST_FIELDS (sizeof first_fields / sizeof *first_fields)

static bool is_first(struct span name)
{
    for (size_t i = 0; i < FIRST_FIELDS; i++)
        if (span_is(name, first_fields[i]))
            return true;
    return false;
}

static void field_line(const struct page *p, size_t row, struct sheet *s)
{
    struct span name = page_cell(p, row, 0)->text, note = SPAN_NONE;
    const struct cell *value = page_cell(p, row, 1);
    char text[SAY_MAX];

    if (p->columns > 2)
        note = page_cell(p, row, 2)->text;
    sheet_text(s, STYLE_LABEL, name);
    label(s, "");
    if (value->type == CELL_NUMBER) {
        snprintf(text, sizeof text, "%lld", (long long)value->number);
        sheet_say(s, STYLE_PLAIN, text);
    } else if (value->type == CELL_TEXT && value->text.len) {
        sheet_text(s, STYLE_PLAIN, value->text);
    } else {
        sheet_say(s, STYLE_DIM, value->type == CELL_TEXT ? "empty" : "not logged");
    }
    if (note.len) {
        sheet_say(s, STYLE_DIM, "  (");
        sheet_text(s, STYLE_DIM, note);
        sheet_say(s, STYLE_DIM, ")");
    }
    sheet_end(s);
}

static void fields(const struct page *p, struct sheet *s)
{
    for (size_t i = 0; i < FIRST_FIELDS; i++)
        for (size_t row = 0; row < p->rows; row++)
            if (span_is(page_cell(p, row, 0)->text, first_fields[i]))
                field_line(p, row, s);
    for (size_t row = 0; row < p->rows; row++)
        if (!is_first(page_cell(p, row, 0)->text))
            field_line(p, row, s);
}

struct question *detail_ask(const struct place *p, int64_t id)
{
    struct question *q = question_open(QUESTION_DETAIL);

    q->sighting = p->sighting ? p->sighting : id;
    q->load = p->sighting ? id : 0;
    return q;
}

void detail_sighting(const struct model *m, struct sheet *s)
{
    const struct rows *r = &model_place(m)->rows;

    if (rows_count(r) == 0)
        return;
    explain(r, s);
    if (m->detail.page && m->detail.id == rows_id(r, r->cursor) && m->detail.page->columns >= 2)
        fields(m->detail.page, s);
}

void detail_row(const struct rows *r, const struct detail_field *list, size_t count,
                struct sheet *s)
{
    char text[SAY_MAX];

    if (rows_count(r) == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct cell *c = list[i].column < r->page->columns
            ? page_cell(r->page, r->cursor, list[i].column) : NULL;

        if (!c || c->type == CELL_NULL || (c->type == CELL_TEXT && !c->text.len))
            continue;
        label(s, list[i].name);
        if (c->type == CELL_TEXT)
            sheet_text(s, STYLE_PLAIN, c->text);
        else
            sheet_say(s, STYLE_PLAIN, list[i].type == COLUMN_TIME ? say_time(c->number, text)
                                                                  : say_number(c->number, text));
        sheet_end(s);
    }
}
