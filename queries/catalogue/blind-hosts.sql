-- name: blind-hosts
-- hunt: H27
-- technique: T1129
-- question: Which hosts log other things, but no module load?
-- why: An absence there is no clean bill: best-known Sysmon configurations log no Event ID 7 at all.
-- false positives: None: it is a question about the evidence.
-- misses: Hosts of which there is no evidence.
-- next: docs/telemetry, then modhunt evidence --hosts
WITH started AS (
    SELECT host, count(*) AS n, min(start_time) AS first, max(start_time) AS last
    FROM process WHERE source <> 'stub' GROUP BY host
), around AS (
    SELECT host, count(*) AS n, min(time) AS first, max(time) AS last FROM context GROUP BY host
), logged AS (
    SELECT host, sum(records) AS n, group_concat(DISTINCT nullif(Channel, '')) AS channels,
           min(first_time) AS first, max(last_time) AS last
    FROM record_range GROUP BY host
)
SELECT h.host, h.platform, coalesce(s.n, 0) AS processes, coalesce(a.n, 0) AS context,
       coalesce(g.n, 0) AS numbered_records, g.channels,
       moment_text(min(coalesce(g.first, s.first, a.first), coalesce(s.first, a.first, g.first))) AS first_time,
       moment_text(max(coalesce(g.last, s.last, a.last), coalesce(s.last, a.last, g.last))) AS last_time
FROM hosts h
LEFT JOIN started s ON s.host = h.id
LEFT JOIN around a ON a.host = h.id
LEFT JOIN logged g ON g.host = h.id
WHERE NOT EXISTS (SELECT 1 FROM sighting x WHERE x.host = h.id)
  AND (s.n > 0 OR a.n > 0 OR g.n > 0)
ORDER BY processes DESC, h.host
