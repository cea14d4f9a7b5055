#!/usr/bin/env bash
# modhunt hash: loaded, started, seen as a file, or not, and what that is worth; out
# of any text; statuses 0, 1 and 2.
set -eu
: "${MODHUNT:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
bad=0
fail() { echo "FAILED: $*"; bad=1; }
event() { # id, host, record, then Name=value
    local id=$1 host=$2 record=$3
    shift 3
    printf '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Sysmon"/><EventID>%s</EventID><EventRecordID>%s</EventRecordID><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>%s</Computer></System><EventData>' "$id" "$record" "$host"
    for pair in "$@"; do printf '<Data Name="%s">%s</Data>' "${pair%%=*}" "${pair#*=}"; done
    printf '</EventData></Event>\n'
}
A=AAAA000000000000000000000000000000000000000000000000000000000001
B=BBBB000000000000000000000000000000000000000000000000000000000002
C=CCCC000000000000000000000000000000000000000000000000000000000003
M=ABCDEF00000000000000000000000011
{
    event 7 WS1 1 'UtcTime=2024-01-02 10:00:00.000' ProcessId=5 'Image=C:\Windows\explorer.exe' 'ImageLoaded=C:\Temp\a.dll' "Hashes=MD5=$M,SHA256=$A" Signed=false
    event 7 WS2 1 'UtcTime=2024-01-02 11:00:00.000' ProcessId=5 'Image=C:\Windows\notepad.exe' 'ImageLoaded=C:\b\b.dll' "Hashes=SHA256=$A" Signed=false
    event 7 WS3 1 'UtcTime=2024-01-02 11:00:00.000' ProcessId=5 'Image=C:\Windows\notepad.exe' 'ImageLoaded=C:\b\c.dll' Signed=true
    event 1 WS4 1 'UtcTime=2024-01-02 12:00:00.000' ProcessId=6 'Image=C:\x.exe' CommandLine=x "Hashes=SHA256=$B"
    event 29 WS4 2 'UtcTime=2024-01-02 12:01:00.000' ProcessId=6 'Image=C:\x.exe' 'TargetFilename=C:\y.exe' "Hashes=SHA256=$B"
} >log.xml
"$MODHUNT" ingest -c c.modhunt log.xml >/dev/null 2>&1 || fail "the evidence is not loaded"
printf 'seen %s, then "%s";%s and %s (no %sA)\n' "${A,,}" "$B" "$M" "$C" "$A" >report.txt
"$MODHUNT" hash -c c.modhunt -f report.txt --format csv >out || fail "status $? where some are found"
grep -q "^${A,,},SHA-256,loaded,2,2,2,2,2024-01-02T10:00:00.000000Z,2024-01-02T11:00:00.000000Z,2,0,0,0,C:.Temp.a.dll," out || fail "what was loaded"
grep -q "^${B,,},SHA-256,started+file,0,0,0,0,,,,0,1,1,,.not among the loads of 3 hosts; 1 host logs no loads" out || fail "what was started"
grep -q "^${M,,},MD5 or imphash,loaded,1,1,1,1," out || fail "an MD5"
grep -q "^${C,,},SHA-256,no,.*not among the loads of 3 hosts; 1 host logs no loads, 1 logs loads without SHA-256" out || fail "what was not seen"
[ "$(wc -l <out)" = 5 ] || fail "a hash of 65 digits is none"
"$MODHUNT" hash -c c.modhunt - <report.txt >/dev/null 2>&1 && fail "- is no word here"
"$MODHUNT" hash -c c.modhunt -f - --format jsonl <report.txt | grep -q '"seen":"started+file"' || fail "standard input"
status=0; "$MODHUNT" hash -c c.modhunt "$C" >/dev/null || status=$?
[ $status = 1 ] || fail "none found: $status"
status=0; "$MODHUNT" hash -c c.modhunt nothing >/dev/null 2>err || status=$?
[ $status = 2 ] && grep -q "no hash in that" err || fail "no hash: $status"
# An order by several columns, and what is none.
"$MODHUNT" hunt -c c.modhunt --sightings --all --sort 'host:desc,module' --format csv >out
[ "$(cut -d, -f3 out | tr '\n' ' ')" = "host WS3 WS2 WS1 " ] || fail "--sort host:desc"
for wrong in cmd nonsense host:up ''; do
    status=0; "$MODHUNT" hunt -c c.modhunt --sightings --sort "$wrong" >/dev/null 2>err || status=$?
    [ $status = 2 ] && grep -q -- "--sort" err || fail "--sort '$wrong': $status"
done
[ $bad = 0 ] || cat out
exit $bad
