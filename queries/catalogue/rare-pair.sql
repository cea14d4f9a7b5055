-- name: rare-pair
-- hunt: H04
-- technique: T1574.001
-- question: Which program loaded which module on one host only, once or twice?
-- why: A signed program that loads a module it loads nowhere else is how side-loading looks when the
--   file itself is common. Microsoft's own modules are left out.
-- false positives: Updates under way, plug-ins, printers of one desk.
-- misses: A pair that an attacker made on many hosts.
-- next: the process and its command line (modhunt hunt --all module:NAME)
-- needs: loads
-- arg: loads = 2: loaded at most so often
SELECT file_name(Image) AS program, file_name(ImageLoaded) AS module, min(host) AS host,
       sum(loads) AS loads, min(Image) AS Image, min(ImageLoaded) AS ImageLoaded, Signed, Signature,
       sha256, max(SuspicionScore) AS SuspicionScore, max(last_time) AS last_time
FROM sightings
WHERE ImageLoaded IS NOT NULL AND Image IS NOT NULL AND loads > 0
  AND NOT (Signed IS 'true' AND coalesce(SignatureStatus, 'Valid') = 'Valid'
           AND coalesce(Signature, '') LIKE 'Microsoft %')
  AND NOT ImageLoaded REGEXP '(?i)^[a-z]:\\windows\\assembly\\nativeimages_v'
  AND ImageLoaded <> Image COLLATE NOCASE
GROUP BY lower(file_name(Image)), lower(file_name(ImageLoaded))
HAVING count(DISTINCT host) = 1 AND sum(loads) <= :loads
ORDER BY SuspicionScore DESC, loads, program, module
