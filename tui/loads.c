/* The loads of one sighting, the newest first. */
#include "tui/act.h"
#include "tui/detail.h"

#include <stdio.h>

static const struct key keys[] = {
    { '/', "filter", act_filter, "filter", "Show only what answers a filter, such as image:rundll32.exe" },
    { 's', "sort", act_sort_menu, "sort", "Choose the column to sort by" },
    { '<', "sort-left", act_sort_left, NULL, "Sort by the column to the left" },
    { '>', "sort-right", act_sort_right, NULL, "Sort by the column to the right" },
    { 'r', "sort-reverse", act_sort_reverse, "reverse", "Sort the other way round" },
    { 'h', "pivot-hash", act_pivot_hash, "hash", "Everything with the hash of this module, on every host" },
    { 'o', "pivot-host", act_pivot_host, "host", "Everything on this host" },
    KEYS_END
};

/* What is to be known of the record itself: found in slack, or its path inferred. */
static void found_text(const struct rows *r, size_t row, char *out, size_t size)
{
    struct span resolution = rows_text(r, row, COLUMN_ID_resolution);

    if (rows_number(r, row, COLUMN_ID_recovered, 0))
        snprintf(out, size, "recovered");
    else if (resolution.len && !span_is(resolution, "exact"))
        snprintf(out, size, "%.*s", (int)resolution.len, (const char *)resolution.at);
}

/* Numbers that name and do not count have no thousands. */
static void plain(const struct rows *r, size_t row, enum column c, char *out, size_t size)
{
    int64_t n = rows_number(r, row, c, -1);

    if (n >= 0)
        snprintf(out, size, "%lld", (long long)n);
}

static void pid_text(const struct rows *r, size_t row, char *out, size_t size)
{
    plain(r, row, COLUMN_ID_ProcessId, out, size);
}

static void record_text(const struct rows *r, size_t row, char *out, size_t size)
{
    plain(r, row, COLUMN_ID_record, out, size);
}

static const struct table_column columns[] = {
    { COLUMN_ID_time, NULL, COLUMN_TIME, 23, 23, 0, true, NULL, NULL },
    { COLUMN_ID_host, NULL, COLUMN_TEXT, 6, 20, 6, true, NULL, table_host },
    { COLUMN_ID_User, NULL, COLUMN_TEXT, 8, 28, 2, true, NULL, NULL },
    { COLUMN_ID_ProcessId, NULL, COLUMN_NUMBER, 5, 10, 3, true, pid_text, NULL },
    { COLUMN_ID_CommandLine, NULL, COLUMN_TEXT, 24, 0, 1, true, NULL, NULL },
    { COLUMN_ID_ParentImage, NULL, COLUMN_PATH, 12, 0, 4, true, NULL, NULL },
    { COLUMN_ID_record, NULL, COLUMN_NUMBER, 7, 12, 7, true, record_text, NULL },
    { COLUMN_ID_ref, NULL, COLUMN_TEXT, 16, 30, 8, true, NULL, NULL },
    { COLUMN_ID_recovered, "Found", COLUMN_TEXT, 5, 12, 5, true, found_text, NULL },
};

static struct question *question(const struct place *p)
{
    return model_question(p, QUESTION_LOADS);
}

static void title(const struct model *m, const struct place *p, char *out, size_t size)
{
    (void)m;
    snprintf(out, size, "loads of %s", p->about ? p->about : "it");
}

static void empty(const struct model *m, struct sheet *s)
{
    if (model_place(m)->filter[0]) {
        sheet_words(s, STYLE_PLAIN, "No load of it answers ");
        sheet_say(s, STYLE_STRONG, model_place(m)->filter);
        sheet_end(s);
        sheet_say(s, STYLE_KEY, "Esc");
        sheet_tab(s, 6);
        sheet_words(s, STYLE_PLAIN, "clears the filter");
    } else {
        sheet_words(s, STYLE_PLAIN, "No load of it is in the case any more. Esc goes back.");
    }
}

const struct view view_loads = {
    .name = "loads", .keys = keys, .question = question, .columns = columns,
    .column_count = sizeof columns / sizeof *columns, .detail_question = detail_ask, .language = true,
    .sort = { COLUMN_ID_time, true }, .sorted = true, .detail = detail_sighting, .empty = empty, .title = title,
};
