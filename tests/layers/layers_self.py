#!/usr/bin/env python3
"""Plants one violation of each kind in a small tree and sees `layers` find it,
and nothing else; a clean tree, and one that only looks guilty, must pass."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LAYERS = os.path.join(HERE, 'layers.py')

CLEAN = {
    'core/span.h': '#include <stddef.h>\n',
    'core/pattern.c': '#include <pcre2.h>\n#include "core/span.h"\n',
    'ingest/evtx.c': '#include "core/span.h"\n#include "ingest/evtx.h"\n#include <sys/stat.h>\n',
    'ingest/evtx.h': '',
    'store/store.c': '#include <sqlite3.h>\n#include "queries/filter.h"\nchar *q = "SELECT 1 ";\n',
    'queries/filter.h': '#include "core/span.h"\n',
    'tui/keys.c': '/* no system() here,\n * nor strcpy() */ char *s = "gets(x)"; // sprintf(\n',
    'cli/main.c': '#include "store/store.h"\n#include "tui/tui.h"\n#include "ingest/ingest.h"\n',
    'tests/unit/test_x.c': '#include <cmocka.h>\n#include "store/store.h"\n#include <sqlite3.h>\n',
    'README.md': '',
}

PLANTED = [  # file, its text, the sentence that must be said
    ('tui/keys.c', '#include "store/store.h"\n', 'tui/keys.c may not include store'),
    ('core/span.h', '#include "ingest/evtx.h"\n', 'core/span.h may not include ingest'),
    ('ingest/evtx.c', '#include "store/store.h"\n', 'ingest/evtx.c may not include store'),
    ('ingest/evtx.c', '#include "queries/filter.h"\n', 'ingest/evtx.c may not include queries'),
    ('queries/filter.h', '#include "store/store.h"\n', 'queries/filter.h may not include store'),
    ('store/store.c', '#include "tui/tui.h"\n', 'store/store.c may not include tui'),
    ('store/store.c', '#include "tests/gen/gen.h"\n', 'store/store.c may not include tests'),
    ('core/fault.c', '#include "fault.h"\n', 'core/fault.c includes "fault.h": includes start'),
    ('tui/model.c', '#include "lib/x.h"\n', 'tui/model.c includes "lib/x.h", which is no folder'),
    ('tui/draw.c', '  #  include <curses.h>\n', 'tui/draw.c may not include <curses.h>: ncursesw'),
    ('tui/draw.c', '#include <ncursesw/curses.h>\n', 'tui/draw.c may not include <ncursesw/'),
    ('cli/sql.c', '#include <sqlite3.h>\n', 'cli/sql.c may not include <sqlite3.h>: SQLite'),
    ('core/text.c', '#include <pcre2.h>\n', 'core/text.c may not include <pcre2.h>: PCRE2'),
    ('ingest/json.c', '#include <libxml/parser.h>\n', 'ingest/json.c may not include <libxml/'),
    ('ingest/walk.c', '#include <archive.h>\n', 'ingest/walk.c may not include <archive.h>'),
    ('ingest/walk.c', '#include <seccomp.h>\n', 'ingest/walk.c may not include <seccomp.h>'),
    ('store/hash.c', '#include <openssl/evp.h>\n', 'store/hash.c may not include <openssl/evp.h>'),
    ('queries/p.c', '#include <yaml.h>\n', 'queries/p.c may not include <yaml.h>: libyaml'),
    ('core/net.c', '#include <curl/curl.h>\n', 'core/net.c includes <curl/curl.h>, which is no'),
    ('cli/run.c', 'int f(void) { return system ("ls"); }\n', 'cli/run.c may not call system'),
    ('core/a.c', '/* strcpy( */ x = "sprintf("; strcpy(a, b);\n', 'core/a.c may not call strcpy'),
    ('tests/unit/test_x.c', 'n = sscanf(s, "%d", &i);\n', 'tests/unit/test_x.c may not call sscanf'),
    ('ingest/b.c', 'p = alloca(9);\n', 'ingest/b.c may not call alloca'),
    ('tui/view.c', 'q = "SELECT id FROM load";\n', 'tui/view.c may not write SQL'),
    ('vendor/x.c', '\n', 'vendor may not stand at the top'),
    ('notes.txt', '\n', 'notes.txt may not stand at the top'),
]


def run(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
        done = subprocess.run([sys.executable, LAYERS, root], capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()


def main():
    bad = 0
    status, said = run(CLEAN)
    if status != 0 or said:
        print('a clean tree was blamed:', said)
        bad += 1
    for name, text, want in PLANTED:
        status, said = run({**CLEAN, name: text})
        if status != 1 or len(said) != 1 or not said[0].startswith(want):
            print(f'planted in {name}: {text!r}\n  want: {want}\n  said: {said}')
            bad += 1
    print(f'{len(PLANTED) + 1 - bad} of {len(PLANTED) + 1} trees judged rightly')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
