-- name: remote-modules
-- hunt: H17
-- technique: T1129
-- question: Which modules were loaded from another machine?
-- why: A module on a share or a WebDAV server never touches the disk of the victim. Names of devices
--   (\\?\ and \\.\) look like shares and are none: they are left out.
-- false positives: Programs that a company runs from a share.
-- misses: A share behind a drive letter (other-drives).
-- next: the server, and which other hosts loaded from it
-- needs: loads
SELECT host, Image, ImageLoaded, Signed, Signature, sha256, loads, SuspicionScore, allowed_by,
       first_time, last_time
FROM sightings
WHERE loads > 0 AND is_unc_path(ImageLoaded, coalesce(platform, 'windows'))
  AND NOT (coalesce(platform, 'windows') = 'windows' AND ImageLoaded REGEXP '^\\\\[?.]\\')
ORDER BY SuspicionScore DESC, last_time DESC, host, ImageLoaded, Image
