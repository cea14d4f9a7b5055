-- name: lolbin-outside
-- hunt: H11
-- technique: T1218.010, T1218.011
-- question: Which of the system's own loaders loaded a foreign module, with what command line?
-- why: rundll32, regsvr32 and their like are signed and allowed everywhere; what they load is not
--   theirs. silent is 1 where regsvr32 was told to show nothing (/s).
-- false positives: msiexec with a vendor's custom action; printer and shell extensions.
-- misses: A copy of the loader under another name, and modules that lie in System32 (unsigned-in-system).
-- next: the parent chain, then brought-in
-- needs: windows_loads
-- arg: loader = : one loader alone, as rundll32.exe or regsvr32.exe
WITH found AS MATERIALIZED (
    SELECT s.id FROM sightings s
    WHERE s.platform = 'windows' AND s.ImageLoaded IS NOT NULL
      AND (:loader = '' OR lower(file_name(s.Image)) = lower(:loader))
      AND s.Image REGEXP '(?i)\\(rundll32|regsvr32|mshta|wscript|cscript|msbuild|installutil|cmstp|control|hh|mavinject|mmc|msiexec|odbcconf|regasm|regsvcs|verclsid|netsh|certoc|pcalua|tracker|wab)\.exe$'
      AND NOT s.ImageLoaded REGEXP '(?i)^(\\\\\?\\)?[a-z]:\\(windows\\(system32|syswow64|winsxs|microsoft\.net|assembly)|program files( \(x86\))?)\\'
      AND s.ImageLoaded <> s.Image COLLATE NOCASE
      AND NOT (s.Signed IS 'true' AND coalesce(s.SignatureStatus, 'Valid') = 'Valid'
               AND coalesce(s.Signature, '') LIKE 'Microsoft %')
)
SELECT max(l.time) AS time, l.host, file_name(l.Image) AS loader, l.ImageLoaded, l.CommandLine,
       l.ParentImage, coalesce(l.CommandLine REGEXP '(?i)regsvr32.*\s[-/]s\b', 0) AS silent,
       l.Signed, l.sha256, l.SuspicionScore, count(*) AS loads
FROM found f CROSS JOIN loads l ON l.sighting = f.id
WHERE l.recovered = 0
GROUP BY l.sighting, l.CommandLine
ORDER BY l.SuspicionScore DESC, time DESC, l.host, l.ImageLoaded
