#!/usr/bin/env python3
"""Compares modhunt with the golden results of the corpora, file by file.

Each EVTX and XML file goes into a case of its own.  `hunt` must equal the golden
hits and `hunt --all` the golden loads, row by row in every column that both
have, in the seed's order; of the ledger, records - damaged must equal the
manifest's n_events - n_unreadable.  What may differ stands in ALLOWED, each with
its reason; an entry there that is not needed is an error, too.
"""
import concurrent.futures
import csv
import gzip
import json
import os
import re
import subprocess
import sys

COLUMNS = ('host', 'Image', 'ImageLoaded', 'Signed', 'SignatureStatus', 'Hashes', 'IsTempPath',
           'IsUNCPath', 'IsSuspiciousLoader', 'IsUnsigned', 'SuspicionScore')

CLOCK = re.compile(r'[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?')

ALLOWED = {  # file: {what: (how the difference begins, why)}
    'data/evtx/broken/UACME_64.no-file-magic.evtx': {
        'hits': ('0 missing, 1 too many of 0', 'the file header is gone, the chunks are whole'),
        'loads': ('0 missing, 511 too many of 0', 'the same'),
        'records': ('530 sound records, the manifest 0', 'the same'),
    },
    'data/evtx/odd/sample_with_a_bad_chunk_magic.evtx': {
        'records': ('301 sound records, the manifest 270',
                    'a chunk whose magic is broken has 31 sound records'),
    },
}


def table(path):
    with gzip.open(path, 'rt', encoding='utf-8', newline='') as f:
        return list(csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE))


def moment(row):
    """_time as `hunt` prints it: UtcTime, or the record's own where that is no time."""
    text = row['UtcTime'] if CLOCK.fullmatch(row['UtcTime']) else row['SystemTime']
    day, clock = text.replace('T', ' ').rstrip('Z').split(' ')
    whole, _, part = clock.partition('.')
    return f'{day}T{whole}.{(part + "000000")[:6]}Z'


def golden(rows):
    """Golden rows as `hunt` prints them, in the seed's order with our ties."""
    def expected(row):
        return (moment(row),) + tuple(row[c] for c in COLUMNS)

    def place(row):
        return tuple(c.encode() for c in (row[1], row[2], row[3]))
    out = sorted((expected(r) for r in rows), key=place)
    out.sort(key=lambda r: r[0], reverse=True)
    out.sort(key=lambda r: int(r[-1]), reverse=True)
    return out


def run(*words):
    return subprocess.run([os.environ['MODHUNT'], *words], capture_output=True, timeout=120)


def hunt(case, *words):
    done = run('hunt', '-c', case, '--format', 'tsv', *words)
    if done.returncode not in (0, 1):
        raise RuntimeError(f'hunt ended with {done.returncode}: {done.stderr.decode()}')
    lines = done.stdout.decode('utf-8').split('\n')
    names = lines[0].split('\t')
    rows = [dict(zip(names, line.split('\t'))) for line in lines[1:] if line]
    return [(r['_time'],) + tuple(r[c] for c in COLUMNS) for r in rows]


def difference(want, got):
    if want == got:
        return None
    missing, extra = list(want), []
    for row in got:
        if row in missing:
            missing.remove(row)
        else:
            extra.append(row)
    if not missing and not extra:
        first = next(i for i, (a, b) in enumerate(zip(want, got)) if a != b)
        return f'the same {len(want)} rows in another order, first at row {first + 1}:\n' \
               f'        want {want[first]}\n        have {got[first]}'
    said = f'{len(missing)} missing, {len(extra)} too many of {len(want)}'
    for name, rows in (('missing', missing), ('too many', extra)):
        said += ''.join(f'\n        {name}: {r}' for r in rows[:2])
    return said


def look(task):
    path, name, events, hits, loads, work = task
    case = os.path.join(work, f'{abs(hash(name)):x}.modhunt')
    done = run('ingest', '-c', case, path)
    if done.returncode not in (0, 1):
        return name, {'ingest': f'status {done.returncode}: {done.stderr.decode(errors="replace")}'}
    said = {
        'hits': difference(golden(hits), hunt(case)),
        'loads': difference(golden(loads), hunt(case, '--all')),
    }
    ledger = [json.loads(line) for line in
              run('evidence', '-c', case, '--format', 'jsonl').stdout.splitlines()]
    if len(ledger) != 1:
        said['ledger'] = f'{len(ledger)} files'
    else:
        f = ledger[0]
        classes = sum(f[k] for k in ('loads', 'processes', 'context', 'other', 'damaged',
                                     'duplicates'))
        if f['records'] != classes:
            said['sum'] = f"{f['records']} records, {classes} in the classes"
        if f['records'] - f['damaged'] != events:
            said['records'] = f"{f['records'] - f['damaged']} sound records, the manifest {events}"
    return name, {k: v for k, v in said.items() if v}


def tasks(corpora, work):
    hits, loads = {}, {}
    for into, name in ((hits, 'GOLDEN_hits.tsv.gz'), (loads, 'GOLDEN_eid7.tsv.gz')):
        for row in table(os.path.join(corpora, name)):
            into.setdefault(row['Src'], []).append(row)
    with open(os.path.join(corpora, 'MANIFEST.tsv'), encoding='utf-8', newline='') as f:
        for row in csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE):
            name = row['path']
            if not (name.startswith(('data/evtx/', 'data/xml/')) or
                    name.startswith('data/synthetic/') and name.endswith(('.evtx', '.xml'))):
                continue
            yield (os.path.join(corpora, name), name,
                   int(row['n_events']) - int(row['n_unreadable']),
                   hits.get(name, []), loads.get(name, []), work)


def main():
    corpora, work = sys.argv[1:3]
    bad = files = rows = 0
    todo = list(tasks(corpora, work))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, said in pool.map(look, todo):
            files += 1
            for what, (pattern, _) in ALLOWED.get(name, {}).items():
                if what not in said:
                    said['allowed'] = f'{what} no longer differs: take it out of the table'
                elif said[what].startswith(pattern):
                    del said[what]
            for what, text in said.items():
                print(f'{name}: {what}: {text}')
                bad += 1
    rows = sum(len(t[4]) for t in todo)
    print(f'{files} files, {rows} loads, {sum(len(t[3]) for t in todo)} hits: {bad} differences')
    sys.exit(1 if bad or not files else 0)


if __name__ == '__main__':
    main()
