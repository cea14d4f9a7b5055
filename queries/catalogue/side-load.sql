-- name: side-load
-- hunt: H06
-- technique: T1574.001
-- question: Which modules carry a name of Windows, but lie elsewhere and are not Microsoft's?
-- why: Search-order hijacking and side-loading need a name that a program asks for. Names come from a
--   short list and from the case itself: what was seen in System32, signed by Microsoft.
-- false positives: Vendors' own copies and shims of system libraries; graphics wrappers of games.
-- misses: A name that belongs to a third party's program; a stolen Microsoft signature.
-- next: drop-then-load, and where the program itself came from
-- needs: windows_loads
WITH listed(name) AS (VALUES
    ('amsi.dll'), ('bcrypt.dll'), ('cabinet.dll'), ('credui.dll'), ('cryptbase.dll'), ('cryptsp.dll'),
    ('cscapi.dll'), ('d3d9.dll'), ('d3d11.dll'), ('dbgcore.dll'), ('dbghelp.dll'), ('devobj.dll'),
    ('dnsapi.dll'), ('dpapi.dll'), ('dsrole.dll'), ('duser.dll'), ('dwmapi.dll'), ('dxgi.dll'),
    ('edputil.dll'), ('fltlib.dll'), ('hid.dll'), ('iphlpapi.dll'), ('linkinfo.dll'),
    ('logoncli.dll'), ('mpr.dll'), ('mscoree.dll'), ('msi.dll'), ('msimg32.dll'), ('mswsock.dll'),
    ('ncrypt.dll'), ('netapi32.dll'), ('netutils.dll'), ('ntmarta.dll'), ('ntshrui.dll'),
    ('oleacc.dll'), ('profapi.dll'), ('propsys.dll'), ('rasapi32.dll'), ('rsaenh.dll'),
    ('rstrtmgr.dll'), ('samcli.dll'), ('samlib.dll'), ('secur32.dll'), ('slc.dll'), ('srvcli.dll'),
    ('sspicli.dll'), ('tapi32.dll'), ('textshaping.dll'), ('urlmon.dll'), ('userenv.dll'),
    ('uxtheme.dll'), ('version.dll'), ('wbemcomn.dll'), ('windowscodecs.dll'), ('winhttp.dll'),
    ('wininet.dll'), ('winmm.dll'), ('winsta.dll'), ('wkscli.dll'), ('wlanapi.dll'), ('wow64log.dll'),
    ('wtsapi32.dll'), ('xmllite.dll')
), seen(name) AS (
    SELECT DISTINCT lower(m.name) FROM module m
    WHERE m.platform = 'windows' AND m.Signed = 'true' AND m.Signature LIKE 'Microsoft Windows%'
      AND m.ImageLoaded REGEXP '(?i)^[a-z]:\\windows\\(system32|syswow64)\\[^\\]+$'
)
SELECT host, Image, ImageLoaded, Signed, Signature, sha256,
       CASE WHEN lower(file_name(ImageLoaded)) IN (SELECT name FROM listed) THEN 'listed'
            ELSE 'seen in System32' END AS name_from,
       loads, SuspicionScore, first_time, last_time
FROM sightings
WHERE platform = 'windows' AND loads > 0 AND ImageLoaded IS NOT NULL
  AND (lower(file_name(ImageLoaded)) IN (SELECT name FROM listed)
       OR lower(file_name(ImageLoaded)) IN (SELECT name FROM seen))
  AND NOT ImageLoaded REGEXP '(?i)^(\\\\\?\\)?[a-z]:\\windows\\(system32|syswow64|winsxs|servicing|systemapps|microsoft\.net|assembly|immersivecontrolpanel)\\'
  AND NOT (Signed IS 'true' AND coalesce(SignatureStatus, 'Valid') = 'Valid'
           AND coalesce(Signature, '') LIKE 'Microsoft %')
  AND ImageLoaded <> coalesce(Image, '') COLLATE NOCASE
ORDER BY SuspicionScore DESC, last_time DESC, host, ImageLoaded
