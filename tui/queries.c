/* The hunting queries, with what each is for beside the list, and the answer of one.
 *
 * An answer's columns are its own; what a query needs and the case lacks is said
 * where the rows would stand. */
#include "tui/act.h"
#include "tui/say.h"

#include <stdio.h>

static const struct table_column columns[] = {
    { QUERY_NAME, "Query", COLUMN_TEXT, 18, 24, 0, false, NULL, NULL },
    { QUERY_QUESTION, "Question", COLUMN_TEXT, 30, 0, 0, false, NULL, NULL },
    { QUERY_TECHNIQUE, "Technique", COLUMN_TEXT, 9, 20, 2, false, NULL, NULL },
    { QUERY_HUNT, "Hunt", COLUMN_TEXT, 4, 4, 3, false, NULL, NULL },
};

static const struct {
    const char *name;
    enum query_column column;
} fields[] = {
    { "Question", QUERY_QUESTION }, { "Why", QUERY_WHY }, { "False positives", QUERY_FALSE_POSITIVES },
    { "Misses", QUERY_MISSES }, { "Then", QUERY_NEXT }, { "Arguments", QUERY_ARGUMENTS },
    { "File", QUERY_FILE },
};
#define LABEL_COLUMNS 17
#define TEXT_MAX 4096 /* of a header's line: more is cut here, `modhunt query --show` has it */

/* ---- the list ---- */

static struct question *list_question(const struct place *p)
{
    (void)p;
    return question_open(QUESTION_QUERIES);
}

static void list_detail(const struct model *m, struct sheet *s)
{
    const struct rows *r = &model_place(m)->rows;
    char text[TEXT_MAX];

    for (size_t i = 0; rows_count(r) && i < sizeof fields / sizeof *fields; i++) {
        struct span value = page_cell(r->page, r->cursor, fields[i].column)->text;

        if (!value.len)
            continue;
        sheet_say(s, STYLE_LABEL, fields[i].name);
        sheet_tab(s, LABEL_COLUMNS);
        snprintf(text, sizeof text, "%.*s", (int)value.len, (const char *)value.at);
        sheet_words(s, STYLE_PLAIN, text);
        sheet_end(s);
    }
}

static void list_empty(const struct model *m, struct sheet *s)
{
    (void)m;
    sheet_words(s, STYLE_PLAIN, "There are no queries.");
}

static void list_title(const struct model *m, const struct place *p, char *out, size_t size)
{
    (void)m;
    (void)p;
    snprintf(out, size, "queries");
}

static void run(struct model *m)
{
    const struct rows *r = &model_place(m)->rows;
    struct place *answer;
    struct span name;
    char text[64];

    if (!rows_count(r))
        return;
    name = page_cell(r->page, r->cursor, QUERY_NAME)->text;
    snprintf(text, sizeof text, "%.*s", (int)name.len, (const char *)name.at);
    answer = model_go(m, &view_answer);
    if (!answer)
        return;
    question_text(&answer->query, text);
    model_ask_rows(m);
}

enum acted act_queries(struct model *m, const struct press *p)
{
    (void)p;
    if (model_place(m)->view == &view_queries)
        return ACTED;
    if (!model_settled(m))
        return WAITS;
    if (model_go(m, &view_queries)) {
        m->detail.open = true; /* the preview */
        model_layout(m);
    }
    return ACTED;
}

/* ---- an answer ---- */

static struct question *answer_question(const struct place *p)
{
    struct question *q = question_open(QUESTION_QUERY);

    question_text(&q->query, p->query);
    return q;
}

static void answer_detail(const struct model *m, struct sheet *s)
{
    const struct rows *r = &model_place(m)->rows;
    char text[SAY_MAX];

    for (size_t i = 0; rows_count(r) && i < r->page->columns; i++) {
        const struct cell *c = page_cell(r->page, r->cursor, i);

        sheet_say(s, STYLE_LABEL, r->page->names[i]);
        sheet_say(s, STYLE_PLAIN, "  ");
        if (c->type == CELL_TEXT)
            sheet_text(s, STYLE_PLAIN, c->text);
        else
            sheet_say(s, c->type == CELL_NULL ? STYLE_DIM : STYLE_PLAIN,
                      c->type == CELL_NULL ? "not logged" : say_number(c->number, text));
        sheet_end(s);
    }
}

static void answer_empty(const struct model *m, struct sheet *s)
{
    (void)m;
    sheet_words(s, STYLE_PLAIN, "Nothing was found. Which hosts could not be asked:");
    sheet_end(s);
    sheet_say(s, STYLE_KEY, "H");
    sheet_tab(s, 6);
    sheet_words(s, STYLE_PLAIN, "what each host logged, and what it did not");
}

static void answer_title(const struct model *m, const struct place *p, char *out, size_t size)
{
    (void)m;
    snprintf(out, size, "%s%s", p->query ? p->query : "",
             rows_count(&p->rows) == QUERY_ROWS_MAX ? " (the first 1,000)" : "");
}

const struct view view_queries = {
    .name = "queries", .question = list_question, .columns = columns,
    .column_count = sizeof columns / sizeof *columns, .detail = list_detail, .enter = run,
    .empty = list_empty, .title = list_title,
};

const struct view view_answer = {
    .name = "answer", .question = answer_question, .named = true, .detail = answer_detail,
    .empty = answer_empty, .title = answer_title,
};
