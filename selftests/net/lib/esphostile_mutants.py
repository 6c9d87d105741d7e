# SPDX-License-Identifier: GPL-2.0-only
"""Tests of hostile.sh: some thousand mutants of good packets, the same in every run."""

import random

from esplab import FWD, HOST, IN, PEER, Ip4, equal, selector
from espwire import ESP, IPIP, TEST, Sa, default_padding, flip, header_len, ip4, set_octets
from espwire import with_checksum

BATCH = 100
TRANSPORT_SPI, TUNNEL_SPI = 0x31415926, 0x27182818
INTERESTING = (0, 1, 4, 6, 17, 41, 50, 51, 59, 0x45, 0x4f, 0x60, 0x7f, 0x80, 0xfe, 0xff)


def change(rng, octets):
    """One change: a bit, an octet, a cut, more octets, or octets that move."""
    at = rng.randrange(max(len(octets), 1))
    kind = rng.randrange(7)
    if kind == 0 and octets:
        return flip(octets, rng.randrange(8 * len(octets)))
    if kind == 1:
        return octets[:at] + bytes([rng.choice(INTERESTING)]) + octets[at + 1:]
    if kind == 2:
        return octets[:at]
    if kind == 3:
        return octets[:at] + rng.randbytes(rng.randrange(1, 20)) + octets[at:]
    if kind == 4:
        return octets[:at] + octets[at + rng.randrange(1, 20):]
    if kind == 5:
        return octets[:at] + octets[at:at + rng.randrange(1, 40)] + octets[at:]
    return set_octets(octets, at, rng.randbytes(min(8, len(octets) - at)))


def mutant(rng, octets):
    """Other octets than these."""
    out = octets
    while out == octets:
        for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
            out = change(rng, out)[:1400]
    return out


def prepare(lab):
    sas = lab.add_sa(Sa(TRANSPORT_SPI)), lab.add_sa(Sa(TUNNEL_SPI, tunnel=True), reqid=2)
    # The tunnel is for its own flows, so that transport mode's are left alone.
    for dir_ in (IN, FWD):
        lab.add_policy(dir_, sas[1], selector(), priority=9, reqid=2)
    lab.add_policy(IN, sas[0], selector(PEER, HOST, TEST), priority=1)
    return sas


def good_packet(rng, sa, seq):
    content = rng.randbytes(rng.randrange(200))
    if sa.tunnel:
        return sa.seal(seq, ip4('10.20.0.1', HOST, TEST, content), IPIP)
    return sa.seal(seq, content, TEST)


def still_good(lab, sa):
    """Good traffic still passes under either SA."""
    if sa.tunnel:
        inner = ip4('10.20.0.1', HOST, TEST, b'good')
        lab.expect([sa.packet(sa.next(), inner, IPIP)], {'in-ok': 1}, 'afterwards', [inner])
    else:
        lab.goes_on(sa, 'mutants')


def test_mutants_of_esp(lab):
    """No mutant of an ESP packet passes, and each is counted once."""
    rng = random.Random(50)
    for sa in prepare(lab):
        sa.seq = 1000
        for _ in range(8):
            packets = [sa.carry(mutant(rng, good_packet(rng, sa, sa.seq + 1)))
                       for _ in range(BATCH)]
            heard, changed = lab.exchange(packets)
            equal(heard, [], 'packets that came out')
            equal(changed.get('in-ok', 0), 0, f'accepted, of {changed}')
            equal(sum(changed.values()), BATCH, f'packets that were counted, of {changed}')
            still_good(lab, sa)


def test_mutants_of_ip(lab):
    """Mutants of the whole packet after the packet itself: nothing makes it new again."""
    rng = random.Random(4)
    for sa in prepare(lab):
        for _ in range(5):
            esp = good_packet(rng, sa, sa.next())
            whole = sa.carry(esp, options=rng.choice((b'', b'\x01' * 4, b'\x94\x04\0\0')))
            equal(lab.exchange([whole])[1], {'in-ok': 1}, 'the packet itself')
            packets = []
            for _ in range(BATCH):
                packet = mutant(rng, whole)
                size = header_len(packet) if packet else 0
                if 20 <= size <= len(packet) and rng.random() < 0.8:
                    packet = with_checksum(packet[:size]) + packet[size:]
                packets.append(Ip4(packet))
            heard, changed = lab.exchange(packets)
            # In clear, and so for nobody but the test's own ears: see in-clear.
            equal(heard, [], 'packets that came out')
            equal(changed.get('in-ok', 0), 0, f'accepted, of {changed}')
            still_good(lab, sa)


def test_mutants_of_content(lab):
    """Authentic packets with any content: each ends for one reason or is delivered."""
    rng = random.Random(22)
    for sa in prepare(lab):
        for _ in range(5):
            packets = []
            for _ in range(BATCH):
                if sa.tunnel:
                    content = ip4('10.20.0.1', HOST, rng.choice((TEST, ESP, 1, 6, 17)),
                                  rng.randbytes(rng.randrange(60)))
                    next_header = IPIP
                else:
                    content = rng.randbytes(rng.randrange(60))
                    next_header = rng.choice((TEST, IPIP, ESP, 1, 6, 17))
                padding = default_padding(content)
                plain = mutant(rng, content + padding + bytes([len(padding), next_header]))
                packets.append(sa.carry(sa.seal_plain(sa.next(), plain)))
            _, changed = lab.exchange(packets)
            # What holds ESP again is counted again.
            equal(sum(changed.values()) >= BATCH, True, f'all were counted: {changed}')
            equal(sum(changed.get(name, 0) for name in ('in-icv', 'in-replay-dup', 'in-replay-old',
                                                        'in-seq-zero', 'in-crypto')), 0,
                  f'authentic and new, of {changed}')
            still_good(lab, sa)
