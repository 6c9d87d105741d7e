#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Random netlink requests, in a namespace, against a model of what they should do.

usage: netlink.py [--seed N] [--first ROUND] [--rounds N | --seconds N] [--keep DIR]
                  [--corpus FILE-OR-DIR] [PEER-NAMESPACE]

The corpus comes first. A line of it is OPERATION HEX, dump OPERATION HEX or nobody OPERATION HEX,
with the octets of the attributes (- for none), and then perhaps -> ERRNO; or raw HEX..., with
whole messages that go in one datagram. From the namespace that is named comes traffic meanwhile.
"""

import contextlib
import errno
import os
import socket
import struct
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), place)
                for place in ('lib', '../net/lib')]
# pylint: disable=wrong-import-position
from genl import ATTRS_AT, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, UAPI, Client, Verdict, attributes
from genl import encode, u8
from genl_net import esp, inside
from genl_perm import client_of_nobody
from nlgen import IDENTITY, MARK, Generator
from nlmodel import SHOW_KEYS, Model
from rounds import Fuzzer, arguments, check

STEPS = 100
CHUNK = 8192  # no part of a dump is longer; with a larger buffer parts would be, and fewer
HEADER = struct.Struct('=IHHIIBBH')
REFUSALS = {errno.EINVAL, errno.ERANGE, errno.ENOENT, errno.ESRCH, errno.EEXIST,
            errno.ENOSPC}
TRAFFIC = tuple((f'10.9.0.{n}', 9) for n in (1, 3))


def name_of(err):
    return errno.errorcode.get(err, str(err)) if err else 'OK'


def octets_of(word):
    return b'' if word == '-' else bytes.fromhex(word)


class Netlink(Fuzzer):
    """Steps that build up state, and steps that must leave none."""

    part = 'netlink'

    def __init__(self, args):
        super().__init__(args)
        # Uncapped: the kernel quotes the whole of a refused request.
        self.client = Client(cap_ack=0)
        self.nobody = client_of_nobody()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.peer = None
        if args.arguments:
            with inside(args.arguments[0]):
                self.peer = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.gen = Generator()
        self.model = Model(self.gen.spec)
        self.operations = self.gen.spec.operations
        self.show_keys = UAPI['SA_SHOW_KEYS']
        self.gen.rng = self.rng
        self.gen.rng.seed('learn')
        self.gen.learn(self.client)
        self.succeeded = set()

    def reset(self):
        self.gen.rng = self.rng
        self.gen.forget()
        for kind in IDENTITY:
            check(not self.client.request(UAPI[f'CMD_{kind.upper()}_FLUSH'], []).err, 'no flush')
        self.client.request(UAPI['CMD_DEFAULT_SET'], [u8(UAPI[f'DEFAULT_{end}'], 1) for end in ('IN', 'OUT', 'FWD')])
        self.model.clear()
        self.model.counted(self.client)

    # --- one request ---

    def send(self, form, operation, octets, well_formed=False):
        """Send a request and see to it that the answer is one that may be given."""
        self.count += 1
        self.note(f'{form}{operation.name} {octets.hex() or "-"}')
        flags = NLM_F_DUMP if form == 'dump ' else NLM_F_ACK
        client = self.nobody if form == 'nobody ' else self.client
        verdict = client.request(operation.number, octets, flags)
        self.tally[form + name_of(verdict.err)] += 1
        if form == 'nobody ':
            check(verdict.err == errno.EPERM and not verdict.answers, 'no EPERM for nobody')
        elif form == 'dump ' and operation.dump is None:
            check(verdict.err == errno.EOPNOTSUPP, f'{operation.name} dumps')
        else:
            # Kernel 6.1 gives the start of a generic-netlink dump nowhere to say why.
            check(verdict.words or not verdict.err or form, f'{operation.name}: no sentence')
            self.judge(operation, octets, verdict, well_formed)
        return verdict

    def judge(self, operation, octets, verdict, well_formed):
        """What holds for any answer."""
        what = f'{operation.name} {octets.hex()}: {name_of(verdict.err)} "{verdict.words}"'
        asked = operation.set == 'sa' and self.show_keys in dict(attributes(octets))
        check(asked or MARK not in b''.join(verdict.answers), f'{what}: shows a key unasked')
        if not verdict.err:
            self.succeeded.add(operation.name)
            return
        check(verdict.err in REFUSALS, f'{what}: not one of the errors that this family gives')
        check(MARK not in (verdict.echo or b''), f'{what}: quotes a key')
        if verdict.offset is not None:
            check(ATTRS_AT <= verdict.offset <= ATTRS_AT + len(octets), f'{what}: points outside')
        if well_formed and verdict.missing is not None:
            there = octets if verdict.nest is None else self.inside(octets, verdict.nest - ATTRS_AT)
            check(verdict.missing not in dict(attributes(there)),
                  f'{what}: attribute {verdict.missing} is not missing')

    @staticmethod
    def inside(octets, at):
        return octets[at + 4:at + struct.unpack_from('=H', octets, at)[0]]

    def do(self, operation, octets, well_formed=False):
        verdict = self.send('', operation, octets, well_formed)
        if not verdict.err:
            self.model.accepted(self.client, operation, octets)
        return verdict

    # --- steps ---

    def good(self):
        operation = self.gen.pick()
        self.ask(operation, self.gen.request(operation))

    def ask(self, operation, attrs):
        if not self.do(operation, encode(attrs), True).err:
            self.gen.remember(operation, attrs)
            self.tally[f'{operation.name} accepted'] += 1

    def fill(self):
        """So many that a dump is longer than a message."""
        operation = self.operations[self.rng.choice(sorted(IDENTITY)) + '-add']
        for _ in range(25):
            self.ask(operation, self.gen.request(operation))

    def spoilt(self):
        operation = self.gen.pick()
        attrs = self.gen.request(operation)
        defect = self.gen.spoil(operation, attrs)
        verdict = self.do(operation, encode(attrs))
        check(verdict.err or not defect, f'{operation.name}, {defect}: accepted')

    def bent(self):
        operation = self.gen.pick()
        attrs = self.gen.request(operation)
        if self.rng.random() < 0.3:
            self.gen.graft(operation, attrs)
        octets = encode(attrs)
        if self.rng.random() < 0.8:
            octets = self.gen.bend(octets)
        self.do(operation, octets)

    def dump(self):
        operation = self.rng.choice([o for o in self.operations.values() if o.do is not None])
        attrs = self.gen.request(operation, operation.dump is not None)
        self.send('dump ', operation, encode(attrs))

    def permission(self):
        operation = self.gen.pick()
        self.send('nobody ', operation, encode(self.gen.request(operation)))

    def check_model(self):
        self.model.compare(self.client)
        self.gen.indices = self.model.indices(self.client)

    def traffic(self):
        """What comes and may meet an SA, and what leaves and may meet a policy."""
        for place in TRAFFIC:
            # A policy may refuse it.
            with contextlib.suppress(OSError):
                self.udp.sendto(b'traffic', socket.MSG_DONTWAIT, place)
        for spi in self.rng.sample(range(0x100, 0x10c), 3) if self.peer else ():
            self.peer.sendto(esp(spi, self.rng.randrange(1, 100)), ('10.9.0.2', 0))

    def overtaken(self):
        """A dump during which something changes: it says so, or is of one moment."""
        kind = self.rng.choice(sorted(IDENTITY))
        changes = [o for o in self.operations.values()
                   if o.object == kind and o.verb in ('add', 'update', 'del')]
        before = dict(self.model.entries[kind])
        other = Client()
        other.sock.send(other.message(self.operations[f'{kind}-get'].number,
                                      encode(SHOW_KEYS[kind]), NLM_F_DUMP))
        for _ in range(self.rng.randint(1, 3)):
            operation = self.rng.choice(changes)
            self.ask(operation, self.gen.request(operation))
        verdict = self.finish(other)
        other.close()
        if not verdict.interrupted:
            seen = self.model.seen(kind, verdict.answers)
            check(seen in (before, self.model.entries[kind]), f'{kind}: a dump of no one moment: '
                  f'{seen}, before {before}, after {self.model.entries[kind]}')
        self.tally['dumps overtaken'] += verdict.interrupted

    @staticmethod
    def finish(client):
        """The rest of a dump; its first part was made when it was asked for."""
        verdict = Verdict()
        while True:
            data, at = client.sock.recv(CHUNK), 0
            while len(data) - at >= 16:
                length, what, flags = struct.unpack_from('=IHH', data, at)
                if verdict.read(what, flags, data[at + 16:at + length]):
                    return verdict
                at += length + -length % 4

    def message(self):
        """A whole message, its headers as they should be or not."""
        operation = self.gen.pick()
        pick, often = self.rng.choice, self.rng.random
        body = encode(self.gen.request(operation))
        size = ATTRS_AT + len(body)
        length = size if often() < 0.7 else pick((0, 15, 16, 17, 18, 19, 20, 21, size - 1, size + 1,
                                                  size + 400, 0xffffffff))
        flags = NLM_F_REQUEST | pick((NLM_F_ACK, 0, NLM_F_DUMP, self.rng.randrange(0x10000)))
        number = operation.number if often() < 0.8 else pick((0, 200, 255, operation.number + 1))
        version, reserved = pick((0, 1, 1, 2, 255)), pick((0, 0, 0, 1, 0xffff))
        octets = HEADER.pack(length, 0, flags, 0, 0, number, version, reserved) + body
        octets += b'\0' * (-len(octets) % 4)
        return octets[:self.rng.randint(16, len(octets))] if often() < 0.1 else octets

    def headers(self):
        self.raw([self.message() for _ in range(self.rng.choice((1, 1, 2, 4)))])

    def raw(self, messages):
        """A datagram, on a socket of its own, which closes whatever dump goes on."""
        self.count += 1
        self.note('raw ' + ' '.join(octets.hex() for octets in messages))
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16) as sock:
            sock.bind((0, 0))
            sock.settimeout(120)
            family = struct.pack('=H', self.client.family)
            sock.send(b''.join(m[:4] + family + m[6:] for m in messages))
            # One that is answered is behind it: then all else has been dealt with.
            sock.send(HEADER.pack(ATTRS_AT, self.client.family, NLM_F_REQUEST, 0xfe9ce, 0,
                                  UAPI['CMD_INFO_GET'], 1, 0))
            while struct.unpack_from('=I', sock.recv(65536), 8)[0] != 0xfe9ce:
                pass
        self.model.adopt(self.client)
        self.model.counted(self.client)
        self.tally['datagrams of odd messages'] += 1

    # --- rounds ---

    def round(self):
        kinds = (self.good, self.spoilt, self.bent, self.headers, self.dump, self.overtaken,
                 self.permission, self.traffic, self.check_model, self.fill)
        for kind in self.rng.choices(kinds, (40, 16, 16, 6, 2, 3, 2, 8, 2, 1), k=STEPS):
            kind()
        self.check_model()

    def step(self, words):
        form = words[0] + ' ' if words[0] in ('dump', 'nobody') else ''
        if words[0] == 'raw':
            self.raw([bytes.fromhex(word) for word in words[1:]])
            return
        if form:
            words = words[1:]
        operation, octets = self.operations[words[0]], octets_of(words[1])
        send = self.do if not form else lambda o, b: self.send(form, o, b)
        verdict = send(operation, octets)
        if words[2:3] == ['->']:
            check(name_of(verdict.err) == words[3], f'{words[0]}: expected {words[3]}, saw '
                  f'{name_of(verdict.err)} "{verdict.words}"')

    def corpus_over(self):
        self.check_model()

    def over(self, rounds):
        """Where nothing is accepted nothing is tested."""
        check(rounds < 10 or self.tally['dumps overtaken'], 'no dump was overtaken')
        wanted = {o.name for o in self.operations.values() if o.do is not None}
        check(rounds < 10 or self.succeeded == wanted,
              f'never accepted: {wanted - self.succeeded}')


def main():
    return Netlink(arguments(Netlink.part)).run()


if __name__ == '__main__':
    sys.exit(main())
