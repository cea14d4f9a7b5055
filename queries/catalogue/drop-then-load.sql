-- name: drop-then-load
-- hunt: H09
-- technique: T1129
-- question: Who dropped what was loaded soon after?
-- why: Ties delivery to execution: a file that was written and, minutes later, loaded. Where its zone
--   was logged (Event ID 15), origin says from where it was downloaded.
-- false positives: Installers, updaters, definition updates of antivirus (Microsoft's are left out).
-- misses: A payload that waits longer, or was renamed in between; hosts that log no file creations.
-- next: the dropper's parent; the address in origin
-- needs: loads, file_creation
-- arg: seconds = 500: at most so long before the load
SELECT moment_text(l.time) AS time, h.host, di.Image AS dropper, m.ImageLoaded,
       i.Image AS Image, min(l.time - c.time) / 1000000 AS seconds, m.Signed, m.Signature, m.sha256,
       s.SuspicionScore,
       (SELECT z.Detail FROM context z WHERE z.event = 15 AND z.host = c.host
          AND z.Target = c.Target || ':Zone.Identifier' COLLATE NOCASE LIMIT 1) AS origin
FROM context c
JOIN module m ON m.ImageLoaded = c.Target COLLATE NOCASE
JOIN pair p ON p.module = m.id
JOIN sighting s ON s.pair = p.id AND s.host = c.host
JOIN load l ON l.sighting = s.id AND l.time BETWEEN c.time AND c.time + :seconds * 1000000
JOIN hosts h ON h.id = c.host
LEFT JOIN image i ON i.id = p.image
LEFT JOIN image di ON di.id = c.image
WHERE c.event IN (11, 29) AND (m.platform = 'windows' OR m.ImageLoaded = c.Target)
  AND NOT (m.Signed IS 'true' AND coalesce(m.SignatureStatus, 'Valid') = 'Valid'
           AND coalesce(m.Signature, '') LIKE 'Microsoft %')
GROUP BY s.id
ORDER BY time DESC, h.host, m.ImageLoaded, Image
