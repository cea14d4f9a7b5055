/* A case made row by row with SQL, so that the reading side is tested against
 * rows that the writing side would seldom leave: NULLs, ties, recovered loads,
 * values that differ in case alone.  Same seed, same case. */
#ifndef TESTS_MADE_CASE_H
#define TESTS_MADE_CASE_H

#include "store/connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct made {
    char folder[64], path[96];
    struct store *s;
    uint64_t random;
    int hosts, images, modules, sightings, loads;
};

static inline uint64_t made_random(struct made *m, uint64_t below)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return m->random % below;
}

/* SQLite's own formats: %q and %Q quote, and %Q of NULL is NULL. */
static inline void made_sql(struct made *m, const char *format, ...)
{
    char *error = NULL, *sql;
    va_list args;

    va_start(args, format);
    sql = sqlite3_vmprintf(format, args);
    va_end(args);
    if (sqlite3_exec(m->s->db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
    sqlite3_free(sql);
}

/* One of a table of literals, or NULL, as SQL. */
#define MADE_PICK(m, table) made_pick(m, table, sizeof table / sizeof *table)
static inline const char *made_pick(struct made *m, const char *const *table, size_t count)
{
    return table[made_random(m, count)];
}

static inline void made_modules(struct made *m)
{
    static const char *const folders[] = {
        "C:\\Windows\\System32\\", "c:\\windows\\system32\\", "C:\\Users\\Public\\",
        "D:\\100%_data\\", "C:\\Windows\\Temp\\", "\\\\srv\\share\\", "C:\\\xc3\x84rger!\\",
    };
    static const char *const names[] = { "a.dll", "A.DLL", "kernel32.dll", "evil.dll", "x_y.dll" };
    static const char *const yes[] = { "true", "false", "", NULL, "-" };
    static const char *const signers[] = { "Microsoft Windows", "microsoft windows", NULL, "",
                                           "Acme, Inc." };
    static const char *const status[] = { "Valid", "Unavailable", NULL };

    for (int i = 1; i <= m->modules; i++) {
        const char *name = MADE_PICK(m, names);
        unsigned long long hash = (unsigned long long)made_random(m, 40) * 0x123456789abcdull;
        char *path = sqlite3_mprintf("%s%s", MADE_PICK(m, folders), name);
        char *sha256 = sqlite3_mprintf("%016llx", hash);

        made_sql(m, "INSERT INTO module(id, key, platform, name, ImageLoaded, Hashes, Signed,"
                    " Signature, SignatureStatus, Company, sha256, sha1, md5) VALUES"
                    "(%d, x'%016x', 'windows', %Q, %Q, 'SHA256=%016llX', %Q, %Q, %Q, %Q, %Q,"
                    " '%012llx', '%010llx')",
                 i, i, name, made_random(m, 12) ? path : NULL, hash, MADE_PICK(m, yes),
                 MADE_PICK(m, signers), MADE_PICK(m, status), MADE_PICK(m, signers),
                 hash % 3 ? sha256 : NULL, hash / 7, hash / 3);
        sqlite3_free(path);
        sqlite3_free(sha256);
    }
}

static inline void made_words(struct made *m)
{
    static const char *const images[] = {
        "'C:\\Windows\\System32\\rundll32.exe'", "'c:\\windows\\system32\\RUNDLL32.exe'",
        "'C:\\a%b\\notepad.exe'", "NULL", "'C:\\Program Files\\x\\y.exe'", "'C:\\z.exe'",
    };

    m->images = sizeof images / sizeof *images;
    for (int i = 0; i < m->images; i++)
        made_sql(m, "INSERT INTO image VALUES(%d, %s)", i + 1, images[i]);
    for (int i = 1; i <= m->hosts; i++)
        made_sql(m, "INSERT INTO host(id, name, folded, origin, platform, said, key)"
                    " SELECT %d, v, lower(v), 'record', 'windows', v, lower(v)"
                    " FROM (SELECT '%s%02d' AS v)", i,
                 i % 2 ? "WS" : "ws", i);
    made_sql(m, "INSERT INTO user VALUES(1, 'CORP\\alice'), (2, 'corp\\ALICE'), (3, 'NT AUTHORITY\\SYSTEM')");
    for (int i = 1; i <= 3; i++)
        made_sql(m, "INSERT INTO evidence(id, path, sha256, size, format, state, damaged) VALUES"
                    "(%d, '/e/%d.evtx', %s, %d, 'evtx', '%s', %d)", i, i,
                 i == 3 ? "NULL" : i == 1 ? "'bb11223344556677'" : "'aa11223344556677'", i * 100,
                 i == 3 ? "reading" : "complete", i);
    made_sql(m, "INSERT INTO allow VALUES(1, 'hash', 'ab', 'windows', 'ours', 'me', 5, 1)");
    for (int i = 1; i <= 20; i++) {
        char guid[16];

        snprintf(guid, sizeof guid, "{G-%d}", i);
        made_sql(m, "INSERT INTO process(id, host, ProcessGuid, ProcessId, image, user, source,"
                    " CommandLine, ParentImage, explained_by) VALUES(%d, %d, %Q, %d, 1, %s, %Q,"
                    " %Q, %Q, %s)",
                 i, 1 + i % m->hosts, i % 4 ? guid : NULL, i * 4, i % 3 ? "3" : "NULL",
                 i % 5 == 0 ? "4688" : i % 4 ? "event 1" : "stub", i % 4 ? "run \"x\" /s" : NULL,
                 i % 2 ? "C:\\p.exe" : NULL, i % 4 == 0 && i % 5 ? "5" : "NULL");
    }
}

static inline void made_sightings(struct made *m)
{
    static const int factors[] = { 0, 1, 17, 16, 24, 8, 65552 };
    static const int scores[] = { 0, 1, 2, 1, 1, 0, 1 };
    static const int hits[] = { 0, 1, 1, 1, 0, 0, 1 };

    for (int i = 1; i <= m->sightings; i++) {
        int pair = (i + 1) / 2, what = (int)made_random(m, 7);

        if (i % 2)
            made_sql(m, "INSERT INTO pair VALUES(%d, %d, %d, %d, %d, %d, %d)", pair,
                     1 + pair % m->modules, 1 + pair / m->modules % m->images, scores[what],
                     factors[what], hits[what], i < m->sightings ? 2 : 1);
        made_sql(m, "INSERT INTO sighting(id, pair, host, SuspicionScore, factors, hit, allowed_by)"
                    " SELECT %d, id, %d, SuspicionScore, factors, hit, %s FROM pair WHERE id = %d",
                 i, 1 + (i % 2 ? i / 2 : i / 2 + m->hosts / 2) % m->hosts,
                 made_random(m, 6) ? "NULL" : "1", pair);
    }
}

static inline void made_loads(struct made *m)
{
    for (int i = 1; i <= m->loads; i++) {
        int flags = made_random(m, 8) ? 0 : 1;
        char time[32] = "NULL", process[32] = "NULL", user[32] = "NULL";

        if (made_random(m, 20) == 0)
            flags |= RESOLUTION_UNRESOLVED << 8;
        else if (made_random(m, 20) == 0)
            flags |= RESOLUTION_MEMFD << 8;
        if (made_random(m, 10))
            snprintf(time, sizeof time, "%d", (int)made_random(m, 50) * 1000000);
        if (made_random(m, 6))
            snprintf(process, sizeof process, "%d", 1 + (int)made_random(m, 20));
        if (made_random(m, 2))
            snprintf(user, sizeof user, "%d", 1 + (int)made_random(m, 3));
        made_sql(m, "INSERT INTO load VALUES(%d, %s, %d, %s, %s, %d, %d, %d, %d)", i, time,
                 1 + (int)made_random(m, (uint64_t)m->sightings), process, user,
                 1 + (int)made_random(m, 3), i, (int)made_random(m, 30) * 512, flags);
    }
    made_sql(m, "UPDATE sighting SET loads = (SELECT count(*) FROM load l WHERE l.sighting = sighting.id"
                " AND l.flags & 1 = 0), recovered = (SELECT count(*) FROM load l WHERE l.sighting ="
                " sighting.id AND l.flags & 1), first_time = (SELECT min(time) FROM load l WHERE"
                " l.sighting = sighting.id AND l.flags & 1 = 0), last_time = (SELECT max(time) FROM"
                " load l WHERE l.sighting = sighting.id AND l.flags & 1 = 0)");
    made_sql(m, "INSERT INTO sighting_user SELECT sighting, user, sum(flags & 1 = 0), sum(flags & 1)"
                " FROM load WHERE user IS NOT NULL GROUP BY 1, 2");
    made_sql(m, "UPDATE evidence SET loads = (SELECT count(*) FROM load l WHERE l.evidence ="
                " evidence.id AND l.flags & 1 = 0)");
}

static inline struct made *made_open(uint64_t seed, int sightings, int loads)
{
    struct made *m = memory_zero(1, sizeof *m);
    struct fault f = { 0 };

    m->random = seed * 0x9e3779b97f4a7c15ull + 1;
    m->hosts = 7;
    m->modules = sightings / 3 + 2;
    m->sightings = sightings;
    m->loads = loads;
    snprintf(m->folder, sizeof m->folder, "/tmp/modhunt-test-XXXXXX");
    assert_non_null(mkdtemp(m->folder));
    snprintf(m->path, sizeof m->path, "%s/case.modhunt", m->folder);
    m->s = store_open(m->path, STORE_CREATE, &f);
    if (!m->s)
        fail_msg("%s", f.text);
    made_sql(m, "BEGIN");
    made_words(m);
    made_modules(m);
    made_sightings(m);
    made_loads(m);
    made_sql(m, "COMMIT");
    assert_true(schema_index(m->s, "load_sighting", &f));
    assert_true(schema_index(m->s, "load_process", &f));
    assert_true(schema_index(m->s, "context_process", &f));
    assert_true(schema_index(m->s, "context_target", &f));
    return m;
}

static inline void made_close(struct made *m)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    char name[128];

    store_close(m->s);
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", m->path, ends[i]);
        unlink(name);
    }
    rmdir(m->folder);
    free(m);
}

#endif
