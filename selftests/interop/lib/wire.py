#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""traffic.py of the group net, and what tests of IKE ask for beyond it: a wire on which
IKE is no clear text, and traffic at a pace."""

import os
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../net/lib"))

# pylint: disable=wrong-import-position
import traffic  # noqa: E402
from traffic_ends import PATIENCE, PORT, Failure, address_of, make_socket, words  # noqa: E402
from traffic_headers import ip_header  # noqa: E402
from traffic_tap import Tap  # noqa: E402

SKF_AD_OFF = 0xfffff000
ETH_P_IP = 0x0800
IKE_PORT, NATT_PORT = 500, 4500
ICMP_UNREACHABLE = 3

# What a packet on the wire is.
ESP, NATT, IKE, CLEAR = "esp", "natt", "ike", "clear"


# --- the wire ----------------------------------------------------------------

def packet_filter(wanted):
    """Classic BPF: IPv4 that leaves by the device and is WANTED, one of the four above.

    A fragment that is not the first has no ports; it is taken for IKE's, whose certificates
    need fragments: had the first one been in clear, that would have been counted. What ICMP
    says of IKE that found nobody is IKE's, too: it quotes no more than that.
    """
    code = [
        ("ld", SKF_AD_OFF), ("jeq", ETH_P_IP, None, "no"),
        ("ld", SKF_AD_OFF + 4), ("jeq", socket.PACKET_OUTGOING, None, "no"),
        ("ldb", 9), ("jeq", socket.IPPROTO_ESP, ESP, None),
        ("jeq", socket.IPPROTO_ICMP, "icmp", None),
        ("jeq", socket.IPPROTO_UDP, None, CLEAR),
        ("ldh", 6), ("jset", 0x1fff, IKE, None),
        ("ldx", 0),
        ("ldhx", 0), ("jeq", NATT_PORT, "4500", None), ("jeq", IKE_PORT, IKE, None),
        ("ldhx", 2), ("jeq", NATT_PORT, "4500", None), ("jeq", IKE_PORT, IKE, CLEAR),
        # Four octets of zero are IKE, and one octet is there to keep the NAT box awake.
        "4500", ("ldhx", 4), ("jgt", 8 + 4, None, IKE),
        ("ldx32", 8), ("jeq", 0, IKE, NATT),
        # An error, about a datagram to one of IKE's ports.
        "icmp", ("ldx", 0), ("ldbx", 0), ("jeq", ICMP_UNREACHABLE, None, CLEAR),
        ("ldbx", 8 + 9), ("jeq", socket.IPPROTO_UDP, None, CLEAR),
        ("ldhx", 8 + 20 + 2), ("jeq", NATT_PORT, IKE, None), ("jeq", IKE_PORT, IKE, CLEAR),
    ]
    for kind in (ESP, NATT, IKE, CLEAR):
        code += [kind, ("ret", 0xffff if kind == wanted else 0)]
    return assemble(code + ["no", ("ret", 0)])


OPCODES = {"ld": 0x20, "ldh": 0x28, "ldb": 0x30, "ldx": 0xb1, "ldhx": 0x48, "ldbx": 0x50,
           "ldx32": 0x40, "jeq": 0x15, "jgt": 0x25, "jset": 0x45, "ret": 0x06}


def assemble(code):
    labels, lines = {}, []
    for line in code:
        if isinstance(line, str):
            labels[line] = len(lines)
        else:
            lines.append(line)
    program = b""
    for at, (name, value, *jumps) in enumerate(lines):
        offsets = [labels[to] - at - 1 if to else 0 for to in jumps] or [0, 0]
        program += struct.pack("HBBI", OPCODES[name], *offsets, value)
    return program


taps = []


def ike_watch_start(*places):
    """Look at the wire at each NAMESPACE@DEVICE."""
    for place in places:
        for kind in (ESP, NATT, IKE, CLEAR):
            taps.append((kind, Tap(*place.split("@"), packet_filter(kind))))
    return ""


def ike_watch_stop():
    """How many packets of each kind there were, and the start of the first that was in clear."""
    count = dict.fromkeys((ESP, NATT, IKE, CLEAR), 0)
    first = ""
    while taps:
        kind, tap = taps.pop()
        if kind == CLEAR:
            first = next((packet[:28].hex() for packet in tap.packets()), first)
        count[kind] += tap.count()
        tap.sock.close()
    return words(**count, first=first)


# --- traffic at a pace -------------------------------------------------------

class Steady(threading.Thread):
    """A numbered datagram every so often, each echoed, until told to stop."""

    def __init__(self, source, target, pause):
        super().__init__(daemon=True)
        self.pause = float(pause)
        self.client = make_socket(source, socket.SOCK_DGRAM)
        self.server = make_socket(target, socket.SOCK_DGRAM, port=PORT)
        self.client.setblocking(False)
        self.server.setblocking(False)
        self.target = (address_of(target), PORT)
        self.sent = self.refused = self.there = self.back = 0
        self.enough = threading.Event()

    def run(self):
        while not self.enough.wait(self.pause):
            self.send()
            self.carry()

    def send(self):
        try:
            self.client.sendto(struct.pack("!Q", self.sent), self.target)
            self.sent += 1
        except OSError:
            self.refused += 1

    def carry(self):
        """Echo what has arrived, and take what has come back."""
        try:
            while True:
                data, sender = self.server.recvfrom(100)
                self.there += 1
                self.server.sendto(data, sender)
        except OSError:
            pass
        try:
            while self.client.recv(100):
                self.back += 1
        except OSError:
            pass

    def stop(self):
        self.enough.set()
        self.join()
        # What is on its way still arrives; what is lost does not, however long.
        end = time.monotonic() + 5
        while self.back < self.sent and time.monotonic() < end:
            self.carry()
            time.sleep(0.01)
        self.client.close()
        self.server.close()
        return words(sent=self.sent, refused=self.refused, there=self.there,
                     back=self.back, lost=self.sent - self.back)


steady = []


def steady_start(source, target, pause="0.01"):
    thread = Steady(source, target, pause)
    thread.start()
    steady.append(thread)
    return ""


def steady_stop():
    return steady.pop().stop()


def steady_carried(count):
    """Wait until so many more have come back."""
    goal = steady[-1].back + int(count)
    end = time.monotonic() + PATIENCE
    while steady[-1].back < goal:
        if time.monotonic() > end:
            raise Failure("the traffic stands still")
        time.sleep(0.01)
    return ""


# --- strangers ---------------------------------------------------------------

def payload(following, body):
    return struct.pack("!BBH", following, 0, 4 + len(body)) + body


def transform(kind, number, last, key_bits=0):
    attribute = struct.pack("!HH", 0x8000 | 14, key_bits) if key_bits else b""
    return struct.pack("!BBHBBH", 0 if last else 3, 0, 8 + len(attribute), kind, 0,
                       number) + attribute


def ike_sa_init():
    """A request that anybody may send: AES-GCM, HMAC-SHA2-256, Curve25519 (RFC 7296 section 1.2)."""
    proposal = transform(1, 20, False, 128) + transform(2, 5, False) + transform(4, 31, True)
    proposal = struct.pack("!BBHBBBB", 0, 0, 8 + len(proposal), 1, 1, 0, 3) + proposal
    body = payload(34, proposal) + payload(40, struct.pack("!HH", 31, 0) + os.urandom(32)) + \
        payload(0, os.urandom(32))
    head = os.urandom(8) + bytes(8) + struct.pack("!BBBBII", 33, 0x20, 34, 8, 0, 28 + len(body))
    return head + body


def udp_packet(source, target, port, data):
    datagram = struct.pack("!HHHH", port, port, 8 + len(data), 0) + data
    return ip_header(source, target, socket.IPPROTO_UDP, 20 + len(datagram)) + datagram


class Strangers(threading.Thread):
    """IKE_SA_INIT requests, each from an address of its own, that go no further."""

    def __init__(self, namespace, target, count):
        super().__init__(daemon=True)
        self.sock = make_socket(namespace + "@", socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.target, self.count, self.sent = target, int(count), 0

    def run(self):
        for number in range(self.count):
            source = "10.66.%d.%d" % (number // 250 % 250, number % 250 + 1)
            self.sock.sendto(udp_packet(source, self.target, IKE_PORT, ike_sa_init()),
                             (self.target, 0))
            self.sent += 1
            time.sleep(0.001)
        self.sock.close()


strangers = []


def strangers_start(namespace, target, count):
    strangers.append(Strangers(namespace, target, count))
    strangers[-1].start()
    return ""


def strangers_sent(count):
    """Wait until they have sent so many in all."""
    end = time.monotonic() + 10 * PATIENCE
    while strangers[-1].sent < int(count):
        if time.monotonic() > end:
            raise Failure("the strangers stand still")
        time.sleep(0.01)
    return ""


def strangers_end():
    thread = strangers.pop()
    thread.join(10 * PATIENCE)
    return words(sent=thread.sent)


def reset():
    """Forget what a test that failed has left."""
    while steady:
        steady_stop()
    while strangers:
        strangers_end()
    if taps:
        ike_watch_stop()
    return ""


traffic.COMMANDS.update((function.__name__, function) for function in (
    ike_watch_start, ike_watch_stop, steady_start, steady_stop, steady_carried,
    strangers_start, strangers_sent, strangers_end, reset))

if __name__ == "__main__":
    traffic.main()
