-- name: critical-process
-- hunt: H16
-- technique: T1055.001
-- question: Which modules that are not Microsoft's are in lsass, winlogon, services and their like?
-- why: A password filter, an authentication package or a print processor is loaded by the most trusted
--   processes of the system: few are, and each should be known.
-- false positives: Antivirus, smart-card middleware, printer drivers.
-- misses: A module that is signed by Microsoft and misused.
-- next: the registry's LSA, Print and Winlogon keys on the host
-- needs: windows_loads, signatures
SELECT file_name(Image) AS process, ImageLoaded, Signed, Signature, SignatureStatus, sha256,
       count(DISTINCT host) AS hosts, sum(loads) AS loads, min(host) AS host,
       min(first_time) AS first_time, max(last_time) AS last_time
FROM sightings
WHERE platform = 'windows' AND loads > 0 AND ImageLoaded IS NOT NULL
  AND Image REGEXP '(?i)\\windows\\system32\\(lsass|lsaiso|winlogon|wininit|services|svchost|spoolsv|csrss|smss)\.exe$'
  AND NOT (Signed IS 'true' AND coalesce(Signature, '') LIKE 'Microsoft %')
GROUP BY lower(file_name(Image)), lower(ImageLoaded), sha256
ORDER BY hosts, loads, process, ImageLoaded
