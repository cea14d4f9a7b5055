#!/usr/bin/env bash
# Archives that somebody made to hurt: nothing is written, nothing hangs, memory is
# bounded, and the ledger says what became of each member.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$(dirname "$0")/hostile_bundles.py" "$work"
