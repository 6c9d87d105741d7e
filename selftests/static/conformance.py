#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does what Documentation/conformance.md names exist?

usage: conformance.py code|tests|rows TOP < names of the tests

code   print the files, functions, tables and structures that are not there, and the files of
       which nothing is named
tests  print the tests that are not there
rows   print the rows that say neither where and which test nor why not
"""

import re
import sys

QUOTED = re.compile(r'`([^`]+)`')
FILE = re.compile(r'[\w.-]+(/[\w.-]+)+\.(c|h|py|sh|yaml)')
TEST = re.compile(r'\w+/\w+/(test|long)_\w+')
# At the start of a line, which is where things are defined and not where they are used.
DEFINED = {
    r'(\w+)\(\)': r'^(\w[\w *]*[ *])?{}\(',
    r'(\w+)\[\]': r'^(\w[\w *]*[ *]|\}} ){}\[|^\}}, {}\[',
    r'struct (\w+)': r'^struct {} \{{',
}


def rows(page):
    """Pairs of a number of a line and the four cells of a row; heads of tables are none."""
    for number, line in enumerate(page.splitlines(), 1):
        if not line.startswith('| ') or line.startswith('| section '):
            continue
        yield number, [cell.strip() for cell in line.strip('|').split('|')]


def text_of(top, name):
    try:
        with open(f'{top}/{name}', encoding='utf-8') as file:
            return file.read()
    except OSError:
        return None


def fault_of(top, word, file):
    """What is wrong with a word that names something in the file; None where it names nothing."""
    for form, where in DEFINED.items():
        named = re.fullmatch(form, word)
        if not named:
            continue
        if not file:
            return f'{word}: of which file?'
        name = named.group(1)
        if not re.search(where.format(name, name), text_of(top, file) or '', re.M):
            return f'{word} is not in {file}'
    return None


def is_defined(word):
    return any(re.fullmatch(form, word) for form in DEFINED)


def code(top, page, _):
    for number, cells in rows(page):
        words = [word for word in QUOTED.findall(cells[2])
                 if FILE.fullmatch(word) or is_defined(word)]
        file = None
        for word, after in zip(words, words[1:] + [None]):
            fault = fault_of(top, word, file)
            if FILE.fullmatch(word):
                file = word
                fault = None if text_of(top, file) is not None else f'{file} is not there'
                if not after or FILE.fullmatch(after):
                    fault = fault or f'{file}: what of it?'
            if fault:
                yield number, fault


def tests(_top, page, known):
    for number, cells in rows(page):
        for word in QUOTED.findall(cells[3]):
            if word not in known:
                yield number, f'there is no test {word}'


def reasoned(where, test):
    """Is it either done and tested, or said why it is not?"""
    if test:
        return any(TEST.fullmatch(word) for word in QUOTED.findall(test)) or 'no test' in test
    if where.startswith(('not done', 'does not apply')):
        return True
    return where and not any(FILE.fullmatch(word) for word in QUOTED.findall(where))


def whole(_top, page, _known):
    found = list(rows(page))
    if len(found) < 100:
        yield 0, f'{len(found)} rows are too few to be all'
    for number, cells in found:
        if len(cells) != 4 or not all(cells[:2]):
            yield number, f'{len(cells)} cells: expected section, requirement, where, test'
        elif not reasoned(*cells[2:]):
            yield number, 'expected where and a test, or "not done" or "does not apply" and why'


def main():
    kind, top = sys.argv[1:]
    page = text_of(top, 'Documentation/conformance.md')
    known = set(sys.stdin.read().split())
    for number, fault in {'code': code, 'tests': tests, 'rows': whole}[kind](top, page, known):
        print(f'line {number}: {fault}')


if __name__ == '__main__':
    main()
