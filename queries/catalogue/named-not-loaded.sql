-- name: named-not-loaded
-- hunt: H12
-- technique: T1218.011
-- question: Which command line of a loader names a module that was never seen loaded?
-- why: Where loads are not logged, or filtered, the command line is all there is: rundll32 with a DLL
--   of the user's folder and no load of that name by that image on that host.
-- false positives: A command that failed because the file was missing.
-- misses: A module that is named by an environment variable's value or without an ending.
-- next: does the host log loads at all (load-logging)?
-- needs: command_lines
SELECT r.start_time AS time, r.host, r.Image, r.CommandLine, r.ParentImage, r.User, r.ref
FROM processes r
JOIN process q ON q.id = r.id
WHERE r.platform IN ('windows', '')
  AND r.Image REGEXP '(?i)\\(rundll32|regsvr32|mshta|msbuild|installutil|cmstp|control|mavinject|odbcconf|regasm|regsvcs|certoc)\.exe$'
  AND r.CommandLine REGEXP '(?i)(\\users\\|\\programdata\\|\\temp\\|\\perflogs\\|%(temp|tmp|appdata|localappdata|public)%|\\\\[^\\ "]+\\)[^"]*\.(dll|cpl|ocx|ax|dat|tmp|bin|log|txt|png|jpg)\b'
  AND NOT EXISTS (
      SELECT 1 FROM pair p
      JOIN sighting s ON s.pair = p.id AND s.host = q.host
      JOIN module m ON m.id = p.module
      JOIN image i ON i.id = p.image
      WHERE i.Image = r.Image COLLATE NOCASE AND length(m.name) > 0
        AND instr(lower(r.CommandLine), lower(m.name)) > 0
        AND lower(m.name) <> lower(file_name(r.Image)))
ORDER BY time DESC, r.host, r.CommandLine
