#!/bin/bash
# Debian's own sqlite3 loads the scoring extension and scores the formula's
# edges, on a table that is none of ours.
set -u
command -v sqlite3 >/dev/null || { echo "skipped: no sqlite3 here"; exit 77; }
[ -f "${MODHUNT_SCORE:-}" ] || { echo "MODHUNT_SCORE names no extension"; exit 1; }
case "$(ldd "$MODHUNT_SCORE")" in
    *libasan*|*libtsan*|*libubsan*)
        LD_PRELOAD="$(ldd "$MODHUNT_SCORE" | awk '/lib(asan|tsan)/ { print $3; exit }')"
        export LD_PRELOAD ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" ;;
esac

got=$(sqlite3 -batch -noheader -separator ' ' -cmd ".load $MODHUNT_SCORE" :memory: <<'SQL'
CREATE TABLE seen(Image TEXT, ImageLoaded TEXT, Signed TEXT, T, U, L, G, N, score);
INSERT INTO seen VALUES
 -- T, U, L, G, N, SuspicionScore
 ('C:\a.exe', 'C:\Users\Public\Windows\System32\evil.dll', 'false', 1,0,0,1,1, 2),
 ('C:\a.exe', '\\evil\share\windows\system32\x.dll', 'false',       0,1,0,1,1, 2),
 ('C:\a.exe', 'C:\Windows\System32\spool\drivers\color\e.dll', 'false', 0,0,0,1,1, 1),
 ('C:\a.exe', '\\?\C:\x\b.dll', 'true',                             0,1,0,0,0, 1),
 ('C:\a.exe', '\\.\C:\x\b.dll', 'true',                             0,1,0,0,0, 1),
 ('C:\a.exe', '\\10.0.0.5@SSL\DavWWWRoot\x.dll', 'true',            0,1,0,0,0, 1),
 ('C:\a.exe', 'C:\Users\AB~1\APPDAT~1\LOCAL~1\TEMP\x.dll', 'true',  0,0,0,0,0, 0),
 ('C:\a.exe', 'C:\PROGRA~1\Vendor\x.dll', 'false',                  0,0,0,0,1, 1),
 ('C:\a.exe', 'C:\ProgramData\x.dll', 'true',                       0,0,0,0,0, 0),
 ('C:\a.exe', 'D:\Temp\x.dll', 'true',                              0,0,0,0,0, 0),
 ('C:\a.exe', 'D:\x.dll', NULL,                                     0,0,0,0,1, 1),
 ('C:\a.exe', 'D:\x.dll', '',                                       0,0,0,0,1, 1),
 ('C:\a.exe', 'D:\x.dll', '-',                                      0,0,0,0,0, 0),
 ('C:\a.exe', 'D:\x.dll', 'failed',                                 0,0,0,0,0, 0),
 ('C:\a.exe', 'D:\x.dll', 'False',                                  0,0,0,0,0, 0),
 ('C:\rundll32.exe.bak\notepad.exe', 'D:\x.dll', 'true',            0,0,1,0,0, 1),
 ('C:\WINDOWS\SYSTEM32\RUNDLL32.EXE', 'C:\Users\u\AppData\Local\Temp\m.dll', 'false', 1,0,1,0,1, 3),
 ('C:\Windows\System32\regsvr32.exe', 'C:\Windows\System32\a.dll', 'true', 0,0,1,1,0, 0),
 ('C:\Windows\System32\mshta.exe', '\\srv\c\users\public\a.dll', '', 1,1,1,0,1, 4),
 (NULL, NULL, NULL,                                                 0,0,0,0,1, 1),
 ('', '', 'true',                                                   0,0,0,0,0, 0),
 (x'5c72756e646c6c33322e657865', 'C:\tmp\' || x'ff' || '.dll', 'true', 1,0,1,0,0, 2);
SELECT 'wrong: ' || coalesce(ImageLoaded, 'NULL') || ' gives '
    || is_temp_path(ImageLoaded) || is_unc_path(ImageLoaded) || is_suspicious_loader(Image)
    || is_known_good_dir(ImageLoaded) || is_unsigned(Signed) || ' '
    || suspicion_score(Image, ImageLoaded, Signed)
FROM seen
WHERE is_temp_path(ImageLoaded) IS NOT T OR is_unc_path(ImageLoaded) IS NOT U
   OR is_suspicious_loader(Image) IS NOT L OR is_known_good_dir(ImageLoaded) IS NOT G
   OR is_unsigned(Signed) IS NOT N
   OR suspicion_score(Image, ImageLoaded, Signed) IS NOT score;
SELECT count(*) FROM seen;
SELECT suspicion_factors('C:\x.exe', 'C:\temp\a.dll', 'false');
SELECT '[' || suspicion_factors('C:\x.exe', 'D:\a.dll', 'true') || ']';
SELECT factor_names(6), factor_names(NULL) IS NULL;
SELECT moment_text(1661978347561000);
CREATE INDEX scored ON seen(suspicion_score(Image, ImageLoaded, Signed));
SELECT count(*) FROM seen INDEXED BY scored WHERE suspicion_score(Image, ImageLoaded, Signed) = 4;
SQL
) || { echo "sqlite3 failed: $got"; exit 1; }

want='22
IsTempPath+IsUnsigned
[]
IsUNCPath+IsSuspiciousLoader 1
2022-08-31T20:39:07.561000Z
1'
if [ "$got" != "$want" ]; then
    diff <(echo "$want") <(echo "$got")
    exit 1
fi
echo "the extension scores as the formula does"
