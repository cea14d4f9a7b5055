-- name: load-logging
-- hunt: H28
-- technique: T1129
-- question: Does each host log all loads, or a filtered few?
-- why: Full logging has some fifty loads a process, and ntdll.dll in each. One or two a process means a
--   configuration that picks: what it does not pick is not seen.
-- false positives: None: it is a question about the evidence.
-- misses: A filter that spares ntdll.dll.
-- next: docs/telemetry
-- needs: windows_loads
SELECT h.host, count(*) AS loads, count(DISTINCT l.process) AS processes,
       count(*) / max(count(DISTINCT l.process), 1) AS loads_a_process,
       sum(lower(m.name) = 'ntdll.dll') AS ntdll,
       CASE WHEN sum(lower(m.name) = 'ntdll.dll') = 0 THEN 'filtered: ntdll.dll is never seen'
            WHEN count(*) < 10 * count(DISTINCT l.process) THEN 'filtered: few loads a process'
            ELSE 'all, as it seems' END AS logging
FROM load l
JOIN sighting s ON s.id = l.sighting
JOIN pair p ON p.id = s.pair
JOIN module m ON m.id = p.module
JOIN hosts h ON h.id = s.host
WHERE m.platform = 'windows'
GROUP BY h.id
ORDER BY logging DESC, loads_a_process, h.host
