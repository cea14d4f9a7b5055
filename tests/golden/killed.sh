#!/usr/bin/env bash
# An ingest that is killed at any moment and begun anew ends in the same case as
# one that was left alone, whatever the order and the number of workers.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$(dirname "$0")/killed.py" "$work" "${1:-50}" "${2:-1}"
