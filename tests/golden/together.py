#!/usr/bin/env python3
"""What happens where several modhunts have one case open at the same time."""
import atexit
import os
import pty
import select
import signal
import subprocess
import sys
import time

import orders

RECORDS = 20000  # of each file: the ingest must outlast its first commit


def start(case, *paths):
    child = subprocess.Popen([os.environ['MODHUNT'], 'ingest', '-c', case, *paths],
                             stderr=subprocess.PIPE, text=True)
    atexit.register(child.kill)  # a stopped one would outlive a test that fails
    return child


def ends(child, status, words='', said=''):
    said += child.communicate(timeout=120)[1]
    if child.returncode != status or words not in said:
        raise orders.Wrong(f'ended with {child.returncode}, not {status}: {said}')
    return said


def waits(child):
    """Until it says that it waits for its turn; what it has said."""
    said = ''
    while 'waiting' not in said:
        line = child.stderr.readline()
        if not line:
            raise orders.Wrong(f'it did not wait: {said}')
        said += line
    return said


def is_made(case, child):
    """Stops the ingest once it has begun to write: SIGCONT lets it go on."""
    until = time.time() + 30
    while time.time() < until and child.poll() is None:
        try:
            if os.stat(case + '-wal').st_size > 100000:
                child.send_signal(signal.SIGSTOP)
                return
        except FileNotFoundError:
            pass
        time.sleep(0.002)
    raise orders.Wrong('the ingest did not begin, or was over too soon')


def loads(case):
    return sorted(orders.hunt(case).splitlines())


def states(case):
    return sorted((os.path.basename(r['path']), r['state'], r['loads'])
                  for r in orders.ledger(case))


def two_at_once(work, at, want):
    """The same evidence: the later one waits, and finds all of it there."""
    case = os.path.join(work, 'two.modhunt')
    first = start(case, at['a'], at['b'])
    is_made(case, first)
    second = start(case, at['b'], at['a'])
    said = waits(second)
    first.send_signal(signal.SIGCONT)
    ends(first, 0)
    ends(second, 0, f'(process {first.pid}) is loading evidence into this case: waiting', said)
    if loads(case) != want or [s for _, s, _ in states(case)].count('duplicate') != 2:
        raise orders.Wrong(f'the case is another: {states(case)}')
    return 'two ingests of the same files take turns'


def a_killed_one_holds_nobody_up(work, at, want):
    """The one that waits goes on in the file that the killed one was in."""
    case = os.path.join(work, 'killed.modhunt')
    first = start(case, at['a'], at['b'])
    is_made(case, first)
    second = start(case, at['a'], at['b'])
    waits(second)
    first.kill()
    first.wait()
    ends(second, 0)
    if loads(case) != want or [s for _, s, _ in states(case)] != ['complete', 'complete']:
        raise orders.Wrong(f'the case is another: {states(case)}')
    return 'an ingest that is killed leaves its turn to the next'


def readers_beside_it(work, at, want):
    """Each reader sees whole commits: never fewer loads than the one before."""
    case = os.path.join(work, 'read.modhunt')
    child = start(case, at['a'], at['b'])
    is_made(case, child)
    seen, times = 0, 0
    while child.poll() is None:
        now = len(orders.hunt(case).splitlines())
        orders.ledger(case)  # whose sums hold at every commit
        if now < seen:
            raise orders.Wrong(f'{now} loads after {seen}')
        seen, times = now, times + 1
        child.send_signal(signal.SIGCONT)
        time.sleep(0.02)
        if times < 3:
            child.send_signal(signal.SIGSTOP)
    ends(child, 0)
    if loads(case) != want or times < 2:
        raise orders.Wrong(f'after {times} readers the case is another')
    return f'{times} readers beside an ingest'


def console_beside_it(work, at, want):
    """It opens, draws and is left while the other one writes."""
    case = os.path.join(work, 'console.modhunt')
    child = start(case, at['a'], at['b'])
    is_made(case, child)
    pid, fd = pty.fork()
    if pid == 0:
        os.environ['TERM'] = 'xterm'
        os.execv(os.environ['MODHUNT'], [os.environ['MODHUNT'], case])
    screen, until, left = b'', time.time() + 60, False
    while time.time() < until:
        if b'hits' in screen:
            child.send_signal(signal.SIGCONT)
        if child.poll() is not None and not left:
            os.write(fd, b'q')
            left = True
        if not select.select([fd], [], [], 0.05)[0]:
            continue
        try:
            screen += os.read(fd, 65536)
        except OSError:
            break
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    ends(child, 0)
    if status != 0 or b'hits' not in screen:
        raise orders.Wrong(f'the console ended with {status}: {screen[-400:]}')
    if loads(case) != want:
        raise orders.Wrong('the case is another')
    return 'a console beside an ingest'


def main():
    work = sys.argv[1]
    at = {'a': os.path.join(work, 'a.evtx'), 'b': os.path.join(work, 'b.xml')}
    orders.generate('evtx', at['a'], RECORDS, seed=1)
    orders.generate('xml', at['b'], RECORDS, seed=2)
    alone = os.path.join(work, 'alone.modhunt')
    ends(start(alone, at['a'], at['b']), 0)
    want, bad = loads(alone), 0
    for test in (two_at_once, a_killed_one_holds_nobody_up, readers_beside_it,
                 console_beside_it):
        try:
            print(test(work, at, want))
        except orders.Wrong as wrong:
            print(f'{test.__name__}: {wrong}')
            bad += 1
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
