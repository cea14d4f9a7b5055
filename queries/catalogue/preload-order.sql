-- name: preload-order
-- hunt: H30
-- technique: T1574.006
-- question: Which modules of Linux were preloaded, or loaded by ld.so run as a program?
-- why: auditd logs no environment. A module that is opened before /etc/ld.so.cache came by LD_PRELOAD,
--   LD_AUDIT or /etc/ld.so.preload; a program that ld.so maps was started behind its back.
-- false positives: jemalloc, libfaketime, sandboxes, debuggers.
-- misses: Rules that log opens in some folders only.
-- next: the parent's command line, and /etc/ld.so.preload on the host
-- needs: linux_loads
WITH of_linux AS MATERIALIZED (SELECT id FROM sightings WHERE platform = 'linux')
SELECT max(moment_text(l.time)) AS time, s.host, s.Image, s.ImageLoaded,
       CASE WHEN l.flags & 64 THEN 'run by ld.so' ELSE 'before ld.so.cache' END AS how,
       coalesce(r.CommandLine, '') AS CommandLine, count(*) AS loads, s.SuspicionScore
FROM of_linux f CROSS JOIN load l ON l.sighting = f.id
JOIN sightings s ON s.id = f.id
LEFT JOIN process r ON r.id = l.process
WHERE l.flags & 96 AND l.flags & 1 = 0
GROUP BY s.id, how, r.CommandLine
ORDER BY s.SuspicionScore DESC, time DESC, s.host, s.ImageLoaded
