-- name: rare-unsigned
-- hunt: H03
-- technique: T1129
-- question: Which unsigned files are on hardly any host, and hardly ever loaded?
-- why: A targeted implant is rare by nature. Unsigned and rare together leave a few dozen files of
--   thousands, also below the folders that the detection trusts.
-- false positives: Store apps (signed as packages), one-off tools of administrators, builds of developers.
-- misses: Signed implants (rare-pair, signature-trouble), and one that was pushed to every host.
-- next: drop-then-load, then the file's hash elsewhere
-- needs: windows_loads, signatures
-- arg: hosts = 1: on at most so many hosts
-- arg: loads = 3: loaded at most so often
SELECT min(ImageLoaded) AS ImageLoaded, sha256, count(DISTINCT host) AS hosts, sum(loads) AS loads,
       min(host) AS host, min(Image) AS Image, Company, max(SuspicionScore) AS SuspicionScore,
       min(first_time) AS first_time, max(last_time) AS last_time
FROM sightings
WHERE platform = 'windows' AND Signed IN ('false', '') AND loads > 0 AND ImageLoaded IS NOT NULL
  AND NOT ImageLoaded REGEXP '(?i)^[a-z]:\\windows\\assembly\\nativeimages_v'
  AND ImageLoaded <> coalesce(Image, '') COLLATE NOCASE
GROUP BY coalesce(sha256, lower(ImageLoaded))
HAVING count(DISTINCT host) <= :hosts AND sum(loads) <= :loads
ORDER BY SuspicionScore DESC, loads, ImageLoaded
