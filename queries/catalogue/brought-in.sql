-- name: brought-in
-- hunt: H10
-- technique: T1129
-- question: Which loaded modules were written by a mail program, browser, archiver, downloader or script?
-- why: The first half of the chain that MITRE's analytic of T1129 describes: what came from outside,
--   by a program that fetches files, and was loaded within half an hour.
-- false positives: Users who install programs for themselves.
-- misses: Files that Explorer copied from a share or a stick (other-drives, remote-modules).
-- next: origin, then what the loading process did (after-load)
-- needs: loads, file_creation
-- arg: seconds = 1800: at most so long before the load
SELECT moment_text(l.time) AS time, h.host, di.Image AS dropper, m.ImageLoaded,
       i.Image AS Image, min(l.time - c.time) / 1000000 AS seconds, m.Signed, m.Signature, m.sha256,
       s.SuspicionScore,
       (SELECT z.Detail FROM context z WHERE z.event = 15 AND z.host = c.host
          AND z.Target = c.Target || ':Zone.Identifier' COLLATE NOCASE LIMIT 1) AS origin
FROM context c
JOIN image di ON di.id = c.image
JOIN module m ON m.ImageLoaded = c.Target COLLATE NOCASE
JOIN pair p ON p.module = m.id
JOIN sighting s ON s.pair = p.id AND s.host = c.host
JOIN load l ON l.sighting = s.id AND l.time BETWEEN c.time AND c.time + :seconds * 1000000
JOIN hosts h ON h.id = c.host
LEFT JOIN image i ON i.id = p.image
WHERE c.event IN (11, 29) AND (m.platform = 'windows' OR m.ImageLoaded = c.Target)
  AND di.Image REGEXP '(?i)(^|[\\/])(outlook|olk|thunderbird|hxtsr|chrome|msedge|firefox|iexplore|brave|opera|safari|7z|7zfm|7zg|winrar|rar|unrar|unzip|tar|powershell|pwsh|cmd|wscript|cscript|mshta|curl|wget|certutil|bitsadmin|teams|ms-teams|slack|telegram|winword|excel|powerpnt|bash|sh)(\.exe)?$'
  AND NOT (m.Signed IS 'true' AND coalesce(m.SignatureStatus, 'Valid') = 'Valid'
           AND coalesce(m.Signature, '') LIKE 'Microsoft %')
GROUP BY s.id
ORDER BY time DESC, h.host, m.ImageLoaded, Image
