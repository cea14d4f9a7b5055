#!/usr/bin/env python3
"""Compares modhunt with the captured audit logs of the corpora, map by map.

Each log of auditd_made must give exactly its expected loads: serial, resolution,
image, module; as it is, and in every other form that such records come in
(ausearch prints them, syslog and the journal carry them, LAUREL rewrites them).
Every other Linux file loads with the manifest's counts: audit events where it
counts them, else lines.
"""
import csv
import json
import os
import re
import shutil
import subprocess
import sys

RESOLUTIONS = ('exact', 'dirfd', 'via-procfd', 'memfd', 'inferred', 'opened', 'unresolved')
LOADS = """SELECT e.path, l.record, (l.flags >> 8) & 255 AS resolution, i.Image, m.ImageLoaded
  FROM load l JOIN sighting s ON s.id = l.sighting JOIN pair p ON p.id = s.pair
  JOIN module m ON m.id = p.module JOIN image i ON i.id = p.image
  JOIN evidence e ON e.id = l.evidence ORDER BY l.evidence, l.record"""


STARTS = """SELECT e.path, p.ProcessGuid, p.ProcessId, p.ParentProcessId, i.Image, u.User,
  p.CommandLine, p.CurrentDirectory, p.RuleName, p.ParentImage, p.start_time
  FROM process p JOIN evidence e ON e.id = p.evidence JOIN image i ON i.id = p.image
  LEFT JOIN user u ON u.id = p.user WHERE p.source = 'execve' ORDER BY 2"""


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
    """For each file the loads, by serial."""
    files = {}
    for line in run('sql', '-c', case, '--format', 'jsonl', LOADS).stdout.splitlines():
        r = json.loads(line)
        files.setdefault(os.path.basename(r['path']), []).append(
            (r['record'], RESOLUTIONS[r['resolution']], r['Image'], r['ImageLoaded']))
    return files


def starts(case):
    """Every process that started, in every field, by the name of its file."""
    out = []
    for line in run('sql', '-c', case, '--format', 'jsonl', STARTS).stdout.splitlines():
        r = json.loads(line)
        out.append((os.path.basename(r.pop('path')),) + tuple(r.values()))
    return sorted(out, key=str)


# ---- the same records in other forms ----

LINE = re.compile(r'type=(\S+) msg=audit\(([0-9]+)\.([0-9]+):([0-9]+)\): (.*)')
FIELD = re.compile(r'([\w\[\]-]+)=("[^"]*"|\S*)')


def ausearch(*words):
    def form(path):
        return subprocess.run(['ausearch', *words, '-if', path], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL).stdout
    return form


def lines_of(path):
    with open(path, encoding='utf-8') as f:
        return [line for line in f.read().split('\n') if line]


def host_of(path):
    """Each log a host of its own: what one shows of its rules is not the others'."""
    return os.path.basename(path).replace('.log', '')


def syslog(path):
    return ''.join(f'Oct 28 09:56:44 {host_of(path)} audispd: {line}\n' for line in lines_of(path)).encode()


def node(path):
    return ''.join(f'node={host_of(path)} {line}\n' for line in lines_of(path)).encode()


def journal(path):
    out = []
    for line in lines_of(path):
        kind, seconds, ms, serial, body = LINE.match(line).groups()
        out.append(json.dumps({
            '__REALTIME_TIMESTAMP': seconds + ms + '123', '_TRANSPORT': 'audit',
            '_HOSTNAME': host_of(path), '_AUDIT_ID': serial, '_AUDIT_TYPE_NAME': kind,
            '_SOURCE_REALTIME_TIMESTAMP': seconds + ms + '000', 'MESSAGE': f'{kind} {body}'}))
    return ('\n'.join(out) + '\n').encode()


def decoded(value):
    """A value as LAUREL writes it."""
    if value.startswith('"'):
        return value[1:-1]
    if re.fullmatch(r'([0-9A-F]{2})+', value):
        return bytes.fromhex(value).decode('utf-8', 'surrogateescape')
    return None if value == '(null)' else value


def laurel(path):
    events = {}
    for line in lines_of(path):
        kind, seconds, ms, serial, body = LINE.match(line).groups()
        event = events.setdefault(serial, {'ID': f'{seconds}.{ms}:{serial}'})
        fields = {}
        for name, value in FIELD.findall(body.split('\x1d')[0]):
            text = (name in ('exe', 'comm', 'key', 'name', 'cwd')
                    or kind == 'EXECVE' and name != 'argc')
            fields[name] = decoded(value) if text else value
        argv = [k for k in fields if re.fullmatch(r'a[0-9]+', k)]
        if kind == 'SYSCALL':
            fields['ARGV'] = ['0x' + fields.pop(k) for k in argv]
            fields.update((k, int(fields[k])) for k in ('syscall', 'exit', 'pid', 'ppid', 'uid'))
        elif kind == 'EXECVE':
            fields = {'argc': int(fields['argc']), 'ARGV': [fields[k] for k in argv]}
        if kind in ('PATH', 'MMAP'):
            event.setdefault(kind, []).append(fields)
        elif kind in ('SYSCALL', 'CWD', 'EXECVE'):
            event[kind] = fields
    return ''.join(json.dumps(e, ensure_ascii=False) + '\n' for e in events.values()).encode()


FORMS = {'ausearch': ausearch(), 'raw': ausearch('--raw'), 'interpreted': ausearch('-i'),
         'syslog': syslog, 'node': node, 'journal': journal, 'laurel': laurel}


def other_forms(corpora, want, work, processes):
    """Differences of the logs in every other form."""
    bad = 0
    for form, write in FORMS.items():
        if not shutil.which('ausearch') and form in ('ausearch', 'raw', 'interpreted'):
            print(f'ausearch is not here: {form} was not tried')
            continue
        folder = os.path.join(work, form)
        os.mkdir(folder)
        for name in want:
            with open(os.path.join(folder, name), 'wb') as f:
                f.write(write(os.path.join(corpora, 'auditd_made', name)))
        case = os.path.join(work, form + '.modhunt')
        done, ledger = ingest(case, folder)
        have = loads(case)
        if done.returncode or any(f['damaged'] for f in ledger):
            bad += 1
            print(f'{form}: status {done.returncode}: {done.stderr.decode()}')
        if starts(case) != processes:
            bad += 1
            differ = set(starts(case)) ^ set(processes)
            print(f'{form}: {len(differ) // 2} processes differ: {sorted(differ, key=str)[:2]}')
        for name, rows in want.items():
            if have.get(name, []) != rows:
                bad += 1
                print(f'{form}: {name}: missing {set(rows) - set(have.get(name, []))}, '
                      f'too many {set(have.get(name, [])) - set(rows)}')
    return bad


def rotated(corpora, want, work):
    """One log in three parts, the oldest compressed, cut between an open and its map."""
    folder, name = os.path.join(work, 'rotated'), 'auditd_seed_test3_python.log'
    lines = lines_of(os.path.join(corpora, 'auditd_made', name))
    serials = [LINE.match(line).group(4) for line in lines]
    first, second = serials.index('202'), serials.index('239')
    os.mkdir(folder)
    for end, part in (('', lines[second:]), ('.1', lines[first:second]), ('.2', lines[:first])):
        with open(os.path.join(folder, 'audit.log' + end), 'w', encoding='utf-8') as f:
            f.write(''.join(line + '\n' for line in part))
    subprocess.run(['gzip', os.path.join(folder, 'audit.log.2')], check=True)
    case = os.path.join(work, 'rotated.modhunt')
    ingest(case, folder)
    have = sorted(row for rows in loads(case).values() for row in rows)
    if have == want[name]:
        return 0
    print(f'rotated: missing {set(want[name]) - set(have)}, too many {set(have) - set(want[name])}')
    return 1


def sum_of(f):
    return sum(f[k] for k in ('loads', 'processes', 'context', 'other', 'damaged', 'duplicates'))


def main():
    corpora, work = sys.argv[1:3]
    case = os.path.join(work, 'auditd.modhunt')
    bad = maps = 0
    logs = expected(os.path.join(corpora, 'auditd_made/EXPECTED_loads.txt'))
    done, ledger = ingest(case, os.path.join(corpora, 'auditd_made'))
    found = loads(case)
    processes = starts(case)
    bad += other_forms(corpora, logs, work, processes)
    bad += rotated(corpora, logs, work)
    damaged = sum(f['damaged'] for f in ledger)
    for name, want in logs.items():
        have = found.get(name, [])
        maps += len(want)
        if done.returncode or have != want or damaged:
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
    print(f'{maps} maps and {len(processes)} starts of {len(logs)} logs in {len(FORMS) + 1} forms,'
          f' {count} other files: {bad} differences')
    sys.exit(1 if bad or not maps or not count or not processes else 0)


def wanted(row):
    """Of one stream; Sysmon's are counted by forms.py, and one log is all comments."""
    path = row['path']
    return (path.startswith('data/linux/') and 'sysmon' not in path and not path.endswith('.zip')
            and not path.endswith('line-daemon-end-2.log'))


if __name__ == '__main__':
    main()
