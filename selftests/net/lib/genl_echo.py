# SPDX-License-Identifier: GPL-2.0-only
"""genl_echo.py refused|accepted: what is left of a key in the memory of the request.

refused: the kernel quotes a refused request when nobody caps the quotation. accepted: a packet
socket on an nlmon device holds a clone of the request, which shares its memory with the original;
it is read once the verdict is there.
"""

import errno
import os
import socket
import sys

from genl import UAPI, Attr, Client, encode
from genl_cases import GROUPS
from genl_espah import COMMANDS, aead, command, fixture, make, num, sa

ETH_P_ALL = 3


def secrets(key):
    """Every run of four octets of the key; of a random key that is enough to know it by."""
    return [key[i:i + 4] for i in range(len(key) - 3)]


def expect_none(what, octets, key):
    """Return: how many faults."""
    if not any(secret in octets for secret in secrets(key)):
        return 0
    print(f'{what}: the key is still there')
    return 1


def rekey(attrs, key):
    """Put this key where the table has its own."""
    for attr in attrs:
        if attr.number not in (num('SA', 'aead'), num('SA', 'enc'), num('SA', 'auth')) or not isinstance(attr.data, list):
            continue
        for inner in attr.data:
            if inner.number == num('ALG', 'key') and len(inner.data) == len(key):
                inner.data = key


def refused():
    """Refusals of every kind, each with a random key in it."""
    client = Client(cap_ack=0)
    fixture(client)
    wrong = quoted = 0
    groups = ('missing', 'ranges', 'unknown', 'untaken', 'twice', 'nests', 'contradictory',
              'existence', 'fixed')
    for group in groups:
        for case in GROUPS[group]():
            if case.command.name not in ('SA_ADD', 'SA_UPDATE'):
                continue
            key = os.urandom(20)
            rekey(case.attrs, key)
            verdict = client.request(case.command.number, case.attrs)
            quoted += len(verdict.echo) > 100
            wrong += expect_none(f'{case.command.name}: {case.name}', verdict.echo, key)
    # Cut short behind the key; and other requests, which have no business with one.
    key = os.urandom(20)
    octets = encode(command('SA_ADD').attrs(aead=aead(key=key)))
    for end in range(octets.index(key) + 4, len(octets)):
        verdict = client.request(UAPI['CMD_SA_ADD'], octets[:end])
        wrong += expect_none(f'SA_ADD cut to {end}', verdict.echo, key)
    for cmd in COMMANDS:
        if cmd.set == 'SA' and not cmd.dump and 'aead' not in cmd.good:
            attrs = cmd.attrs() + [make('SA', 'aead', aead(key=key))]
            verdict = client.request(cmd.number, attrs)
            wrong += expect_none(f'{cmd.name} with aead', verdict.echo, key)
    print(f'{quoted} requests quoted')
    return wrong or not quoted


def tapped(tap, client, number, attrs):
    """Return: the verdict, and what the request's memory holds after it."""
    verdict = client.request(number, attrs)
    header = client.family.to_bytes(2, sys.byteorder), client.seq.to_bytes(4, sys.byteorder)
    tap.settimeout(60)
    while True:
        packet = tap.recv(65536)
        # Answers are tapped too, and are of other types.
        if (packet[4:6], packet[8:12]) == header:
            return verdict, packet


def accepted():
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    tap.bind(('nlmon0', 0))
    client = Client()
    fixture(client)
    wrong = 0
    # That the tap shows what is not wiped, or the rest would prove nothing.
    key = os.urandom(20)
    verdict, memory = tapped(tap, client, 0xff, [Attr(1, key)])
    if verdict.err != errno.EOPNOTSUPP or key not in memory:
        print(f'the tap does not show the request: {verdict.err} {memory.hex()}')
        wrong += 1
    for cmd, values in (('SA_ADD', sa(aead=aead(key=key))), ('SA_UPDATE', sa(aead=aead(key=key)))):
        attrs = [make('SA', k, v) for k, v in values.items()]
        verdict, memory = tapped(tap, client, UAPI[f'CMD_{cmd}'], attrs)
        if verdict.err:
            print(f'{cmd}: refused: {verdict.words}')
            wrong += 1
        wrong += expect_none(cmd, memory, key)
    return wrong


if __name__ == '__main__':
    sys.exit(1 if {'refused': refused, 'accepted': accepted}[sys.argv[1]]() else 0)
