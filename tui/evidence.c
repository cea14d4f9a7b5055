/* The ledger: what became of every record of every file. */
#include "tui/detail.h"
#include "tui/model.h"

#include <stdio.h>

/* Collected files have the same names on every host: their folders tell. */
static void path_draw(const struct rows *r, size_t row, struct grid *g, int y, int x, int width)
{
    grid_middle(g, y, x, width, STYLE_PLAIN, page_cell(r->page, row, EVIDENCE_PATH)->text);
}

static const struct table_column columns[] = {
    { EVIDENCE_PATH, "File", COLUMN_PATH, 44, 0, 0, false, NULL, path_draw },
    { EVIDENCE_FORMAT, "Format", COLUMN_TEXT, 6, 10, 2, false, NULL, NULL },
    { EVIDENCE_STATE, "State", COLUMN_TEXT, 8, 12, 1, false, NULL, NULL },
    { EVIDENCE_RECORDS, "Records", COLUMN_NUMBER, 7, 14, 1, false, NULL, NULL },
    { EVIDENCE_LOADS, "Loads", COLUMN_NUMBER, 6, 14, 1, false, NULL, NULL },
    { EVIDENCE_DAMAGED, "Damaged", COLUMN_NUMBER, 7, 12, 1, false, NULL, NULL },
    { EVIDENCE_PROCESSES, "Processes", COLUMN_NUMBER, 9, 14, 4, false, NULL, NULL },
    { EVIDENCE_CONTEXT, "Context", COLUMN_NUMBER, 7, 12, 5, false, NULL, NULL },
    { EVIDENCE_OTHER, "Other", COLUMN_NUMBER, 6, 12, 6, false, NULL, NULL },
    { EVIDENCE_DUPLICATES, "Duplicates", COLUMN_NUMBER, 10, 12, 7, false, NULL, NULL },
    { EVIDENCE_RECOVERED, "Recovered", COLUMN_NUMBER, 9, 12, 3, false, NULL, NULL },
    { EVIDENCE_BYTES, "Bytes", COLUMN_NUMBER, 8, 18, 8, false, NULL, NULL },
    { EVIDENCE_FIRST_TIME, "First", COLUMN_TIME, 16, 19, 9, false, NULL, NULL },
    { EVIDENCE_LAST_TIME, "Last", COLUMN_TIME, 16, 19, 10, false, NULL, NULL },
    { EVIDENCE_REASON, "Reason", COLUMN_TEXT, 10, 60, 11, false, NULL, NULL },
};

static const struct detail_field fields[] = {
    { "Path", EVIDENCE_PATH, COLUMN_PATH }, { "Bundle", EVIDENCE_BUNDLE, COLUMN_PATH },
    { "Format", EVIDENCE_FORMAT, COLUMN_TEXT }, { "State", EVIDENCE_STATE, COLUMN_TEXT },
    { "Reason", EVIDENCE_REASON, COLUMN_TEXT }, { "SHA-256", EVIDENCE_SHA256, COLUMN_TEXT },
    { "Bytes", EVIDENCE_BYTES, COLUMN_NUMBER }, { "Records", EVIDENCE_RECORDS, COLUMN_NUMBER },
    { "  Loads", EVIDENCE_LOADS, COLUMN_NUMBER }, { "  Processes", EVIDENCE_PROCESSES, COLUMN_NUMBER },
    { "  Context", EVIDENCE_CONTEXT, COLUMN_NUMBER }, { "  Other", EVIDENCE_OTHER, COLUMN_NUMBER },
    { "  Damaged", EVIDENCE_DAMAGED, COLUMN_NUMBER }, { "  Duplicates", EVIDENCE_DUPLICATES, COLUMN_NUMBER },
    { "Recovered", EVIDENCE_RECOVERED, COLUMN_NUMBER }, { "First time", EVIDENCE_FIRST_TIME, COLUMN_TIME },
    { "Last time", EVIDENCE_LAST_TIME, COLUMN_TIME },
};

static struct question *question(const struct place *p)
{
    return model_question(p, QUESTION_EVIDENCE);
}

static void detail(const struct model *m, struct sheet *s)
{
    detail_row(&model_place(m)->rows, fields, sizeof fields / sizeof *fields, s);
}

static void empty(const struct model *m, struct sheet *s)
{
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
    .name = "evidence", .question = question, .columns = columns,
    .column_count = sizeof columns / sizeof *columns, .detail = detail, .empty = empty,
    .title = title,
};
