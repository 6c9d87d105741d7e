# SPDX-License-Identifier: GPL-2.0-only
"""Packets and messages that no stack made."""

import errno
import os
import socket
import struct

from traffic_ends import PORT, QUIET, Namespace, address_of, is_v6, make_socket, words
from traffic_headers import checksum, ip_header, ip_part, packed, udp_packet
from traffic_udp import speak_in_clear

ETH_P_IP = 0x800
ETH_P_IPV6 = 0x86dd

IPSEC = {"esp": socket.IPPROTO_ESP, "ah": socket.IPPROTO_AH, "udp": socket.IPPROTO_UDP}


def number_of(proto):
    """Of esp, ah, or udp:SPORT:DPORT, which has ESP behind it."""
    return IPSEC[proto.split(":")[0]]


def protected(spi, seq, proto):
    """What ESP or AH begins with, perhaps in UDP."""
    name, *ports = proto.split(":")
    starts = {"esp": b"", "ah": struct.pack("!BBH", 6, 4, 0)}
    if name == "udp":
        starts["udp"] = struct.pack("!HHHH", *map(int, ports), 1400, 0)
    return starts[name] + struct.pack("!II", int(spi, 0), int(seq, 0))


def forge(namespace, router, source, target, kind, rest, spi, seq, proto="esp", quote="16"):
    """As if ROUTER had found something wrong with SOURCE's packet to TARGET: KIND is the message's type
    and code, REST what comes behind them, and it quotes so many octets behind the IP header."""
    behind = protected(spi, seq, proto)[:int(quote)]
    icmp = struct.pack("!BBHI", *kind, 0, int(rest))
    if is_v6(source):
        icmp += struct.pack("!IHBB", 6 << 28, 1460, number_of(proto), 64) + packed(source) + packed(target) + behind
        with make_socket(namespace + "@" + router, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as sock:
            sock.sendto(icmp, (source, 0))
        return ""
    icmp += ip_header(source, target, number_of(proto), 1500) + behind
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp + bytes(len(icmp) % 2))) + icmp[4:]
    packet = ip_header(router, source, socket.IPPROTO_ICMP, 20 + len(icmp)) + icmp
    with make_socket(namespace + "@", socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        sock.sendto(packet, (source, 0))
    return ""


def icmp_too_big(namespace, router, source, target, spi, seq, mtu, *other):
    """As if the packet were too long."""
    return forge(namespace, router, source, target, (3, 4), mtu, spi, seq, *other)


def icmp6_too_big(namespace, router, source, target, spi, seq, mtu, *other):
    """The same over IPv6."""
    return forge(namespace, router, source, target, (2, 0), mtu, spi, seq, *other)


def icmp_error(namespace, router, source, target, kind, spi, seq, *other):
    """The same of any TYPE:CODE."""
    return forge(namespace, router, source, target, map(int, kind.split(":")), 0, spi, seq, *other)


def by_hand(source, target, device):
    """Put a datagram to a device, past the IP layer and its routes; it may be lost."""
    here, there = address_of(source), address_of(target)
    data = os.urandom(100)
    datagram = udp_packet(here, there, data)
    if is_v6(here):
        head = struct.pack("!IHBB", 6 << 28, len(datagram), socket.IPPROTO_UDP, 64) + packed(here) + packed(there)
    else:
        head = ip_header(here, there, socket.IPPROTO_UDP, 20 + len(datagram))
    with Namespace(source.split("@")[0]):
        hand = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    with hand, make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        server.settimeout(QUIET)
        try:
            hand.sendto(head + datagram, (device, ETH_P_IPV6 if is_v6(here) else ETH_P_IP))
        except OSError as why:
            return words(result=errno.errorcode[why.errno])
        try:
            arrived = server.recv(1 << 16) == data
        except socket.timeout:
            return words(result="lost")
    return words(result="arrived" if arrived else "changed")


def parts(source, target, *sent):
    """Send a datagram in fragments: each word is FIRST, SECOND or ACROSS, which overlaps both, and goes
    out by the policies (:protected) or past them (:clear)."""
    here, there = address_of(source), address_of(target)
    data = os.urandom(56)
    whole = udp_packet(here, there, data)
    identification = int.from_bytes(os.urandom(2), "big") | 1
    of = {"first": (0, 1, whole[:32]), "second": (32, 0, whole[32:]), "across": (16, 1, whole[16:48])}
    family = socket.AF_INET6 if is_v6(here) else socket.AF_INET
    with make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        server.settimeout(QUIET)
        for part, kind in (word.split(":") for word in sent):
            with make_socket(source.split("@")[0] + "@", socket.SOCK_RAW, socket.IPPROTO_RAW,
                             family=family) as sock:
                if kind == "clear":
                    speak_in_clear(sock)
                sock.sendto(ip_part(here, there, identification, *of[part]), (there, 0))
        try:
            arrived = server.recv(1 << 16) == data
        except socket.timeout:
            return words(result="lost")
    return words(result="arrived" if arrived else "changed")
