/* The hunt is the seed's table in the seed's exact order, whatever is equal,
 * missing, recovered or allowed, and a limit gives its first rows. */
#include "tests/unit/made_case.h"

#define IDS_MAX 20000

/* What a plain program makes of the seed's words: one sort over all texts. */
static size_t oracle(struct made *m, const char *where, int64_t *ids, size_t max)
{
    char *sql = sqlite3_mprintf(
        "SELECT l.id FROM load l JOIN sighting s ON s.id = l.sighting JOIN pair p ON p.id = s.pair"
        " JOIN module m ON m.id = p.module JOIN image i ON i.id = p.image JOIN host h ON h.id = s.host"
        " JOIN evidence e ON e.id = l.evidence WHERE (l.flags >> 8) <> 6 AND %s"
        " ORDER BY s.SuspicionScore DESC, l.time IS NULL, l.time DESC, h.name COLLATE BINARY,"
        " ifnull(i.Image, '') COLLATE BINARY, ifnull(m.ImageLoaded, '') COLLATE BINARY,"
        " ifnull(e.sha256, ''), l.place, l.id", where);
    sqlite3_stmt *st;
    size_t n = 0;

    if (sqlite3_prepare_v2(m->s->db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(m->s->db));
    while (n < max && sqlite3_step(st) == SQLITE_ROW)
        ids[n++] = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_free(sql);
    return n;
}

struct seen {
    int64_t *ids;
    size_t count;
};

static bool see(void *ctx, const struct page *p)
{
    struct seen *s = ctx;

    assert_true(p->rows > 0);
    for (size_t r = 0; r < p->rows; r++) {
        assert_true(s->count < IDS_MAX);
        s->ids[s->count++] = p->keys[r];
    }
    return true;
}

static const struct {
    bool everything, allowed, recovered;
    const char *filter, *where;
} table[] = {
    { false, false, false, NULL, "s.hit = 1 AND s.allowed_by IS NULL AND l.flags & 1 = 0" },
    { false, true, false, NULL, "s.hit = 1 AND l.flags & 1 = 0" },
    { false, false, true, NULL, "s.hit = 1 AND s.allowed_by IS NULL" },
    { true, true, true, NULL, "1" },
    { true, true, false, NULL, "l.flags & 1 = 0" },
    { false, false, false, "RUNDLL32", "s.hit = 1 AND s.allowed_by IS NULL AND l.flags & 1 = 0"
                                       " AND i.Image LIKE '%rundll32%'" },
};

static void compare(struct made *m, size_t which, uint32_t limit)
{
    struct question *q = question_open(QUESTION_HUNT);
    struct seen got = { memory_get(IDS_MAX * 8), 0 };
    int64_t *want = memory_get(IDS_MAX * 8);
    size_t all = oracle(m, table[which].where, want, IDS_MAX);
    size_t count = limit && limit < all ? limit : all;
    struct fault f = { 0 };

    q->everything = table[which].everything;
    q->include_allowed = table[which].allowed;
    q->include_recovered = table[which].recovered;
    question_text(&q->filter, table[which].filter);
    q->limit = limit;
    if (!store_stream(m->s, q, see, &got, &f))
        fail_msg("%s", f.text);
    assert_int_equal(got.count, count);
    for (size_t i = 0; i < count; i++)
        if (got.ids[i] != want[i])
            fail_msg("case %zu, limit %u: row %zu is load %d, not %d", which, limit, i,
                     (int)got.ids[i], (int)want[i]);
    if (limit) {
        struct page *p = store_answer(m->s, q);

        assert_int_equal(p->fault.kind, FAULT_NONE);
        assert_int_equal(p->rows, count);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(p->keys[i], want[i]);
        assert_int_equal(p->more_behind, all > limit);
        page_close(p);
    }
    question_close(q);
    free(got.ids);
    free(want);
}

static void the_hunt_is_in_the_seeds_order_with_any_limit(void **state)
{
    static const uint32_t limits[] = { 0, 1, 2, 3, 7, 50, 255, 256, 257, 300, 5000 };

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct made *m = made_open(seed, 90, 1500);

        for (size_t i = 0; i < sizeof table / sizeof *table; i++)
            for (size_t j = 0; j < sizeof limits / sizeof *limits; j++)
                compare(m, i, limits[j]);
        made_close(m);
    }
}

static void loads_without_number_of_one_time_are_ordered_too(void **state)
{
    struct made *m = made_open(7, 40, 500);

    (void)state;
    /* More of one time than are gathered in memory are left to the sorter; here
     * the texts are made too many instead. */
    made_sql(m, "UPDATE load SET time = 5");
    made_sql(m, "UPDATE module SET ImageLoaded = ImageLoaded || printf('%%.*c', 3000000, 'x')"
                " WHERE id %% 2");
    compare(m, 3, 0);
    compare(m, 3, 40);
    made_close(m);
}

static void a_row_has_the_seeds_words(void **state)
{
    struct made *m = made_open(8, 2, 0);
    struct question *q = question_open(QUESTION_HUNT);
    struct page *p;
    static const char *const want[] = {
        NULL, "WS01", "NT AUTHORITY\\SYSTEM", "C:\\Windows\\System32\\rundll32.exe", "rundll32 x.dll,A",
        "C:\\Windows\\Temp\\x.dll", "false", "Unavailable", "SHA256=AB", NULL, NULL,
        "bb1122334455:512", "windows", "exact", NULL, NULL, "ab", NULL,
        "IsTempPath+Phantom",
    };
    static const int64_t numbers[] = { 1000, 0, 0, 0, 0, 0, 0, 0, 0, 21, 3, 0, 0, 0, 0, 0, 0, 4, 0 };

    (void)state;
    made_sql(m, "DELETE FROM sighting; DELETE FROM pair; DELETE FROM module;"
                "INSERT INTO module(id, key, platform, ImageLoaded, Signed, SignatureStatus, Hashes,"
                " sha256) VALUES(1, x'01', 'windows', 'C:\\Windows\\Temp\\x.dll', 'false',"
                " 'Unavailable', 'SHA256=AB', 'ab');"
                "INSERT INTO pair VALUES(1, 1, 1, 3, 21, 1, 1);"
                "INSERT INTO sighting(id, pair, host, SuspicionScore, factors, hit)"
                " VALUES(1, 1, 1, 3, 21, 1);"
                "UPDATE process SET source = 'event 1', CommandLine = 'rundll32 x.dll,A' WHERE id = 1;"
                "INSERT INTO ranking VALUES(1, 33, 4);"
                "INSERT INTO load VALUES(1, 1000, 1, 1, NULL, 1, 77, 512, 0)");
    p = store_answer(m->s, q);
    assert_int_equal(p->fault.kind, FAULT_NONE);
    assert_int_equal(p->rows, 1);
    assert_int_equal(p->columns, sizeof want / sizeof *want);
    for (size_t c = 0; c < p->columns; c++) {
        const struct cell *cell = page_cell(p, 0, c);

        assert_string_equal(p->names[c], column_fact(p->ids[c])->name);
        if (want[c]) {
            assert_int_equal(cell->type, CELL_TEXT);
            if (!span_is(cell->text, want[c]))
                fail_msg("%s is %.*s", p->names[c], (int)cell->text.len, cell->text.at);
        } else if (p->ids[c] != COLUMN_ID_allowed_by) {
            assert_int_equal(cell->type, CELL_NUMBER);
            assert_int_equal(cell->number, numbers[c]);
        } else {
            assert_int_equal(cell->type, CELL_NULL);
        }
    }
    page_close(p);
    question_close(q);
    made_close(m);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hunt_is_in_the_seeds_order_with_any_limit),
        cmocka_unit_test(loads_without_number_of_one_time_are_ordered_too),
        cmocka_unit_test(a_row_has_the_seeds_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
