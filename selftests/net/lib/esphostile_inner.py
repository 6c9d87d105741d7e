# SPDX-License-Identifier: GPL-2.0-only
"""Tests of hostile.sh: authentic packets whose content is not what it should be."""

import socket
import struct

from esplab import DISCARD, FWD, HOST, IN, PEER, equal, inside, selector
from espwire import (FIXED, IPIP, NONE, TEST, Sa, default_padding, ip4, payload_of, set_octets,
                     with_checksum)
from genl_events import Ear

SPI = 0x23456789
INNER = '10.20.0.1'


def tunnel(lab, **values):
    """A tunnel to this host, for everything between two addresses."""
    sa = lab.add_sa(Sa(SPI, tunnel=True), **values)
    lab.add_policy(IN, sa, selector(PEER, HOST), priority=9)
    return sa


def inner_packet(**header):
    return ip4(PEER, HOST, TEST, bytes(range(50)), **header)


def test_padding(lab):
    """A pad length that goes back beyond the payload, or to where no padding begins."""
    sa = lab.add_sa(Sa(SPI), window=0)
    packets, clear, bad = [], [], []
    for size in range(0, 300, 13):
        for pad_len in range(0, 256, 5):
            padding = bytes(range(1, pad_len + 1))
            content = bytes(size - pad_len) + padding if pad_len <= size else padding[pad_len - size:]
            packet = sa.carry(sa.seal_plain(sa.next(), content + bytes([pad_len, TEST])))
            if pad_len > size:
                bad.append(packet)
            else:
                packets.append(packet)
                clear.append(ip4(PEER, HOST, TEST, bytes(size - pad_len)))
                if pad_len > 1:
                    wrong = content + bytes([pad_len - 1, TEST])
                    bad.append(sa.carry(sa.seal_plain(sa.next(), wrong)))
    lab.expect(bad, {'in-padding': len(bad)}, 'wrong padding')
    lab.expect(packets, {'in-ok': len(packets)}, 'as much padding as there is', clear)
    lab.goes_on(sa, 'padding')


def test_padding_that_does_not_count(lab):
    """RFC 4303 section 2.4: 1, 2, 3 and so on, and the receiver looks."""
    sa = lab.add_sa(Sa(SPI), window=0)
    wrong = [b'\0', b'\2', b'\1\1', b'\1\2\4', bytes(4), b'\xff' * 200, bytes(range(255)),
             bytes(range(1, 200)) + b'\0', bytes(range(10, 0, -1))]
    packets = [sa.carry(sa.seal(sa.next(), b'payload', TEST, padding=padding))
               for padding in wrong]
    lab.expect(packets, {'in-padding': len(packets)}, 'padding that does not count')
    lab.goes_on(sa, 'padding that does not count')


def test_all_paddings(lab):
    """RFC 4303 section 2.4 allows up to 255 octets; alignment is the sender's affair."""
    sa = lab.add_sa(Sa(SPI), window=0)
    clear = ip4(PEER, HOST, TEST, b'payload')
    packets = [sa.carry(sa.seal(1, b'payload', TEST, padding=bytes(range(1, n + 1))))
               for n in range(256)]
    lab.expect(packets, {'in-ok': 256}, 'paddings', [clear] * 256)


def test_dummy(lab):
    """RFC 4303 section 2.6: dummy packets are discarded whatever they hold, in both modes."""
    for make in (lambda: lab.add_sa(Sa(SPI + 1)), lambda: tunnel(lab)):
        sa = make()
        dummies = [sa.packet(sa.next(), bytes(size), NONE) for size in range(0, 100, 7)]
        dummies.append(sa.packet(sa.next(), inner_packet(), NONE))
        lab.expect(dummies, {'in-dummy': len(dummies)}, 'dummies')
        equal(lab.sa_figures(sa)[2], {'in-dummy': len(dummies)}, 'the SA')
        lab.goes_on(sa, 'dummies')
        dummy = sa.packet(sa.seq, b'', NONE)
        lab.expect([dummy], {'in-replay-dup': 1}, 'a dummy with a used number')


def test_next_header(lab):
    """A tunnel carries IP packets, and says so; of which family, it says, too."""
    sa = tunnel(lab)
    others = [proto for proto in range(256) if proto not in (IPIP, socket.IPPROTO_IPV6, NONE)]
    packets = [sa.packet(sa.next(), inner_packet(), proto) for proto in others]
    lab.expect(packets, {'in-next-header': len(packets)}, 'next headers')
    lab.expect([sa.packet(sa.next(), inner_packet(), socket.IPPROTO_IPV6)], {'in-inner-header': 1},
               'IPv4 by the name of IPv6')
    lab.goes_on(sa, 'next headers')


def test_inner_header(lab):
    """Inner packets that are none."""
    sa = tunnel(lab)
    good = inner_packet()
    bad = [good[:size] for size in range(20)]
    bad += [bytes([version << 4 | 5]) + good[1:] for version in range(16) if version != 4]
    bad += [bytes([0x40 | words]) + good[1:] for words in range(16) if words != 5]
    fixed = [with_checksum(bytes([0x40 | words]) + good[1:20]) + good[20:] for words in range(5)]
    lengths = [*range(20), len(good) + 1, len(good) + 100, 0xffff]
    fixed += [with_checksum(set_octets(good[:20], 2, struct.pack('>H', n))) + good[20:]
              for n in lengths]
    # A header that reaches behind the packet.
    bad += [with_checksum(bytes([0x4f]) + good[1:20] + bytes(39))[:n] for n in range(20, 59)]
    bad += [set_octets(good, 10, bytes([good[10] ^ 1 << bit])) for bit in range(8)]
    lab.expect([sa.packet(sa.next(), inner, IPIP) for inner in bad + fixed],
               {'in-inner-header': len(bad) + len(fixed)}, 'inner headers')
    lab.goes_on(sa, 'inner headers')


def test_traffic_flow_padding(lab):
    """RFC 4303 section 2.7: octets behind the inner packet are padding, and go."""
    sa = tunnel(lab)
    inner = inner_packet()
    packets = [sa.packet(sa.next(), inner + b'\xa5' * size, IPIP) for size in (1, 2, 30, 300, 1000)]
    lab.expect(packets, {'in-ok': len(packets)}, 'padding behind', [inner] * len(packets))


def test_inner_selector(lab):
    """What an SA is not for, whoever sends it."""
    sa = tunnel(lab, sel=selector('10.9.0.0-10.9.0.1', HOST, TEST))
    outside = [ip4('10.9.0.3', HOST, TEST), ip4(PEER, '10.9.0.3', TEST), ip4(PEER, HOST, 17),
               ip4('10.8.255.255', HOST, TEST), ip4(HOST, PEER, TEST)]
    lab.expect([sa.packet(sa.next(), inner, IPIP) for inner in outside],
               {'in-selector': len(outside)}, 'outside of the selector')
    lab.goes_on(sa, 'selector')


def test_inner_source_spoofed(lab):
    """A tunnel speaks only for whom a policy lets it speak."""
    sa = tunnel(lab)
    spoofed = [ip4(src, HOST, TEST) for src in (INNER, '10.9.0.3', '127.0.0.1', '0.0.0.0', HOST,
                                                '255.255.255.255', '224.0.0.1')]
    spoofed += [ip4(PEER, dst, TEST) for dst in ('10.9.0.3', '10.30.0.1', '127.0.0.1',
                                                 '255.255.255.255', '224.0.0.1')]
    lab.expect([sa.packet(sa.next(), inner, IPIP) for inner in spoofed],
               {'in-no-policy': len(spoofed)}, 'spoofed')
    # The same, where policies want another protection, or none at all, for these.
    other = Sa(SPI + 1, src='10.9.0.5', tunnel=True)
    lab.add_policy(IN, other, selector(INNER, HOST), priority=8)
    lab.add_policy(FWD, other, selector(PEER, '10.30.0.1'), priority=8)
    lab.expect([sa.packet(sa.next(), ip4(INNER, HOST, TEST), IPIP),
                sa.packet(sa.next(), ip4(PEER, '10.30.0.1', TEST), IPIP)],
               {'in-policy-mismatch': 2}, 'the flow of another tunnel')
    lab.add_policy(IN, other, selector('10.20.0.9', HOST), action=DISCARD, priority=8)
    lab.expect([sa.packet(sa.next(), ip4('10.20.0.9', HOST, TEST), IPIP)],
               {'in-policy-discard': 1}, 'a flow to be discarded')
    lab.goes_on(sa, 'spoofed')


def test_mode_mismatch(lab):
    """A transport-mode SA does not answer for a policy that wants a tunnel, nor for another's."""
    sa = lab.add_sa(Sa(SPI), reqid=5)
    lab.add_policy(IN, Sa(1, tunnel=True), selector(PEER, HOST, 17), reqid=5)
    lab.add_policy(IN, Sa(1), selector(PEER, HOST, 16), reqid=6)
    lab.expect([sa.packet(sa.next(), bytes(8), proto) for proto in (17, 16)],
               {'in-policy-mismatch': 2}, 'mode and reqid')
    lab.goes_on(sa, 'mode and reqid')


# RFC 6040 figure 4: rows are the inner field, columns the outer; codes as on the wire.
NOT_ECT, ECT1, ECT0, CE, DROP = 0, 1, 2, 3, None
FIGURE_4 = {
    NOT_ECT: {NOT_ECT: NOT_ECT, ECT0: NOT_ECT, ECT1: NOT_ECT, CE: DROP},
    ECT0: {NOT_ECT: ECT0, ECT0: ECT0, ECT1: ECT1, CE: CE},
    ECT1: {NOT_ECT: ECT1, ECT0: ECT1, ECT1: ECT1, CE: CE},
    CE: {NOT_ECT: CE, ECT0: CE, ECT1: CE, CE: CE},
}


# What figure 4 has to be logged, and where congestion is news to the inner packet.
SAID = {'in-ecn-unused': ((0, 1), (0, 2), (1, 2), (3, 1)), 'in-ecn-marked': ((1, 3), (2, 3))}


def test_ecn(lab):
    """Congestion outside and no ECN inside is dropped; the DSCP inside stays."""
    sa = tunnel(lab)
    for inner, row in FIGURE_4.items():
        for outer, result in row.items():
            packet = sa.packet(sa.next(), inner_packet(tos=0x28 | inner), IPIP, tos=0xb8 | outer)
            if result is DROP:
                lab.expect([packet], {'in-ecn': 1}, f'inner {inner} in outer {outer}')
            else:
                said = {'in-ok': 1, **{name: 1 for name, pairs in SAID.items()
                                       if (inner, outer) in pairs}}
                lab.expect([packet], said, f'inner {inner} in outer {outer}',
                           [inner_packet(tos=0x28 | result)])
    lab.goes_on(sa, 'ECN')


def test_content_uses_number_up(lab):
    """An authentic packet with bad content has been received: its number is used."""
    sa = tunnel(lab)
    sa.seq = 10
    bad = sa.packet(10, b'none', IPIP)
    lab.expect([bad], {'in-inner-header': 1}, 'bad content')
    lab.expect([bad], {'in-replay-dup': 1}, 'bad content again')
    packets, top, _ = lab.sa_figures(sa)
    equal((packets, top), (0, 10), 'accepted packets and top')
    lab.goes_on(sa, 'bad content')


def test_clear_beside(lab):
    """What the tunnel protects is not taken in clear, and nothing that only looks like ESP."""
    sa = tunnel(lab)
    with inside(lab.host_ns):
        ear = Ear()
    lab.expect([inner_packet()], {'in-clear': 1}, 'clear')
    # RFC 4301 section 5.2 step 3b: no SA comes of what should have been protected.
    equal([event.cmd for event in ear.events()], [], 'events')
    lab.expect([ip4(PEER, HOST, IPIP, inner_packet())], {'in-clear': 1}, 'IP in IP')
    trailer = default_padding(inner_packet()) + b'\0\x04'
    forged = struct.pack('>IIQ', sa.spi, 1, 1) + inner_packet() + trailer + bytes(16)
    lab.expect([sa.carry(forged)], {'in-icv': 1}, 'not encrypted')
    lab.expect([sa.carry(struct.pack('>IIQ', sa.spi, 1, 1) + bytes(FIXED - 16))], {'in-icv': 1},
               'nothing inside')
    lab.goes_on(sa, 'clear')


def test_reflected(lab):
    """Our own packets sent back to us are not for us."""
    out = Sa(SPI + 7, src=HOST, dst=PEER)
    lab.add_sa(out)
    esp = out.seal(1, payload_of(inner_packet()), TEST)
    lab.expect([ip4(HOST, PEER, 50, esp), ip4(PEER, HOST, 50, esp)], {'in-unknown-spi': 1},
               'reflected')
