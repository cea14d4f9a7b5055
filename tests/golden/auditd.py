#!/usr/bin/env python3
"""Compares modhunt with the captured audit logs of the corpora, map by map.

Each log of auditd_made goes into a case of its own and must give exactly its
expected loads: serial, resolution, image, module.  Every other Linux file loads
with the manifest's counts: audit events where it counts them, else lines.
"""
import csv
import json
import os
import re
import subprocess
import sys

RESOLUTIONS = ('exact', 'dirfd', 'via-procfd', 'memfd', 'inferred', 'opened', 'unresolved')
LOADS = """SELECT l.record, (l.flags >> 8) & 255 AS resolution, i.Image, m.ImageLoaded
  FROM load l JOIN sighting s ON s.id = l.sighting JOIN pair p ON p.id = s.pair
  JOIN module m ON m.id = p.module JOIN image i ON i.id = p.image ORDER BY l.record"""


def run(*words):
    return subprocess.run([os.environ['MODHUNT'], *words], capture_output=True, timeout=120)


def expected(path):
    logs, rows = {}, None
    with open(path, encoding='utf-8') as f:
        for line in f:
            if line.startswith('## '):
                rows = logs.setdefault(line.split()[1], [])
            elif line.startswith('   '):
                serial, resolution, rest = line.rstrip('\n').split(None, 2)
                if resolution == 'mprotect+x':  # a tag on the process, and no load
                    continue
                image, module = rest.split(' ', 1)
                module = re.sub(r' ino=.*| -$', '', module)
                rows.append((int(serial), resolution, image,
                             None if resolution == 'unresolved' else module))
    # The rules of this log audit opens in one folder alone: a path is inferred.
    logs['auditd_n_py.log'] = [(s, 'inferred' if r == 'exact' else r, i, m)
                               for s, r, i, m in logs['auditd_n_py.log']]
    return logs


def ingest(case, path):
    for end in ('', '-wal', '-shm'):
        if os.path.exists(case + end):
            os.unlink(case + end)
    done = run('ingest', '-c', case, path)
    ledger = [json.loads(line) for line in
              run('evidence', '-c', case, '--format', 'jsonl').stdout.splitlines()]
    return done, ledger


def loads(case):
    out = run('sql', '-c', case, '--format', 'jsonl', LOADS).stdout.splitlines()
    rows = [json.loads(line) for line in out]
    return [(r['record'], RESOLUTIONS[r['resolution']], r['Image'], r['ImageLoaded'])
            for r in rows]


def sum_of(f):
    return sum(f[k] for k in ('loads', 'processes', 'context', 'other', 'damaged', 'duplicates'))


def main():
    corpora, work = sys.argv[1:3]
    case = os.path.join(work, 'auditd.modhunt')
    bad = maps = 0
    for name, want in expected(os.path.join(corpora, 'auditd_made/EXPECTED_loads.txt')).items():
        done, ledger = ingest(case, os.path.join(corpora, 'auditd_made', name))
        have = loads(case)
        maps += len(want)
        if done.returncode or have != want or ledger[0]['damaged']:
            bad += 1
            print(f'{name}: status {done.returncode}, missing {set(want) - set(have)}, '
                  f'too many {set(have) - set(want)}')
    done, ledger = ingest(case, os.path.join(corpora, 'data/linux'))
    files = {f['path']: f for f in ledger}
    count = 0
    with open(os.path.join(corpora, 'MANIFEST.tsv'), encoding='utf-8', newline='') as f:
        for row in csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE):
            if not wanted(row):
                continue
            count += 1
            f = files[os.path.join(corpora, row['path'])]
            if f['state'] == 'duplicate':
                continue
            want = int(row['n_audit_events']) or int(row['n_events'])
            if f['records'] - f['damaged'] != want or f['damaged'] or f['records'] != sum_of(f):
                bad += 1
                print(f"{row['path']}: {f['records']} records, {f['damaged']} damaged, of {want}")
    print(f'{maps} maps of 16 logs, {count} other files: {bad} differences')
    sys.exit(1 if bad or not maps or not count else 0)


def wanted(row):
    """Of one stream; Sysmon's are counted by forms.py, and one log is all comments."""
    path = row['path']
    return (path.startswith('data/linux/') and 'sysmon' not in path and not path.endswith('.zip')
            and not path.endswith('line-daemon-end-2.log'))


if __name__ == '__main__':
    main()
