#!/usr/bin/env python3
"""Does a golden test look at each file of the corpora?

corpora.py, forms.py and bundles.py say themselves which files they compare; what
none of them does must stand below, with its reason, and nothing else may.
"""
import csv
import os
import sys

import bundles
import corpora
import forms

LEFT_OUT = (  # how the path begins, why
    ('data/linux/auditd/', 'audit logs: golden/auditd compares those with known loads'),
    ('data/linux/laurel/', 'raw audit records beside the JSON of LAUREL: as above'),
)
ELSEWHERE = (  # members that no decoder is to read
    ('.mp4', 'a film'), ('.pcapng', 'a packet capture'),
)


def rows(root, name):
    with open(os.path.join(root, name), encoding='utf-8', newline='') as f:
        return list(csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE))


def covered(root, work):
    """Files, and `file!member` as COUNTS.tsv has them."""
    out = {task[1] for task in corpora.tasks(root, work)}
    out |= {task[1] for task in forms.tasks(root, work)}
    for _, name, members, *_ in bundles.tasks(root, work):
        out.add(name)
        out |= {f'{name}!{member}' for member, _ in members}
    return out


def main():
    root, work = sys.argv[1:3]
    there, bad, used = covered(root, work), 0, set()
    names = [r['path'] for r in rows(root, 'MANIFEST.tsv')]
    names += [r['src'].replace('\\', '/') for r in rows(root, 'COUNTS.tsv')]
    for name in sorted(set(names)):
        why = [w for w in LEFT_OUT if name.startswith(w[0])]
        why += [w for w in ELSEWHERE if name.endswith(w[0])]
        used |= set(why)
        if name not in there and not why and not any(x.startswith(name + '!') for x in there):
            print(f'{name} is compared by no test')
            bad += 1
    for begin, why in (set(LEFT_OUT) | set(ELSEWHERE)) - used:
        print(f'{begin} ({why}) is not in the corpora: take it out of the table')
        bad += 1
    print(f'{len(set(names))} files and members, {len(there)} compared: {bad} forgotten')
    sys.exit(1 if bad or not there else 0)


if __name__ == '__main__':
    main()
