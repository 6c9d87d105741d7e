# SPDX-License-Identifier: GPL-2.0-only
"""The tests of bundle_packets.sh: what is protected once more, as no sender of ours would make it."""

import socket
import struct

from esplab import HOST, IN, PEER, arrived, equal, selector, serve
from espnatt import UDP, UdpSa, door
from espout import HOST6, PEER6
from espwire import ESP, IPIP, TEST, AhSa, Sa, fragments, ip4, payload_of, set_octets
from espwire6 import FRAGMENT, IPV6, SIZE, Ah6Sa, ip6

CONTENT = bytes(n * 7 & 0xff for n in range(3000))


def fragments6(packet, size):
    """The same of IPv6, where nothing stays in front but the IPv6 header."""
    out, payload = [], packet[SIZE:]
    for at in range(0, len(payload), size):
        part = payload[at:at + size]
        more = at + size < len(payload)
        front = set_octets(packet[:SIZE], 4, struct.pack('>HB', 8 + len(part), FRAGMENT))
        out.append(front + struct.pack('>BBHI', packet[6], 0, at | more, 0x1234) + part)
    return out


class Over6(Sa):
    """ESP over IPv6."""

    def carry(self, esp, **header):
        return ip6(self.src, self.dst, ESP, esp, **header)


def inners():
    """SAs of what is fragmented, and what comes out of them."""
    clear = ip4(PEER, HOST, TEST, CONTENT, frag=0)
    yield Sa(0x2000), CONTENT, TEST, clear
    yield AhSa(0x2001), CONTENT, TEST, clear
    inner = ip4(PEER, HOST, TEST, CONTENT)
    yield Sa(0x2002, tunnel=True), inner, IPIP, inner


def inners6():
    """The same over IPv6."""
    yield Over6(0x3000, PEER6, HOST6), CONTENT, TEST
    yield Ah6Sa(0x3001), CONTENT, TEST
    yield Over6(0x3002, PEER6, HOST6, tunnel=True), ip6(PEER6, HOST6, TEST, CONTENT), IPV6


def carried(outer, parts, kind=IPIP):
    return [outer.packet(outer.next(), part, kind) for part in parts]


def test_parts_of_a_protected_packet(lab):
    """Somebody on the way to the tunnel has fragmented them: the policy is asked for both layers."""
    outer = lab.add_sa(Sa(0x1000, tunnel=True))
    sel = selector(PEER, HOST, TEST)
    for sa, payload, kind, clear in inners():
        lab.add_sa(sa)
        lab.add_policy(IN, [sa, outer], sel)
        for turned in False, True:
            parts = fragments(sa.packet(sa.next(), payload, kind), 1000)
            if turned:
                parts.reverse()
            packets = carried(outer, parts)
            lab.expect(packets, {'in-ok': len(parts)}, f'{sa.spi:x}, {turned}', [clear])
            lab.expect(packets, {'in-replay-dup': len(parts)}, f'{sa.spi:x}, again')
        lab.del_policy(IN, sel)


def test_parts_over_ipv6(lab):
    outer, raw = lab.add_sa(Sa(0x1000, tunnel=True)), lab.listen(TEST, socket.AF_INET6)
    sel = selector(PEER6, HOST6, TEST)
    for sa, payload, kind in inners6():
        lab.add_sa(sa)
        lab.add_policy(IN, [sa, outer], sel)
        for turned in False, True:
            parts = fragments6(sa.packet(sa.next(), payload, kind), 1000)
            if turned:
                parts.reverse()
            lab.expect(carried(outer, parts, IPV6), {'in-ok': len(parts)}, f'{sa.spi:x}, {turned}')
            equal(arrived(raw), [CONTENT], f'{sa.spi:x}, {turned}: what came out')
        lab.del_policy(IN, sel)


def test_parts_by_two_paths(lab):
    """What came by another SA is no part of it, be it as good as the others."""
    one, two = (lab.add_sa(Sa(spi, tunnel=True)) for spi in (0x1000, 0x1001))
    sa = lab.add_sa(Sa(0x2000))
    lab.add_policy(IN, [sa, one], selector(PEER, HOST, TEST))
    content = CONTENT[:2000]
    first, second = fragments(sa.packet(sa.next(), content, TEST), 1040)
    lab.expect([*carried(one, [first]), *carried(two, [second])], {'in-ok': 2}, 'two paths')
    lab.expect(carried(one, [second]), {'in-ok': 1}, 'the rest of the first one',
               [ip4(PEER, HOST, TEST, content, frag=0)])
    lab.expect(carried(two, [first]), {'in-replay-dup': 1}, 'the rest of the second one')


def test_parts_that_a_policy_refuses(lab):
    """It is asked when they are whole."""
    outer, sa = lab.add_sa(Sa(0x1000, tunnel=True)), lab.add_sa(Sa(0x2000))
    for tmpls, cause in ([sa], 'in-policy-mismatch'), ([outer], 'in-ok'), ([outer, sa], 'in-policy-mismatch'):
        lab.add_policy(IN, tmpls, selector(PEER, HOST, TEST))
        parts = fragments(sa.packet(sa.next(), CONTENT, TEST), 1000)
        changes = {'in-ok': len(parts) - 1}
        changes[cause] = changes.get(cause, 0) + 1
        heard = [ip4(PEER, HOST, TEST, CONTENT, frag=0)] if cause == 'in-ok' else []
        lab.expect(carried(outer, parts), changes, f'{[tmpl.spi for tmpl in tmpls]}', heard)
        lab.del_policy(IN, selector(PEER, HOST, TEST))


def test_parts_of_what_is_not_ours(lab):
    """An SPI of nobody: whole, it is a packet as any."""
    outer, sa = lab.add_sa(Sa(0x1000, tunnel=True)), Sa(0x2000)
    parts = fragments(sa.packet(sa.next(), CONTENT, TEST), 1000)
    lab.expect(carried(outer, parts), {'in-ok': len(parts) - 1, 'in-no-policy': 1}, 'no policy')
    lab.add_policy(IN, outer, selector(PEER, HOST, ESP))
    lab.expect(carried(outer, parts), {'in-ok': len(parts), 'in-unknown-spi': 1}, 'handed on')
    equal(lab.sa_figures(outer)[0], 2 * len(parts), 'packets of the SA')


def test_esp_in_udp(lab):
    """It is taken off as the socket would, and the policy sees both layers."""
    door(lab)
    clear = ip4(PEER, HOST, TEST, b'inside')
    for n, outer in enumerate((Sa(0x1000, tunnel=True), AhSa(0x1001))):
        lab.add_sa(outer)
        for tunnel in False, True:
            sa = lab.add_sa(UdpSa(0x2000 + 2 * n + tunnel, tunnel=tunnel))
            lab.add_policy(IN, [sa, outer], selector(PEER, HOST))
            packet = sa.packet(sa.next(), clear if tunnel else b'inside', IPIP if tunnel else TEST)
            around = around_of(outer, packet)
            lab.expect([around], {'in-ok': 1}, f'{outer.spi:x}, {sa.spi:x}', [clear])
            lab.expect([around_of(outer, packet)], {'in-replay-dup': 1}, f'{sa.spi:x}, again')
            lab.del_policy(IN, selector(PEER, HOST))


def around_of(outer, packet):
    """The packet in its tunnel, or what is in the packet under a layer in transport mode."""
    if outer.tunnel:
        return outer.packet(outer.next(), packet, IPIP)
    return outer.packet(outer.next(), payload_of(packet), packet[9])


def test_udp_that_is_not_esp(lab):
    """Nothing that the socket would not take is taken."""
    outer, sa = lab.add_sa(Sa(0x1000, tunnel=True)), lab.add_sa(UdpSa(0x2000))
    lab.add_policy(IN, [sa, outer], selector(PEER, HOST))
    refused = {'in-policy-mismatch': 1}
    good = payload_of(sa.packet(sa.next(), b'inside', TEST))
    lab.expect(carried(outer, [ip4(PEER, HOST, UDP, good)]), refused, 'no socket')
    door(lab)
    for what, datagram in (('another SPI', set_octets(good, 8, b'\0\0\x30\0')),
                           ('another port', set_octets(good, 2, b'\x11\x95')),
                           ('not ESP', set_octets(good, 8, bytes(4))),
                           ('cut off', good[:15]),
                           ('longer than it is', set_octets(good, 4, struct.pack('>H', len(good) + 1))),
                           ('a header', set_octets(good[:16], 4, struct.pack('>H', 16)))):
        lab.expect(carried(outer, [ip4(PEER, HOST, UDP, datagram)]), refused, what)
    lab.expect(carried(outer, fragments(ip4(PEER, HOST, UDP, good), 16)),
               {'in-policy-mismatch': -(-len(good) // 16)}, 'in parts')
    # What is behind the datagram is none of it.
    lab.expect(carried(outer, [ip4(PEER, HOST, UDP, good + bytes(5))]), {'in-ok': 1}, 'good',
               [ip4(PEER, HOST, TEST, b'inside')])


def test_esp_in_udp_for_the_socket(lab):
    """A policy that lets the socket have it comes first, and then each layer is judged by itself."""
    outer, sa = lab.add_sa(Sa(0x1000, tunnel=True)), lab.add_sa(UdpSa(0x2000, tunnel=True))
    door(lab)
    lab.add_policy(IN, outer, selector(PEER, HOST, UDP))
    lab.add_policy(IN, sa, selector(PEER, HOST, TEST))
    inner = ip4(PEER, HOST, TEST, b'inside')
    lab.expect(carried(outer, [sa.packet(sa.next(), inner, IPIP)]), {'in-ok': 2}, 'two policies', [inner])


if __name__ == '__main__':
    serve(globals())
