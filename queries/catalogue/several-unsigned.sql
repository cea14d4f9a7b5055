-- name: several-unsigned
-- hunt: H24
-- technique: T1129
-- question: Which process loaded several different unsigned modules?
-- why: Modular malware loads its parts one by one, as it needs them: several unsigned files of its own in
--   one process.
-- false positives: Store apps, portable programs, scripting languages with many small libraries.
-- misses: Parts that are never written to disk (odd-clr).
-- next: the order in time (modhunt hunt --all), and the network
-- needs: windows_loads, signatures
-- arg: modules = 2: at least so many
WITH found AS MATERIALIZED (
    SELECT s.id FROM sightings s
    WHERE s.platform = 'windows' AND s.Signed IN ('false', '') AND s.ImageLoaded IS NOT NULL
      AND s.ImageLoaded <> coalesce(s.Image, '') COLLATE NOCASE
      AND NOT s.ImageLoaded REGEXP '(?i)^[a-z]:\\windows\\assembly\\nativeimages_v'
)
SELECT min(l.time) AS time, l.host, l.Image, l.ProcessId, l.CommandLine, l.User,
       count(DISTINCT lower(l.ImageLoaded)) AS modules,
       group_concat(DISTINCT file_name(l.ImageLoaded)) AS names, max(l.SuspicionScore) AS SuspicionScore
FROM found f CROSS JOIN loads l ON l.sighting = f.id
WHERE l.recovered = 0 AND l.ProcessId IS NOT NULL
GROUP BY l.host, l.ProcessGuid, l.ProcessId, l.Image
HAVING count(DISTINCT lower(l.ImageLoaded)) >= :modules
ORDER BY modules DESC, time DESC, l.host
