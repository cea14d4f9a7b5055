#!/usr/bin/env bash
# A million distinct module paths and a million distinct command lines are
# ingested in less than 256 MiB of resident memory.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
limit_kib=$((256 * 1024)) distinct=1000000
work=$(mktemp -d "$PWD/memory.XXXXXX") # beside the build, since /tmp may be memory itself
trap 'rm -rf "$work"' EXIT
cd "$work"

if [ "$(df --output=avail -k . | tail -n 1)" -lt $((6 * 1024 * 1024)) ]; then
    echo "less than 6 GiB free here: the evidence and its case don't fit"
    exit 77
fi
"$MODHUNT_GEN" evtx -n $((2 * distinct + 100)) --distinct $distinct --lean -o evidence.evtx --truth truth.json
python3 - $limit_kib $distinct <<'PYTHON'
import json, os, resource, subprocess, sys, time
limit, distinct = map(int, sys.argv[1:])
modhunt, started = os.environ['MODHUNT'], time.time()
done = subprocess.run([modhunt, 'ingest', '-c', 'big.modhunt', 'evidence.evtx'],
                      capture_output=True, text=True)
if done.returncode != 0:
    sys.exit(f'ingest ended with {done.returncode}: {done.stderr}')
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
size = os.path.getsize('evidence.evtx')
print(f'{size >> 20} MiB of evidence in {time.time() - started:.1f} s, peak {peak >> 10} MiB')
os.unlink('evidence.evtx')
def count(sql):
    return int(subprocess.run([modhunt, 'sql', '-c', 'big.modhunt', '--format', 'tsv', sql],
                              capture_output=True, text=True, check=True).stdout.split()[-1])
paths = count('SELECT count(DISTINCT ImageLoaded) AS n FROM module')
lines = count('SELECT count(DISTINCT CommandLine) AS n FROM process')
truth = json.load(open('truth.json'))
loads = count('SELECT count(*) AS n FROM load')
print(f'{paths} distinct paths, {lines} distinct command lines, {loads} loads')
if paths < distinct or lines < distinct or loads != truth['loads']:
    sys.exit(f'not all is in the case; the truth has {truth["loads"]} loads')
if peak > limit:
    sys.exit(f'peak {peak} KiB is over the limit of {limit} KiB')
PYTHON
