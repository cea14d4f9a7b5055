#!/usr/bin/env python3
"""Asks for records by their refs and holds them against the loads that they became.

Of each file of the corpora (where they are) a few: the first load and the last,
one altered, one recovered, a process, a context; of made evidence in each form and
archive likewise.  The record must say the load's Image, ImageLoaded and time.
Then everything that can happen to evidence between ingest and question.
"""
import collections
import concurrent.futures
import csv
import gzip
import html
import io
import json
import lzma
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import xml.etree.ElementTree
import zipfile

MODHUNT = os.environ['MODHUNT']
failures = []


def fail(text):
    failures.append(text)
    print('FAILED:', text)


def run(*words, want=0, data=None):
    done = subprocess.run([MODHUNT, *words], capture_output=True, input=data, timeout=300)
    if want is not None and done.returncode != want:
        fail(f'modhunt {" ".join(words)}: status {done.returncode}, not {want}: '
             f'{done.stderr.decode(errors="replace")[:600]}')
    return done


def ask(case, sql):
    db = sqlite3.connect(f'file:{case}?mode=ro', uri=True)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


SAMPLES = '''
WITH of AS (SELECT e.sha256, e.format, l.place, l.flags & 255 AS flags, l.time, i.Image,
                   m.ImageLoaded, min(l.place) OVER w AS first, max(l.place) OVER w AS last,
                   min(CASE WHEN l.flags & 1 THEN l.place END) OVER w AS recovered,
                   min(CASE WHEN l.flags & 2 THEN l.place END) OVER w AS altered
            FROM load l JOIN evidence e ON e.id = l.evidence JOIN sighting s ON s.id = l.sighting
            JOIN pair p ON p.id = s.pair JOIN module m ON m.id = p.module
            JOIN image i ON i.id = p.image WINDOW w AS (PARTITION BY l.evidence))
SELECT sha256, format, place, flags, time, Image, ImageLoaded FROM of
WHERE place IN (first, last, recovered, altered)
UNION ALL SELECT e.sha256, e.format, min(p.place), p.flags & 255, p.start_time, i.Image, NULL
FROM process p JOIN evidence e ON e.id = p.evidence JOIN image i ON i.id = p.image
WHERE p.source = 'event 1' GROUP BY e.id
UNION ALL SELECT e.sha256, e.format, min(c.place), c.flags & 255, c.time, i.Image, c.Target
FROM context c JOIN evidence e ON e.id = c.evidence JOIN image i ON i.id = c.image
GROUP BY e.id'''


def texts(value):
    """Every text in a JSON value, that of JSON and XML in its strings too."""
    if isinstance(value, dict):
        for v in value.values():
            yield from texts(v)
    elif isinstance(value, list):
        for v in value:
            yield from texts(v)
    elif isinstance(value, str):
        yield value
        yield html.unescape(value)
        yield value.replace('\\\\', '\\')
        if value[:1] == '{':
            try:
                yield from texts(json.loads(value))
            except ValueError:
                pass


def said(text, form):
    """What a record says, one text a value where its form has values."""
    if form == 'csv':
        return {c for comma in ',;\t' for row in csv.reader([text], delimiter=comma) for c in row}
    if text.lstrip().startswith('<Event'):
        try:
            root = xml.etree.ElementTree.fromstring(text)
            return {e.text or '' for e in root.iter()} | {
                v for e in root.iter() for v in e.attrib.values()}
        except xml.etree.ElementTree.ParseError:
            return {text, html.unescape(text)}
    if text.startswith('{') and form != 'syslog':
        return set(texts(json.loads(text, strict=False)))
    return {text, html.unescape(text), *texts(json.loads(text[text.index('{'):]))} \
        if '{"' in text else {text, html.unescape(text)}


def clock(micros, form):
    if form == 'auditd':
        return f'audit({micros // 1000000}.'
    seconds = micros // 1000000 % 86400
    return f'{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}'


def check(task):
    case, (sha256, form, place, flags, time, image, module) = task
    ref = f'{sha256[:12]}:{place}'
    done = run('record', '-c', case, ref, '--format', 'jsonl')
    if done.returncode:
        return
    o = json.loads(done.stdout)
    where = f"{o['bundle'] or ''}!{o['path']} {ref} ({form})"
    if (o['ref'], o['sha256'], o['format']) != (ref, sha256, form):
        fail(f'{where}: {o["ref"]} {o["sha256"]} {o["format"]}')
    if (o['recovered'], o['altered']) != (flags & 1, flags >> 1 & 1):
        fail(f'{where}: recovered {o["recovered"]}, altered {o["altered"]}, not {flags}')
    if o['broken']:
        fail(f'{where}: {o["broken"]}')
    if flags & 2 and not o['dump']:
        fail(f'{where}: altered, and no bytes are shown')
    have = said(o['text'], form)
    if form == 'auditd':
        module = None  # of the open before the mmap that is the load's record
    for value in (image, module):
        mended = flags & 2 or '\ufffd' in (value or '') or '\u2400' in (value or '')
        if value and not mended and not any(value in t for t in have):
            fail(f'{where}: {value!r} is not in {o["text"][:2000]}')
    if time is not None and not flags & 8 and clock(time, form) not in o['text']:
        fail(f'{where}: {clock(time, form)} is not in {o["text"][:2000]}')
    if form == 'csv':
        named = run('record', '-c', case, ref, '--format', 'text').stdout.decode()
        if f'ImageLoaded:{"":9}{module}\n' not in named:
            fail(f'{where}: ImageLoaded is not beside its name: {named}')
    if place % 8 == 0:
        plain = run('record', '-c', case, ref).stdout
        want = len(o['text'].encode()) if form in ('evtx', 'auditd') else o['bytes']
        if len(plain) != want:
            fail(f'{where}: {len(plain)} bytes, not {want}')


def sample(case, most=None):
    """Looks at the refs of a case: at most so many of each form, flags and kind."""
    groups = collections.defaultdict(list)
    for row in dict.fromkeys(ask(case, SAMPLES)):
        groups[row[1], row[3] & 3, row[6] is None].append(row)
    rows = [r for g in groups.values() for r in (g[::-(-len(g) // most)] if most else g)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(check, [(case, row) for row in rows]))
    return rows


def corpora(root, work):
    data = os.path.join(root, 'data')
    forms, count = set(), 0
    for name in ('evtx', 'xml', 'json', 'bundles', 'synthetic'):
        case = os.path.join(work, f'corpora-{name}.modhunt')
        run('ingest', '-c', case, os.path.join(data, name), want=None)
        rows = sample(case, 3)
        forms |= {r[1] for r in rows}
        count += len(rows)
    if not {'evtx', 'xml', 'json', 'jsonl'} <= forms:
        fail(f'the corpora gave refs of {sorted(forms)} alone')
    print(f'{count} records of the corpora')


# ---- made evidence ----

def event(n, image=None, extra=''):
    image = image or f'C:\\Windows\\System32\\p{n}.exe'
    return {
        'EventID': 7, 'SourceName': 'Microsoft-Windows-Sysmon', 'Hostname': 'WS01',
        'Channel': 'Microsoft-Windows-Sysmon/Operational', 'RecordNumber': n,
        'UtcTime': f'2026-01-05 10:00:{n:02}.000', 'ProcessGuid': f'{{{n:08X}-0000-0000-0000-0}}',
        'ProcessId': n, 'Image': image, 'Signed': 'false',
        'ImageLoaded': f'C:\\Temp\\m{n}, "q" \u00e9{extra}.dll',
    }


def as_csv(events, comma):
    out = io.StringIO()
    w = csv.writer(out, delimiter=comma, lineterminator='\r\n')
    w.writerow(events[0])
    w.writerows(list(e.values()) for e in events)
    return out.getvalue()


def as_xml(e):
    data = ''.join(f'<Data Name="{k}">{html.escape(str(e[k]))}</Data>' for k in
                   ('UtcTime', 'ProcessGuid', 'ProcessId', 'Image', 'ImageLoaded', 'Signed'))
    return ('<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
            f'<Provider Name="Microsoft-Windows-Sysmon"/><EventID>7</EventID><EventRecordID>'
            f'{e["RecordNumber"]}</EventRecordID><Channel>{e["Channel"]}</Channel><Computer>'
            f'{e["Hostname"]}</Computer></System><EventData>{data}</EventData></Event>')


def made_texts():
    """name: bytes, each of a host of its own, so that none is another's copy."""
    def batch(host, ids=range(1, 9)):
        return [dict(event(n), Hostname=host) for n in ids]
    lines = '\n'.join(json.dumps(e) for e in batch('LINES')) + '\r\n'
    pretty = json.dumps({'hits': {'hits': [{'_source': e} for e in batch('PRETTY')]}}, indent=1)
    array = json.dumps(batch('ARRAY'), ensure_ascii=False)
    syslog = ''.join(f'Jan  5 10:00:00 ws01 sysmon: {as_xml(e)}\n' for e in batch('SYSLOG'))
    xml_ = '\ufeff<Events>\r\n' + '\r\n'.join(as_xml(e) for e in batch('XML')) + '</Events>'
    return {
        'lines.json': lines.encode(), 'pretty.json': pretty.replace('\n ', '\n\t').encode(),
        'array.json': array.encode(), 'le.json': '\ufeff'.encode('utf-16-le')
        + lines.replace('LINES', 'LE').encode('utf-16-le'),
        'be.json': pretty.replace('PRETTY', 'BE').encode('utf-16-be'),
        'comma.csv': as_csv(batch('COMMA'), ',').encode(),
        'semicolon.csv': ('#TYPE X\r\n' + as_csv(batch('SEMI'), ';')).encode(),
        'tab.csv': b'\xff\xfe' + as_csv(batch('TAB'), '\t').encode('utf-16-le'),
        'one.syslog': b'garbage\n' + syslog.encode(),
        'le.xml': xml_.replace('XML', 'LEXML').encode('utf-16-le'),
        'be.xml': xml_.replace('XML', 'BEXML').encode('utf-16-be'), 'one.xml': xml_.encode(),
    }


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, data in files:
            z.writestr(name, data)
    return out.getvalue()


def tarred(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w:gz') as t:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as f:
        f.write(data)
    return path


def undeclare(path):
    """Half of each chunk's records lie in its free space now."""
    with open(path, 'r+b') as f:
        data = bytearray(f.read())
        for chunk in range(4096, len(data), 65536):
            at, free = chunk + 512, chunk + int.from_bytes(data[chunk + 48:chunk + 52], 'little')
            while at < chunk + (free - chunk) // 2:
                at += int.from_bytes(data[at + 4:at + 8], 'little')
            data[chunk + 48:chunk + 52] = (at - chunk).to_bytes(4, 'little')
        f.seek(0)
        f.write(data)


def made(work):
    files = made_texts()
    for name, data in files.items():
        write(os.path.join(work, 'plain', name), data)
    case = os.path.join(work, 'plain.modhunt')
    run('ingest', '-c', case, os.path.join(work, 'plain'))
    rows = sample(case)
    if len(rows) != 2 * len(files):
        fail(f'{len(rows)} refs of {len(files)} made files')

    for form in ('evtx', 'wec', 'utf16', 'evtxdump', 'slack'):
        path = os.path.join(work, f'gen.{form}')
        subprocess.run([os.environ['MODHUNT_GEN'], form.replace('slack', 'evtx'), '-n', '3000',
                        '--seed', '5', '-o', path], check=True)
        if form == 'slack':
            undeclare(path)
        run('ingest', '-c', path + '.modhunt', path)
        generated = sample(path + '.modhunt', 3)
        if form == 'slack' and not any(r[3] & 1 for r in generated):
            fail('no record of the slack is recovered')

    inner = zipped([('deep\\one.xml', files['one.xml']), ('same', files['lines.json'])])
    bundle = tarred([('a/inner.zip', inner), ('same', files['comma.csv']),
                     ('same', files['one.syslog']), ('x!y.json', files['array.json'])])
    write(os.path.join(work, 'bundles', 'b!.tar.gz'), bundle)
    write(os.path.join(work, 'bundles', 'be.json.gz'), gzip.compress(files['be.json']))
    write(os.path.join(work, 'bundles', 'le.xml.xz'), lzma.compress(files['le.xml']))
    case = os.path.join(work, 'bundles.modhunt')
    run('ingest', '-c', case, os.path.join(work, 'bundles'))
    if len(sample(case)) != 14:
        fail(f'the bundles have {len(ask(case, SAMPLES))} refs, not 14')
    print(f'{len(rows) + 14} records of made evidence')
    return files


def ref_of(case, n=0):
    row = ask(case, 'SELECT substr(e.sha256, 1, 12), l.place FROM load l'
                    f' JOIN evidence e ON e.id = l.evidence ORDER BY l.id LIMIT 1 OFFSET {n}')[0]
    return f'{row[0]}:{row[1]}'


def refused(case, ref, *words, extra=(), status=3):
    done = run('record', '-c', case, ref, *extra, want=status)
    text = done.stderr.decode(errors='replace')
    for word in words:
        if word not in text:
            fail(f'{ref}: no {word!r} in: {text}')
    if done.stdout:
        fail(f'{ref}: refused, yet it prints {done.stdout[:200]}')


def changes(work, files):
    """What can happen to evidence between ingest and question."""
    folder = os.path.join(work, 'changes')
    path = write(os.path.join(folder, 'x.json'), files['lines.json'])
    case = os.path.join(work, 'changes.modhunt')
    run('ingest', '-c', case, path)
    ref = ref_of(case)
    want = run('record', '-c', case, ref).stdout
    if json.loads(want) != json.loads(files['lines.json'].split(b'\n')[0]):
        fail(f'{ref}: {want}')

    with open(path, 'ab') as f:
        f.write(b'{"grown": 1}\n')
    if run('record', '-c', case, ref).stdout != want:
        fail('a file that has grown gives another record')
    if b'has grown' not in run('record', '-c', case, ref, '--format', 'text').stdout:
        fail('that the file has grown is not said')
    write(path, files['lines.json'].replace(b'p1.exe', b'pX.exe'))
    refused(case, ref, path, 'is not as it was read', '--evidence PATH')
    write(path, files['lines.json'][:-5])
    refused(case, ref, path, 'is not as it was read', 'bytes, and had')
    os.rename(path, os.path.join(folder, 'moved'))
    refused(case, ref, path, 'No such file', '--evidence PATH')
    refused(case, ref, 'is not as it was read', extra=('--evidence', os.path.join(folder, 'moved')))
    write(os.path.join(folder, 'deep', 'er', 'any name'), files['lines.json'])
    for where in (folder, os.path.join(folder, 'deep', 'er', 'any name')):
        if run('record', '-c', case, ref, '--evidence', where).stdout != want:
            fail(f'--evidence {where} does not find it')
    archive = write(os.path.join(work, 'packed.zip'), zipped([('n', files['lines.json'])]))
    if run('record', '-c', case, ref, '--evidence', archive).stdout != want:
        fail('evidence that was packed since is not found')
    os.mkdir(os.path.join(work, 'empty'))
    refused(case, ref, 'no file there', extra=('--evidence', os.path.join(work, 'empty')))
    os.mkfifo(os.path.join(folder, 'fifo'))
    refused(case, ref, 'a pipe, not read', extra=('--evidence', os.path.join(folder, 'fifo')))
    refused(case, ref, 'No such file', extra=('--evidence', os.path.join(folder, 'nowhere')))

    refused(case, 'zzzz:1', 'is no ref', status=2)
    refused(case, ref.split(':')[0], 'is no ref', status=2)
    refused(case, ref.split(':')[0] + ':', 'is no ref', status=2)
    refused(case, ref + '9', 'no load', extra=('--evidence', folder))
    refused(case, '0000' + ref[4:], 'no evidence of the case')
    run('record', '-c', case, want=2)
    run('record', '-c', case, ref, '--format', 'xml', want=2)

    # Standard input, plain and packed, is kept nowhere; a file of it is found.
    for name, data in (('stdin', files['array.json']), ('packed', gzip.compress(files['one.xml']))):
        case = os.path.join(work, name + '.modhunt')
        run('ingest', '-c', case, '-', data=data)
        kept = write(os.path.join(work, name + '.kept'), data)
        refused(case, ref_of(case), 'standard input', '--evidence FILE')
        run('record', '-c', case, ref_of(case), '--evidence', kept)

    # An archive that moved is told by its size, its member by the digest.
    case = os.path.join(work, 'bundles.modhunt')
    os.rename(os.path.join(work, 'bundles'), os.path.join(work, 'elsewhere'))
    for n in (0, 3, 9):
        refused(case, ref_of(case, n), '--evidence PATH')
        run('record', '-c', case, ref_of(case, n), '--evidence', os.path.join(work, 'elsewhere'))
    one = os.path.join(work, 'elsewhere', 'b!.tar.gz')
    with open(one, 'rb') as f:
        data = f.read()
    write(one, data[:-200])
    write(os.path.join(work, 'bundles', 'b!.tar.gz'), zipped([('same', b'other')]))
    same = ask(case, "SELECT substr(sha256, 1, 12) || ':' || l.place FROM load l JOIN evidence e"
                     " ON e.id = l.evidence WHERE e.path = 'same' GROUP BY e.id")
    for (ref,) in same:
        refused(case, ref, 'b!.tar.gz holds no file whose SHA-256', '--evidence PATH')
    if not shutil.which('zip'):
        print('no zip: encrypted archives are left to the unit tests')
        return
    write(os.path.join(work, 'pw'), b'secret\n')
    path = os.path.join(work, 'locked.zip')
    subprocess.run(['zip', '-q', '-j', '-P', 'secret', path,
                    os.path.join(work, 'plain', 'one.xml')], check=True)
    case = path + '.modhunt'
    run('ingest', '-c', case, '--password-file', os.path.join(work, 'pw'), path)
    refused(case, ref_of(case), 'encrypted', '--password-file')
    run('record', '-c', case, ref_of(case), '--password-file', os.path.join(work, 'pw'))


def lies(work, files):
    """A case that says what is not so."""
    path = write(os.path.join(work, 'lies', 'x.json'), files['lines.json'])
    other = write(os.path.join(work, 'lies', 'y.json'), files['array.json'])
    sound = os.path.join(work, 'sound.modhunt')
    run('ingest', '-c', sound, path, other)
    (mine,), (theirs,) = ask(sound, 'SELECT sha256 FROM evidence ORDER BY path')
    case = os.path.join(work, 'lies.modhunt')
    ref = ref_of(sound)
    place = ref.split(':')[1]
    for sql, words, status in (
            (f"UPDATE evidence SET path = '{other}'", ['is not as it was read'], 3),
            ("UPDATE evidence SET path = '/dev/zero'", ['/dev/zero', 'a device, not read'], 3),
            (f"UPDATE evidence SET path = '{case}'", ['no file there'], 3),
            ("UPDATE evidence SET path_raw = x'2f00ff'", [], 3),
            ("UPDATE evidence SET path = '/', bundle = 'a!b!c'", ['a!b!c'], 3),
            (f"UPDATE evidence SET size = 1", ['is not as it was read'], 3),
            ("UPDATE evidence SET size = -1", ['ends before that place'], 3),
            ("UPDATE evidence SET size = 9223372036854775807", ['is not as it was read'], 3),
            ("UPDATE evidence SET sha256 = upper(sha256)", ['no evidence of the case'], 3),
            (f"UPDATE evidence SET sha256 = substr('{mine}', 1, 12) || substr(sha256, 13)"
             f" WHERE sha256 = '{theirs}'", ["two files' SHA-256", 'y.json'], 2),
            ("UPDATE evidence SET format = 'evtx'", ["no record begins at that place"], 3),
            ("UPDATE evidence SET format = 'xml'", ["no record begins at that place"], 3),
            ("UPDATE evidence SET format = 'csv'", ["no record begins at that place"], 3),
            ("UPDATE load SET place = place + 1", ['no load'], 3)):
        shutil.copyfile(sound, case)
        db = sqlite3.connect(case)
        db.execute(sql)
        db.commit()
        db.close()
        refused(case, ref, *words, status=status)
    db = sqlite3.connect(case)
    db.execute(f'UPDATE load SET place = place + 1')
    db.commit()
    db.close()
    refused(case, f'{ref.split(":")[0]}:{int(place) + 2}', 'no record begins at that place')


def altered(work):
    """The bytes that were mended are shown by their offsets."""
    data = b''.join(json.dumps(dict(event(n), Hostname='ALT')).encode() + b'\n' for n in (1, 2))
    data = data.replace(b'p2.exe', b'p\xff2\x1b[31m.exe')
    path = write(os.path.join(work, 'altered.json'), data)
    run('ingest', '-c', path + '.modhunt', path)
    ref = f"{ref_of(path + '.modhunt').split(':')[0]}:{data.index(chr(10).encode()) + 1}"
    text = run('record', '-c', path + '.modhunt', ref, '--format', 'text').stdout.decode()
    for word in (f'at {data.index(0xff)} ', 'a byte that is part of no character',
                 f'at {data.index(0x1b)} ', 'a control character', ' ff 32 1b ', '<U+00FF>',
                 '<U+001B>[31m', ', altered'):
        if word not in text:
            fail(f'{word!r} is not in {text}')
    if '\x1b' in text:
        fail('an escape reaches the terminal')
    if b'\xff' not in run('record', '-c', path + '.modhunt', ref).stdout:
        fail('a pipe gets other bytes than the evidence has')


def main():
    root, work = sys.argv[1:3]
    files = made(work)
    changes(work, files)
    lies(work, files)
    altered(work)
    if os.path.isdir(os.path.join(root, 'data')):
        corpora(root, work)
    else:
        print('the shared corpora are not here: made evidence alone')
    sys.exit(1 if failures else 0)


if __name__ == '__main__':
    main()
