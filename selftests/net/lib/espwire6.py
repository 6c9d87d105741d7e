# SPDX-License-Identifier: GPL-2.0-only
"""IPv6 packets, octet by octet, and AH in them."""

import socket
import struct

from espwire import AH, AhGmacSa, AhSa, payload_of, set_octets

HOP, IPV6, ROUTING, FRAGMENT, ICMP6, OPTIONS = 0, 41, 43, 44, 58, 60
SEGMENTS = 4  # the type of a routing header
SIZE = 40


def extensions(parts, last):
    """Headers in front of a protocol, each as its type and what is behind its Next Header.

    Returns the first one's type, and all of them.
    """
    kinds = [kind for kind, _ in parts] + [last]
    return kinds[0], b''.join(bytes([kind]) + rest for (_, rest), kind in zip(parts, kinds[1:]))


def options(kind, octets):
    """Hop-by-hop or destination options: octets that have to be 6 and a multiple of 8."""
    return kind, bytes([len(octets) // 8]) + octets


def routing(kind, left, addresses, last_entry=0):
    """A routing header with so many segments left."""
    octets = b''.join(socket.inet_pton(socket.AF_INET6, addr) for addr in addresses)
    return ROUTING, struct.pack('>BBBBxxx', len(octets) // 8, kind, left, last_entry) + octets


def ip6(src, dst, proto, payload=b'', parts=(), traffic=0, label=0, hops=64):
    """An IPv6 packet with extension headers."""
    first, headers = extensions(parts, proto)
    return struct.pack('>IHBB16s16s', 6 << 28 | traffic << 20 | label, len(headers) + len(payload),
                       first, hops, socket.inet_pton(socket.AF_INET6, src),
                       socket.inet_pton(socket.AF_INET6, dst)) + headers + payload


def upper(packet):
    """The protocol of an IP packet of either family behind its extension headers, and its octets."""
    if packet[0] >> 4 == 4:
        return packet[9], payload_of(packet)
    kind, at = packet[6], SIZE
    while kind in (HOP, ROUTING, OPTIONS):
        kind, at = packet[at], at + (packet[at + 1] + 1) * 8
    return kind, packet[at:]


def arrive(out, at, size):
    """A routing header, and the destination, as its last hop has them."""
    kind, left = out[at + 2:at + 4]
    if not left:
        return
    first = at + 8
    if kind == SEGMENTS:
        out[24:40] = out[first:first + 16]
    else:
        # Each hop leaves the address by which the packet has come to it.
        hops = out[24:40] + out[first:at + size]
        out[24:40] = hops[-16:]
        out[first:at + size] = hops[:-16]
    out[at + 3] = 0


def clear_options(out, at, end):
    """What may change is zero."""
    while at < end:
        if not out[at]:
            at += 1
            continue
        size = out[at + 1] + 2
        if out[at] & 0x20:
            out[at + 2:at + size] = bytes(size - 2)
        at += size


def covered6(front):
    """IPv6 header and extension headers as AH's ICV covers them (RFC 4302 section 3.3.3.1.2)."""
    out = bytearray(front)
    out[:4] = b'\x60\0\0\0'
    kind, out[7], at = out[6], 0, SIZE
    while at < len(out):
        size = (out[at + 1] + 1) * 8
        if kind == ROUTING:
            arrive(out, at, size)
        else:
            clear_options(out, at + 2, at + size)
        kind, at = out[at], at + size
    return bytes(out)


class Over6:
    """Of an AH SA: over IPv6, where AH is padded to 8 octets."""

    def protect(self, seq, front, payload, next_header, iv=b'', padding=None):
        """The packet with AH behind headers the last of which says so; the length is put right."""
        ah = self.header(seq, next_header, iv, padding)
        front = set_octets(front, 4, struct.pack('>H', len(front) - SIZE + len(ah) + len(payload)))
        high = struct.pack('>I', seq >> 32) if self.esn else b''
        icv = self.mac(covered6(front) + ah + payload + high, iv)
        return front + set_octets(ah, 12 + self.iv_len, icv) + payload

    def packet(self, seq, payload, next_header, **header):
        return self.protect(seq, ip6(self.src, self.dst, AH, **header), payload, next_header,
                            struct.pack('>Q', seq)[:self.iv_len])


class Ah6Sa(Over6, AhSa):
    """With a keyed hash."""

    def __init__(self, spi, src='fd00:9::1', dst='fd00:9::2', **other):
        super().__init__(spi, src, dst, **other)


class Ah6GmacSa(Over6, AhGmacSa):
    """RFC 4543 section 4, padded as RFC 4302 section 2.6 wants it over IPv6."""

    def __init__(self, spi, src='fd00:9::1', dst='fd00:9::2', **other):
        super().__init__(spi, src, dst, **other)
        self.align = 8

    def cipher_values(self):
        return AhGmacSa.cipher_values(self)
