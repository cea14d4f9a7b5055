#!/usr/bin/env bash
# A record of text may be so long, and longer where that is asked for: what is too
# long is one damaged place that names its option.  Help and manual name them all.
set -eu
: "${MODHUNT:?}" "${MODHUNT_SOURCE:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for option in max-depth max-members max-member max-bundle max-held max-ratio max-record; do
    "$MODHUNT" ingest --help | grep -q -- "--$option " || { echo "help lacks --$option"; exit 1; }
    grep -q -- "Fl -$option " "$MODHUNT_SOURCE/docs/modhunt.1" || { echo "the manual lacks --$option"; exit 1; }
done
python3 - <<'PYTHON'
import json, os, subprocess, sys
EVENT = ("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
         "<Provider Name='Microsoft-Windows-Sysmon'/><EventID>7</EventID><EventRecordID>%d"
         "</EventRecordID><Computer>WS01</Computer></System><EventData><Data Name='ImageLoaded'>"
         "C:\\%d.dll</Data><Data Name='Description'>%s</Data></EventData></Event>\n")
def filler(i, size):
    return 'x' * (size if i == 2 else 9)
xml = ''.join(EVENT % (i, i, filler(i, 900000)) for i in range(5))
lines = ''.join(json.dumps({'SourceName': 'Microsoft-Windows-Sysmon', 'EventID': 7, 'Hostname': 'H',
                            'ImageLoaded': f'C:\\{i}.dll', 'Description': filler(i, 1500000)}) + '\n'
                for i in range(5))
table = 'Computer,EventID,Provider,RecordNumber,ImageLoaded,Image,Description\n' + ''.join(
    f'H,7,Microsoft-Windows-Sysmon,{i},C:\\{i}.dll,C:\\a.exe,{filler(i, 1500000)}\n' for i in range(5))
files = {'a.xml': xml.encode(), 'b.xml': ('\ufeff' + xml).encode('utf-16-le'),
         'c.json': lines.encode(), 'd.csv': table.encode()}
def run(*words):
    return subprocess.run([os.environ['MODHUNT'], *words], capture_output=True, text=True)
for name, data in files.items():
    with open(name, 'wb') as f:
        f.write(data)
    for options, status, loads in (((), 1, 4), (('--max-record', '2M'), 0, 5),
                                   (('--max-record', '1K'), 1, 4)):
        case = name + ''.join(options) + '.modhunt'
        done = run('ingest', '-c', case, *options, name)
        rows = run('hunt', '-c', case, '--all', '--format', 'jsonl').stdout.splitlines()
        if done.returncode != status or len(rows) != loads \
                or (status == 1) != ('(--max-record)' in done.stderr):
            sys.exit(f'{name} {options}: {done.returncode}, {len(rows)} loads: {done.stderr}')
for wrong in ('9M', '10', 'long'):
    done = run('ingest', '-c', 'no.modhunt', '--max-record', wrong, 'a.xml')
    if done.returncode != 2 or '--max-record' not in done.stderr:
        sys.exit(f'--max-record {wrong}: {done.returncode}: {done.stderr}')
PYTHON
