# SPDX-License-Identifier: GPL-2.0-only
"""What is on a wire."""

import ctypes
import errno
import socket
import struct

from traffic_ends import SO_RCVBUFFORCE, Namespace, words

SO_ATTACH_FILTER = 26
SOL_PACKET = 263
PACKET_STATISTICS = 6
ETH_P_ALL = 3


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
                 labels=",".join(sorted(labels)), ttl=",".join(map(str, sorted(ttl))),
                 df=",".join(map(str, sorted(df))), first=first)
