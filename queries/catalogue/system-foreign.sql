-- name: system-foreign
-- hunt: H15
-- technique: T1055.001
-- question: Which programs of System32 loaded a module from outside Windows and Program Files?
-- why: Injection and persistence live inside trusted processes; what they load from a user's folder or
--   ProgramData is worth a look each time.
-- false positives: Shell extensions and input methods below a user's folder, Defender's platform folder.
-- misses: What lies in Program Files or Windows itself.
-- next: the module's signer, and who wrote it
-- needs: windows_loads
SELECT host, Image, ImageLoaded, Signed, Signature, sha256, loads, SuspicionScore, first_time, last_time
FROM sightings
WHERE platform = 'windows' AND loads > 0 AND ImageLoaded IS NOT NULL
  AND Image REGEXP '(?i)^[a-z]:\\windows\\(system32|syswow64)\\[^\\]+\.exe$'
  AND NOT ImageLoaded REGEXP '(?i)^(\\\\\?\\)?[a-z]:\\(windows|program files( \(x86\))?|programdata\\microsoft\\windows defender\\platform)\\'
ORDER BY SuspicionScore DESC, last_time DESC, host, ImageLoaded, Image
