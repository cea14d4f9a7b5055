#!/bin/bash
# Every example of docs/sql.md is answered, by a case of the demonstration, and
# where the demonstration has the answer it has rows.
set -u
: "${MODHUNT:?}" "${MODHUNT_GEN:?}" "${MODHUNT_SOURCE:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
"$MODHUNT_GEN" demo demo >log 2>&1 || { cat log; exit 1; }
"$MODHUNT" ingest -c demo.modhunt demo >log 2>&1
[ $? -le 1 ] || { cat log; exit 1; }

awk '/^```sql/ { n++; on = 1; next } /^```/ { on = 0 } on { print > ("example" n) }' \
    "$MODHUNT_SOURCE/docs/sql.md"
status=0 count=0
for example in example*; do
    count=$((count + 1))
    if ! "$MODHUNT" sql -c demo.modhunt "$(cat "$example")" --format tsv >out 2>err; then
        cat "$example" err
        status=1
    elif [ "$(wc -l <out)" -lt 2 ]; then
        echo "no rows:"
        cat "$example"
        status=1
    fi
done
[ $count -ge 6 ] || { echo "only $count examples found"; exit 1; }
exit $status
