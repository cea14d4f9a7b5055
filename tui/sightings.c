/* The list of sightings: the first view, and what every pivot leads to.
 *
 * The score says by a sign and by its look what a row is: `!` a hit, `G` scored
 * but in a known-good folder, `-` no hit, `#12` hidden by entry 12. */
#include "tui/act.h"
#include "tui/detail.h"
#include "tui/keys.h"
#include "tui/say.h"

#include "core/factor.h"

#include <stdio.h>

static const struct key keys[] = {
    { '/', "filter", act_filter, "filter", "Show only what answers a filter, such as image:rundll32.exe" },
    { 'e', "everything", act_everything, "hits/all", "Between the hits and everything" },
    { 'p', "priority", act_notable, NULL, "Between the hits and all with a Priority of 2 or more" },
    { 's', "sort", act_sort_menu, "sort", "Choose the column to sort by" },
    { '<', "sort-left", act_sort_left, NULL, "Sort by the column to the left" },
    { '>', "sort-right", act_sort_right, NULL, "Sort by the column to the right" },
    { 'r', "sort-reverse", act_sort_reverse, NULL, "Sort the other way round" },
    { 'h', "pivot-hash", act_pivot_hash, "hash", "Everything with the hash of this module, on every host" },
    { 'o', "pivot-host", act_pivot_host, "host", "Everything on this host" },
    { 'l', "loads", act_loads, "loads", "The loads of this sighting" },
    { 'a', "allow-hash", act_allow_hash, "allow", "Allow this module by its hash; asks for the reason" },
    { 'A', "allow-path", act_allow_path, NULL, "Allow this module by its path; asks for the reason" },
    { 'v', "allowed", act_show_allowed, NULL, "Show or hide what the allowlist hides" },
    KEYS_END
};

static void score_mark(const struct rows *r, size_t row, char *out, size_t size)
{
    int64_t score = rows_number(r, row, COLUMN_ID_SuspicionScore, 0);
    int64_t factors = rows_number(r, row, COLUMN_ID_factors, 0);
    int64_t entry = rows_number(r, row, COLUMN_ID_allowed_by, 0);

    if (entry)
        snprintf(out, size, "#%lld", (long long)entry);
    else if (score < 1)
        snprintf(out, size, "-");
    else
        snprintf(out, size, factors & FACTOR_IsKnownGoodDir ? "G" : "!");
}

static void score_text(const struct rows *r, size_t row, char *out, size_t size)
{
    char mark[24];

    score_mark(r, row, mark, sizeof mark);
    snprintf(out, size, "%s %lld  ", mark, (long long)rows_number(r, row, COLUMN_ID_SuspicionScore, 0));
}

static void score_draw(const struct rows *r, size_t row, struct grid *g, int y, int x, int width)
{
    static const enum style looks[] = { STYLE_DIM, STYLE_SCORE_1, STYLE_SCORE_2, STYLE_SCORE_3,
                                        STYLE_SCORE_4 };
    int64_t score = rows_number(r, row, COLUMN_ID_SuspicionScore, 0);
    char mark[24], digit[8];
    enum style look;

    score_mark(r, row, mark, sizeof mark);
    look = mark[0] == '!' && score <= 4 ? looks[score] : STYLE_DIM;
    snprintf(digit, sizeof digit, " %u ", (unsigned)score % 10);
    grid_say(g, y, x, width - 4, mark[0] == '!' ? STYLE_STRONG : STYLE_DIM, mark);
    grid_say(g, y, x + width - 4, 3, look, digit);
}

/* Who signed it, or why that is not known, and what is wrong with it. */
static void signer_text(const struct rows *r, size_t row, char *out, size_t size)
{
    struct span Signed = rows_text(r, row, COLUMN_ID_Signed);
    struct span Signature = rows_text(r, row, COLUMN_ID_Signature);
    struct span Status = rows_text(r, row, COLUMN_ID_SignatureStatus);

    int64_t factors = rows_number(r, row, COLUMN_ID_factors, 0);
    bool logged = span_logged(Signed) || Signature.len;

    /* Not logged, but imported (`modhunt facts`). */
    if (!logged && factors & FACTOR_IMPORTED && !(factors & FACTOR_SIGNED_UNKNOWN))
        snprintf(out, size, factors & FACTOR_IsUnsigned ? "no, by a fact" : "known by a fact");
    else if (!logged)
        snprintf(out, size, "not logged");
    else if (span_is(Signed, "false") || (Signed.len == 0 && !Signature.len))
        snprintf(out, size, "not signed");
    else if (Status.len && !span_is(Status, "Valid"))
        snprintf(out, size, "%.*s: %.*s", (int)Status.len, (const char *)Status.at,
                 (int)Signature.len, (const char *)Signature.at);
    else
        snprintf(out, size, "%.*s", (int)Signature.len, (const char *)Signature.at);
}

static const struct table_column columns[] = {
    { COLUMN_ID_SuspicionScore, NULL, COLUMN_NUMBER, 6, 12, 0, true, score_text, score_draw },
    { COLUMN_ID_factors, NULL, COLUMN_FACTORS, 7, 8, 2, true, NULL, NULL },
    { COLUMN_ID_Priority, NULL, COLUMN_NUMBER, 5, 5, 4, true, NULL, NULL },
    { COLUMN_ID_last_time, NULL, COLUMN_TIME, 16, 19, 3, true, NULL, NULL },
    { COLUMN_ID_host, NULL, COLUMN_TEXT, 12, 24, 1, true, NULL, table_host },
    { COLUMN_ID_Image, NULL, COLUMN_PATH, 12, 0, 1, true, NULL, NULL },
    { COLUMN_ID_ImageLoaded, NULL, COLUMN_PATH, 16, 0, 0, true, NULL, NULL },
    { COLUMN_ID_Signature, NULL, COLUMN_TEXT, 11, 26, 5, true, signer_text, NULL },
    { COLUMN_ID_loads, NULL, COLUMN_NUMBER, 6, 11, 4, true, NULL, NULL },
    { COLUMN_ID_hosts, NULL, COLUMN_NUMBER, 5, 8, 6, true, NULL, NULL },
    { COLUMN_ID_sha256, NULL, COLUMN_TEXT, 12, 16, 8, true, NULL, NULL },
    { COLUMN_ID_first_time, NULL, COLUMN_TIME, 16, 19, 9, true, NULL, NULL },
    { COLUMN_ID_Company, NULL, COLUMN_TEXT, 12, 24, 10, true, NULL, NULL },
};

static struct question *question(const struct place *p)
{
    return model_question(p, QUESTION_SIGHTINGS);
}

static bool allowed(const struct rows *r, size_t row)
{
    return rows_number(r, row, COLUMN_ID_allowed_by, 0) != 0;
}

static void title(const struct model *m, const struct place *p, char *out, size_t size)
{
    (void)m;
    if (p->about)
        snprintf(out, size, "%s", p->about);
    else
        snprintf(out, size, p->everything || p->widened ? "everything"
                            : p->notable ? "Priority >= 2" : "hits");
}

static void press_line(struct sheet *s, const char *key, const char *what)
{
    sheet_end(s);
    sheet_say(s, STYLE_KEY, key);
    sheet_tab(s, 6);
    sheet_words(s, STYLE_PLAIN, what);
}

/* Of the records that were read: which, if not loads? */
static void records_line(const struct place *p, struct sheet *s)
{
    char line[400], records[SAY_MAX], files[SAY_MAX], processes[SAY_MAX], other[SAY_MAX];
    const int64_t *t = p->totals;

    sheet_end(s);
    snprintf(line, sizeof line, "%s of %s: %s, %lld context, %s, %lld damaged.",
             say_count(t[TOTAL_RECORDS], "record", NULL, records),
             say_count(t[TOTAL_EVIDENCE], "file", NULL, files),
             say_count(t[TOTAL_PROCESSES], "process", "processes", processes),
             (long long)t[TOTAL_CONTEXT], say_count(t[TOTAL_OTHER], "other", NULL, other),
             (long long)t[TOTAL_DAMAGED]);
    sheet_words(s, STYLE_DIM, line);
}

/* The case holds no load at all: why? */
static void empty_case(const struct model *m, const struct place *p, struct sheet *s)
{
    if (m->ingesting) {
        sheet_words(s, STYLE_PLAIN, "Evidence is being read; rows appear here as they land.");
        press_line(s, "E", "says of each file what was in it, as far as it is read");
    } else if (p->totals[TOTAL_EVIDENCE] == 0) {
        sheet_words(s, STYLE_PLAIN, "This case has no evidence yet. Quit, then: modhunt ingest -c CASE EVIDENCE...");
    } else {
        sheet_words(s, STYLE_PLAIN, "There is no module load in this case. ");
        if (p->totals[TOTAL_RECORDS] == 0)
            sheet_words(s, STYLE_PLAIN, "No record was found in what was read.");
        else if (p->totals[TOTAL_SYSMON])
            sheet_words(s, STYLE_PLAIN, "Sysmon was logged, but no Event ID 7 (ImageLoad): its"
                                        " configuration has no rule for it, or the log was cut.");
        else
            sheet_words(s, STYLE_PLAIN, "Its hosts log no Event ID 7 (ImageLoad): none of these"
                                        " files is a log of Sysmon.");
        records_line(p, s);
        press_line(s, "E", "says of each file what was in it");
        press_line(s, "H", "says of each host what it logs, and what not");
    }
}

static void empty(const struct model *m, struct sheet *s)
{
    const struct place *p = model_place(m);
    char text[SAY_MAX], line[160];

    if (p->filter[0]) {
        sheet_words(s, STYLE_PLAIN, "Nothing here answers ");
        sheet_say(s, STYLE_STRONG, p->filter);
        press_line(s, "Esc", "clears the filter");
        if (!p->everything && !p->widened)
            press_line(s, "e", "looks in everything, not in the hits alone");
        return;
    }
    if (!p->totals_known)
        return;
    if (p->totals[TOTAL_CASE_LOADS] == 0) {
        empty_case(m, p, s);
        return;
    }
    if (p->notable && !p->everything) {
        sheet_words(s, STYLE_PLAIN, "Nothing here has a Priority of 2 or more.");
        press_line(s, "p", "goes back to the hits");
    } else if (p->everything) {
        sheet_words(s, STYLE_PLAIN, m->ingesting ? "Nothing of it has been read yet."
                                                 : "Nothing to show: no load in this case answers.");
    } else {
        bool hidden = p->totals[TOTAL_ALLOWED] > 0 && !p->include_allowed;

        snprintf(line, sizeof line, "No hits%s, but %s that the seed's formula does not rank.",
                 hidden ? " but those that the allowlist hides" : m->ingesting ? " yet" : "",
                 say_count(p->totals[TOTAL_SIGHTINGS], "sighting", NULL, text));
        sheet_words(s, STYLE_PLAIN, line);
        press_line(s, "e", "shows everything");
    }
    if (p->totals[TOTAL_ALLOWED] > 0 && !p->include_allowed) {
        snprintf(line, sizeof line, "shows the %s that the allowlist hides",
                 say_count(p->totals[TOTAL_ALLOWED], "sighting", NULL, text));
        press_line(s, "v", line);
    }
    if (p->totals[TOTAL_BLIND_HOSTS] > 0) {
        snprintf(line, sizeof line, "says which %s no loads at all",
                 say_count(p->totals[TOTAL_BLIND_HOSTS], "host logs", "hosts log", text));
        press_line(s, "H", line);
    }
}

const struct view view_sightings = {
    .name = "sightings", .keys = keys, .question = question, .columns = columns,
    .column_count = sizeof columns / sizeof *columns, .faded = allowed, .totals = true,
    .detail_question = detail_ask, .language = true, .sort = { COLUMN_ID_SuspicionScore, true }, .sorted = true,
    .detail = detail_sighting, .empty = empty, .title = title,
};
