/* Lists are answered as a simple program over all rows would answer them:
 * whatever the scope, the filter, the order and the size of the
 * window, and paging meets every row exactly once. */
#include "tests/unit/made_case.h"

#include "queries/filter.h"

#include <ctype.h>

#define QUESTIONS 400
#define ROWS_SEEN_MAX 4096

/* Every row of a list, all columns: what the simple program looks at. */
struct flat {
    struct arena arena;
    size_t rows, columns;
    struct cell *cells;
    int64_t *ids;
    bool *hit, *allowed;
    struct span *users; /* all users of the row's sighting, one after the other */
};

#define S_COLUMNS \
    "s.SuspicionScore, s.factors, s.last_time, s.first_time, h.name, i.Image, m.ImageLoaded," \
    " m.Signed, m.Signature, m.SignatureStatus, s.loads, p.hosts, s.allowed_by, m.sha256, m.sha1," \
    " m.md5, m.imphash, m.Hashes, m.Company, m.Product, m.Description, m.OriginalFileName," \
    " m.FileVersion, (SELECT Priority FROM ranking WHERE sighting = s.id)," \
    " (SELECT reason_names(reasons) FROM ranking WHERE sighting = s.id), m.platform"
#define L_COLUMNS \
    ", l.time, coalesce(u.User, (SELECT User FROM user WHERE id = r.user AND r.source <> '4688'))," \
    " coalesce(r.CommandLine, (SELECT CommandLine FROM process WHERE id = r.explained_by))," \
    " r.ProcessId, r.ProcessGuid, coalesce(r.ParentImage, (SELECT ParentImage FROM process WHERE" \
    " id = r.explained_by)), l.record, substr(e.sha256, 1, 12) || ':' || l.place, l.flags & 1," \
    " CASE l.flags >> 8 WHEN 0 THEN 'exact' WHEN 3 THEN 'memfd' ELSE 'unresolved' END"
#define JOINED \
    " FROM sighting s JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module" \
    " JOIN image i ON i.id = p.image JOIN host h ON h.id = s.host"

static struct cell read_cell(struct flat *t, sqlite3_stmt *st, int column)
{
    struct cell cell = { 0 };
    bool full = false;

    if (sqlite3_column_type(st, column) == SQLITE_INTEGER) {
        cell = (struct cell){ CELL_NUMBER, sqlite3_column_int64(st, column), SPAN_NONE };
    } else if (sqlite3_column_type(st, column) == SQLITE_TEXT) {
        const void *at = sqlite3_column_text(st, column);

        cell.type = CELL_TEXT;
        cell.text = arena_copy(&t->arena, span_of(at, (size_t)sqlite3_column_bytes(st, column)), &full);
    }
    return cell;
}

static struct flat *flat_open(struct made *m, bool loads)
{
    struct flat *t = memory_zero(1, sizeof *t);
    const char *sql = loads
        ? "SELECT l.id, s.hit, s.allowed_by IS NOT NULL, (SELECT group_concat(v.User, x'0a') FROM"
          " sighting_user su JOIN user v ON v.id = su.user WHERE su.sighting = s.id), " S_COLUMNS
          L_COLUMNS JOINED " JOIN load l ON l.sighting = s.id LEFT JOIN user u ON u.id = l.user"
          " LEFT JOIN process r ON r.id = l.process JOIN evidence e ON e.id = l.evidence"
        : "SELECT s.id, s.hit, s.allowed_by IS NOT NULL, (SELECT group_concat(v.User, x'0a') FROM"
          " sighting_user su JOIN user v ON v.id = su.user WHERE su.sighting = s.id), " S_COLUMNS JOINED;
    sqlite3_stmt *st;

    arena_init(&t->arena, 64u << 20);
    if (sqlite3_prepare_v2(m->s->db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(m->s->db));
    t->columns = (size_t)sqlite3_column_count(st) - 4;
    t->cells = memory_get(ROWS_SEEN_MAX * t->columns * sizeof *t->cells);
    t->ids = memory_get(ROWS_SEEN_MAX * sizeof *t->ids);
    t->hit = memory_get(ROWS_SEEN_MAX);
    t->allowed = memory_get(ROWS_SEEN_MAX);
    t->users = memory_get(ROWS_SEEN_MAX * sizeof *t->users);
    for (; sqlite3_step(st) == SQLITE_ROW; t->rows++) {
        assert_true(t->rows < ROWS_SEEN_MAX);
        t->ids[t->rows] = sqlite3_column_int64(st, 0);
        t->hit[t->rows] = sqlite3_column_int(st, 1);
        t->allowed[t->rows] = sqlite3_column_int(st, 2);
        t->users[t->rows] = read_cell(t, st, 3).text;
        for (size_t c = 0; c < t->columns; c++)
            t->cells[t->rows * t->columns + c] = read_cell(t, st, (int)c + 4);
    }
    sqlite3_finalize(st);
    return t;
}

static void flat_close(struct flat *t)
{
    arena_clear(&t->arena);
    free(t->cells);
    free(t->ids);
    free(t->hit);
    free(t->allowed);
    free(t->users);
    free(t);
}

static bool has(struct span text, const char *needle)
{
    size_t n = strlen(needle);

    for (size_t i = 0; i + n <= text.len; i++) {
        size_t j = 0;

        while (j < n && tolower(text.at[i + j]) == tolower((unsigned char)needle[j]))
            j++;
        if (j == n)
            return true;
    }
    return false;
}

static bool starts(struct span text, const char *prefix)
{
    size_t n = strlen(prefix);

    for (size_t j = 0; j < n; j++)
        if (j >= text.len || text.at[j] != tolower((unsigned char)prefix[j]))
            return false;
    return true;
}

/* What a question's filter was made of: all of it must hold; NULL: not asked. */
static struct {
    const char *word, *hash, *host;
} asked;

static bool parts_answer(const struct cell *row)
{
    const char *hash = asked.hash;

    if (hash && !starts(row[COLUMN_ID_sha256].text, hash) && !starts(row[COLUMN_ID_sha1].text, hash)
        && !starts(row[COLUMN_ID_md5].text, hash) && !starts(row[COLUMN_ID_imphash].text, hash))
        return false;
    return !asked.host || span_equal_nocase(row[COLUMN_ID_host].text, span_text(asked.host));
}

static bool answers(const struct flat *t, size_t r, const struct question *q)
{
    static const enum column texts[] = {
        COLUMN_ID_host, COLUMN_ID_Image, COLUMN_ID_ImageLoaded, COLUMN_ID_Hashes,
        COLUMN_ID_Signature, COLUMN_ID_SignatureStatus, COLUMN_ID_Company,
    };
    const struct cell *row = &t->cells[r * t->columns];
    bool found = !asked.word || has(t->users[r], asked.word);

    if (!q->everything && (!t->hit[r] || (t->allowed[r] && !q->include_allowed)))
        return false;
    for (size_t i = 0; !found && i < sizeof texts / sizeof *texts; i++)
        found = has(row[texts[i]].text, asked.word);
    return found && parts_answer(row);
}

/* ---- the order ---- */

static const struct flat *sorting;
static const struct question *sorted_by;

static int compare_cells(const struct cell *a, const struct cell *b, bool descending)
{
    int order = 0;

    if ((a->type == CELL_NULL) != (b->type == CELL_NULL))
        return a->type == CELL_NULL ? 1 : -1;
    if (a->type == CELL_NUMBER)
        order = (a->number > b->number) - (a->number < b->number);
    for (size_t i = 0; a->type == CELL_TEXT && !order; i++) {
        int x = i < a->text.len ? (a->text.at[i] < 128 ? tolower(a->text.at[i]) : a->text.at[i]) : -1;
        int y = i < b->text.len ? (b->text.at[i] < 128 ? tolower(b->text.at[i]) : b->text.at[i]) : -1;

        order = (x > y) - (x < y);
        if (x < 0 && y < 0)
            break;
    }
    return descending ? -order : order;
}

static int compare_rows(const void *x, const void *y)
{
    size_t a = *(const size_t *)x, b = *(const size_t *)y;
    const struct sort_key score[] = {
        { COLUMN_ID_SuspicionScore, true },
        { sorting->columns == COLUMN_COUNT ? COLUMN_ID_time : COLUMN_ID_last_time, true },
    };
    const struct sort_key *keys = sorted_by->sorts ? sorted_by->sort : score;
    size_t count = sorted_by->sorts ? sorted_by->sorts : 2;

    for (size_t i = 0; i < count; i++) {
        int order = compare_cells(&sorting->cells[a * sorting->columns + keys[i].column],
                                  &sorting->cells[b * sorting->columns + keys[i].column],
                                  keys[i].descending);

        if (order)
            return order;
    }
    return (sorting->ids[a] > sorting->ids[b]) - (sorting->ids[a] < sorting->ids[b]);
}

static size_t expect(const struct flat *t, const struct question *q, size_t *want)
{
    size_t count = 0;

    for (size_t r = 0; r < t->rows; r++)
        if (answers(t, r, q))
            want[count++] = r;
    sorting = t;
    sorted_by = q;
    qsort(want, count, sizeof *want, compare_rows);
    return count;
}

/* ---- the questions ---- */

static void ask_parts(struct question *q)
{
    struct filter *fl = filter_open();
    char *text;

    fl->root = filter_node(fl, FILTER_ALL);
    if (asked.word) {
        struct filter_node *word = filter_node(fl, FILTER_WORD);

        word->text = span_text(asked.word);
        filter_child(fl->root, word);
    }
    if (asked.hash)
        filter_child(fl->root, filter_exactly(fl, FIELD_OF_hash, span_text(asked.hash)));
    if (asked.host)
        filter_child(fl->root, filter_exactly(fl, FIELD_OF_host, span_text(asked.host)));
    if (!fl->root->first)
        fl->root = NULL;
    text = filter_print(fl);
    question_text(&q->filter, text);
    free(text);
    filter_close(fl);
}

static void ask_random(struct made *m, struct question *q, bool loads)
{
    static const char *const needles[] = {
        NULL, NULL, "", "dll", "RUNDLL32", "%", "_", "ws0", "alice", "Microsoft", "!", "100%_D",
        "\xc3\x84r", "nothing at all", "'; DROP TABLE load; --", "SHA256=",
    };
    static const char *const hashes[] = { "0001", "00000", "0123", "ABCD", "0000123456789abc" };
    static const char *const hosts[] = { "WS01", "ws01", "Ws02", "nobody" };

    q->everything = made_random(m, 2);
    q->include_allowed = made_random(m, 2);
    asked.word = MADE_PICK(m, needles);
    asked.hash = made_random(m, 4) ? NULL : MADE_PICK(m, hashes);
    asked.host = made_random(m, 4) ? NULL : MADE_PICK(m, hosts);
    ask_parts(q);
    q->sorts = made_random(m, SORT_KEYS_MAX + 1);
    for (size_t i = 0; i < q->sorts; i++) {
        do
            q->sort[i].column = (enum column)made_random(m, COLUMN_COUNT);
        while (!loads && column_fact(q->sort[i].column)->grain == COLUMN_L);
        q->sort[i].descending = made_random(m, 2);
    }
}

static void set_anchor(struct question *q, const struct flat *t, size_t row)
{
    struct anchor a = { .set = true, .id = t->ids[row] };
    size_t count = q->sorts ? q->sorts : 2;

    for (size_t i = 0; i < count; i++) {
        enum column c = q->sorts ? q->sort[i].column
                      : i == 0 ? COLUMN_ID_SuspicionScore
                      : t->columns == COLUMN_COUNT ? COLUMN_ID_time : COLUMN_ID_last_time;

        a.key[i] = t->cells[row * t->columns + c];
    }
    anchor_copy(&q->anchor, &a);
}

static struct page *ask(struct made *m, const struct question *q)
{
    struct page *p = store_answer(m->s, q);

    if (p->fault.kind != FAULT_NONE)
        fail_msg("%s", p->fault.text);
    assert_false(p->interrupted);
    return p;
}

/* The window from row `from` of the wanted list on, with its texts. */
static void same_rows(const struct page *p, const struct flat *t, const size_t *want, size_t from,
                      size_t rows)
{
    assert_int_equal(p->rows, rows);
    assert_int_equal(p->columns, t->columns);
    for (size_t r = 0; r < rows; r++) {
        assert_int_equal(p->keys[r], t->ids[want[from + r]]);
        for (size_t c = 0; c < p->columns; c++) {
            const struct cell *a = page_cell(p, r, c), *b = &t->cells[want[from + r] * t->columns + c];

            assert_int_equal(p->ids[c], c);
            assert_int_equal(a->type, b->type);
            assert_int_equal(a->number, b->number);
            assert_true(span_equal(a->text, b->text));
        }
    }
}

static void page_forwards(struct made *m, const struct flat *t, struct question *q,
                          const size_t *want, size_t count)
{
    size_t at = 0;

    q->backwards = false;
    anchor_clear(&q->anchor);
    do {
        struct page *p = ask(m, q);
        size_t rows = count - at < q->limit ? count - at : q->limit;

        same_rows(p, t, want, at, rows);
        assert_int_equal(p->more_behind, at + rows < count);
        assert_int_equal(p->more_before, at > 0);
        at += rows;
        page_close(p);
        if (at < count)
            set_anchor(q, t, want[at - 1]);
    } while (at < count);
}

static void page_backwards(struct made *m, const struct flat *t, struct question *q,
                           const size_t *want, size_t count)
{
    size_t end = count;

    q->backwards = true;
    anchor_clear(&q->anchor);
    do {
        struct page *p = ask(m, q);
        size_t rows = end < q->limit ? end : q->limit;

        same_rows(p, t, want, end - rows, rows);
        assert_int_equal(p->more_before, end > rows);
        assert_int_equal(p->more_behind, end < count);
        end -= rows;
        page_close(p);
        if (end)
            set_anchor(q, t, want[end]);
    } while (end);
}

struct seen {
    const struct flat *t;
    const size_t *want;
    size_t at;
};

static bool see(void *ctx, const struct page *p)
{
    struct seen *s = ctx;

    assert_true(p->rows > 0);
    same_rows(p, s->t, s->want, s->at, p->rows);
    s->at += p->rows;
    return true;
}

static void check_lists(uint64_t seed, enum question_kind kind)
{
    struct made *m = made_open(seed, 160, 600);
    struct flat *t = flat_open(m, kind == QUESTION_LOADS);
    size_t *want = memory_get(ROWS_SEEN_MAX * sizeof *want), met = 0;

    for (int i = 0; i < QUESTIONS; i++) {
        struct question *q = question_open(kind);
        struct seen seen = { t, want, 0 };
        struct fault f = { 0 };

        ask_random(m, q, kind == QUESTION_LOADS);
        size_t count = expect(t, q, want);
        met += count;
        if (!store_stream(m->s, q, see, &seen, &f))
            fail_msg("%s", f.text);
        assert_int_equal(seen.at, count);
        q->limit = 1 + (uint32_t)made_random(m, count > 40 ? count : 40);
        if (count / q->limit > 40)
            q->limit = (uint32_t)count / 40;
        page_forwards(m, t, q, want, count);
        page_backwards(m, t, q, want, count);
        question_close(q);
    }
    assert_true(met > QUESTIONS * 10); /* the questions are worth asking */
    free(want);
    flat_close(t);
    made_close(m);
}

static void paging_through_sightings_meets_each_once_in_any_order(void **state)
{
    (void)state;
    check_lists(1, QUESTION_SIGHTINGS);
    check_lists(2, QUESTION_SIGHTINGS);
}

static void paging_through_loads_meets_each_once_in_any_order(void **state)
{
    (void)state;
    check_lists(3, QUESTION_LOADS);
}

static void a_sightings_loads_are_all_its_loads_whatever_the_scope(void **state)
{
    struct made *m = made_open(4, 40, 300);
    struct flat *t = flat_open(m, true);

    (void)state;
    for (int64_t id = 1; id <= m->sightings; id++) {
        struct question *q = question_open(QUESTION_LOADS);
        struct page *p;
        char sql[96];
        int64_t loads;
        struct fault f;

        q->sighting = id;
        p = ask(m, q);
        snprintf(sql, sizeof sql, "SELECT count(*) FROM load WHERE sighting = %d", (int)id);
        assert_true(connection_number(m->s, sql, &loads, &f));
        assert_int_equal(p->rows, loads);
        page_close(p);
        question_close(q);
    }
    flat_close(t);
    made_close(m);
}

static void a_question_that_makes_no_sense_is_refused_in_words(void **state)
{
    static const struct {
        enum question_kind kind;
        const char *filter;
        enum column sort;
        const char *say;
    } table[] = {
        { QUESTION_SIGHTINGS, "hash:abc", COLUMN_ID_host, "column 6: abc: a hash needs at least 4 digits" },
        { QUESTION_SIGHTINGS, NULL, COLUMN_ID_time, "time is known of loads, not of sightings" },
        { QUESTION_SIGHTINGS, NULL, COLUMN_COUNT, "there is no such column to sort by" },
        { QUESTION_LOADS, NULL, COLUMN_ID_time, NULL },
    };
    struct made *m = made_open(5, 10, 20);

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct question *q = question_open(table[i].kind);
        struct page *p;

        question_text(&q->filter, table[i].filter);
        q->sorts = 1;
        q->sort[0].column = table[i].sort;
        p = store_answer(m->s, q);
        if (table[i].say) {
            assert_int_equal(p->fault.kind, FAULT_USAGE);
            assert_string_equal(p->fault.text, table[i].say);
            assert_int_equal(p->rows, 0);
        } else {
            assert_int_equal(p->fault.kind, FAULT_NONE);
        }
        page_close(p);
        question_close(q);
    }
    made_close(m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(paging_through_sightings_meets_each_once_in_any_order),
        cmocka_unit_test(paging_through_loads_meets_each_once_in_any_order),
        cmocka_unit_test(a_sightings_loads_are_all_its_loads_whatever_the_scope),
        cmocka_unit_test(a_question_that_makes_no_sense_is_refused_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
