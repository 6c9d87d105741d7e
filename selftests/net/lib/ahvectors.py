# SPDX-License-Identifier: GPL-2.0-only
"""The tests of ah_packets.sh: AH packets that others have made, octet for octet, and hostile ones."""

import itertools
import socket
import struct

from esplab import (FWD, HOST, IN, OUT, PEER, arrived, equal, inside, oracle, selector, serve,
                    until)
from espvectors import DPDK, LINUX, address, default_route
from espvectors import Vector as EspVector
from espwire import (AH, ESP, IPIP, TEST, AhGmacSa, AhSa, Sa, header_len, ip4, payload_of,
                     set_octets, with_checksum)

ICMP, UDP = 1, 17
SPI, SEQ = 4, 8  # where they are in AH


class Vector:
    """One packet: the SA's parameters, the packet and what is in it."""

    def __init__(self, name, given, frame, packet, content, tunnel):
        self.name = name
        self.seq = frame['seq'] + ((frame.get('seq_hi') or 0) << 32)
        self.packet = bytes.fromhex(packet)
        self.content = bytes.fromhex(content)
        self.next_header = frame['next_header']
        self.header = self.packet[:header_len(self.packet)]
        self.ah = payload_of(self.packet)
        size = (self.ah[1] + 2) * 4
        self.padding = self.ah[12 + given['icv_len']:size]
        self.sa = AhSa(int(given['spi'], 16), socket.inet_ntoa(self.packet[12:16]),
                       socket.inet_ntoa(self.packet[16:20]), auth=given['integ'],
                       auth_key=bytes.fromhex(given['integ_key']), tunnel=tunnel,
                       icv_len=given['icv_len'], align=8 if size % 8 == 0 else 4,
                       esn=given.get('esn', False), start=self.seq - 1 if given.get('esn') else 0)

    def clear(self):
        """The packet that comes out."""
        if self.sa.tunnel:
            return self.content
        size = struct.pack('>H', len(self.header) + len(self.content))
        header = set_octets(set_octets(self.header, 2, size), 9, bytes([self.next_header]))
        return with_checksum(header) + self.content


def linux(name=''):
    """Packets of mainline Linux over IPv4, AH alone."""
    for case in oracle(LINUX)['cases']:
        sas = {sa['spi']: sa for sa in case['sas'] if case['family'] == 4 and sa['proto'] == 'ah'}
        for frame in case['frames']:
            sa = sas.get(frame.get('spi'))
            if sa and not frame.get('fragment') and name in case['name']:
                yield Vector(f'{case["name"]} frame {frame["frame"]}', sa, frame,
                             frame['ip_packet'], frame['payload'], sa['mode'] == 'tunnel')


def dpdk():
    """Packets of DPDK's tests; in transport mode, what is behind the header is the content."""
    for given in oracle(DPDK)['vectors']:
        if given['protocol'] == 'ah':
            tunnel = given['mode'] == 'tunnel'
            content = given['plain'] if tunnel else given['plain'][40:]
            yield Vector(given['name'], given, given, given['protected'], content, tunnel)


def ah_over_esp():
    """Mainline's packets of AH around ESP: both layers of each."""
    for case in oracle(LINUX)['cases']:
        sas = {sa['spi']: sa for sa in case['sas'] if sa.get('outer')}
        for frame in case['frames']:
            sa = sas.get(frame.get('spi'))
            if sa:
                name = f'{case["name"]} frame {frame["frame"]}'
                packet = bytes.fromhex(frame['ip_packet'])
                ah = payload_of(packet)
                seq = int.from_bytes(ah[SEQ:SEQ + 4], 'big')
                outer = Vector(name, sa['outer'], {'seq': seq, 'next_header': ah[0]}, packet.hex(),
                               ah[(ah[1] + 2) * 4:].hex(), False)
                yield outer, EspVector(name, sa, frame, outer.clear().hex(), frame['payload'], False)


def all_vectors():
    return [*linux(), *dpdk(), *(outer for outer, _ in ah_over_esp())]


def test_own_implementation(_lab):
    """What we compare with writes all these packets itself."""
    vectors = all_vectors()
    equal({vector.sa.auth for vector in vectors},
          {'hmac-md5', 'hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512', 'xcbc', 'cmac'},
          'algorithms that others have vectors of')
    for vector in vectors:
        equal(vector.sa.protect(vector.seq, vector.header, vector.content, vector.next_header,
                                padding=vector.padding).hex(), vector.packet.hex(), vector.name)


def groups(vectors):
    """Those with one SA, in order."""
    for _, group in itertools.groupby(vectors, lambda v: (v.sa.spi, v.sa.dst, v.sa.auth_key)):
        yield list(group)


def receive(lab, vectors):
    """Put each packet on the wire, and see what comes out of it."""
    vectors = [vector for vector in vectors if vector.sa.spi >= 256]
    equal(bool(vectors), True, 'there are vectors')
    tap = lab.tap(lab.host_ns)
    raws = {ICMP: lab.listen(ICMP), UDP: lab.listen(UDP)}
    for group in groups(vectors):
        with address(lab, group[0].sa.dst):
            lab.add_sa(group[0].sa, reqid=2)
            for vector in group:
                equal(lab.exchange([vector.packet])[1], {'in-ok': 1}, f'{vector.name}: counters')
                if vector.sa.tunnel:
                    seen = [p for p in arrived(tap) if p == vector.clear()]
                else:
                    seen = [p for p in arrived(raws[vector.next_header]) if p[9] != TEST]
                equal([p.hex() for p in seen], [vector.clear().hex()], f'{vector.name}: what came out')
                equal(lab.exchange([vector.packet])[1], {'in-replay-dup': 1}, f'{vector.name}: again')
                arrived(tap)
            lab.del_sa(group[0].sa)


def test_linux(lab):
    """Both modes, each algorithm, padded either way, extended numbers over 2^32, IP options."""
    receive(lab, [vector for vector in linux() if not vector.sa.tunnel])
    tunnels(lab)
    receive(lab, [vector for vector in linux() if vector.sa.tunnel])


def test_dpdk(lab):
    """Their SPIs are reserved ones: the same packets with others."""
    vectors = list(dpdk())
    equal(bool(vectors), True, 'there are vectors')
    for vector in vectors:
        equal(bool(lab.try_sa(vector.sa)), True, f'{vector.name}: espah refuses the SA')
        vector.sa.spi = 0x1000
        vector.packet = vector.sa.protect(vector.seq, vector.header, vector.content,
                                          vector.next_header, padding=vector.padding)
    receive(lab, [vector for vector in vectors if not vector.sa.tunnel])
    tunnels(lab)
    receive(lab, [vector for vector in vectors if vector.sa.tunnel])


def test_linux_ah_over_esp(lab):
    """What came under both, the policy that asks for both takes."""
    icmp, layers = lab.listen(ICMP), list(ah_over_esp())
    equal(len(layers) > 3, True, 'there are vectors')
    for dst in sorted({outer.sa.dst for outer, _ in layers}):
        with address(lab, dst):
            here = [(outer, inner) for outer, inner in layers if outer.sa.dst == dst]
            sas = [lab.add_sa(vector.sa, reqid=2) for vector in reversed(here[0])]
            lab.add_policy(IN, sas, selector(dst=dst), reqid=2)
            for outer, inner in here:
                equal(lab.exchange([outer.packet])[1], {'in-ok': 1}, f'{outer.name}: counters')
                equal([p.hex() for p in arrived(icmp)], [inner.clear().hex()], f'{outer.name}: what came out')
                equal(lab.exchange([outer.packet])[1], {'in-replay-dup': 1}, f'{outer.name}: again')
                lab.expect([inner.packet], {'in-replay-dup': 1}, f'{outer.name}: the inner layer')


def tunnels(lab):
    """Let tunnels between any ends carry anything."""
    for dir_ in IN, FWD:
        lab.add_policy(dir_, AhSa(1, '0.0.0.0', '0.0.0.0', tunnel=True), selector(), priority=9,
                       reqid=2)


class Sender:
    """The host with one outbound SA, and the peer's ear on the wire."""

    def __init__(self, lab, sa, sel):
        self.lab, self.sa, self.sel, self.sent = lab, sa, sel, 0
        sa.src, sa.dst = HOST, PEER
        lab.add_sa(sa, reqid=3)
        lab.add_policy(OUT, sa, sel, priority=1, reqid=3)
        self.wire = lab.tap(lab.peer_ns)
        with inside(lab.host_ns):
            self.mouth = lab.open(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def check(self, clear):
        """What leaves for a packet in clear is what our own implementation makes of it; returns it."""
        self.mouth.sendto(clear, (socket.inet_ntoa(clear[16:20]), 0))
        self.sent += 1
        got = b''
        while not got or got[9] not in (AH, clear[9]):
            got = self.wire.recv(65536)
        if self.sa.tunnel:
            header, content, next_header = got[:20], clear, IPIP
            expected = ip4(HOST, PEER, AH, tos=clear[1], length=len(got), frag=clear[6] << 8 & 0x4000,
                           ident=int.from_bytes(got[4:6], 'big'))[:20]
            equal(header.hex(), expected.hex(), 'outer header')
        else:
            header, content = clear[:header_len(clear)], payload_of(clear)
            next_header = clear[9]
        iv = payload_of(got)[12:12 + self.sa.iv_len]
        expected = self.sa.protect(self.sa.start + self.sent, header, content, next_header, iv)
        equal(got.hex(), expected.hex(), f'{len(clear)} octets in clear, packet {self.sent}')
        return got

    def done(self):
        before = self.lab.last
        until(lambda: self.lab.counters()['out-ok'] - before['out-ok'] >= self.sent, 'out-ok')
        self.lab.del_policy(OUT, self.sel)
        self.lab.del_sa(self.sa)


def ours():
    """An SA of each algorithm, padded either way, with and without extended numbers."""
    spi = itertools.count(0x3000)
    sizes = {'hmac-sha1': (20, 12), 'hmac-sha256': (32, 16), 'hmac-sha384': (48, 24),
             'hmac-sha512': (64, 32), 'xcbc': (16, 12), 'cmac': (16, 12)}
    for auth, (key, icv) in sizes.items():
        for align in 8, 4:
            esn = {'esn': True, 'start': 0xfffffffe} if align == 4 else {}
            yield AhSa(next(spi), auth=auth, auth_key=bytes(range(key)), icv_len=icv, align=align,
                       tunnel=align == 4, **esn)
    yield AhGmacSa(next(spi), key=bytes(range(16)), salt=b'salt')
    yield AhGmacSa(next(spi), key=bytes(range(32)), salt=b'tlas', tunnel=True, esn=True,
                   start=0xfffffffe)


def test_sent(lab):
    """Every octet, of packets around the ends of words."""
    for sa in ours():
        sender = Sender(lab, sa, selector(HOST, PEER, TEST))
        for size in 0, 1, 15, 200:
            sender.check(ip4(HOST, PEER, TEST, bytes(range(size)), tos=size))
        sender.done()


def content_sent(sender, vector):
    """What is in a vector, between other hosts where it is in transport mode."""
    if vector.sa.tunnel:
        # A raw socket fills an identification of 0 in, and would send another packet.
        inner = vector.content if any(vector.content[4:6]) else set_octets(vector.content, 4, b'\0\1')
        sender.check(with_checksum(inner[:20]) + inner[20:])
    else:
        sender.check(ip4(HOST, PEER, vector.next_header, vector.content, options=vector.header[20:]))


def test_sent_vectors(lab):
    """The contents and keys of others, in both modes."""
    with default_route(lab):
        for first, *_ in groups(all_vectors()):
            sa = first.sa
            sa.spi = max(sa.spi, 0x100)
            inner = first.content
            sel = (selector(dst=socket.inet_ntoa(inner[16:20])) if sa.tunnel else
                   selector(HOST, PEER, first.next_header))
            sender = Sender(lab, sa, sel)
            for _ in range(3):
                content_sent(sender, first)
            sender.done()


def test_sent_ah_over_esp(lab):
    """Each layer has its own number and covers what is in it."""
    outer, inner = next(ah_over_esp())
    sas = [inner.sa, outer.sa]
    for sa in sas:
        sa.src, sa.dst = HOST, PEER
        lab.add_sa(sa, reqid=2)
    lab.add_policy(OUT, sas, selector(HOST, PEER, ICMP), reqid=2)
    wire = lab.tap(lab.peer_ns)
    with inside(lab.host_ns):
        mouth = lab.open(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for seq in 1, 2, 3:
        clear = ip4(HOST, PEER, ICMP, inner.content)
        mouth.sendto(clear, (PEER, 0))
        got = next(p for p in iter(lambda: wire.recv(65536), None) if p[9] in (AH, ESP, ICMP))
        iv_at = len(got) - len(inner.esp) + 8
        esp = inner.sa.seal(seq, inner.content, ICMP, iv=got[iv_at:iv_at + inner.sa.iv_len])
        equal(got.hex(), outer.sa.protect(seq, clear[:20], esp, ESP).hex(), f'packet {seq}')


OPTIONS = {
    'record route': b'\7\7\4\0\0\0\0\0',
    'time stamp': b'\x44\x08\5\0\0\0\0\0',
    'router alert': b'\x94\4\0\0',
    'security': b'\x82\4\xab\xcd',
    'nobody knows it': b'\x1e\4\xab\xcd',
    'several': b'\1\x94\4\0\0\7\7\4\0\0\0\0',
}


def test_options(lab):
    """RFC 4302 appendix A1, in transport mode both ways; the pure table is KUnit's."""
    sa = lab.add_sa(AhSa(0x2000))
    for name, options in OPTIONS.items():
        packet = sa.packet(sa.next(), b'options', TEST, options=options)
        equal(lab.exchange([packet])[1], {'in-ok': 1}, name)
    out = Sender(lab, AhSa(0x2001), selector(HOST, PEER, TEST))
    for options in OPTIONS.values():
        out.check(ip4(HOST, PEER, TEST, b'options', options=options))
    out.done()


def test_malformed_options(lab):
    """The IP layer refuses them where they arrive, and not where a raw socket sends them."""
    sa = AhSa(0x2001)
    out = Sender(lab, sa, selector(HOST, PEER, TEST))
    for options in b'\x1e\0\0\0', b'\x1e\5\0\0', b'\1\1\1\x1e', b'\x83\2\0\0':
        out.mouth.sendto(ip4(HOST, PEER, TEST, b'', options=options), (PEER, 0))
    until(lambda: lab.counters()['out-ah-cover'] == 4, 'out-ah-cover')
    out.done()


def bent(packet, at):
    """The packet with an octet changed, and the checksum of its header right."""
    other = set_octets(packet, at, bytes([packet[at] ^ 2]))
    size = header_len(packet)
    return with_checksum(other[:size]) + other[size:]


def test_what_is_covered(lab):
    """Octets changed on the way: refused, but for what may change (RFC 4302 section 3.3.3.1)."""
    # A router alert, which may not, and a record of the route, which the host itself writes to.
    options = b'\x94\4\0\0\7\7\4\0\0\0\0\0'
    sa = lab.add_sa(AhSa(0x2000), window=0)
    packet = sa.packet(1, b'covered', TEST, options=options)
    for at in 1, 8, 27, 30:
        equal(lab.exchange([bent(packet, at)])[1], {'in-ok': 1}, f'octet {at}')
    # Identification, source, router alert; all of AH but its length and SPI; what is behind.
    fixed = [5, 15, 22, 32, 34, 35, *range(40, len(packet))]
    lab.expect([bent(packet, at) for at in fixed], {'in-icv': len(fixed)}, 'with a hash')
    sa = lab.add_sa(AhGmacSa(0x2002), window=0)
    packet = sa.packet(1, b'covered', TEST)
    equal(lab.exchange([bent(packet, 8)])[1], {'in-ok': 1}, 'TTL')
    fixed = [5, 15, 20, 22, 23, *range(28, len(packet))]
    lab.expect([bent(packet, at) for at in fixed], {'in-icv': len(fixed)}, 'with GMAC')


def test_hostile(lab):
    """Lengths, numbers and names that no packet may have; good traffic goes on."""
    for kind in AhSa, AhGmacSa:
        sa = lab.add_sa(kind(0x2000))
        good = sa.packet(sa.next(), b'good', TEST)
        lab.expect([good], {'in-ok': 1}, 'good', [ip4(PEER, HOST, TEST, b'good')])
        lab.expect([good], {'in-replay-dup': 1}, 'again')
        lab.expect([sa.packet(0, b'', TEST)], {'in-seq-zero': 1}, 'the number 0')
        next_one = sa.packet(sa.next(), b'', TEST)
        size = len(sa.header(1, TEST, bytes(sa.iv_len)))
        lens = [words for words in range(256) if (words + 2) * 4 not in (size, -(-size // 8) * 8)]
        if size % 8 == 0:
            lens.remove((size - 4) // 4 - 2)
        lab.expect([set_octets(next_one, 21, bytes([words])) for words in lens],
                   {'in-ah-length': len(lens)}, 'lengths')
        cut = [ip4(PEER, HOST, AH, payload_of(next_one)[:n]) for n in (0, 11, 12, size - 1)]
        lab.expect(cut, {'in-truncated': 4}, 'cut off')
        lab.expect([set_octets(next_one, 20 + SPI, b'\0\0\0\0')], {'in-spi-zero': 1}, 'SPI 0')
        lab.expect([set_octets(next_one, 20 + SPI, b'\0\0\x30\0')], {'in-unknown-spi': 1}, 'SPI')
        wrong = [set_octets(next_one, at, bytes([next_one[at] ^ 0x80]))
                 for at in (20 + SEQ + 3, 32, 20 + 12 + sa.iv_len + sa.icv_len - 1)]
        lab.expect(wrong, {'in-icv': 3}, 'number and ICV')
        lab.goes_on(sa, 'hostile')
        lab.del_sa(sa)


def test_other_protocol(lab):
    """An SPI belongs to ESP or to AH."""
    ah, esp = AhSa(0x2000), Sa(0x2001)
    lab.add_sa(ah)
    lab.add_sa(esp)
    lab.goes_on(esp, 'ESP of an ESP SA')
    lab.expect([ip4(PEER, HOST, ESP, struct.pack('>II', 0x2000, 1) + bytes(40))],
               {'in-unknown-spi': 1}, 'ESP of an AH SA')
    lab.expect([ip4(PEER, HOST, AH, struct.pack('>BBHII', TEST, 6, 0, 0x2001, 1) + bytes(40))],
               {'in-unknown-spi': 1}, 'AH of an ESP SA')


def test_tunnel(lab):
    """The inner packet has to be one, and to have a policy."""
    sa = lab.add_sa(AhSa(0x2000, tunnel=True))
    inner = ip4('10.1.0.1', HOST, TEST, b'inside')
    lab.expect([sa.packet(sa.next(), inner, IPIP)], {'in-no-policy': 1}, 'no policy')
    lab.add_policy(IN, sa, selector('10.1.0.1', HOST))
    lab.expect([sa.packet(sa.next(), inner, IPIP)], {'in-ok': 1}, 'good', [inner])
    lab.expect([sa.packet(sa.next(), inner, TEST)], {'in-next-header': 1}, 'next header')
    lab.expect([sa.packet(sa.next(), inner[:19], IPIP)], {'in-inner-header': 1}, 'cut off')
    lab.expect([sa.packet(sa.next(), ip4('10.1.0.2', HOST, TEST), IPIP)], {'in-no-policy': 1},
               'another flow')


if __name__ == '__main__':
    serve(globals())
