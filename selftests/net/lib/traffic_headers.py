# SPDX-License-Identifier: GPL-2.0-only
"""Packets as octets."""

import socket
import struct

from traffic_ends import PORT, is_v6


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip_header(source, target, proto, length):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, length, 0, 0x4000, 64, proto, 0,
                       socket.inet_aton(source), socket.inet_aton(target))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:]


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if is_v6(address) else socket.AF_INET, address)


def udp_packet(source, target, data):
    """A datagram, with its checksum."""
    length = 8 + len(data)
    start = struct.pack("!HHH", PORT, PORT, length)
    pseudo = packed(source) + packed(target) + struct.pack("!HH", socket.IPPROTO_UDP, length)
    return start + struct.pack("!H", checksum(pseudo + start + data)) + data


def ip_part(source, target, identification, offset, more, octets):
    """A fragment of a datagram, with as many of its octets."""
    if not is_v6(source):
        field = offset // 8 | (0x2000 if more else 0)
        return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(octets), identification, field, 64,
                           socket.IPPROTO_UDP, 0) + packed(source) + packed(target) + octets
    return (struct.pack("!IHBB", 6 << 28, 8 + len(octets), socket.IPPROTO_FRAGMENT, 64) +
            packed(source) + packed(target) +
            struct.pack("!BBHI", socket.IPPROTO_UDP, 0, offset | more, identification) + octets)
