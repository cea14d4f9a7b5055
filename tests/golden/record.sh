#!/usr/bin/env bash
# From refs back to evidence: the record that `modhunt record` prints is the one
# that the load was made of, whatever the form, out of archives too; and evidence
# that is gone, changed or moved is said so.
set -u
work=$(mktemp -d)
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
exec python3 "$(dirname "$0")/record.py" "${MODHUNT_SHARED:?}/corpora" "$work"
