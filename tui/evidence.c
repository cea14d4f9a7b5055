/* The ledger: what became of every record of every file. */
#include "tui/about.h"
#include "tui/act.h"

#include <inttypes.h>
#include <stdio.h>

static const struct key keys[] = {
    { '/', "filter", act_filter, "filter", "Show only files whose path, format, state or reason holds what is typed" },
    { 's', "sort", act_sort_menu, "sort", "Choose the column to sort by" },
    { '<', "sort-left", act_sort_left, NULL, "Sort by the column to the left" },
    { '>', "sort-right", act_sort_right, NULL, "Sort by the column to the right" },
    { 'r', "sort-reverse", act_sort_reverse, "reverse", "Sort the other way round" },
    KEYS_END
};

static int64_t number(const struct rows *r, size_t row, enum evidence_column c)
{
    return page_cell(r->page, row, c)->number;
}

static struct span text(const struct rows *r, size_t row, enum evidence_column c)
{
    return page_cell(r->page, row, c)->text;
}

/* `bundle.zip!Logs/Sysmon.evtx`: what lies in an archive is told with it. */
static void path_text(const struct rows *r, size_t row, char *out, size_t size)
{
    struct span path = text(r, row, EVIDENCE_PATH), bundle = text(r, row, EVIDENCE_BUNDLE);

    snprintf(out, size, "%.*s%s%.*s", (int)bundle.len, bundle.len ? (const char *)bundle.at : "",
             bundle.len ? "!" : "", (int)path.len, path.len ? (const char *)path.at : "");
}

/* Collected files have the same names on every host: their folders tell. */
static void path_draw(const struct rows *r, size_t row, struct grid *g, int y, int x, int width)
{
    char whole[TABLE_CELL_MAX];

    path_text(r, row, whole, sizeof whole);
    grid_middle(g, y, x, width, STYLE_PLAIN, span_text(whole));
}

/* Were records read, and no load among them?  (Copies of loads count elsewhere.) */
static bool without_loads(const struct rows *r, size_t row)
{
    return number(r, row, EVIDENCE_RECORDS) > 0 && number(r, row, EVIDENCE_LOADS) == 0
        && number(r, row, EVIDENCE_RECOVERED) == 0 && number(r, row, EVIDENCE_DUPLICATES) == 0;
}

/* `complete, 3 damaged`, `complete, no loads`. */
static void state_text(const struct rows *r, size_t row, char *out, size_t size)
{
    struct span state = text(r, row, EVIDENCE_STATE);
    int64_t damaged = number(r, row, EVIDENCE_DAMAGED), conflicts = number(r, row, EVIDENCE_CONFLICTS);
    int used = snprintf(out, size, "%.*s", (int)state.len, (const char *)state.at);

    if (damaged > 0 && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, ", %" PRId64 " damaged", damaged);
    if (conflicts > 0 && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, ", %" PRId64 " in conflict", conflicts);
    if (without_loads(r, row) && (size_t)used < size)
        snprintf(out + used, size - (size_t)used, ", no loads");
}

static void state_draw(const struct rows *r, size_t row, struct grid *g, int y, int x, int width)
{
    struct span state = text(r, row, EVIDENCE_STATE);
    bool bad = number(r, row, EVIDENCE_DAMAGED) > 0 || span_is(state, "partial")
            || span_is(state, "unreadable");
    char words[TABLE_CELL_MAX];

    state_text(r, row, words, sizeof words);
    grid_say(g, y, x, width, bad ? STYLE_ERROR : STYLE_PLAIN, words);
}

static const struct table_column columns[] = {
    { EVIDENCE_PATH, "File", COLUMN_PATH, 32, 0, 0, true, path_text, path_draw },
    { EVIDENCE_FORMAT, "Format", COLUMN_TEXT, 6, 16, 2, true, NULL, NULL },
    { EVIDENCE_STATE, "State", COLUMN_TEXT, 20, 36, 0, true, state_text, state_draw },
    { EVIDENCE_RECORDS, "Records", COLUMN_NUMBER, 7, 14, 3, true, NULL, NULL },
    { EVIDENCE_LOADS, "Loads", COLUMN_NUMBER, 6, 14, 1, true, NULL, NULL },
    { EVIDENCE_DAMAGED, "Damaged", COLUMN_NUMBER, 7, 12, 8, true, NULL, NULL },
    { EVIDENCE_PROCESSES, "Processes", COLUMN_NUMBER, 9, 14, 5, true, NULL, NULL },
    { EVIDENCE_CONTEXT, "Context", COLUMN_NUMBER, 7, 12, 6, true, NULL, NULL },
    { EVIDENCE_OTHER, "Other", COLUMN_NUMBER, 6, 12, 7, true, NULL, NULL },
    { EVIDENCE_DUPLICATES, "Duplicates", COLUMN_NUMBER, 10, 12, 9, true, NULL, NULL },
    { EVIDENCE_RECOVERED, "Recovered", COLUMN_NUMBER, 9, 12, 4, true, NULL, NULL },
    { EVIDENCE_BYTES, "Bytes", COLUMN_NUMBER, 8, 18, 12, true, NULL, NULL },
    { EVIDENCE_FIRST_TIME, "First UTC", COLUMN_TIME, 16, 19, 10, true, NULL, NULL },
    { EVIDENCE_LAST_TIME, "Last UTC", COLUMN_TIME, 16, 19, 11, true, NULL, NULL },
    { EVIDENCE_REASON, "Reason", COLUMN_TEXT, 10, 60, 13, true, NULL, NULL },
};

static const struct detail_field fields[] = {
    { "Path", EVIDENCE_PATH, COLUMN_PATH }, { "Archive", EVIDENCE_BUNDLE, COLUMN_PATH },
    { "Format", EVIDENCE_FORMAT, COLUMN_TEXT }, { "State", EVIDENCE_STATE, COLUMN_TEXT },
    { "Reason", EVIDENCE_REASON, COLUMN_TEXT }, { "First record", EVIDENCE_FIRST_TIME, COLUMN_TIME },
    { "Last record", EVIDENCE_LAST_TIME, COLUMN_TIME }, { "Records", EVIDENCE_RECORDS, COLUMN_NUMBER },
    { "  Loads", EVIDENCE_LOADS, COLUMN_NUMBER }, { "  Processes", EVIDENCE_PROCESSES, COLUMN_NUMBER },
    { "  Context", EVIDENCE_CONTEXT, COLUMN_NUMBER }, { "  Other", EVIDENCE_OTHER, COLUMN_NUMBER },
    { "  Damaged", EVIDENCE_DAMAGED, COLUMN_NUMBER }, { "  Duplicates", EVIDENCE_DUPLICATES, COLUMN_NUMBER },
    { "Recovered", EVIDENCE_RECOVERED, COLUMN_NUMBER }, { "Bytes", EVIDENCE_BYTES, COLUMN_NUMBER },
    { "SHA-256", EVIDENCE_SHA256, COLUMN_TEXT },
};

static struct question *question(const struct place *p)
{
    return model_question(p, QUESTION_EVIDENCE);
}

static struct question *about(const struct place *p, int64_t id)
{
    struct question *q = question_open(QUESTION_ABOUT);

    (void)p;
    q->evidence = id;
    return q;
}

static void detail(const struct model *m, struct sheet *s)
{
    const struct rows *r = &model_place(m)->rows;

    if (rows_count(r) == 0)
        return;
    if (without_loads(r, r->cursor)) {
        sheet_words(s, STYLE_ERROR, "No module load (Event ID 7) is among its records.");
        sheet_end(s);
    }
    detail_row(r, fields, sizeof fields / sizeof *fields, s);
    about_draw(m, s);
}

static void empty(const struct model *m, struct sheet *s)
{
    if (model_place(m)->filter[0])
        about_filtered(m, s, "No file");
    else
        sheet_words(s, STYLE_PLAIN, m->ingesting ? "No file has been read yet; they appear as they are."
                                                 : "This case has no evidence: modhunt ingest -c CASE EVIDENCE...");
}

static void title(const struct model *m, const struct place *p, char *out, size_t size)
{
    (void)m;
    (void)p;
    snprintf(out, size, "evidence");
}

const struct view view_evidence = {
    .name = "evidence", .keys = keys, .question = question, .columns = columns,
    .column_count = sizeof columns / sizeof *columns, .ledger = true, .detail_question = about,
    .aside = "H  what each host logged", .detail = detail, .empty = empty, .title = title,
};
