#!/usr/bin/env bash
# Every JSON and syslog file of the shared corpora, those inside archives too, each
# in a case of its own: the hunt equals the golden rows, the ledger the counts.
set -u
corpora=${MODHUNT_SHARED:?}/corpora
if [ ! -r "$corpora/GOLDEN_hits.tsv.gz" ]; then
    echo "the shared corpora are not here: nothing to compare with"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec python3 "$(dirname "$0")/forms.py" "$corpora" "$work"
