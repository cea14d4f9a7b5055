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

# The same bytes once more: a row in the ledger, and nothing else.
"$MODHUNT" ingest -c evtx.modhunt evidence.evtx 2>err || fail "again: $(cat err)"
"$MODHUNT" hunt -c evtx.modhunt --format tsv 2>/dev/null | cmp - want.evtx || fail "a second run adds rows"

# The same events in two forms are the same loads.
cp evidence.xml copy.xml
"$MODHUNT" ingest -c evtx.modhunt copy.xml 2>err || fail "both forms: $(cat err)"
"$MODHUNT" hunt -c evtx.modhunt --format tsv 2>/dev/null | cmp - want.evtx || fail "the XML of an EVTX adds rows"
