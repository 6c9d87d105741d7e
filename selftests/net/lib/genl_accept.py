# SPDX-License-Identifier: GPL-2.0-only
"""The good requests that genl_refuse.py spoils are accepted as they are, each with its effect."""

import struct
import sys

from genl import UAPI, Client, attributes
from genl_espah import COMMANDS, fixture, must, num, snapshot


def keys_of(answers):
    """What the dump says of each entry, without what counts and tells time."""
    return [dict(attributes(answer[4:])) for answer in answers]


def spis(client):
    return sorted(struct.unpack('>I', sa[num('SA', 'spi')])[0]
                  for sa in keys_of(snapshot(client)[0]))


def dirs(client):
    return sorted(policy[num('POLICY', 'dir')][0] for policy in keys_of(snapshot(client)[1]))


def expect(what, seen, wanted):
    if seen != wanted:
        raise AssertionError(f'{what}: expected {wanted}, saw {seen}')


# What there is after each command; None: as before.
EFFECTS = {
    'SA_ADD': ([0x100, 0x101, 0x1000], None),
    'POLICY_ADD': (None, [0, 1, 1, 2]),
    'SA_DEL': ([0x101, 0x1000], None),
    'POLICY_DEL': (None, [0, 1, 2]),
    'SA_ALLOC_SPI': ([0x101, 0x200, 0x1000], None),
    'SA_FLUSH': ([], None),
    'POLICY_FLUSH': (None, [1, 2]),
}


def main():
    client = Client()
    fixture(client)
    sas, policies = [0x100, 0x101], [0, 1, 2]
    for cmd in COMMANDS:
        verdict = must(client, cmd, cmd.good)
        name = cmd.name.split('-', maxsplit=1)[0]
        some = 'show-keys' in cmd.good or name.endswith(('GET', 'ALLOC_SPI'))
        # A packet may have ended here, or none.
        if cmd.set != 'DROP':
            expect(f'{cmd.name}: answers', bool(verdict.answers), some)
        more_sas, more_policies = EFFECTS.get(cmd.name, (None, None))
        sas = sas if more_sas is None else more_sas
        policies = policies if more_policies is None else more_policies
        expect(f'{cmd.name}: SAs', spis(client), sas)
        expect(f'{cmd.name}: policies', dirs(client), policies)
    counts = [struct.unpack('=I', count)[0] for count in snapshot(client)[2]]
    expect('counts', counts, [0, 0, 1, 1])
    print(f'{len(COMMANDS)} commands, {len(UAPI)} names')


if __name__ == '__main__':
    sys.exit(main())
