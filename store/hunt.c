/* The hunt: narrow rows sorted by SQLite, ties by us, wide columns at the end.
 *
 * One score after the other, so that the best rows come first and a limit ends
 * the work early.  Rows of one time are gathered (ties.c orders them); a gathering that is too
 * large, or cut by the limit, is ordered by SQLite from its texts.  Memory is
 * the same for any case. */
#include "store/hunt.h"

#include "queries/hunt.h"
#include "store/memo.h"
#include "store/ties.h"

#include <stdio.h>

#define SIGHTING_SLOTS 16384
#define PROCESS_SLOTS 16384
#define FEW_SLOTS 256

struct hunt {
    struct store *s;
    const struct question *q;
    struct rows *rows;
    struct memo sighting, process, user, evidence;
    struct ties ties;
    int score;
};

static bool open_memos(struct hunt *h, struct fault *f)
{
    return memo_open(&h->sighting, h->s, hunt_sighting, WORD_COUNT, SIGHTING_SLOTS, f)
        && memo_open(&h->process, h->s, hunt_process, HUNT_PROCESS_WORDS, PROCESS_SLOTS, f)
        && memo_open(&h->user, h->s, hunt_user, 1, FEW_SLOTS, f)
        && memo_open(&h->evidence, h->s, hunt_evidence, 2, FEW_SLOTS, f);
}

static void close_memos(struct hunt *h)
{
    memo_close(&h->sighting);
    memo_close(&h->process);
    memo_close(&h->user);
    memo_close(&h->evidence);
}

static bool open_columns(struct hunt *h, struct fault *f)
{
    const char *names[HUNT_COLUMN_COUNT];

    for (size_t i = 0; i < HUNT_COLUMN_COUNT; i++)
        names[i] = column_fact(hunt_columns[i])->name;
    return rows_columns(h->rows, HUNT_COLUMN_COUNT, names, hunt_columns, f);
}

static void read_narrow(sqlite3_stmt *st, struct narrow *n)
{
    /* NULL reads as 0, which is no row's id. */
    n->load = sqlite3_column_int64(st, NARROW_LOAD);
    n->timed = sqlite3_column_type(st, NARROW_TIME) != SQLITE_NULL;
    n->time = sqlite3_column_int64(st, NARROW_TIME);
    n->sighting = sqlite3_column_int64(st, NARROW_SIGHTING);
    n->process = sqlite3_column_int64(st, NARROW_PROCESS);
    n->user = sqlite3_column_int64(st, NARROW_USER);
    n->evidence = sqlite3_column_int64(st, NARROW_EVIDENCE);
    n->place = sqlite3_column_int64(st, NARROW_PLACE);
    n->flags = sqlite3_column_int64(st, NARROW_FLAGS);
}

static void put_number(struct cell *cell, int64_t number)
{
    *cell = (struct cell){ CELL_NUMBER, number, SPAN_NONE };
}

static void put_text(struct cell *cell, struct span text)
{
    *cell = (struct cell){ span_logged(text) ? CELL_TEXT : CELL_NULL, 0, text };
}

/* `0123456789ab:4096`; NULL while the evidence is still being read. */
static bool put_ref(struct cell *cell, struct span digest, int64_t place, struct arena *a)
{
    char number[24];
    int len = snprintf(number, sizeof number, ":%lld", (long long)place);
    uint8_t *at;

    put_text(cell, SPAN_NONE);
    if (!span_logged(digest))
        return true;
    at = arena_bytes(a, digest.len + (size_t)len);
    if (!at)
        return false;
    memcpy(at, digest.at, digest.len);
    memcpy(at + digest.len, number, (size_t)len);
    put_text(cell, span_of(at, digest.len + (size_t)len));
    return true;
}

/* The columns that hang on a sighting, in the words' own order. */
static const struct {
    enum hunt_column column;
    enum hunt_sighting word;
} from_sighting[] = {
    { HUNT_HOST, WORD_HOST },
    { HUNT_IMAGE, WORD_IMAGE },
    { HUNT_IMAGELOADED, WORD_IMAGELOADED },
    { HUNT_SIGNED, WORD_SIGNED },
    { HUNT_SIGNATURESTATUS, WORD_SIGNATURESTATUS },
    { HUNT_HASHES, WORD_HASHES },
    { HUNT_FACTORS, WORD_FACTORS },
    { HUNT_SCORE, WORD_SCORE },
    { HUNT_PLATFORM, WORD_PLATFORM },
    { HUNT_ALLOWED, WORD_ALLOWED },
    { HUNT_SHA256, WORD_SHA256 },
    { HUNT_PRIORITY, WORD_PRIORITY },
    { HUNT_REASONS, WORD_REASONS },
};

_Static_assert(WORD_COUNT <= MEMO_CELLS_MAX, "a memo holds them all");

/* The words of one row, borrowed from the memos. */
struct words {
    const struct cell *sighting, *process, *user, *evidence;
};

static bool fill(struct cell *cells, const struct narrow *n, const struct words *w,
                 struct arena *a)
{
    bool full = false;

    for (size_t i = 0; i < sizeof from_sighting / sizeof *from_sighting; i++)
        cells[from_sighting[i].column] = w->sighting[from_sighting[i].word];
    put_text(&cells[HUNT_TIME], SPAN_NONE);
    if (n->timed)
        put_number(&cells[HUNT_TIME], n->time);
    cells[HUNT_COMMANDLINE] = w->process[0];
    cells[HUNT_USER] = w->user[0].type == CELL_TEXT ? w->user[0] : w->process[1];
    put_text(&cells[HUNT_RESOLUTION],
             span_text(resolution_name((enum resolution)((n->flags >> 8) & 255))));
    put_number(&cells[HUNT_RECOVERED], n->flags & RECORD_RECOVERED);
    put_text(&cells[HUNT_REF], SPAN_NONE);
    for (size_t i = 0; i < HUNT_COLUMN_COUNT; i++)
        cells[i].text = arena_copy(a, cells[i].text, &full);
    return !full && put_ref(&cells[HUNT_REF], w->evidence[0].text, n->place, a);
}

static bool emit(struct hunt *h, const struct narrow *n, struct fault *f)
{
    struct cell *cells;
    struct words w;

    if (!rows_next(h->rows, &cells, f))
        return false;
    if (!cells)
        return true;
    if (!memo_get(&h->sighting, n->sighting, &w.sighting, f)
        || !memo_get(&h->process, n->process, &w.process, f)
        || !memo_get(&h->user, n->user, &w.user, f)
        || !memo_get(&h->evidence, n->evidence, &w.evidence, f))
        return false;
    if (!fill(cells, n, &w, &h->rows->page->arena)) {
        if (!rows_again(h->rows, &cells, f))
            return false;
        if (cells && !fill(cells, n, &w, &h->rows->page->arena))
            return rows_again(h->rows, &cells, f);
    }
    if (cells)
        rows_add(h->rows, n->load);
    return true;
}

static bool enough(const struct hunt *h)
{
    const struct rows *r = h->rows;

    return r->full || r->ended || (r->each && r->limit && r->added == r->limit);
}

/* How many more rows are wanted; 0: no limit.  A window takes one more, to see
 * whether there is one. */
static uint32_t wanted(const struct hunt *h)
{
    const struct rows *r = h->rows;

    if (!r->limit)
        return 0;
    return (uint32_t)(r->limit - r->added) + (r->each ? 0 : 1);
}

/* Rows of one score and time, ordered by SQLite. */
static bool run_ordered(struct hunt *h, const struct narrow *like, struct fault *f)
{
    struct cell time = { like->timed ? CELL_NUMBER : CELL_NULL, like->time, SPAN_NONE };
    struct statement text;
    sqlite3_stmt *st = NULL;
    struct narrow n;
    bool ok = false, row = true;

    statement_init(&text);
    hunt_ties(&text, h->q, h->score, &time, wanted(h));
    if (!statement_ready(&text, f) || !(st = select_open(h->s, &text, f)))
        goto out;
    while ((ok = select_step(h->s, st, &row, f)) && row && !enough(h)) {
        read_narrow(st, &n);
        if (!(ok = emit(h, &n, f)))
            break;
    }
out:
    sqlite3_finalize(st);
    statement_clear(&text);
    return ok;
}

/* Rows that share score and time go out, in the order of their texts. */
static bool let_go(struct hunt *h, bool cut, struct fault *f)
{
    struct ties *t = &h->ties;
    struct narrow first = t->count ? t->row[0] : (struct narrow){ 0 };
    bool ok = true;

    if (!t->count || enough(h)) {
        ties_empty(t);
        return true;
    }
    if (!cut && !t->overflowed && !ties_sort(t, &h->sighting, &h->evidence, f))
        return false;
    if (cut || t->overflowed)
        ok = run_ordered(h, &first, f);
    else
        for (size_t i = 0; ok && i < t->count && !enough(h); i++)
            ok = emit(h, &t->row[i], f);
    ties_empty(t);
    return ok;
}

/* Sets *cut where the limit may have cut the last rows of one time apart. */
static bool gather(struct hunt *h, sqlite3_stmt *st, uint32_t limit, bool *cut, struct fault *f)
{
    uint32_t seen = 0;
    struct narrow n;
    bool row;

    for (;;) {
        if (!select_step(h->s, st, &row, f))
            return false;
        if (!row || enough(h))
            break;
        seen++;
        read_narrow(st, &n);
        if (!ties_same(&h->ties, &n) && !let_go(h, false, f))
            return false;
        ties_add(&h->ties, &n);
    }
    *cut = limit && seen == limit;
    return true;
}

static bool run_score(struct hunt *h, struct fault *f)
{
    uint32_t limit = wanted(h);
    struct statement text;
    sqlite3_stmt *st = NULL;
    bool ok = false, cut = false;

    statement_init(&text);
    hunt_pick(&text, h->q, h->score, limit);
    if (!statement_ready(&text, f) || !(st = select_open(h->s, &text, f)))
        goto out;
    ok = gather(h, st, limit, &cut, f) && let_go(h, cut, f);
out:
    sqlite3_finalize(st);
    statement_clear(&text);
    return ok;
}

bool hunt_run(struct store *s, const struct question *q, struct rows *r, struct fault *f)
{
    struct hunt h = { .s = s, .q = q, .rows = r };
    bool ok = open_memos(&h, f) && open_columns(&h, f);

    for (h.score = HUNT_SCORE_MAX; ok && h.score >= 0 && !enough(&h); h.score--)
        ok = run_score(&h, f);
    ties_close(&h.ties);
    close_memos(&h);
    return ok;
}
