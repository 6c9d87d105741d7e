# SPDX-License-Identifier: GPL-2.0-only
"""Many rounds in one process: the system calls behind ip-netns(8), insmod(8) and rmmod(8),
espah's requests, and traffic. A process for each would take minutes on an emulated CPU.
"""

import contextlib
import ctypes
import errno
import os
import random
import signal
import socket
import struct
import subprocess
import time

from genl import Client, packed
from genl_espah import ALG_NAME, must

CLONE_NEWNET = 0x40000000
MNT_DETACH = 2
SYS_FINIT_MODULE = 313
SYS_DELETE_MODULE = 176
MODULE = '/build/espah.ko'
PCRYPT = f'pcrypt({ALG_NAME})'

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def insmod(path=MODULE):
    fd = os.open(path, os.O_RDONLY)
    try:
        check(libc.syscall(SYS_FINIT_MODULE, fd, b'', 0))
    finally:
        os.close(fd)


def rmmod(name='espah'):
    check(libc.syscall(SYS_DELETE_MODULE, name.encode(), os.O_NONBLOCK))


def wait_until(seconds, condition, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f'still not so at the time-out: {what}')
        time.sleep(0.01)


def removed():
    """Was the module removed now? SAs are freed a while after they are gone."""
    try:
        rmmod()
        return True
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EBUSY):
            raise
        return False


@contextlib.contextmanager
def inside(name):
    """Be in a network namespace meanwhile."""
    home = os.open('/proc/self/ns/net', os.O_RDONLY)
    there = os.open(f'/run/netns/{name}', os.O_RDONLY)
    try:
        check(libc.setns(there, CLONE_NEWNET))
        yield
    finally:
        check(libc.setns(home, CLONE_NEWNET))
        os.close(there)
        os.close(home)


def netns_del(name):
    """As ip-netns(8) does; the kernel takes the namespace apart later."""
    check(libc.umount2(f'/run/netns/{name}'.encode(), MNT_DETACH))
    os.unlink(f'/run/netns/{name}')


@contextlib.contextmanager
def hooks_held():
    """Keep the code around netfilter's hooks as it is meanwhile.

    The first hook of its kind in any namespace has the kernel patch itself, and so has the end of
    the last. On two emulated CPUs (QEMU's TCG) one of them can keep running the breakpoint that
    stands there for a moment, long after it is gone; that is no fault of the kernel.
    """
    chains = ''.join(f'chain {hook} {{ type filter hook {hook} priority 0; }}\n' for hook in
                     ('prerouting', 'input', 'forward', 'output', 'postrouting'))
    rules = f'table ip espah_held {{\n{chains}}}\n'
    subprocess.run(['nft', '-f', '-'], input=rules, text=True, check=True)
    try:
        yield
    finally:
        subprocess.run(['nft', 'delete', 'table', 'ip', 'espah_held'], check=True)


class Link:
    """10.9.0.1 in one namespace and 10.9.0.2 in the other, and what protects them."""

    def __init__(self, names, mode, alg=ALG_NAME, sas=1):
        self.names = names
        self.mode = mode
        self.alg = alg
        self.sas = sas
        self.keys = [os.urandom(20), os.urandom(20)]

    def configure(self, side):
        """SAs both ways, many of which carry nothing, and a policy for each direction."""
        with inside(self.names[side]):
            client = Client()
        try:
            for way in (0, 1):
                self.protect(client, way, out=way == side)
        finally:
            client.close()

    def protect(self, client, way, out):
        src, dst = f'10.9.0.{way + 1}', f'10.9.0.{2 - way}'
        sa = {'src': src, 'dst': dst, 'proto': 50, 'mode': self.mode, 'replay-window': 128}
        for i in range(self.sas):
            aead = {'name': self.alg if not i else ALG_NAME, 'key': self.keys[way], 'icv-bits': 128}
            must(client, 'SA_ADD', {**sa, 'spi': 0x100 + i, 'reqid': i + 1, 'aead': aead})
        # Octets and not UDP alone: errors sent back by the other side are protected as well.
        sel = {'src-min': src, 'src-max': src, 'dst-min': dst, 'dst-max': dst}
        tmpl = {'src': src, 'dst': dst, 'proto': 50, 'mode': self.mode, 'reqid': 1}
        for dir_ in (1,) if out else (0, 2):
            must(client, 'POLICY_ADD', {'dir': dir_, 'action': 0, 'sel': sel, 'tmpl': tmpl})

    def flush(self):
        for name in self.names:
            with inside(name):
                client = Client()
            must(client, 'SA_FLUSH', {})
            must(client, 'POLICY_FLUSH', {})
            client.close()


class Talk:
    """UDP from the first side to the second."""

    def __init__(self, names):
        with inside(names[1]):
            self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.bind(('10.9.0.2', 5555))
        self.receiver.settimeout(60)
        with inside(names[0]):
            self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.connect(('10.9.0.2', 5555))

    def say(self, words):
        """Each must arrive."""
        self.sender.send(words)
        while self.receiver.recv(2048) != words:
            pass

    def forget(self):
        """What has arrived and nobody has read holds memory."""
        self.receiver.setblocking(False)
        try:
            while True:
                self.receiver.recv(2048)
        except BlockingIOError:
            self.receiver.settimeout(60)

    def close(self):
        self.receiver.close()
        self.sender.close()


def esp(spi, seq):
    """What a stranger may send."""
    body = struct.pack('>II', spi, seq) + random.randbytes(random.choice((4, 24, 40, 200)))
    return struct.pack('>BBHHHBBH', 0x45, 0, 0, 0, 0, 64, 50, 0) + packed('10.9.0.1') + \
        packed('10.9.0.2') + body


class Flood:
    """A process that sends from a namespace without end: UDP, and ESP of no worth."""

    def __init__(self, name):
        self.pid = os.fork()
        if self.pid:
            return
        try:
            with inside(name):
                raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
                udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            seq = 0
            while True:
                seq += 1
                for sock, octets in ((udp, b'flood'), (raw, esp(0x100, seq)), (raw, esp(0x777, 1))):
                    with contextlib.suppress(OSError):
                        sock.sendto(octets, ('10.9.0.2', 9))
                # Others want the CPU too.
                time.sleep(0.001)
        finally:
            os._exit(1)

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
