"""modhunt ingest --follow against a writer: see follow.sh.

Nothing here sleeps for a fixed time: each step waits until the case has the rows
that the writer's bytes are worth, and fails where it never does."""
import csv, io, json, os, random, re, signal, subprocess, sys, time

MODHUNT, GEN = os.environ['MODHUNT'], os.environ['MODHUNT_GEN']
PATIENCE = 60
os.chdir(sys.argv[1])
random.seed(7)
os.mkdir('whole')
followers = []


def run(*words, status=0, **more):
    done = subprocess.run([MODHUNT, *words], capture_output=True, text=True, **more)
    if status is not None and done.returncode != status:
        sys.exit(f'modhunt {" ".join(words)}: status {done.returncode}: {done.stderr}')
    return done


def until(what, test):
    ends = time.time() + PATIENCE
    while not test():
        if time.time() > ends:
            sys.exit(f'{what}: it never came')
        time.sleep(0.05)


def loads(case):
    """The rows of a case but for `ref`, which names the file that they lay in."""
    rows = []
    for line in run('hunt', '-c', case, '--all', '--include-allowed', '--format', 'jsonl').stdout.splitlines():
        row = json.loads(line)
        row.pop('ref')
        rows.append(json.dumps(row, sort_keys=True))
    return sorted(rows)


def ledger(case):
    rows = [json.loads(line) for line in run('evidence', '-c', case, '--format', 'jsonl').stdout.splitlines()]
    for r in rows:
        classes = sum(r[k] for k in 'loads processes context other damaged duplicates'.split())
        if r['records'] != classes:
            sys.exit(f'{case}: {r["path"]}: {r["records"]} records, but classes add up to {classes}')
    return rows


def count(case, kind='records'):
    return sum(r[kind] for r in ledger(case)) if os.path.exists(case) else 0


class Follower:
    def __init__(self, case, *paths, stdin=subprocess.DEVNULL):
        self.case, self.err = case, open(case + '.err', 'w+')
        self.process = subprocess.Popen([MODHUNT, 'ingest', '-c', case, '--follow', *paths],
                                        stdin=stdin, stderr=self.err)
        followers.append(self.process)

    def has(self, records):
        def there():
            if self.process.poll() is not None:
                self.err.seek(0)
                sys.exit(f'the follower of {self.case} ended, {self.process.returncode}: {self.err.read()}')
            try:
                return os.path.getsize(self.case) > 0 and count(self.case) >= records
            except (OSError, SystemExit):
                return False  # the case is being made
        until(f'{self.case}: {records} records', there)
        if count(self.case) != records:
            sys.exit(f'{self.case}: {count(self.case)} records, not {records}')

    def holds(self, path):
        """Has it opened the file that has this name now?"""
        fds = f'/proc/{self.process.pid}/fd/'
        until(f'{path} is open', lambda: any(os.path.exists(fds + n) and os.path.samefile(fds + n, path)
                                             for n in os.listdir(fds)))

    def stop(self, how=signal.SIGTERM, status=0):
        self.process.send_signal(how)
        got = self.process.wait(PATIENCE)
        if got != status:
            self.err.seek(0)
            sys.exit(f'the follower of {self.case} ended with {got}: {self.err.read()}')

    def kill(self):
        self.process.kill()
        self.process.wait()


def same(case, want, what):
    have = loads(case)
    if have != want:
        sys.exit(f'{what}: {len(have)} loads, not {len(want)}; twice: {len(have) - len(set(have))}')


def append(path, data):
    with open(path, 'ab') as f:
        f.write(data)


def whole(name, data):
    name = 'whole/' + name  # not beside what is followed: it would be taken for a copy of it
    with open(name, 'wb') as f:
        f.write(data)
    run('ingest', '-c', name + '.modhunt', name)
    return loads(name + '.modhunt'), count(name + '.modhunt')


def made(form, n, seed=1):
    return subprocess.run([GEN, form, '-n', str(n), '--seed', str(seed), '-o', '-'],
                          capture_output=True, check=True).stdout


def as_csv(lines):
    objects = [json.loads(line) for line in lines.splitlines()]
    names = list(dict.fromkeys(k for o in objects for k in o))
    out = io.StringIO()
    w = csv.DictWriter(out, names)
    w.writeheader()
    w.writerows(objects)
    return out.getvalue().encode()


def as_syslog(lines):
    return b''.join(b'Mar  2 07:00:00 relay sysmon: ' + line + b'\n' for line in lines.splitlines())


def forms(n):
    nxlog = made('nxlog', n)
    rootless = made('rootless', n)
    return {'auditd': made('auditd', n), 'jsonl': nxlog, 'csv': as_csv(nxlog), 'xml': made('xml', n), 'rootless': rootless,
            'syslog': as_syslog(rootless), 'utf16': made('utf16', n), 'evtxdump': made('evtxdump', n)}


def between_events(data):
    """Where no audit event is open: auditd writes the lines of one at once."""
    lines = data.splitlines(keepends=True)
    keys = [re.search(rb'audit\(([^)]*)\)', line) for line in lines]
    last = {k[1]: i for i, k in enumerate(keys) if k}
    at, open_until, places = 0, 0, []
    for i, (line, k) in enumerate(zip(lines, keys)):
        at += len(line)
        open_until = max(open_until, last[k[1]] if k else i)
        if open_until <= i:
            places.append(at)
    return places


def any_places(form, data, n):
    there = between_events(data)[:-1] if form == 'auditd' else range(1, len(data))
    return sorted(random.sample(there, n)) + [len(data)]


def every_form_grows_by_any_bytes():
    for form, data in forms(150).items():
        name, case = f'grow.{form}', f'grow.{form}.case'
        want, records = whole(name + '.whole', data)
        places = any_places(form, data, 6)
        append(name, data[:places[0]])
        f, at = Follower(case, name), places[0]
        for to in places[1:]:
            append(name, data[at:to])
            at = to
        f.has(records)
        f.stop()
        same(case, want, form)
        row, = ledger(case)
        if row['state'] != 'complete' or row['damaged']:
            sys.exit(f'{form}: {row}')


def half_a_record_waits():
    """... through an end and a start, and is damage once the file has ended."""
    lines = made('nxlog', 60, 3).splitlines(keepends=True)
    data = b''.join(lines)
    want, records = whole('half.whole', data)
    cut = len(b''.join(lines[:40])) + 25
    append('half', data[:cut])
    f = Follower('half.case', 'half')
    f.has(40)
    f.stop(signal.SIGINT)
    row, = ledger('half.case')
    if row['damaged'] or row['bytes'] != cut - 25:
        sys.exit(f'half a record was counted: {row}')
    f = Follower('half.case', 'half')
    append('half', data[cut:] + b'{"EventTime":"half of')
    f.has(records)
    os.rename('half', 'half.1')
    append('half', lines[0])
    f.has(records + 2)
    f.stop(status=1)
    same('half.case', sorted(want + whole('half.one', lines[0])[0]), 'half a record')
    if [r['damaged'] for r in ledger('half.case')] != [1, 0]:
        sys.exit(f'what was cut by the rotation is not told: {ledger("half.case")}')


def rotate_rename(path, i):
    os.rename(path, f'{path}.{i}')
    old = open(f'{path}.{i}', 'ab')
    return old, lambda: None


def rotate_delete(path, i):
    old = open(path, 'ab')
    os.unlink(path)
    return old, lambda: None


def rotate_copytruncate(path, i):
    """The writer adds a line between the last look and the copy, then it is emptied."""
    def empty():
        with open(path, 'rb') as f:
            append(f'{path}.{i}', f.read())
        os.truncate(path, 0)
    return open(path, 'ab'), empty


def rotations_lose_nothing():
    for way in rotate_rename, rotate_delete, rotate_copytruncate:
        name = way.__name__
        lines = made('nxlog', 240, 5).splitlines(keepends=True)
        want, records = whole(name + '.whole', b''.join(lines))
        parts = [lines[i:i + 40] for i in range(0, 240, 40)]
        append(name, b''.join(parts[0]))
        f = Follower(name + '.case', name)
        f.has(40)
        done = 40
        for i, part in enumerate(parts[1:]):
            old, empty = way(name, i)
            old.write(b''.join(part[:15]))  # by a writer who has not noticed yet
            old.close()
            empty()
            append(name, b''.join(part[15:]))
            done += len(part)
            if i % 2 or way is rotate_copytruncate:
                f.has(done)
            else:  # once more before the old one is finished
                f.holds(name)
        f.has(records)
        f.stop()
        same(name + '.case', want, name)
        if any(r['damaged'] or r['duplicates'] for r in ledger(name + '.case')):
            sys.exit(f'{name}: {ledger(name + ".case")}')


def a_kill_at_any_moment_loses_nothing_and_doubles_nothing():
    for form, data in (('jsonl', made('nxlog', 3000, 9)), ('csv', as_csv(made('nxlog', 1500, 9))),
                       ('auditd', made('auditd', 600, 9))):
        name, case = f'kill.{form}', f'kill.{form}.case'
        want, records = whole(name + '.whole', data)
        at = 0
        for i, to in enumerate(any_places(form, data, 14)):
            if i % 3 == 1:
                f = Follower(case, name)
            append(name, data[at:to])
            at = to
            time.sleep(random.random() / 8)
            if i % 3 == 0 and i:
                f.kill()
        f.kill()
        f = Follower(case, name)
        f.has(records)
        f.stop()
        same(case, want, f'{form} after kills')
        if len(ledger(case)) != 1 or count(case, 'duplicates'):
            sys.exit(f'{form}: after kills the ledger is {ledger(case)}')


def a_plain_ingest_takes_the_rest():
    lines = made('nxlog', 500, 11).splitlines(keepends=True)
    want, records = whole('rest.whole', b''.join(lines))
    for how in 'stopped', 'killed':
        case = f'rest.{how}.case'
        append(how, b''.join(lines[:300]))
        f = Follower(case, how)
        f.has(300)
        f.stop() if how == 'stopped' else f.kill()
        append(how, b''.join(lines[300:]))
        run('ingest', '-c', case, how)
        same(case, want, f'{how}, then read at once')
        row, = ledger(case)
        sha256 = subprocess.run(['sha256sum', how], capture_output=True, text=True).stdout.split()[0]
        if row['records'] != records or row['duplicates'] or row['sha256'] != sha256:
            sys.exit(f'{how}: {row}')
        run('ingest', '-c', case, how)  # nothing is new
        if [r['state'] for r in ledger(case)] != ['complete', 'duplicate']:
            sys.exit(f'{how}, read once more: {ledger(case)}')
        same(case, want, f'{how}, read once more')


def a_rotation_that_nobody_saw_is_gone_on_with():
    lines = made('nxlog', 300, 13).splitlines(keepends=True)
    want, records = whole('unseen.whole', b''.join(lines))
    for how in 'renamed', 'killed_and_renamed':
        case = how + '.case'
        append(how, b''.join(lines[:100]))
        f = Follower(case, how)
        f.has(100)
        f.stop() if how == 'renamed' else f.kill()
        append(how, b''.join(lines[100:200]))
        os.rename(how, how + '.1')
        append(how + '.2', b''.join(lines[:10]))  # older, and never followed: not ours to read
        append(how, b''.join(lines[200:]))
        f = Follower(case, how)
        f.has(records)
        f.stop()
        same(case, want, how)


def several_files_at_once():
    data = {f'many.{i}': made('nxlog', 200, 20 + i) for i in range(5)}
    want, records = whole('many.whole', b''.join(data.values()))
    for name in data:
        append(name, b'')  # nothing in it yet
    f = Follower('many.case', *data)
    for i in range(4):
        for name, d in data.items():
            append(name, d[len(d) * i // 4:len(d) * (i + 1) // 4])
    f.has(records)
    before = cpu(f.process.pid)
    time.sleep(1)
    spent = cpu(f.process.pid) - before
    if spent > 0.1:
        sys.exit(f'{spent} s of a second were spent with nothing to do')
    f.stop()
    same('many.case', want, 'several files')


def cpu(pid):
    with open(f'/proc/{pid}/stat') as f:
        fields = f.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def standard_input_is_a_stream():
    lines = made('nxlog', 100, 31).splitlines(keepends=True)
    want, records = whole('pipe.whole', b''.join(lines))
    f = Follower('pipe.case', '-', stdin=subprocess.PIPE)
    for part in lines[:40], lines[40:41], lines[41:]:
        f.process.stdin.write(b''.join(part))
        f.process.stdin.flush()
        f.has(sum(len(p) for p in ([lines[:40]] if part == lines[:40] else
                                   [lines[:41]] if len(part) == 1 else [lines])))
    f.process.stdin.close()
    if f.process.wait(PATIENCE) != 0:
        sys.exit('the end of standard input is no good end')
    same('pipe.case', want, 'standard input')
    if [r['state'] for r in ledger('pipe.case')] != ['complete']:
        sys.exit(f'standard input: {ledger("pipe.case")}')


def what_can_not_be_followed_is_refused():
    os.mkdir('folder')
    os.mkfifo('fifo')
    with open('pretty.json', 'w') as f:
        json.dump([json.loads(made('nxlog', 1, 1).splitlines()[0])], f, indent=2)
        f.write('\n')
    subprocess.run(['gzip', '-k', 'whole/half.whole'], check=True)
    subprocess.run([GEN, 'evtx', '-n', '10', '-o', 'log.evtx'], check=True)
    for path, words in (('folder', 'is a folder'), ('fifo', 'is no file'), ('missing', 'No such file'),
                        ('pretty.json', "can't be followed"), ('log.evtx', "can't be followed"), ('whole/half.whole.gz', "can't be followed")):
        done = run('ingest', '-c', 'refused.case', '--follow', path, status=None)
        if done.returncode not in (2, 3) or words not in done.stderr or path not in done.stderr:
            sys.exit(f'{path}: status {done.returncode}: {done.stderr}')
        if os.path.exists('refused.case'):
            sys.exit(f'{path} was refused, but a case was made')


tests = [every_form_grows_by_any_bytes, half_a_record_waits, rotations_lose_nothing,
         a_kill_at_any_moment_loses_nothing_and_doubles_nothing, a_plain_ingest_takes_the_rest,
         a_rotation_that_nobody_saw_is_gone_on_with, several_files_at_once,
         standard_input_is_a_stream, what_can_not_be_followed_is_refused]
try:
    for test in tests:
        if len(sys.argv) > 2 and test.__name__ not in sys.argv[2:]:
            continue
        began = time.time()
        test()
        print(f'{time.time() - began:5.1f} s  {test.__name__}')
finally:
    for process in followers:
        if process.poll() is None:
            process.kill()
