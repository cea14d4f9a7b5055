#!/usr/bin/env bash
# What the documents name is there: each file, each test, each link.
set -eu
cd "${MODHUNT_SOURCE:?}"
bad=0
says() { echo "$1"; bad=1; }

for file in $(grep -ohE '`[a-z]+/[a-z_]+\.[a-z]+`' docs/security.md CONTRIBUTING.md README.md | tr -d '`' | sort -u); do
    case $file in ingest/NAME.c | tests/unit/test_NAME.c) continue ;; esac
    [ -e "$file" ] || says "the documents name $file, which is not there"
done
for test in $(grep -oE '`golden/[a-z_]+`' docs/security.md | tr -d '`' | sort -u); do
    [ -e "tests/$test.sh" ] || says "docs/security.md names $test, which is not there"
done
while read -r unit names; do
    [ -e "tests/unit/$unit.c" ] || { says "docs/security.md names $unit, which is not there"; continue; }
    for name in $names; do
        grep -qw "$name" "tests/unit/$unit.c" || says "docs/security.md names $unit: $name, which is not there"
    done
done < <(grep -oE '`test_[a-z_0-9]+(: [a-z_0-9]+)?`(, `[a-z_0-9]+`)*' docs/security.md | tr -d '`:,')
for link in $(grep -ohE '\]\([A-Za-z/._-]+\)' README.md CONTRIBUTING.md | tr -d '])('); do
    [ -e "$link" ] || says "a link leads to $link, which is not there"
done
exit $bad
