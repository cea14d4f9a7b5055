#!/usr/bin/env bash
# Installs the Debian 12 packages that are missing, from the mirrors that this
# machine already uses; `scripts/setup.sh build`, `test` or `bench` says for what.
#
# A second run asks dpkg alone and is done in a moment.  Needs root or sudo only
# where something is missing.
set -euo pipefail

build=(ninja-build cmake gcc libc6-dev pkg-config libncurses-dev libsqlite3-dev libpcre2-dev
       libxml2-dev libarchive-dev libssl-dev libyaml-dev libseccomp-dev)
tests=(git libcmocka-dev libvterm-dev clang libclang-rt-14-dev sqlite3 strace python3 mandoc dpkg-dev auditd)
bench=(libevtx-utils libevtx-dev libyajl-dev libauparse-dev auditd)

case ${1:-build} in
build) wanted=("${build[@]}") ;;
test) wanted=("${build[@]}" "${tests[@]}") ;;
bench) wanted=("${build[@]}" "${bench[@]}") ;;
*) echo "usage: scripts/setup.sh [build|test|bench]" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
    echo "setup: this is no Debian: these packages, or their like, must be there: ${wanted[*]}" >&2
    exit 0
fi

installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null |
            awk '$2 == "installed" { print $1 }' || true)
missing=()
for package in "${wanted[@]}"; do
    grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "setup: installing ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: neither root nor sudo; as root: apt-get install ${missing[*]}" >&2
        exit 3
    fi
    as_root=(sudo)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# RUNLEVEL=1: of auditd we want ausearch to compare with, not its service.
if ! { "${as_root[@]}" apt-get -q update &&
       "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
           apt-get -q -y --no-install-recommends install "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "setup: apt-get could not install ${missing[*]}" >&2
    exit 3
fi
