#!/usr/bin/env bash
# Whatever is wrong with what modhunt is given: a sentence that names it, the
# right exit status, and everything else left as it was.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
chmod 755 "$work"
cp "$MODHUNT" "$work/modhunt" # where an unprivileged user may run it
cd "$work"
mh=$work/modhunt
bad=0

# expect NAME STATUS 'WORDS ON STDERR' COMMAND...
expect() {
    local name=$1 want=$2 words=$3 have=0
    shift 3
    "$@" >out 2>err </dev/null || have=$?
    if [ "$have" -ne "$want" ]; then
        echo "$name: status $have, not $want: $(head -n 3 err)"
        bad=1
    elif ! grep -qiE -- "$words" err && [ -n "$words" ]; then
        echo "$name: stderr says not '$words' but: $(head -n 3 err)"
        bad=1
    elif [ "$want" -ge 2 ] && [ -s out ]; then
        echo "$name: something went to stdout: $(head -n 2 out)"
        bad=1
    fi
}
unchanged() { # NAME FILE SUM
    [ "$(sha256sum <"$2")" = "$3" ] || { echo "$1: $2 was changed"; bad=1; }
}
absent() {
    [ ! -e "$2" ] || { echo "$1: $2 was left behind"; bad=1; }
}

"$MODHUNT_GEN" evtx -n 3000 -o good.evtx
"$mh" ingest -c good.modhunt good.evtx 2>/dev/null

# usage: status 2
expect 'no word at all' 2 'modhunt EVIDENCE' "$mh"
expect 'an unknown command' 2 'hnut.*hunt' "$mh" hnut
expect 'an unknown option' 2 'frmat.*format' "$mh" hunt -c good.modhunt --frmat tsv
expect 'an unknown format' 2 'xlsx' "$mh" hunt -c good.modhunt --format xlsx
expect 'no case' 2 '-c CASE' "$mh" hunt
expect 'no evidence' 2 'evidence' "$mh" ingest -c new.modhunt
absent 'no evidence' new.modhunt

# evidence
expect 'a missing file' 3 'missing\.evtx' "$mh" ingest -c new.modhunt missing.evtx
absent 'a missing file' new.modhunt
expect 'a missing file beside a good one' 3 'missing\.evtx' "$mh" ingest -c new.modhunt good.evtx missing.evtx
absent 'a missing file beside a good one' new.modhunt
: >empty.evtx
expect 'an empty file' 1 'empty' "$mh" ingest -c a.modhunt empty.evtx
mkdir -p folder/below
expect 'a folder without files' 3 'no evidence' "$mh" ingest -c b.modhunt folder
echo 'dear diary' >folder/below/diary.txt
expect 'a folder without evidence' 1 'none is of a format|no evidence|no format' "$mh" ingest -c c.modhunt folder
head -c 100000 good.evtx >cut.evtx
expect 'a file cut short' 1 'cut\.evtx' "$mh" ingest -c d.modhunt cut.evtx
mkfifo pipe
expect 'a pipe does not hang it' 1 'pipe|no evidence|nothing' timeout 10 "$mh" ingest -c e.modhunt folder pipe

# cases
sum=$(sha256sum <good.evtx)
expect 'a missing case' 3 'absent\.modhunt' "$mh" hunt -c absent.modhunt
absent 'a missing case' absent.modhunt
expect 'evidence taken for a case' 3 'good\.evtx' "$mh" hunt -c good.evtx
expect 'evidence taken for a case to fill' 3 'good\.evtx' "$mh" ingest -c good.evtx cut.evtx
unchanged 'evidence taken for a case' good.evtx "$sum"
expect 'a folder taken for a case' 3 'folder' "$mh" hunt -c folder
sqlite3 other.db 'CREATE TABLE mine (x); INSERT INTO mine VALUES (1)'
sum=$(sha256sum <other.db)
expect "somebody else's database" 3 'other\.db' "$mh" hunt -c other.db
expect "somebody else's database to fill" 3 'other\.db' "$mh" ingest -c other.db good.evtx
unchanged "somebody else's database" other.db "$sum"
cp good.modhunt newer.modhunt
sqlite3 newer.modhunt 'PRAGMA user_version = 999'
sum=$(sha256sum <newer.modhunt)
expect 'a case of a newer version' 3 'newer\.modhunt.*new|newer\.modhunt.*version' "$mh" hunt -c newer.modhunt
unchanged 'a case of a newer version' newer.modhunt "$sum"
cp good.modhunt trigger.modhunt
sqlite3 trigger.modhunt 'CREATE TRIGGER t AFTER INSERT ON allow BEGIN DELETE FROM load; END'
expect 'a case with a trigger' 3 'trigger\.modhunt' "$mh" hunt -c trigger.modhunt
head -c 5000 good.modhunt >torn.modhunt
expect 'a torn case' 3 'torn\.modhunt' "$mh" hunt -c torn.modhunt

# a read-only folder: an existing case opens, a new one is an error
mkdir readonly
cp good.modhunt readonly/
chmod 444 readonly/good.modhunt
chmod 555 readonly
as_user=()
[ "$(id -u)" -ne 0 ] || as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
chmod 644 good.evtx
expect 'a case in a read-only folder' 0 '' "${as_user[@]}" "$mh" hunt -c readonly/good.modhunt --limit 3
[ "$(wc -l <out)" -ge 2 ] || { echo 'a case in a read-only folder: no rows'; bad=1; }
expect 'a new case in a read-only folder' 3 'readonly' "${as_user[@]}" "$mh" ingest -c readonly/new.modhunt good.evtx
expect 'to fill a case in a read-only folder' 3 'readonly/good\.modhunt' "${as_user[@]}" "$mh" ingest -c readonly/good.modhunt cut.evtx
[ "$(ls readonly)" = good.modhunt ] || { echo "a read-only folder: it holds $(ls readonly)"; bad=1; }
chmod 000 good.evtx
expect 'evidence that may not be read' 1 'good\.evtx' "${as_user[@]}" sh -c "mkdir -p /tmp/mh.\$\$ && '$mh' ingest -c /tmp/mh.\$\$/u.modhunt good.evtx; s=\$?; rm -rf /tmp/mh.\$\$; exit \$s"
chmod 644 good.evtx

# a full disk: said, nothing partial, and the old rows still there
"$MODHUNT_GEN" evtx -n 40000 -o large.evtx
cp good.modhunt full.modhunt
rows=$("$mh" hunt -c full.modhunt --format tsv | wc -l)
expect 'a full disk' 3 'full|no (room|space)|too large' sh -c "ulimit -f 2500; exec '$mh' ingest -c full.modhunt large.evtx"
[ "$("$mh" hunt -c full.modhunt --format tsv | wc -l)" -ge "$rows" ] || { echo 'a full disk: rows are gone'; bad=1; }
expect 'and it continues' 0 'records' "$mh" ingest -c full.modhunt large.evtx
"$mh" ingest -c both.modhunt good.evtx large.evtx 2>/dev/null
"$mh" hunt -c both.modhunt --all --format tsv >both
"$mh" hunt -c full.modhunt --all --format tsv | cmp - both || { echo 'a full disk: rows differ once it went on'; bad=1; }
expect 'no room for the output' 3 'space|full|writ' sh -c "exec '$mh' hunt -c both.modhunt --all --format tsv >/dev/full"

[ $bad -eq 0 ] && echo 'each has its own error, and nothing else was touched'
exit $bad
