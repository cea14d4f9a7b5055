-- name: t1129-tests
-- hunt: T5
-- technique: T1129
-- question: Did the five tests of the detection leave every record that they must leave?
-- why: After a run of the tests (modhunt guide tests) it tells which source is blind: each expected
--   signal with its record, or why it is likely to be missing.
-- false positives: A record of another program that names the test's file.
-- misses: A test that was run with a file of another name.
-- next: modhunt record with the ref of a line; docs/telemetry for what is missing
-- arg: rundll32 = df00tech-test-module.dll: test 1's module
-- arg: powershell = df00tech-module.dll: test 2's
-- arg: linux = df00tech_test_module.so: test 3's
-- arg: regsvr32 = df00tech-reg-test.dll: test 4's
-- arg: macos = df00tech: test 5's, a part of the name of its .dylib
WITH signal(test, n, signal, kind, platform, image, what, also) AS (VALUES
    (1, 1, 'Event 11: file written', 'create', 'windows', '', lower(:rundll32), ''),
    (1, 2, 'Event 1: rundll32 starts', 'start', 'windows', '\\rundll32\.exe$', lower(:rundll32), ''),
    (1, 3, '4688: rundll32 starts', '4688', 'windows', '\\rundll32\.exe$', lower(:rundll32), ''),
    (1, 4, 'Event 7: rundll32 loads', 'load', 'windows', '\\rundll32\.exe$', lower(:rundll32), ''),
    (2, 1, 'Event 11: file written', 'create', 'windows', '', lower(:powershell), ''),
    (2, 2, 'Event 1: powershell', 'start', 'windows', '\\(powershell|pwsh)\.exe$', lower(:powershell), ''),
    (2, 3, 'Event 7: powershell', 'load', 'windows', '\\(powershell|pwsh)\.exe$', lower(:powershell), ''),
    (3, 1, 'EXECVE: gcc builds it', 'start', 'linux', '(gcc|cc|clang)[^/]*$', lower(:linux), '-shared'),
    (3, 2, 'O_CREAT: file written', 'create', 'linux', '', lower(:linux), ''),
    (3, 3, 'EXECVE: python starts', 'start', 'linux', 'python[^/]*$', lower(:linux), ''),
    (3, 4, 'open+mmap: python loads', 'load', 'linux', 'python[^/]*$', lower(:linux), ''),
    (4, 1, 'Event 11: file written', 'create', 'windows', '', lower(:regsvr32), ''),
    (4, 2, 'Event 1: regsvr32 /s', 'start', 'windows', '\\regsvr32\.exe$', lower(:regsvr32), '/s'),
    (4, 3, 'Event 7: regsvr32 loads', 'load', 'windows', '\\regsvr32\.exe$', lower(:regsvr32), ''),
    (5, 1, 'CREATE: file written', 'create', 'macos', '', lower(:macos), '.dylib'),
    (5, 2, 'EXEC: python starts', 'start', 'macos', '[Pp]ython[^/]*$', lower(:macos), '.dylib'),
    (5, 3, 'MMAP: python loads', 'load', 'macos', '[Pp]ython[^/]*$', lower(:macos), '.dylib')
), record(test, n, host, time, evidence, place) AS (
    SELECT g.test, g.n, c.host, c.time, c.evidence, c.place
    FROM signal g JOIN context c ON c.event IN (11, 29)
      AND instr(lower(c.Target), g.what) > 0 AND (g.also = '' OR instr(lower(c.Target), g.also) > 0)
    JOIN host h ON h.id = c.host AND h.platform = g.platform
    WHERE g.kind = 'create'
    UNION ALL
    SELECT g.test, g.n, p.host, p.start_time, p.evidence, p.place
    FROM signal g JOIN process p ON instr(lower(p.CommandLine), g.what) > 0
      AND (g.also = '' OR instr(lower(p.CommandLine), g.also) > 0)
      AND CASE g.kind WHEN '4688' THEN p.source = '4688' ELSE p.source IN ('event 1', 'execve', 'exec') END
    JOIN host h ON h.id = p.host AND h.platform = g.platform
    JOIN image i ON i.id = p.image AND i.Image REGEXP '(?i)' || g.image
    WHERE g.kind IN ('start', '4688')
    UNION ALL
    SELECT g.test, g.n, s.host, l.time, l.evidence, l.place
    FROM signal g JOIN module m ON instr(lower(m.ImageLoaded), g.what) > 0
      AND (g.also = '' OR instr(lower(m.ImageLoaded), g.also) > 0) AND m.platform = g.platform
    JOIN pair r ON r.module = m.id
    JOIN image i ON i.id = r.image AND i.Image REGEXP '(?i)' || g.image
    JOIN sighting s ON s.pair = r.id
    JOIN load l ON l.sighting = s.id
    WHERE g.kind = 'load'
), found AS (
    SELECT test, n, host, min(time) AS time, evidence, place FROM record GROUP BY test, n
), place_of AS (   -- the host of a test: that of any signal that was found
    SELECT test, host, min(time) AS time FROM found GROUP BY test
), logged(kind, host, platform, n) AS (
    SELECT 'create', c.host, h.platform, count(*) FROM context c JOIN host h ON h.id = c.host
    WHERE c.event IN (11, 29) GROUP BY c.host
    UNION ALL
    SELECT CASE p.source WHEN '4688' THEN '4688' ELSE 'start' END, p.host, h.platform, count(*)
    FROM process p JOIN host h ON h.id = p.host WHERE p.source <> 'stub'
    GROUP BY p.host, p.source = '4688'
    UNION ALL
    SELECT 'load', s.host, h.platform, sum(s.loads) FROM sighting s JOIN host h ON h.id = s.host GROUP BY s.host
)
SELECT g.test, g.signal, CASE WHEN f.test IS NULL THEN 'missing' ELSE 'found' END AS state,
       CASE WHEN f.test IS NOT NULL THEN ''
            WHEN p.test IS NOT NULL AND a.n > 0
                THEN 'not among the ' || a.n || ' such records of ' || ph.host
            WHEN p.test IS NOT NULL THEN 'not logged on ' || ph.host || ', or not collected'
            WHEN EXISTS (SELECT 1 FROM logged x WHERE x.kind = g.kind AND x.platform = g.platform)
                THEN 'nothing of this test was found; ' || (SELECT count(DISTINCT x.host) FROM logged x
                     WHERE x.kind = g.kind AND x.platform = g.platform) || ' hosts log such records'
            ELSE 'no such source in this case: no host of ' || g.platform || ' logs such records' END AS reason,
       coalesce(fh.host, ph.host) AS host, substr(e.sha256, 1, 12) || ':' || f.place AS ref,
       moment_text(f.time) AS time
FROM signal g
LEFT JOIN found f ON f.test = g.test AND f.n = g.n
LEFT JOIN hosts fh ON fh.id = f.host
LEFT JOIN evidence e ON e.id = f.evidence
LEFT JOIN place_of p ON p.test = g.test
LEFT JOIN hosts ph ON ph.id = p.host
LEFT JOIN logged a ON a.kind = g.kind AND a.host = p.host
ORDER BY g.test, g.n
