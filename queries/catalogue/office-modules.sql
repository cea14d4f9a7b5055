-- name: office-modules
-- hunt: H13
-- technique: T1129
-- question: Which add-ins, unsigned or user-folder modules did an Office program load?
-- why: Documents are still a main way in: an XLL or WLL is a DLL that Excel or Word loads, and a
--   document's macro can load one from anywhere.
-- false positives: Add-ins of vendors; Teams and Zoom from the user's folder.
-- misses: Macros that only start another program (after-load).
-- next: the document that was opened (CommandLine)
-- needs: windows_loads
SELECT host, Image, ImageLoaded, Signed, Signature, sha256, loads, SuspicionScore, first_time, last_time
FROM sightings
WHERE platform = 'windows' AND loads > 0
  AND Image REGEXP '(?i)\\(winword|excel|powerpnt|outlook|msaccess|mspub|visio|onenote|eqnedt32)\.exe$'
  AND (ImageLoaded REGEXP '(?i)\.(xll|wll)$'
       OR (Signed IN ('false', '') AND NOT ImageLoaded REGEXP '(?i)^[a-z]:\\windows\\assembly\\nativeimages_v')
       OR ImageLoaded REGEXP '(?i)\\(users|programdata|temp|perflogs)\\')
  AND NOT (Signed IS 'true' AND coalesce(SignatureStatus, 'Valid') = 'Valid'
           AND coalesce(Signature, '') LIKE 'Microsoft %')
  AND ImageLoaded <> Image COLLATE NOCASE
ORDER BY SuspicionScore DESC, last_time DESC, host, ImageLoaded
