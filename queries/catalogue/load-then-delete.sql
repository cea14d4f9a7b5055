-- name: load-then-delete
-- hunt: H34
-- technique: T1070.004
-- question: Which modules were deleted right after they were loaded?
-- why: A loader that removes its module hides it from whoever comes later; the deletion itself may have
--   kept a copy (Event ID 23 with an archive folder).
-- false positives: Self-extracting installers.
-- misses: Hosts that log no deletions; a deletion at the next start.
-- next: the archive folder of Sysmon on the host
-- needs: loads, file_deletion
-- arg: seconds = 15: at most so long after the load
SELECT moment_text(c.time) AS time, h.host, i.Image AS Image, m.ImageLoaded,
       min(c.time - l.time) / 1000000 AS seconds, di.Image AS deleted_by, m.Signed, m.sha256,
       s.SuspicionScore
FROM context c
JOIN module m ON m.ImageLoaded = c.Target COLLATE NOCASE
JOIN pair p ON p.module = m.id
JOIN sighting s ON s.pair = p.id AND s.host = c.host
JOIN load l ON l.sighting = s.id AND l.time BETWEEN c.time - :seconds * 1000000 AND c.time
JOIN hosts h ON h.id = c.host
LEFT JOIN image i ON i.id = p.image
LEFT JOIN image di ON di.id = c.image
WHERE c.event IN (23, 26) AND (m.platform = 'windows' OR m.ImageLoaded = c.Target)
GROUP BY s.id, c.id
ORDER BY time DESC, h.host, m.ImageLoaded
