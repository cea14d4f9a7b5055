#!/usr/bin/env python3
"""The rule of duplicates, from files to what `hunt` and `evidence` print.

The generator writes one log as EVTX, XML and JSON lines; from these, more shapes
of JSON and a CSV are made here.  Every set of three is loaded in all six orders,
at once and file by file, and must give the same loads, processes, context and
ledger to the byte (rows of the ledger have no order in that).
"""
import concurrent.futures
import csv
import html
import itertools
import json
import os
import re
import subprocess
import sys
import zipfile

RECORDS = 700
EVENT = re.compile(r'<Event xmlns.*?</Event>', re.S)
TABLES = {  # what `hunt` does not print: every process and context record
    'processes': 'SELECT h.name, p.ProcessGuid, p.ProcessId, i.Image, p.CommandLine, p.source,'
                 ' p.start_time, p.end_time, p.ParentImage, p.Hashes, e.sha256, p.record, p.place'
                 ' FROM process p JOIN host h ON h.id = p.host LEFT JOIN image i ON i.id = p.image'
                 ' LEFT JOIN evidence e ON e.id = p.evidence',
    'context': 'SELECT h.name, c.time, c.event, i.Image, c.Target, c.Hashes, c.Detail, u.User,'
               ' e.sha256, c.record, c.place FROM context c JOIN host h ON h.id = c.host'
               ' LEFT JOIN image i ON i.id = c.image LEFT JOIN user u ON u.id = c.user'
               ' LEFT JOIN evidence e ON e.id = c.evidence',
    'copies': 'SELECT c.kind, e.path, c.record, c.place FROM copy c'
              ' JOIN evidence e ON e.id = c.evidence',
}


class Wrong(Exception):
    pass


def modhunt(*words, status=(0,)):
    done = subprocess.run([os.environ['MODHUNT'], *words], capture_output=True, timeout=120)
    if done.returncode not in status:
        raise Wrong(f"{' '.join(words)}: {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode('utf-8')


def hunt(case):
    return modhunt('hunt', '-c', case, '--all', '--recovered', '--format', 'jsonl')


def ledger(case):
    rows = [json.loads(line) for line in
            modhunt('evidence', '-c', case, '--format', 'jsonl').splitlines()]
    for row in rows:
        classes = sum(row[k] for k in ('loads', 'processes', 'context', 'other', 'damaged',
                                       'duplicates'))
        if row['records'] != classes:
            raise Wrong(f"{row['path']}: {row['records']} records, {classes} in the classes")
    return rows


def told(case):
    """Everything that must not depend on the order."""
    out = {'loads': hunt(case), 'ledger': sorted(json.dumps(r) for r in ledger(case))}
    for name, sql in TABLES.items():
        out[name] = sorted(modhunt('sql', '-c', case, '--format', 'jsonl', sql).splitlines())
    return out


# ---- one log in more forms ----

def generate(form, path, records=RECORDS, seed=5):
    subprocess.run([os.environ['MODHUNT_GEN'], form, '-n', str(records), '--hosts', '2',
                    '--seed', str(seed), '--evil', '0.05', '-o', path], check=True)


def objects(path):
    with open(path, encoding='utf-8') as f:
        return [json.loads(line) for line in f]


def padded(name, value):
    """As wevtutil and most exporters write a LogonId; evtx_dump and Event Viewer don't."""
    return f'0x{int(value, 16):016X}' if name.endswith('LogonId') else str(value)


def winlogbeat(o):
    system, data = o['Event']['System'], o['Event'].get('EventData') or {}
    return {'@timestamp': system['TimeCreated']['#attributes']['SystemTime'],
            'agent': {'type': 'winlogbeat', 'version': '7.9.2'},
            'event': {'code': system['EventID'], 'kind': 'event'},
            'winlog': {'provider_name': system['Provider']['#attributes']['Name'],
                       'event_id': system['EventID'], 'record_id': system['EventRecordID'],
                       'computer_name': system['Computer'], 'channel': system['Channel'],
                       'event_data': {k: padded(k, v) for k, v in data.items()}}}


def sentinel(o):
    """No record number, and the event's own fields as XML in a string."""
    system, data = o['Event']['System'], o['Event'].get('EventData') or {}
    fields = ''.join(f'<Data Name="{k}">{html.escape(str(v))}</Data>' for k, v in data.items())
    return {'TimeGenerated': system['TimeCreated']['#attributes']['SystemTime'],
            'Source': system['Provider']['#attributes']['Name'], 'EventLog': system['Channel'],
            'Computer': system['Computer'], 'EventID': system['EventID'],
            'EventData': f'<DataItem type="System.XmlData"><EventData>{fields}</EventData></DataItem>'}


def csv_row(o):
    system, data = o['Event']['System'], o['Event'].get('EventData') or {}
    payload = {'EventData': {'Data': [{'@Name': k, '#text': str(v)} for k, v in data.items()]}}
    return {'RecordNumber': system['EventRecordID'], 'EventRecordId': system['EventRecordID'],
            'TimeCreated': system['TimeCreated']['#attributes']['SystemTime'],
            'EventId': system['EventID'], 'Level': 'Info',
            'Provider': system['Provider']['#attributes']['Name'],
            'Channel': system['Channel'], 'ProcessId': 3308, 'ThreadId': 4716,
            'Computer': system['Computer'], 'Payload': json.dumps(payload)}


def lines(path, each):
    with open(path, 'w', encoding='utf-8') as f:
        for o in each:
            f.write(json.dumps(o) + '\n')


def make_forms(work):
    at = {name: os.path.join(work, name) for name in (
        'log.evtx', 'log.xml', 'nxlog.json', 'evtxdump.json', 'winlogbeat.json', 'array.json',
        'splunk.json', 'sentinel.json', 'log.csv')}
    generate('evtx', at['log.evtx'])
    generate('xml', at['log.xml'])
    generate('nxlog', at['nxlog.json'])
    generate('evtxdump', at['evtxdump.json'])
    all_objects = objects(at['evtxdump.json'])
    lines(at['winlogbeat.json'], map(winlogbeat, all_objects))
    lines(at['sentinel.json'], map(sentinel, all_objects))
    with open(at['array.json'], 'w', encoding='utf-8') as f:
        json.dump(all_objects, f, indent=2, ensure_ascii=False)
    with open(at['log.xml'], encoding='utf-8') as f:
        events = EVENT.findall(f.read())
    lines(at['splunk.json'], ({'preview': False, 'result': {'_raw': e, 'host': 'indexer'}}
                              for e in events))
    rows = [csv_row(o) for o in all_objects]
    with open(at['log.csv'], 'w', encoding='utf-8', newline='') as f:
        out = csv.DictWriter(f, rows[0].keys())
        out.writeheader()
        out.writerows(rows)
    return at


# ---- the tests: each raises Wrong ----

def same(case, want, what):
    have = told(case)
    for key, value in want.items():
        if have[key] != value:
            a, b = (x.splitlines() if isinstance(x, str) else x for x in (value, have[key]))
            rows = [(x, y) for x, y in itertools.zip_longest(a, b) if x != y]
            raise Wrong(f'{what}: {len(rows)} {key} differ, first:\n{rows[0][0]}\n{rows[0][1]}')


def six_orders(work, at, names, at_once):
    want = None
    for n, order in enumerate(itertools.permutations(names)):
        case = os.path.join(work, f"{'.'.join(names)}.{n}.modhunt")
        for files in [order] if at_once else [[name] for name in order]:
            modhunt('ingest', '-c', case, *(at[name] for name in files))
        if want is None:
            want = told(case)
            first = min(names, key=lambda x: ('evtx', 'xml', 'json', 'csv').index(x.split('.')[1]))
            for row in map(json.loads, want['ledger']):
                kept = os.path.basename(row['path']) == first
                if (row['duplicates'] > 0) == kept or (row['loads'] > 0) != kept:
                    raise Wrong(f"{names}: {row['path']} has {row['loads']} loads and "
                                f"{row['duplicates']} duplicates")
            if len(want['loads'].splitlines()) < RECORDS // 2:
                raise Wrong('there is little to compare')
        else:
            same(case, want, f'in the order {order}')
    return f"{len(want['loads'].splitlines())} loads in six orders of {' '.join(names)}"


EXPORTS = {  # one log each, as true tools exported it
    'data/evtx/sysmon/Sysmon_UACME_64.evtx': (
        'data/xml/Sysmon_UACME_64.wrapped.xml', 'data/json/evtx_dump/Sysmon_UACME_64.evtx_dump.jsonl'),
    'data/evtx/sysmon/sideloading_uacbypass_rundll32_injection_c2.evtx': (
        'data/xml/sideloading_uacbypass_rundll32_injection_c2.evtxexport.xml',),
    'data/evtx/sysmon/babyshark_mimikatz_powershell.evtx': (
        'data/xml/babyshark_mimikatz_powershell.wevtutil-utf16le.xml',
        'data/xml/babyshark_mimikatz_powershell.wevtutil.xml'),
}
KEPT = ('loads', 'processes', 'context')


def exports(work, corpora, log, copies):
    """A log and its exports are the log alone, whatever the exporter makes of its numbers."""
    paths = [os.path.join(corpora, name) for name in (log, *copies)]
    if not all(map(os.path.exists, paths)):
        return f'the shared corpora are not here: the exports of {log} are not tried'
    name = os.path.join(work, os.path.basename(log))
    modhunt('ingest', '-c', f'{name}.alone', paths[0], status=(0, 1))
    alone, want = {k: sum(r[k] for r in ledger(f'{name}.alone')) for k in KEPT}, None
    for n, order in enumerate(itertools.permutations(paths)):
        case = f'{name}.{n}'
        modhunt('ingest', '-c', case, *order, status=(0, 1))
        kept = {k: sum(r[k] for r in ledger(case)) for k in KEPT}
        said = modhunt('sql', '-c', case, '--format', 'tsv', 'SELECT reason FROM ingest_problem'
                       " WHERE kind = 'conflict'").splitlines()[1:]
        if kept != alone or said:
            raise Wrong(f'{order}: {kept}, not {alone}; conflicts: {said[:2]}')
        want = want or told(case)
        same(case, want, f'in the order {order}')
    return f"{alone} of {os.path.basename(log)} in every order with {len(copies)} exports"


REPEATS = 'data/json/otrf/metasploit_sharpdump_lsass_memory_dump'


def repeats(work, corpora):
    """Loads that repeat field for field in their own file, all in one file."""
    path = os.path.join(corpora, REPEATS + '.zip')
    if not os.path.exists(path):
        return 'the shared corpora are not here: their repeats are not tried'
    copy = os.path.join(work, 'copy.json')
    with zipfile.ZipFile(path) as z, open(copy, 'w', encoding='utf-8') as f:
        for line in z.read(z.namelist()[0]).decode('utf-8', 'replace').splitlines():
            if '"EventID":7,' in line.replace(' ', ''):
                o = json.loads(line)
                o.pop('RecordNumber', None)   # and now without numbers, in another order
                f.write(json.dumps(dict(sorted(o.items()))) + '\n')
    alone = os.path.join(work, 'alone.modhunt')
    modhunt('ingest', '-c', alone, path, status=(0, 1))
    want = [json.loads(line) for line in hunt(alone).splitlines()]
    keys = {(r['host'], r['_time'], r['Image'], r['ImageLoaded']) for r in want}
    if len(want) != 18137 or len(want) - len(keys) != 9863:
        raise Wrong(f'{len(want)} loads, {len(want) - len(keys)} of them repeat')
    for n, order in enumerate(((path, copy), (copy, path))):
        case = os.path.join(work, f'repeats.{n}.modhunt')
        modhunt('ingest', '-c', case, *order, status=(0, 1))
        rows = ledger(case)
        have = hunt(case).splitlines()
        if len(have) != len(want) or sorted(r['loads'] for r in rows if r['loads']) != [len(want)]:
            raise Wrong(f"{order}: {len(have)} loads, of {[(r['path'], r['loads']) for r in rows]}")
    return f'{len(want)} loads of one file stay, {len(want) - len(keys)} of them repeats'


def contradictions(work, at):
    """The same number, another module: both stay, and the ledger says so."""
    changed = os.path.join(work, 'changed.xml')
    with open(at['log.xml'], encoding='utf-8') as f:
        text = f.read()
    loads = [m for m in re.finditer(r"<Data Name='ImageLoaded'>[^<]*", text)]
    text = text[:loads[7].end()] + '.other' + text[loads[7].end():]
    with open(changed, 'w', encoding='utf-8') as f:
        f.write(text)
    want = None
    for n, order in enumerate(itertools.permutations(('log.evtx', 'changed.xml'))):
        case = os.path.join(work, f'conflict.{n}.modhunt')
        modhunt('ingest', '-c', case, *(os.path.join(work, name) for name in order))
        rows = [json.loads(line) for line in hunt(case).splitlines()]
        other = [r for r in rows if r['ImageLoaded'].endswith('.other')]
        said = modhunt('sql', '-c', case, '--format', 'tsv',
                       "SELECT kind, reason FROM ingest_problem").splitlines()[1:]
        if len(other) != 1 or len(said) != 1 or 'conflict' not in said[0] \
                or 'both are kept' not in modhunt('evidence', '-c', case):
            raise Wrong(f'{order}: {len(other)} such loads, the ledger says {said}')
        if want is None:
            want = sorted(map(json.dumps, rows))
        elif want != sorted(map(json.dumps, rows)):
            raise Wrong('in the other order the loads are others')
    return f'{len(want)} loads, one of them beside the record that it contradicts'


def halves(work, at):
    """Two exports that overlap by half are the whole, in any form and order."""
    with open(at['log.xml'], encoding='utf-8') as f:
        events = EVENT.findall(f.read())
    whole = os.path.join(work, 'halves.modhunt')
    modhunt('ingest', '-c', whole, at['log.xml'])
    def plain(case):
        return sorted(json.dumps({k: v for k, v in json.loads(line).items() if k != 'ref'})
                      for line in hunt(case).splitlines())
    want = plain(whole)
    third = len(events) // 3
    with open(os.path.join(work, 'a.xml'), 'w', encoding='utf-8') as f:
        f.write('<Events>' + '\n'.join(events[:2 * third]) + '</Events>')
    with open(at['winlogbeat.json'], encoding='utf-8') as f:
        rest = f.read().splitlines(True)[third:]
    with open(os.path.join(work, 'b.json'), 'w', encoding='utf-8') as f:
        f.writelines(rest)
    for n, order in enumerate(itertools.permutations(('a.xml', 'b.json'))):
        case = os.path.join(work, f'half.{n}.modhunt')
        for name in order:
            modhunt('ingest', '-c', case, os.path.join(work, name))
        rows = ledger(case)
        twice = sum(r['duplicates'] for r in rows)
        kept = sum(r['loads'] + r['processes'] + r['context'] for r in rows)
        first = ledger(whole)[0]
        if plain(case) != want or kept != first['loads'] + first['processes'] + first['context']:
            raise Wrong(f'{order}: {kept} kept, {twice} duplicates: {rows}')
    return f'{len(want)} loads of two exports that share {twice} records'


def sets():
    for shape in ('nxlog.json', 'evtxdump.json', 'winlogbeat.json', 'array.json', 'splunk.json',
                  'sentinel.json'):
        yield ('log.evtx', 'log.xml', shape), shape != 'winlogbeat.json'
    yield ('log.xml', 'nxlog.json', 'log.csv'), True
    yield ('log.evtx', 'log.csv', 'winlogbeat.json'), False


def main():
    work, corpora = sys.argv[1:3]
    at = make_forms(work)
    todo = [(six_orders, (work, at, names, at_once)) for names, at_once in sets()]
    todo += [(repeats, (work, corpora)), (contradictions, (work, at)), (halves, (work, at))]
    todo += [(exports, (work, corpora, log, copies)) for log, copies in EXPORTS.items()]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (what, args), done in [(t, pool.submit(t[0], *t[1])) for t in todo]:
            try:
                print(done.result())
            except Wrong as wrong:
                bad += 1
                print(f'{what.__name__}: {wrong}')
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
