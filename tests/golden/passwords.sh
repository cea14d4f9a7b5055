#!/usr/bin/env bash
# Encrypted archives, wherever they lie, are asked for at a terminal: nothing is
# shown or kept of a password, and a wrong one is asked for again.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$(dirname "$0")/passwords.py" "$work"
