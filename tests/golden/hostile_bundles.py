#!/usr/bin/env python3
"""Hostile archives, made here with zipfile, tarfile and struct, given to modhunt.

Each must end with the status and the states that its line in CASES says, in
SECONDS, within MEMORY for all processes, and with the ledger's sum for each row;
nothing may appear in the folders that are watched but the case.
"""
import bz2
import concurrent.futures
import gzip
import io
import json
import os
import random
import struct
import subprocess
import sys
import tarfile
import time
import zipfile

import archives
import orders

SECONDS = 60
MEMORY = 256 << 20

EVENT = ("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
         "<Provider Name='Microsoft-Windows-Sysmon'/><EventID>7</EventID><EventRecordID>%d"
         "</EventRecordID><Computer>WS01</Computer></System><EventData><Data Name='ImageLoaded'>"
         "C:\\%d.dll</Data></EventData></Event>\r\n")


def events(first, count):
    return ''.join(EVENT % (i, i) for i in range(first, first + count)).encode()


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def tarred(members, mode='w'):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.PAX_FORMAT) as t:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


# ---- the archives ----

def traversal():
    return tarred([('../../../tmp/climbs', events(0, 1)), ('/tmp/absolute', events(1, 1)),
                   ('..\\..\\backslash', events(2, 1)), ('C:\\Windows\\drive', events(3, 1)),
                   ('a/../../b', events(4, 1))])


def odd_names():
    names = ['line\nend', 'esc\x1b[2J', 'tab\t', 'x' * 60000, '\u202eright', 'twice', 'twice', '.']
    return zipped([(n, events(i, 1)) for i, n in enumerate(names)])


def bad_bytes():
    data = tarred([('badXXXname', events(0, 2))], 'w')
    data = data.replace(b'XXX', b'\xff\xfe\x80')
    head = bytearray(data[:512])
    head[148:156] = b'        '
    head[148:156] = b'%06o\0 ' % sum(head)
    return bytes(head) + data[512:]


def links():
    def link(name, kind, target=''):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        return info
    return tarred([(link('soft', tarfile.SYMTYPE, '/etc/passwd'), b''),
                   (link('hard', tarfile.LNKTYPE, '../../etc/passwd'), b''),
                   (link('char', tarfile.CHRTYPE), b''), (link('block', tarfile.BLKTYPE), b''),
                   (link('pipe', tarfile.FIFOTYPE), b''), ('soft/through', events(0, 1))])


def many_dense():
    """No member is large enough to be a bomb; all together they are."""
    return zipped([(f'{i}.xml', events(i, 1) + b' ' * (90 << 20)) for i in range(4)])


def streams(pack, first, size):
    """Streams one behind the other: much to unpack, and soon made."""
    rest = pack(b' ' * (32 << 20))
    return pack(first) + rest * (size >> 25)


def copies_of_itself():
    """As 42.zip: six times six times ... one more in each."""
    data = zipped([('leaf.xml', events(0, 1))])
    for _ in range(8):
        data = zipped([(f'{i}.zip', data) for i in range(6)])
    return data


def wrapped(times, pack, size):
    data = pack(b'\0' * size)
    for _ in range(times):
        data = pack(data)
    return data


def huge_member():
    info = tarfile.TarInfo('huge')
    info.size = 1 << 62
    return info.tobuf(tarfile.GNU_FORMAT) + events(0, 3)


def sparse():
    """A tar of 2 KB that says it holds 8 GB of zeros behind one event."""
    data = events(0, 1)
    size = 8 << 30
    info = tarfile.TarInfo('sparse')
    info.size = 512 + len(data)
    info.pax_headers = {'GNU.sparse.major': '1', 'GNU.sparse.minor': '0',
                        'GNU.sparse.name': 'sparse', 'GNU.sparse.realsize': str(size)}
    table = b'2\n0\n%d\n%d\n0\n' % (len(data), size)
    body = table.ljust(512, b'\0') + data
    out = info.tobuf(tarfile.PAX_FORMAT)
    return out + body + bytes(-len(body) % 512) + bytes(1024)


def corrupt(data, where):
    at = data.index(where) + len(where) // 2
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1:]


def whole():
    return zipped([(f'{i}.xml', events(40 * i, 40)) for i in range(8)])


def deflate64():
    data = bytearray(zipped([('good.xml', events(0, 3)), ('bad.xml', events(3, 3))]))
    at = data.index(b'bad.xml') - 30
    data[at + 8] = 9
    at = data.rindex(b'bad.xml') - 46
    data[at + 10] = 9
    return bytes(data)


def iso():
    return bytes(0x8000) + b'\1CD001\1' + bytes(2041)


def vhd():
    return b'conectix' + bytes(504) + bytes(4096)


def disk():
    sector = bytearray(512)
    sector[510:512] = b'\x55\xaa'
    sector[446:462] = bytes([0x80, 1, 1, 0, 7, 254, 255, 255]) + struct.pack('<II', 2048, 99999)
    return bytes(sector) + bytes(1 << 16)


def large_7z():
    """Above what is held in memory, in a tar; packed by nothing at all."""
    noise = random.Random(1).randbytes(1 << 20)
    return tarred([('in.7z', archives.seven_zip('big.xml', events(0, 1) + noise * 66)),
                   ('after.xml', events(1, 2))])


ENCRYPTED = archives.zip_crypto('secret.xml', events(0, 5), b'infected', random.Random(2))
BOMB = 'it unpacks to more than evidence does (--max-ratio)'

# name: (bytes, status, {member or '' for the bundle: (state, loads, words of its reason)},
#        further words of the command)
CASES = {
    'traversal.tar': (traversal, 0, {'../../../tmp/climbs': ('complete', 1, ''),
                                     '/tmp/absolute': ('complete', 1, ''),
                                     '..\\..\\backslash': ('complete', 1, ''),
                                     '': ('complete', 0, '')}),
    'odd-names.zip': (odd_names, None, {'line\nend': ('complete', 1, ''),
                                        'esc\x1b[2J': ('complete', 1, ''),
                                        'twice': ('complete', 1, '')}),
    'bad-bytes.tar': (bad_bytes, 0, {'bad\ufffd\ufffd\ufffdname': ('complete', 2, '')}),
    'links.tar': (links, 0, {'soft': ('skipped', 0, 'a link'), 'hard': ('skipped', 0, 'a link'),
                             'char': ('skipped', 0, 'a device'), 'pipe': ('skipped', 0, ''),
                             'soft/through': ('complete', 1, '')}),
    'many-dense.zip': (many_dense, 1, {'0.xml': ('complete', 1, ''), '2.xml': ('partial', 1, BOMB),
                                       '3.xml': ('unreadable', 0, BOMB), '': ('partial', 0, '')}),
    'copies.zip': (copies_of_itself, 1, {'': ('partial', 0, 'limit')}),
    'zeros.json.gz': (lambda: streams(gzip.compress, b'{"a":1}\n', 300 << 20), 1,
                      {'zeros.json': ('partial', 0, BOMB), '': ('partial', 0, '')}),
    'dense.xml.bz2': (lambda: streams(bz2.compress, events(0, 1), 400 << 20), 1,
                      {'dense.xml': ('partial', 1, BOMB)}),
    'hive.tar.bz2': (lambda: streams(bz2.compress, tarred([('h', b'regf' + bytes(400 << 20))])[:1024],
                                     400 << 20), 1,
                     {'h': ('unknown', 0, ''), '': ('partial', 0, BOMB)}),
    'gz-gz-gz.gz': (lambda: wrapped(2, gzip.compress, 64 << 20), 0, {}),
    'bz2-bz2.bz2': (lambda: streams(bz2.compress, streams(bz2.compress, b' ', 32 << 30), 0), 0, {}),
    'window.xz': (lambda: archives.huge_xz(events(0, 9)), 1, {'': ('unreadable', 0, 'xz -d')}),
    'window.zst': (lambda: archives.huge_zstd(events(0, 9)), 1, {'': ('unreadable', 0, 'zstd -d')}),
    'dictionary.7z': (lambda: archives.seven_zip('a.xml', events(0, 9), dictionary=0xffffffff), 1,
                      {'a.xml': ('unreadable', 0, '')}),
    'plain.7z': (lambda: archives.seven_zip('a.xml', events(0, 9)), 0,
                 {'a.xml': ('complete', 9, '')}),
    'huge-size.tar': (huge_member, 1, {'huge': ('partial', 3, ''), '': ('partial', 0, '')}),
    'sparse.tar': (sparse, 1, {'sparse': ('partial', 1, BOMB)}),
    'wrong-crc.zip': (lambda: corrupt(zipped([('a.xml', events(0, 3)), ('b.xml', events(3, 3))],
                                             zipfile.ZIP_STORED), b'C:\\1.dll'), 1,
                      {'a.xml': ('partial', 3, 'CRC'), 'b.xml': ('complete', 3, '')}),
    'half.zip': (lambda: whole()[:len(whole()) // 2], 1, {'0.xml': ('complete', 40, ''),
                                                          '': ('partial', 0, 'cut')}),
    'no-end.zip': (lambda: whole()[:-30], 1, {'7.xml': ('complete', 40, ''),
                                              '': ('partial', 0, 'cut')}),
    'head.zip': (lambda: whole()[:40], 1, {}),
    'deflate64.zip': (deflate64, 1, {'good.xml': ('complete', 3, ''),
                                     'bad.xml': ('unreadable', 0, '7z x'),
                                     '': ('partial', 0, "can't be unpacked here")}),
    'locked.zip': (lambda: ENCRYPTED, 1, {'secret.xml': ('unreadable', 0, '--password-file'),
                                          '': ('partial', 0, '--password-file')}),
    'wrong.zip': (lambda: ENCRYPTED, 1, {'secret.xml': ('unreadable', 0, 'does not open it')},
                  '--password-file', 'wrong.txt'),
    'right.zip': (lambda: ENCRYPTED, 0, {'secret.xml': ('complete', 5, '')},
                  '--password-file', 'right.txt'),
    'x.rar': (lambda: b'Rar!\x1a\7\1\0' + bytes(99), 1, {'': ('unreadable', 0, 'unrar')}),
    'x.cab': (lambda: b'MSCF' + bytes(99), 1, {'': ('unreadable', 0, 'cabextract')}),
    'x.iso': (iso, 1, {'': ('unreadable', 0, 'bsdtar')}),
    'x.vhdx': (lambda: b'vhdxfile' + bytes(9999), 1, {'': ('unreadable', 0, 'disc image')}),
    'x.vhd': (vhd, 1, {'': ('unreadable', 0, 'disc image')}),
    'x.E01': (lambda: b'EVF\t\r\n\xff\0' + bytes(99), 1, {'': ('unreadable', 0, 'ewf')}),
    'x.raw': (disk, 1, {'': ('unreadable', 0, 'disc image')}),
    'large-7z.tar': (large_7z, 1, {'in.7z': ('partial', 0, '--max-held'),
                                   'after.xml': ('complete', 2, '')}),
    'held.tar': (large_7z, 0, {'in.7z!big.xml': ('complete', 1, ''),
                               'after.xml': ('complete', 2, '')}, '--max-held', '80M'),
    'members.zip': (lambda: zipped([(str(i), events(i, 1)) for i in range(60)]), 1,
                    {'49': ('complete', 1, ''), '': ('partial', 0, '--max-members')},
                    '--max-members', '50'),
    'depth.zip': (lambda: zipped([('1.zip', zipped([('2.zip', zipped([('x', events(0, 1))]))]))]),
                  1, {'1.zip!2.zip': ('unreadable', 0, '--max-depth')}, '--max-depth', '1'),
    'member.zip': (lambda: zipped([('x', events(0, 9000)), ('y', events(9000, 5))]), 1,
                   {'x': ('partial', None, '--max-member'), 'y': ('complete', 5, '')},
                   '--max-member', '1M'),
    'bundle.zip': (lambda: zipped([('x', events(0, 9000)), ('y', events(9000, 5))]), 1,
                   {'x': ('partial', None, '--max-bundle'), 'y': ('unreadable', 0, '')},
                   '--max-bundle', '1M'),
    'ratio.xml.gz': (lambda: streams(gzip.compress, events(0, 1), 300 << 20), 0,
                     {'ratio.xml': ('complete', 1, '')}, '--max-ratio', '2000'),
}


# ---- running ----

def watched(folder):
    return sorted(os.path.join(root, name) for root, folders, files in os.walk(folder)
                  for name in folders + files)


def peak(words, folder):
    """Status, what it said, and the most memory that it and its children had at one
    time (asked often, since a child may be gone a moment later)."""
    child = subprocess.Popen(words, cwd=folder, stderr=subprocess.PIPE,
                             env={**os.environ, 'TMPDIR': folder, 'HOME': folder})
    most, until = 0, time.time() + SECONDS
    while child.poll() is None and time.time() < until:
        most = max(most, sum(resident(pid) for pid in family(child.pid)))
        time.sleep(0.02)
    if child.poll() is None:
        child.kill()
        return None, f'no end after {SECONDS} s', most
    return child.returncode, child.stderr.read().decode('utf-8', 'replace'), most


def family(pid):
    yield pid
    try:
        with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as f:
            own = f.read().split()
        for task in os.listdir(f'/proc/{pid}/task'):
            with open(f'/proc/{pid}/task/{task}/children', encoding='ascii') as f:
                own += f.read().split()
    except OSError:
        own = []
    yield from (int(p) for p in set(own))


def resident(pid):
    try:
        with open(f'/proc/{pid}/statm', encoding='ascii') as f:
            return int(f.read().split()[1]) * 4096
    except OSError:
        return 0


def wrong_rows(rows, path, want):
    found = {}
    for row in rows:
        whole = f"{row['bundle']}!{row['path']}" if row['bundle'] else row['path']
        found.setdefault(whole[len(path):].lstrip('!'), []).append(row)
    for member, (state, loads, _) in want.items():
        have = [(r['state'], r['loads']) for r in found.get(member, [])]
        if not any(s == state and loads in (None, n) for s, n in have):
            yield f'{member or "the bundle"} is {have}, not {(state, loads)}'


def look(work, name):
    data, status, want, *words = CASES[name]
    folder = os.path.join(work, name + '.d')
    os.mkdir(folder)
    path = os.path.join(folder, name)
    with open(path, 'wb') as f:
        f.write(data())
    for file, password in (('wrong.txt', 'wrong\n'), ('right.txt', 'infected\n')):
        with open(os.path.join(folder, file), 'w', encoding='ascii') as f:
            f.write(password)
    before = watched(folder)
    began = time.time()
    ended, said, memory = peak([os.environ['MODHUNT'], 'ingest', '-c', 'c.modhunt', *words, path],
                               folder)
    took = time.time() - began
    case = os.path.join(folder, 'c.modhunt')
    new = [x for x in watched(folder) if x not in before and x != case]
    bad = [f'it left {new} behind'] if new else []
    if ended is None or ended not in ((0, 1, 3) if status is None else (status,)):
        bad.append(f'status {ended}, not {status}: {said}')
    if memory > MEMORY:
        bad.append(f'{memory >> 20} MiB')
    rows = orders.ledger(case)  # whose sums are looked at there
    bad += wrong_rows(rows, path, want)
    why = orders.modhunt('sql', '-c', case, '--format', 'tsv',
                         'SELECT path, reason FROM evidence WHERE reason IS NOT NULL')
    bad += [f'no reason says {words_}: {why}' for _, _, words_ in want.values()
            if words_ not in why]
    if status == 1 and 'modhunt: ' not in said:
        bad.append('nothing was said')
    return f'{name}: {len(data())} bytes, {len(rows)} rows, {took:.1f} s, {memory >> 20} MiB', bad


def reread(work):
    """Without the password, with a wrong one, the right one, and once more."""
    folder = os.path.join(work, 'reread')
    os.mkdir(folder)
    case, inner = os.path.join(folder, 'c.modhunt'), os.path.join(folder, 'outer.zip')
    with open(inner, 'wb') as f:
        f.write(zipped([('in.zip', ENCRYPTED), ('a.xml', events(9, 3))], zipfile.ZIP_STORED))
    for file, password in (('wrong.txt', 'wrong\n'), ('right.txt', 'infected\n')):
        with open(os.path.join(folder, file), 'w', encoding='ascii') as f:
            f.write(password)
    seen = []
    for status, *words in ((1,), (1, '--password-file', os.path.join(folder, 'wrong.txt')),
                           (0, '--password-file', os.path.join(folder, 'right.txt')),
                           (0, '--password-file', os.path.join(folder, 'right.txt')), (0,)):
        orders.modhunt('ingest', '-c', case, *words, inner, status=(status,))
        rows = orders.ledger(case)
        seen.append((sum(r['state'] in ('partial', 'unreadable') for r in rows),
                     sum(r['state'] == 'superseded' for r in rows), len(rows),
                     sum(r['loads'] for r in rows)))
    whole = seen[2][:2] == (0, seen[1][0]) and seen[1][0] > 0 and seen[2][3] == seen[0][3] + 5
    same = [(a, b, n - seen[2][2], k) for a, b, n, k in seen[3:]] \
        == [(*seen[2][:2], n, seen[2][3]) for n in (1, 2)]
    said = orders.modhunt('sql', '-c', case, '--format', 'tsv',
                          "SELECT reason FROM evidence WHERE state = 'superseded'")
    return f'read again: {seen}', [] if whole and same and 'read whole later; before: ' in said \
        else [f'open, superseded, rows and loads are {seen}']


def main():
    work, bad = sys.argv[1], 0
    escaped = ['/tmp/climbs', '/tmp/absolute']
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for told, wrong in pool.map(lambda name: look(work, name), sys.argv[2:] or CASES):
            print(told)
            for text in wrong:
                print(f'    {text}')
            bad += len(wrong)
    told, wrong = reread(work)
    print(told)
    for text in wrong:
        print(f'    {text}')
    bad += len(wrong)
    for path in filter(os.path.exists, escaped):
        print(f'{path} was written')
        bad += 1
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
