#!/usr/bin/env bash
# Facts from the command line: what a host's tools print settles what its log does
# not say, is listed and logged, and goes again; a filter finds what stays unknown.
set -u
: "${MODHUNT:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
says() { echo "$1"; bad=1; }
is() { [ "$2" = "$3" ] || says "$1: got
$2
instead of
$3"; }

serial=0
record() { echo "type=$1 msg=audit(1795499077.$(printf %03d $serial):$serial): $2"; }
load() { # path
    serial=$((serial + 1))
    record SYSCALL 'arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=1 a2=80000 a3=0 items=1 ppid=1 pid=9 auid=1 uid=0 comm="id" exe="/usr/bin/id" key="o"'
    record CWD 'cwd="/root"'
    record PATH "item=0 name=\"$1\" inode=$serial dev=fe:00 mode=0100777 ouid=1000 ogid=0 rdev=00:00 nametype=NORMAL"
    serial=$((serial + 1))
    record SYSCALL 'arch=c000003e syscall=9 success=yes exit=1 a0=1 a1=1000 a2=5 a3=812 items=0 ppid=1 pid=9 auid=1 uid=0 comm="id" exe="/usr/bin/id" key="m"'
    record MMAP 'fd=3 flags=0x812'
}
{ load /etc/ld.so.cache; load /opt/a.so; load /tmp/b.so; load /srv/c.so; load /opt/d.so; } >audit.log
"$MODHUNT" ingest -c t.modhunt --host web1 audit.log 2>/dev/null || says "ingest: status $?"

table() { # filter
    "$MODHUNT" hunt -c t.modhunt --all --sightings --format tsv "$@" |
        awk -F'\t' 'NR > 1 && $5 != "/etc/ld.so.cache" { print $5, $12 $13 $14 $15, $16 }' | sort
}
is 'before' "$(table)" '/opt/a.so 000? 0
/opt/d.so 000? 0
/srv/c.so 000? 0
/tmp/b.so 100? 1'

printf '??5??????   /opt/a.so\nmissing     /opt/x\n' >verify
printf 'file /tmp/b.so is not owned by any package\nnonsense\n' >owners
printf '1 0 8:1 / / rw - ext4 d rw\n2 1 0:4 / /srv rw - nfs4 h:/ rw\n' >mounts
said=$("$MODHUNT" facts import -c t.modhunt --reason why verify owners mounts 2>&1)
is 'an unread line' $? 1
is 'import' "$said" 'modhunt: owners: 1 of 2 lines are none of facts that modhunt reads, the first at byte 43
modhunt: import 1: 3 sightings are judged otherwise; 2 now IsUnsigned; 1 now IsUNCPath'
is 'after' "$(table)" '/opt/a.so 0001 1
/opt/d.so 000? 0
/srv/c.so 010? 1
/tmp/b.so 1001 2'
is 'unknown' "$(table Signed:unknown)" '/opt/d.so 000? 0
/srv/c.so 010? 1'
is 'factor' "$(table factor:IsUnsigned)" '/opt/a.so 0001 1
/tmp/b.so 1001 2'
is 'hits' "$("$MODHUNT" hunt -c t.modhunt --format tsv 2>/dev/null | awk -F'\t' 'NR > 1 { print $6 }')" '/tmp/b.so
/srv/c.so
/opt/a.so'
is 'list' "$("$MODHUNT" facts -c t.modhunt --format tsv | cut -f 1-7)" \
"$(printf 'import\tstate\thost\tform\tfacts\tunread\tpath\n1\tcounts\t~web1\tdpkg -V\t2\t0\tverify\n1\tcounts\t~web1\trpm -qf\t1\t1\towners\n1\tcounts\t~web1\tmountinfo\t2\t0\tmounts')"

# Evidence that comes later, and its host's own files.
sed 's/:\([0-9]*\)): /:9\1): /; s!/opt/d.so!/tmp/e.so!' audit.log >later.log
printf 'file /tmp/e.so is not owned by any package\n' >more
"$MODHUNT" facts import -c t.modhunt --host web1 more 2>/dev/null || says "import: status $?"
"$MODHUNT" ingest -c t.modhunt --host web1 later.log 2>/dev/null || says "ingest: status $?"
is 'later' "$(table /tmp/e.so)" '/tmp/e.so 1001 2'
is 'file' "$("$MODHUNT" sql -c t.modhunt --format tsv "SELECT count(*), min(mode), min(owner) FROM sighting_file" | tail -1)" \
    "$(printf '6\t0100777\t1000')"

"$MODHUNT" facts remove -c t.modhunt 1 2>/dev/null || says "remove: status $?"
is 'removed' "$(table NOT /tmp/e.so)" '/opt/a.so 000? 0
/opt/d.so 000? 0
/srv/c.so 000? 0
/tmp/b.so 100? 1'
"$MODHUNT" facts restore -c t.modhunt 1 2>/dev/null || says "restore: status $?"
is 'restored' "$(table factor:IsUNCPath)" '/srv/c.so 010? 1'
is 'log' "$("$MODHUNT" facts log -c t.modhunt --format tsv | cut -f 3-6)" \
"$(printf 'action\timport\tsightings\treason\nimport\t1\t3\twhy\nimport\t2\t0\t\nremove\t1\t3\t\nrestore\t1\t3\t')"

status() { "$MODHUNT" facts "${@:2}" >/dev/null 2>&1; is "facts ${*:2}" $? "$1"; }
status 2 import -c t.modhunt audit.log
status 2 import -c t.modhunt --every-host verify
status 2 import -c t.modhunt --complete owners
status 2 import -c t.modhunt --host web1 verify
status 2 remove -c t.modhunt 77
status 3 import -c t.modhunt nothing
exit $bad
