# SPDX-License-Identifier: GPL-2.0-only
"""The tests of ah6_packets.sh: AH over IPv6, octet for octet, and hostile packets."""

import itertools
import socket
import struct

from ahvectors import Sender, groups
from esplab import ETH_P_IPV6, FWD, IN, OUT, arrived, equal, inside, oracle, selector, serve, until
from espvectors import LINUX, address, ends
from espwire import AH, IPIP, TEST, ip4, set_octets
from espwire6 import (FRAGMENT, HOP, ICMP6, IPV6, OPTIONS, SEGMENTS, SIZE, Ah6GmacSa, Ah6Sa,
                      extensions, ip6, options, routing)

PEER, HOST, OTHER = 'fd00:9::1', 'fd00:9::2', 'fd00:9::22'
ANY = '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'
SPI, SEQ = 4, 8  # where they are in AH


class Vector:
    """One packet: the SA's parameters, the packet and what is in it."""

    def __init__(self, name, given, frame):
        self.name, self.seq, self.next_header = name, frame['seq'], frame['next_header']
        self.packet = bytes.fromhex(frame['ip_packet'])
        self.content = bytes.fromhex(frame['payload'])
        ah = self.packet[SIZE:]
        self.padding = ah[12 + given['icv_len']:(ah[1] + 2) * 4]
        ends = (socket.inet_ntop(socket.AF_INET6, self.packet[at:at + 16]) for at in (8, 24))
        self.sa = Ah6Sa(int(given['spi'], 16), *ends, auth=given['integ'],
                        auth_key=bytes.fromhex(given['integ_key']), icv_len=given['icv_len'],
                        tunnel=given['mode'] == 'tunnel')


def linux():
    """Packets of mainline Linux over IPv6, AH alone."""
    for case in oracle(LINUX)['cases']:
        sas = {sa['spi']: sa for sa in case['sas'] if case['family'] == 6 and sa['proto'] == 'ah'}
        for frame in case['frames']:
            if frame.get('spi') in sas and not frame.get('fragment'):
                yield Vector(f'{case["name"]} frame {frame["frame"]}', sas[frame['spi']], frame)


def test_own_implementation(_lab):
    """What we compare with writes all these packets itself."""
    vectors = list(linux())
    equal({vector.sa.auth for vector in vectors},
          {'hmac-md5', 'hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512', 'xcbc', 'cmac'},
          'algorithms that others have vectors of')
    for vector in vectors:
        equal(vector.sa.protect(vector.seq, vector.packet[:SIZE], vector.content,
                                vector.next_header, padding=vector.padding).hex(),
              vector.packet.hex(), vector.name)


def listen(lab, proto):
    """A socket that gets what reaches the host's upper layers, without its IPv6 headers."""
    with inside(lab.host_ns):
        return lab.open(socket.AF_INET6, socket.SOCK_RAW, proto)


def receive(lab, vectors):
    """Put each packet on the wire, and see what comes out of it."""
    tap, raw = lab.tap(lab.host_ns, ETH_P_IPV6), listen(lab, ICMP6)
    for group in groups(vectors):
        with address(lab, group[0].sa.dst):
            lab.add_sa(group[0].sa, reqid=2)
            for vector in group:
                equal(lab.exchange([vector.packet])[1], {'in-ok': 1}, f'{vector.name}: counters')
                equal(arrived(tap if vector.sa.tunnel else raw).count(vector.content), 1,
                      f'{vector.name}: what came out')
                equal(lab.exchange([vector.packet])[1], {'in-replay-dup': 1}, f'{vector.name}: again')
                arrived(tap)
            lab.del_sa(group[0].sa)


def test_linux(lab):
    """Both modes, each algorithm."""
    receive(lab, [vector for vector in linux() if not vector.sa.tunnel])
    for dir_ in IN, FWD:
        lab.add_policy(dir_, Ah6Sa(1, '::', '::', tunnel=True), selector(ANY, ANY), reqid=2)
    receive(lab, [vector for vector in linux() if vector.sa.tunnel])


class Sender6(Sender):
    """The host with one outbound SA, and the peer's ear on the wire."""

    def __init__(self, lab, sa, sel, dst=PEER):  # pylint: disable=super-init-not-called
        self.lab, self.sa, self.sel, self.sent = lab, sa, sel, 0
        sa.src, sa.dst = HOST, dst
        lab.add_sa(sa, reqid=3)
        lab.add_policy(OUT, sa, sel, priority=1, reqid=3)
        self.wire = lab.tap(lab.peer_ns, ETH_P_IPV6)
        with inside(lab.host_ns):
            self.mouths = {version: lab.open(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
                           for version, family in ((4, socket.AF_INET), (6, socket.AF_INET6))}

    def say(self, clear):
        """Of this host's: the first AH packet that leaves, or the packet as it was."""
        version = clear[0] >> 4
        family, ends = ((socket.AF_INET, clear[16:20]) if version == 4 else
                        (socket.AF_INET6, clear[24:40]))
        self.mouths[version].sendto(clear, (socket.inet_ntop(family, ends), 0))
        self.sent += 1
        while True:
            got = self.wire.recv(65536)
            if got[8:24] == socket.inet_pton(socket.AF_INET6, HOST) and got[6] != ICMP6:
                return got

    def equals(self, got, front, payload, next_header):
        """What has left is what our own implementation makes of it; returns it."""
        iv_at = len(front) + 12
        expected = self.sa.protect(self.sa.start + self.sent, front, payload, next_header,
                                   got[iv_at:iv_at + self.sa.iv_len])
        equal(got.hex(), expected.hex(), f'{len(payload)} octets in AH, packet {self.sent}')
        return got

    def transport(self, content, front=(), behind=(), **header):
        """front: extension headers that stay in front of AH."""
        clear = ip6(HOST, PEER, TEST, content, (*front, *behind), **header)
        first, headers = extensions(behind, TEST)
        return self.equals(self.say(clear), ip6(HOST, PEER, AH, parts=front, **header),
                           headers + content, first)

    def tunnel(self, clear, next_header, **header):
        return self.equals(self.say(clear), ip6(HOST, PEER, AH, **header), clear, next_header)


def ours():
    """An SA of each algorithm, with and without extended numbers."""
    spi = itertools.count(0x3000)
    sizes = {'hmac-sha1': (20, 12), 'hmac-sha256': (32, 16), 'hmac-sha384': (48, 24),
             'hmac-sha512': (64, 32), 'xcbc': (16, 12), 'cmac': (16, 12)}
    for tunnel in False, True:
        esn = {'esn': True, 'start': 0xfffffffe} if tunnel else {}
        for auth, (key, icv) in sizes.items():
            yield Ah6Sa(next(spi), auth=auth, auth_key=bytes(range(key)), icv_len=icv,
                        tunnel=tunnel, **esn)
        yield Ah6GmacSa(next(spi), key=bytes(range(16)), salt=b'salt', tunnel=tunnel, **esn)


def test_sent(lab):
    """Every octet, of packets around the ends of words; of what is in a tunnel, either family."""
    for sa in ours():
        sender = Sender6(lab, sa, selector(HOST, PEER, TEST))
        for size in 0, 1, 15, 200:
            look = {'traffic': size, 'label': 0x12300 + size}
            content = bytes(range(size))
            if sa.tunnel:
                sender.tunnel(ip6(HOST, PEER, TEST, content, **look), IPV6, **look)
            else:
                sender.transport(content, **look)
        sender.done()
    sa = Ah6Sa(0x4000, tunnel=True)
    sender = Sender6(lab, sa, selector('10.9.0.2', '10.9.0.1', TEST))
    for size in 0, 1, 15, 200:
        sender.tunnel(ip4('10.9.0.2', '10.9.0.1', TEST, bytes(size), tos=size), IPIP, traffic=size)
    sender.done()


def test_sent_vectors(lab):
    """The contents and keys of others, in both modes."""
    for first, *_ in groups(linux()):
        sa, content = first.sa, first.content
        sender = Sender6(lab, sa, selector(ANY, ends(content)[1]) if sa.tunnel else
                         selector(HOST, PEER, first.next_header))
        for look in {}, {'traffic': 0xb8, 'label': 0x12345}:
            if sa.tunnel:
                word = struct.unpack('>I', content[:4])[0]
                sender.tunnel(content, IPV6, traffic=word >> 20 & 0xff, label=word & 0xfffff)
            else:
                clear = ip6(HOST, PEER, first.next_header, content, **look)
                sender.equals(sender.say(clear), ip6(HOST, PEER, AH, **look), content, first.next_header)
        sender.done()


# Options: one that may change and one that may not, and padding.
MIXED = b'\x3e\4\1\2\3\4\x1e\4\1\2\3\4\1\0'
FRONTS = {
    'hop-by-hop': ((options(HOP, MIXED),), ()),
    'options behind': ((), (options(OPTIONS, MIXED),)),
    'options on both sides': ((options(HOP, MIXED), options(OPTIONS, MIXED),
                               routing(SEGMENTS, 0, [PEER])), (options(OPTIONS, MIXED),)),
    'hops left': ((routing(0, 2, [OTHER, HOST]),), ()),
    'home address': ((routing(2, 1, [OTHER]),), (options(OPTIONS, MIXED),)),
    'segments left': ((routing(SEGMENTS, 1, [OTHER, PEER], 1),), ()),
    'nobody knows the type': ((routing(9, 0, [OTHER]),), ()),
}


def test_extensions_sent(lab):
    """AH goes behind what routers look at, and covers it as the last hop sees it."""
    # Where hops are left the SA is between the ends, as with xfrm.
    onwards = 'home address', 'segments left'
    for spi, dst in (0x2001, PEER), (0x2002, OTHER):
        sender = Sender6(lab, Ah6Sa(spi), selector(HOST, dst, TEST), dst)
        for name, (front, behind) in FRONTS.items():
            if (name in onwards) == (dst == OTHER):
                sender.transport(b'extensions', front, behind)
        sender.done()


def test_malformed_sent(lab):
    """A raw socket sends what nobody would take."""
    sender = Sender6(lab, Ah6Sa(0x2001), selector(HOST, PEER, TEST))
    before = lab.counters()
    for part in (options(HOP, b'\x1e\5\1\2\3\4'), options(HOP, b'\1\2\0\0\0\x1e'),
                 routing(0, 2, [OTHER]), routing(SEGMENTS, 0, [OTHER], 1), routing(9, 1, [OTHER])):
        sender.mouths[6].sendto(ip6(HOST, PEER, TEST, b'', (part,)), (PEER, 0))
    until(lambda: lab.counters()['out-ah-cover'] - before['out-ah-cover'] == 5, 'out-ah-cover')
    equal(lab.last['out-ok'], before['out-ok'], 'packets that have left')


def heard(lab, raw, packets, what, content=b'extensions'):
    """They are taken, and that is what each of them has."""
    equal(lab.exchange(packets)[1], {'in-ok': len(packets)}, what)
    equal(arrived(raw), [content] * len(packets), f'{what}: what came out')


def test_extensions_received(lab):
    """The IP layer has walked over what is in front, and goes on with what is behind."""
    sa, raw = lab.add_sa(Ah6Sa(0x2000)), listen(lab, TEST)
    for name in 'hop-by-hop', 'options behind', 'options on both sides', 'nobody knows the type':
        front, behind = FRONTS[name]
        first, headers = extensions(behind, TEST)
        heard(lab, raw, [sa.packet(sa.next(), headers + b'extensions', first, parts=front)], name)
    # The host is the last hop but one, and the last.
    with address(lab, OTHER):
        front = ip6(PEER, OTHER, AH, parts=(routing(SEGMENTS, 1, [HOST, OTHER], 1),))
        heard(lab, raw, [sa.protect(sa.next(), front, b'extensions', TEST)], 'segments left')
    # Appendix A2: a fragment header that is not needed is not covered.
    packet = sa.packet(sa.next(), b'extensions', TEST)
    header = set_octets(packet[:SIZE], 4, struct.pack('>HB', len(packet) - SIZE + 8, FRAGMENT))
    heard(lab, raw, [header + bytes([AH]) + bytes(7) + packet[SIZE:]], 'a fragment that is whole')
    lab.expect([sa.packet(sa.next(), b'', TEST, parts=((43, b'\1\0\0' + bytes(12)),))],
               {'in-ah-cover': 1}, 'half an address')


def bent(packet, at):
    return set_octets(packet, at, bytes([packet[at] ^ 2]))


def test_what_is_covered(lab):
    """Octets changed on the way: refused, but for what may change (RFC 4302 section 3.3.3.1.2)."""
    for kind in Ah6Sa, Ah6GmacSa:
        sa = lab.add_sa(kind(0x2000), window=0)
        packet = sa.packet(1, b'covered', TEST, parts=(options(HOP, MIXED),))
        # Traffic class, flow label, hop limit, and of the options what may change.
        loose = [1, 2, 3, 7, 44, 47]
        lab.expect([bent(packet, at) for at in loose], {'in-ok': len(loose)}, 'what may change')
        ah = SIZE + 16
        # Source, the option that may not change; of AH all but its length and SPI; what is behind.
        fixed = [20, 50, 53, ah, ah + 2, ah + 3, *range(ah + 8, len(packet))]
        lab.expect([bent(packet, at) for at in fixed], {'in-icv': len(fixed)}, 'what may not')
        lab.del_sa(sa)


def test_hostile(lab):
    """Lengths, numbers and names that no packet may have; good traffic goes on."""
    raw = listen(lab, TEST)
    for kind in Ah6Sa, Ah6GmacSa:
        sa = lab.add_sa(kind(0x2000))
        good = sa.packet(sa.next(), b'good', TEST)
        heard(lab, raw, [good], 'good', b'good')
        lab.expect([good], {'in-replay-dup': 1}, 'again')
        lab.expect([sa.packet(0, b'', TEST)], {'in-seq-zero': 1}, 'the number 0')
        next_one = sa.packet(sa.next(), b'', TEST)
        size = len(next_one) - SIZE
        equal(size % 8, 0, 'the length of AH')
        lens = [words for words in range(256) if (words + 2) * 4 != size]
        lab.expect([set_octets(next_one, SIZE + 1, bytes([words])) for words in lens],
                   {'in-ah-length': len(lens)}, 'lengths')
        cut = [ip6(PEER, HOST, AH, next_one[SIZE:SIZE + n]) for n in (0, 11, 12, size - 1)]
        lab.expect(cut, {'in-truncated': 4}, 'cut off')
        lab.expect([set_octets(next_one, SIZE + SPI, b'\0\0\0\0')], {'in-spi-zero': 1}, 'SPI 0')
        lab.expect([set_octets(next_one, SIZE + SPI, b'\0\0\x30\0')], {'in-unknown-spi': 1}, 'SPI')
        wrong = [bent(next_one, SIZE + at) for at in (SEQ + 2, 12 + sa.iv_len, size - 1)]
        lab.expect(wrong, {'in-icv': 3}, 'number, ICV and padding')
        heard(lab, raw, [sa.packet(sa.next(), b'goes on', TEST)], 'afterwards', b'goes on')
        lab.del_sa(sa)


def test_tunnel(lab):
    """The inner packet has to be one, of either family, and to have a policy."""
    sa, raw = lab.add_sa(Ah6Sa(0x2000, tunnel=True)), listen(lab, TEST)
    inner6, inner4 = ip6('fd01::1', HOST, TEST, b'in 6'), ip4('10.1.0.1', '10.9.0.2', TEST, b'in 4')
    lab.expect([sa.packet(sa.next(), inner6, IPV6)], {'in-no-policy': 1}, 'no policy')
    lab.add_policy(IN, sa, selector('fd01::1', HOST))
    lab.add_policy(IN, sa, selector('10.1.0.1', '10.9.0.2'))
    heard(lab, raw, [sa.packet(sa.next(), inner6, IPV6)], 'IPv6 inside', b'in 6')
    lab.expect([sa.packet(sa.next(), inner4, IPIP)], {'in-ok': 1}, 'IPv4 inside', [inner4])
    lab.expect([sa.packet(sa.next(), inner6, TEST)], {'in-next-header': 1}, 'next header')
    lab.expect([sa.packet(sa.next(), inner6, IPIP), sa.packet(sa.next(), inner4, IPV6),
                sa.packet(sa.next(), inner6[:39], IPV6)], {'in-inner-header': 3}, 'no such packet')


if __name__ == '__main__':
    serve(globals())
