-- name: odd-clr
-- hunt: H14
-- technique: T1620
-- question: Which processes that are no .NET programs loaded the .NET runtime?
-- why: An assembly that is run from memory leaves no load of its own: the runtime in notepad, lsass or a
--   script host is the trace that is left.
-- false positives: Office with VSTO add-ins; tools of administrators that script in .NET.
-- misses: Runtimes in programs that are .NET anyway; shellcode without .NET.
-- next: remote threads into that process (injected), then after-load
-- needs: windows_loads
WITH found AS MATERIALIZED (
    SELECT s.id FROM sightings s
    WHERE s.platform = 'windows'
      AND lower(file_name(s.ImageLoaded)) IN ('clr.dll', 'clrjit.dll', 'mscoree.dll', 'mscoreei.dll',
          'mscorlib.dll', 'mscorlib.ni.dll', 'mscorwks.dll', 'coreclr.dll')
      AND s.Image REGEXP '(?i)\\(notepad|calc|mspaint|write|wordpad|rundll32|regsvr32|mshta|wscript|cscript|cmd|lsass|winlogon|spoolsv|svchost|dllhost|searchprotocolhost|werfault|wuauclt|winword|excel|powerpnt|outlook|eqnedt32|cmstp|odbcconf|hh|control)\.exe$'
)
SELECT min(l.time) AS time, l.host, l.Image, l.ProcessId, l.CommandLine, l.ParentImage, l.User,
       group_concat(DISTINCT lower(file_name(l.ImageLoaded))) AS runtime, count(*) AS loads
FROM found f CROSS JOIN loads l ON l.sighting = f.id
WHERE l.recovered = 0
GROUP BY l.host, l.Image, l.ProcessGuid, l.ProcessId
ORDER BY time DESC, l.host, l.Image
