#!/usr/bin/env bash
# An ingest that is killed inside of bundles, again and again, and begun anew ends
# in the same case as one that was left alone; a bundle's reader never outlives it.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "$1"; exit 1; }

mkdir evidence made
for host in 1 2 3; do
    "$MODHUNT_GEN" evtx -n 15000 --seed $host --hosts 3 -o made/$host.evtx
done
"$MODHUNT_GEN" xml -n 8000 --seed 9 -o made/9.xml
python3 - <<'PYTHON'
import gzip, tarfile, zipfile
with zipfile.ZipFile('made/inner.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.write('made/2.evtx'), z.write('made/9.xml')
with zipfile.ZipFile('evidence/a.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.write('made/1.evtx'), z.write('made/inner.zip'), z.writestr('note', 'no evidence')
with tarfile.open('evidence/b.tar.gz', 'w:gz', compresslevel=1) as t:
    t.add('made/3.evtx'), t.add('made/9.xml')
PYTHON
"$MODHUNT" ingest -c whole.modhunt evidence 2>/dev/null
"$MODHUNT" hunt -c whole.modhunt --all --format tsv >want
[ "$(wc -l <want)" -gt 10000 ] || fail "there is little to compare: $(wc -l <want) rows"
ledger() {
    "$MODHUNT" evidence -c "$1" --format jsonl | python3 -c '
import json, sys
keys = "bundle path format state sha256 bytes records loads processes context other damaged recovered"
for line in sorted(json.dumps([json.loads(l)[k] for k in keys.split()]) for l in sys.stdin):
    print(line)'
}
ledger whole.modhunt >want.ledger

kills=0
for wait in 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5 0.6 0.7; do
    "$MODHUNT" ingest -c killed.modhunt evidence 2>/dev/null &
    pid=$!
    sleep $wait
    if kill -9 $pid 2>/dev/null; then
        kills=$((kills + 1))
    fi
    wait $pid 2>/dev/null || true
done
status=0
"$MODHUNT" ingest -c killed.modhunt evidence 2>err || status=$?
[ $status -eq 0 ] || fail "after $kills kills it ended with $status: $(cat err)"
"$MODHUNT" hunt -c killed.modhunt --all --format tsv >have
cmp want have || fail "after $kills kills the loads differ: $(wc -l <have) rows, not $(wc -l <want)"
# What was whole before the last run is told once more as a duplicate; nothing else may differ.
ledger killed.modhunt | grep -v '"duplicate"' >have.ledger
grep -v '"duplicate"' want.ledger >want.whole
diff want.whole have.ledger || fail "after $kills kills the ledger differs"
[ "$kills" -ge 5 ] || fail "only $kills kills met a running ingest: it proves little"
echo "$kills kills"
