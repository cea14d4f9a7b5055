#!/usr/bin/env python3
"""Compares what modhunt reads out of archives with the golden results.

A member is found by `bundle!path`, as COUNTS.tsv names it (backslashes in a zip's
names are slashes after libarchive).  Loads out of audit logs are left aside.  Of a hostile archive the states are compared as well.
Given again, each bundle is one duplicate row, and standard input tells the same.
"""
import collections
import concurrent.futures
import csv
import json
import os
import re
import subprocess
import sys

import corpora
import forms

ARCHIVE = re.compile(r'\.(zip|tar\.gz|tgz|tar|7z|gz|bz2|xz|zst)$')
HOSTILE = {  # file: (exit status, what the ledger must say)
    'data/bundles/hostile/cut.tar.gz': (1, {'': 'partial'}),
    'data/bundles/hostile/cut.zip': (1, {'': 'partial', 'results/sysmon.jsonl': 'partial',
                                         'client_info.json': 'complete'}),
    'data/bundles/hostile/links.tar.gz': (0, {'link': 'skipped', 'hard': 'skipped',
                                              'fifo': 'skipped', 'dev': 'skipped'}),
    'data/bundles/hostile/traversal.zip': (0, {'../../../../tmp/t1129_escape.txt': 'unknown',
                                               'ok/LM.evtx': 'complete'}),
    'data/bundles/hostile/zeros-200MiB.zip': (0, {'zeros.json': 'unknown'}),
}

# Their loads are no Event ID 7, which the golden rows are: golden/auditd looks at such.
WITH_AUDIT_LOGS = ('data/bundles/uac_web01.tar.gz', 'data/bundles/hostile/cut.tar.gz')

# An event 1 of Sysmon for Linux that syslog cut: what is whole of it is kept.
ONE_MORE = ('uac-web01-linux/var/log/syslog',)


def ledger(case):
    out = corpora.run('evidence', '-c', case, '--format', 'jsonl').stdout
    return [json.loads(line) for line in out.splitlines()]


def name_of(row, path):
    """`member` or `inner.zip!member`; '' for the bundle itself."""
    whole = f"{row['bundle']}!{row['path']}" if row['bundle'] else row['path']
    return whole[len(path):].lstrip('!')


def count(said, name, want, rows):
    kind, records = want
    if kind == 'auditd' or not rows:
        if kind != 'auditd' and not rows:
            said[name] = 'no such row'
        return
    row = rows.pop(0)
    classes = sum(row[k] for k in ('loads', 'processes', 'context', 'other', 'damaged',
                                   'duplicates'))
    if row['records'] != classes:
        said[name] = f"{row['records']} records, {classes} in the classes"
    elif row['records'] - row['damaged'] != records + (name in ONE_MORE):
        said[name] = f"{row['records'] - row['damaged']} sound records, the manifest {records}"


def again(case, path):
    before = len(ledger(case))
    loads = corpora.hunt(case, '--all')
    corpora.run('ingest', '-c', case, path)
    new = ledger(case)[before:]
    if [r['state'] for r in new] != ['duplicate'] or corpora.hunt(case, '--all') != loads:
        return f"given again it adds {[(r['path'], r['state']) for r in new]}"
    return None


def piped(case, path, loads):
    with open(path, 'rb') as f:
        done = subprocess.run([os.environ['MODHUNT'], 'ingest', '-c', case, '-'], stdin=f,
                              capture_output=True, timeout=120)
    if done.returncode not in (0, 1):
        return f'standard input: {done.stderr.decode()}'
    if corpora.hunt(case, '--all') != loads:
        return 'standard input gives other loads'
    return None


def look(task):
    path, name, counts, hits, loads, work = task
    case = os.path.join(work, f'{abs(hash(name)):x}')
    done = corpora.run('ingest', '-c', case + '.modhunt', path)
    said = {}
    rows = collections.defaultdict(list)
    for row in ledger(case + '.modhunt'):
        rows[name_of(row, path)].append(row)
    if name in HOSTILE:
        status, states = HOSTILE[name]
        if done.returncode != status:
            said['status'] = f'{done.returncode}, not {status}: {done.stderr.decode()}'
        for member, state in states.items():
            have = [r['state'] for r in rows[member]]
            if have != [state]:
                said[member or 'bundle'] = f'{have}, not {state}'
    elif done.returncode not in (0, 1):
        said['status'] = f'{done.returncode}: {done.stderr.decode()}'
    for member, want in counts:
        count(said, member, want, rows[member])
    have = corpora.hunt(case + '.modhunt', '--all')
    windows = [row for row in have if not row[2].startswith('/')]
    if (name in WITH_AUDIT_LOGS) != (windows != have):
        said['audit logs'] = f'{len(have) - len(windows)} loads of Linux'
    if name not in ('data/bundles/hostile/cut.zip', 'data/bundles/hostile/cut.tar.gz'):
        said['loads'] = corpora.difference(corpora.golden(loads), windows)
        said['hits'] = corpora.difference(corpora.golden(hits), [
            row for row in corpora.hunt(case + '.modhunt') if not row[2].startswith('/')])
    said['again'] = again(case + '.modhunt', path) if 'cut' not in name else None
    said['piped'] = piped(case + '.piped.modhunt', path, have)
    return name, {k: v for k, v in said.items() if v}


def tasks(root, work):
    hits, loads, counts = (collections.defaultdict(list) for _ in range(3))
    for into, table in ((hits, 'GOLDEN_hits.tsv.gz'), (loads, 'GOLDEN_eid7.tsv.gz')):
        for row in corpora.table(os.path.join(root, table)):
            into[row['Src'].split('!')[0]].append(row)
    with open(os.path.join(root, 'COUNTS.tsv'), encoding='utf-8', newline='') as f:
        for row in csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE):
            bundle, bang, member = row['src'].partition('!')
            if not ARCHIVE.search(bundle):
                continue
            counts[bundle] += [] if not bang else [
                (member.replace('\\', '/'),
                 (row['kind'], int(row['records']) - int(row['record_err'])))]
    for name in sorted(counts):
        yield (os.path.join(root, name), name, counts[name], hits[name], loads[name], work)


def main():
    root, work = sys.argv[1:3]
    bad = 0
    corpora.moment = forms.moment
    todo = list(tasks(root, work))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, said in pool.map(look, todo):
            for what, text in said.items():
                print(f'{name}: {what}: {text}')
                bad += 1
    print(f'{len(todo)} bundles, {sum(len(t[2]) for t in todo)} members, '
          f'{sum(len(t[4]) for t in todo)} loads: {bad} differences')
    sys.exit(1 if bad or not todo else 0)


if __name__ == '__main__':
    main()
