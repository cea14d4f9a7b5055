-- name: odd-one-out
-- hunt: H05
-- technique: T1574.001
-- question: Which copy of a common module is unsigned and on one host alone?
-- why: A replaced DLL keeps its name: the others of that name are signed and everywhere, this one is
--   neither.
-- false positives: Patches under way, developers' builds of a library that others have signed.
-- misses: A name that is not common, or a replacement that is signed.
-- next: side-load, and who wrote it (drop-then-load)
-- needs: windows_loads, hashes, signatures
-- arg: hosts = 3: the name is on at least so many hosts
WITH files AS (
    SELECT lower(file_name(ImageLoaded)) AS name, ImageLoaded, sha256, Signed, host, Image, loads,
           first_time
    FROM sightings
    WHERE platform = 'windows' AND sha256 IS NOT NULL AND ImageLoaded IS NOT NULL AND loads > 0
), common AS (
    SELECT name, count(DISTINCT host) AS hosts, count(DISTINCT sha256) AS hashes
    FROM files GROUP BY name
    HAVING count(DISTINCT host) >= :hosts AND count(DISTINCT sha256) > 1 AND max(Signed = 'true')
)
SELECT f.name, min(f.ImageLoaded) AS ImageLoaded, f.sha256, min(f.host) AS host,
       min(f.Image) AS Image, sum(f.loads) AS loads, c.hosts AS hosts_of_name,
       c.hashes AS hashes_of_name, min(f.first_time) AS first_time
FROM files f JOIN common c ON c.name = f.name
GROUP BY f.name, f.sha256
HAVING count(DISTINCT f.host) = 1 AND max(f.Signed IN ('false', ''))
ORDER BY c.hosts DESC, f.name, f.sha256
