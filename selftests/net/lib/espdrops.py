# SPDX-License-Identifier: GPL-2.0-only
"""Tests of drops.sh: what an operator sees of packets that end."""

import contextlib
import socket
import struct

from dropped import Watch
from esplab import DISCARD, FWD, HOST, IN, OUT, PEER, equal, inside, selector, serve, until
from espwire import ESP, IPIP, TEST, Sa, ip4

SPI = 0x1000
UDP, ICMP = socket.IPPROTO_UDP, socket.IPPROTO_ICMP
FAR = '10.9.0.50'
# What is kept, and what is noted in an eighth of a second; what is told in a second.
KEPT = TOLD = 128


def watched(lab, **other):
    return contextlib.closing(Watch(lab, **other))


def udp(src, dst, sport, dport, frag=0):
    return ip4(src, dst, UDP, struct.pack('>HHHH', sport, dport, 8, 0), frag=frag)


def everywhere(watch, cause):
    """The one drop of this cause in all three views; there are no others."""
    traced, told, kept = watch.look()
    equal([words['cause'] for _, words in traced], [cause], 'traced')
    equal([drop.cause for drop in told], [cause], 'told')
    equal([drop.cause for drop in kept], [cause], 'kept')
    equal(told[0].number, kept[0].number, 'its number')
    equal({name: value for name, value in told[0].all.items() if name != 'suppressed'},
          {name: value for name, value in kept[0].all.items() if name != 'suppressed'}, 'told')
    return traced[0][1], kept[0]


def test_protected(lab):
    """Before its protection is off, it is known by that; the SA is known with it."""
    sa = lab.add_sa(Sa(SPI, tunnel=True), reqid=7)
    packet = sa.packet(1, ip4(PEER, HOST, TEST, b'a'), IPIP)
    with watched(lab) as watch:
        lab.expect([packet[:-1] + bytes([packet[-1] ^ 1])], {'in-icv': 1}, 'a flipped bit')
        traced, kept = everywhere(watch, 'in-icv')
    equal((kept.spi, kept.shown('src'), kept.shown('dst')),
          (SPI, socket.inet_aton(PEER), socket.inet_aton(HOST)), 'kept')
    equal(struct.unpack('=I', kept.all['sa-reqid'])[0], 7, 'reqid')
    equal(kept.length, len(packet), 'length')
    equal((traced['spi'], traced['src'], traced['dst'], traced['proto'], traced['len']),
          (f'{SPI:#010x}', PEER, HOST, str(ESP), str(len(packet))), 'traced')


def test_in_clear(lab):
    """With its ports, and the interface by which it came; a later part has none."""
    lab.add_policy(IN, None, selector(PEER, HOST), DISCARD)
    with watched(lab) as watch, inside(lab.host_ns):
        lab.expect([udp(PEER, HOST, 1234, 7)], {'in-clear-discard': 1}, 'UDP')
        traced, kept = everywhere(watch, 'in-clear-discard')
        iif = socket.if_nametoindex('veth0')
    equal((traced['upper'], traced['spi'], traced['iif']), ('1234,7', '0x00000000', str(iif)),
          'traced')
    equal((kept.shown('sport'), kept.shown('dport')),
          (struct.pack('=H', 1234), struct.pack('=H', 7)), 'ports')
    equal((struct.unpack('=I', kept.all['iif'])[0], kept.all['oif'], 'sa-dst' in kept.all),
          (iif, bytes(4), False), 'interfaces')


def test_types(lab):
    """An ICMP message has its type and code, before it is forwarded."""
    lab.add_policy(FWD, None, selector(PEER, FAR), DISCARD)
    with inside(lab.host_ns), open('/proc/sys/net/ipv4/ip_forward', 'w', encoding='ascii') as file:
        file.write('1')
    with watched(lab) as watch:
        lab.expect([ip4(PEER, FAR, ICMP, bytes([3, 2]) + bytes(6))], {'fwd-clear-discard': 1}, 'ICMP')
        _, kept = everywhere(watch, 'fwd-clear-discard')
    equal((kept.shown('type'), kept.shown('code'), kept.all['oif'] != bytes(4)),
          (bytes([3]), bytes([2]), True), 'kept')


def test_nothing_readable(lab):
    """What is inside is no packet: nothing is said of it, but of its SA."""
    sa = lab.add_sa(Sa(SPI, tunnel=True))
    with watched(lab) as watch:
        lab.expect([sa.packet(1, b'\x45' + bytes(7), IPIP)], {'in-inner-header': 1}, 'half a header')
        _, kept = everywhere(watch, 'in-inner-header')
    equal(kept.spi, SPI, 'its SA')


def test_outbound(lab):
    """What this host sends and has no SA for."""
    lab.add_policy(OUT, Sa(SPI, HOST, PEER, tunnel=True), selector(HOST, PEER, UDP))
    with watched(lab) as watch:
        with inside(lab.host_ns), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((HOST, 99))
            with contextlib.suppress(OSError):
                sock.sendto(b'x' * 10, (PEER, 7))
        until(lambda: lab.counters()['out-no-sa'], 'out-no-sa')
        traced, kept = everywhere(watch, 'out-no-sa')
    equal((traced['src'], traced['dst'], traced['upper'], kept.length), (HOST, PEER, '99,7', 38),
          'traced')
    equal(kept.all['oif'] != bytes(4), True, 'it was to leave by an interface')


def flood(lab, watch, packets):
    """Returns what is told of so many at once, and kept, all of which the tracepoint has seen."""
    lab.expect(packets, {'in-clear-discard': len(packets)}, 'a flood')
    traced, told, kept = watch.look()
    equal(len(traced), len(packets), 'traced')
    return told, kept


def test_flood(lab):
    """What is kept and told of many is bounded, and how much of it is missing is said."""
    lab.add_policy(IN, None, selector(PEER, HOST), DISCARD)
    count = 600
    with watched(lab) as watch:
        told, kept = flood(lab, watch, [udp(PEER, HOST, n, 7) for n in range(count)])
        equal([len(kept) <= KEPT, 0 < len(told) < count], [True, True],
              f'{len(kept)} kept, {len(told)} told')
        # The next second has the rest.
        seen = []

        def another():
            lab.exchange([udp(PEER, HOST, 1, 7)])
            seen.append(watch.told())
            return any(drop.suppressed for drop in seen[-1])
        until(another, 'what was suppressed is told')
    sent = count + len(seen)
    drops = told + sum(seen, [])
    equal(len(drops) + sum(drop.suppressed for drop in drops), sent, 'told and not told')


def test_traffic(lab):
    """The tracepoints of packets that pass, and of the life of an SA."""
    events = ('espah_input', 'espah_output', 'espah_sa_add', 'espah_sa_update', 'espah_sa_delete',
              'espah_sa_flush')
    with watched(lab, events=events) as watch:
        sa = lab.add_sa(Sa(SPI, tunnel=True), reqid=7)
        lab.add_policy(IN, sa, selector(PEER, HOST, TEST), reqid=7)
        inner = ip4(PEER, HOST, TEST, b'abc')
        lab.expect([sa.packet(1, inner, IPIP)], {'in-ok': 1}, 'good', [inner])
        lab.del_sa(sa)
        lab.flush()
        lines = [(name, words.get('spi'), words.get('reqid'), words.get('len'))
                 for name, words in watch.traced() if words.get('reqid') != str(0xbeac0)]
    spi = f'{SPI:#010x}'
    equal(lines, [('espah_sa_add', spi, '7', None), ('espah_input', spi, '7', str(len(inner))),
                  ('espah_sa_delete', spi, '7', None), ('espah_sa_flush', None, None, None)],
          'traced')


TESTS = {name: value for name, value in globals().items() if name.startswith('test_')}

if __name__ == '__main__':
    serve(TESTS)
