#!/usr/bin/env bash
# An ingest that is killed in the middle, again and again, and begun anew ends in
# the same case as one that was left alone: nothing lost, nothing twice.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "$1"; exit 1; }

mkdir evidence
for host in 1 2 3; do
    "$MODHUNT_GEN" evtx -n 25000 --seed $host --hosts 3 -o evidence/$host.evtx
done
"$MODHUNT_GEN" xml -n 8000 --seed 9 -o evidence/9.xml
"$MODHUNT" ingest -c whole.modhunt evidence 2>/dev/null
"$MODHUNT" hunt -c whole.modhunt --all --format tsv >want

kills=0
for wait in 0.03 0.06 0.09 0.12 0.15 0.18 0.21 0.25 0.3 0.35 0.4 0.5; do
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
"$MODHUNT" evidence -c killed.modhunt --format jsonl >ledger
! grep -vE '"state":"(complete|duplicate)"' ledger || fail "a file is not complete"
[ "$kills" -ge 5 ] || fail "only $kills kills met a running ingest: it proves little"
echo "$kills kills"
