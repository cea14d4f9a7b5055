/* A small story, taken in as an ingest would: what the totals, the ledger, the
 * hosts, the stacks and the detail say of it, word by word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/batches.h"

#define SEC INT64_C(1000000)
#define TEMP "C:\\Users\\a\\AppData\\Local\\Temp\\evil.dll"
#define HIDDEN "C:\\Windows\\System32\\wlb.dll"
#define NATIVE "C:\\Windows\\assembly\\x.ni.dll"
#define RUNDLL "C:\\Windows\\System32\\rundll32.exe"
#define SAME "SHA256=aaaa11,MD5=bb"
#define OTHER "SHA256=cccc22"

/* kind, host, time, record, guid, pid, Image, what, hashes, Signed, user, parent, flags */
static const struct rec first_host[] = {
    { 11, "WS01", 10 * SEC, 1, "{D}", 9, "C:\\drop.exe", TEMP, SAME, NULL, NULL, NULL, 0 },
    { 1, "WS01", 11 * SEC, 2, "{A}", 5, RUNDLL, "rundll32 evil.dll,X", NULL, NULL, "CORP\\a", "{D}", 0 },
    { 7, "WS01", 12 * SEC + 500000, 3, "{A}", 5, RUNDLL, TEMP, SAME, "false", NULL, NULL, 0 },
    { 7, "WS01", 13 * SEC, 4, "{A}", 5, RUNDLL, TEMP, SAME, "false", NULL, NULL, 0 },
    { 7, "WS01", 14 * SEC, 5, "{B}", 6, "C:\\net.exe", NATIVE, OTHER, "false", NULL, NULL, 0 },
    { 7, "WS01", 15 * SEC, 6, "{A}", 5, RUNDLL, TEMP, SAME, "false", NULL, NULL, RECORD_RECOVERED },
    { 7, "WS01", 16 * SEC, 7, "{C}", 7, "C:\\ok.exe", "C:\\Windows\\System32\\ntdll.dll", NULL, "true",
      "CORP\\b", NULL, 0 },
    { -1, NULL, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0 },
    { 0, NULL, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0 },
};

static const struct rec second_host[] = {
    { 4688, "WS02", 20 * SEC, 1, NULL, 30, "C:\\svc.exe", "svc -k", NULL, NULL, "CORP\\s", NULL, 0 },
    { 7, "WS02", 21 * SEC, 2, "{S}", 30, "C:\\svc.exe", HIDDEN, SAME, NULL, NULL, NULL, 0 },
    { 7, "WS02", 22 * SEC, 3, "{T}", 31, "C:\\tmp\\t.exe", "C:\\other\\evil.dll", OTHER, "true", NULL,
      NULL, 0 },
};

static struct store *story(char path[static 64])
{
    static const struct file files[] = {
        { "/e/one.evtx", "evtx", first_host, sizeof first_host / sizeof *first_host, 0x11, 0, 0 },
        { "/e/two.evtx", "evtx", second_host, sizeof second_host / sizeof *second_host, 0x22, 0, 0 },
        { "/e/none.txt", "unknown", NULL, 0, 0x33, 0, SOURCE_UNKNOWN },
    };
    struct fault f = { 0 };
    struct store *s = case_new(path, &f);

    if (!s)
        fail_msg("%s", f.text);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct batch *b = file_batch(&files[i], (uint32_t)i + 1, 0, 0);

        if (!store_take(s, b, &f))
            fail_msg("%s", f.text);
        batch_close(b);
    }
    if (!store_settle(s, &f))
        fail_msg("%s", f.text);
    return s;
}

/* A page as text: cells by `|`, `-` for NULL, rows by newline. */
static char *page_text(const struct page *p)
{
    char *out = memory_zero(1, 1);
    size_t len = 0;

    for (size_t r = 0; r < p->rows; r++)
        for (size_t c = 0; c < p->columns; c++) {
            const struct cell *cell = page_cell(p, r, c);
            char end = c + 1 < p->columns ? '|' : '\n';

            out = memory_grow(out, len + cell->text.len + 32, 1);
            if (cell->type == CELL_TEXT)
                len += (size_t)snprintf(out + len, cell->text.len + 1, "%.*s", (int)cell->text.len,
                                        (const char *)cell->text.at);
            else if (cell->type == CELL_NUMBER)
                len += (size_t)snprintf(out + len, 24, "%lld", (long long)cell->number);
            else
                len += (size_t)snprintf(out + len, 2, "-");
            out[len++] = end;
            out[len] = '\0';
        }
    return out;
}

static void expect(struct store *s, struct question *q, const char *want)
{
    struct page *p = store_answer(s, q);
    char *got = page_text(p);

    if (p->fault.kind != FAULT_NONE)
        fail_msg("%s", p->fault.text);
    if (strcmp(got, want) != 0)
        fail_msg("--- got\n%s--- want\n%s", got, want);
    free(got);
    page_close(p);
    question_close(q);
}

static struct question *everything(enum question_kind kind)
{
    struct question *q = question_open(kind);

    q->everything = true;
    return q;
}

static void totals_count_what_answers_and_the_case(void **state)
{
    char path[64];
    struct store *s = story(path);
    struct question *q;

    (void)state;
    /* hits, sightings, hosts, allowed, loads, hit loads; case: loads, hosts, files,
     * damaged; hits' recovered loads; case: records, processes, context, other,
     * duplicates, files with damage, any of Sysmon, hosts without a load */
    expect(s, everything(QUESTION_TOTALS), "2|5|2|0|6|3|6|2|3|1|1|11|2|1|1|0|1|1|0|0\n");
    q = everything(QUESTION_TOTALS);
    question_text(&q->filter, "hash:AAAA");
    expect(s, q, "1|2|2|0|3|2|6|2|3|1|1|11|2|1|1|0|1|1|0|0\n");
    q = everything(QUESTION_TOTALS);
    question_text(&q->filter, "\"no such thing\"");
    expect(s, q, "0|0|0|0|0|0|6|2|3|1|0|11|2|1|1|0|1|1|0|0\n");
    store_close(s);
    case_remove(path);
}

static void an_allowed_module_leaves_the_hits_and_stays_in_everything(void **state)
{
    char path[64], text[256];
    struct store *s = story(path);
    struct order *o = order_open(ORDER_ALLOW);
    struct question *q = question_open(QUESTION_SIGHTINGS);
    struct fault f = { 0 };
    struct page *p;

    (void)state;
    question_text(&q->filter, "x.ni.dll");
    p = store_answer(s, q);
    assert_int_equal(p->rows, 1);
    o->sighting = p->keys[0];
    o->allow = ALLOW_HASH;
    question_text(&o->reason, "native images are unsigned by design");
    question_text(&o->author, "me");
    if (!store_order(s, o, text, &f))
        fail_msg("%s", f.text);
    page_close(p);
    order_close(o);

    p = store_answer(s, q);
    assert_int_equal(p->rows, 0);
    page_close(p);
    q->include_allowed = true;
    p = store_answer(s, q);
    assert_int_equal(p->rows, 1);
    assert_int_equal(page_cell(p, 0, COLUMN_ID_allowed_by)->number, 1);
    page_close(p);
    q->include_allowed = false;
    q->everything = true;
    p = store_answer(s, q);
    assert_int_equal(p->rows, 1);
    page_close(p);
    question_close(q);

    /* By hash: the other file of that hash is hidden as well. */
    expect(s, everything(QUESTION_TOTALS), "1|5|2|2|6|2|6|2|3|1|1|11|2|1|1|0|1|1|0|0\n");
    q = question_open(QUESTION_ALLOW);
    p = store_answer(s, q);
    assert_int_equal(p->rows, 1);
    assert_true(span_is(page_cell(p, 0, ALLOW_KIND)->text, "hash"));
    assert_true(span_is(page_cell(p, 0, ALLOW_REASON)->text, "native images are unsigned by design"));
    assert_int_equal(page_cell(p, 0, ALLOW_SIGHTINGS)->number, 2);
    assert_int_equal(page_cell(p, 0, ALLOW_LOADS)->number, 2);
    page_close(p);
    question_close(q);
    store_close(s);
    case_remove(path);
}

static void the_ledger_the_hosts_and_the_damage(void **state)
{
    char path[64];
    struct store *s = story(path);

    (void)state;
    expect(s, question_open(QUESTION_EVIDENCE),
           "/e/one.evtx|-|evtx|complete|"
           "1111111111111111111111111111111111111111111111111111111111111111"
           "|900|8|4|1|1|1|1|0|1|-|-|made to be damaged|0\n"
           "/e/two.evtx|-|evtx|complete|"
           "2222222222222222222222222222222222222222222222222222222222222222"
           "|300|3|2|1|0|0|0|0|0|-|-|-|0\n"
           "/e/none.txt|-|unknown|unknown|"
           "3333333333333333333333333333333333333333333333333333333333333333"
           "|0|0|0|0|0|0|0|0|0|-|-|-|0\n");
    expect(s, everything(QUESTION_HOSTS),
           "WS01|windows|2|3|3|4|1|1|12500000|16000000|1|1|0|0|some|none|some|none|-\n"
           "WS02|windows|0|-|2|2|1|0|21000000|22000000|0|1|0|0|all|none|some|none|-\n");
    expect(s, question_open(QUESTION_PROBLEMS), "/e/one.evtx|700|1|made to be damaged|damaged|-\n");
    store_close(s);
    case_remove(path);
}

/* evidence, host, first, last, records of one channel, as an ingest leaves them. */
#define RANGE(e, h, first, last, n) \
    "INSERT INTO record_range (evidence, host, Channel, first, last, records) VALUES" \
    "(" #e ", " #h ", 'Security', " #first ", " #last ", " #n ");"

static void gaps_are_reckoned_from_first_last_and_count(void **state)
{
    static const struct {
        const char *what, *sql, *want; /* gaps, missing */
    } table[] = {
        { "none", RANGE(1, 1, 10, 19, 10), "0|0" },
        { "inside a file", RANGE(1, 1, 10, 19, 7), "1|3" },
        { "between two files", RANGE(1, 1, 1, 10, 10) RANGE(2, 1, 21, 30, 10), "1|10" },
        { "files that follow at once", RANGE(1, 1, 1, 10, 10) RANGE(2, 1, 11, 30, 20), "0|0" },
        { "both", RANGE(2, 1, 1, 10, 9) RANGE(1, 1, 12, 30, 19), "2|2" },
        { "overlapping files hide what they lack", RANGE(1, 1, 1, 10, 8) RANGE(2, 1, 5, 30, 26), "0|0" },
        { "one file inside another", RANGE(1, 1, 1, 30, 30) RANGE(2, 1, 5, 9, 5) RANGE(3, 1, 41, 41, 1),
          "1|10" },
        { "more records than numbers", RANGE(1, 1, 5, 5, 9), "0|0" },
        { "numbers that can't be added up",
          RANGE(1, 1, -9223372036854775807, 9223372036854775807, 2)
          RANGE(1, 2, -9223372036854775807, 9223372036854775807, 2), "1|9223372036854775807" },
    };
    struct fault f = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char path[64], want[64];
        struct store *s = story(path);
        struct question *q = question_open(QUESTION_CHANNELS);
        const struct cell *row;
        struct page *p;

        if (!connection_run(s, "DELETE FROM record_range", &f) || !connection_run(s, table[i].sql, &f))
            fail_msg("%s", f.text);
        p = store_answer(s, q);
        assert_true(p->fault.kind == FAULT_NONE && p->rows > 0);
        row = page_cell(p, 0, 0);
        snprintf(want, sizeof want, "%lld|%lld", (long long)row[CHANNEL_GAPS].number,
                 (long long)row[CHANNEL_MISSING].number);
        if (strcmp(want, table[i].want) != 0)
            fail_msg("%s: %s, not %s", table[i].what, want, table[i].want);
        page_close(p);
        q->kind = QUESTION_HOSTS;
        p = store_answer(s, q);
        assert_true(p->fault.kind == FAULT_NONE);
        row = page_cell(p, 0, 0);
        snprintf(want, sizeof want, "%lld|%lld", (long long)row[HOST_GAPS].number,
                 (long long)row[HOST_MISSING].number);
        assert_string_equal(want, table[i].want);
        page_close(p);
        question_close(q);
        store_close(s);
        case_remove(path);
    }
}

/* All ids of a list, page by page from one end. */
static size_t ids_of(struct store *s, struct question *q, int64_t *ids, bool backwards)
{
    size_t n = 0;

    q->limit = 3;
    q->backwards = backwards;
    anchor_clear(&q->anchor);
    for (bool more = true; more;) {
        struct page *p = store_answer(s, q);
        struct anchor a = { .set = true };

        if (p->fault.kind != FAULT_NONE)
            fail_msg("%s", p->fault.text);
        assert_true(p->rows <= 3);
        if (q->anchor.set)
            assert_true(backwards ? p->more_behind : p->more_before);
        for (size_t i = 0; i < p->rows; i++)
            ids[n++] = p->keys[backwards ? p->rows - 1 - i : i];
        more = p->rows > 0 && (backwards ? p->more_before : p->more_behind);
        if (more) {
            size_t last = backwards ? 0 : p->rows - 1;

            a.id = p->keys[last];
            if (q->sorts)
                a.key[0] = *page_cell(p, last, (size_t)q->sort[0].column);
            anchor_copy(&q->anchor, &a);
        }
        page_close(p);
    }
    return n;
}

static void files_and_hosts_page_by_any_of_their_columns(void **state)
{
    char path[64];
    struct store *s = story(path);
    struct fault f = { 0 };
    static int64_t forth[64], back[64];

    (void)state;
    if (!connection_run(s, "INSERT INTO evidence (path, size, format, state, first_time, damaged)"
                           " WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30)"
                           " SELECT 'f' || (i % 7), i % 3, 'x', 'complete', nullif(i % 4, 0), i % 2 FROM n;"
                           "INSERT INTO host (name, folded, origin, platform) WITH n(i) AS (SELECT 1"
                           " UNION ALL SELECT i + 1 FROM n LIMIT 30) SELECT 'h' || i, 'h' || i,"
                           " 'record', '' FROM n", &f))
        fail_msg("%s", f.text);
    for (int kind = 0; kind < 2; kind++) {
        size_t count = kind ? HOST_COLUMN_COUNT : EVIDENCE_COLUMN_COUNT;

        for (size_t c = 0; c < 2 * count + 1; c++) {
            struct question *q = question_open(kind ? QUESTION_HOSTS : QUESTION_EVIDENCE);
            size_t want = kind ? 32 : 33, sum = 0;

            q->sorts = c < 2 * count && (kind || c) ? 1 : 0;
            if (kind && !q->sorts) { /* the usual order has no places to page by */
                question_close(q);
                continue;
            }
            q->sort[0] = (struct sort_key){ (enum column)(c / 2), c % 2 };
            assert_int_equal(ids_of(s, q, forth, false), want);
            assert_int_equal(ids_of(s, q, back, true), want);
            for (size_t i = 0; i < want; i++) {
                assert_int_equal(forth[i], back[want - 1 - i]);
                sum += (size_t)forth[i];
            }
            assert_int_equal(sum, want * (want + 1) / 2); /* each once */
            question_close(q);
        }
    }
    struct question *q = question_open(QUESTION_EVIDENCE);
    question_text(&q->contains, "ONE.evtx");
    struct page *p = store_answer(s, q);
    assert_int_equal(p->rows, 1);
    page_close(p);
    q->sorts = 1;
    q->sort[0].column = (enum column)EVIDENCE_COLUMN_COUNT;
    p = store_answer(s, q);
    assert_int_equal(p->fault.kind, FAULT_USAGE);
    page_close(p);
    question_close(q);
    store_close(s);
    case_remove(path);
}

static void what_else_is_known_of_a_file_and_of_a_host(void **state)
{
    char path[64];
    struct store *s = story(path);
    struct question *q = question_open(QUESTION_ABOUT);
    struct fault f = { 0 };

    (void)state;
    if (!connection_run(s, "DELETE FROM record_range;" RANGE(1, 1, 10, 19, 7)
                           "INSERT INTO other_record VALUES (1, 'Prov', 4624, 9), (1, 'Prov', 1, 30);"
                           "INSERT INTO ingest_problem (evidence, kind, place, len, reason) VALUES"
                           " (1, 'note', 4, 0, 'a note'), (1, 'conflict', 5, 0, 'another')", &f))
        fail_msg("%s", f.text);
    q->evidence = 1;
    expect(s, question_copy(q), "channel|Security|WS01|10|19|7|3|0\n"
                                "other|Prov|-|1|-|30|-|-\nother|Prov|-|4624|-|9|-|-\n"
                                "other|Microsoft-Windows-Sysmon|-|3|-|1|-|-\n"
                                "damaged|made to be damaged|-|700|1|1|-|-\n"
                                "note|a note|-|4|0|1|-|-\nconflict|another|-|5|0|1|-|-\n");
    q->evidence = 0;
    q->host = 1;
    expect(s, q, "channel|Security|-|10|19|7|3|0\nfile|/e/one.evtx|-|-|-|7|-|0\n");
    store_close(s);
    case_remove(path);
}

static void stacks_come_rarest_first(void **state)
{
    static const struct {
        enum column column;
        bool everything;
        const char *want;
    } table[] = {
        { COLUMN_ID_Signed, true,
          "-|1|1|1|21000000|21000000|1\n"
          "true|2|2|2|16000000|22000000|0\n"
          "false|3|2|1|12500000|14000000|3\n" },
        { COLUMN_ID_ImageLoaded, false,
          NATIVE "|1|1|1|14000000|14000000|1\n" TEMP "|2|1|1|12500000|13000000|3\n" },
        { COLUMN_ID_CommandLine, false,
          "-|1|1|1|14000000|14000000|1\nrundll32 evil.dll,X|3|1|1|12500000|15000000|3\n" },
        { COLUMN_ID_User, true,
          "CORP\\b|1|1|1|16000000|16000000|0\n"
          "CORP\\a|3|1|1|12500000|15000000|3\n"
          "-|3|3|2|14000000|22000000|1\n" },
    };
    char path[64];
    struct store *s = story(path);

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct question *q = question_open(QUESTION_STACK);

        q->stack = table[i].column;
        q->everything = table[i].everything;
        expect(s, q, table[i].want);
    }
    store_close(s);
    case_remove(path);
}

/* One line of the detail: `name|value|note`. */
static void has_line(const char *text, const char *line)
{
    size_t len = strlen(line);

    for (const char *at = text; *at; at = strchr(at, '\n') + 1)
        if (strncmp(at, line, len) == 0 && at[len] == '\n')
            return;
    fail_msg("no line %s in\n%s", line, text);
}

static char *detail_of(struct store *s, const char *filter, int64_t load)
{
    struct question *q = everything(QUESTION_SIGHTINGS);
    struct page *p;
    char *text;

    question_text(&q->filter, filter);
    p = store_answer(s, q);
    assert_int_equal(p->rows, 1);
    q->kind = QUESTION_DETAIL;
    q->sighting = p->keys[0];
    q->load = load;
    page_close(p);
    p = store_answer(s, q);
    if (p->fault.kind != FAULT_NONE)
        fail_msg("%s", p->fault.text);
    assert_int_equal(p->columns, 3);
    text = page_text(p);
    page_close(p);
    question_close(q);
    return text;
}

static void the_detail_tells_all_and_says_what_was_not_logged(void **state)
{
    static const struct {
        const char *of;
        const char *line[16];
    } table[] = {
        { "AppData",
          { "SuspicionScore|3|", "factors|IsTempPath+IsSuspiciousLoader+IsUnsigned|", "host|WS01|",
            "ImageLoaded|" TEMP "|", "Signed|false|", "Signature|-|not logged", "Hashes|" SAME "|",
            "sha256|aaaa11|", "Image|" RUNDLL "|", "CommandLine|rundll32 evil.dll,X|",
            "User|CORP\\a|the process's", "loads|2|and 1 recovered",
            "time|1970-01-01T00:00:15.000000Z|recovered: found outside the declared records",
            "same_sha256|2 sightings on 2 hosts, 1 other path|",
            "other_path|" HIDDEN "|the same sha256, 1 sighting",
            "dropped_by|C:\\drop.exe|Event ID 11 at 1970-01-01T00:00:10.000000Z, 5.000 s before the load" } },
        { "wlb.dll",
          { "Signed|-|not logged: the formula reads it as \"false\" on Windows",
            "CommandLine|svc -k|from Security 4688", "User|-|not logged",
            "start_time|1970-01-01T00:00:20.000000Z|from Security 4688", "ref|222222222222:100|",
            "evidence|/e/two.evtx|" } },
        { "ntdll", { "User|CORP\\b|the load's own", "CommandLine|-|start not seen",
                     "start_time|-|start not seen" } },
        { "other\\evil", { "same_name|1|hashes of other files of this name",
                           "same_sha256|2 sightings on 2 hosts, 1 other path|" } },
    };
    char path[64];
    struct store *s = story(path);

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char *text = detail_of(s, table[i].of, 0);

        for (size_t j = 0; j < 16 && table[i].line[j]; j++)
            has_line(text, table[i].line[j]);
        free(text);
    }
    char *text = detail_of(s, "AppData", 1);
    has_line(text, "time|1970-01-01T00:00:12.500000Z|");
    has_line(text, "record|3|");
    free(text);
    /* One whose path only the open before it tells. */
    struct fault f = { 0 };
    assert_true(connection_run(s, "UPDATE load SET flags = flags | 1024 WHERE id = 1", &f));
    text = detail_of(s, "AppData", 1);
    has_line(text, "ImageLoaded|" TEMP "|? inferred: what was opened right before the map");
    free(text);
    store_close(s);
    case_remove(path);
}

static void a_hash_that_thousands_share_is_counted_up_to_a_ceiling(void **state)
{
    char path[64], *text;
    struct store *s = story(path);
    struct fault f = { 0 };

    (void)state;
    assert_true(connection_run(s,
        "INSERT INTO module(id, key, platform, name, ImageLoaded, sha256)"
        " WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n LIMIT 5000)"
        " SELECT i, CAST('k' || i AS BLOB), 'windows', 'evil.dll', 'C:\\many\\' || i, 'aaaa11' FROM n;"
        "INSERT INTO pair SELECT id, id, 1, 0, 0, 0, 1 FROM module WHERE id >= 1000;"
        "INSERT INTO sighting(id, pair, host, SuspicionScore, factors, hit)"
        " SELECT id, id, 1, 0, 0, 0 FROM pair WHERE id >= 1000", &f));
    text = detail_of(s, "AppData", 0);
    if (!strstr(text, "same_sha256|at least "))
        fail_msg("%s", text);
    free(text);
    text = detail_of(s, "other\\evil", 0);
    has_line(text, "same_name|1|hashes of other files of this name, at least");
    free(text);
    store_close(s);
    case_remove(path);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_count_what_answers_and_the_case),
        cmocka_unit_test(an_allowed_module_leaves_the_hits_and_stays_in_everything),
        cmocka_unit_test(the_ledger_the_hosts_and_the_damage),
        cmocka_unit_test(gaps_are_reckoned_from_first_last_and_count),
        cmocka_unit_test(files_and_hosts_page_by_any_of_their_columns),
        cmocka_unit_test(what_else_is_known_of_a_file_and_of_a_host),
        cmocka_unit_test(stacks_come_rarest_first),
        cmocka_unit_test(the_detail_tells_all_and_says_what_was_not_logged),
        cmocka_unit_test(a_hash_that_thousands_share_is_counted_up_to_a_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
