#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare the counters of the uapi header with everything that has to know each of them.

usage: causes.py TOP

Prints what is missing or too much. A counter that no packet ends by is in PASSING; all others
are causes.
"""

import re
import sys

PASSING = {'in-ok', 'in-unknown-spi', 'in-mark', 'in-ecn-marked', 'in-ecn-unused', 'out-ok',
           'out-keepalive', 'out-dummy', 'icmp-unreachable', 'icmp-refused', 'icmp-prohibited',
           'icmp-expired', 'icmp-header', 'icmp-unknown-spi', 'sa-uncounted'}


def text(top, path):
    with open(f'{top}/{path}', encoding='utf-8') as file:
        return file.read()


def named(words):
    return {name.lower().replace('_', '-') for name in re.findall(r'\[ESPAH_A_CNT_(\w+)\]', words)}


def counters(top):
    body = re.search(r'ESPAH_A_CNT_PAD = 1,(.*?)__ESPAH_A_CNT_MAX',
                     text(top, 'include/uapi/linux/espah.h'), re.DOTALL)[1]
    return {name.lower().replace('_', '-') for name in re.findall(r'ESPAH_A_CNT_(\w+)', body)}


def provoked(top):
    """The table of the test, without running it."""
    body = re.search(r'^CAUSES = {(.*?)^}', text(top, 'selftests/net/lib/espcauses.py'),
                     re.DOTALL | re.MULTILINE)[1]
    return set(re.findall(r"'((?:in|out|fwd)-[a-z-]+)':", body))


def compare(what, seen, wanted):
    for name in sorted(wanted - seen):
        yield f'{what}: {name} is missing'
    for name in sorted(seen - wanted):
        yield f'{what}: {name} is too much'


def main():
    top = sys.argv[1]
    every = counters(top)
    causes = every - PASSING
    lines = [
        *compare('PASSING', PASSING & every, PASSING),
        *compare('net/causes.c', named(text(top, 'net/causes.c')), every),
        *compare('tools/lib/counters.c', named(text(top, 'tools/lib/counters.c')), every),
        *compare('tools/lib/causes.c', named(text(top, 'tools/lib/causes.c')), causes),
        *compare('selftests/net/lib/espcauses.py', provoked(top), causes),
    ]
    names = dict(re.findall(r'\[ESPAH_A_CNT_(\w+)\] = {\s*"([^"]+)"', text(top, 'net/causes.c')))
    lines += [f'net/causes.c: {key} is called {name}' for key, name in names.items()
              if name != key.lower().replace('_', '-')]
    if lines:
        print('\n'.join(lines))


main()
