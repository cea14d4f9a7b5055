#!/usr/bin/env bash
# Whatever form the generator writes, the hunt prints its rows to the byte, and
# the ledger its counts; a second run adds nothing.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "$1"; exit 1; }

for form in evtx wec xml rootless utf16 nxlog evtxdump; do
    "$MODHUNT_GEN" $form -n 12000 --hosts 9 --evil 0.01 --seed 7 -o evidence.$form \
        --truth truth.$form --rows want.$form
    "$MODHUNT" ingest -c $form.modhunt evidence.$form 2>err || fail "$form: ingest: $(cat err)"
    "$MODHUNT" hunt -c $form.modhunt --format tsv >have.$form 2>err || fail "$form: $(cat err)"
    cmp want.$form have.$form || { diff want.$form have.$form | head -n 6; fail "$form: rows differ"; }
    "$MODHUNT" evidence -c $form.modhunt --format jsonl >ledger.$form
    for key in records loads processes context other damaged; do
        want=$(grep -o "\"$key\": [0-9]*" truth.$form | grep -o '[0-9]*$')
        have=$(grep -o "\"$key\": *[0-9]*" ledger.$form | grep -o '[0-9]*$')
        [ "$want" = "$have" ] || fail "$form: $key is $have, not $want"
    done
done

# Audit logs: their loads, whole paths and processes.
"$MODHUNT_GEN" auditd -n 12000 --hosts 5 --evil 0.05 --seed 7 -o audit.log --truth truth.audit --rows rows.audit
"$MODHUNT" ingest -c audit.modhunt audit.log 2>err || fail "auditd: ingest: $(cat err)"
"$MODHUNT" sql -c audit.modhunt --format tsv "SELECT moment_text(l.time), h.name, p.ProcessId, i.Image, m.ImageLoaded
    FROM load l JOIN sighting s ON s.id = l.sighting JOIN host h ON h.id = s.host JOIN pair r ON r.id = s.pair
    JOIN module m ON m.id = r.module JOIN image i ON i.id = r.image JOIN process p ON p.id = l.process
    ORDER BY l.place" | tail -n +2 >have.audit
tail -n +2 rows.audit | cmp - have.audit || fail "auditd: the loads differ"
"$MODHUNT" evidence -c audit.modhunt --format jsonl >ledger.audit
for key in records loads processes other; do
    want=$(grep -o "\"$key\": [0-9]*" truth.audit | grep -o '[0-9]*$')
    have=$(grep -o "\"$key\": *[0-9]*" ledger.audit | grep -o '[0-9]*$')
    [ "$want" = "$have" ] || fail "auditd: $key is $have, not $want"
done

# The same bytes once more: a row in the ledger, and nothing else.
"$MODHUNT" ingest -c evtx.modhunt evidence.evtx 2>err || fail "again: $(cat err)"
"$MODHUNT" hunt -c evtx.modhunt --format tsv 2>/dev/null | cmp - want.evtx || fail "a second run adds rows"

# The same events in two forms are the same loads.
cp evidence.xml copy.xml
"$MODHUNT" ingest -c evtx.modhunt copy.xml 2>err || fail "both forms: $(cat err)"
"$MODHUNT" hunt -c evtx.modhunt --format tsv 2>/dev/null | cmp - want.evtx || fail "the XML of an EVTX adds rows"
