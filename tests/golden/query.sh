#!/bin/bash
# `modhunt query`: the list, one shown, one asked with an argument, what a case
# lacks, the analyst's own queries and hostile ones, and the exit status of each.
set -u
: "${MODHUNT:?}" "${MODHUNT_SOURCE:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export XDG_CONFIG_HOME=$work/config
fail() { echo "$1"; cat out err; exit 1; }
# expect STATUS WORDS...: runs `modhunt query`.
expect() {
    want=$1
    shift
    "$MODHUNT" query "$@" >out 2>err
    have=$?
    [ $have -eq "$want" ] || fail "query $*: status $have, not $want"
}
made=$MODHUNT_SOURCE/tests/catalogue
sed 's/WS1/WS8/g; s/WS2/WS9/g' "$made/blind-hosts.jsonl" >blind.jsonl
"$MODHUNT" ingest -c case.modhunt "$made/drop-then-load.jsonl" blind.jsonl >out 2>&1 ||
    fail "no case"

expect 0 --list --format tsv
[ "$(wc -l <out)" -gt 34 ] || fail "the list is short"
expect 0 --show drop-then-load
grep -q '^argument *seconds=500 ' out && grep -q '^FROM context c' out || fail "not shown"
expect 0 -c case.modhunt drop-then-load --format tsv
[ "$(wc -l <out)" -eq 2 ] || fail "drop-then-load"
expect 0 -c case.modhunt drop-then-load seconds=3600 --format csv
[ "$(wc -l <out)" -eq 3 ] || fail "seconds=3600 finds the late one, too"
expect 0 -c case.modhunt drop-then-load seconds=1 --format jsonl
grep -q 'nothing found' err && [ ! -s out ] || fail "nothing is said to be found"
grep -q 'module loads: asked of 2 of 4 hosts' err || fail "who was not asked is not said"
expect 3 -c case.modhunt injected
grep -q 'holds no remote threads (Sysmon Event ID 8)' err && [ ! -s out ] || fail "lacks"
expect 2 -c case.modhunt drop-then-laod
grep -q 'did you mean drop-then-load' err || fail "near name"
expect 2 -c case.modhunt drop-then-load second=5
grep -q 'did you mean seconds' err || fail "near argument"
expect 2 -c case.modhunt drop-then-load seconds=soon
expect 2 -c case.modhunt seed-hits a=b
expect 2
expect 2 seed-hits
expect 3 -c missing.modhunt seed-hits

own=$XDG_CONFIG_HOME/modhunt/queries
mkdir -p "$own"
printf -- '-- name: mine\n-- question: how many?\n-- arg: n = 5: a number\nSELECT :n AS n, count(*) AS loads FROM load\n' >"$own/mine.sql"
expect 0 -c case.modhunt mine n=7 --format tsv
[ "$(tail -n 1 out)" = "7	6" ] || fail "my own"
expect 0 --list
grep -q '^mine ' out || fail "my own is not listed"

printf -- '-- name: wipe\n-- question: q\nDELETE FROM load\n' >"$own/wipe.sql"
printf -- '-- name: out\n-- question: q\nATTACH "/tmp/x" AS x\n' >"$own/out.sql"
printf -- '-- name: esc\n-- question: \033]0;x\007\nSELECT 1\n' >"$own/esc.sql"
printf 'not a query' >"$own/plain.sql"
head -c 70000 /dev/zero | tr '\0' ' ' >"$own/big.sql"
ln -s /etc/passwd "$own/link.sql"
mkfifo "$own/pipe.sql"
mkdir "$own/folder.sql"
printf -- '-- name: seed-hits\n-- question: q\nSELECT 1\n' >"$own/seed.sql"
expect 0 --list
for file in plain big link pipe folder seed; do
    grep -q "left out: .*$file.sql" err || fail "$file.sql is not left out"
done
! grep -q passwd out err || fail "a link was followed"
before=$(sha256sum case.modhunt)
expect 2 -c case.modhunt wipe
grep -q 'wipe: only SELECT may be asked here: DELETE is not allowed' err || fail "wipe"
expect 2 -c case.modhunt out
grep -q 'ATTACH is not allowed' err || fail "attach"
[ "$before" = "$(sha256sum case.modhunt)" ] || fail "the case has changed"
expect 0 --show esc
! grep -q "$(printf '\033')" out || fail "an escape reaches the terminal"
