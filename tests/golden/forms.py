#!/usr/bin/env python3
"""Compares modhunt with the golden results of the corpora's text forms.

As corpora.py does for EVTX and XML; members of archives are unpacked into files
first.  What no decoder is to read (COUNTS.tsv says `other`, or no record) must
count nothing.  What may differ stands in ALLOWED, each with its reason.
"""
import concurrent.futures
import csv
import io
import os
import re
import sys
import tarfile
import zipfile
import zlib

import corpora

FORMS = ('data/json/', 'data/synthetic/edge.jsonl', 'data/linux/sysmon_syslog/',
         'data/linux/laurel/', 'data/macos/', 'data/bundles/')
LEFT_OUT = ('data/bundles/hostile/',)

NOT_WINDOWS = "the golden rows are Windows' alone; test_eslogger and golden/demo know macOS' loads"

ALLOWED = {  # file: {what: (how the difference begins, why)}
    'data/macos/SYNTHETIC_eslogger_mmap.ndjson': {
        'hits': ('0 missing, 2 too many of 0', NOT_WINDOWS),
        'loads': ('0 missing, 2 too many of 0', NOT_WINDOWS),
    },
    'data/linux/sysmon_syslog/syslog': {
        'records': ('46 sound records, the manifest 45',
                    'syslog cut an event 1 of Sysmon for Linux: what is whole of it is kept'),
    },
    'data/bundles/uac_web01.tar.gz!uac-web01-linux/var/log/syslog': {
        'records': ('46 sound records, the manifest 45', 'the same'),
    },
}

CLOCK = re.compile(r'(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?( UTC|Z)?')


def moment(row):
    """_time as `hunt` prints it; JSON writes UtcTime in more ways than Sysmon does."""
    for text in (row['UtcTime'], row['SystemTime']):
        m = CLOCK.fullmatch(text)
        if m:
            return f'{m[1]}T{m[2]}.{((m[3] or "") + "000000")[:6]}Z'
    return ''


def gunzip(data):
    """What a gzip file holds, up to where it is cut or something else follows."""
    z = zlib.decompressobj(31)
    return z.decompress(data) + z.flush()


def member(path, names):
    with open(path, 'rb') as f:
        data = f.read()
    for name in names:
        if data[:2] == b'PK':
            data = zipfile.ZipFile(io.BytesIO(data)).read(name)
            continue
        if data[:2] == b'\x1f\x8b':
            data = gunzip(data)
        if data[257:262] == b'ustar':
            data = tarfile.open(fileobj=io.BytesIO(data)).extractfile(name).read()
    return data


def tasks(root, work):
    hits, loads = {}, {}
    for into, name in ((hits, 'GOLDEN_hits.tsv.gz'), (loads, 'GOLDEN_eid7.tsv.gz')):
        for row in corpora.table(os.path.join(root, name)):
            into.setdefault(row['Src'], []).append(row)
    with open(os.path.join(root, 'COUNTS.tsv'), encoding='utf-8', newline='') as f:
        rows = list(csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE))
    for n, row in enumerate(rows):
        name = row['src']
        if row['kind'] not in ('json', 'xml', 'other') or not name.startswith(FORMS) \
                or name.startswith(LEFT_OUT) or name.endswith(('.mp4', '.pcapng')):
            continue
        path, *inside = name.split('!')
        path = os.path.join(root, path)
        if inside:
            data = member(path, inside)
            path = os.path.join(work, f'{n}.member')
            with open(path, 'wb') as f:
                f.write(data)
        yield (path, name, int(row['records']) - int(row['record_err']),
               hits.get(name, []), loads.get(name, []), work)


def main():
    root, work = sys.argv[1:3]
    bad = 0
    corpora.moment = moment
    todo = list(tasks(root, work))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, said in pool.map(corpora.look, todo):
            for what, (pattern, _) in ALLOWED.get(name, {}).items():
                if what not in said:
                    said['allowed'] = f'{what} no longer differs: take it out of the table'
                elif said[what].startswith(pattern):
                    del said[what]
            for what, text in said.items():
                print(f'{name}: {what}: {text}')
                bad += 1
    print(f'{len(todo)} files, {sum(len(t[4]) for t in todo)} loads, '
          f'{sum(len(t[3]) for t in todo)} hits: {bad} differences')
    sys.exit(1 if bad or not todo else 0)


if __name__ == '__main__':
    main()
