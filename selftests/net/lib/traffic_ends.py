# SPDX-License-Identifier: GPL-2.0-only
"""End points, written NAMESPACE@ADDRESS, and what all that makes traffic shares."""

import ctypes
import os
import socket

# Ten times what a quiet machine needs. A script may set another, so that it is looked up in here.
PATIENCE = 60
# How long nothing must arrive before a packet counts as lost. The counters say
# why it was; that nothing arrives is only the second witness.
QUIET = 1
PORT = 5201

# Python has no names for these.
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33

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
