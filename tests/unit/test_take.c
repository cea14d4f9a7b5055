/* Batches become rows: identity, counts, duplicates, whatever the order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_become_sightings_with_counts_and_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
