#!/bin/bash
# The program as a shell sees it: every command, form and exit status, on small
# evidence that this script writes itself.
set -u
cd "$(mktemp -d)" || exit 1
here=$PWD
trap 'cd /; chmod -R u+w "$here" 2>/dev/null; rm -rf "$here"' EXIT
unset COLUMNS XDG_DATA_HOME NO_COLOR
export HOME=$here/home LC_ALL=C.UTF-8
mkdir home
failures=0

fail() { echo "FAILED: $*" >&2; failures=$((failures + 1)); }

# run WANT_STATUS WORDS...: into out and err
run() {
    local want=$1 got
    shift
    "$MODHUNT" "$@" >out 2>err </dev/null
    got=$?
    [ "$got" = "$want" ] || { fail "modhunt $*: status $got, not $want"; cat err >&2; }
}
out_has() { grep -qF -- "$1" out || { fail "no '$1' on stdout ($last)"; head -5 out >&2; }; }
err_has() { grep -qF -- "$1" err || { fail "no '$1' on stderr"; cat err >&2; }; }
out_is_empty() { [ ! -s out ] || { fail "stdout is not empty"; head -5 out >&2; }; }
last=

# event ID HOST RECORD TIME NAME=VALUE...
event() {
    local id=$1 host=$2 record=$3 time=$4
    shift 4
    printf '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
    printf '<Provider Name="Microsoft-Windows-Sysmon"/><EventID>%s</EventID>' "$id"
    printf '<TimeCreated SystemTime="%sZ"/><EventRecordID>%s</EventRecordID>' "${time/ /T}" "$record"
    printf '<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>%s</Computer>' "$host"
    printf '</System><EventData><Data Name="UtcTime">%s</Data>' "$time"
    local pair
    for pair in "$@"; do
        printf '<Data Name="%s">%s</Data>' "${pair%%=*}" "${pair#*=}"
    done
    printf '</EventData></Event>\n'
}
guid='{11111111-0000-0000-0000-000000000001}'
bad='C:\Users\bob\AppData\Local\Temp\evil.dll'
h1=SHA256=AAAABBBBCCCCDDDDEEEEFFFF00001111AAAABBBBCCCCDDDDEEEEFFFF00001111

mkdir evidence
{
    echo '<Events>'
    event 1 WS01 1 '2024-01-02 10:00:00.000' "ProcessGuid=$guid" ProcessId=100 \
        'Image=C:\Windows\System32\rundll32.exe' \
        'CommandLine=rundll32.exe evil.dll,Go --password=hunter2' 'User=LAB\bob'
    event 7 WS01 2 '2024-01-02 10:00:01.000' "ProcessGuid=$guid" ProcessId=100 \
        'Image=C:\Windows\System32\rundll32.exe' "ImageLoaded=$bad" "Hashes=$h1" \
        Signed=false Signature=- SignatureStatus=Unavailable
    event 7 WS01 3 '2024-01-02 10:00:02.000' ProcessId=101 \
        'Image=C:\Windows\explorer.exe' 'ImageLoaded=C:\Windows\System32\kernel32.dll' \
        Signed=true 'Signature=Microsoft Windows' SignatureStatus=Valid
    event 7 WS02 1 '2024-01-02 11:00:00.000' ProcessId=102 \
        'Image==cmd.exe' 'ImageLoaded=\\fs01\share\tool, &quot;x&quot;.dll' Signed=true
    event 7 WS02 2 '2024-01-02 11:00:01.000' ProcessId=103 \
        'Image=C:\Windows\explorer.exe' 'ImageLoaded=C:\Windows\System32\same.dll' \
        "Hashes=$h1" Signed=true SignatureStatus=Valid
    event 7 WS02 3 '2024-01-02 11:00:02.000' ProcessId=103 \
        'Image=C:\Windows\explorer.exe' "ImageLoaded=C:\\x\\no-sign$(printf '\342\200\256').dll"
    event 22 WS02 4 '2024-01-02 11:00:03.000' QueryName=example.org
    echo '</Events>'
} >evidence/sysmon.xml

# ---- help and usage

run 2; out_is_empty; err_has 'modhunt EVIDENCE'
run 0 --help; out_has 'modhunt EVIDENCE'; out_has 'stack'; out_has 'Exit status'
run 0 -h; run 0 help
run 0 --version; grep -Eq '^modhunt [0-9]+\.[0-9]+' out || fail 'no version'
for c in ingest hunt stack evidence sql score help; do
    run 0 "$c" --help; out_has "modhunt $c"; out_has 'Usage:'
    [ -s err ] && fail "$c --help writes to stderr"
    cp out one; run 0 help "$c"; cmp -s out one || fail "help $c and $c --help differ"
done
run 2 help nonsense; err_has 'no command nonsense'
run 2 hnut; err_has 'did you mean hunt?'; run 2 hnut -c x.modhunt --all; err_has 'did you mean hunt?'
run 3 no/such/file; err_has 'no/such/file'
run 2 --nonsense; run 2 hunt --fromat csv; err_has 'did you mean --format?'
for c in ingest hunt evidence; do run 2 "$c"; err_has '-c CASE'; done
run 2 stack Image; err_has '-c CASE'; run 2 sql 'SELECT 1'; err_has '-c CASE'
run 2 ingest -c x.modhunt; err_has 'needs evidence'
run 2 ingest -c x.modhunt --workers many evidence; err_has '--workers'; run 2 ingest -c x.modhunt --workers 0 evidence; err_has 'at least 1'

# ---- ingest

run 0 ingest -c a.modhunt evidence
out_is_empty; err_has '7 records: 5 loads, 1 process, 0 context, 1 other, 0 damaged'
[ "$(stat -c %a a.modhunt)" = 600 ] || fail 'the case is not private'
[ -e a.modhunt-wal ] && fail 'a -wal is left'
sum=$(sha256sum <evidence/sysmon.xml)
run 0 ingest -c a.modhunt evidence; err_has '1 file is in the case already and adds nothing'
[ "$sum" = "$(sha256sum <evidence/sysmon.xml)" ] || fail 'the evidence has changed'
run 0 ingest -c workers.modhunt --workers 1 evidence

# ---- hunt

header=$'_time\thost\tUser\tImage\tCommandLine\tImageLoaded\tSigned\tSignatureStatus\tHashes\tIsTempPath\tIsUNCPath\tIsSuspiciousLoader\tIsUnsigned\tSuspicionScore'
run 0 hunt -c a.modhunt --format tsv
[ "$(head -1 out)" = "$header" ] || fail 'the header of tsv'
[ "$(wc -l <out)" = 4 ] || fail 'the rows of tsv'
row=$'2024-01-02T10:00:01.000000Z\tWS01\tLAB\\bob\tC:\\Windows\\System32\\rundll32.exe\trundll32.exe evil.dll,Go --password=hunter2\t'$bad$'\tfalse\tUnavailable\t'$h1$'\t1\t0\t1\t1\t3'
[ "$(sed -n 2p out)" = "$row" ] || { fail 'the first row of tsv'; sed -n 2p out >&2; }
sed -n 3p out | grep -q $'no-sign.*\t\t\t\t0\t0\t0\t1\t1$' || fail 'a missing Signed prints empty and counts'
cp out first; run 0 hunt -c a.modhunt --format tsv; cmp -s out first || fail 'two hunts differ'
run 0 hunt -c workers.modhunt --format tsv; cmp -s out first || fail 'workers change the hunt'
for form in table csv tsv jsonl; do
    run 0 hunt -c a.modhunt --format $form; cp out first
    LC_ALL=C TZ=Asia/Tokyo run 0 hunt -c a.modhunt --format $form
    cmp -s out first || fail "$form depends on the locale or the zone"
done

# ---- a path that no map proves has its ? in the table, and in nothing for machines

call='arch=c000003e success=yes exit=3 ppid=1 pid=100 uid=1000 comm="x" exe="/usr/bin/python3.11"'
cat >inferred.log <<EOF
node=lnx type=SYSCALL msg=audit(1700000000.202:103): $call syscall=257 a0=ffffff9c a1=0 a2=80000 a3=0 items=1
node=lnx type=CWD msg=audit(1700000000.202:103): cwd="/home/u"
node=lnx type=PATH msg=audit(1700000000.202:103): item=0 name="/tmp/a.so" inode=5 dev=fe:00 mode=0100755 ouid=0 ogid=0 nametype=NORMAL
node=lnx type=SYSCALL msg=audit(1700000000.212:104): $call syscall=9 a0=0 a1=1000 a2=5 a3=812 items=0
node=lnx type=MMAP msg=audit(1700000000.212:104): fd=3 flags=0x812
EOF
run 0 ingest -c inferred.modhunt inferred.log
run 0 hunt -c inferred.modhunt; out_has ' ? /tmp/a.so'; err_has '1 path is inferred'
run 0 hunt -c a.modhunt; grep -q ' ? ' out && fail 'a proven path has a mark'
for form in tsv csv jsonl; do
    run 0 hunt -c inferred.modhunt --format $form; out_has '/tmp/a.so'
    grep -q '? /tmp' out err && fail "$form has the mark"
done

run 0 hunt -c a.modhunt --format csv
grep -q $'\r$' out || fail 'csv lines end with CR LF'
out_has "\"'=cmd.exe\""; out_has '"\\fs01\share\tool, ""x"".dll"'
out_has '--password=<redacted>'; err_has '1 secret'
grep -q hunter2 out && fail 'a secret in csv'
run 0 hunt -c a.modhunt --format csv --no-redact; out_has hunter2

valid_json() {
    local line n=0
    while IFS= read -r line; do
        printf %s "$line" >one
        [ "$(sqlite3 :memory: "SELECT json_valid(CAST(readfile('one') AS TEXT))")" = 1 ] \
            || fail "no JSON: $line"
        n=$((n + 1))
    done <out
    [ $n = "$1" ] || fail "$n JSON lines, not $1"
}
run 0 hunt -c a.modhunt --format jsonl; valid_json 3
keys=$(head -1 out >one; sqlite3 :memory: "SELECT group_concat(key, ' ') FROM json_each(CAST(readfile('one') AS TEXT))")
[ "$keys" = "_time host User Image CommandLine ImageLoaded Signed SignatureStatus Hashes IsTempPath IsUNCPath IsSuspiciousLoader IsUnsigned SuspicionScore ref IsKnownGoodDir Priority platform resolution recovered allowed_by reasons" ] || fail "the keys of jsonl: $keys"
out_has "\"ref\":\"${sum:0:12}:"; out_has '"platform":"windows"'; out_has '"recovered":0'
out_has '"SuspicionScore":3'; out_has '"Signed":null'; out_has '"Priority":3'; out_has '"reasons":"IsTempPath+SuspiciousLoader+Unsigned'; out_has '\u202e'

run 0 hunt -c a.modhunt
out_has Score; out_has evil.dll; out_has '<U+202E>'
grep -q "$(printf '\342\200\256')" out && fail 'a bidi control in the table'
for width in 60 80 100 132 200; do
    COLUMNS=$width run 0 hunt -c a.modhunt
    [ "$(wc -L <out)" -le $width ] || fail "a table of $width columns is too wide"
    out_has evil.dll
done
run 0 hunt -c a.modhunt --all --format tsv; [ "$(wc -l <out)" = 6 ] || fail '--all prints every load'
run 0 hunt -c a.modhunt --limit 1 --format tsv; [ "$(wc -l <out)" = 2 ] || fail '--limit'
run 0 hunt -c a.modhunt --sightings --format jsonl; valid_json 3; out_has '"loads":1'
run 0 hunt -c a.modhunt EVIL --format tsv; [ "$(wc -l <out)" = 2 ] || fail 'a filter without case'
run 0 hunt -c a.modhunt host:WS02 --format tsv; [ "$(wc -l <out)" = 3 ] || fail 'host:'
run 0 hunt -c a.modhunt hash:aaaabbbb --format tsv; [ "$(wc -l <out)" = 2 ] || fail 'hash:'
run 0 hunt -c a.modhunt hash:aaaabbbb host:WS02 --format tsv
[ "$(wc -l <out)" = 1 ] || fail 'two pivots'
err_has 'no hit, but 1 other load'
run 0 hunt -c a.modhunt hash:aaaabbbb host:WS02 --all --format tsv
[ "$(wc -l <out)" = 2 ] || fail 'a pivot over everything'
run 0 hunt -c a.modhunt nothing-like-this; err_has 'nothing in this case matches'
run 2 hunt -c a.modhunt hash:xyz; err_has 'column 6: xyz: a hash is written in hexadecimal digits'
run 2 hunt -c a.modhunt 'scor>=2'; err_has 'did you mean score?'
run 0 hunt -c a.modhunt 'module:evil.dll -host:nowhere score>=1' --format tsv; [ "$(wc -l <out)" = 2 ] || fail 'a filter'
run 2 hunt -c a.modhunt -module:x; err_has 'a filter that begins with'
run 0 hunt -c a.modhunt --format tsv -- -module:evil.dll; grep -q evil out && fail 'a filter that begins with -'
run 0 hunt --help; out_has 'FIELD:/REGEX/'; out_has 'CommandLine'
run 2 hunt -c a.modhunt --format yaml; err_has 'no format yaml'
run 2 hunt -c a.modhunt --limit 0; run 2 hunt -c a.modhunt --limit x
"$MODHUNT" hunt -c a.modhunt >/dev/full 2>err; [ $? = 3 ] || fail 'a full disk under stdout'
err_has 'could not be written'
"$MODHUNT" hunt -c a.modhunt --format tsv 2>err | true; [ -s err ] && fail 'a closed pipe is not quiet'

# ---- evidence, stack, sql, score

run 0 evidence -c a.modhunt; out_has sysmon.xml; out_has 'total of 2 files'; run 0 evidence -c workers.modhunt; out_has 'total of 1 file '
run 0 evidence -c a.modhunt --format jsonl; valid_json 2
keys=$(head -1 out >one; sqlite3 :memory: "SELECT group_concat(key, ' ') FROM json_each(CAST(readfile('one') AS TEXT))")
[ "$keys" = "path bundle format state sha256 bytes records loads processes context other damaged duplicates recovered reason" ] || fail "the keys of evidence: $keys"
out_has '"state":"complete"'; out_has '"state":"duplicate"'; out_has "\"sha256\":\"${sum:0:64}\""
for form in csv tsv; do run 0 evidence -c a.modhunt --format $form; out_has sysmon.xml; done
run 0 evidence -c a.modhunt; out_has 'WS02'; out_has 'processes, context'
run 0 evidence -c a.modhunt --hosts --format jsonl; valid_json 2
grep -F '"host":"WS01"' out | grep -qF '"loads":2,"recovered":0,"processes":1,"context":0,"files":1,"gaps":0,"missing":0' || fail 'a host'
grep -F '"host":"WS02"' out | grep -qF '"sha256":"some","sha1":"none"' || fail 'the hashes of a host'
run 0 evidence -c a.modhunt --channels --format jsonl; valid_json 2; out_has '"channel":"Microsoft-Windows-Sysmon/Operational","files":1,"records":3,"first":1,"last":3'
for n in 1170021493.977:293 1500021493.977:99293; do # serials of two boots are no numbers of one log
    printf 'type=SYSCALL msg=audit(%s): arch=c000003e syscall=2 success=yes exit=3 pid=10 exe="/bin/x" key=(null)\ntype=EOE msg=audit(%s):\n' $n $n > "audit.${n##*:}"
done
run 0 ingest -c serials.modhunt --host h audit.293 audit.99293
run 0 evidence -c serials.modhunt --channels --format jsonl; out_has '"last":99293,"gaps":0,"missing":0'
rm -f audit.293 audit.99293 serials.modhunt
run 2 evidence -c a.modhunt --hosts --channels; err_has 'one at a time'
run 2 evidence -c a.modhunt words

run 0 stack -c a.modhunt Image --format tsv
[ "$(head -1 out)" = $'Image\tloads\tsightings\thosts\tfirst_time\tlast_time\ttop_SuspicionScore' ] || fail 'the header of stack'
[ "$(sed -n 2p out | cut -f2)" = 1 ] || fail 'rarest first'
[ "$(tail -1 out | cut -f1,2)" = $'C:\\Windows\\explorer.exe\t3' ] || fail 'the most frequent last'
run 0 stack -c a.modhunt Image --most --format tsv
[ "$(sed -n 2p out | cut -f2)" = 3 ] || fail '--most'
run 0 stack -c a.modhunt signer --hits; out_has '(not logged)'
run 0 stack -c a.modhunt CommandLine --format csv; grep -q hunter2 out && fail 'a secret in a stack'
run 0 stack -c a.modhunt User --format jsonl; out_has '"User":"LAB\\bob"'
run 0 stack -c a.modhunt factors; out_has IsTempPath
run 2 stack -c a.modhunt; run 2 stack -c a.modhunt Sigature; err_has 'did you mean Signature?'
run 2 stack -c a.modhunt last_time

run 0 sql -c a.modhunt 'SELECT count(*) AS n FROM load' --format tsv
[ "$(cat out)" = $'n\n5' ] || fail 'sql'
run 0 sql -c a.modhunt "SELECT suspicion_score('C:\\Windows\\System32\\rundll32.exe', '$bad', 'false') AS s" --format jsonl
[ "$(cat out)" = '{"s":3}' ] || fail 'the score in sql'
run 0 sql -c a.modhunt 'SELECT id FROM load WHERE 0' --format tsv; [ "$(cat out)" = id ] || fail 'a heading without rows'
run 0 sql -c a.modhunt 'SELECT id FROM load' --limit 2 --format tsv; [ "$(wc -l <out)" = 3 ] || fail 'sql --limit'
before=$(sha256sum <a.modhunt)
for s in 'DELETE FROM load' "ATTACH 'x.db' AS x" 'PRAGMA user_version=9' 'SELECT load_extension(1)' 'SELEC' ''; do
    run 2 sql -c a.modhunt "$s"; out_is_empty
done
[ "$before" = "$(sha256sum <a.modhunt)" ] || fail 'sql has changed the case'
run 2 sql -c a.modhunt; run 2 sql -c a.modhunt SELECT 1

run 0 score 'C:\Windows\System32\rundll32.exe' "$bad" false
out_has 'SuspicionScore 3'; out_has 'a hit'; out_has '\AppData\Local\Temp\'
run 0 score 'C:\Windows\System32\rundll32.exe' "$bad" false --format jsonl
valid_json 1; out_has '"SuspicionScore":3'; out_has '"IsHit":1'
run 0 score x 'C:\Windows\System32\a.dll' --format jsonl; out_has '"SuspicionScore":1'; out_has '"IsHit":0'; out_has '"Signed":null'
run 0 score - /tmp/a.so; out_has 'linux'
run 0 score "$(printf 'a\377')" "$(printf '\033[2J\377')" false; grep -q "$(printf '\033')" out && fail 'an escape in score'
run 2 score; run 2 score a; run 2 score a b c d; run 2 score a b c --platform os2

# ---- without a terminal

run 0 evidence/sysmon.xml; err_has 'the case is sysmon.modhunt'; err_has 'modhunt hunt -c sysmon.modhunt'
run 3 sysmon.modhunt; err_has 'needs a terminal'
run 2 a.modhunt evidence; err_has 'modhunt ingest -c a.modhunt'
(cd evidence && run 0 . && grep -q "$HOME/.local/share/modhunt/evidence.modhunt" err) \
    || fail 'a case inside its evidence'
[ -f "$HOME/.local/share/modhunt/evidence.modhunt" ] || fail 'the XDG folder'
ls evidence/*.modhunt 2>/dev/null && fail 'a case lies in the evidence'
rm -f evidence/out evidence/err

# ---- stopped by a signal, and continued

if [ -x "${MODHUNT_GEN:-}" ]; then
    "$MODHUNT_GEN" evtx -n 30000 -o big.evtx
    "$MODHUNT" ingest -c stopped.modhunt big.evtx 2>err &
    for ((i = 0; i < 500; i++)); do # its first commit
        [ "$(stat -c %s stopped.modhunt-wal 2>/dev/null || echo 0)" -gt 100000 ] && break
        sleep 0.01
    done
    kill -TERM $!; wait $!; status=$?
    case $status in
    0) ;; # it was quicker than the signal
    3) err_has 'the same command continues'
       [ -f stopped.modhunt ] || fail 'a stopped ingest left no case'
       run 0 hunt -c stopped.modhunt --format tsv; err_has 'not all evidence is loaded yet' ;;
    *) fail "a stopped ingest ends with $status" ;;
    esac
    run 0 ingest -c stopped.modhunt big.evtx
    run 0 ingest -c whole.modhunt big.evtx; err_has '30,000 records'
    run 0 hunt -c stopped.modhunt --format tsv; cp out first
    run 0 hunt -c whole.modhunt --format tsv; cmp -s out first || fail 'stopped and continued is not the same'
    [ "$(wc -l <out)" -gt 1 ] || fail 'no hit in the generated evidence'
    # Standard input can't be read on: what a kill left open is closed by the next.
    mkfifo pipe
    "$MODHUNT" ingest -c piped.modhunt - <pipe 2>err &
    exec 9>pipe; cat big.evtx >&9
    for ((i = 0; i < 200; i++)); do
        sleep 0.05
        [ "$(sqlite3 'file:piped.modhunt?mode=ro' "SELECT records > 9 FROM evidence WHERE format = 'evtx'" 2>one)" = 1 ] && break
    done
    kill -9 $!; wait $! 2>/dev/null; exec 9>&-
    run 0 evidence -c piped.modhunt --format jsonl; out_has '"state":"reading"'
    run 1 ingest -c piped.modhunt evidence; err_has 'standard input was cut off'
    run 0 ingest -c piped.modhunt evidence
    run 0 evidence -c piped.modhunt; out_has 'standard input was cut off'
    run 0 evidence -c piped.modhunt --format jsonl; grep -q '"state":"reading"' out && fail 'standard input is read for ever'
    rm -f big.evtx
fi

# ---- bad input

run 3 ingest -c new.modhunt missing.evtx; err_has 'missing.evtx'; [ -e new.modhunt ] && fail 'a case for nothing'
mkdir empty; run 3 ingest -c new.modhunt empty; err_has 'no evidence'; [ -e new.modhunt ] && fail 'a case for an empty folder'
: >empty.evtx; run 1 ingest -c e1.modhunt empty.evtx; err_has 'the file is empty'
mkdir texts; echo hello >texts/a.txt; run 1 ingest -c e2.modhunt texts; err_has 'of no format that modhunt reads'
cp -r texts mixed; cp evidence/sysmon.xml mixed
printf 'regf' >mixed/SYSTEM; printf 'regf' >mixed/SAM; printf 'FILE0\0' >mixed/'$MFT'; : >mixed/empty
run 0 ingest -c e3.modhunt mixed; err_has '4 files are of no format'
run 0 evidence -c e3.modhunt; out_has ': 2 registry hives, 1 $MFT, 1 empty, 1 of no known format'
grep -q 'mixed/SAM' out && fail 'a hive has a line of its own'
run 0 evidence -c e3.modhunt --all; out_has mixed/SAM
run 0 evidence -c e3.modhunt --format jsonl; valid_json 6; out_has '"format":"registry hive"'
{ cat evidence/sysmon.xml; echo '<Event><System><Provider Name="x"/><EventID>7</Ev'; } >cut.xml
run 1 ingest -c e4.modhunt cut.xml; err_has 'cut.xml'; err_has 'damaged'
run 0 evidence -c e4.modhunt; out_has 'complete, 1 damaged'; out_has 'cut at the end of the file'
run 0 evidence -c e4.modhunt --problems --format jsonl; valid_json 1; out_has '"kind":"damaged","place":'
echo 'no case' >foreign.modhunt
run 3 hunt -c foreign.modhunt; err_has foreign.modhunt
run 3 ingest -c foreign.modhunt evidence; [ "$(cat foreign.modhunt)" = 'no case' ] || fail 'a foreign file has changed'
run 3 foreign.modhunt; err_has 'is not a case'
if command -v setpriv >/dev/null && [ "$(id -u)" = 0 ]; then
    cp a.modhunt shut.modhunt; chmod 0 shut.modhunt; chmod 755 .
    setpriv --reuid 65534 --regid 65534 --clear-groups "$MODHUNT" shut.modhunt >out 2>err </dev/null
    [ $? = 3 ] || fail 'a case that may not be read'
    err_has "shut.modhunt can't be read: Permission denied"; chmod 700 .
fi
sqlite3 other.db 'CREATE TABLE t(x)'; run 3 hunt -c other.db; run 3 ingest -c other.db evidence; run 3 other.db
run 3 hunt -c missing.modhunt; err_has missing.modhunt; [ -e missing.modhunt ] && fail 'a hunt made a case'
run 3 hunt -c evidence
cp a.modhunt newer.modhunt; sqlite3 newer.modhunt 'PRAGMA user_version=99'
run 3 hunt -c newer.modhunt; err_has newer; run 3 ingest -c newer.modhunt evidence
run 3 ingest -c no/folder/x.modhunt evidence
printf '\033]0;x\007' >"$(printf 'bad\033[2Jname.txt')"
run 1 ingest -c e5.modhunt "$(printf 'bad\033[2Jname.txt')"; run 0 evidence -c e5.modhunt
grep -q "$(printf '\033')" out err && fail 'an escape sequence got out'
run 3 "$(printf 'no\033[2Jname')"; grep -q "$(printf '\033')" err && fail 'an escape sequence in an error'
(ulimit -f 8; "$MODHUNT" ingest -c full.modhunt evidence >out 2>err; [ $? = 3 ]) || fail 'a file size limit'
[ -s err ] || fail 'a full disk is not told'
if [ "$(id -u)" != 0 ]; then
    mkdir ro; cp a.modhunt ro; chmod 500 ro
    run 0 hunt -c ro/a.modhunt; run 3 ingest -c ro/a.modhunt evidence; run 3 ingest -c ro/new.modhunt evidence
    cp evidence/sysmon.xml secret.xml; chmod 0 secret.xml
    run 1 ingest -c s.modhunt secret.xml evidence; err_has secret.xml
fi

[ $failures = 0 ] && echo 'all as it should be'
[ $failures = 0 ]
