-- name: after-load
-- hunt: H25
-- technique: T1129
-- question: What did a process start soon after it loaded a hit?
-- why: The second half of the chain: what the module did next. A shell, a task or a discovery command
--   within two minutes of the load.
-- false positives: Installers that start what they installed.
-- misses: Children of an injected process; a module that talks over the network alone.
-- next: the child's own tree
-- needs: loads, command_lines
-- arg: seconds = 120: at most so long after the load
WITH found AS MATERIALIZED (
    SELECT s.id, s.ImageLoaded, s.SuspicionScore, s.host FROM sightings s
    WHERE s.hit = 1 AND s.allowed_by IS NULL
), loaded AS MATERIALIZED (
    SELECT l.process, l.time, f.ImageLoaded, f.SuspicionScore, f.host
    FROM found f CROSS JOIN load l ON l.sighting = f.id
    WHERE l.process IS NOT NULL AND l.time IS NOT NULL AND l.flags & 1 = 0
)
SELECT moment_text(y.start_time) AS time, d.host, pi.Image AS Image, d.ImageLoaded,
       ci.Image AS child, y.CommandLine, min(y.start_time - d.time) / 1000000 AS seconds,
       d.SuspicionScore
FROM process y
JOIN loaded d ON d.process = y.parent AND y.start_time BETWEEN d.time AND d.time + :seconds * 1000000
JOIN process x ON x.id = y.parent
LEFT JOIN image pi ON pi.id = x.image
LEFT JOIN image ci ON ci.id = y.image
WHERE y.source <> 'stub'
GROUP BY y.id, d.ImageLoaded
ORDER BY time DESC, d.host, d.ImageLoaded
