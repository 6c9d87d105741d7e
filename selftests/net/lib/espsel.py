# SPDX-License-Identifier: GPL-2.0-only
"""Tests of selectors.sh: ports and what stands for them, interfaces, DSCPs (RFC 4301 4.4.1.1)."""

import socket
import struct
import subprocess

from esplab import (DISCARD, FWD, HOST, IN, OUT, PACKET_OUTGOING, PEER, equal, inside, mac_of,
                    selector, serve)
from espquoted import FAR6, HOST6, UNREACHABLE, error, error6
from espwire import ESP, IPIP, MF, Sa, fragments, ip4, payload_of
from espwire6 import FRAGMENT, ICMP6, IPV6, ip6, options

SPI = 0x1000
TCP, UDP, ICMP, GRE = socket.IPPROTO_TCP, socket.IPPROTO_UDP, socket.IPPROTO_ICMP, 47
LITE, SCTP, DCCP, MOBILITY, OPTIONS = 136, 132, 33, 135, 60
FAR, OTHER = '10.9.0.50', '10.9.0.60'
PEER6 = 'fd00:9::1'
ANY6 = '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'


def ports(src, dst, rest=bytes(16)):
    return struct.pack('>HH', src, dst) + rest


def types(kind, code=0):
    return bytes([kind, code]) + bytes(6)


def gre(key=None, flags=0):
    """With a checksum, where its bit (0x8000) is asked for."""
    if key is not None:
        flags |= 0x2000
    return (struct.pack('>HH', flags, 0x800) + bytes(4 if flags & 0x8000 else 0)
            + (struct.pack('>I', key) if key is not None else b'') + bytes(8))


def mobility(kind):
    return bytes([59, 0, kind, 0]) + bytes(4)


def span(name, low, high=None):
    return {f'{name}-min': low, f'{name}-max': low if high is None else high}


def upper(proto, *values):
    return proto, {name: value for part in values for name, value in part.items()}


# A selector's protocol and the rest of it; what matches; what does not.
ROWS = [
    (upper(UDP, span('dport', 7)),
     [(UDP, ports(1, 7)), (UDP, ports(65535, 7))],
     [(UDP, ports(7, 8)), (UDP, ports(7, 6)), (TCP, ports(1, 7)), (UDP, b'\0\1\0')]),
    (upper(TCP, span('sport', 1000, 2000)),
     [(TCP, ports(1000, 1)), (TCP, ports(1500, 1)), (TCP, ports(2000, 1))],
     [(TCP, ports(999, 1000)), (TCP, ports(2001, 1000)), (TCP, ports(0xe803, 1))]),
    (upper(SCTP, span('sport', 5), span('dport', 6)),
     [(SCTP, ports(5, 6))], [(SCTP, ports(6, 5)), (SCTP, ports(5, 5)), (SCTP, ports(6, 6))]),
    (upper(LITE, span('dport', 0)), [(LITE, ports(3, 0))], [(LITE, ports(0, 3))]),
    (upper(DCCP, span('sport', 0, 65535)), [(DCCP, ports(0, 65535))], [(DCCP, b'\0\1')]),
    (upper(UDP, {'opaque': b''}), [(UDP, b''), (UDP, b'\0\7\0')], [(UDP, ports(1, 7))]),
    (upper(ICMP, span('type', 8)),
     [(ICMP, types(8)), (ICMP, types(8, 255))], [(ICMP, types(7, 255)), (ICMP, types(9))]),
    (upper(ICMP, span('type', 3), span('code', 2, 4)),
     [(ICMP, types(3, code)) for code in (2, 3, 4)],
     [(ICMP, types(3, 1)), (ICMP, types(3, 5)), (ICMP, types(4, 3)), (ICMP, types(2, 3))]),
    # From the first of one type to the last of another.
    (upper(ICMP, span('type', 11, 12), span('code', 1, 0)),
     [(ICMP, types(11, 1)), (ICMP, types(11, 200)), (ICMP, types(12))],
     [(ICMP, types(11)), (ICMP, types(12, 1))]),
    (upper(GRE, {'key': 0x12345678}),
     [(GRE, gre(0x12345678)), (GRE, gre(0x12345678, 0x8000))],
     [(GRE, gre()), (GRE, gre(0x12345679)), (GRE, gre(0x12355678)), (GRE, gre(0x56781234))]),
    (upper(GRE, {'opaque': b''}), [(GRE, gre()), (GRE, b'\x20\0')], [(GRE, gre(0))]),
]
ROWS6 = [ROWS[0], ROWS[1], ROWS[5],
         (upper(ICMP6, span('type', 128)), [(ICMP6, types(128, 9))], [(ICMP6, types(129))]),
         (upper(MOBILITY, span('type', 5)), [(MOBILITY, mobility(5))],
          [(MOBILITY, mobility(4)), (MOBILITY, b'\x3b\0')]),
         (upper(MOBILITY, {'opaque': b''}), [(MOBILITY, b'\x3b')], [(MOBILITY, mobility(0))])]


def speak_of(wanted, src=PEER, dst=HOST):
    proto, rest = wanted
    return {**selector(src, dst, proto), **rest}


def dropped(lab, packets, counter, what):
    """How many of them are."""
    changed = lab.exchange(packets)[1]
    changed.pop('in-ok', None)
    equal(set(changed) - {counter}, set(), f'{what}: counters besides {counter}')
    return changed.get(counter, 0)


def arriving(lab, rows, make, ends):
    for wanted, good, bad in rows:
        sel = speak_of(wanted, *ends)
        lab.add_policy(IN, None, sel, DISCARD)
        for each, count in ((good, len(good)), (bad, 0)):
            packets = [make(proto, octets) for proto, octets in each]
            equal(dropped(lab, packets, 'in-clear-discard', f'{wanted}: {each}'), count,
                  f'{wanted}: discarded of {each}')
        lab.del_policy(IN, sel)


def test_arriving(lab):
    """In clear."""
    arriving(lab, ROWS, lambda proto, octets: ip4(PEER, HOST, proto, octets), (PEER, HOST))
    equal(dropped(lab, [ip4(PEER, HOST, UDP, ports(1, 7))], 'in-clear-discard', 'afterwards'), 0,
          'discarded without a policy')
    # The interface by which it has come.
    with inside(lab.host_ns):
        here, other = socket.if_nametoindex('veth0'), socket.if_nametoindex('lo')
    for index, count in ((here, 1), (other, 0)):
        sel = {**selector(PEER, HOST, UDP), 'ifindex': index}
        lab.add_policy(IN, None, sel, DISCARD)
        equal(dropped(lab, [ip4(PEER, HOST, UDP, ports(1, 7))], 'in-clear-discard', 'interface'),
              count, f'discarded of interface {index}')
        lab.del_policy(IN, sel)


def test_arriving_over_ipv6(lab):
    """In clear, with and without extension headers."""
    for parts in ((), (options(OPTIONS, bytes([1, 4, 0, 0, 0, 0])),)):
        arriving(lab, ROWS6,
                 lambda proto, octets, parts=parts: ip6(PEER6, HOST6, proto, octets, parts),
                 (PEER6, HOST6))


class Mouth:
    """What the host sends, as raw packets."""

    def __init__(self, lab, family=socket.AF_INET):
        with inside(lab.host_ns):
            self.sock = lab.open(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.to = {socket.AF_INET: (PEER, 0), socket.AF_INET6: (PEER6, 0)}[family]
        self.lab = lab

    def refused(self, packets):
        """How many of them are."""
        count = 0
        for packet in packets:
            try:
                self.sock.sendto(packet, self.to)
            except PermissionError:
                count += 1
        changed = self.lab.exchange([])[1]
        equal(changed, {'out-policy-discard': count} if count else {}, 'counters')
        return count


def leaving(lab, mouth, rows, make, ends):
    for wanted, good, bad in rows:
        sel = speak_of(wanted, *ends)
        lab.add_policy(OUT, None, sel, DISCARD)
        for each, count in ((good, len(good)), (bad, 0)):
            equal(mouth.refused([make(proto, octets) for proto, octets in each]), count,
                  f'{wanted}: refused of {each}')
        lab.del_policy(OUT, sel)


def test_leaving(lab):
    """A policy each."""
    mouth = Mouth(lab)
    leaving(lab, mouth, ROWS, lambda proto, octets: ip4(HOST, PEER, proto, octets), (HOST, PEER))
    packet = ip4(HOST, PEER, UDP, ports(1, 7))
    with inside(lab.host_ns):
        here, other = socket.if_nametoindex('veth0'), socket.if_nametoindex('lo')
    for extra, count in (({'ifindex': here}, 1), ({'ifindex': other}, 0), ({'dscp': 1}, 1),
                         ({'dscp': 1 << 46}, 0), ({'dscp': 1, 'ifindex': other}, 0)):
        sel = {**selector(HOST, PEER, UDP), **extra}
        lab.add_policy(OUT, None, sel, DISCARD)
        equal(mouth.refused([packet]), count, f'refused with {extra}')
        lab.del_policy(OUT, sel)


def test_leaving_over_ipv6(lab):
    """With and without extension headers, and by the class."""
    mouth = Mouth(lab, socket.AF_INET6)
    for parts in ((), (options(OPTIONS, bytes([1, 4, 0, 0, 0, 0])),)):
        leaving(lab, mouth, ROWS6,
                lambda proto, octets, parts=parts: ip6(HOST6, PEER6, proto, octets, parts),
                (HOST6, PEER6))
    sel = {**selector(HOST6, PEER6, UDP), 'dscp': 1 << 46 | 1 << 10}
    lab.add_policy(OUT, None, sel, DISCARD)
    packets = [ip6(HOST6, PEER6, UDP, ports(1, 7), traffic=dscp << 2 | 3) for dscp in (46, 10, 11)]
    equal(mouth.refused(packets), 2, 'refused by class')


def test_state(lab):
    """An SA that is for some of what its policy lets in."""
    tunnel = Sa(SPI, tunnel=True)
    lab.add_policy(IN, tunnel, selector())
    for wanted, good, bad in ROWS:
        sa = lab.add_sa(Sa(SPI, tunnel=True), sel=speak_of(wanted))
        for each, counter in ((good, 'in-ok'), (bad, 'in-selector')):
            lab.expect([sa.packet(sa.next(), ip4(PEER, HOST, proto, octets), IPIP)
                        for proto, octets in each], {counter: len(each)}, f'{wanted}: {each}')
        lab.del_sa(sa)


class Ear:
    """The wire, as the peer has it."""

    def __init__(self, lab):
        self.tap = lab.tap(lab.peer_ns)

    def next(self):
        """The next packet from the host."""
        while True:
            got, address = self.tap.recvfrom(65536)
            if address[2] != PACKET_OUTGOING:
                return got

    def whole(self):
        """The same, put together."""
        got, parts = self.next(), b''
        first = got
        while True:
            frag = struct.unpack('>H', got[6:8])[0]
            equal((frag & 0x1fff) * 8, len(parts), 'offset of a fragment')
            parts += payload_of(got)
            if not frag & MF:
                return first[9], parts
            got = self.next()


def test_dscp(lab):
    """RFC 4301 section 4.1: classes on SAs of their own, which are taken under either."""
    mouth, ear = Mouth(lab), Ear(lab)
    classes = {46: 1, 10: 2}
    for dscp, reqid in classes.items():
        sa = lab.add_sa(Sa(SPI + reqid, HOST, PEER, tunnel=True), reqid=reqid)
        lab.add_policy(OUT, sa, {**selector(HOST, PEER, UDP), 'dscp': 1 << dscp}, reqid=reqid)
    for dscp in (10, 46, 10):
        mouth.sock.sendto(ip4(HOST, PEER, UDP, ports(1, 7), tos=dscp << 2), mouth.to)
        equal(payload_of(ear.next())[:4], struct.pack('>I', SPI + classes[dscp]), f'SPI of {dscp}')
    mouth.sock.sendto(ip4(HOST, PEER, UDP, ports(1, 7)), mouth.to)
    equal(ear.next()[9], UDP, 'what has another class is in clear')
    equal(lab.exchange([])[1], {'out-ok': 3}, 'counters')
    back = lab.add_sa(Sa(SPI + 9, tunnel=True), sel={**selector(PEER, HOST), 'dscp': 1 << 46})
    lab.add_policy(IN, back, selector(PEER, HOST))
    lab.expect([back.packet(back.next(), ip4(PEER, HOST, UDP, ports(1, 7)), IPIP)],
               {'in-ok': 1}, 'what comes has any class')


def datagram(port, size=64):
    return struct.pack('>HHHH', 1, port, size, 0) + bytes(size - 8)


def test_fragments_that_leave(lab):
    """RFC 4301 section 7: where ports are asked for, the whole shows them."""
    mouth = Mouth(lab)
    only = {**selector(HOST, PEER, UDP), 'opaque': b''}
    lab.add_policy(OUT, None, only, DISCARD)
    whole = ip4(HOST, PEER, UDP, datagram(7), frag=0)
    equal(mouth.refused(fragments(whole, 16)), 3, 'refused, which have no ports')
    sel = {**selector(HOST, PEER, UDP), **span('dport', 7)}
    lab.add_policy(OUT, None, sel, DISCARD)
    # The last one makes it whole.
    equal(mouth.refused(fragments(whole, 16)), 1, 'refused, put together')
    equal(mouth.refused(fragments(ip4(HOST, PEER, UDP, datagram(8), frag=0, ident=2), 16)), 0,
          'refused of another port')
    lab.del_policy(OUT, sel)
    equal(mouth.refused(fragments(whole, 16)), 3, 'refused, in parts again')


def test_fragments_out_of_a_tunnel(lab):
    """RFC 4301 section 7.3: discarded where the SA is for ports; not where it is for any."""
    whole = ip4(PEER, HOST, UDP, datagram(7), frag=0)
    sel = {**selector(PEER, HOST, UDP), **span('dport', 7)}
    sa = lab.add_sa(Sa(SPI, tunnel=True), sel=sel)
    lab.add_policy(IN, sa, selector())

    def parts(packet):
        return [sa.packet(sa.next(), part, IPIP) for part in fragments(packet, 16)]

    lab.expect(parts(whole), {'in-ok': 1, 'in-selector': 3}, 'of an SA for ports')
    lab.del_sa(sa)
    sa = lab.add_sa(Sa(SPI, tunnel=True))
    lab.expect(parts(ip4(PEER, HOST, UDP, datagram(7), frag=0, ident=3)), {'in-ok': 4},
               'of an SA for all')
    lab.del_policy(IN, selector())
    lab.add_policy(IN, sa, sel)
    lab.expect(parts(ip4(PEER, HOST, UDP, datagram(7), frag=0, ident=4)),
               {'in-ok': 1, 'in-no-policy': 3}, 'of a policy for ports')


class Router:
    """The host forwards, to the peer again."""

    def __init__(self, lab):
        self.lab = lab
        with inside(lab.host_ns):
            for name in ('ip_forward', 'conf/all/send_redirects', 'conf/veth0/send_redirects'):
                with open(f'/proc/sys/net/ipv4/{name}', 'w', encoding='ascii') as file:
                    file.write('1' if name == 'ip_forward' else '0')
        self.neigh(FAR, mac_of(lab.wire))

    def neigh(self, address, mac):
        subprocess.run(['ip', '-n', self.lab.host_ns, 'neigh', 'replace', address, 'lladdr',
                        ':'.join(f'{octet:02x}' for octet in mac), 'dev', 'veth0'], check=True)


def forwarded(lab, size, part):
    """A datagram that comes in fragments, and what the host has made of it."""
    Router(lab)
    ear = Ear(lab)
    out = lab.add_sa(Sa(SPI, HOST, PEER, tunnel=True))
    lab.add_policy(OUT, out, {**selector(OTHER, FAR, UDP), **span('dport', 7)})
    whole = ip4(OTHER, FAR, UDP, datagram(7, size), frag=0)
    for packet in reversed(fragments(whole, part)):
        lab.send(packet)
    proto, octets = ear.whole()
    equal(proto, ESP, 'protocol')
    inner = out.open_plain(octets)
    inner = inner[:-2 - inner[-2]]
    equal(inner[20:].hex(), datagram(7, size).hex(), 'the datagram')
    equal(inner[6:8], bytes(2), 'it is whole')
    for packet in fragments(ip4(OTHER, FAR, UDP, datagram(8), frag=0, ident=9), 16):
        lab.send(packet)
    equal(ear.whole(), (UDP, datagram(8)), 'another port goes in clear')


def test_forwarded_in_fragments(lab):
    """RFC 4301 section 7.3: put together, and protected as one."""
    forwarded(lab, 64, 16)


def test_forwarded_and_fragmented_outside(lab):
    """Where the peer is to see ports, it is ESP that is fragmented."""
    forwarded(lab, 4000, 800)


def test_part_in_clear_is_no_part(lab):
    """Where netfilter joins fragments, what is forwarded out of a tunnel is whole before."""
    Router(lab)
    ear = Ear(lab)
    sa = lab.add_sa(Sa(SPI, tunnel=True))
    lab.add_policy(FWD, sa, selector(OTHER, FAR))
    lab.add_policy(IN, None, {**selector(FAR, HOST, UDP), **span('dport', 9)}, DISCARD)
    first, *rest = fragments(ip4(OTHER, FAR, UDP, datagram(7), frag=0, ident=11), 16)
    forged = [part[:-4] + b'evil' for part in rest]
    lab.send(sa.packet(sa.next(), first, IPIP))
    for part in forged:
        lab.send(part)
    for part in rest:
        lab.send(sa.packet(sa.next(), part, IPIP))
    equal(ear.whole(), (UDP, datagram(7)), 'the datagram')


def test_errors(lab):
    """RFC 4301 section 6.2: ports of what an ICMP error quotes, reversed."""
    sa = lab.add_sa(Sa(SPI, tunnel=True))
    lab.add_policy(IN, sa, {**selector(FAR, HOST, UDP), **span('sport', 7)})

    def about(dst_port, proto=UDP, more=bytes(4)):
        return error(UNREACHABLE, ip4(HOST, FAR, proto, struct.pack('>HH', 99, dst_port) + more))

    cut = error(UNREACHABLE, ip4(HOST, FAR, UDP, b'\0\7'))
    # A part that is not the first has no ports, whatever it begins with.
    later = error(UNREACHABLE, ip4(HOST, FAR, UDP, struct.pack('>HH', 99, 7) + bytes(4), frag=1))
    first = error(UNREACHABLE, ip4(HOST, FAR, UDP, struct.pack('>HH', 99, 7) + bytes(4), frag=MF))
    for packet, counter in ((about(7), 'in-ok'), (about(8), 'in-no-policy'),
                            (about(7, TCP), 'in-no-policy'), (cut, 'in-no-policy'),
                            (later, 'in-no-policy'), (first, 'in-ok')):
        lab.expect([sa.packet(sa.next(), packet, IPIP)], {counter: 1}, f'{packet.hex()}')
    # The same over IPv6, in the same tunnel.
    lab.add_policy(IN, sa, {**selector(FAR6, HOST6, UDP), **span('sport', 7)})
    for offset, counter in ((0, 'in-ok'), (8, 'in-no-policy')):
        part = struct.pack('>BBHIHH', UDP, 0, offset | 1, 1, 99, 7) + bytes(4)
        lab.expect([sa.packet(sa.next(), error6(1, ip6(HOST6, FAR6, FRAGMENT, part)), IPV6)],
                   {counter: 1}, f'a part at {offset} over IPv6')
    # The error itself is ICMP, of a type of its own.
    lab.add_policy(IN, sa, {**selector('10.9.0.70', HOST, ICMP), **span('type', UNREACHABLE)},
                   DISCARD)
    lab.expect([sa.packet(sa.next(), about(7), IPIP)], {'in-policy-discard': 1}, 'by its own type')


def test_translated(lab):
    """What came for one port and was turned to another is judged by the one on the wire."""
    packet = ip4(PEER, HOST, UDP, datagram(7), frag=0)
    for port, count in ((7, 1), (9, 0)):
        sel = {**selector(PEER, HOST, UDP), **span('dport', port)}
        lab.add_policy(IN, None, sel, DISCARD)
        equal(dropped(lab, [packet], 'in-clear-discard', f'port {port}'), count,
              f'discarded for port {port}')
        lab.del_policy(IN, sel)


TESTS = {name: value for name, value in globals().items() if name.startswith('test_')}

if __name__ == '__main__':
    serve(TESTS)
