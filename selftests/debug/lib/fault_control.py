# SPDX-License-Identifier: GPL-2.0-only
"""Requests in which each allocation fails in turn: refused as a whole, for lack of memory."""

import errno
import os
import struct

from fault import Nth
from genl import (NLM_F_ACK, NLM_F_DUMP, NLMSG_DONE, NLMSG_ERROR, UAPI, Client, Verdict, attributes,
                  encode)
from genl_espah import (KEY, OLD_SA, aead, auth, command, enc, fixture, limits, make, move, must,
                        policy, sa, snapshot)
from genl_net import PCRYPT

CHAPOLY = 'rfc7539esp(chacha20,poly1305)'
NO_MEMORY = (errno.ENOMEM, errno.ENOBUFS)


class Request:
    """A request as octets, so that nothing is left to do for Python while it is under way."""

    buffers = [bytearray(65536) for _ in range(8)]

    def __init__(self, client, cmd, values):
        self.client = client
        body = encode([make(cmd.set, name, value) for name, value in values.items()])
        flags = NLM_F_DUMP if cmd.dump else NLM_F_ACK
        self.octets = client.message(cmd.number, body, flags)
        self.got = []

    def run(self):
        """Send it and take all answers; an OSError if the socket says so."""
        sock = self.client.sock
        self.got = []
        sock.send(self.octets)
        for buffer in self.buffers:
            size = sock.recv_into(buffer)
            self.got.append((buffer, size))
            at = 0
            while at < size:
                length, kind = struct.unpack_from('=IH', buffer, at)
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    return
                at += length + -length % 4
        raise AssertionError('more answers than were thought of')

    def verdict(self):
        verdict = Verdict()
        for buffer, size in self.got:
            at = 0
            while at < size:
                length, kind, flags, seq = struct.unpack_from('=IHHI', buffer, at)
                if seq == self.client.seq:
                    verdict.read(kind, flags, bytes(buffer[at + 16:at + length]))
                at += length + -length % 4
        return verdict


def attempt(trigger, request):
    """What became of the request: a Verdict, or the errno that the socket has."""
    try:
        request.run()
        error = None
    except OSError as why:
        error = why.errno
    finally:
        trigger.acted()
    return request.verdict() if error is None else error


class Case:
    """A kind of request, and what is configured before it."""

    def __init__(self, name, cmd, values, prepare=fixture):
        self.name = name
        self.cmd = command(cmd) if isinstance(cmd, str) else cmd
        self.values = values
        self.prepare = prepare


def empty(client):
    must(client, 'SA_FLUSH', {})
    must(client, 'POLICY_FLUSH', {})


def one_policy(client):
    empty(client)
    must(client, 'POLICY_ADD', policy())


def one_sa(client):
    empty(client)
    must(client, 'SA_ADD', OLD_SA)


def plain_sa(client):
    empty(client)
    must(client, 'SA_ADD', sa(0x100))


def larval(client):
    fixture(client)
    must(client, 'SA_ALLOC_SPI', SPI)


def movable(client):
    fixture(client)
    must(client, 'SA_ADD', sa(0x102, limits=limits()))
    must(client, 'POLICY_ADD', policy(dst='10.2.4.0', limits=limits()))


def without(values, *names):
    return {k: v for k, v in values.items() if k not in names}


OLD_ID = {k: OLD_SA[k] for k in ('dst', 'proto', 'spi')}
NEW_ENDS = {'src': '10.0.3.1', 'dst': '10.0.3.2'}
SPI = {**NEW_ENDS, 'proto': 50, 'mode': 1, 'spi-min': 0x2000, 'spi-max': 0x2000, 'timeout': 1000}
SEL = {'dir': 1, 'sel': policy()['sel']}
OTHER_TMPL = policy(dst='10.2.1.0', tmpl={**policy()['tmpl'], 'reqid': 99})
# One of each kind; the first and the last of a namespace have the most to do.
CASES = [Case(name, name, command(name).good) for name in (
    'SA_UPDATE', 'SA_GET', 'SA_GET-dump', 'POLICY_GET', 'POLICY_GET-dump', 'INFO_GET')] + [
    Case('first SA', 'SA_ADD', sa(), empty),
    Case('last SA', 'SA_DEL', OLD_ID, one_sa),
    Case('all SAs', 'SA_FLUSH', {}),
    Case('SA that gets dummies', 'SA_UPDATE', {**OLD_ID, 'dummy-interval': 3600000}, plain_sa),
    Case('first policy', 'POLICY_ADD', policy(), empty),
    Case('update in its place', 'POLICY_UPDATE', OTHER_TMPL),
    Case('update that moves the index', 'POLICY_UPDATE', {**OTHER_TMPL, 'index': 0x10000}),
    Case('last policy', 'POLICY_DEL', SEL, one_policy),
    Case('all policies', 'POLICY_FLUSH', {}),
    Case('SAs and policies that move', 'MIGRATE', {'move': move()}, movable),
]
MORE_CASES = [Case(name, name, command(name).good) for name in (
    'SA_ADD', 'SA_DEL', 'SA_FLUSH', 'POLICY_ADD', 'POLICY_UPDATE', 'POLICY_DEL',
    'POLICY_FLUSH')] + [
    Case('SA with new slots', 'SA_ADD', sa(**NEW_ENDS)),
    Case('SA with the largest window', 'SA_ADD', sa(**{'replay-window': 4096})),
    Case('SA without selector', 'SA_ADD', without(sa(), 'sel')),
    Case('SA with two keys', 'SA_ADD', {**without(sa(), 'aead'), 'enc': enc(), 'auth': auth()}),
    Case('SA with a cipher and its parts', 'SA_ADD', sa(aead=aead(name=CHAPOLY, key=KEY[:18] * 2))),
    Case('SA of AH', 'SA_ADD', {**without(sa(), 'aead', 'encap-sport', 'encap-dport', 'encap-oaddr', 'encap-odst'),
                                'proto': 51, 'auth': auth()}),
    Case('policy of an interface', 'POLICY_ADD', policy(**{'if-id': 1 << 20})),
    Case('SPI', 'SA_ALLOC_SPI', SPI),
    Case('keys of a larval SA', 'SA_UPDATE', sa(0x2000, **NEW_ENDS), larval),
    Case('other limits', 'SA_UPDATE', {**OLD_ID, 'limits': limits()}),
    Case('update without selector', 'SA_UPDATE', OLD_ID),
    Case('update that adds', 'POLICY_UPDATE', policy()),
    Case('first policy, by an update', 'POLICY_UPDATE', policy(), empty),
]
ASYNC_CASE = Case('SA with an asynchronous cipher', 'SA_ADD', sa(aead=aead(name=PCRYPT)))


def essence(configured):
    """A snapshot without what differs each time: numbers and times."""
    sas, policies, counts, defaults = configured
    of_sas = UAPI['SA_ID'], UAPI['SA_ADD_TIME']
    of_policies = UAPI['POLICY_INDEX'], UAPI['POLICY_ADD_TIME']
    return lasting(sas, of_sas), lasting(policies, of_policies), counts, defaults


def lasting(answers, fleeting):
    return sorted([pair for pair in attributes(answer[4:]) if pair[0] not in fleeting]
                  for answer in answers)


def judge(what, result, before, after, done):
    """All or nothing, and why. Return: was it refused."""
    if isinstance(result, int):
        # The answer itself got no memory: what was asked for may have been done.
        if result not in NO_MEMORY:
            raise AssertionError(f'{what}: the socket says {os.strerror(result)}')
        if after != before and essence(after) != done:
            raise AssertionError(f'{what}: half done: {before} {after}')
        return True
    if not result.err:
        if essence(after) != done:
            raise AssertionError(f'{what}: granted, and not done: {before} {after}')
        return False
    if result.err not in NO_MEMORY:
        raise AssertionError(f'{what}: refused with {errno.errorcode[result.err]}: {result.words}')
    if result.words:
        raise AssertionError(f'{what}: out of memory, and a sentence blames: {result.words}')
    if before != after:
        raise AssertionError(f'{what}: refused, and yet something changed: {before} {after}')
    return True


def outcome(case, client):
    """What the request makes of the configuration where nothing fails."""
    case.prepare(client)
    must(client, case.cmd, case.values)
    return essence(snapshot(client))


def run_case(faults, case, note):
    """Until nothing fails any more, and the request is granted."""
    client, other, nth = Client(), Client(), Nth(faults)
    try:
        done = outcome(case, client)
        case.prepare(client)
        before = snapshot(client)
        failed = refused = 0
        while True:
            request = Request(other, case.cmd, case.values)
            nth.arm()
            result = attempt(nth, request)
            if isinstance(result, int):
                # A dump that failed in its middle stays with its socket.
                other.close()
                other = Client()
            if not nth.end()[0]:
                break
            after = snapshot(client)
            failed += 1
            refused += judge(f'{case.name}, allocation {failed}', result, before, after, done)
            if after != before:
                case.prepare(client)
                before = snapshot(client)
        if isinstance(result, int) or result.err:
            raise AssertionError(f'{case.name}: refused without a fault: {result}')
        note.append(f'{case.name}: {failed} failed, {refused} refused')
    finally:
        empty(client)
        for each in (client, other, nth):
            each.close()


def requests(faults, _, note):
    """Every kind of request."""
    for case in CASES:
        run_case(faults, case, note)


def more_requests(faults, _, note):
    """What makes a difference within them."""
    for case in MORE_CASES:
        run_case(faults, case, note)
