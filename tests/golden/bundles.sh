#!/usr/bin/env bash
# Every archive of the shared corpora, hostile ones too, each in a case of its own
# as it is: the ledger has each member with its counts, the hunt the golden rows.
set -u
corpora=${MODHUNT_SHARED:?}/corpora
if [ ! -r "$corpora/GOLDEN_hits.tsv.gz" ]; then
    echo "the shared corpora are not here: nothing to compare with"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec python3 "$(dirname "$0")/bundles.py" "$corpora" "$work"
