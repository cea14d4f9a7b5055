-- name: phantom
-- hunt: H07
-- technique: T1574.001
-- question: Which modules have a name that Windows looks for and does not ship?
-- why: A service that looks for a DLL which is not there loads whatever is put there, often as SYSTEM
--   and at every start. It lies in System32, where the detection does not look.
-- false positives: Oracle's and VMware's own oci.dll; rare optional features of Windows.
-- misses: Names that are not on this short list.
-- next: who wrote it (drop-then-load), which service was restarted
-- needs: windows_loads
WITH listed(name) AS (VALUES
    ('bcp47mrm.dll'), ('cdpsgshims.dll'), ('edgegdi.dll'), ('fxsst.dll'), ('msfte.dll'),
    ('msgina.dll'), ('mstracer.dll'), ('ntwdblib.dll'), ('oci.dll'), ('phoneinfo.dll'),
    ('shellchromeapi.dll'), ('sqlite3ext.dll'), ('tsmsisrv.dll'), ('tsvipsrv.dll'), ('ualapi.dll'),
    ('wbemcomn2.dll'), ('windowscoredeviceinfo.dll'), ('windowsperformancerecordercontrol.dll'),
    ('wlanhlp32.dll'), ('wlbsctrl.dll'), ('wow64log.dll'), ('wptsextensions.dll')
)
SELECT host, Image, ImageLoaded, Signed, Signature, Company, sha256, loads, SuspicionScore,
       first_time, last_time
FROM sightings
WHERE platform = 'windows' AND loads > 0
  AND lower(file_name(ImageLoaded)) IN (SELECT name FROM listed)
  AND NOT (Signed IS 'true' AND coalesce(SignatureStatus, 'Valid') = 'Valid'
           AND coalesce(Signature, '') LIKE 'Microsoft %')
ORDER BY last_time DESC, host, ImageLoaded, Image
