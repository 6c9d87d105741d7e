# SPDX-License-Identifier: GPL-2.0-only
"""Packets for espah's input path, each with what may become of it.

What the stack does with a hostile packet before espah sees it and after espah has let go of it is
not always foreseeable. So a packet says how often it is counted, at least and at most, and whether
espah may take it for authentic; and it says by which counters where that can be known.
"""

import struct

from esphostile import quote
from esphostile_mutants import INTERESTING, mutant
from esplab import HOST, PEER
from espwire import (ESP, IPIP, MF, NONE, TEST, Sa, default_padding, flip, fragments, header_len,
                     ip4, payload_of, set_octets, with_checksum)

AH = 51
UDP = 17
NAT_T = 4500
PLACES = (HOST, HOST, PEER, '10.20.0.1', '10.9.0.255', '224.0.0.1', '127.0.0.1', '0.0.0.0',
          '255.255.255.255', '10.9.0.77')
OPTIONS = (b'\x01' * 4, b'\x94\x04\0\0', b'\x01' * 39 + b'\0', b'\x44\x02\0\0', b'\x07\x03\x01\0',
           b'\x07\x27\x04' + bytes(37), b'\x83\x07\x04\x0a\x09\0\x03\0', b'\x86\x28' + bytes(38),
           b'\x9e\x08' + bytes(6), b'\x01\x01\x02\x00')
LAYERS = 6  # that the stack takes off
INNER = '10.20.0.1'


class Shot:
    """octets: frames without their Ethernet header, to be sent in order.

    low, high: how many times it is counted. fresh: how many times it may be accepted. sure: the
    counters, where they are known. clear: what must then come out. vnet: a virtio-net header, for
    skbs of an unusual shape.
    """

    def __init__(self, *octets, low=0, high=1, fresh=0, sure=None, clear=None, vnet=None):
        self.octets = octets
        self.clear = clear
        self.fresh = fresh
        self.sure = sure
        self.low = low if sure is None else sum(sure.values())
        self.high = high if sure is None else sum(sure.values())
        self.vnet = vnet


class Gun:
    """Makes shots at the SAs of a round."""

    ident = 0  # of fragments; older ones may still wait for the rest

    def __init__(self, rng, sas, closed):
        self.rng = rng
        self.sas = sas
        self.closed = closed  # a policy refuses what comes in clear
        self.sent = []

    # --- pieces ---

    def sa(self):
        return self.rng.choice(self.sas)

    def content(self, sa, size=120):
        """Payload and next header that nothing is wrong with."""
        data = self.rng.randbytes(self.rng.randrange(size))
        if sa.tunnel:
            return ip4(INNER, HOST, TEST, data), IPIP
        return data, TEST

    def good(self, sa, size=120):
        payload, proto = self.content(sa, size)
        return sa.seal(sa.next(), payload, proto)

    def outer(self, packet):
        """Another outer header around the same, with a right checksum."""
        size, kind = header_len(packet), self.rng.randrange(6)
        header, rest = packet[:size], packet[size:]
        at, octets = ((1, self.rng.randbytes(1)), (2, self.rng.randbytes(2)),
                      (6, self.rng.randbytes(2)), (8, bytes([self.rng.choice((0, 1, 255))])),
                      (12, self.rng.randbytes(4)), (16, self.rng.randbytes(4)))[kind]
        return with_checksum(set_octets(header, at, octets)) + rest

    # --- shots that are surely counted, once ---

    def plain(self):
        """A good packet."""
        return self.plain_of(self.sa())

    def plain_of(self, sa):
        payload, proto = self.content(sa)
        packet = sa.packet(sa.next(), payload, proto)
        self.sent = self.sent[-20:] + [packet]
        return self.good_shot(sa, payload, packet)

    def good_shot(self, sa, payload, *packets, **header):
        """Packets that deliver this."""
        clear = payload if sa.tunnel else ip4(PEER, HOST, TEST, payload, **header)
        return Shot(*packets, sure={'in-ok': 1}, clear=clear)

    def replayed(self):
        """A packet of this round once more: where there is a window, it is refused."""
        if not self.sent:
            return self.plain()
        return Shot(self.rng.choice(self.sent), low=1, high=1, fresh=self.unchecked())

    def unchecked(self):
        """May something be accepted twice?"""
        return int(any(not sa.window for sa in self.sas))

    def forged(self):
        """Other octets in a good packet: never accepted."""
        sa = self.sa()
        esp = mutant(self.rng, self.good(sa))
        # In less than SPI and number there is nothing to see.
        return Shot(sa.carry(esp), low=1, high=1)

    def spliced(self):
        """The head of one packet, the tail of another."""
        one, two = self.sa(), self.sa()
        a, b = self.good(one), self.good(two)
        cut = self.rng.randrange(1, min(len(a), len(b)))
        esp = a[:cut] + b[cut:]
        if esp in (a, b):
            return self.plain()
        return Shot(one.carry(esp), low=1, high=1)

    def cut(self):
        sa = self.sa()
        esp = self.good(sa)
        return Shot(sa.carry(esp[:self.rng.randrange(len(esp))]), low=1, high=1)

    def numbered(self):
        """Authentic, with a number from the edges of the window or from nowhere."""
        sa = self.sa()
        payload, proto = self.content(sa)
        edges = (0, 1, sa.seq - sa.window, sa.seq - sa.window + 1, sa.seq, sa.seq + 1,
                 sa.seq + max(sa.window, 1), self.rng.randrange(1 << 16))
        number = max(self.rng.choice(edges), 0)
        sa.seq = max(sa.seq, number)
        return Shot(sa.carry(sa.seal(number, payload, proto)), low=1, high=1, fresh=1)

    def padded(self):
        """Padding that is right, too long or does not count, and any next header."""
        sa = self.sa()
        size = self.rng.randrange(60)
        pad_len = self.rng.choice((size, size + 1, self.rng.randrange(256), 255))
        next_header = self.rng.choice((NONE, TEST, 0, 255))
        content = self.rng.randbytes(size)
        wrong = pad_len > size
        if not wrong:
            padding = bytearray(range(1, pad_len + 1))
            wrong = pad_len > 0 and self.rng.random() < 0.3
            if wrong:
                padding[self.rng.randrange(pad_len)] ^= self.rng.randint(1, 255)
            content = content[pad_len:] + padding
        packet = sa.carry(sa.seal_plain(sa.next(), content + bytes([pad_len, next_header])))
        if wrong:
            return Shot(packet, sure={'in-padding': 1})
        if next_header == NONE:
            return Shot(packet, sure={'in-dummy': 1})
        if sa.tunnel:
            return Shot(packet, sure={'in-next-header': 1})
        return Shot(packet, low=1, high=1, fresh=1)

    def stranger(self):
        """An SPI that nobody has."""
        spi = self.rng.choice((0, 1, 255, 256, self.rng.randrange(1 << 32)))
        if any(spi == sa.spi for sa in self.sas):
            return self.plain()
        # Even the shortest is told from ours by its SPI.
        esp = struct.pack('>I', spi) + self.rng.randbytes(self.rng.choice((4, 12, 60)))
        name = 'in-unknown-spi' if spi else 'in-spi-zero'
        return Shot(ip4(PEER, HOST, ESP, esp), sure={name: 1})

    def tiny(self):
        return Shot(ip4(PEER, HOST, ESP, self.rng.randbytes(self.rng.randrange(8))),
                    sure={'in-truncated': 1})

    # --- authentic, with hostile content ---

    def inner_header(self):
        """An inner IP header with something wrong in it, or nothing."""
        pick = self.rng.choice
        inner = ip4(pick(PLACES), pick(PLACES), pick((TEST, 1, 6, 17, ESP, AH, IPIP, 2, 132)),
                    self.rng.randbytes(self.rng.randrange(60)), frag=pick((0, 0x4000, MF, MF | 1,
                    5, 0x8000, 0x1fff)), ttl=pick((0, 1, 64)), tos=self.rng.randrange(256),
                    options=pick(OPTIONS) if self.rng.random() < 0.4 else b'',
                    length=pick((None, None, 0, 19, 20, 40, 0xffff)))
        if self.rng.random() < 0.4:
            inner = mutant(self.rng, inner)
        if self.rng.random() < 0.5 and inner and header_len(inner) <= len(inner):
            inner = with_checksum(inner[:header_len(inner)]) + payload_of(inner)
        return inner

    def hostile_content(self):
        sa = self.sa()
        if sa.tunnel or self.rng.random() < 0.3:
            payload, proto = self.inner_header(), self.rng.choice((IPIP, IPIP, IPIP, 41, TEST))
        else:
            payload = self.rng.randbytes(self.rng.randrange(80))
            proto = self.rng.choice(INTERESTING)
        return self.sealed(sa, payload, proto, 0x45)

    def sealed(self, sa, payload, proto, tos=0):
        """An authentic packet with content that may hold ESP again, fragments of it even."""
        tos = self.rng.choice((0, 1, 2, 3, tos))
        return Shot(sa.packet(sa.next(), payload, proto, tos=tos), low=1, high=2, fresh=1)

    def mutated_content(self):
        """The plaintext changed under a right ICV."""
        sa = self.sa()
        payload, proto = self.content(sa)
        padding = default_padding(payload)
        plain = mutant(self.rng, payload + padding + bytes([len(padding), proto]))
        return Shot(sa.carry(sa.seal_plain(sa.next(), plain)), low=1, high=2, fresh=1)

    def nested(self):
        """ESP in ESP in ESP, to more layers than are taken off."""
        layers = self.rng.randint(2, LAYERS + 2)
        inner, proto, packet = self.rng.randbytes(8), TEST, None
        for _ in range(layers):
            sa = self.sa()
            if sa.tunnel:
                inner, proto = packet or ip4(INNER, HOST, proto, inner), IPIP
            inner, proto = sa.seal(sa.next(), inner, proto), ESP
            packet = sa.carry(inner)
        return Shot(packet, low=1, high=1, fresh=1)

    def nested_forgery(self):
        """Something inside that was not authentic."""
        sa, other = self.sa(), self.sa()
        inner = mutant(self.rng, self.good(other))
        if sa.tunnel:
            return self.sealed(sa, other.carry(inner), IPIP)
        return self.sealed(sa, inner, ESP)

    # --- the outer header, fragments, shapes ---

    def headers(self):
        """The outer header changed; options."""
        sa = self.sa()
        esp = self.good(sa)
        options = self.rng.choice(OPTIONS) if self.rng.random() < 0.6 else b''
        packet = sa.carry(esp, options=options)
        if not options or self.rng.random() < 0.4:
            packet = self.outer(packet)
        if self.rng.random() < 0.2:
            packet = flip(packet, self.rng.randrange(8 * header_len(packet)))
        return Shot(packet, fresh=1)

    def mutated(self):
        """The whole of it, outer header included."""
        sa = self.sa()
        packet = mutant(self.rng, sa.carry(self.good(sa)))
        size = header_len(packet) if packet else 0
        if 20 <= size <= len(packet) and self.rng.random() < 0.8:
            packet = with_checksum(packet[:size]) + packet[size:]
        return Shot(packet or b'\x45', fresh=1)

    def fragmented(self):
        """ESP in fragments: whole, out of order, one lost, doubled or changed."""
        sa = self.sa()
        Gun.ident = Gun.ident % 0x1000 + 1
        header = {'ident': Gun.ident, 'frag': 0}
        payload, proto = self.content(sa, 1200)
        packet = sa.packet(sa.next(), payload, proto, **header)
        size = len(packet) // self.rng.randint(2, 20) // 8 * 8
        parts = fragments(packet, max(size, 8))
        kind = self.rng.randrange(4)
        if kind == 0:
            self.rng.shuffle(parts)
            return self.good_shot(sa, payload, *parts, **header)
        if kind == 1:
            parts.pop(self.rng.randrange(len(parts)))
        elif kind == 2:
            parts.insert(0, self.rng.choice(parts))
        else:
            at = self.rng.randrange(len(parts))
            parts[at] = self.outer(parts[at])
        return Shot(*parts, fresh=1)

    def shaped(self):
        """An skb that is large and in pieces, or says that it is to be segmented."""
        sa = self.sa()
        packet = sa.carry(self.good(sa, 7000))
        size = 14 + len(packet)
        flags = self.rng.choice((0, 0, 1, 2))
        kind = self.rng.choice((0, 0, 1, 3, 4, 5))
        start = self.rng.choice((14, 34, 38, size - 4))
        vnet = struct.pack('=BBHHHH', flags, kind, self.rng.choice((14, 34, 54, 200, size)),
                           self.rng.choice((1, 40, 500, 1400)) if kind else 0, start,
                           self.rng.choice((0, 6, 16)))
        return Shot(packet, fresh=1, vnet=vnet)

    def in_pieces(self):
        """Large and good, with little of it in the linear part."""
        sa = self.sa()
        payload, proto = self.rng.randbytes(self.rng.randrange(4200, 8000)), TEST
        if sa.tunnel:
            payload, proto = ip4(INNER, HOST, TEST, payload), IPIP
        shot = self.good_shot(sa, payload, sa.packet(sa.next(), payload, proto))
        linear = self.rng.choice((14, 34, 42, 50, 60, 300))
        shot.vnet = struct.pack('=BBHHHH', 0, 0, linear, 0, 0, 0)
        return shot

    # --- what is not for espah ---

    def udp(self):
        """ESP in UDP: nobody here takes it off, so it is UDP."""
        sa = self.sa()
        esp = self.good(sa)
        if self.rng.random() < 0.5:
            esp = mutant(self.rng, esp)
        datagram = struct.pack('>HHHH', NAT_T, NAT_T, 8 + len(esp), 0) + esp
        return Shot(ip4(PEER, HOST, UDP, datagram), sure={'in-clear': 1} if self.closed else {})

    def ah(self):
        """AH with an SPI of ours, which is one of ESP: nobody's."""
        body = struct.pack('>BBHIII', TEST, 4, 0, self.sa().spi, 1, 0)
        return Shot(ip4(PEER, HOST, AH, body + self.rng.randbytes(self.rng.randrange(40))),
                    sure={'in-unknown-spi': 1})

    def icmp(self):
        """An error that quotes our ESP, cut anywhere and with anything in it."""
        sa = self.sa()
        sent = Sa(sa.spi, src=HOST, dst=PEER, key=sa.key, salt=sa.salt)
        quoted = ip4(HOST, PEER, ESP, sent.seal(self.rng.randrange(4), b'x' * 30, TEST),
                     options=self.rng.choice((b'', b'', b'\x01' * 40)))
        quoted = quoted[:self.rng.randrange(len(quoted))]
        if self.rng.random() < 0.4:
            quoted = mutant(self.rng, quoted)
        kind, code = self.rng.choice(((3, 4), (3, 4), (3, 2), (11, 0), (12, 0), (5, 1), (4, 0)))
        value = self.rng.choice((0, 1, 68, 552, 576, 1400, 0xffff, 0xffffffff))
        return Shot(quote(kind, code, quoted, value), sure={'in-clear': 1} if self.closed else {})

    def shot(self):
        return self.rng.choice(SHOTS)(self)


SHOTS = (Gun.plain, Gun.plain, Gun.replayed, Gun.forged, Gun.forged, Gun.spliced, Gun.cut,
         Gun.numbered, Gun.padded, Gun.stranger, Gun.tiny, Gun.hostile_content,
         Gun.hostile_content, Gun.hostile_content, Gun.mutated_content, Gun.mutated_content,
         Gun.nested, Gun.nested, Gun.nested_forgery, Gun.headers, Gun.mutated, Gun.fragmented,
         Gun.shaped, Gun.in_pieces, Gun.udp, Gun.ah, Gun.icmp)
