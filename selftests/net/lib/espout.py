# SPDX-License-Identifier: GPL-2.0-only
"""espah as the sender: it is handed packets in clear, and its own are taken from the wire."""

import socket
import struct

from esplab import ETH_P_IPV6, HOST, OUT, PEER, PACKET_OUTGOING, equal, inside, until
from espwire import ESP, default_padding, header_len, ip4, payload_of, set_octets
from espwire import with_checksum
from espwire6 import IPV6, SIZE, ip6, upper

HOST6, PEER6 = 'fd00:9::2', 'fd00:9::1'


def apart(one, other):
    """In how many bits they differ."""
    return (int.from_bytes(one, 'big') ^ int.from_bytes(other, 'big')).bit_count()


class Sender:
    """The host with one outbound SA, and the peer's ear on the wire."""

    def __init__(self, lab, sa, sel):
        self.lab = lab
        sa.src, sa.dst = HOST, PEER
        self.sa = lab.add_sa(sa, reqid=3)
        lab.add_policy(OUT, self.sa, sel, priority=1, reqid=3)
        self.wire = lab.tap(lab.peer_ns)
        with inside(lab.host_ns):
            self.mouth = lab.open(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.sel = sel
        self.sent = 0
        self.ivs = set()

    def protect(self, packet):
        """What espah makes of a packet: the packet that the peer gets."""
        to = socket.inet_ntoa(packet[16:20])
        self.mouth.sendto(packet, (to, 0))
        self.sent += 1
        while True:
            got, address = self.wire.recvfrom(65536)
            if address[2] != PACKET_OUTGOING and got[9] in (self.sa.wire_proto, packet[9]):
                return got

    def done(self):
        """All that was sent was counted, and nothing else was."""
        before = self.lab.last
        until(lambda: self.lab.counters()['out-ok'] - before['out-ok'] >= self.sent, 'out-ok')
        equal({name: value - before[name] for name, value in self.lab.last.items()
               if value != before[name]}, {'out-ok': self.sent}, 'counters')

    def stop(self):
        """Leave the flow to the next one."""
        self.lab.del_policy(OUT, self.sel)
        self.lab.del_sa(self.sa)

    def outer_header(self, clear, got, size):
        """The header that RFC 4301 section 5.1.2.1 and RFC 6040 ask for around size octets."""
        if self.sa.tunnel:
            df = struct.unpack('>H', clear[6:8])[0] & 0x4000
            ident = struct.unpack('>H', got[4:6])[0]
            if df:
                equal(ident, 0, 'identification of what is never fragmented')
            return ip4(HOST, PEER, ESP, bytes(size), tos=clear[1], frag=df, ident=ident)[:20]
        start = clear[:header_len(clear)]
        start = set_octets(start, 2, struct.pack('>H', len(start) + size))
        return with_checksum(set_octets(start, 9, bytes([ESP])))

    def content(self, clear, _got):
        """What is protected of a packet in clear, and what its next header is."""
        if self.sa.tunnel:
            return clear, 4
        return payload_of(clear), clear[9]

    def check(self, clear, got):
        """Octet for octet what the RFCs say, for our SPI, number and IV."""
        what = f'{len(clear)} octets in clear, packet {self.sent}'
        esp = upper(got)[1]
        iv = esp[8:8 + self.sa.iv_len]
        equal(bool(iv) and iv in self.ivs, False, f'{what}: an IV that was used before')
        if self.sa.chains:
            # RFC 3602 section 3: no counter. Of 64 random bits, 8 or more differ but for once in 10^10.
            equal(min((apart(iv, before) for before in self.ivs), default=8) < 8, False,
                  f'{what}: an IV that differs little from one before')
        self.ivs.add(iv)
        content, next_header = self.content(clear, got)
        expected = self.sa.seal(self.sa.start + self.sent, content, next_header, iv=iv,
                                padding=default_padding(content, self.sa.align))
        equal(esp.hex(), expected.hex(), f'{what}: ESP')
        front = got[:len(got) - len(esp)]
        equal(front.hex(), self.outer_header(clear, got, len(esp)).hex(), f'{what}: outer header')
        return esp


class Sender6(Sender):
    """The same over IPv6; what a tunnel carries may be of either family."""

    def __init__(self, lab, sa, sel):  # pylint: disable=super-init-not-called
        self.lab, self.sel, self.sent, self.ivs = lab, sel, 0, set()
        sa.src, sa.dst = HOST6, PEER6
        self.sa = lab.add_sa(sa, reqid=3)
        lab.add_policy(OUT, self.sa, sel, priority=1, reqid=3)
        self.wire = lab.tap(lab.peer_ns, ETH_P_IPV6)
        with inside(lab.host_ns):
            self.mouths = {version: lab.open(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
                           for version, family in ((4, socket.AF_INET), (6, socket.AF_INET6))}

    def protect(self, packet):
        """What espah makes of a packet, or the packet as it was."""
        version = packet[0] >> 4
        family, to = ((socket.AF_INET, packet[16:20]) if version == 4 else
                      (socket.AF_INET6, packet[24:40]))
        self.mouths[version].sendto(packet, (socket.inet_ntop(family, to), 0))
        self.sent += 1
        while True:
            got, address = self.wire.recvfrom(65536)
            if address[2] != PACKET_OUTGOING and (upper(got)[0] == ESP or got[24:] == packet[24:]):
                return got

    @staticmethod
    def named_at(front):
        """Where the last of these headers says what is behind it."""
        at, behind = 6, SIZE
        while behind < len(front):
            at, behind = behind, behind + (front[behind + 1] + 1) * 8
        return at

    def outer_header(self, clear, got, size):
        """RFC 4301 section 5.1.2.2, RFC 6040; a flow label goes from an IPv6 packet to another."""
        if self.sa.tunnel:
            words = struct.unpack('>I', clear[:4])[0]
            look = ({'traffic': words >> 20 & 0xff, 'label': words & 0xfffff} if clear[0] >> 4 == 6
                    else {'traffic': clear[1]})
            return ip6(HOST6, PEER6, ESP, bytes(size), **look)[:SIZE]
        front = clear[:len(got) - size]
        front = set_octets(front, 4, struct.pack('>H', len(got) - SIZE))
        return set_octets(front, self.named_at(front), bytes([ESP]))

    def content(self, clear, got):
        if self.sa.tunnel:
            return clear, 4 if clear[0] >> 4 == 4 else IPV6
        front = clear[:len(got) - len(upper(got)[1])]
        return clear[len(front):], clear[self.named_at(front)]
