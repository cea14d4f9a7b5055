-- name: unsigned-in-system
-- hunt: H08
-- technique: T1129
-- question: What unsigned modules lie in the system's own folders?
-- why: The blind spot of the detection: System32, SysWOW64 and WinSxS count as known good, whoever put
--   the file there. Windows' own files there are signed.
-- false positives: A signature check that failed for a moment: signed_elsewhere is 1 where the same
--   file was logged as signed.
-- misses: Signed files; folders of programs (rare-unsigned).
-- next: file creations in System32 (drop-then-load), then the hash
-- needs: windows_loads, signatures
SELECT s.host, s.Image, s.ImageLoaded, s.Company, s.sha256,
       EXISTS (SELECT 1 FROM module o WHERE o.sha256 = s.sha256 AND o.Signed = 'true') AS signed_elsewhere,
       s.loads, s.SuspicionScore, s.first_time, s.last_time
FROM sightings s
WHERE s.platform = 'windows' AND s.Signed IN ('false', '') AND s.loads > 0
  AND s.ImageLoaded REGEXP '(?i)^(\\\\\?\\)?[a-z]:\\windows\\(system32|syswow64|winsxs)\\'
ORDER BY signed_elsewhere, s.SuspicionScore DESC, s.host, s.ImageLoaded, s.Image
