/* The hosts: what each logged, and, more telling, what it did not. */
#include "tui/about.h"
#include "tui/act.h"

#include <stdio.h>
#include <string.h>

static const struct key keys[] = {
    { '/', "filter", act_filter, "filter", "Show only hosts whose name holds what is typed" },
    { 's', "sort", act_sort_menu, "sort", "Choose the column to sort by" },
    { '<', "sort-left", act_sort_left, NULL, "Sort by the column to the left" },
    { '>', "sort-right", act_sort_right, NULL, "Sort by the column to the right" },
    { 'r', "sort-reverse", act_sort_reverse, "reverse", "Sort the other way round" },
    { 'o', "pivot-host", act_pivot_host, "host", "Everything on this host" },
    KEYS_END
};

static int64_t number(const struct rows *r, size_t row, enum host_column c)
{
    return page_cell(r->page, row, c)->number;
}

static void add_word(char *out, size_t size, const char *before, const char *word)
{
    size_t used = strlen(out);

    snprintf(out + used, size - used, "%s%s%s", used ? ", " : "", before, word);
}

/* What it does not log at all. */
static void lacks_text(const struct rows *r, size_t row, char *out, size_t size)
{
    out[0] = '\0';
    if (number(r, row, HOST_LOADS) == 0)
        add_word(out, size, "", number(r, row, HOST_RECOVERED) ? "loads but recovered ones" : "loads");
    if (number(r, row, HOST_PROCESSES) == 0)
        add_word(out, size, "", "processes");
    if (number(r, row, HOST_CONTEXT) == 0)
        add_word(out, size, "", "context");
}

/* A host without loads can have no hits: that is no good news. */
static void lacks_draw(const struct rows *r, size_t row, struct grid *g, int y, int x, int width)
{
    char words[TABLE_CELL_MAX];

    lacks_text(r, row, words, sizeof words);
    grid_say(g, y, x, width, number(r, row, HOST_LOADS) == 0 ? STYLE_ERROR : STYLE_DIM, words);
}

/* Which hashes its loads carry. */
static void hashes_text(const struct rows *r, size_t row, char *out, size_t size)
{
    static const struct { enum host_column column; const char *name; } kinds[] = {
        { HOST_SHA256, "SHA-256" }, { HOST_SHA1, "SHA-1" }, { HOST_MD5, "MD5" },
        { HOST_IMPHASH, "IMPHASH" },
    };

    out[0] = '\0';
    if (page_cell(r->page, row, HOST_SHA256)->type != CELL_TEXT)
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct span share = page_cell(r->page, row, kinds[i].column)->text;

        if (!span_is(share, "none"))
            add_word(out, size, span_is(share, "some") ? "some " : "", kinds[i].name);
    }
    if (!out[0])
        snprintf(out, size, "none");
}

static void host_draw(const struct rows *r, size_t row, struct grid *g, int y, int x, int width)
{
    grid_text(g, y, x, width, STYLE_PLAIN, page_cell(r->page, row, HOST_NAME)->text);
}

static const struct table_column columns[] = {
    { HOST_NAME, "Host", COLUMN_TEXT, 16, 32, 0, true, NULL, host_draw },
    { HOST_LOADS, "Loads", COLUMN_NUMBER, 6, 12, 0, true, NULL, NULL },
    { HOST_HITS, "Hits", COLUMN_NUMBER, 5, 10, 1, true, NULL, NULL },
    { HOST_TOP_SCORE, "Score", COLUMN_NUMBER, 6, 6, 9, true, NULL, NULL },
    { HOST_RECOVERED, "Not logged", COLUMN_TEXT, 25, 32, 0, false, lacks_text, lacks_draw },
    { HOST_FIRST_TIME, "First UTC", COLUMN_TIME, 16, 19, 4, true, NULL, NULL },
    { HOST_LAST_TIME, "Last UTC", COLUMN_TIME, 16, 19, 5, true, NULL, NULL },
    { HOST_FILES, "Files", COLUMN_NUMBER, 5, 8, 3, true, NULL, NULL },
    { HOST_MISSING, "Missing", COLUMN_NUMBER, 8, 14, 2, true, NULL, NULL },
    { HOST_GAPS, "Gaps", COLUMN_NUMBER, 5, 8, 10, true, NULL, NULL },
    { HOST_PROCESSES, "Processes", COLUMN_NUMBER, 10, 12, 6, true, NULL, NULL },
    { HOST_CONTEXT, "Context", COLUMN_NUMBER, 8, 12, 7, true, NULL, NULL },
    { HOST_SHA256, "Hashes", COLUMN_TEXT, 20, 34, 8, true, hashes_text, NULL },
    { HOST_PLATFORM, "Platform", COLUMN_TEXT, 8, 8, 11, true, NULL, NULL },
};

static const struct detail_field fields[] = {
    { "Host", HOST_NAME, COLUMN_TEXT }, { "Platform", HOST_PLATFORM, COLUMN_TEXT },
    { "First record", HOST_FIRST_TIME, COLUMN_TIME }, { "Last record", HOST_LAST_TIME, COLUMN_TIME },
    { "Loads", HOST_LOADS, COLUMN_NUMBER }, { "  recovered", HOST_RECOVERED, COLUMN_NUMBER },
    { "Hits", HOST_HITS, COLUMN_NUMBER }, { "Processes", HOST_PROCESSES, COLUMN_NUMBER },
    { "Context", HOST_CONTEXT, COLUMN_NUMBER }, { "Files", HOST_FILES, COLUMN_NUMBER },
    { "Gaps", HOST_GAPS, COLUMN_NUMBER }, { "  missing", HOST_MISSING, COLUMN_NUMBER },
    { "How it logs", HOST_LOGGING, COLUMN_TEXT },
};

static const struct detail_field hashes[] = {
    { "SHA-256", HOST_SHA256, COLUMN_TEXT }, { "SHA-1", HOST_SHA1, COLUMN_TEXT },
    { "MD5", HOST_MD5, COLUMN_TEXT }, { "IMPHASH", HOST_IMPHASH, COLUMN_TEXT },
};

static struct question *question(const struct place *p)
{
    return model_question(p, QUESTION_HOSTS);
}

static struct question *about(const struct place *p, int64_t id)
{
    struct question *q = question_open(QUESTION_ABOUT);

    (void)p;
    q->host = id;
    return q;
}

static void blind(const struct rows *r, struct sheet *s)
{
    if (number(r, r->cursor, HOST_LOADS) > 0)
        return;
    sheet_words(s, STYLE_ERROR, "It logged no module load (Event ID 7): what was loaded here is not known."
                                " Sysmon logs loads only where its configuration has a rule for ImageLoad.");
    sheet_end(s);
}

static void detail(const struct model *m, struct sheet *s)
{
    const struct rows *r = &model_place(m)->rows;

    if (rows_count(r) == 0)
        return;
    blind(r, s);
    detail_row(r, fields, sizeof fields / sizeof *fields, s);
    if (page_cell(r->page, r->cursor, HOST_SHA256)->type == CELL_TEXT) {
        sheet_end(s);
        sheet_say(s, STYLE_STRONG, "How many of its loads carry a hash");
        sheet_end(s);
        detail_row(r, hashes, sizeof hashes / sizeof *hashes, s);
    }
    about_draw(m, s);
}

static void empty(const struct model *m, struct sheet *s)
{
    if (model_place(m)->filter[0])
        about_filtered(m, s, "No host's name");
    else
        sheet_words(s, STYLE_PLAIN, m->ingesting ? "No record that names a host has been read yet."
                                                 : "No record in this case names a host.");
}

static void title(const struct model *m, const struct place *p, char *out, size_t size)
{
    (void)m;
    (void)p;
    snprintf(out, size, "hosts");
}

const struct view view_hosts = {
    .name = "hosts", .keys = keys, .question = question, .columns = columns,
    .column_count = sizeof columns / sizeof *columns, .ledger = true, .detail_question = about,
    .aside = "E  the files", .sort = { (enum column)HOST_HITS, true }, .sorted = true,
    .detail = detail, .empty = empty, .title = title,
};
