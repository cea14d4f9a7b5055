-- name: injected
-- hunt: H36
-- technique: T1055.001
-- question: Which process had a thread made in it from outside, and what did it load then?
-- why: The plainest injection makes a thread in another process that begins at LoadLibrary. loaded names
--   what the victim loaded within the seconds after.
-- false positives: Antivirus, debuggers, accessibility tools.
-- misses: Injection without a new thread.
-- next: one-in-many, then the source process's tree
-- needs: remote_threads
-- arg: seconds = 60: loads of the victim at most so long after
SELECT c.time, c.host, c.Image AS source, c.Target AS victim, c.Detail AS start,
       coalesce(c.Detail LIKE '%!LoadLibrary%', 0) AS by_load_library,
       (SELECT group_concat(DISTINCT m.ImageLoaded) FROM load l JOIN sighting s ON s.id = l.sighting
          JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module
        WHERE l.process = v.id AND l.time BETWEEN x.time AND x.time + :seconds * 1000000
          AND NOT (m.Signed IS 'true' AND coalesce(m.Signature, '') LIKE 'Microsoft %')) AS loaded,
       c.User, c.ref
FROM contexts c
JOIN context x ON x.id = c.id
LEFT JOIN process v ON v.host = x.host AND v.ProcessGuid = x.TargetProcessGuid
WHERE c.event = 8
  AND (c.Detail LIKE '%!LoadLibrary%'
       OR NOT coalesce(c.Image, '') REGEXP '(?i)\\windows\\system32\\(csrss|wininit|winlogon|services|svchost|lsass|werfault|dwm)\.exe$')
ORDER BY by_load_library DESC, c.time DESC, c.host
