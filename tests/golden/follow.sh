#!/usr/bin/env bash
# Files that grow, are rotated in each way, cut short in the middle of a record,
# and whose follower is killed and begun anew: the case ends as that of a file
# which was read at once, and no row is there twice.
set -u
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec python3 "$(dirname "$0")/follow.py" "$work" "$@"
