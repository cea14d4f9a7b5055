-- name: failed-loads
-- hunt: H37
-- technique: T1129
-- question: Which libraries did a program ask for that dyld could not load?
-- why: A name that is asked for and not found is where somebody can put a library (a hijack), and a
--   library that dyld refused (its signature, its place) is an attempt that failed.
-- false positives: Broken installations, optional plug-ins, frameworks of another version.
-- misses: Whatever the unified log had dropped by the time it was collected.
-- next: was it loaded later (the module's name in the console), and who wrote it (drop-then-load)?
-- needs: failed_loads
SELECT min(c.time) AS first_time, max(c.time) AS last_time, c.host, c.Image,
       c.Target AS not_loaded, count(*) AS times, min(c.Detail) AS message, min(c.ref) AS ref
FROM contexts c
WHERE c.event = 1001
GROUP BY c.host, c.Image, c.Target
ORDER BY times DESC, c.host, c.Image, not_loaded
