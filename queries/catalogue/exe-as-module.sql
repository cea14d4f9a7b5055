-- name: exe-as-module
-- hunt: H19
-- technique: T1129
-- question: Which processes loaded a program as if it were a module?
-- why: An .exe that is mapped as an image into another process is a .NET tool under reflection, or a
--   program that somebody runs without starting it.
-- false positives: Updaters and installers that look into a program.
-- misses: The same under the name of a .dll.
-- next: the hash elsewhere, as a process too
-- needs: windows_loads
SELECT host, Image, ImageLoaded, Signed, Signature, sha256, loads, SuspicionScore, first_time, last_time
FROM sightings
WHERE platform = 'windows' AND loads > 0 AND ImageLoaded LIKE '%.exe'
  AND ImageLoaded <> coalesce(Image, '') COLLATE NOCASE
ORDER BY SuspicionScore DESC, last_time DESC, host, ImageLoaded, Image
