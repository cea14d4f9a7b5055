/* Hosts, channels and damaged places as tables.
 *
 * The forms for machines hold every row and plain columns; the table for people
 * says in words what a host does not log, because that is what is looked for. */
#include "cli/ledger_tables.h"

#include "cli/tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_SHOWN 100     /* places of the whole case below the ledger, */
#define PLACES_OF_A_FILE 10  /* and of one file of it */
#define PATH_BYTES 1024
#define COLUMNS_MAX 20

#define TEXT_OF(name_, least_, rank_) { .name = name_, .least = (least_), .rank = (rank_) }
#define PATH_OF(name_, least_, rank_) \
    { .name = name_, .kind = OUTPUT_PATH, .least = (least_), .rank = (rank_) }
#define COUNT_OF(name_, brief_, rank_) \
    { .name = name_, .brief = brief_, .kind = OUTPUT_NUMBER, .rank = (rank_) }
#define TIME_OF(name_, rank_) { .name = name_, .kind = OUTPUT_TIME, .rank = (rank_) }

struct printing {
    struct output *out;
    bool table, first_only;
    int64_t evidence;        /* whose places are being printed */
    uint64_t of_file, shown, left;
};

/* A table: what is asked, its columns, and how a row fills them.  `cells` holds
 * COLUMNS_MAX, `room` what is composed.  False: not this row. */
struct shape {
    enum question_kind kind;
    const struct output_column *columns;
    size_t count;
    bool (*fill)(struct printing *p, const struct cell *row, struct cell *cells,
                 char room[static 2 * PATH_BYTES]);
    bool sentences; /* a row for each of those that the last cell holds */
};

/* `bundle.zip!member` of what lay in a bundle. */
static struct cell full_path(const struct cell *path, const struct cell *bundle, char *room)
{
    if (bundle->type != CELL_TEXT || bundle->text.len == 0)
        return *path;
    snprintf(room, PATH_BYTES, "%.*s!%.*s", (int)bundle->text.len, (const char *)bundle->text.at,
             (int)path->text.len, (const char *)path->text.at);
    return (struct cell){ CELL_TEXT, 0, span_text(room) };
}

/* ---- not complete ---- */

static const struct output_column reason_columns[] = {
    PATH_OF("not complete", 48, 0), TEXT_OF("state", 0, 0), TEXT_OF("why", 40, 0),
};

static bool reason_fill(struct printing *p, const struct cell *row, struct cell *cells,
                        char room[static 2 * PATH_BYTES])
{
    (void)p;
    if (row[EVIDENCE_REASON].type != CELL_TEXT || row[EVIDENCE_REASON].text.len == 0
        || (span_is(row[EVIDENCE_STATE].text, "skipped") && span_is(row[EVIDENCE_FORMAT].text, "link")))
        return false;
    cells[0] = full_path(&row[EVIDENCE_PATH], &row[EVIDENCE_BUNDLE], room);
    cells[1] = row[EVIDENCE_STATE];
    cells[2] = row[EVIDENCE_REASON];
    return true;
}

/* ---- places ---- */

static const struct output_column problem_columns[] = {
    PATH_OF("path", 40, 0), PATH_OF("bundle", 16, 9), TEXT_OF("kind", 8, 2),
    COUNT_OF("place", NULL, 0), COUNT_OF("bytes", NULL, 3), TEXT_OF("reason", 40, 0),
};

static bool problem_fill(struct printing *p, const struct cell *row, struct cell *cells,
                         char room[static 2 * PATH_BYTES])
{
    (void)room;
    if (p->first_only && (p->of_file++ >= PLACES_OF_A_FILE || p->shown >= PLACES_SHOWN)) {
        p->left++;
        return false;
    }
    p->shown++;
    cells[0] = row[PROBLEM_PATH];
    cells[1] = row[PROBLEM_BUNDLE];
    cells[2] = row[PROBLEM_KIND];
    cells[3] = row[PROBLEM_PLACE];
    cells[4] = row[PROBLEM_BYTES].number ? row[PROBLEM_BYTES] : (struct cell){ 0 };
    cells[5] = row[PROBLEM_REASON];
    return true;
}

/* ---- hosts ---- */

static const struct output_column host_columns[] = {
    TEXT_OF("host", 16, 0), TEXT_OF("platform", 0, 10), COUNT_OF("hits", NULL, 0),
    COUNT_OF("loads", NULL, 0), COUNT_OF("recovered", "recov", 9), COUNT_OF("processes", "proc", 3),
    COUNT_OF("context", "ctx", 3), COUNT_OF("files", NULL, 4), COUNT_OF("gaps", NULL, 8),
    COUNT_OF("missing", NULL, 2), TIME_OF("first_time", 5), TIME_OF("last_time", 6),
    TEXT_OF("sha256", 0, 11), TEXT_OF("sha1", 0, 12), TEXT_OF("md5", 0, 12), TEXT_OF("imphash", 0, 13),
    TEXT_OF("logging", 30, 14),
};

static void fill_host(const struct cell *row, struct cell *cells)
{
    static const enum host_column order[] = {
        HOST_NAME, HOST_PLATFORM, HOST_HITS, HOST_LOADS, HOST_RECOVERED, HOST_PROCESSES,
        HOST_CONTEXT, HOST_FILES, HOST_GAPS, HOST_MISSING, HOST_FIRST_TIME, HOST_LAST_TIME,
        HOST_SHA256, HOST_SHA1, HOST_MD5, HOST_IMPHASH, HOST_LOGGING,
    };

    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        cells[i] = row[order[i]];
}

static bool host_fill(struct printing *p, const struct cell *row, struct cell *cells,
                      char room[static 2 * PATH_BYTES])
{
    (void)p;
    (void)room;
    fill_host(row, cells);
    return true;
}

/* For people: which hashes, and what is not logged, in words. */
static const struct output_column host_words_columns[] = {
    TEXT_OF("host", 16, 0), COUNT_OF("hits", NULL, 4), COUNT_OF("loads", NULL, 0),
    COUNT_OF("processes", "proc", 3), COUNT_OF("context", "ctx", 3), COUNT_OF("files", NULL, 5),
    COUNT_OF("missing", NULL, 2), TIME_OF("first_time", 6), TIME_OF("last_time", 7),
    TEXT_OF("hashes", 28, 3), TEXT_OF("not logged", 24, 0),
};

static void add_word(char *out, size_t size, const char *word)
{
    size_t used = strlen(out);

    snprintf(out + used, size - used, "%s%s", used ? ", " : "", word);
}

static struct cell hashes_of(const struct cell *row, char *out, size_t size)
{
    static const struct { enum host_column column; const char *name; } kinds[] = {
        { HOST_SHA256, "SHA-256" }, { HOST_SHA1, "SHA-1" }, { HOST_MD5, "MD5" },
        { HOST_IMPHASH, "IMPHASH" },
    };

    out[0] = '\0';
    if (row[HOST_SHA256].type != CELL_TEXT)
        return (struct cell){ 0 };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char word[32];

        snprintf(word, sizeof word, "%s%s", span_is(row[kinds[i].column].text, "some") ? "some " : "",
                 kinds[i].name);
        if (!span_is(row[kinds[i].column].text, "none"))
            add_word(out, size, word);
    }
    return (struct cell){ CELL_TEXT, 0, span_text(*out ? out : "none") };
}

static struct cell lacks_of(const struct cell *row, char *out, size_t size)
{
    out[0] = '\0';
    if (row[HOST_LOADS].number == 0)
        add_word(out, size, row[HOST_RECOVERED].number ? "loads (only recovered ones)" : "loads");
    if (row[HOST_PROCESSES].number == 0)
        add_word(out, size, "processes");
    if (row[HOST_CONTEXT].number == 0)
        add_word(out, size, "context");
    return *out ? (struct cell){ CELL_TEXT, 0, span_text(out) } : (struct cell){ 0 };
}

static bool host_words_fill(struct printing *p, const struct cell *row, struct cell *cells,
                            char room[static 2 * PATH_BYTES])
{
    static const enum host_column order[] = {
        HOST_NAME, HOST_HITS, HOST_LOADS, HOST_PROCESSES, HOST_CONTEXT, HOST_FILES, HOST_MISSING,
        HOST_FIRST_TIME, HOST_LAST_TIME,
    };
    size_t i;

    (void)p;
    for (i = 0; i < sizeof order / sizeof *order; i++)
        cells[i] = row[order[i]];
    cells[i++] = hashes_of(row, room, PATH_BYTES);
    cells[i] = lacks_of(row, room + PATH_BYTES, PATH_BYTES);
    return true;
}

/* ---- how hosts log ---- */

static const struct output_column logging_columns[] = {
    TEXT_OF("host", 16, 0), TEXT_OF("how it logs", 60, 0),
};

static bool logging_fill(struct printing *p, const struct cell *row, struct cell *cells,
                         char room[static 2 * PATH_BYTES])
{
    (void)p;
    (void)room;
    cells[0] = row[HOST_NAME];
    cells[1] = row[HOST_LOGGING];
    return cells[1].type == CELL_TEXT;
}

/* ---- channels ---- */

static const struct output_column channel_columns[] = {
    TEXT_OF("host", 16, 0), TEXT_OF("channel", 24, 0), COUNT_OF("files", NULL, 5),
    COUNT_OF("records", NULL, 0), COUNT_OF("first", NULL, 3), COUNT_OF("last", NULL, 3),
    COUNT_OF("gaps", NULL, 1), COUNT_OF("missing", NULL, 0), COUNT_OF("loads", NULL, 0),
    COUNT_OF("processes", "proc", 4), COUNT_OF("context", "ctx", 4), TIME_OF("first_time", 6),
    TIME_OF("last_time", 7),
};

static bool channel_fill(struct printing *p, const struct cell *row, struct cell *cells,
                         char room[static 2 * PATH_BYTES])
{
    (void)p;
    (void)room;
    memcpy(cells, row, CHANNEL_COLUMN_COUNT * sizeof *cells);
    return true;
}

_Static_assert(sizeof channel_columns / sizeof *channel_columns == CHANNEL_COLUMN_COUNT,
               "in the order of enum channel_column");
_Static_assert(sizeof host_columns / sizeof *host_columns <= COLUMNS_MAX, "cells have room");

/* ---- printing ---- */

#define SHAPE(kind, columns, fill) { kind, columns, sizeof columns / sizeof *columns, fill, false }

static struct shape shape_of(enum ledger_table which, bool table)
{
    switch (which) {
    case LEDGER_NOT_COMPLETE:
        return (struct shape)SHAPE(QUESTION_EVIDENCE, reason_columns, reason_fill);
    case LEDGER_PROBLEMS:
        return (struct shape)SHAPE(QUESTION_PROBLEMS, problem_columns, problem_fill);
    case LEDGER_HOSTS:
        if (table)
            return (struct shape)SHAPE(QUESTION_HOSTS, host_words_columns, host_words_fill);
        return (struct shape)SHAPE(QUESTION_HOSTS, host_columns, host_fill);
    case LEDGER_LOGGING:
        return (struct shape){ QUESTION_HOSTS, logging_columns, 2, logging_fill, true };
    case LEDGER_CHANNELS:
        break;
    }
    return (struct shape)SHAPE(QUESTION_CHANNELS, channel_columns, channel_fill);
}

struct run {
    struct printing p;
    struct shape shape;
};

/* One after the other: a table would cut them all to one line. */
static bool print_sentences(struct output *out, struct cell *cells)
{
    struct span rest = cells[1].text;

    while (rest.len) {
        const uint8_t *end = memmem(rest.at, rest.len, "; ", 2);
        size_t len = end ? (size_t)(end - rest.at) : rest.len;

        cells[1].text = span_of(rest.at, len);
        if (!output_row(out, cells))
            return false;
        rest = end ? span_of(end + 2, rest.len - len - 2) : SPAN_EMPTY;
    }
    return true;
}

static bool print_rows(void *ctx, const struct page *page)
{
    struct run *r = ctx;

    for (size_t i = 0; i < page->rows; i++) {
        struct cell cells[COLUMNS_MAX] = { 0 };
        char room[2 * PATH_BYTES];

        if (page->keys[i] != r->p.evidence)
            r->p.of_file = 0;
        r->p.evidence = page->keys[i];
        if (!r->shape.fill(&r->p, page_cell(page, i, 0), cells, room))
            continue;
        if (!(r->shape.sentences ? print_sentences(r->p.out, cells) : output_row(r->p.out, cells)))
            return false;
    }
    return true;
}

static bool print(struct store *s, struct run *r, enum ledger_table which, enum output_form form,
                  const struct output_place *place, uint64_t *rows, struct fault *f)
{
    struct question *q;
    bool ok;

    r->shape = shape_of(which, form == OUTPUT_TABLE);
    r->p.table = form == OUTPUT_TABLE;
    q = question_open(r->shape.kind);
    r->p.out = output_open(form, r->shape.columns, r->shape.count, place);
    ok = store_stream(s, q, print_rows, r, f);
    *rows = output_rows(r->p.out);
    if (!output_close(r->p.out, NULL, ok ? f : NULL))
        ok = false;
    question_close(q);
    return ok;
}

bool ledger_print(struct store *s, enum ledger_table which, enum output_form form,
                  struct fault *f)
{
    struct output_place place = output_stdout();
    struct run r = { 0 };
    uint64_t rows;

    return print(s, &r, which, form, &place, &rows, f)
        && (which != LEDGER_HOSTS || form != OUTPUT_TABLE || ferror(stdout)
            || ledger_print_below(s, LEDGER_LOGGING, f));
}

bool ledger_print_below(struct store *s, enum ledger_table which, struct fault *f)
{
    struct output_place place = output_stdout();
    struct run r = { .p.first_only = which == LEDGER_PROBLEMS };
    char *text = NULL, count[TELL_COUNT_TEXT];
    uint64_t rows = 0;
    size_t size = 0;
    bool ok;

    place.to = open_memstream(&text, &size);
    if (!place.to)
        fault_memory();
    ok = print(s, &r, which, OUTPUT_TABLE, &place, &rows, f);
    fclose(place.to);
    if (ok && rows > 0)
        printf("\n%s", text);
    if (ok && r.p.left > 0)
        printf("... and %s more: evidence --problems has all\n", tell_count(r.p.left, count));
    free(text);
    return ok;
}
