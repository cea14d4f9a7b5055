#!/usr/bin/env python3
"""Holds the tree to the design: who may include whom, and what may stand where.

Reads every source file of the tree given (default: the one it lies in) and says
each violation in one sentence, with the line it stands in.  It changes nothing;
the list of exceptions is empty and stays so.  layers_self.py plants one
violation of each kind and sees it found.
"""
import os
import re
import subprocess
import sys

HOUSE = {  # folder: what it may include besides itself
    'core': [],
    'queries': ['core'],
    'ingest': ['core'],
    'store': ['queries', 'core'],
    'tui': ['queries', 'core'],
    'cli': ['core', 'ingest', 'queries', 'store', 'tui'],
}
TOP = set(HOUSE) | {
    'tests', 'scripts', 'docs', 'cmake', '.ci', 'CMakeLists.txt', 'CMakePresets.json',
    'README.md', 'CONTRIBUTING.md', 'LICENSE', 'CHANGELOG.md', '.gitignore', '.gitattributes',
    '.clang-format', '.editorconfig'}
FOREIGN = [  # header, library, its one home (a file, a folder with its slash, or a few files)
    (r'(n?curses|curses_|panel|menu|form|term|termcap|ncursesw/.*)\.?h?$', 'ncursesw', 'tui/term.c'),
    (r'sqlite3(ext)?\.h', 'SQLite', 'store/'),
    (r'pcre2.*\.h', 'PCRE2', 'core/pattern.c'),
    (r'libxml/.*', 'libxml2', 'ingest/xml.c'),
    (r'archive(_entry)?\.h', 'libarchive', 'ingest/bundle_archive.c ingest/bundle_form.c'),
    (r'seccomp\.h', 'libseccomp', 'ingest/bundle_child.c'),
    (r'openssl/.*', 'libcrypto', 'core/digest.c'),
    (r'yaml\.h', 'libyaml', 'core/yaml.c'),
]
SYSTEM = set('''
assert ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg
stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar
wctype dirent fcntl fnmatch ftw getopt glob grp langinfo libgen poll iconv pthread pwd regex sched
semaphore spawn strings syslog termios unistd endian byteswap execinfo dlfcn pty fts paths malloc
'''.split())
SYSTEM_FOLDERS = ('sys/', 'linux/', 'netinet/', 'arpa/', 'immintrin', 'x86intrin', 'cpuid',
                  'nmmintrin', 'wmmintrin', 'emmintrin', 'tmmintrin', 'smmintrin', 'arm_')
BANNED = '''strcpy strcat sprintf vsprintf gets strtok system popen alloca atoi atol atof mktemp
tmpnam scanf fscanf sscanf vscanf vfscanf vsscanf'''.split()
BANNED_CALL = re.compile(r'(?<![A-Za-z0-9_])(' + '|'.join(BANNED) + r')\s*\(')
SQL = re.compile(r'\b(SELECT\s|INSERT\s+INTO\s|DELETE\s+FROM\s|UPDATE\s+\w+\s+SET\s|CREATE\s+TABLE\s)')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def listed(root):
    """Every file of the tree that is ours: what git knows and would add."""
    if os.path.exists(os.path.join(root, '.git')):
        out = subprocess.run(['git', '-C', root, 'ls-files', '-z', '--cached', '--others',
                              '--exclude-standard'], check=True, capture_output=True).stdout
        names = [n for n in out.decode('utf-8', 'replace').split('\0') if n]
        return sorted(n for n in names if os.path.lexists(os.path.join(root, n)))
    names = []
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f != 'build']
        names += [os.path.relpath(os.path.join(folder, f), root) for f in files]
    return sorted(names)


def blanked(text, strings):
    """The text without comments and, unless they are wanted, without strings;
    every line stays where it was."""
    def blank(match):
        token = match.group(0)
        if token[0] == '"' and strings:
            return token
        return re.sub(r'[^\n]', ' ', token)
    return TOKEN.sub(blank, text)


def at_home(name, home):
    return name.startswith(home) if home.endswith('/') else name in home.split()


def foreign(name, header):
    for pattern, library, home in FOREIGN:
        if re.match(pattern, header):
            return None if at_home(name, home) else \
                f'{name} may not include <{header}>: {library} lives in {home.replace(" ", " and ")} alone'
    if header.startswith(SYSTEM_FOLDERS) or re.sub(r'\.h$', '', header) in SYSTEM:
        return None
    return f'{name} includes <{header}>, which is no header of C, POSIX, glibc or Linux and has no home'


def ours(name, folder, header):
    target = header.split('/')[0]
    if '/' not in header:
        return f'{name} includes "{header}": includes start at the root'
    if folder == 'tests' or target == folder:
        return None
    if target == 'tests':
        return f'{name} may not include tests'
    if target not in HOUSE:
        return f'{name} includes "{header}", which is no folder of the house'
    if target not in HOUSE[folder]:
        return f'{name} may not include {target}'
    return None


def check_source(name, text):
    folder = name.split('/')[0]
    for number, line in enumerate(blanked(text, strings=True).split('\n'), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        kind, header = found.groups()
        if kind == '"':
            yield number, ours(name, folder, header)
        elif folder != 'tests':
            yield number, foreign(name, header)
    for number, line in enumerate(blanked(text, strings=False).split('\n'), 1):
        for call in BANNED_CALL.finditer(line):
            yield number, f'{name} may not call {call.group(1)}'
    if folder in ('core', 'ingest', 'tui'):
        for number, line in enumerate(blanked(text, strings=True).split('\n'), 1):
            if any(SQL.search(t) for t in re.findall(r'"(?:\\.|[^"\\])*"', line)):
                yield number, f'{name} may not write SQL: it lives in queries and store'


def check(root):
    said = []
    for name in listed(root):
        top = name.split('/')[0]
        if top not in TOP:
            sentence = f'{top} may not stand at the top'
            if sentence not in said:
                said.append(sentence)
            continue
        if not name.endswith(('.c', '.h')) or (top not in HOUSE and top != 'tests'):
            continue
        with open(os.path.join(root, name), encoding='utf-8', errors='replace') as f:
            for number, sentence in check_source(name, f.read()):
                if sentence:
                    said.append(f'{sentence} (line {number})')
    return said


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(here))
    said = check(root)
    for sentence in said:
        print(sentence)
    return 1 if said else 0


if __name__ == '__main__':
    sys.exit(main())
