#!/usr/bin/env bash
# The demonstration case: the five tests' rows stand on top, in the seed's order; the
# whole table equals the generator's answer; the planted hash leads to the second
# host; the ledger counts what is damaged.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "$1"; exit 1; }

"$MODHUNT_GEN" demo evidence --truth truth.json --rows want.tsv
status=0
"$MODHUNT" ingest -c demo.modhunt evidence 2>ingest.err || status=$?
[ $status -eq 1 ] || fail "ingest ended with $status where a damaged log asks for 1: $(cat ingest.err)"
"$MODHUNT" hunt -c demo.modhunt --format tsv >have.tsv 2>hunt.err || [ $? -eq 1 ]
diff want.tsv have.tsv || fail "the table differs from the generator's answer"

top=$(sed -n 2,6p have.tsv | awk -F '\t' '{ n = split($4, p, "[\\\\/]"); print p[n], $14 }')
[ "$top" = "rundll32.exe 3
regsvr32.exe 3
Python 2
python3.11 2
powershell.exe 2" ] || fail "the top rows are: $top"
[ "$(sed -n '7,$p' have.tsv | awk -F '\t' '$14 != 1' | wc -l)" -eq 0 ] || fail "noise reaches score 2"
grep -q 'df00tech-test-module.dll,DllMain' have.tsv || fail "rundll32 has no CommandLine"

hash=$(sed -n 2p have.tsv | grep -o 'SHA256=[0-9A-F]*' | head -n 1 | cut -d= -f2)
"$MODHUNT" hunt -c demo.modhunt --all --format tsv >all.tsv 2>/dev/null || [ $? -eq 1 ]
found=$(grep -F "$hash" all.tsv | awk -F '\t' '{ n = split($6, p, "\\"); print $2, p[n] }' | sort)
[ "$found" = "WS-DIRECTOR.harbor.example wlhelper.dll
WS-RECEPTION.harbor.example df00tech-test-module.dll" ] || fail "the planted hash leads to: $found"
! grep -F wlhelper.dll have.tsv || fail "the copy in System32 is a hit"

"$MODHUNT" query -c demo.modhunt t1129-tests --format tsv >tests.tsv 2>/dev/null ||
    fail "t1129-tests ended with $?"
! grep -P '^[1-5]\t.*\tmissing\t' tests.tsv || fail "signals of the tests are missing"
[ "$(grep -c '	found	' tests.tsv)" -ge 17 ] || fail "signals of the tests are missing: $(cat tests.tsv)"

"$MODHUNT" evidence -c demo.modhunt --format jsonl >ledger.jsonl
python3 - <<'PYTHON'
import json
truth = json.load(open('truth.json'))
rows = [json.loads(line) for line in open('ledger.jsonl')]
for key in ('records', 'loads', 'processes', 'context', 'other', 'damaged'):
    have = sum(r[key] for r in rows)
    assert have == truth[key], f'{key}: the ledger has {have}, the truth {truth[key]}'
by_path = {r['path'].split('evidence/')[-1]: r for r in rows}
sysmon = 'Microsoft-Windows-Sysmon%4Operational.evtx'
assert len(rows) == 14, f'{len(rows)} files in the ledger'
assert by_path['WS-LAB/' + sysmon]['damaged'] == 3
assert by_path['WS-HR/' + sysmon]['loads'] == 0 and by_path['WS-HR/' + sysmon]['processes'] > 20
assert by_path['LNX-BUILD/audit.log']['loads'] == 7
assert by_path['LNX-BUILD/audit.log']['state'] == 'complete'
mac = by_path['MAC-DESIGN/eslogger.json']
assert (mac['state'], mac['format'], mac['loads'], mac['processes'], mac['context']) == \
    ('complete', 'eslogger', 12, 3, 2), mac
PYTHON
