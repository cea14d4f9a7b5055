#!/usr/bin/env bash
# Hosts of records that name none, and hosts renamed and merged: two archives stay
# two hosts in either order; an undo restores the case to the row; copies in files
# of two names count once after a merge; evidence that comes later finds its host.
set -eu

mh=${MODHUNT:?}
work=$(mktemp -d "${TMPDIR:-/tmp}/modhunt-hosts-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "hosts: $*" >&2
    exit 1
}

# record HOST N [NUMBER]: a load at second N, and a file dropped by its process
record() {
    host=${1:+,\"Computer\":\"$1\"}
    number=${3:+,\"EventRecordID\":$3}
    printf '{"EventID":7,"Channel":"Microsoft-Windows-Sysmon/Operational","Provider":"Microsoft-Windows-Sysmon"%s%s,"UtcTime":"2024-05-01 10:00:%02d.000","ProcessGuid":"{C2494F38-C6EB-630F-0872-0000000000%02d}","ProcessId":"%s","User":"CORP\\\\u","Image":"C:\\\\Windows\\\\System32\\\\rundll32.exe","ImageLoaded":"C:\\\\Temp\\\\x%s.dll","Signed":"false"}\n' "$host" "$number" "$2" "$2" "$2" "$(($2 % 4))"
    printf '{"EventID":11,"Channel":"Microsoft-Windows-Sysmon/Operational","Provider":"Microsoft-Windows-Sysmon"%s%s,"UtcTime":"2024-05-01 10:00:%02d.500","ProcessGuid":"{C2494F38-C6EB-630F-0872-0000000000%02d}","ProcessId":"%s","Image":"C:\\\\Windows\\\\System32\\\\rundll32.exe","TargetFilename":"C:\\\\Temp\\\\x%s.dll"}\n' "$host" "${3:+,\"EventRecordID\":$(($3 + 1))}" "$2" "$2" "$2" "$(($2 % 4))"
    printf '{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Provider":"Microsoft-Windows-Sysmon"%s%s,"UtcTime":"2024-05-01 09:00:%02d.500","ProcessGuid":"{C2494F38-C6EB-630F-0872-0000000000%02d}","ProcessId":"%s","Image":"C:\\\\Windows\\\\System32\\\\rundll32.exe","CommandLine":"rundll32 x%s"}\n' "$host" "${3:+,\"EventRecordID\":$(($3 + 2))}" "$2" "$2" "$2" "$2"
}

records() { # HOST FROM TO [numbered]
    i=$2
    while [ "$i" -le "$3" ]; do
        record "$1" "$i" "${4:+$((i * 3))}"
        i=$((i + 1))
    done
}

dump() { # CASE
    "$mh" hunt -c "$1" --all --recovered --include-allowed --format jsonl 2>/dev/null
    "$mh" evidence -c "$1" --format jsonl
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM sightings ORDER BY id'
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM process ORDER BY id'
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM context ORDER BY id'
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM load ORDER BY id'
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM copy ORDER BY kind, row, evidence'
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM pair ORDER BY id'
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM host ORDER BY id'
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM sighting_user ORDER BY 1, 2'
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM extent ORDER BY 1, 2, 3'
    "$mh" sql -c "$1" --format tsv 'SELECT * FROM process_record ORDER BY 1'
}

add() { "$mh" ingest -c "$@" 2>/dev/null || fail "ingest $* ended with $?"; }

count() { # CASE SELECT
    "$mh" sql -c "$1" --format tsv "$2" | tail -1
}

# ---- two archives of hosts that their records don't name ----
mkdir a b
records '' 1 6 > a/log.json
records '' 3 9 > b/log.json
(cd a && tar cf ../hostA.tar log.json)
(cd b && tar cf ../uac-web-01-linux-20240501101010.tar log.json)
add ab.modhunt hostA.tar uac-web-01-linux-20240501101010.tar
add ba.modhunt uac-web-01-linux-20240501101010.tar
"$mh" hunt -c ba.modhunt --all --format jsonl > b.alone 2>/dev/null
add ba.modhunt hostA.tar
add a.modhunt hostA.tar
"$mh" hunt -c a.modhunt --all --format jsonl > a.alone 2>/dev/null
for c in ab ba; do
    "$mh" hunt -c $c.modhunt --all --format jsonl host:hosta 2>/dev/null | cmp - a.alone \
        || fail "the loads of hostA changed in $c"
    "$mh" hunt -c $c.modhunt --all --format jsonl host:web-01 2>/dev/null | cmp - b.alone \
        || fail "the loads of web-01 changed in $c"
    "$mh" hunt -c $c.modhunt --all --format jsonl > $c.all 2>/dev/null
done
cmp ab.all ba.all || fail 'the order of two archives matters'
grep -q '"host":"~web-01"' ab.all || fail 'the name of the collection is not shown with ~'

# ---- what is said late is shown all the same ----
mkdir v && cp a/log.json v/a.json && printf '{"Hostname":"SAID01"}' > v/z.json
cp v/z.json v/client_info.json && rm v/z.json
(cd v && tar cf ../thing.tar a.json client_info.json && tar cf ../gniht.tar client_info.json a.json)
for t in thing gniht; do
    add $t.modhunt $t.tar
    "$mh" stack -c $t.modhunt host --format tsv | grep -q '^~SAID01' || fail "$t: not SAID01"
done

# ---- --host and --time-zone ----
add given.modhunt --host WS9 a
"$mh" stack -c given.modhunt host --format tsv | grep -q '^~WS9' || fail '--host'
records ws9 20 21 > ws9.json
add given.modhunt ws9.json
"$mh" stack -c given.modhunt host --format tsv | grep -q '^WS9.*8' || fail '--host joins its records'
for bad in '' '~x' 'a b'; do
    "$mh" ingest -c no.modhunt --host "$bad" a 2>err && fail "--host '$bad' was taken"
    grep -q 'WS01' err || fail "--host '$bad' is not explained"
done
"$mh" ingest -c no.modhunt --time-zone Berln a 2>err && fail '--time-zone Berln was taken'
grep -q 'Europe/Berlin' err || fail '--time-zone is not explained'

# ---- merge: two exports of one log that call the host differently ----
records WS01 1 20 numbered > short.json
records ws01.corp.example 11 30 numbered > long.json
records ws01.corp.example 1 30 numbered > one.json
add m.modhunt short.json long.json
"$mh" host -c m.modhunt 2>err > list
grep -q 'may be one host' err || fail 'near names are not told'
dump m.modhunt > before
cp m.modhunt apart.modhunt
"$mh" host merge -c m.modhunt WS01 WS01.CORP.EXAMPLE --reason 'the same' 2>err || fail "merge: $(cat err)"
dump m.modhunt > merged
cmp -s before merged && fail 'the merge changed nothing'
[ "$(count m.modhunt 'SELECT count(*) FROM load')" = 30 ] || fail 'copies were not joined: loads'
[ "$(count m.modhunt 'SELECT count(*) FROM context')" = 30 ] || fail 'copies were not joined: context'
[ "$(count m.modhunt 'SELECT count(*) FROM process_record')" = 30 ] || fail 'copies were not joined: starts'
[ "$(count m.modhunt 'SELECT count(*) FROM process')" = 30 ] || fail 'processes were not joined'
[ "$(count m.modhunt 'SELECT sum(loads) FROM sighting')" = 30 ] || fail 'sightings'
[ "$(count m.modhunt 'SELECT max(hosts) FROM pair')" = 1 ] || fail 'hosts of pairs'
[ "$(count m.modhunt 'SELECT sum(loads) + sum(context) + sum(processes) FROM evidence')" = 90 ] || fail 'the ledger'
[ "$(count m.modhunt 'SELECT count(*) FROM evidence WHERE records <> loads + processes + context + other + damaged + duplicates')" = 0 ] \
    || fail 'the ledger does not add up'
add one.modhunt one.json
"$mh" hunt -c one.modhunt --all --format tsv > want 2>/dev/null
"$mh" hunt -c m.modhunt --all --format tsv 2>/dev/null | cmp - want || fail 'merged is not as one from the start'
"$mh" hunt -c m.modhunt --all --format tsv host:WS01 2>/dev/null | cmp - want || fail 'the old name finds nothing'

"$mh" host undo -c m.modhunt 2>err || fail "undo: $(cat err)"
dump m.modhunt > after
cmp before after || fail 'undo did not restore the case'
"$mh" host redo -c m.modhunt 2>err || fail "redo: $(cat err)"
dump m.modhunt | cmp - merged || fail 'redo is not the merge'
"$mh" host undo -c m.modhunt 2>/dev/null
dump m.modhunt | cmp - before || fail 'the second undo did not restore the case'
"$mh" host log -c m.modhunt --format tsv | cut -f3 | tr '\n' ' ' | grep -q 'merge undo redo undo' || fail 'log'

# ---- other evidence in between does not matter, its own does ----
"$mh" host merge -c m.modhunt WS01 ws01.corp.example 2>/dev/null
records OTHER 1 9 numbered > other.json
add m.modhunt other.json
"$mh" host undo -c m.modhunt 2>err || fail "undo behind another host: $(cat err)"
add apart.modhunt other.json
for c in m apart; do "$mh" hunt -c $c.modhunt --all --format jsonl > $c.hunt 2>/dev/null; done
cmp m.hunt apart.hunt || fail 'undo behind another host is not exact'
[ "$(count m.modhunt 'SELECT max(hosts) FROM pair')" = 3 ] || fail 'hosts of pairs after undo'
"$mh" host redo -c m.modhunt 2>/dev/null || fail 'redo behind another host'
records ws01 31 33 numbered > later.json
add m.modhunt later.json
add m.modhunt later.json
[ "$(count m.modhunt 'SELECT count(*) FROM host WHERE merged_into IS NULL')" = 2 ] || fail 'the old name made a host'
[ "$("$mh" hunt -c m.modhunt --all --format tsv host:ws01 2>/dev/null | wc -l)" = 34 ] || fail 'later evidence went elsewhere'
"$mh" host undo -c m.modhunt 2>err && fail 'a merge was undone that later evidence relies on'
grep -q 'has come in since' err || fail "the refusal does not say why: $(cat err)"

# ---- rename ----
dump ab.modhunt > before
"$mh" host rename -c ab.modhunt hosta WS-A 2>err || fail "rename: $(cat err)"
"$mh" hunt -c ab.modhunt --all --format tsv host:ws-a 2>/dev/null | grep -q '~WS-A' || fail 'rename is not shown'
"$mh" host rename -c ab.modhunt ws-a WS-B 2>/dev/null
"$mh" host rename -c ab.modhunt ws-b web-01 2>err && fail 'a name was given twice'
grep -q 'merge' err || fail 'merge is not named'
"$mh" host undo -c ab.modhunt 2>/dev/null
"$mh" stack -c ab.modhunt host --format tsv | grep -q '^~WS-A' || fail 'undo goes to the name before'
"$mh" host undo -c ab.modhunt 2>/dev/null
dump ab.modhunt | cmp - before || fail 'undo of a rename'
"$mh" host undo -c ab.modhunt 2>err && fail 'nothing was undone'
grep -q 'nothing to undo' err || fail 'that there is nothing to undo is not said'

# ---- what is off is said ----
"$mh" host merge -c ab.modhunt nowhere hosta 2>err && fail 'nowhere was merged'
grep -q 'no host nowhere' err || fail 'an unknown host is not said'
"$mh" host merge -c ab.modhunt hosta HostA 2>err && fail 'one host was merged with itself'
"$mh" host mrege -c ab.modhunt a b 2>err && fail 'mrege'
grep -q 'did you mean host merge' err || fail 'the nearest word is not told'
"$mh" hunt -c ab.modhunt host:hosta1 2>err >/dev/null || fail 'hunt for an unknown host'
grep -q 'did you mean' err || fail 'hunt does not tell the nearest host'
echo 'hosts: all well'
