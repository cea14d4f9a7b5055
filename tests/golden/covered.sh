#!/usr/bin/env bash
# Every evidence file of the shared corpora, and every member of its bundles, is
# compared by a test, or stands in covered.py with the reason why not.
set -u
corpora=${MODHUNT_SHARED:?}/corpora
if [ ! -r "$corpora/GOLDEN_hits.tsv.gz" ]; then
    echo "the shared corpora are not here: nothing to compare with"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$(dirname "$0")/covered.py" "$corpora" "$work"
