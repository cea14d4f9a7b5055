#!/usr/bin/env bash
# Several modhunts at one case: two ingests take turns, a killed one holds nobody
# up, and readers and a console beside an ingest change nothing in what it makes.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$(dirname "$0")/together.py" "$work"
