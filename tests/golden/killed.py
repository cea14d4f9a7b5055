#!/usr/bin/env python3
"""kill -9 at many random moments, then the same command again.

Evidence of every form, in files and in bundles, some of it twice and some
overlapping, is loaded by an ingest that is killed again and again: some milliseconds
after its start, or once the case's log has grown a number of times, which
is to say at a commit.  Each case is killed a few times, with one, two or seven
workers, in an order of its own, and then finished.  Its loads and its ledger must
equal, line for line, those of a case that was never interrupted.

Usage: killed.py FOLDER [KILLS [SEED]]
"""
import bz2
import concurrent.futures
import glob
import gzip
import json
import lzma
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
import zipfile

import orders

KILLS_A_CASE = 5
ORDERS = 2       # of the evidence, each with a case that was left alone
WORKERS = (1, 2, 7)


class Wrong(Exception):
    pass


# ---- the evidence ----

def make(work):
    """Folders and files as they may be named on a command line."""
    def at(name):
        path = os.path.join(work, 'evidence', name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path
    for n, form in enumerate(('evtx', 'wec', 'xml', 'rootless', 'utf16', 'nxlog', 'evtxdump')):
        orders.generate(form, at(f'forms/{n}.{form}'), 1200, seed=10 + n)
    orders.generate('evtx', at('more/large.evtx'), 5000, seed=30)
    orders.generate('xml', at('more/large.xml'), 5000, seed=30)      # the same log again
    orders.generate('evtxdump', at('x/source.json'), 1000, seed=31)
    objects = orders.objects(at('x/source.json'))
    orders.lines(at('more/winlogbeat.json'), map(orders.winlogbeat, objects[:600]))
    orders.lines(at('more/overlap.json'), map(orders.winlogbeat, objects[300:]))
    with open(at('more/pretty.json'), 'w', encoding='utf-8') as f:
        json.dump(objects[200:700], f, indent=1)
    rows = [orders.csv_row(o) for o in objects[400:]]
    with open(at('more/table.csv'), 'w', encoding='utf-8', newline='') as f:
        out = orders.csv.DictWriter(f, rows[0].keys())
        out.writeheader()
        out.writerows(rows)
    for name, words in (('more/notes.txt', b'no evidence'), ('more/empty', b''),
                        ('more/hive', b'regf' + bytes(4096)), ('more/x.rar', b'Rar!\x1a\7\1\0x')):
        with open(at(name), 'wb') as f:
            f.write(words)
    with open(at('forms/0.evtx'), 'rb') as f:
        whole = f.read()
    for name, words in (('more/again.evtx', whole), ('more/cut.evtx', whole[:300000])):
        with open(at(name), 'wb') as f:
            f.write(words)
    os.symlink('large.evtx', at('more/link'))
    bundles(work, at)
    return [os.path.join(work, 'evidence', name) for name in
            ('forms', 'more', 'bundles', 'bundles/b.tar.gz')]


def bundles(work, at):
    orders.generate('evtx', at('x/1.evtx'), 3000, seed=40)
    orders.generate('xml', at('x/2.xml'), 2500, seed=41)
    orders.generate('nxlog', at('x/3.json'), 1200, seed=42)
    with zipfile.ZipFile(at('x/inner.zip'), 'w', zipfile.ZIP_DEFLATED) as z:
        z.write(at('x/2.xml'), 'in/2.xml')
        z.write(at('x/3.json'), 'in/3.json')
        z.writestr('in/note', 'no evidence')
    with zipfile.ZipFile(at('bundles/a.zip'), 'w', zipfile.ZIP_DEFLATED) as z:
        for name in ('x/1.evtx', 'x/inner.zip', 'forms/2.xml', 'x/3.json'):
            z.write(at(name), name)
    with tarfile.open(at('bundles/b.tar.gz'), 'w:gz', compresslevel=1) as t:
        for name in ('x/2.xml', 'x/inner.zip', 'forms/0.evtx', 'more/link'):
            t.add(at(name), name)
    with open(at('x/3.json'), 'rb') as f:
        words = f.read()
    for name, pack in (('c.json.gz', gzip.compress), ('d.json.bz2', bz2.compress),
                       ('e.json.xz', lzma.compress)):
        with open(at('bundles/' + name), 'wb') as f:
            f.write(pack(words[len(name):]))  # each a little shorter: other bytes
    with open(at('bundles/a.zip'), 'rb') as f, open(at('bundles/cut.zip'), 'wb') as out:
        out.write(f.read()[:-200000])


# ---- killing ----

def wal_size(case):
    try:
        return os.stat(case + '-wal').st_size
    except FileNotFoundError:
        return 0


def ingest(case, paths, workers, **more):
    return subprocess.Popen([os.environ['MODHUNT'], 'ingest', '-c', case, '--workers',
                             str(workers), *paths], stdout=subprocess.DEVNULL, **more)


def kill_once(case, paths, workers, chance, took):
    """At a random moment; True where it met a running ingest."""
    child = ingest(case, paths, workers, stderr=subprocess.DEVNULL)
    if chance.random() < 0.5:
        time.sleep(chance.uniform(0.001, took))
    else:
        grown, size, until = chance.randint(1, 6), 0, time.time() + 3 * took
        while grown and child.poll() is None and time.time() < until:
            now = wal_size(case)
            grown -= now != size
            size = now
            time.sleep(chance.uniform(0.0005, 0.004))
    child.kill()
    return child.wait() == -signal.SIGKILL


def evidence(case):
    return orders.modhunt('evidence', '-c', case, '--format', 'jsonl').splitlines()


def compare(what, want, have):
    if want == have:
        return
    for n in range(max(len(want), len(have))):
        a = want[n] if n < len(want) else 'nothing'
        b = have[n] if n < len(have) else 'nothing'
        if a != b:
            raise Wrong(f'{what}: {len(want)} lines, now {len(have)}; line {n + 1}:\n{a}\n{b}')


def finish(case, paths, workers):
    child = ingest(case, paths, workers, stderr=subprocess.PIPE)
    said = child.communicate(timeout=300)[1].decode()
    if child.returncode != 1:  # some of it is damaged, and that is said
        raise Wrong(f'it ended with {child.returncode}: {said}')


def one_case(work, number, paths, want, took, seed):
    """How many kills met an ingest that was under way; then the case is finished."""
    chance = random.Random(seed)
    case = os.path.join(work, f'killed.{number}.modhunt')
    met = 0
    while met < KILLS_A_CASE and kill_once(case, paths, chance.choice(WORKERS), chance,
                                           took / (met + 2)):
        met += 1
    if met == KILLS_A_CASE:  # else the last one came to its end
        finish(case, paths, chance.choice(WORKERS))
    orders.ledger(case)
    compare(f'case {number}: loads', want[0], orders.hunt(case).splitlines())
    compare(f'case {number}: ledger', want[1], evidence(case))
    for path in glob.glob(case + '*'):
        os.unlink(path)
    return met


def left_alone(work, n, paths):
    """The same evidence without a kill, however many threads."""
    want = None
    for workers in WORKERS:
        case = os.path.join(work, f'whole.{n}.{workers}.modhunt')
        began = time.time()
        finish(case, paths, workers)
        took = time.time() - began
        have = orders.hunt(case).splitlines(), evidence(case)
        orders.ledger(case)
        if want is None:
            want = have
        compare(f'{workers} workers: loads', want[0], have[0])
        compare(f'{workers} workers: ledger', want[1], have[1])
    return want, took


def main():
    work, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    paths = make(work)
    alone = []
    for n in range(ORDERS):
        alone.append((list(paths), *left_alone(work, n, paths)))
        compare(f'order {n}: loads', sorted(alone[0][1][0]), sorted(alone[n][1][0]))
        compare(f'order {n}: ledger', len(alone[0][1][1]), len(alone[n][1][1]))
        chance.shuffle(paths)
    met = cases = bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        while met < kills and cases < kills:
            todo = []
            for _ in range(max(2, (kills - met) // KILLS_A_CASE)):
                order, want, took = alone[cases % ORDERS]
                todo.append(pool.submit(one_case, work, cases, order, want, took,
                                        seed * 1000 + cases))
                cases += 1
            for done in todo:
                try:
                    met += done.result()
                except (Wrong, orders.Wrong) as wrong:
                    bad += 1
                    print(wrong)
    print(f'{met} kills in {cases} cases of {len(alone[0][1][0])} loads: {bad} went wrong')
    if met < kills:
        print(f'only {met} kills met a running ingest: it proves too little')
    sys.exit(1 if bad or met < kills else 0)


if __name__ == '__main__':
    try:
        main()
    except (Wrong, orders.Wrong) as wrong:
        print(wrong)
        sys.exit(1)
