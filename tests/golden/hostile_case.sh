#!/usr/bin/env bash
# A case file that somebody else has prepared: what is not our schema is refused
# before anything is written, damage ends in a sentence and never in a crash, and
# a case is private whatever the umask.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v sqlite3 >/dev/null || { echo "sqlite3 is missing: no hostile case can be made"; exit 77; }
bad=0

"$MODHUNT_GEN" evtx -n 4000 --evil 0.02 -o small.evtx
"$MODHUNT_GEN" evtx -n 500 --seed 5 -o more.evtx
umask 000
"$MODHUNT" ingest -c good.modhunt small.evtx 2>/dev/null
[ "$(stat -c %a good.modhunt)" = 600 ] || { echo "the case has mode $(stat -c %a good.modhunt)"; bad=1; }
umask 022

# refused NAME SQL: a schema that is not ours, opened by each command that could be fooled
refused() {
    local name=$1 sum command
    cp good.modhunt crafted.modhunt
    sqlite3 crafted.modhunt "$2" || { echo "$name: it could not be made"; bad=1; return; }
    sum=$(sha256sum <crafted.modhunt)
    for command in "hunt -c crafted.modhunt" "evidence -c crafted.modhunt" \
                   "ingest -c crafted.modhunt more.evtx" "stack -c crafted.modhunt Image"; do
        local status=0
        "$MODHUNT" $command >out 2>err </dev/null || status=$?
        [ $status -eq 3 ] && grep -q crafted.modhunt err || { echo "$name: $command: $status: $(head -n 2 err)"; bad=1; }
        [ "$(sha256sum <crafted.modhunt)" = "$sum" ] || { echo "$name: $command changed it"; bad=1; }
    done
}
refused 'a trigger' 'CREATE TRIGGER t AFTER INSERT ON load BEGIN DELETE FROM sighting; END'
refused 'a view' 'CREATE VIEW v AS SELECT * FROM load'
refused 'an index over an expression' 'CREATE INDEX i ON image (lower(Image))'
refused 'a table of its own' 'CREATE TABLE x (y)'
refused 'a generated column' 'ALTER TABLE image ADD COLUMN g TEXT AS (lower(Image))'
refused 'a view in the place of a table' 'ALTER TABLE host RENAME TO h2; CREATE VIEW host AS SELECT * FROM h2'
refused 'a missing table' 'DROP TABLE allow_history'

# names that SQLite would read as something else
cp good.modhunt 'file:good.modhunt?mode=rwc'
"$MODHUNT" hunt -c 'file:good.modhunt?mode=rwc' --limit 1 >out 2>err || { echo "a case named like a URI: $(cat err)"; bad=1; }
ln -s good.modhunt link.modhunt
status=0
"$MODHUNT" ingest -c link.modhunt more.evtx 2>err || status=$?
[ $status -eq 3 ] || [ $status -eq 0 ] || { echo "a case behind a link: $status"; bad=1; }

python3 - "$MODHUNT" <<'PYTHON' || bad=1
# Damage at random places, always the same: every command ends by itself.
import os, random, subprocess, sys
modhunt, chance = sys.argv[1], random.Random(1129)
good = bytearray(open('good.modhunt', 'rb').read())
worst = []
for number in range(int(os.environ.get('MODHUNT_MUTANTS', '60'))):
    mutant = bytearray(good)
    for _ in range(chance.choice((1, 4, 40, 400))):
        at = chance.randrange(len(mutant)) if number % 3 else chance.randrange(8192)
        mutant[at] = chance.randrange(256)
    if number % 10 == 0:
        del mutant[chance.randrange(len(mutant)):]
    open('mutant.modhunt', 'wb').write(mutant)
    for words in (['hunt', '-c', 'mutant.modhunt', '--all', '--format', 'tsv'],
                  ['ingest', '-c', 'mutant.modhunt', 'more.evtx']):
        try:
            done = subprocess.run([modhunt, *words], capture_output=True, timeout=20)
        except subprocess.TimeoutExpired:
            worst.append(f'mutant {number}: {words[0]} does not end')
            continue
        if not 0 <= done.returncode <= 3:
            worst.append(f'mutant {number}: {words[0]} ended with {done.returncode}: '
                         f'{done.stderr[-300:]!r}')
        elif done.returncode == 3 and not done.stderr:
            worst.append(f'mutant {number}: {words[0]} failed without a word')
print('\n'.join(worst[:10]))
sys.exit(1 if worst else 0)
PYTHON
exit $bad
