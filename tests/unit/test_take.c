/* Batches become rows: identity, counts, duplicates, whatever the order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/tally.h"
#include "tests/unit/batches.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define SEC INT64_C(1000000)
#define SYS32 "C:\\Windows\\System32\\"
#define TEMP "C:\\Users\\a\\AppData\\Local\\Temp\\"

static void take_file(struct store *s, const struct file *file, uint32_t number)
{
    struct fault f = { 0 };

    for (size_t i = 0; i < file_batches(file); i++) {
        struct batch *b = file_batch(file, number, i, 0);
        if (!store_take(s, b, &f))
            fail_msg("%s", f.text);
        batch_close(b);
    }
}

static void settle(struct store *s)
{
    struct fault f = { 0 };

    if (!store_settle(s, &f) || !store_check(s, &f))
        fail_msg("%s", f.text);
}

static void expect(struct store *s, const char *sql, const char *want)
{
    char *got = case_text(s, sql);

    if (strcmp(got, want) != 0)
        fail_msg("%s\n--- got\n%s--- want\n%s", sql, got, want);
    free(got);
}

/* Takes the files in the given order into a new case and settles it. */
static struct store *make(char path[static 64], const struct file *files, size_t count,
                          const size_t *order)
{
    struct fault f = { 0 };
    struct store *s = case_new(path, &f);

    if (!s)
        fail_msg("%s", f.text);
    case_hasty(s);
    for (size_t i = 0; i < count; i++)
        take_file(s, &files[order ? order[i] : i], (uint32_t)i + 1);
    settle(s);
    return s;
}

static void end(struct store *s, const char *path)
{
    store_close(s);
    case_remove(path);
}

#define LEDGER "SELECT path, state, records, loads, processes, context, other, damaged," \
               " duplicates, recovered FROM evidence ORDER BY path"
#define SIGHTINGS "SELECT h.name, i.Image, m.ImageLoaded, s.SuspicionScore, s.hit, s.loads," \
    " s.first_time, s.last_time, s.recovered, p.hosts FROM sighting s JOIN host h ON h.id = s.host" \
    " JOIN pair p ON p.id = s.pair JOIN image i ON i.id = p.image JOIN module m" \
    " ON m.id = p.module ORDER BY 1, 2, 3, m.Hashes"
#define LOADS "SELECT l.time, h.name, m.ImageLoaded, m.Hashes, m.Signed, u.User, p.ProcessGuid," \
    " p.CommandLine, x.CommandLine, e.path, l.record, l.place, l.flags FROM load l" \
    " JOIN sighting s ON s.id = l.sighting JOIN host h ON h.id = s.host" \
    " JOIN pair r ON r.id = s.pair JOIN module m ON m.id = r.module" \
    " LEFT JOIN process p ON p.id = l.process LEFT JOIN process x ON x.id = p.explained_by" \
    " LEFT JOIN user u ON u.id = l.user JOIN evidence e ON e.id = l.evidence" \
    " ORDER BY l.time, e.path, l.place"

static void loads_become_sightings_with_counts_and_times(void **state)
{
    static const struct rec recs[] = {
        { 7, "WS1", 10 * SEC, 1, "{a-1}", 4, SYS32 "rundll32.exe", TEMP "x.dll", "SHA256=aa", "false", "u", NULL, 0 },
        { 7, "ws1", 20 * SEC, 2, "{A-1}", 4, SYS32 "rundll32.exe", TEMP "x.dll", "SHA256=aa", "false", "u", NULL, 0 },
        { 7, "WS2", 15 * SEC, 1, "{b-1}", 5, SYS32 "rundll32.exe", TEMP "x.dll", "SHA256=aa", "false", "u", NULL, 0 },
        { 7, "WS1", 11 * SEC, 3, "{a-2}", 6, SYS32 "svchost.exe", SYS32 "k.dll", NULL, NULL, "u", NULL, 0 },
        { 7, "WS1", 99 * SEC, 9, "{a-2}", 6, SYS32 "svchost.exe", SYS32 "k.dll", NULL, NULL, "u", NULL, RECORD_RECOVERED },
        { 0, NULL, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0 },
        { -1, NULL, 0, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0 },
    };
    const struct file files[] = { { "a.evtx", "evtx", recs, COUNT(recs), 1, 2, 0 } };
    char path[64];
    struct store *s = make(path, files, 1, NULL);

    (void)state;
    expect(s, LEDGER, "a.evtx|complete|6|4|0|0|1|1|0|1\n");
    expect(s, SIGHTINGS,
           "WS1|" SYS32 "rundll32.exe|" TEMP "x.dll|3|1|2|10000000|20000000|0|2\n"
           "WS1|" SYS32 "svchost.exe|" SYS32 "k.dll|1|0|1|11000000|11000000|1|1\n"
           "WS2|" SYS32 "rundll32.exe|" TEMP "x.dll|3|1|1|15000000|15000000|0|2\n");
    expect(s, "SELECT count(*) FROM process", "3\n");
    expect(s, "SELECT sum(loads), sum(recovered) FROM sighting_user", "4|1\n");
    expect(s, "SELECT sum(loads), min(first_load), max(last_load), min(first_time), max(last_time)"
              " FROM load_block", "5|1|5|10000000|99000000\n");
    expect(s, "SELECT Provider, EventID, records FROM other_record", "Microsoft-Windows-Sysmon|3|1\n");
    expect(s, "SELECT kind, place, reason FROM ingest_problem", "damaged|600|made to be damaged\n");
    end(s, path);
}

#define CONTEXTS "SELECT c.time, h.name, c.event, p.ProcessGuid, i.Image, u.User, c.Target, c.Hashes," \
    " e.path, c.record, c.place, c.flags FROM context c JOIN host h ON h.id = c.host" \
    " LEFT JOIN process p ON p.id = c.process LEFT JOIN image i ON i.id = c.image" \
    " LEFT JOIN user u ON u.id = c.user JOIN evidence e ON e.id = c.evidence ORDER BY 1, 9, 11"

/* Both orders of two files must give this. */
static void expect_both(const struct file *files, const char *sql, const char *want)
{
    static const size_t orders[2][2] = { { 0, 1 }, { 1, 0 } };

    for (size_t i = 0; i < 2; i++) {
        char path[64];
        struct store *s = make(path, files, 2, orders[i]);
        expect(s, sql, want);
        end(s, path);
    }
}

static void a_process_is_known_whichever_record_comes_first(void **state)
{
    static const struct rec loads[] = {
        { 7, "WS1", 10 * SEC, 0, "{a-1}", 4, SYS32 "rundll32.exe", TEMP "x.dll", NULL, "false", "u", NULL, 0 },
        { 5, "WS1", 30 * SEC, 0, "{a-1}", 4, SYS32 "rundll32.exe", NULL, NULL, NULL, NULL, NULL, 0 },
        { 11, "WS1", 11 * SEC, 0, "{a-9}", 9, SYS32 "cmd.exe", TEMP "y.dll", NULL, NULL, NULL, NULL, 0 },
    };
    static const struct rec starts[] = {
        { 1, "WS1", 9 * SEC, 0, "{A-1}", 4, SYS32 "rundll32.exe", "rundll32 x", NULL, NULL, "u", "{a-0}", 0 },
        { 1, "WS1", 8 * SEC, 0, "{a-0}", 3, SYS32 "cmd.exe", "cmd", NULL, NULL, "u", "{a-00}", 0 },
        /* a second start of the same process: counted, and the first is kept */
        { 1, "WS1", 12 * SEC, 0, "{a-1}", 4, SYS32 "rundll32.exe", "later", NULL, NULL, "u", NULL, 0 },
    };
    const struct file files[] = { { "l", "evtx", loads, COUNT(loads), 1, 0, 0 },
                                  { "s", "evtx", starts, COUNT(starts), 2, 0, 0 } };

    (void)state;
    expect_both(files, "SELECT lower(ProcessGuid), source, start_time, end_time, ProcessId,"
                       " CommandLine, (SELECT ProcessGuid FROM process q WHERE q.id = p.parent)"
                       " FROM process p ORDER BY 1",
                "{a-0}|event 1|8000000|-|3|cmd|-\n"
                "{a-1}|event 1|9000000|30000000|4|rundll32 x|{a-0}\n"
                "{a-9}|stub|-|-|9|-|-\n");
    expect_both(files, LEDGER, "l|complete|3|1|1|1|0|0|0|0\ns|complete|3|0|3|0|0|0|0|0\n");
    expect_both(files, "SELECT count(*), sum(ended) FROM process_record", "4|1\n");
}

static void a_4688_explains_a_process_without_event_1(void **state)
{
    static const struct rec loads[] = {
        { 7, "WS1", 100 * SEC, 0, "{a-1}", 4, "C:\\w\\Rundll32.exe", TEMP "x.dll", NULL, NULL, "u", NULL, 0 },
        { 7, "WS1", 300 * SEC, 0, "{a-1}", 4, "C:\\w\\rundll32.exe", TEMP "x.dll", NULL, NULL, "u", NULL, 0 },
        /* another image had that pid: no explanation */
        { 7, "WS1", 100 * SEC, 0, "{a-2}", 5, "C:\\w\\rundll32.exe", TEMP "x.dll", NULL, NULL, "u", NULL, 0 },
        /* its start is later than the load */
        { 7, "WS1", 100 * SEC, 0, "{a-3}", 6, "C:\\w\\rundll32.exe", TEMP "x.dll", NULL, NULL, "u", NULL, 0 },
        /* the 4688 is that of the process whose event 1 stands beside it */
        { 7, "WS1", 100 * SEC, 0, "{a-4}", 7, "C:\\w\\rundll32.exe", TEMP "x.dll", NULL, NULL, "u", NULL, 0 },
        { 7, "WS2", 100 * SEC, 0, "{b-1}", 4, "C:\\w\\rundll32.exe", TEMP "x.dll", NULL, NULL, "u", NULL, 0 },
    };
    static const struct rec starts[] = {
        { 4688, "ws1", 50 * SEC, 0, NULL, 4, "C:\\w\\rundll32.exe", "older", NULL, NULL, NULL, NULL, 0 },
        { 4688, "ws1", 99 * SEC, 0, NULL, 4, "C:\\W\\rundll32.exe", "right", NULL, NULL, NULL, NULL, 0 },
        { 4688, "ws1", 200 * SEC, 0, NULL, 4, "C:\\w\\rundll32.exe", "newer", NULL, NULL, NULL, NULL, 0 },
        { 4688, "ws1", 99 * SEC, 0, NULL, 5, "C:\\w\\cmd.exe", "cmd", NULL, NULL, NULL, NULL, 0 },
        { 4688, "ws1", 101 * SEC, 0, NULL, 6, "C:\\w\\rundll32.exe", "late", NULL, NULL, NULL, NULL, 0 },
        { 4688, "ws1", 90 * SEC, 0, NULL, 7, "C:\\w\\rundll32.exe", "other", NULL, NULL, NULL, NULL, 0 },
        { 1, "ws1", 90 * SEC + 5, 0, "{a-5}", 7, "C:\\w\\rundll32.exe", "other", NULL, NULL, NULL, NULL, 0 },
    };
    const struct file files[] = { { "l", "evtx", loads, COUNT(loads), 1, 0, 0 },
                                  { "s", "evtx", starts, COUNT(starts), 2, 0, 0 } };

    (void)state;
    expect_both(files, "SELECT p.ProcessGuid, p.source, x.CommandLine, x.source FROM process p"
                       " LEFT JOIN process x ON x.id = p.explained_by"
                       " WHERE p.ProcessGuid IS NOT NULL ORDER BY 1",
                "{a-1}|stub|right|4688\n{a-2}|stub|-|-\n{a-3}|stub|-|-\n{a-4}|stub|-|-\n"
                "{a-5}|event 1|-|-\n{b-1}|stub|-|-\n");
}

static void loads_without_a_guid_go_by_pid_and_time(void **state)
{
    static const struct rec loads[] = {
        { 7, "WS1", 10 * SEC, 0, "", 4, "C:\\w\\a.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
        { 7, "WS1", 30 * SEC, 0, "{00000000-0000-0000-0000-000000000000}", 4, "C:\\w\\a.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
        { 7, "WS1", 50 * SEC, 0, NULL, 4, "C:\\w\\a.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
        { 7, "WS1", 70 * SEC, 0, NULL, 4, "C:\\w\\a.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
        { 7, "WS1", 71 * SEC, 0, NULL, 4, "C:\\w\\b.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
        { 7, "WS1", 72 * SEC, 0, NULL, 0, "C:\\w\\b.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
    };
    static const struct rec starts[] = {
        { 4688, "WS1", 20 * SEC, 0, NULL, 4, "C:\\w\\A.exe", "first", NULL, NULL, NULL, NULL, 0 },
        { 1, "WS1", 40 * SEC, 0, "{a-1}", 4, "C:\\w\\a.exe", "second", NULL, NULL, NULL, NULL, 0 },
        { 5, "WS1", 60 * SEC, 0, "{a-1}", 4, "C:\\w\\a.exe", NULL, NULL, NULL, NULL, NULL, 0 },
    };
    const struct file files[] = { { "l", "evtx", loads, COUNT(loads), 1, 0, 0 },
                                  { "s", "evtx", starts, COUNT(starts), 2, 0, 0 } };

    (void)state;
    expect_both(files, "SELECT l.time / 1000000, p.source, x.CommandLine, x.source FROM load l"
                       " LEFT JOIN process p ON p.id = l.process"
                       " LEFT JOIN process x ON x.id = p.explained_by ORDER BY 1",
                "10|stub|-|-\n30|stub|first|4688\n50|stub|second|event 1\n70|stub|-|-\n"
                "71|stub|-|-\n72|-|-|-\n");
}

/* ---- duplicates ---- */

static void the_same_log_in_two_forms_counts_once(void **state)
{
    static const struct rec evtx[] = {
        { 7, "WS1", 10 * SEC, 5, "{a-1}", 4, SYS32 "a.exe", TEMP "x.dll", "SHA256=aa", "true", "u", NULL, 0 },
        { 1, "WS1", 9 * SEC, 4, "{a-1}", 4, SYS32 "a.exe", "a /x", NULL, NULL, "u", NULL, 0 },
        { 5, "WS1", 12 * SEC, 7, "{a-1}", 4, SYS32 "a.exe", NULL, NULL, NULL, "u", NULL, 0 },
        { 11, "WS1", 11 * SEC, 6, "{a-1}", 4, SYS32 "a.exe", TEMP "y", NULL, NULL, "u", NULL, 0 },
        { 4688, "WS1", 8 * SEC, 3, NULL, 44, SYS32 "b.exe", "b", NULL, NULL, "u", NULL, 0 },
    };
    /* the other form has no hashes, no user; and one record more */
    static const struct rec csv[] = {
        { 4688, "ws1", 8 * SEC, 3, NULL, 44, SYS32 "b.exe", "b", NULL, NULL, NULL, NULL, 0 },
        { 7, "ws1", 10 * SEC, 5, "{A-1}", 4, SYS32 "a.exe", TEMP "x.dll", NULL, "true", NULL, NULL, 0 },
        { 1, "ws1", 9 * SEC, 4, "{a-1}", 4, SYS32 "a.exe", "a /x", "MD5=cc", NULL, NULL, "{p}", 0 },
        { 5, "ws1", 12 * SEC, 7, "{a-1}", 4, SYS32 "a.exe", NULL, NULL, NULL, NULL, NULL, 0 },
        { 11, "ws1", 11 * SEC, 6, "{a-1}", 4, SYS32 "a.exe", TEMP "y", "MD5=bb", NULL, NULL, NULL, 0 },
        { 7, "ws1", 20 * SEC, 8, "{a-1}", 4, SYS32 "a.exe", TEMP "x.dll", NULL, "true", NULL, NULL, 0 },
    };
    const struct file files[] = { { "e", "evtx", evtx, COUNT(evtx), 9, 2, 0 },
                                  { "c", "csv", csv, COUNT(csv), 1, 2, 0 } };

    (void)state;
    expect_both(files, LEDGER, "c|complete|6|1|0|0|0|0|5|0\ne|complete|5|1|3|1|0|0|0|0\n");
    expect_both(files, LOADS,
                "10000000|WS1|" TEMP "x.dll|SHA256=aa|true|u|{A-1}|a /x|-|e|5|0|4\n"
                "20000000|WS1|" TEMP "x.dll|-|true|-|{A-1}|a /x|-|c|8|500|4\n");
    expect_both(files, SIGHTINGS,
                "WS1|" SYS32 "a.exe|" TEMP "x.dll|1|1|1|20000000|20000000|0|1\n"
                "WS1|" SYS32 "a.exe|" TEMP "x.dll|1|1|1|10000000|10000000|0|1\n");
    expect_both(files, CONTEXTS, "11000000|WS1|11|{A-1}|" SYS32 "a.exe|u|" TEMP "y|MD5=bb|e|6|300|4\n");
    expect_both(files, "SELECT ProcessGuid, Hashes, ParentProcessGuid, CommandLine, place"
                       " FROM process WHERE ProcessGuid IS NOT NULL", "{A-1}|MD5=cc|{p}|a /x|100\n");
    expect_both(files, "SELECT e.path, count(*) FROM copy c JOIN evidence e ON e.id = c.evidence",
                "c|5\n");
    expect_both(files, "SELECT count(*) FROM module", "2\n");
}

static void within_one_file_nothing_is_a_duplicate(void **state)
{
    static const struct rec recs[] = {
        { 7, "WS1", 10 * SEC, 5, "{a-1}", 4, SYS32 "a.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
        { 7, "WS1", 10 * SEC, 5, "{a-1}", 4, SYS32 "a.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
        { 7, "WS1", 10 * SEC, 0, "{a-1}", 4, SYS32 "a.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
        { 7, "WS1", 10 * SEC, 0, "{a-1}", 4, SYS32 "a.exe", TEMP "x.dll", NULL, NULL, NULL, NULL, 0 },
        { 1, "WS1", 9 * SEC, 1, "{a-1}", 4, SYS32 "a.exe", "a", NULL, NULL, NULL, NULL, 0 },
        { 1, "WS1", 9 * SEC, 1, "{a-1}", 4, SYS32 "a.exe", "a", NULL, NULL, NULL, NULL, 0 },
    };
    const struct file files[] = { { "a", "evtx", recs, COUNT(recs), 1, 2, 0 },
                                  { "b", "evtx", recs, 0, 2, 0, 0 } };

    (void)state;
    expect_both(files, LEDGER, "a|complete|6|4|2|0|0|0|0|0\nb|complete|0|0|0|0|0|0|0|0\n");
}

static void the_kth_record_without_a_number_matches_the_kth(void **state)
{
#define ONE(t, guid, module) { 7, "WS1", (t) * SEC, 0, guid, 4, SYS32 "a.exe", TEMP module, NULL, NULL, NULL, NULL, 0 }
    static const struct rec few[] = { ONE(10, "{a}", "x"), ONE(10, "{a}", "x"), ONE(10, "{b}", "x"),
                                      ONE(10, "{a}", "y"), ONE(12, "{a}", "z") };
    static const struct rec more[] = { ONE(10, "{b}", "x"), ONE(10, "{a}", "x"), ONE(10, "{a}", "x"),
                                       ONE(10, "{a}", "x"), ONE(11, "{a}", "z") };
#undef ONE
    const struct file files[] = { { "f", "json", few, COUNT(few), 1, 2, 0 },
                                  { "m", "json", more, COUNT(more), 2, 1, 0 } };

    (void)state;
    expect_both(files, "SELECT sum(records), sum(loads), sum(duplicates) FROM evidence", "10|7|3\n");
    expect_both(files, "SELECT l.time / 1000000, p.ProcessGuid, m.name, count(*) FROM load l"
                       " JOIN process p ON p.id = l.process JOIN sighting s ON s.id = l.sighting"
                       " JOIN pair r ON r.id = s.pair JOIN module m ON m.id = r.module"
                       " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                "10|{a}|x|3\n10|{a}|y|1\n10|{b}|x|1\n11|{a}|z|1\n12|{a}|z|1\n");
    /* the smaller SHA-256 of the two files keeps the row */
    expect_both(files, "SELECT e.path, count(*) FROM copy c JOIN evidence e ON e.id = c.evidence",
                "m|3\n");
}

static void numbers_meet_records_without_them(void **state)
{
    static const struct rec evtx[] = {
        { 7, "WS1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, 0 },
        { 7, "WS1", 10 * SEC, 6, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, 0 },
        { 11, "WS1", 10 * SEC, 7, "{a}", 4, SYS32 "a.exe", TEMP "t", NULL, NULL, "u", NULL, 0 },
    };
    static const struct rec json[] = {
        { 7, "WS1", 10 * SEC, 0, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, NULL, NULL, 0 },
        { 11, "WS1", 10 * SEC, 0, "{a}", 4, SYS32 "a.exe", TEMP "t", NULL, NULL, NULL, NULL, 0 },
    };
    const struct file files[] = { { "e", "evtx", evtx, COUNT(evtx), 7, 0, 0 },
                                  { "j", "json", json, COUNT(json), 3, 0, 0 } };

    (void)state;
    expect_both(files, LEDGER, "e|complete|3|2|0|1|0|0|0|0\nj|complete|2|0|0|0|0|0|2|0\n");
    expect_both(files, "SELECT record, count(*) FROM load GROUP BY 1", "5|1\n6|1\n");
}

static void the_same_key_and_other_content_is_kept_and_noted(void **state)
{
    static const struct rec one[] = {
        { 7, "WS1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", "MD5=11", NULL, "u", NULL, 0 },
        { 11, "WS1", 10 * SEC, 6, "{a}", 4, SYS32 "a.exe", TEMP "t", "MD5=11", NULL, NULL, NULL, 0 },
        { 1, "WS1", 10 * SEC, 7, "{a}", 4, SYS32 "a.exe", "one", NULL, NULL, NULL, NULL, 0 },
    };
    static const struct rec two[] = {
        { 7, "WS1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", "MD5=22", NULL, "u", NULL, 0 },
        { 11, "WS1", 10 * SEC, 6, "{a}", 4, SYS32 "a.exe", TEMP "t", "MD5=22", NULL, NULL, NULL, 0 },
        { 1, "WS1", 10 * SEC, 7, "{a}", 4, SYS32 "a.exe", "two", NULL, NULL, NULL, NULL, 0 },
        /* the number again, at another time: the log was cleared */
        { 7, "WS1", 11 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", "MD5=11", NULL, "u", NULL, 0 },
    };
    const struct file files[] = { { "e", "evtx", one, COUNT(one), 7, 0, 0 },
                                  { "x", "xml", two, COUNT(two), 3, 0, 0 } };

    (void)state;
    expect_both(files, LEDGER, "e|complete|3|1|1|1|0|0|0|0\nx|complete|4|2|1|1|0|0|0|0\n");
    expect_both(files, "SELECT kind, count(*) FROM ingest_problem", "conflict|3\n");
}

/* Exporters write hashes in lower case, in their own order, and not all of them. */
static void hashes_are_compared_by_kind(void **state)
{
    static const struct rec one[] = {
        { 7, "WS1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", "SHA1=AA,MD5=BB", NULL, "u", NULL, 0 },
        { 7, "WS1", 11 * SEC, 0, "{a}", 4, SYS32 "a.exe", TEMP "x", "MD5=bb", NULL, "u", NULL, 0 },
        { 7, "WS1", 12 * SEC, 8, "{a}", 4, SYS32 "a.exe", TEMP "y", "SHA1=AA,MD5=BB", NULL, "u", NULL, 0 },
        { 11, "WS1", 10 * SEC, 6, "{a}", 4, SYS32 "a.exe", TEMP "t", "MD5=BB", NULL, NULL, NULL, 0 },
        { 1, "WS1", 10 * SEC, 7, "{a}", 4, SYS32 "a.exe", "one", "MD5=BB", NULL, NULL, NULL, 0 },
    };
    static const struct rec two[] = {
        { 7, "WS1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", "md5=bb, sha1=aa", NULL, "u", NULL, 0 },
        { 7, "WS1", 11 * SEC, 0, "{a}", 4, SYS32 "a.exe", TEMP "x", "SHA256=cc,MD5=bb", NULL, "u", NULL, 0 },
        { 7, "WS1", 12 * SEC, 8, "{a}", 4, SYS32 "a.exe", TEMP "y", "md5=bb,sha1=ab", NULL, "u", NULL, 0 },
        { 11, "WS1", 10 * SEC, 6, "{a}", 4, SYS32 "a.exe", TEMP "t", "md5=bb", NULL, NULL, NULL, 0 },
        { 1, "WS1", 10 * SEC, 7, "{a}", 4, SYS32 "a.exe", "one", "SHA1=aa,MD5=bb", NULL, NULL, NULL, 0 },
    };
    struct file files[] = { { "e", "xml", one, COUNT(one), 7, 0, 0 },
                            { "x", "xml", two, COUNT(two), 3, 0, 0 } };

    (void)state;
    for (int fuller = 0; fuller < 3; fuller++) {
        files[0].format = fuller == 1 ? "evtx" : "xml";
        files[1].format = fuller == 2 ? "evtx" : "xml";
        expect_both(files, "SELECT sum(records), sum(loads), sum(processes), sum(context),"
                           " sum(duplicates) FROM evidence", "10|4|1|1|4\n");
        expect_both(files, "SELECT kind, count(*) FROM ingest_problem", "conflict|1\n");
        expect_both(files, "SELECT Hashes FROM module ORDER BY 1",
                    "SHA1=AA,MD5=BB\nSHA1=AA,MD5=BB\nSHA256=cc,MD5=bb\nmd5=bb,sha1=ab\n");
        expect_both(files, "SELECT Hashes FROM context UNION ALL SELECT Hashes FROM process",
                    "MD5=BB\nSHA1=aa,MD5=bb\n");
    }
}

static void recovered_loads_are_counted_beside_and_give_way(void **state)
{
    static const struct rec slack[] = {
        { 7, "WS1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, RECORD_RECOVERED },
        { 7, "WS1", 11 * SEC, 6, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, RECORD_RECOVERED },
    };
    static const struct rec whole[] = {
        { 7, "WS1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, 0 },
    };
    const struct file files[] = { { "s", "evtx", slack, COUNT(slack), 1, 0, 0 },
                                  { "w", "xml", whole, COUNT(whole), 2, 0, 0 } };

    (void)state;
    expect_both(files, LEDGER, "s|complete|0|0|0|0|0|0|0|1\nw|complete|1|1|0|0|0|0|0|0\n");
    expect_both(files, "SELECT loads, first_time, last_time, recovered, recovered_first,"
                       " recovered_last FROM sighting", "1|10000000|10000000|1|11000000|11000000\n");
    expect_both(files, "SELECT hosts FROM pair", "1\n");
}

/* ---- whatever the order ---- */

#define FILES 5
#define RECORDS_MAX 400

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % below;
}

static const char *one_of(const char *const *list, size_t count)
{
    return list[draw(count)];
}

/* One true log; each file holds a part of it, in a form that leaves things out. */
static size_t make_log(struct rec *out)
{
    static const char *const images[] = { SYS32 "rundll32.exe", SYS32 "svchost.exe", "C:\\a.exe" };
    static const char *const modules[] = { TEMP "x.dll", SYS32 "k.dll", "C:\\b\\c.dll" };
    static const char *const guids[] = { "{a-1}", "{a-2}", "{a-3}", "" };
    static const char *const hosts[] = { "WS1", "WS2" };
    static const int kinds[] = { 7, 7, 7, 7, 7, 1, 5, 11, 4688, 0 };
    static const char *const lines[] = { "one", "two" };
    size_t count = 200 + draw(RECORDS_MAX - 200);

    for (size_t i = 0; i < count; i++) {
        struct rec r = { .kind = kinds[draw(10)], .host = one_of(hosts, 2),
                         .time = (int64_t)(100 + i / 3) * SEC, .record = (int64_t)i + 1 };
        if (r.kind == 1)
            r.time += (int64_t)i; /* one process does not start twice at one time */
        r.guid = r.kind == 4688 ? NULL : one_of(guids, r.kind == 7 ? 4 : 3);
        r.pid = r.guid && r.guid[0] ? r.guid[3] - '0' : 7;
        r.Image = images[r.pid % 3];
        r.user = r.kind == 5 ? NULL : "u";
        r.what = r.kind == 7 || r.kind == 11 ? one_of(modules, 3) : one_of(lines, 2);
        r.hashes = r.kind == 5 ? NULL : "SHA256=aa";
        r.Signed = r.kind == 7 ? "true" : NULL;
        r.flags = r.kind == 7 && draw(10) == 0 ? RECORD_RECOVERED : 0;
        out[i] = r;
    }
    return count;
}

static size_t make_part(const struct rec *log, size_t count, struct rec *out, size_t form)
{
    size_t from = draw(count / 2), to = from + draw(count - from) + 1, n = 0;

    for (size_t i = from; i < to && i < count; i++) {
        struct rec r = log[i];
        if (form != 0)
            r.flags = 0; /* only EVTX has slack */
        if (form >= 2)
            r.hashes = NULL;
        if (form == 3)
            r.user = NULL;
        if (form >= 2)
            r.record = 0;
        if (draw(20) != 0)
            out[n++] = r;
    }
    return n;
}

/* Of records without a number that are equal in every field, files decide which
 * is whose copy: then the places may differ, and nothing else. */
#define PLACE(x) " CASE WHEN " x ".record IS NULL THEN 0 ELSE " x ".place END"
#define LOADS_SAME "SELECT l.time, h.name, m.ImageLoaded, m.Hashes, m.Signed, u.User, p.ProcessGuid," \
    " p.CommandLine, x.CommandLine, e.path, l.record," PLACE("l") ", l.flags FROM load l" \
    " JOIN sighting s ON s.id = l.sighting JOIN host h ON h.id = s.host" \
    " JOIN pair r ON r.id = s.pair JOIN module m ON m.id = r.module" \
    " LEFT JOIN process p ON p.id = l.process LEFT JOIN process x ON x.id = p.explained_by" \
    " LEFT JOIN user u ON u.id = l.user JOIN evidence e ON e.id = l.evidence ORDER BY 1, 2, 3, 4," \
    " 5, 6, 7, 8, 9, 10, 11, 12, 13"
#define PROCESSES_SAME "SELECT h.name, p.ProcessGuid, p.source, p.start_time, p.end_time, p.ProcessId," \
    " i.Image, p.CommandLine, x.CommandLine, q.ProcessGuid, e.path," PLACE("p") " FROM process p" \
    " LEFT JOIN image i ON i.id = p.image LEFT JOIN process x ON x.id = p.explained_by" \
    " JOIN host h ON h.id = p.host LEFT JOIN process q ON q.id = p.parent" \
    " LEFT JOIN evidence e ON e.id = p.evidence ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"
#define COPIES_SAME "SELECT c.kind, coalesce(l.time, r.time, x.time), e.path, c.record," PLACE("c") \
    ", c.flags FROM copy c JOIN evidence e ON e.id = c.evidence" \
    " LEFT JOIN load l ON c.kind = 0 AND l.id = c.row LEFT JOIN process_record r" \
    " ON c.kind = 1 AND r.id = c.row LEFT JOIN context x ON c.kind = 2 AND x.id = c.row" \
    " ORDER BY 1, 2, 3, 4, 5"
#define CONTEXTS_SAME "SELECT c.time, h.name, c.event, p.ProcessGuid, i.Image, u.User, c.Target," \
    " c.Hashes, e.path, c.record," PLACE("c") ", c.flags FROM context c JOIN host h ON h.id = c.host" \
    " LEFT JOIN process p ON p.id = c.process LEFT JOIN image i ON i.id = c.image" \
    " LEFT JOIN user u ON u.id = c.user JOIN evidence e ON e.id = c.evidence ORDER BY 1, 2, 3, 4, 5," \
    " 6, 7, 8, 9, 10, 11"
#define RECORDS_SAME "SELECT p.ProcessGuid, r.time, r.ended, e.path, r.record," PLACE("r") \
    " FROM process_record r JOIN process p ON p.id = r.process" \
    " JOIN evidence e ON e.id = r.evidence ORDER BY 1, 2, 3, 4, 5, 6"

#define SHARES "SELECT s.loads, s.recovered, count(*), sum(u.loads), sum(u.recovered) FROM sighting s" \
    " LEFT JOIN sighting_user u ON u.sighting = s.id GROUP BY s.loads, s.recovered ORDER BY 1, 2"

static char *content(struct store *s)
{
    static const char *const questions[] = {
        LEDGER, SIGHTINGS, LOADS_SAME, PROCESSES_SAME, RECORDS_SAME, CONTEXTS_SAME, COPIES_SAME,
        "SELECT h.name, r.first, r.last, r.records FROM record_range r JOIN host h ON h.id = r.host",
        "SELECT kind, count(*) FROM ingest_problem WHERE kind <> 'conflict' GROUP BY 1",
        SHARES,
        "SELECT count(*) FROM module", "SELECT count(*) FROM pair", "SELECT count(*) FROM stale",
    };
    char *all = memory_zero(1, 1);

    for (size_t i = 0; i < COUNT(questions); i++) {
        char *one = case_text(s, questions[i]);
        size_t len = strlen(all), more = strlen(one);
        all = memory_grow(all, len + more + 2, 1);
        memcpy(all + len, one, more);
        memcpy(all + len + more, "#", 2);
        free(one);
    }
    return all;
}

static void shuffle(size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = draw(i), t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}

static void the_first_difference(const char *a, const char *b)
{
    size_t at = 0, line = 0;

    for (; a[at] && a[at] == b[at]; at++)
        if (a[at] == '\n' || a[at] == '#')
            line = at + 1;
    print_error("%.*s\n%.*s\n", (int)strcspn(a + line, "\n"), a + line,
                (int)strcspn(b + line, "\n"), b + line);
}

static void the_case_does_not_depend_on_the_order_of_files(void **state)
{
    static const char *const names[FILES] = { "a.evtx", "b.xml", "c.json", "d.csv", "e.xml" };
    static const char *const formats[FILES] = { "evtx", "xml", "json", "csv", "xml" };
    static const size_t forms[FILES] = { 0, 1, 2, 3, 1 };
    static struct rec log[RECORDS_MAX], parts[FILES][RECORDS_MAX];

    (void)state;
    for (unsigned round = 0; round < 12; round++) {
        struct file files[FILES];
        char *first = NULL;
        seed = round;
        size_t count = make_log(log);
        for (size_t i = 0; i < FILES; i++) {
            size_t n = make_part(log, count, parts[i], forms[i]);
            files[i] = (struct file){ names[i], formats[i], parts[i], n, (uint8_t)(i * 7 % 5 + 1),
                                      1 + draw(60), 0 };
        }
        for (unsigned turn = 0; turn < 4; turn++) {
            size_t order[FILES];
            char path[64];
            shuffle(order, FILES);
            struct store *s = make(path, files, FILES, order);
            char *text = content(s);
            end(s, path);
            if (first && strcmp(first, text) != 0) {
                the_first_difference(first, text);
                fail_msg("round %u: another order, another case", round);
            }
            if (first)
                free(text);
            else
                first = text;
        }
        free(first);
    }
}

/* ---- much at once (too long for the sanitizers) ---- */

#ifndef __SANITIZE_ADDRESS__
/* More hosts in a batch than it keeps ranges of, more sightings than the tally
 * keeps, several users of each, and each of them again in another form. */
static void more_than_the_tables_hold_is_filed_all_the_same(void **state)
{
    enum { HOSTS = RANGES_MAX + 200, MANY = TALLY_FULL + 5000 };
    struct rec *recs = memory_zero(MANY, sizeof *recs);
    char (*name)[64] = memory_zero(MANY, sizeof *name);
    char want[256], path[64];
    struct fault f = { 0 };
    struct store *s = case_new(path, &f);
    struct file file = { "a", "evtx", recs, MANY, 1, MANY / 2, 0 };

    (void)state;
    case_hasty(s);
    for (int i = 0; i < MANY; i++) {
        snprintf(name[i], sizeof name[i], "%s%d", i < HOSTS ? "WS" : TEMP, i);
        recs[i] = (struct rec){ 7, i < HOSTS ? name[i] : "WS0", (10 + i) * SEC, i + 1, "{a}", 4,
                                SYS32 "a.exe", i < HOSTS ? TEMP "x" : name[i], NULL, NULL,
                                i % 2 ? "u" : "v", NULL, 0 };
    }
    take_file(s, &file, 1);
    recs[0].user = "w"; /* the same load cannot have another user: not a copy */
    file.name = "b", file.format = "xml", file.sha = 2, file.count = HOSTS, file.per_batch = 0;
    take_file(s, &file, 2);
    settle(s);
    snprintf(want, sizeof want, "a|complete|%d|%d|0|0|0|0|0|0\nb|complete|%d|1|0|0|0|0|%d|0\n",
             MANY, MANY, HOSTS, HOSTS - 1);
    expect(s, LEDGER, want);
    snprintf(want, sizeof want, "%d|%d|%d\n", MANY, MANY + 1, MANY + 1);
    expect(s, "SELECT count(*), sum(loads), (SELECT sum(loads) FROM sighting_user) FROM sighting",
           want);
    snprintf(want, sizeof want, "%d\n", HOSTS);
    expect(s, "SELECT max(hosts) FROM pair", want);
    expect(s, "SELECT count(*) FROM pair WHERE hosts <> (SELECT count(*) FROM sighting"
              " WHERE pair = pair.id)", "0\n");
    end(s, path);
    free(recs);
    free(name);
}

#endif

/* ---- an ingest that was killed ---- */

static void a_killed_ingest_goes_on_where_it_was(void **state)
{
    struct rec recs[50];
    struct fault f = { 0 };
    struct known *known;
    size_t count;
    char path[64];
    struct store *s = case_new(path, &f);

    (void)state;
    for (int i = 0; i < 50; i++)
        recs[i] = (struct rec){ 7, "WS1", (10 + i) * SEC, i + 1, "{a}", 4, SYS32 "a.exe", TEMP "x",
                                NULL, NULL, NULL, NULL, 0 };
    struct file file = { "a", "evtx", recs, 50, 1, 10, 0 };
    for (size_t i = 0; i < 4; i++) {
        struct batch *b = file_batch(&file, 1, i, 0);
        assert_true(store_take(s, b, &f));
        if (i == 2)
            assert_true(store_commit(s, &f));
        batch_close(b);
    }
    store_close(s); /* the fourth was not committed */

    s = store_open(path, STORE_WRITE, &f);
    assert_non_null(s);
    expect(s, LEDGER, "a|reading|30|30|0|0|0|0|0|0\n");
    assert_true(store_known(s, &known, &count, &f));
    assert_int_equal(count, 1);
    assert_int_equal(known[0].state, SOURCE_READING);
    assert_int_equal(known[0].place, 3000);
    assert_int_equal(known[0].fingerprint[0], 1);
    for (size_t i = 2; i < 5; i++) { /* one that is in already is passed over */
        struct batch *b = file_batch(&file, 1, i, i == 2 ? known[0].evidence : 0);
        if (i > 2)
            b->opens = NULL;
        assert_true(store_take(s, b, &f));
        batch_close(b);
    }
    free(known);
    settle(s);
    expect(s, LEDGER, "a|complete|50|50|0|0|0|0|0|0\n");
    expect(s, "SELECT loads FROM sighting", "50\n");
    assert_true(store_known(s, &known, &count, &f));
    assert_true(known[0].hashed && known[0].sha256[31] == 1);
    free(known);
    end(s, path);
}

static void a_batch_of_a_file_that_did_not_open_is_refused(void **state)
{
    static const struct rec recs[] = {
        { 7, "WS1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, 0 },
    };
    const struct file file = { "a", "evtx", recs, 1, 1, 0, 0 };
    struct fault f = { 0 };
    char path[64];
    struct store *s = case_new(path, &f);
    struct batch *b = file_batch(&file, 1, 0, 0);

    (void)state;
    b->opens = NULL;
    assert_false(store_take(s, b, &f));
    assert_int_equal(f.kind, FAULT_USAGE);
    assert_int_equal(store_pending(s), 0);
    batch_close(b);
    take_file(s, &file, 2);
    settle(s);
    expect(s, LEDGER, "a|complete|1|1|0|0|0|0|0|0\n");
    end(s, path);
}

static void two_spellings_of_a_host_are_one(void **state)
{
    static const struct rec recs[] = {
        { 7, "ws1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, 0 },
        { 7, "WS1", 11 * SEC, 6, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, 0 },
        { 7, NULL, 11 * SEC, 6, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, 0 },
    };
    const struct file files[] = { { "a", "evtx", recs, COUNT(recs), 1, 0, 0 },
                                  { "b", "evtx", recs, 0, 2, 0, 0 } };

    (void)state;
    expect_both(files, "SELECT name, origin, platform FROM host ORDER BY 1",
                "|unknown|windows\nWS1|record|windows\n");
}

static void missing_and_empty_are_two_modules(void **state)
{
    static const struct rec recs[] = {
        { 7, "WS1", 10 * SEC, 5, "{a}", 4, SYS32 "a.exe", TEMP "x", NULL, NULL, "u", NULL, 0 },
        { 7, "WS1", 11 * SEC, 6, "{a}", 4, SYS32 "a.exe", TEMP "x", "", NULL, "u", NULL, 0 },
        { 7, "WS1", 12 * SEC, 7, "{a}", 4, SYS32 "a.exe", TEMP "x", "", "", "u", NULL, 0 },
        { 7, "WS1", 13 * SEC, 8, "{a}", 4, NULL, NULL, NULL, NULL, NULL, NULL, 0 },
        { 7, "WS1", 13 * SEC, 9, "{a}", 4, NULL, NULL, NULL, NULL, NULL, NULL, 0 },
    };
    const struct file files[] = { { "a", "evtx", recs, COUNT(recs), 1, 0, 0 },
                                  { "b", "evtx", recs, 0, 2, 0, 0 } };

    (void)state;
    expect_both(files, "SELECT count(*) FROM module", "4\n");
    expect_both(files, "SELECT count(*) FROM image", "2\n");
    expect_both(files, "SELECT count(*), sum(loads) FROM sighting", "4|5\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_become_sightings_with_counts_and_times),
        cmocka_unit_test(two_spellings_of_a_host_are_one),
        cmocka_unit_test(missing_and_empty_are_two_modules),
        cmocka_unit_test(a_process_is_known_whichever_record_comes_first),
        cmocka_unit_test(a_4688_explains_a_process_without_event_1),
        cmocka_unit_test(loads_without_a_guid_go_by_pid_and_time),
        cmocka_unit_test(the_same_log_in_two_forms_counts_once),
        cmocka_unit_test(within_one_file_nothing_is_a_duplicate),
        cmocka_unit_test(the_kth_record_without_a_number_matches_the_kth),
        cmocka_unit_test(numbers_meet_records_without_them),
        cmocka_unit_test(the_same_key_and_other_content_is_kept_and_noted),
        cmocka_unit_test(hashes_are_compared_by_kind),
        cmocka_unit_test(recovered_loads_are_counted_beside_and_give_way),
        cmocka_unit_test(the_case_does_not_depend_on_the_order_of_files),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(more_than_the_tables_hold_is_filed_all_the_same),
#endif
        cmocka_unit_test(a_killed_ingest_goes_on_where_it_was),
        cmocka_unit_test(a_batch_of_a_file_that_did_not_open_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
