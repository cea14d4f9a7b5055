#!/bin/bash
# The Sigma rule finds what the detection finds: in made rows, but for the case of
# Signed, and in every row of the corpora.
set -u
: "${MODHUNT:?}" "${MODHUNT_SOURCE:?}" "${MODHUNT_SHARED:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$MODHUNT" guide sigma >"$work/rule.yml" || exit 1
cmp "$work/rule.yml" "$MODHUNT_SOURCE/queries/t1129.yml" || exit 1
exec python3 "$MODHUNT_SOURCE/tests/golden/sigma.py" "$work/rule.yml" "$MODHUNT" \
    "$MODHUNT_SHARED/corpora/GOLDEN_eid7.tsv.gz"
