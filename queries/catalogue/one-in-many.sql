-- name: one-in-many
-- hunt: H23
-- technique: T1055.001
-- question: Which one file, not Microsoft's, is in many different programs?
-- why: A hook, an AppInit DLL or an injected module shows in programs that have nothing in common.
-- false positives: Antivirus and EDR agents, input methods, screen sharing.
-- misses: A module that was injected into one process.
-- next: AppInit_DLLs and AppCertDlls of the host; injected
-- needs: windows_loads, hashes
-- arg: programs = 3: in at least so many programs
SELECT min(ImageLoaded) AS ImageLoaded, sha256, Signed, Signature,
       count(DISTINCT lower(file_name(Image))) AS programs, count(DISTINCT host) AS hosts,
       sum(loads) AS loads, max(SuspicionScore) AS SuspicionScore, min(first_time) AS first_time,
       max(last_time) AS last_time
FROM sightings
WHERE platform = 'windows' AND loads > 0 AND sha256 IS NOT NULL
  AND NOT (Signed IS 'true' AND coalesce(SignatureStatus, 'Valid') = 'Valid'
           AND coalesce(Signature, '') LIKE 'Microsoft %')
  AND NOT ImageLoaded REGEXP '(?i)^[a-z]:\\windows\\assembly\\nativeimages_v'
GROUP BY sha256
HAVING count(DISTINCT lower(file_name(Image))) >= :programs
ORDER BY programs DESC, hosts, ImageLoaded
