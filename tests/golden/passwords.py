#!/usr/bin/env python3
"""Encrypted archives in a folder and in an archive, through a pseudo-terminal."""
import io
import os
import pty
import random
import select
import signal
import subprocess
import sys
import termios
import time
import zipfile

import archives
import orders

ONE, TWO, WRONG = b'correct horse', b'\xc3\xa4 battery q', b'neither of them'
SECRETS = (ONE, TWO, WRONG)
QUESTION = b'password ('


def event(n):
    return (f'<Event><System><Provider Name="Microsoft-Windows-Sysmon"/><EventID>7</EventID>'
            f'<EventRecordID>{n}</EventRecordID><Computer>WS1</Computer></System><EventData>'
            f'<Data Name="UtcTime">2024-01-01 00:00:{n:02d}.000</Data><Data Name="ProcessId">4</Data>'
            f'<Data Name="Image">C:\\a.exe</Data><Data Name="ImageLoaded">C:\\Temp\\{n}.dll</Data>'
            f'</EventData></Event>\n').encode()


def evidence(work):
    """A folder: one zip of its own password, another one in an open zip."""
    chance = random.Random(7)
    folder = os.path.join(work, 'case')
    os.makedirs(os.path.join(folder, 'more'))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, 'w') as z:
        z.writestr('open.xml', event(3))
        z.writestr('in/inner.zip', archives.zip_crypto('two.xml', event(2), TWO, chance))
    for name, data in (('a.zip', archives.zip_crypto('one.xml', event(1), ONE, chance)),
                       ('more/outer.zip', outer.getvalue()), ('plain.xml', event(4))):
        with open(os.path.join(folder, name), 'wb') as out:
            out.write(data)
    return folder


class Terminal:
    """modhunt on a terminal of its own."""

    def __init__(self, *words):
        self.pid, self.fd = pty.fork()
        self.said, self.seen = b'', 0
        if self.pid == 0:
            os.environ.update(TERM='xterm', LINES='24', COLUMNS='100')
            os.execv(os.environ['MODHUNT'], [os.environ['MODHUNT'], *words])

    def read(self, wait=0.1):
        """False once it has ended."""
        if select.select([self.fd], [], [], wait)[0]:
            try:
                self.said += os.read(self.fd, 65536)
            except OSError:
                return False
        return True

    def until(self, words, seconds=30):
        """Waits for them behind what was waited for before."""
        end = time.time() + seconds
        while words not in self.said[self.seen:]:
            if time.time() > end or not self.read():
                raise orders.Wrong(f'{words} was not said: {self.said[-600:]}')
        self.seen = self.said.index(words, self.seen) + len(words)

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def answer(self, password):
        self.until(QUESTION)
        end = time.time() + 10
        while self.echoes():
            if time.time() > end:
                raise orders.Wrong('what is typed would be shown')
            time.sleep(0.005)
        os.write(self.fd, password + b'\r')

    def ends(self, status):
        end = time.time() + 20
        while self.read():
            if time.time() > end:
                os.kill(self.pid, signal.SIGKILL)
        now = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if now != status:
            raise orders.Wrong(f'ended with {now}, not {status}: {self.said[-600:]}')
        if any(s in self.said for s in SECRETS):
            raise orders.Wrong(f'a password was shown: {self.said}')


def holds(case, loads, locked):
    """So many loads; so many members that nobody could read; no password."""
    rows = orders.ledger(case)
    counts = (sum(r['loads'] for r in rows), sum(r['state'] == 'unreadable' for r in rows))
    if counts != (loads, locked):
        raise orders.Wrong(f'{counts} loads and locked members, not {(loads, locked)}: {rows}')
    for name in (case, case + '-wal'):
        data = open(name, 'rb').read() if os.path.exists(name) else b''
        if any(s in data for s in SECRETS):
            raise orders.Wrong(f'{name} holds a password')


def wrong_then_right(work, folder):
    case = os.path.join(work, 'a.modhunt')
    t = Terminal('ingest', '-c', case, folder)
    for password in (WRONG, ONE, WRONG, TWO):
        t.answer(password)
    t.ends(0)
    if t.said.count(b'does not open it') != 2 or b'inner' in t.said or b'7 files' not in t.said:
        raise orders.Wrong(f'it said {t.said}')
    holds(case, 4, 0)


def skipped_and_asked_again(work, folder):
    case = os.path.join(work, 'b.modhunt')
    t = Terminal('ingest', '-c', case, folder)
    t.answer(b'')
    t.answer(TWO)
    t.ends(1)
    holds(case, 3, 1)
    t = Terminal('ingest', '-c', case, folder)
    for password in (WRONG, WRONG, WRONG):
        t.answer(password)
    t.ends(0)
    if b'none of the 3' not in t.said:
        raise orders.Wrong(f'it said {t.said}')
    t = Terminal('ingest', '-c', case, folder)
    t.answer(ONE)
    t.ends(0)
    holds(case, 4, 0)


def named_and_interrupted(work, folder):
    case = os.path.join(work, 'c.modhunt')
    t = Terminal('ingest', '-c', case, os.path.join(folder, 'a.zip'))
    t.answer(b'abc\x03')
    t.until(b'stopped at the question')
    if not t.echoes():
        raise orders.Wrong('the terminal was left without echo')
    t.ends(3)
    if os.path.exists(case):
        raise orders.Wrong('a case was made of nothing')


def without_a_terminal(work, folder):
    """A file of passwords, one a line; and none."""
    case, words = os.path.join(work, 'd.modhunt'), os.path.join(work, 'words')

    def run(*more):
        return subprocess.run([os.environ['MODHUNT'], 'ingest', '-c', case, folder, *more],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
                              start_new_session=True)

    ran = run()
    if ran.returncode != 1 or b'--password-file' not in ran.stderr or QUESTION in ran.stderr:
        raise orders.Wrong(f'{ran}')
    with open(words, 'wb') as out:
        out.write(WRONG + b'\r\n\n' + ONE + b'\r\n' + TWO)
    ran = run('--password-file', words)
    if ran.returncode != 0:
        raise orders.Wrong(f'{ran}')
    holds(case, 4, 0)


def noise_is_no_evidence(work, folder):
    """A wrong password that passes the old encryption's only check."""
    case, words = os.path.join(work, 'e.modhunt'), os.path.join(work, 'words')
    path = os.path.join(folder, 'a.zip')
    with zipfile.ZipFile(path) as z:
        for n in range(10000):
            try:
                z.open('one.xml', pwd=b'%d' % n)
                break
            except RuntimeError:
                continue
    with open(words, 'wb') as out:
        out.write(b'%d' % n)
    orders.modhunt('ingest', '-c', case, '--password-file', words, path, status=(1,))
    holds(case, 0, 1)


def in_the_console(work, folder):
    """It opens at once; P asks, and what follows the Enter is no keys."""
    os.chdir(work)
    t = Terminal(os.path.basename(folder))
    t.until(b'archives are encrypted')
    os.write(t.fd, b'P' + WRONG + b'\rqqyP')
    t.until(b'not open it')
    os.write(t.fd, ONE + b'\r')
    t.until(b'read again')
    os.write(t.fd, b'P')
    t.until(b'not shown')
    os.write(t.fd, TWO + b'\r')
    t.until(b'read again')
    t.until(b'all evidence is read')
    os.write(t.fd, b'q')
    t.ends(0)
    holds(os.path.join(work, 'case.modhunt'), 4, 0)


def main():
    work, bad = sys.argv[1], 0
    folder = evidence(work)
    for test in (wrong_then_right, skipped_and_asked_again, named_and_interrupted,
                 in_the_console, without_a_terminal, noise_is_no_evidence):
        try:
            test(work, folder)
            print(f'{test.__name__}: as it should')
        except orders.Wrong as wrong:
            print(f'{test.__name__}: {wrong}')
            bad += 1
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
