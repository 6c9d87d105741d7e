#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""traffic.py, and packets that wait for an SA: numbered datagrams, and whoever listens to events.

One pair of sockets is open at a time; END is NAMESPACE@ADDRESS."""

import errno
import math
import os
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))

# pylint: disable=wrong-import-position
import traffic  # noqa: E402
from genl import UAPI, attributes  # noqa: E402
from genl_events import Ear  # noqa: E402
from traffic import COMMANDS  # noqa: E402
from traffic_ends import PATIENCE, PORT, QUIET, Failure, Namespace, address_of, make_socket, words  # noqa: E402
from traffic_tap import Tap, packet_filter  # noqa: E402

SO_SNDBUFFORCE = 32


class State:
    """What is open."""

    ear = client = server = target = thread = wire = None
    sent, refused, connecting = [], 0, []
    wanted, waiting = {}, 0


def hear(namespace):
    """Listen to the events of a namespace, where acquires come from."""
    with Namespace(namespace):
        State.ear = Ear()
    State.wanted = {}
    return ""


def listen():
    """What SAs were asked for since: where the packets go that want them."""
    told = [e for e in State.ear.events() if e.cmd == UAPI["CMD_ACQUIRE_NTF"]]
    sels = [dict(attributes(e.attrs[UAPI["POLICY_SEL"]])) for e in told]
    to = [socket.inet_ntoa(sel[UAPI["SEL_DST_MIN"]]) for sel in sels]
    for event, peer in zip(told, to):
        State.waiting = int.from_bytes(event.attrs[UAPI["POLICY_WAITING"]], sys.byteorder)
        State.wanted.setdefault(peer, State.waiting)
    return to


def heard():
    """How many SAs were asked for since."""
    return words(acquires=len(listen()))


def asked_for():
    """Where packets go that SAs were asked for, since somebody listens; each once, and
    how many packets waited when it was asked for first."""
    listen()
    return words(peers=len(State.wanted), to=",".join(State.wanted),
                 waiting=",".join(map(str, State.wanted.values())))


def waiting():
    """How many packets waited when an SA was asked for last."""
    listen()
    return words(waiting=State.waiting)


def deafen():
    if State.ear:
        State.ear.client.sock.close()
    State.ear = None
    return ""


def open_pair(source, target, device):
    """Their datagrams leave protected by this device."""
    close_pair()
    State.wire = Tap(source.split("@")[0], device, packet_filter(True))
    State.client = make_socket(source, socket.SOCK_DGRAM)
    # What waits is charged to the sender, who must not be stopped by that.
    State.client.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 16 << 20)
    State.server = make_socket(target, socket.SOCK_DGRAM, port=PORT)
    State.target = address_of(target)
    begin()
    return ""


def close_pair():
    if State.wire:
        State.wire.sock.close()
    for sock in State.client, State.server, *State.connecting:
        if sock:
            sock.close()
    State.client = State.server = State.wire = None
    State.connecting = []
    return ""


def begin():
    """Forget what was sent before."""
    State.sent, State.refused = [], 0
    for _ in State.wire.packets():
        pass


def send_one(number, size, to):
    """Each number has a length of its own, which shows when it is protected, too."""
    try:
        State.client.sendto(struct.pack("!I", number).ljust(size + 4 * number, b"."), (to, PORT))
        State.sent.append(number)
    except OSError as why:
        if why.errno != errno.EPERM:
            raise
        State.refused += 1


def send(count, size="100", to=None):
    """Send so many, numbered from 1; says how many were refused at once."""
    begin()
    for number in range(1, int(count) + 1):
        send_one(number, int(size), to or State.target)
    return words(sent=len(State.sent), refused=State.refused)


def scatter(first, last):
    """Send one to each of 10.9.0.FIRST to LAST; says how many SAs were asked for, and within how
    many seconds."""
    since = time.monotonic()
    begin()
    for number in range(int(first), int(last) + 1):
        send_one(number, 100, "10.9.0.%d" % number)
    asked = len(listen())
    return words(sent=len(State.sent), asked=asked, seconds=math.ceil(time.monotonic() - since))


def stream_begin(count, gap):
    """Send so many with so many seconds between two, in a thread."""
    def run():
        for number in range(1, int(count) + 1):
            send_one(number, 100, State.target)
            time.sleep(float(gap))

    begin()
    State.thread = threading.Thread(target=run)
    State.thread.start()
    return ""


def stream_end():
    State.thread.join()
    return words(sent=len(State.sent))


def arrived():
    """Fail unless all that were sent, and were not refused, arrive, and left in their order. What
    two CPUs have sent, a veth may deliver in another: that is nobody's fault."""
    State.server.settimeout(PATIENCE)
    seen = []
    while len(seen) < len(State.sent):
        try:
            seen.append(struct.unpack("!I", State.server.recv(1 << 16)[:4])[0])
        except socket.timeout:
            break
    if sorted(seen) != State.sent:
        raise Failure("of %d sent %d arrived: %s" % (len(State.sent), len(seen), seen))
    left = [struct.unpack("!H", packet[2:4])[0] for packet in State.wire.packets()]
    if len(left) != len(seen) or left != sorted(set(left)):
        raise Failure("%d sent, lengths on the wire: %s" % (len(seen), left))
    return words(arrived=len(seen))


def silent():
    """Fail if anything arrives."""
    State.server.settimeout(QUIET)
    try:
        State.server.recv(1 << 16)
    except socket.timeout:
        return ""
    raise Failure("something arrived")


def connect_begin(source, target):
    """Have TCP send a SYN, which waits."""
    close_pair()
    listener = make_socket(target, socket.SOCK_STREAM, port=PORT)
    listener.listen()
    client = make_socket(source, socket.SOCK_STREAM)
    client.setblocking(False)
    client.connect_ex((address_of(target), PORT))
    State.connecting = [listener, client]
    return ""


def connect_end():
    """Wait for the connection, and use it."""
    listener, client = State.connecting
    conn, _ = listener.accept()
    State.connecting.append(conn)
    client.settimeout(PATIENCE)
    conn.sendall(b"hello")
    if client.recv(5) != b"hello":
        raise Failure("something else arrived")
    return ""


def retransmissions(namespace, name):
    """A counter of TCP's."""
    with Namespace(namespace), open("/proc/thread-self/net/netstat", encoding="ascii") as file:
        names, values = [line.split() for line in file if line.startswith("TcpExt:")]
    return words(count=values[names.index(name)])


COMMANDS.update({function.__name__: function for function in (
    hear, heard, asked_for, waiting, deafen, open_pair, close_pair, send, scatter, stream_begin, stream_end, arrived,
    silent, connect_begin, connect_end, retransmissions)})

if __name__ == "__main__":
    traffic.main()
