-- name: hit-files
-- hunt: H02
-- technique: T1129
-- question: Which files are behind the hits, one line a file?
-- why: An analyst reads some seventy files instead of a thousand loads. Native images of .NET,
--   most of what the detection finds, are left out.
-- false positives: Programs that load their own .exe, portable tools, installers.
-- misses: What native-images leaves out: look at drop-then-load for those that no compiler wrote.
-- next: the hash of a row on every host (modhunt hunt --all hash:...)
-- needs: loads
-- arg: native_images = 0: 1 to list .NET native images too
SELECT max(SuspicionScore) AS SuspicionScore, factors, min(ImageLoaded) AS ImageLoaded, sha256,
       Signature, count(DISTINCT host) AS hosts, count(DISTINCT Image) AS images,
       sum(loads) AS loads, min(first_time) AS first_time, max(last_time) AS last_time
FROM hits
WHERE ImageLoaded IS NOT NULL AND loads > 0
  AND (:native_images OR NOT ImageLoaded REGEXP '(?i)^[a-z]:\\windows\\assembly\\nativeimages_v')
GROUP BY coalesce(sha256, CASE platform WHEN 'windows' THEN lower(ImageLoaded) ELSE ImageLoaded END)
ORDER BY SuspicionScore DESC, hosts, loads, ImageLoaded
