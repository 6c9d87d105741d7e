# SPDX-License-Identifier: GPL-2.0-only
"""TCP connections."""

import os
import select
import socket
import struct

import traffic_ends
from traffic_ends import PORT, Failure, address_of, make_socket, words

SO_ZEROCOPY = 60
MSG_ZEROCOPY = 0x4000000


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
                                              [], traffic_ends.PATIENCE)
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
        sock.settimeout(traffic_ends.PATIENCE)
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
