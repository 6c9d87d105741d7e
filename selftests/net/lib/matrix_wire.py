# SPDX-License-Identifier: GPL-2.0-only
"""What the two ends of the matrix put on the wire between them."""

import socket
import struct
from collections import namedtuple

from matrix_lines import AH, PORT

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 3, 0x0800, 0x86dd
SO_RCVBUFFORCE = 33
PACKET_OUTGOING = 4
FRAGMENT = 44

# part: it is not the whole packet; at: where in it.
Packet = namedtuple('Packet', 'src dst proto part at payload length')


def parse(octets):
    """An IP packet without its header and without that of a fragment."""
    length, part, at = len(octets), False, 0
    if octets[0] >> 4 == 4:
        proto = octets[9]
        at = struct.unpack_from('>H', octets, 6)[0]
        part, at = bool(at & 0x3fff), (at & 0x1fff) * 8
        ends = octets[12:16], octets[16:20]
        payload = octets[4 * (octets[0] & 15):]
    else:
        proto, payload = octets[6], octets[40:]
        ends = octets[8:24], octets[24:40]
        if proto == FRAGMENT:
            proto, at = payload[0], struct.unpack_from('>H', payload, 2)[0] & 0xfff8
            part, payload = True, payload[8:]
    family = socket.AF_INET if len(ends[0]) == 4 else socket.AF_INET6
    return Packet(*(socket.inet_ntop(family, end) for end in ends), proto, part, at, payload,
                  length)


def number_of(packet, link):
    """SPI and sequence number of a protected packet, or None: it is in clear."""
    payload = packet.payload
    if link.run.encap == 'udp':
        if packet.proto != socket.IPPROTO_UDP or payload[:4] != struct.pack('>HH', PORT, PORT):
            return None
        payload = payload[8:]
    elif packet.proto != link.proto:
        return None
    return struct.unpack_from('>II', payload, 4 if link.proto == AH else 0)


class Unprotected(Exception):
    """What is in clear, or protected by another SA."""


def number_in(link, end, packet):
    """The sequence number of what an end has sent; None in the rest of what is in fragments."""
    if (packet.src, packet.dst) != (link.outer[end], link.outer[1 - end]):
        raise Unprotected(f'{packet.src} to {packet.dst} on the wire')
    if packet.part and packet.at:
        return None
    found = number_of(packet, link)
    if not found or found[0] != link.spis[end]:
        raise Unprotected(f'not protected by {link.spis[end]:#x}')
    return found[1]


def neighbours(packet):
    """It may be what the two ends of the wire have to say to each other."""
    return packet.proto in (socket.IPPROTO_ICMPV6, 0)


class Wire:
    """Both ends' devices, from outside of all stacks."""

    def __init__(self, namespaces, inside):
        self.socks = []
        for name in namespaces:
            with inside(name):
                sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
                sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
                sock.bind(('veth0', ETH_P_ALL))
            sock.setblocking(False)
            self.socks.append(sock)
        self.macs = [sock.getsockname()[4] for sock in self.socks]

    def take(self, end):
        """The IP packets that an end has sent since the last time, as they are."""
        while True:
            try:
                octets, (_, proto, kind, *_) = self.socks[end].recvfrom(1 << 16)
            except BlockingIOError:
                return
            if kind == PACKET_OUTGOING and proto in (ETH_P_IP, ETH_P_IPV6):
                yield octets

    def again(self, end, octets):
        """What an end has sent comes once more."""
        proto = ETH_P_IP if octets[0] >> 4 == 4 else ETH_P_IPV6
        self.socks[end].sendto(octets, ('veth0', proto, 0, 0, self.macs[1 - end]))
