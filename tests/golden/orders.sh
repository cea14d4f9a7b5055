#!/usr/bin/env bash
# One log in three forms, loaded in each of the six orders, is one and the same
# case; what repeats in one file stays, and what overlaps counts once.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$(dirname "$0")/orders.py" "$work" "${MODHUNT_SHARED:-/nowhere}/corpora"
