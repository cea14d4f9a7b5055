-- name: other-drives
-- hunt: H22
-- technique: T1129
-- question: Which modules were loaded from a drive that is not the system's?
-- why: A disk image or a USB stick is mounted under a new letter, and what lies on it carries no mark of
--   the web.
-- false positives: Programs that are installed on D:, developers' drives.
-- misses: Shares by their name (remote-modules).
-- next: what the image or stick was: LNK files, mount events
-- needs: windows_loads
-- arg: system = C: the letter of the system's drive
SELECT host, Image, ImageLoaded, Signed, Signature, sha256, loads, SuspicionScore, first_time, last_time
FROM sightings
WHERE platform = 'windows' AND loads > 0 AND ImageLoaded REGEXP '^(\\\\[?.]\\)?[A-Za-z]:\\'
  AND upper(substr(ImageLoaded, instr(ImageLoaded, ':') - 1, 1)) <> upper(:system)
  AND NOT (Signed IS 'true' AND coalesce(SignatureStatus, 'Valid') = 'Valid'
           AND coalesce(Signature, '') LIKE 'Microsoft %')
ORDER BY SuspicionScore DESC, last_time DESC, host, ImageLoaded, Image
