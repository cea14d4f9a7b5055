#!/usr/bin/env bash
# Our decoded fields equal those that `ausearch -i` prints, but for the differences
# of the table in docs/auditd.md, each of which is met.
set -u
: "${MODHUNT:?}" "${MODHUNT_SOURCE:?}"
if ! command -v ausearch >/dev/null; then
    echo "ausearch is not here: nothing to compare with"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec python3 "$(dirname "$0")/ausearch.py" "$work" "${MODHUNT_SHARED:-}"
