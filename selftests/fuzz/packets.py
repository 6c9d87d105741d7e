#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Hostile packets from one namespace to espah in another.

usage: packets.py [--seed N] [--first ROUND] [--rounds N | --seconds N] [--keep DIR]
                  [--corpus FILE-OR-DIR] PEER-NAMESPACE ESPAH-NAMESPACE

The corpus comes first. A line of it is one of
  setting NAME WINDOW KEY...        what espah is to have: see SETTINGS; keys in hex, salt included
  raw HEX...                        IP packets, one after the other
  vnet HEX HEX                      a virtio-net header and an IP packet
  sealed MODE NUMBER HEX            the plaintext of a packet of that SA, trailer included
and the last three may go on with -> and what must be counted: NAME=N... or nothing.
"""

import os
import socket
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), place)
                for place in ('lib', '../net/lib')]
# pylint: disable=wrong-import-position
from esplab import FWD, HOST, IN, PEER, Lab, arrived, difference, inside, selector
from espwire import TEST, Sa, checksum, header_len
from pktgen import AH, UDP, Gun, Shot
from rounds import Fuzzer, arguments, check

SPIS = {'transport': 0x31415926, 'tunnel': 0x27182818}
# Of what modes SAs there are, and whether what comes in clear is refused.
SETTINGS = {
    'transport': (('transport',), False),
    'closed': (('transport',), True),
    'tunnel': (('tunnel',), True),
    'both': (('transport', 'tunnel'), True),
}
WINDOWS = (0, 1, 32, 64, 1000, 4096)
BATCHES, BATCH = 3, 40
SOL_PACKET, PACKET_VNET_HDR = 263, 15
KEY = 20  # with its salt
OURS = ('in-', 'fwd-')
# What is said of packets that go on.
NOTES = ('in-ecn-marked', 'in-ecn-unused')


class Packets(Fuzzer):
    """Batches of shots; after each, everything has been counted and good traffic goes on."""

    part = 'packets'

    def __init__(self, args):
        super().__init__(args)
        self.lab = Lab(*args.arguments)
        self.sas = {}
        self.gun = None
        with inside(self.lab.peer_ns):
            self.shaped = self.lab.open(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.shaped.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
            self.shaped.bind(('veth0', 0))
        self.others = {proto: self.lab.listen(proto) for proto in (AH, UDP)}

    def reset(self):
        self.lab.flush()
        self.lab.add_sa(self.lab.beacon, reqid=0xbeac0)
        self.lab.add_policy(IN, self.lab.beacon, selector('10.9.0.77', HOST, TEST), reqid=0xbeac0)
        self.lab.counters()
        for sock in self.others.values():
            arrived(sock)

    def setting(self, name, window, keys):
        """SAs and policies, in the place of what there was."""
        self.reset()
        self.note(f'setting {name} {window} ' + ' '.join(key.hex() for key in keys))
        modes, closed = SETTINGS[name]
        self.sas = {mode: Sa(SPIS[mode], key=key[:-4], salt=key[-4:], tunnel=mode == 'tunnel')
                    for mode, key in zip(modes, keys)}
        for reqid, sa in enumerate(self.sas.values(), 1):
            sa.window = window
            self.lab.add_sa(sa, window=window, reqid=reqid)
        last, reqid = sa, len(self.sas)
        if closed:
            for dir_ in (IN, FWD):
                self.lab.add_policy(dir_, last, selector(), priority=9, reqid=reqid)
        if reqid > 1:
            self.lab.add_policy(IN, self.sas['transport'], selector(PEER, HOST, TEST), priority=1)
        self.gun = Gun(self.rng, list(self.sas.values()), closed)

    # --- shooting ---

    def fire(self, shot):
        self.count += 1
        if shot.vnet is None:
            self.note('raw ' + ' '.join(octets.hex() for octets in shot.octets))
            for octets in shot.octets:
                self.lab.send(octets)
            return
        self.note(f'vnet {shot.vnet.hex()} {shot.octets[0].hex()}')
        try:
            self.shaped.send(shot.vnet + self.lab.ethernet + shot.octets[0])
        except OSError:
            self.tally['shapes that the kernel does not make'] += 1
            shot.low = 0

    def settled(self):
        """What has come out, and what was counted, once nothing moves any more.

        What is inside a tunnel inside a tunnel stands in a queue again, behind the beacon.
        """
        before, heard, last = self.lab.last, [], None
        beacons = 0
        while True:
            end = self.lab.light_beacon()
            beacons += 1
            heard += iter(lambda end=end: self.lab.raw.recv(65536), end)
            changed = difference(self.lab.counters(), before)
            changed['in-ok'] = changed.get('in-ok', 0) - beacons
            changed = {name: n for name, n in changed.items() if n and name.startswith(OURS) and name not in NOTES}
            if changed == last:
                return heard, changed
            last = changed

    def volley(self, shots):
        for shot in shots:
            self.fire(shot)
        heard, changed = self.settled()
        self.tally.update(changed)
        self.counted(shots, changed)
        self.came_out(shots, heard)
        for proto, sock in self.others.items():
            seen = arrived(sock)
            for shot in shots:
                check(shot.sure != {} or shot.octets[0][9] != proto or shot.octets[0] in seen,
                      f'a packet that is not for espah did not pass as it was: {shot.octets[0].hex()}')

    @staticmethod
    def counted(shots, changed):
        """Each shot for as many reasons as it may have, and for those that are known."""
        rest = dict(changed)
        for shot in shots:
            for name, n in (shot.sure or {}).items():
                rest[name] = rest.get(name, 0) - n
        check(min(rest.values(), default=0) >= 0, f'less was counted than surely had to: {rest} '
              f'is what remains of {changed}')
        low, high = sum(s.low for s in shots), sum(s.high for s in shots)
        check(low <= sum(changed.values()) <= high,
              f'packets counted: expected {low} to {high}, saw {changed}')
        fresh = sum(shot.fresh for shot in shots)
        check(rest.get('in-ok', 0) <= fresh, f'accepted: expected at most {fresh} of those that '
              f'are not known, saw {rest}')

    @staticmethod
    def came_out(shots, heard):
        for packet in heard:
            size = header_len(packet)
            check(len(packet) == int.from_bytes(packet[2:4], 'big') and not checksum(packet[:size]),
                  f'came out with a wrong header: {packet.hex()}')
        wanted = [shot.clear for shot in shots if shot.clear is not None]
        missing = [clear.hex() for clear in wanted if clear not in heard]
        check(not missing, f'did not come out: {missing[:1]}')

    # --- rounds ---

    def round(self):
        name = self.rng.choice(sorted(SETTINGS))
        self.setting(name, self.rng.choice(WINDOWS), [self.rng.randbytes(KEY) for _ in range(2)])
        for _ in range(BATCHES):
            self.volley([self.gun.shot() for _ in range(BATCH)])
            self.volley([self.gun.plain_of(sa) for sa in self.sas.values()])

    def step(self, words):
        words, expected = (words + ['->']).copy(), None
        at = words.index('->')
        if words[at + 1:]:
            pairs = (word.split('=') for word in words[at + 1:-1] if word != 'nothing')
            expected = {name: int(n) for name, n in pairs}
        form, words = words[0], words[1:at]
        if form == 'setting':
            self.setting(words[0], int(words[1]), [bytes.fromhex(word) for word in words[2:]])
            return
        if form == 'sealed':
            sa = self.sas[words[0]]
            octets = [sa.carry(sa.seal_plain(int(words[1]), bytes.fromhex(words[2])))]
        else:
            octets = [bytes.fromhex(word) for word in words]
        vnet = octets.pop(0) if form == 'vnet' else None
        self.fire(Shot(*octets, vnet=vnet))
        _, changed = self.settled()
        self.tally.update(changed)
        check(expected is None or changed == expected, f'expected {expected}, saw {changed}')

    def over(self, rounds):
        """Where nothing gets deep nothing is tested."""
        deep = ('in-ok', 'in-icv', 'in-padding', 'in-inner-header', 'in-next-header', 'in-dummy')
        missing = [name for name in deep if not self.tally[name]]
        check(rounds < 10 or not missing, f'no packet ended as {missing}')


def main():
    args = arguments(Packets.part)
    # One CPU: packets are dealt with in the order in which they are sent.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return Packets(args).run()


if __name__ == '__main__':
    sys.exit(main())
