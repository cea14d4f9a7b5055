"""A small evaluator of Sigma, for the modifiers that t1129.yml uses (contains, re,
plain values, null), held against the score of `modhunt score` and the corpora."""
import gzip
import os
import re
import subprocess
import sys

rule_path, modhunt, golden = sys.argv[1:4]


def scalar(text):
    text = text.strip()
    if text.startswith("'"):
        assert text.endswith("'") and len(text) > 1, text
        return text[1:-1].replace("''", "'")
    return None if text == 'null' else text


def read_detection(lines):
    """{selection: {field: values}} and the condition: maps and lists, no more."""
    found, condition, selection, field, inside = {}, None, None, None, False
    for line in lines:
        indent = len(line) - len(line.lstrip())
        text = line.strip()
        if indent == 0:
            inside = text == 'detection:'
        elif not inside or not text:
            continue
        elif indent == 4 and text.startswith('condition:'):
            condition = text.split(':', 1)[1].strip()
        elif indent == 4:
            selection = text[:-1]
            found[selection] = {}
        elif indent == 8:
            field, value = text.split(':', 1)
            found[selection][field] = [scalar(value)] if value.strip() else []
        else:
            found[selection][field].append(scalar(text[1:]))
    return found, condition


def literal(value):
    """Sigma's own escapes; none of our values has a wildcard."""
    assert not re.search(r'[*?]', value), value
    return re.sub(r'\\\\', r'\\', value)


def matches(field, values, row):
    name, *modifiers = field.split('|')
    have = row[name]
    if modifiers == ['re']:
        return have is not None and any(re.search(v, have) for v in values)
    for value in values:
        if value is None:
            if have is None:
                return True
        elif have is not None:
            want, got = literal(value).lower(), have.lower()
            if (want in got) if modifiers == ['contains'] else want == got:
                return True
    assert modifiers in ([], ['contains']), field
    return False


def found(detection, row):
    def holds(name):
        return all(matches(f, v, row) for f, v in detection[name].items())
    assert condition == '1 of selection_* and not filter_main_known_good', condition
    return any(holds(n) for n in detection if n.startswith('selection_')) \
        and not ('filter_main_known_good' in detection and holds('filter_main_known_good'))


def hit(row):
    """What modhunt itself says of one load."""
    out = subprocess.run([modhunt, 'score', row['Image'], row['ImageLoaded'],
                          '-' if row['Signed'] is None else row['Signed'], '--format', 'jsonl'],
                         capture_output=True, text=True).stdout
    return '"IsHit":1' in out


def row(image, module, signed):
    return {'Image': image, 'ImageLoaded': module, 'Signed': signed}


text = open(rule_path).read().split('\n')
for words in ('title: ', 'id: ', 'date: ', 'category: image_load', 'product: windows', 'level: high',
              '- attack.execution', '- attack.t1129'):
    assert any(words in line for line in text), words
assert len(text[text.index('falsepositives:') + 1:text.index('level: high')]) == 5
detection, condition = read_detection(text)

R, N = 'C:\\Windows\\System32\\rundll32.exe', 'C:\\x\\notepad.exe'
made = [row(N, p, 'true') for p in (
    'C:\\Users\\a\\AppData\\Local\\Temp\\a.dll', 'c:\\users\\a\\APPDATA\\roaming\\a.dll',
    'D:\\Windows\\Temp\\a.dll', 'C:\\Users\\Public\\a.dll', 'C:\\Temp\\a.dll', 'c:\\tmp\\a.dll',
    'C:\\Users\\a\\Downloads\\a.dll', '\\\\srv\\share\\a.dll', '\\\\?\\C:\\x\\a.dll', '\\\\srv\\a.dll',
    'D:\\Temp\\a.dll', 'C:\\ProgramData\\a.dll', 'C:\\x\\a.dll', 'x\\\\srv\\share\\a.dll')]
made += [row('C:\\x\\' + i, 'C:\\x\\a.dll', 'true') for i in (
    'rundll32.exe', 'REGSVR32.EXE', 'mshta.exe', 'wscript.exe', 'cscript.exe', 'MSBuild.exe',
    'InstallUtil.exe', 'rundll32.exe.bak', 'rundll32x.exe', 'cmd.exe')]
made += [row(N, 'C:\\x\\a.dll', s) for s in ('false', '', None, 'failed', 'true')]
made += [row(R, g + 'a.dll', 'false') for g in (
    'C:\\Windows\\System32\\', 'C:\\WINDOWS\\syswow64\\', 'C:\\Windows\\WinSxS\\', 'C:\\Program Files\\',
    'D:\\Program Files (x86)\\', 'C:\\Users\\Public\\Windows\\System32\\', 'C:\\Windows\\',
    '\\\\srv\\share\\windows\\system32\\')]
want = [hit(r) for r in made]
for r, is_hit in zip(made, want):
    assert found(detection, r) == is_hit, (r, found(detection, r))
assert 20 < sum(found(detection, r) for r in made) < len(made)
# What Sigma can't say, as `modhunt guide rule` lists it: it matches
# without case, and the formula takes Signed as it is written.
for signed in ('False', 'FALSE'):
    r = row(N, 'C:\\x\\a.dll', signed)
    assert found(detection, r) and not hit(r), signed
# Each part of the rule counts: without it some row is judged otherwise.
for name in detection:
    less = {n: d for n, d in detection.items() if n != name}
    assert any(found(less, r) != is_hit for r, is_hit in zip(made, want)), f'{name} is of no use'

if not os.path.exists(golden):
    print('the corpora are missing: made rows alone')
    sys.exit(0)
rows = hits = by_case = 0
judged = {}
with gzip.open(golden, 'rt', encoding='utf-8', newline='\n') as file:
    names = next(file).rstrip('\n').split('\t')
    for line in file:
        r = dict(zip(names, line.rstrip('\n').split('\t')))
        if r['SignedPresent'] == '0':
            r['Signed'] = None
        rows += 1
        hits += r['IsHit'] == '1'
        key = (r['Image'], r['ImageLoaded'], r['Signed'])
        if key not in judged:
            judged[key] = found(detection, r)
        if judged[key] == (r['IsHit'] == '1'):
            continue
        by_case += 1
        if r['IsHit'] == '1' or r['Signed'] == 'false' or (r['Signed'] or '').lower() != 'false':
            sys.exit(f'the rule says {found(detection, r)} of {r}')
assert rows > 1000 and hits > 100, (rows, hits)
print(f'{rows} rows of the corpora, {hits} hits, the same by the rule but for {by_case}'
      ' whose Signed is written in another case')
