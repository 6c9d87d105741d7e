# SPDX-License-Identifier: GPL-2.0-only
"""genl_refuse.py GROUP: requests that are wrong in one way, and what the kernel must say.

Each must be refused with exactly this errno, a sentence with these words, the offset of the
attribute at fault or the number of the one that is missing, and must change nothing.
"""

import errno
import re
import sys

from genl import Client
from genl_cases import GROUPS
from genl_espah import fixture, snapshot


def describe(verdict):
    return (f'{errno.errorcode.get(verdict.err, verdict.err)} "{verdict.words}" at {verdict.offset}'
            f' missing {verdict.missing} in {verdict.nest}')


def faults(case, verdict):
    """What is not as it should be."""
    if verdict.err != case.errno:
        yield f'expected {errno.errorcode[case.errno]}'
    # Kernel 6.1 gives the start of a generic-netlink dump nowhere to say more.
    if case.command.dump:
        return
    if not re.search(case.words, verdict.words or ''):
        yield f'expected a sentence like /{case.words}/'
    if case.culprits is not None:
        places = [attr.at for attr in case.culprits] or [None]
        if verdict.offset not in places:
            yield f'expected the offset {places}'
    if case.missing is not None and verdict.missing != case.missing:
        yield f'expected the missing attribute {case.missing}'
    if case.nest is not None and verdict.nest != case.nest.at:
        yield f'expected it to be missing in the nest at {case.nest.at}'


def try_case(client, case, before):
    """Return: how many things went wrong."""
    send = client.dump if case.command.dump else client.request
    verdict = send(case.command.number, case.attrs)
    wrong = list(faults(case, verdict))
    if snapshot(client) != before:
        wrong.append('expected that nothing changes')
    for fault in wrong:
        print(f'{case.command.name}: {case.name}: {fault}, saw {describe(verdict)}')
    return len(wrong)


def main():
    client = Client()
    fixture(client)
    before = snapshot(client)
    count = wrong = 0
    for case in GROUPS[sys.argv[1]]():
        count += 1
        failed = try_case(client, case, before)
        wrong += failed
        if failed:
            fixture(client)
            before = snapshot(client)
    print(f'{count} requests, {wrong} faults')
    return 1 if wrong or not count else 0


if __name__ == '__main__':
    sys.exit(main())
