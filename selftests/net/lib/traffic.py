#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Traffic between network namespaces, made and checked by one process.

Reads requests from standard input, one a line ("ID COMMAND WORDS..."), and
answers each with one line ("ID ok WORDS..." or "ID fail WHY"). It stays alive
for a whole test script, because starting an interpreter is dear on an emulated
CPU. An end point is written NAMESPACE@ADDRESS.
"""

import ctypes
import errno
import os
import select
import socket
import struct
import sys
import threading
import time

# Ten times what a quiet machine needs.
PATIENCE = 60
# How long nothing must arrive before a packet counts as lost. The counters say
# why it was; that nothing arrives is only the second witness.
QUIET = 1
PORT = 5201

CLONE_NEWNET = 0x40000000
IP_MTU_DISCOVER = 10
IP_PMTUDISC_DONT = 0
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
SO_ZEROCOPY = 60
MSG_ZEROCOPY = 0x4000000
SO_RCVBUFFORCE = 33
SO_ATTACH_FILTER = 26
SOL_PACKET = 263
PACKET_STATISTICS = 6
ETH_P_ALL = 3
ETH_P_IP = 0x800
ETH_P_IPV6 = 0x86dd

libc = ctypes.CDLL(None, use_errno=True)
home = os.open("/proc/self/ns/net", os.O_RDONLY)


class Failure(Exception):
    """What was expected did not happen."""


class Namespace:
    """Be in a network namespace for a while; sockets stay in the one they were made in."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        there = os.open("/run/netns/" + self.name, os.O_RDONLY)
        enter(there)
        os.close(there)

    def __exit__(self, *_):
        enter(home)


def enter(namespace):
    if libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def is_v6(address):
    return ":" in address


def make_socket(end, kind, proto=0, port=0, family=None):
    """A socket of an end point, bound to its address."""
    name, address = end.split("@")
    family = family or (socket.AF_INET6 if is_v6(address) else socket.AF_INET)
    with Namespace(name):
        sock = socket.socket(family, kind, proto)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        if address:
            sock.bind((address, port))
        sock.settimeout(PATIENCE)
    except OSError:
        sock.close()
        raise
    return sock


def address_of(end):
    return end.split("@")[1]


def words(**values):
    return " ".join("%s=%s" % item for item in values.items())


# --- UDP ---------------------------------------------------------------------

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


# --- TCP ---------------------------------------------------------------------

def connect(source, target, via=None, port=PORT):
    listener = make_socket(target, socket.SOCK_STREAM, port=port)
    client = None
    try:
        listener.listen(1)
        client = make_socket(source, socket.SOCK_STREAM)
        client.connect((via or address_of(target), port))
        return client, listener.accept()[0]
    except OSError as error:
        if client:
            client.close()
        raise Failure("no connection: %s" % error) from None
    finally:
        listener.close()


def push(sock, data):
    """Writer for stream(): from memory."""
    return lambda at: sock.send(data[at:at + (1 << 16)])


def push_file(sock, file):
    """Writer for stream(): from a file's pages."""
    return lambda at: os.sendfile(sock.fileno(), file, at, 1 << 16)


def push_pages(sock, data):
    """Writer for stream(): from this process's pages, without copying them."""
    sock.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)

    def write(at):
        try:
            # The kernel says here that it needs the pages no longer.
            sock.recvmsg(1, 1 << 10, socket.MSG_ERRQUEUE)
        except BlockingIOError:
            pass
        try:
            return sock.send(data[at:at + (1 << 16)], MSG_ZEROCOPY)
        except BlockingIOError:
            return 0

    return write


def tcp_state(sock):
    """What the sender is waiting for."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 64)
    return words(probes=info[3], backoff=info[4], rto_us=struct.unpack_from("I", info, 8)[0],
                 mss=struct.unpack_from("I", info, 16)[0],
                 unacked=struct.unpack_from("I", info, 24)[0],
                 pmtu=struct.unpack_from("I", info, 60)[0])


def stream(sender, receiver, data, write):
    """Carry data from one end of a connection to the other, and compare."""
    received = bytearray()
    sender.setblocking(False)
    receiver.setblocking(False)
    sent = 0
    while len(received) < len(data):
        readable, writable, _ = select.select([receiver], [sender] if sent < len(data) else [],
                                              [], PATIENCE)
        if not readable and not writable:
            raise Failure("TCP stands still after %d of %d octets (%s)" %
                          (len(received), len(data), tcp_state(sender)))
        if writable:
            sent += write(sent)
        if readable:
            received += receiver.recv(1 << 18)
    if received != data:
        at = next(i for i, pair in enumerate(zip(received, data)) if pair[0] != pair[1])
        raise Failure("TCP: octet %d arrived changed" % at)


def finish(client, server):
    """Close both ends and see both close, so that nothing is under way afterwards."""
    for sock in (client, server):
        sock.settimeout(PATIENCE)
        sock.shutdown(socket.SHUT_WR)
    for sock in (server, client):
        if sock.recv(1):
            raise Failure("TCP: more octets than were sent")
        sock.close()


def tcp(source, target, size, via=None):
    """Carry SIZE octets each way over one connection, and compare."""
    client, server = connect(source, target, via)
    with client, server:
        data = os.urandom(int(size))
        stream(client, server, data, push(client, memoryview(data)))
        data = os.urandom(int(size))
        stream(server, client, data, push(server, memoryview(data)))
        finish(client, server)
    return words(octets=size)


def say(source, target, port, *lines):
    """Carry lines, one after another, over a connection to this port; "_" is a space."""
    client, server = connect(source, target, port=int(port))
    with client, server:
        for line in lines:
            data = line.replace("_", " ").encode() + b"\r\n"
            stream(client, server, data, push(client, memoryview(data)))
        finish(client, server)
    return ""


def sendfile(source, target, path):
    """Send a file from its pages; neither what arrives nor the pages may have changed."""
    with open(path, "rb") as file:
        data = file.read()
        client, server = connect(source, target)
        with client, server:
            stream(client, server, data, push_file(client, file.fileno()))
            finish(client, server)
    with open(path, "rb") as file:
        if file.read() != data:
            raise Failure("sending the file has changed it")
    return words(octets=len(data))


def zerocopy(source, target, size):
    """Send from this process's own pages; they may not change."""
    kept = os.urandom(int(size))
    data = bytearray(kept)
    client, server = connect(source, target)
    with client, server:
        stream(client, server, kept, push_pages(client, memoryview(data)))
        finish(client, server)
    if data != kept:
        raise Failure("sending has changed the sender's memory")
    return words(octets=size)


# --- a flood in the background -----------------------------------------------

class Flood(threading.Thread):
    """Numbered datagrams, as many as go, until told to stop."""

    BURST = 32
    IN_FLIGHT = 128

    def __init__(self, source, target, size, cpu):
        super().__init__(daemon=True)
        self.cpu = cpu
        self.client = make_socket(source, socket.SOCK_DGRAM)
        self.server = make_socket(target, socket.SOCK_DGRAM, port=PORT)
        self.server.setblocking(False)
        self.target = (address_of(target), PORT)
        self.padding = os.urandom(max(int(size) - 8, 0))
        self.sent = self.refused = self.received = 0
        self.reordered = self.changed = self.given_up = 0
        self.highest = 0
        self.enough = threading.Event()

    def run(self):
        # On another CPU, a packet can overtake the one before it.
        os.sched_setaffinity(0, {self.cpu})
        patience = 0
        while not self.enough.is_set():
            # What has not come for so long is lost, and no longer on its way.
            if self.sent - self.received - self.given_up < self.IN_FLIGHT:
                self.send()
            if self.drain():
                patience = 0
            else:
                patience += 1
            if patience > 20:
                self.given_up = self.sent - self.received

    def send(self):
        for _ in range(self.BURST):
            try:
                self.client.sendto(struct.pack("!Q", self.sent + 1) + self.padding, self.target)
                self.sent += 1
            except OSError:
                self.refused += 1

    def drain(self):
        """Take what has arrived; False if that was nothing."""
        some = False
        select.select([self.server], [], [], 0.001)
        while True:
            try:
                data = self.server.recv(1 << 16)
            except BlockingIOError:
                return some
            some = True
            self.received += 1
            number, = struct.unpack("!Q", data[:8])
            if number < self.highest:
                self.reordered += 1
            self.highest = max(number, self.highest)
            if data[8:] != self.padding:
                self.changed += 1

    def stop(self, all_must_arrive):
        self.enough.set()
        self.join()
        end = time.monotonic() + (PATIENCE if all_must_arrive else QUIET)
        while self.received < self.sent and time.monotonic() < end:
            self.drain()
        self.client.close()
        self.server.close()
        return words(sent=self.sent, refused=self.refused, received=self.received,
                     lost=self.sent - self.received, reordered=self.reordered,
                     changed=self.changed)


floods = []


def flood_start(source, target, size, cpu=0):
    flood = Flood(source, target, size, int(cpu))
    flood.start()
    floods.append(flood)
    return ""


def flood_stop(all_must_arrive=""):
    return floods.pop().stop(all_must_arrive)


def flood_sent(count):
    """Wait until the flood has sent so many more."""
    flood = floods[-1]
    goal = flood.sent + flood.refused + int(count)
    end = time.monotonic() + PATIENCE
    while flood.sent + flood.refused < goal:
        if time.monotonic() > end:
            raise Failure("the flood stands still")
        time.sleep(0.01)
    return ""


def reset():
    """Forget what a test that failed has left."""
    while floods:
        flood_stop()
    # Their devices may be gone, and reading says so: nobody wants to know.
    for tap in [tap for pair in taps for tap in pair]:
        tap.sock.close()
    taps.clear()
    return ""


# --- the wire ----------------------------------------------------------------

def packet_filter(protected):
    """Classic BPF: IP that leaves by the device, and is ESP or AH, or is not.

    What hosts on a link tell each other to find their way is neither: ARP, and for IPv6 what has a
    hop limit of 255 or is multicast.
    """
    ancillary = 0xfffff000
    yes, no = (0xffff, 0) if protected else (0, 0xffff)
    code = [
        (0x20, 0, 0, ancillary + 4),                # 0: in which direction?
        (0x15, 0, 19, socket.PACKET_OUTGOING),      # 1
        (0x20, 0, 0, ancillary + 0),                # 2: what protocol?
        (0x15, 0, 3, 0x0800),                       # 3
        (0x30, 0, 0, 9),                            # 4: what is in the IPv4 packet?
        (0x15, 14, 0, socket.IPPROTO_ESP),          # 5
        (0x15, 13, 12, socket.IPPROTO_AH),          # 6
        (0x15, 0, 13, 0x86dd),                      # 7
        (0x30, 0, 0, 6),                            # 8: what is in the IPv6 packet?
        (0x15, 2, 0, socket.IPPROTO_HOPOPTS),       # 9
        (0x15, 1, 0, socket.IPPROTO_ROUTING),       # 10
        (0x15, 0, 1, socket.IPPROTO_FRAGMENT),      # 11
        (0x30, 0, 0, 40),                           # 12: and behind its first extension header?
        (0x15, 6, 0, socket.IPPROTO_ESP),           # 13
        (0x15, 5, 0, socket.IPPROTO_AH),            # 14
        (0x30, 0, 0, 24),                           # 15: to whom does it go?
        (0x15, 4, 0, 0xff),                         # 16
        (0x30, 0, 0, 7),                            # 17: what hop limit?
        (0x15, 2, 0, 255),                          # 18
        (0x06, 0, 0, no),                           # 19
        (0x06, 0, 0, yes),                          # 20
        (0x06, 0, 0, 0),                            # 21
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


class Tap:
    """Sees what leaves by a device and a filter wants: on a veth, that is what is on the wire."""

    def __init__(self, namespace, device, code):
        self.program = ctypes.create_string_buffer(code, len(code))
        with Namespace(namespace):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
            self.sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                                 struct.pack("HxxxxxxP", len(code) // 8,
                                             ctypes.addressof(self.program)))
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
            self.sock.bind((device, ETH_P_ALL))
        self.sock.setblocking(False)

    def packets(self):
        while True:
            try:
                yield self.sock.recv(1 << 16)
            except BlockingIOError:
                return
            except OSError as error:
                # It says once that the device has been down.
                if error.errno != errno.ENETDOWN:
                    raise

    def count(self):
        """How many there were, also beyond what the buffer holds."""
        return struct.unpack("II", self.sock.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[0]


taps = []


def watch_start(*places):
    """Look at the wire at each NAMESPACE@DEVICE."""
    for place in places:
        name, device = place.split("@")
        taps.append((Tap(name, device, packet_filter(True)),
                     Tap(name, device, packet_filter(False))))
    return ""


def size_and_tos(packet):
    """Of an IP packet, as its header has it."""
    if packet[0] >> 4 == 6:
        return 40 + struct.unpack("!H", packet[4:6])[0], struct.unpack("!H", packet[:2])[0] >> 4 & 255
    return struct.unpack("!H", packet[2:4])[0], packet[1]


def label_of(packet):
    """The flow label of an IPv6 packet."""
    return "0x%05x" % (struct.unpack("!I", packet[:4])[0] & 0xfffff)


def is_fragment(packet):
    if packet[0] >> 4 == 6:
        return packet[6] == socket.IPPROTO_FRAGMENT
    return struct.unpack("!H", packet[6:8])[0] & 0x3fff != 0


NAMES = {4: "ipv4", 17: "udp", 41: "ipv6", 50: "esp", 51: "ah"}


def layers_of(packet):
    """The outermost protection; where that is AH, what comes next as well."""
    is6 = packet[0] >> 4 == 6
    proto, at = (packet[6], 40) if is6 else (packet[9], (packet[0] & 15) * 4)
    if proto != socket.IPPROTO_AH:
        return NAMES.get(proto, str(proto))
    return "ah+" + NAMES.get(packet[at], str(packet[at]))


def watch_stop():
    """What was on the wire: ESP or AH, its longest and shortest packet and its headers, and what was in clear."""
    esp = clear = largest = fragments = 0
    smallest = 1 << 16
    tos, ttl, df, layers, labels, first = set(), set(), set(), set(), set(), ""
    while taps:
        protected, other = taps.pop()
        for packet in protected.packets():
            size, octet = size_and_tos(packet)
            largest, smallest = max(largest, size), min(smallest, size)
            fragments += is_fragment(packet)
            if not is_fragment(packet):
                layers.add(layers_of(packet))
            tos.add("0x%02x" % octet)
            if packet[0] >> 4 == 4:
                ttl.add(packet[8])
                df.add(packet[6] >> 6 & 1)
            else:
                labels.add(label_of(packet))
        for packet in other.packets():
            first = first or packet[:28].hex()
        esp += protected.count()
        clear += other.count()
        protected.sock.close()
        other.sock.close()
    return words(esp=esp, clear=clear, largest=largest, smallest=smallest, fragments=fragments,
                 tos=",".join(sorted(tos)), layers=",".join(sorted(layers)),
                 labels=",".join(sorted(labels)), ttl=",".join(map(str, sorted(ttl))), df=",".join(map(str, sorted(df))),
                 first=first)


# --- forged messages ---------------------------------------------------------

def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


IPSEC = {"esp": socket.IPPROTO_ESP, "ah": socket.IPPROTO_AH, "udp": socket.IPPROTO_UDP}


def ip_header(source, target, proto, length):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, length, 0, 0x4000, 64, proto, 0,
                       socket.inet_aton(source), socket.inet_aton(target))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:]


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


# --- requests ----------------------------------------------------------------

COMMANDS = {function.__name__: function for function in (
    udp, attempt, captured, beside, raw, asking, inside_udp, closed, in_clear, ask, twins, probe, segmented, header, extended,
    ask_listeners, routed,
    fragment6, tcp, say, sendfile, zerocopy,
    flood_start, flood_stop, flood_sent, reset, watch_start, watch_stop, icmp_too_big, icmp6_too_big, icmp_error,
    parts, by_hand)}


def answer(line):
    name, *args = line.split()
    try:
        return "ok " + COMMANDS[name](*args)
    except (Failure, OSError) as why:
        return "fail %s: %s" % (name, why)


def main():
    for line in sys.stdin:
        number, request = line.split(maxsplit=1)
        print(number, answer(request), flush=True)


if __name__ == "__main__":
    main()
