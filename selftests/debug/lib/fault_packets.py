# SPDX-License-Identifier: GPL-2.0-only
"""Packets in whose way each allocation fails in turn: they arrive, or are dropped and counted,
and never leave in clear; and the next one arrives.
"""

import contextlib
import errno
import os
import socket
import tempfile
import time

from fault import Calm, Nth, Sites, read, set_filter, stop
from fault_control import ASYNC_CASE, run_case
from fault_wire import AH, MARK, Tunnel
from genl_espah import ALG_NAME, must
from genl_net import PCRYPT, inside

# Nobody says of a packet that it is lost without being counted; so long it has time to come.
SILENCE = 2
# What is sure to come has so long.
PATIENCE = 60
NO_MEMORY = (errno.ENOMEM, errno.ENOBUFS)
TRANSPORT, TUNNEL = 0, 1
PORT = 5201
IP_MTU_DISCOVER, PMTUDISC_DONT, PMTUDISC_DO = 10, 0, 2
UDP_SEGMENT = 103
SET_DF = 64
# The reasons for which a packet may end where there is no memory, and what is said where its SA does
# not know of it.
CAUSES = {'in-nomem', 'in-crypto', 'in-backlog', 'in-no-route', 'out-nomem', 'out-crypto',
          'out-segment', 'out-send', 'out-no-route', 'out-too-big', 'out-conntrack', 'sa-uncounted'}


class Shot:
    """One packet, or some that one system call sends."""

    name = 'a datagram'
    size, count, df = 100, 1, False

    def __init__(self, tunnel, source='a'):
        with inside(tunnel.names[source]):
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER,
                             PMTUDISC_DO if self.df else PMTUDISC_DONT)
        self.sock.connect(('10.9.0.2', PORT))
        self.data = b''

    def load(self):
        """All that needs memory of Python's."""
        self.data = b''.join(MARK + os.urandom(self.size - len(MARK)) for _ in range(self.count))

    def fire(self):
        self.sock.send(self.data)

    def parts(self):
        return {self.data[at:at + self.size] for at in range(0, len(self.data), self.size)}

    def close(self):
        self.sock.close()


class Large(Shot):
    name, size = 'a datagram that fills the link', 1400


class Fragmented(Shot):
    name, size = 'a datagram in fragments', 4000


class TooBig(Shot):
    name, size, df = 'a datagram too big for the link', 1470, True


class Segmented(Shot):
    name, size, count = 'a datagram to be segmented', 1000, 6

    def __init__(self, *args):
        super().__init__(*args)
        self.sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, self.size)


class Paged(Shot):
    name, size = 'a datagram in pages', 1300

    def load(self):
        super().load()
        self.file = tempfile.TemporaryFile()
        self.file.write(self.data)
        self.file.flush()

    def fire(self):
        os.sendfile(self.sock.fileno(), self.file.fileno(), 0, self.size)
        self.file.close()


SHOTS = (Shot, Large, Fragmented, TooBig, Segmented, Paged)
RECEIVED = (Shot, Large, Fragmented, Segmented, Paged)
FORWARDED = (Shot, Large, Fragmented, TooBig)


class Trial:
    """What becomes of a shot."""

    def __init__(self, tunnel, shot):
        self.tunnel = tunnel
        self.shot = shot

    def shoot(self, trigger):
        """Return: 'arrived', 'dropped', 'lost' or the name of the errno, and which counters moved."""
        tunnel, shot = self.tunnel, self.shot
        tunnel.forget()
        shot.load()
        before = tunnel.counters()
        trigger.arm()
        said = None
        try:
            shot.fire()
        except OSError as why:
            said = errno.errorcode[why.errno]
        trigger.acted()
        end = time.monotonic() + (SILENCE if said is None else 0)
        missing = shot.parts()
        while True:
            missing -= tunnel.arrived(0.01 if said is None else 0)
            late = time.monotonic() > end
            if not missing:
                return 'arrived', set()
            if late:
                return said or 'lost', set() if not trigger.settled() else tunnel.moved(before)
            moved = tunnel.moved(before) if trigger.settled() else set()
            if moved:
                return said or 'dropped', moved


def judge(what, point, said, moved):
    """Was it right that this happened when that failed?"""
    if moved - CAUSES:
        raise AssertionError(f'{what}: {point}: counted as {moved}')
    # Where another part of the kernel loses a packet, it is not ours to count.
    if said == 'lost' and point and point.ours:
        raise AssertionError(f'{what}: {point}: lost, and not counted')
    if said not in ('arrived', 'dropped', 'lost') and not moved:
        if getattr(errno, said) not in NO_MEMORY:
            raise AssertionError(f'{what}: {point}: {said}')


def goes_on(trial, what):
    """Without a fault all is well."""
    said, moved = trial.shoot(Calm())
    good = 'EMSGSIZE' if trial.shot.df else 'arrived'
    if said != good or moved - {'out-too-big'}:
        raise AssertionError(f'{what}: afterwards: expected {good}, saw {said}, counted {moved}')


def each(trial, trigger, what, note):
    """All that the trigger can make fail on the packet's way."""
    ends = {}
    hit = True
    while hit or isinstance(trigger, Sites) and trigger.todo:
        said, moved = trial.shoot(trigger)
        hit, point = trigger.end()
        if hit:
            judge(what, point, said, moved)
            end = ' '.join([said, *sorted(moved)])
            ends[end] = ends.get(end, 0) + 1
    goes_on(trial, what)
    note.append(f'{what}: ' + ', '.join(f'{count} {end}' for end, count in sorted(ends.items())))


def wait_for(condition, patience=SILENCE):
    """Whether it is so in time."""
    end = time.monotonic() + patience
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def with_tunnels(namespaces, algs=(ALG_NAME,), modes=(TRANSPORT, TUNNEL), **more):
    for alg in algs:
        for mode in modes:
            tunnel = Tunnel(namespaces, mode, alg, **more)
            try:
                yield tunnel, f'{"tunnel" if mode else "transport"} {more or alg}'
                tunnel.watch_ends()
            finally:
                tunnel.close()


def each_shot(tunnel, words, shots, trigger, note, source='a'):
    for kind in shots:
        with contextlib.closing(kind(tunnel, source)) as shot, \
             contextlib.closing(trigger()) as armed:
            each(Trial(tunnel, shot), armed, f'{words}: {shot.name}', note)


def output(faults, namespaces, note):
    """The sender's own allocations: it enters the module with its system call."""
    for tunnel, words in with_tunnels(namespaces):
        each_shot(tunnel, words, (Paged, Fragmented, Segmented), lambda: Nth(faults), note)


def all_output(faults, namespaces, note):
    for tunnel, words in with_tunnels(namespaces):
        each_shot(tunnel, words, SHOTS, lambda: Nth(faults), note)


def more_output(faults, namespaces, note):
    """What is fragmented before it is protected, as its outer header has DF; and AH, both ways."""
    for tunnel, words in with_tunnels(namespaces, modes=(TUNNEL,), flags=SET_DF):
        each_shot(tunnel, words, (Fragmented,), lambda: Nth(faults), note)
    for tunnel, words in with_tunnels(namespaces, proto=AH):
        each_shot(tunnel, words, (Shot, Paged), lambda: Sites(faults), note)


def every_context(faults, namespaces, note):
    """System calls, softirqs and the kernel's threads."""
    for tunnel, words in with_tunnels(namespaces, modes=(TRANSPORT,)):
        each_shot(tunnel, words, (Segmented, TooBig, Fragmented), lambda: Sites(faults), note)


def bundle(faults, namespaces, note):
    """Two SAs for one packet: what holds them where it leaves, and what remembers them where it comes."""
    for tunnel, words in with_tunnels(namespaces, modes=(TUNNEL,), around=(AH,)):
        each_shot(tunnel, words, (Shot,), lambda: Sites(faults), note)
    for name in 'espah_bundle_create', 'espah_path_add':
        if not any(f'{name}+' in point for point in faults.points):
            raise AssertionError(f'expected {name}() to have failed')


def frames_sent(name):
    """As the device has it: to ask the module would take memory."""
    with inside(name):
        line = next(line for line in read('/proc/thread-self/net/dev').splitlines() if 'veth0:' in line)
    return int(line.split(':')[1].split()[9])


def dummies(faults, namespaces, note):
    """What an SA makes by itself, in a thread of the kernel's; and the next one is made all the same."""
    for tunnel, words in with_tunnels(namespaces, modes=(TUNNEL,)):
        must(tunnel.clients[0], 'SA_UPDATE', {'dst': '10.9.0.2', 'proto': 50, 'spi': 0x100, 'dummy-interval': 20})
        with contextlib.closing(Sites(faults)) as sites:
            before = tunnel.counters()
            while sites.arm():
                enough = frames_sent(tunnel.names['a']) + 5
                wait_for(lambda: sites.settled() or frames_sent(tunnel.names['a']) >= enough, PATIENCE)
                sites.end()
            moved = tunnel.moved(before)
            if moved - CAUSES - {'in-dummy', 'out-dummy'} or 'out-nomem' not in moved:
                raise AssertionError(f'{words}: counted as {moved}')
        before = tunnel.counters()
        if not wait_for(lambda: tunnel.counters()['in-dummy'] > before['in-dummy'] + 2):
            raise AssertionError(f'{words}: none any more')
        note.append(f'{words}: {moved}')


def all_contexts(faults, namespaces, note):
    for tunnel, words in with_tunnels(namespaces):
        each_shot(tunnel, words, SHOTS, lambda: Sites(faults), note)


def asynchronous(faults, namespaces, note):
    """A cipher that finishes later, in a thread of the kernel's."""
    run_case(faults, ASYNC_CASE, note)
    for tunnel, words in with_tunnels(namespaces, (PCRYPT,)):
        each_shot(tunnel, words, (Large, Paged), lambda: Sites(faults), note)


def storm_later(faults, namespaces, note):
    storm(faults, namespaces, note, alg=PCRYPT)


def napi_thread(device):
    """The thread that takes in a device's packets."""
    for task in filter(str.isdigit, os.listdir('/proc')):
        try:
            if read(f'/proc/{task}/comm').startswith(f'napi/{device}-'):
                return task
        except OSError:
            pass
    raise AssertionError(f'no thread receives for {device}')


def received(faults, namespaces, note):
    """The receiver's allocations, in the thread that takes packets in."""
    thread = napi_thread('veth0')
    for tunnel, words in with_tunnels(namespaces):
        each_shot(tunnel, words, RECEIVED, lambda: Nth(faults, thread), note)


def forwarded(faults, namespaces, note):
    """A gateway's allocations; a sender whose packet is too big is told by ICMP."""
    thread = napi_thread('espfwd')
    for tunnel, words in with_tunnels(namespaces, modes=(TUNNEL,)):
        each_shot(tunnel, words, FORWARDED, lambda: Nth(faults, thread), note, 'h')


def storm(faults, namespaces, note, alg=ALG_NAME, packets=200):
    """One in four of all allocations in the module fails."""
    for tunnel, words in with_tunnels(namespaces, (alg,)):
        shots = [kind(tunnel) for kind in SHOTS]
        before = tunnel.counters()
        set_filter('failslab', faults.within, probability=25)
        for number in range(packets):
            shot = shots[number % len(shots)]
            shot.load()
            try:
                shot.fire()
            except OSError as why:
                if why.errno not in (*NO_MEMORY, errno.EMSGSIZE, errno.EPERM):
                    raise
        stop('failslab')
        faults.hits_of_many()
        now = tunnel.counters()
        moved = {name: now[name] - before[name] for name in now if now[name] != before[name]}
        if set(moved) - CAUSES - {'in-ok', 'out-ok'} or not {'in-ok', 'out-ok', 'out-nomem'} <= moved.keys():
            raise AssertionError(f'{words}: storm: counted as {moved}')
        for shot in shots:
            goes_on(Trial(tunnel, shot), f'{words}: after the storm')
            shot.close()
        note.append(f'{words}: {moved}')


def steady(faults, namespaces, note):
    """For some thousand packets, of which the wire is seen (Tunnel.watch_ends())."""
    storm(faults, namespaces, note, packets=1000)
