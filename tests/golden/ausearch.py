#!/usr/bin/env python3
"""Holds our decoded fields against what `ausearch -i` prints of the same events.

A log of our own meets every line of the table in docs/auditd.md; the captured logs
of the shared corpora are read beside it where they are there.  A difference that
is not in the table fails, and so does a line of the table that was not met.
"""
import datetime
import glob
import json
import os
import re
import subprocess
import sys

TZ = 'Asia/Tokyo'  # so that local time is another than UTC
HOURS = 9
MADE = '''type=SYSCALL msg=audit(1795499077.443:1): arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=0 items=2 ppid=7 pid=9 auid=4294967295 uid=54321 gid=0 euid=54321 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="sh" exe="/usr/bin/sh" key="t"
type=EXECVE msg=audit(1795499077.443:1): argc=3 a0="sh" a1=782061323D79 a2="z"
type=CWD msg=audit(1795499077.443:1): cwd="/tmp"
type=PATH msg=audit(1795499077.443:1): item=0 name="/usr/bin/sh" inode=5 dev=fe:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL
type=PROCTITLE msg=audit(1795499077.443:1): proctitle="bash"
type=SYSCALL msg=audit(1795499077.500:2): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=1 a2=80000 a3=0 items=1 ppid=7 pid=9 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=3 comm="sh" exe="/usr/bin/sh" key="t"
type=CWD msg=audit(1795499077.500:2): cwd="/tmp"
type=PATH msg=audit(1795499077.500:2): item=0 name=2E2F6120622E736F inode=6 dev=fe:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL
type=SYSCALL msg=audit(1795499077.501:3): arch=c000003e syscall=9 success=yes exit=1 a0=1 a1=1000 a2=5 a3=812 items=0 ppid=7 pid=9 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=3 comm="sh" exe="/usr/bin/sh" key="t"
type=MMAP msg=audit(1795499077.501:3): fd=3 flags=0x812
'''
STARTS = '''SELECT r.record AS serial, p.start_time AS time, i.Image AS exe, u.User AS uid, p.LoginUser AS auid,
  p.LogonId AS ses, p.ProcessId AS pid, p.ParentProcessId AS ppid, p.CommandLine AS command,
  p.CurrentDirectory AS cwd, p.RuleName AS key FROM process p JOIN process_record r ON r.process = p.id
  AND r.ended = 0 JOIN image i ON i.id = p.image LEFT JOIN user u ON u.id = p.user
  WHERE p.source = 'execve' '''
LOADS = '''SELECT l.record AS serial, l.time AS time, i.Image AS exe, u.User AS uid, s.pid AS pid,
  m.ImageLoaded AS path, coalesce(m.ImageLoaded_raw, m.ImageLoaded) AS name
  FROM load l JOIN (SELECT s.id AS id, s.pair AS pair, NULL AS pid FROM sighting s) s ON s.id = l.sighting
  JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module JOIN image i ON i.id = p.image
  LEFT JOIN user u ON u.id = l.user'''
RECORD = re.compile(r'type=(\S+) msg=audit\((\S+ \S+):([0-9]+)\) : ?(.*)')
differences = {}


def differs(kind, what):
    differences.setdefault(kind, what)


def interpreted(path):
    """serial -> the records as they are printed: (type, time, body)."""
    out = subprocess.run(['ausearch', '-i', '-if', path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, env={**os.environ, 'TZ': TZ, 'LC_ALL': 'C'}).stdout
    events = {}
    for line in out.decode('utf-8', 'surrogateescape').split('\n'):
        found = RECORD.match(line)
        if found:
            kind, when, serial, body = found.groups()
            events.setdefault(int(serial), []).append((kind, when, body))
    return events


def field(body, name, until=r' \w+='):
    found = re.search(rf'(?:^| ){name}=(.*?)(?:{until}|\s*$)', body)
    return found.group(1) if found else None


def ours(case, sql):
    out = subprocess.run([os.environ['MODHUNT'], 'sql', '-c', case, '--format', 'jsonl', sql],
                         capture_output=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def same(where, name, theirs, mine):
    if theirs == ('' if mine is None else str(mine)):
        return
    if theirs == 'unset' and mine is None:
        differs('unset', where)
    elif mine is not None and theirs == f'unknown({mine})':
        differs('uid without a name', where)
    elif name in ('uid', 'auid') and mine is not None and mine.isdigit() and not theirs.isdigit():
        differs('name of a uid', where)
    else:
        differs(f'NOT IN THE TABLE: {name}', f'{where}: {theirs!r}, ours {mine!r}')


def same_time(where, theirs, mine):
    year = '%Y' if len(theirs.split()[0]) == 10 else '%y'  # as the locale has it
    local = datetime.datetime.strptime(theirs, f'%m/%d/{year} %H:%M:%S.%f')
    utc = (local - datetime.timedelta(hours=HOURS)).replace(tzinfo=datetime.timezone.utc)
    if round(utc.timestamp() * 1000) != mine // 1000:
        differs('NOT IN THE TABLE: time', f'{where}: {theirs}, ours {mine}')
    else:
        differs('time', where)


def part(records, kind):
    return next((body for k, _, body in records if k == kind), '')


def compare_start(where, records, row):
    call = part(records, 'SYSCALL')
    same_time(where, records[0][1], row['time'])
    if records[0][0] != 'SYSCALL':
        differs('order of records', where)
    for name in ('exe', 'uid', 'auid', 'ses', 'pid', 'ppid', 'key'):
        same(where, name, field(call, name), row[name])
    same(where, 'cwd', field(part(records, 'CWD'), 'cwd', until=r'\Z'), row['cwd'])
    body = part(records, 'EXECVE')
    argv = re.split(r'(?:^| )a[0-9]+=', re.sub(r'^argc=[0-9]+', '', body).rstrip())[1:]
    if ' '.join(argv) != row['command']:
        known = re.search(r'\ba[0-9]+=', row['command'])
        differs('argument with a number in it' if known else 'NOT IN THE TABLE: command', f'{where}: {body}')
    title = part(records, 'PROCTITLE')
    if title and field(title, 'proctitle', until=r'\Z') != row['command']:
        differs('PROCTITLE', where)


def compare_load(where, events, row):
    call = part(events[row['serial']], 'SYSCALL')
    same_time(where, events[row['serial']][0][1], row['time'])
    same(where, 'exe', field(call, 'exe'), row['exe'])
    same(where, 'uid', field(call, 'uid'), row['uid'])
    if row['name'] is None or row['name'].startswith('memfd:'):
        return
    names = [field(b, 'name', until=r' inode=') for e in events.values() for k, _, b in e if k == 'PATH']
    if row['name'] not in names:
        differs('NOT IN THE TABLE: name', f"{where}: {row['name']!r}")
    if ' ' in row['name']:
        differs('name with a blank', where)
    if not row['name'].startswith('/') and row['path'] != row['name']:
        differs('relative name', where)


def compare(path, work):
    case = os.path.join(work, os.path.basename(path) + '.modhunt')
    subprocess.run([os.environ['MODHUNT'], 'ingest', '-c', case, path], capture_output=True, check=True)
    events, fields = interpreted(path), 0
    for row in ours(case, STARTS):
        compare_start(f"{os.path.basename(path)}:{row['serial']}", events[row['serial']], row)
        fields += 10
    for row in ours(case, LOADS):
        compare_load(f"{os.path.basename(path)}:{row['serial']}", events, row)
        fields += 4
    return fields


def table():
    with open(os.path.join(os.environ['MODHUNT_SOURCE'], 'docs/auditd.md'), encoding='utf-8') as f:
        rows = f.read().split('| difference |')[1].split('\n\n')[0].split('\n')[2:]
    return {row.split('|')[1].strip() for row in rows if row.startswith('|')}


def main():
    work, shared = sys.argv[1:3]
    made = os.path.join(work, 'made.log')
    with open(made, 'w', encoding='utf-8') as f:
        f.write(MADE)
    logs = [made] + sorted(glob.glob(os.path.join(shared, 'corpora/auditd_made/*.log')) if shared else [])
    fields = sum(compare(path, work) for path in logs)
    bad = 0
    for kind, where in differences.items():
        if kind not in table():
            bad += 1
            print(f'{kind}: {where}')
    for kind in table() - set(differences):
        bad += 1
        print(f'the table has `{kind}`, which was not met')
    print(f'{fields} fields of {len(logs)} logs: {len(differences)} kinds of difference, {bad} unexplained')
    sys.exit(1 if bad or not fields else 0)


if __name__ == '__main__':
    main()
