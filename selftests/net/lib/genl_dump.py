# SPDX-License-Identifier: GPL-2.0-only
"""genl_dump.py sa|policy COUNT DUMPS: dumps while somebody adds and removes.

COUNT entries stay all the time. A writer adds a newer entry before it removes the last one, so
that there is always one such, and never more than two. Every dump shows what stayed, each once;
one that is not marked as interrupted is what the database held at one moment.
"""

import os
import signal
import struct
import sys
import time

from genl import UAPI, Client, attributes, encode
from genl_espah import aead, make, must, num

FIRST = 0x1000
TOKENS = 0x1000000
SHORT = 100


def sa(number):
    return {'src': '10.0.0.1', 'dst': '10.0.0.2', 'proto': 50, 'spi': FIRST + number, 'mode': 1,
            'aead': aead()}


def policy(number):
    addr = '.'.join(str(octet) for octet in struct.pack('>I', 0x0a000000 + number))
    return {'dir': 1, 'action': 1, 'sel': {'src-min': addr, 'src-max': addr, 'dst-min': '10.0.0.0',
                                           'dst-max': '10.255.255.255'}}


class Kind:
    """What differs between SAs and policies."""

    def __init__(self, name):
        self.name = name.upper()
        self.entry = {'sa': sa, 'policy': policy}[name]
        self.index = num(self.name, {'sa': 'id', 'policy': 'index'}[name])

    def key(self, number):
        entry = self.entry(number)
        return {k: v for k, v in entry.items() if k in ('dst', 'proto', 'spi', 'dir', 'sel')}

    def number_of(self, values):
        if self.name == 'SA':
            return struct.unpack('>I', values[num('SA', 'spi')])[0] - FIRST
        sel = dict(attributes(values[num('POLICY', 'sel')]))
        return struct.unpack('>I', sel[num('SEL', 'src-min')])[0] - 0x0a000000

    def add(self, client, number):
        must(client, f'{self.name}_ADD', self.entry(number))

    def remove(self, client, number):
        must(client, f'{self.name}_DEL', self.key(number))

    def fill(self, client, count):
        """Many requests in one go, and as many answers."""
        cmd = UAPI[f'CMD_{self.name}_ADD']
        for number in range(count):
            attrs = [make(self.name, k, v) for k, v in self.entry(number).items()]
            client.sock.send(client.message(cmd, encode(attrs), 0))
        must(client, 'INFO_GET', {})


def write(kind):
    """The writer: its token moves on until it is stopped."""
    client = Client()
    token = TOKENS
    while True:
        kind.add(client, token + 1)
        kind.remove(client, token)
        token += 1


def read(kind, client, count):
    """Return: was the dump whole at one moment."""
    verdict = client.dump(UAPI[f'CMD_{kind.name}_GET'])
    entries = [dict(attributes(answer[4:])) for answer in verdict.answers]
    numbers = [kind.number_of(values) for values in entries]
    stayed = [number for number in numbers if number < TOKENS]
    tokens = len(numbers) - len(stayed)
    indices = {values[kind.index] for values in entries}
    if verdict.err:
        raise AssertionError(f'refused: {verdict.err}')
    if sorted(stayed) != list(range(count)):
        raise AssertionError(f'expected {count} that stay, saw {len(stayed)}')
    if len(indices) != len(entries):
        raise AssertionError(f'expected {len(entries)} numbers, saw {len(indices)}')
    if not verdict.interrupted and tokens not in (1, 2):
        raise AssertionError(f'expected one or two that move, saw {tokens}, and no mark')
    return not verdict.interrupted


def main():
    kind, count, wanted = Kind(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    client = Client()
    kind.fill(client, count)
    kind.add(client, TOKENS)
    if not read(kind, client, count):
        raise AssertionError('interrupted, though nobody writes')
    pid = os.fork()
    if not pid:
        write(kind)
    whole = dumps = 0
    end = time.monotonic() + 100
    # Some interrupted; and some whole, where a dump is short enough to slip through.
    while dumps < wanted or whole == dumps or (count < SHORT and not whole):
        whole += read(kind, client, count)
        dumps += 1
        if time.monotonic() > end:
            raise AssertionError(f'{dumps} dumps, {whole} of them whole: expected some of each')
    if os.waitpid(pid, os.WNOHANG) != (0, 0):
        raise AssertionError('the writer has failed')
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    print(f'{dumps} dumps of {count}, {whole} of them whole')


if __name__ == '__main__':
    main()
