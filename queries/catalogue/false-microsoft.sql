-- name: false-microsoft
-- hunt: H20
-- technique: T1036
-- question: Which files say that Microsoft made them, and are not signed?
-- why: Version fields are free text: whoever builds the file writes them. Microsoft signs what it ships.
-- false positives: A signature check that failed for a moment (signed_elsewhere is 1); very old files.
-- misses: Files without version fields.
-- next: the hash elsewhere, and who wrote it
-- needs: windows_loads, signatures, versions
SELECT min(s.ImageLoaded) AS ImageLoaded, s.Company, s.OriginalFileName, s.sha256,
       count(DISTINCT s.host) AS hosts, sum(s.loads) AS loads, min(s.host) AS host,
       min(s.Image) AS Image, max(s.SuspicionScore) AS SuspicionScore,
       EXISTS (SELECT 1 FROM module o WHERE o.sha256 = s.sha256 AND o.Signed = 'true') AS signed_elsewhere,
       max(s.last_time) AS last_time
FROM sightings s
WHERE s.platform = 'windows' AND s.loads > 0 AND s.Signed IN ('false', '') AND s.Company LIKE '%microsoft%'
  AND NOT s.ImageLoaded REGEXP '(?i)^[a-z]:\\(windows\\assembly\\nativeimages_v|program files\\windowsapps\\)'
GROUP BY coalesce(s.sha256, lower(s.ImageLoaded))
ORDER BY signed_elsewhere, SuspicionScore DESC, ImageLoaded
