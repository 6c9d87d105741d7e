# SPDX-License-Identifier: GPL-2.0-only
"""Single datagrams, and what asks by them."""

import errno
import os
import socket
import struct

from traffic_ends import PORT, QUIET, Failure, Namespace, address_of, is_v6, make_socket, words
from traffic_headers import checksum, packed

IP_MTU_DISCOVER = 10
IP_PMTUDISC_DO = 2
IP_MTU = 14
IP_XFRM_POLICY = 17
NETLINK_XFRM = 6
IPV6_MTU_DISCOVER = 23
IPV6_MTU = 24
IPV6_XFRM_POLICY = 35
IPV6_HOPOPTS = 54
IPV6_RTHDR = 57
IPV6_DSTOPTS = 59
UDP_SEGMENT = 103


def receive(sock, expected, what):
    try:
        data, sender = sock.recvfrom(1 << 16)
    except socket.timeout:
        raise Failure("%s: %d octets did not arrive" % (what, len(expected))) from None
    if data != expected:
        raise Failure("%s: %d octets arrived changed, as %d octets" %
                      (what, len(expected), len(data)))
    return sender


def udp(source, target, *sizes):
    """Send a datagram of each size, echo it, and compare both ways."""
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        for size in map(int, sizes):
            data = os.urandom(size)
            client.sendto(data, (address_of(target), PORT))
            sender = receive(server, data, "there")
            server.sendto(data, sender)
            receive(client, data, "back")
    return words(echoed=len(sizes))


def attempt(source, target, size="100", via=None):
    """Send one datagram that may be lost: to TARGET, or to VIA where NAT sends it there."""
    data = os.urandom(int(size))
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        try:
            client.sendto(data, (via or address_of(target), PORT))
        except OSError as error:
            return words(result=errno.errorcode[error.errno])
        server.settimeout(QUIET)
        try:
            arrived = server.recv(1 << 16) == data
        except socket.timeout:
            return words(result="lost")
    return words(result="arrived" if arrived else "changed")


def captured(source, target, device, protocol):
    """Does a packet socket for this protocol, bound to a device of the target's or to all ("-"), see
    a datagram in clear where it arrives?"""
    data = os.urandom(100)
    with Namespace(target.split("@")[0]):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(int(protocol, 16)))
    if device != "-":
        tap.bind((device, int(protocol, 16)))
    tap.settimeout(QUIET)
    with tap, make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        client.sendto(data, (address_of(target), PORT))
        receive(server, data, "captured")
        return words(seen=saw(tap, data))


def beside(source, target, port):
    """Send one datagram that may be lost while a socket of the target's address has this port, too."""
    with make_socket(target, socket.SOCK_DGRAM, port=int(port)):
        return attempt(source, target)


def raw(source, target, protocol, port="-", family="4"):
    """Does a raw socket of the target's for this protocol see a datagram, or what protects it? That is
    to PORT where it is in UDP, and may be over IPv6."""
    data = os.urandom(100)
    with Namespace(target.split("@")[0]):
        tap = socket.socket(socket.AF_INET6 if family == "6" else socket.AF_INET, socket.SOCK_RAW,
                            int(protocol))
    tap.settimeout(QUIET)
    with tap, make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        client.sendto(data, (address_of(target), PORT))
        receive(server, data, "raw")
        if port != "-":
            return words(seen=saw(tap, b"", struct.pack(">H", int(port))))
        return words(seen=saw(tap, data if int(protocol) == socket.IPPROTO_UDP else b""))


def saw(tap, data, port=b""):
    """What ends so, with that for the port in a header behind IPv4's."""
    try:
        while not ((packet := tap.recv(1 << 16)).endswith(data) and packet[22:].startswith(port)):
            pass
    except socket.timeout:
        return False
    return True


def closed(source, target):
    """Send a datagram to a port that is nobody's, and see whether that is said."""
    with make_socket(source, socket.SOCK_DGRAM) as client:
        client.settimeout(QUIET)
        client.connect((target, 7))
        client.send(b"?")
        try:
            client.recv(1)
        except ConnectionRefusedError:
            return words(result="refused")
        except socket.timeout:
            return words(result="silent")
    return words(result="answered")


def speak_in_clear(sock):
    """As a key daemon's socket: a policy of its own each way that allows everything."""
    # What reads it may be a module, and is loaded for who speaks netlink to it.
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM).close()
    level, option = ((socket.IPPROTO_IPV6, IPV6_XFRM_POLICY) if sock.family == socket.AF_INET6 else
                     (socket.IPPROTO_IP, IP_XFRM_POLICY))
    selector = struct.pack("=40xHBB12x", sock.family, 0, 0)
    for direction in range(2):
        sock.setsockopt(level, option, selector + bytes(64 + 32 + 8) +
                        struct.pack("=4B4x", direction, 0, 0, 0))


def ask_for_protection(sock):
    """A policy of its own that wants all it hears to have come by ESP."""
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM).close()
    template = struct.pack("=16xIB3xH2x16xI4B3I", 0, socket.IPPROTO_ESP, socket.AF_INET, 0, 0, 0, 0, 0,
                           *3 * [0xffffffff])
    sock.setsockopt(socket.IPPROTO_IP, IP_XFRM_POLICY, struct.pack("=40xHBB12x", socket.AF_INET, 0, 0) +
                    bytes(64 + 32 + 8) + struct.pack("=4B4x", 0, 0, 0, 0) + template)


def asking(source, target):
    """Does a socket that asks for protection hear a datagram?"""
    data = os.urandom(100)
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        ask_for_protection(server)
        client.sendto(data, (address_of(target), PORT))
        receive(server, data, "asking")
    return words(result="heard")


def inside_udp(source, target, port):
    """Send an echo request inside of UDP, for a socket that takes UDP off: what does ICMP say of it?"""
    echo = struct.pack("!BBHHH", 8, 0, 0, os.getpid() & 0xffff, 1) + os.urandom(48)
    echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
    with make_socket(source, socket.SOCK_RAW, socket.IPPROTO_ICMP) as heard, \
         make_socket(source, socket.SOCK_DGRAM) as client:
        client.sendto(echo, (address_of(target), int(port)))
        said = heard.recv(1 << 16)[20:]
    if said[0] == 0 and said[4:] != echo[4:]:
        raise Failure("the answer has other octets")
    return words(type=said[0], code=said[1])


def in_clear(source, target, size, listener="clear"):
    """Send a datagram from a socket that speaks in clear, to one that does or not."""
    data = os.urandom(int(size))
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        speak_in_clear(client)
        if listener == "clear":
            speak_in_clear(server)
        server.settimeout(QUIET)
        client.sendto(data, (address_of(target), PORT))
        try:
            arrived = server.recv(1 << 16) == data
        except socket.timeout:
            return words(result="lost")
    return words(result="arrived" if arrived else "changed")


def ask(source, target, via=None):
    """Send one datagram and have it answered; either may be lost."""
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        client.settimeout(QUIET)
        server.settimeout(QUIET)
        try:
            client.sendto(b"question", (via or address_of(target), PORT))
            _, asker = server.recvfrom(100)
        except socket.timeout:
            return words(result="unheard")
        try:
            server.sendto(b"answer", asker)
            client.recv(100)
        except socket.timeout:
            return words(result="unanswered", seen_from=asker[0])
    return words(result="answered", seen_from=asker[0])


def twins(one, other, target, port):
    """Two ends ask from the same port, and each has to get its own answer."""
    port = int(port)
    with make_socket(one, socket.SOCK_DGRAM, port=port) as first, \
         make_socket(other, socket.SOCK_DGRAM, port=port) as second, \
         make_socket(target, socket.SOCK_DGRAM, port=port) as server:
        for turn in range(3):
            seen = {}
            for client, question in ((first, b"first"), (second, b"second")):
                client.sendto(question, (address_of(target), port))
                seen[question] = receive(server, question, "turn %d, there" % turn)
            if seen[b"first"] == seen[b"second"]:
                raise Failure("both ends look like %s:%d" % seen[b"first"])
            for question in (b"second", b"first"):
                server.sendto(b"to the " + question, seen[question])
            receive(first, b"to the first", "turn %d, back" % turn)
            receive(second, b"to the second", "turn %d, back" % turn)
    return ""


def known_mtu(source, target):
    """How large a packet may be, as far as a new socket knows."""
    with make_socket(source, socket.SOCK_DGRAM) as sock:
        sock.connect((address_of(target), PORT))
        if is_v6(address_of(target)):
            return sock.getsockopt(socket.IPPROTO_IPV6, IPV6_MTU)
        return sock.getsockopt(socket.IPPROTO_IP, IP_MTU)


def probe(source, target, size):
    """Send one datagram that may not be fragmented; tell how large one may be afterwards."""
    data = os.urandom(int(size))
    result = "lost"
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        if is_v6(address_of(target)):
            client.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, IP_PMTUDISC_DO)
        else:
            client.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
        server.settimeout(QUIET)
        try:
            client.sendto(data, (address_of(target), PORT))
            if server.recv(1 << 16) == data:
                result = "arrived"
        except socket.timeout:
            pass
        except OSError as error:
            result = errno.errorcode[error.errno]
    return words(result=result, mtu=known_mtu(source, target))


def segmented(source, target, size, count):
    """Have the kernel cut one large send into COUNT datagrams of SIZE octets."""
    size, count = int(size), int(count)
    data = os.urandom(size * count)
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        client.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
        client.sendto(data, (address_of(target), PORT))
        for at in range(0, len(data), size):
            receive(server, data[at:at + size], "segment")
    return words(segments=count)


def header(source, target, tos, options="-", via=None):
    """Send a datagram with this TOS and these IP options; tell what arrives."""
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_RAW, socket.IPPROTO_UDP) as server:
        client.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, int(tos, 0))
        if options != "-":
            client.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes.fromhex(options))
        data = os.urandom(64)
        client.sendto(data, (via or address_of(target), PORT))
        server.settimeout(QUIET)
        try:
            packet = server.recv(1 << 16)
        except socket.timeout:
            return words(result="lost")
    length = (packet[0] & 15) * 4
    if packet[length + 8:] != data:
        raise Failure("the datagram arrived changed")
    return words(result="arrived", tos="0x%02x" % packet[1], options=packet[20:length].hex())


def extended(source, target, size, *names):
    """Send a datagram with IPv6 extension headers of these names (hop, dst)."""
    options = {"hop": IPV6_HOPOPTS, "dst": IPV6_DSTOPTS}
    data = os.urandom(int(size))
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        for name in names:
            # Eight octets, of which six are padding.
            client.setsockopt(socket.IPPROTO_IPV6, options[name], bytes.fromhex("0000010400000000"))
        client.sendto(data, (address_of(target), PORT))
        receive(server, data, "with " + " ".join(names))
    return ""


def ask_listeners(namespace, device, source):
    """Ask the hosts of a link which groups they listen to (RFC 2710 section 3)."""
    everybody = "ff02::1"
    with Namespace(namespace):
        index = socket.if_nametoindex(device)
    with make_socket(namespace + "@", socket.SOCK_RAW, socket.IPPROTO_ICMPV6, family=socket.AF_INET6) as sock:
        sock.bind((source, 0, 0, index))
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
        # The Router Alert option, and two octets of padding.
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_HOPOPTS, bytes.fromhex("0000050200000100"))
        # To be answered at once.
        try:
            sock.sendto(struct.pack("!BBHHH16x", 130, 0, 0, 1, 0), (everybody, 0, 0, index))
        except OSError as error:
            return words(result=errno.errorcode[error.errno])
    return words(result="sent")


def routed(source, target, via, size):
    """Send a datagram with a routing header: to VIA, which sends it on to TARGET."""
    data = os.urandom(int(size))
    header = struct.pack("!BBBBBBH", 0, 4, 4, 1, 1, 0, 0) + bytes(16) + packed(via)
    with make_socket(source, socket.SOCK_DGRAM) as client, \
         make_socket(target, socket.SOCK_DGRAM, port=PORT) as server:
        client.setsockopt(socket.IPPROTO_IPV6, IPV6_RTHDR, header)
        server.settimeout(QUIET)
        try:
            client.sendto(data, (address_of(target), PORT))
            arrived = server.recv(1 << 16) == data
        except socket.timeout:
            return words(result="lost")
        except OSError as error:
            return words(result=errno.errorcode[error.errno])
    return words(result="arrived" if arrived else "changed")


def fragment6(source, target):
    """Send the first octets of a larger IPv6 packet."""
    addresses = b"".join(socket.inet_pton(socket.AF_INET6, address_of(end)) for end in (source, target))
    packet = struct.pack("!IHBB", 6 << 28, 24, socket.IPPROTO_FRAGMENT, 64) + addresses
    packet += struct.pack("!BBHI", socket.IPPROTO_UDP, 0, 1, 1) + bytes(16)
    with make_socket(source.split("@")[0] + "@::", socket.SOCK_RAW, socket.IPPROTO_RAW) as sock:
        sock.sendto(packet, (address_of(target), 0))
    return ""
