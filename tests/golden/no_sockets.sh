#!/usr/bin/env bash
# System calls of ingest, hunt and the console: no socket to any network, no other
# program, evidence opened for reading alone and left as it was.
set -eu
: "${MODHUNT:?}" "${MODHUNT_GEN:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "$1"; exit 1; }

if ! command -v strace >/dev/null || ! strace -o /dev/null true 2>/dev/null; then
    echo "strace is missing, or tracing is not allowed here"
    exit 77
fi
"$MODHUNT_GEN" demo evidence
python3 -c 'import sys, zipfile, os
z = zipfile.ZipFile("evidence/z.zip", "w", zipfile.ZIP_DEFLATED)
for folder, _, files in os.walk("evidence"):
    for f in sorted(files):
        if f.endswith(".evtx"):
            z.write(os.path.join(folder, f))'
chmod -R a-w evidence
find evidence -type f -printf '%p %s %T@ %m\n' -exec sha256sum {} + | sort >before
calls=trace=network,execve,execveat,open,openat,openat2,creat,unlink,unlinkat,rename,renameat2

status=0
strace -f -o ingest.trace -e $calls "$MODHUNT" ingest -c demo.modhunt evidence 2>err || status=$?
[ $status -le 1 ] || fail "ingest ended with $status: $(cat err)"
strace -f -o hunt.trace -e $calls "$MODHUNT" hunt -c demo.modhunt >table
[ "$(wc -l <table)" -gt 5 ] || fail "hunt printed no table"
python3 - "$MODHUNT" $calls <<'PYTHON'
import os, pty, select, sys, time
modhunt, calls = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM='xterm-256color', LINES='30', COLUMNS='120', LANG='C.UTF-8')
    os.execvp('strace', ['strace', '-f', '-o', 'console.trace', '-e', calls,
                         modhunt, 'demo.modhunt'])
seen, deadline = b'', time.time() + 30
def read(until):
    global seen
    while time.time() < until:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:
                return False
            if not data:
                return False
            seen += data
            if b'rundll32' in seen:
                return True
    return False
shown = read(deadline)
time.sleep(0.3)
for key in (b'\r', b'e', b'q', b'q', b'q'):
    try:
        os.write(fd, key)
    except OSError:
        break
    time.sleep(0.2)
while time.time() < deadline and os.waitpid(pid, os.WNOHANG)[0] == 0:
    read(time.time() + 0.1)
sys.exit(0 if shown else 'the console never showed rundll32')
PYTHON

for trace in ingest hunt console; do
    # (The C library asks a name cache on this machine through AF_UNIX, where there is one.)
    ! grep -E 'AF_INET|AF_PACKET|AF_NETLINK|AF_VSOCK|AF_BLUETOOTH' $trace.trace ||
        fail "$trace makes a socket that leads off this machine"
    # (The reader of archives is this program itself, started once more.)
    # A call that strace shows in two halves counts once, by its first.
    [ "$(grep 'execve(' $trace.trace | grep -vc '"/proc/self/exe", \["modhunt", "--bundle-child"\]')" -eq 1 ] ||
        fail "$trace runs another program"
    # Whatever is opened to be written, made or removed is the case itself (or the terminal),
    # or SQLite's own spill beside it, which is unlinked while it is open.
    written=$(grep -E 'O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)|^[0-9]+ +(unlink|rename|creat)' $trace.trace |
              grep -vE '"[^"]*demo\.modhunt(-wal|-shm|-journal|-[a-z]+)?"|"/dev/(tty|null|pts/[0-9]+)"' |
              grep -vE "\"$PWD/etilqs_[0-9a-f]+\"" || true)
    [ -z "$written" ] || fail "$trace writes elsewhere: $written"
done
grep -q '"/proc/self/exe"' ingest.trace || fail "the trace has not seen the reader of archives"
grep -q 'Operational\.evtx", O_RDONLY' ingest.trace || fail "the trace has not seen the evidence: it proves nothing"
find evidence -type f -printf '%p %s %T@ %m\n' -exec sha256sum {} + | sort >after
diff before after || fail "the evidence was changed"
