#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""matrix.py NAMESPACE NAMESPACE short|long|REGEX|runs NAME...: espah in the first, xfrm in the second.

Prints a table with a line for each run; with a REGEX, all runs that there can be and whose names
match. Fails if one of them does.
"""

import contextlib
import errno
import json
import re
import socket
import subprocess
import sys
import time
from collections import Counter

import traffic_ends
from matrix_lines import PORT, Link, largest, least, packet_len
from matrix_runs import matrix, named, possible_runs, takes_fragments
from matrix_wire import Unprotected, Wire, neighbours, number_in, parse
from traffic_ends import Failure, Namespace, make_socket
from traffic_tcp import tcp
from traffic_udp import receive

# Around the ends of words and blocks, of a packet, and of several.
SIZES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 16, 17, 31, 32, 33, 64, 255, 256, 1000)
FRAGMENTED = (3000, 9000)
STREAM = 20000
# Runs that are configured in one go.
TOGETHER = 40
PATIENCE = 20

NETLINK_XFRM = 6
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2
IP_XFRM_POLICY, IPV6_XFRM_POLICY = 17, 35
POLICY_LEN, POLICY_FAMILY, POLICY_DIR = 168, 40, 160


def run_tool(words, lines=''):
    done = subprocess.run(words, input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f'{" ".join(words)}: {done.stderr.strip()}')
    return done.stdout


# --- the two stacks ----------------------------------------------------------

class Espah:
    """The end with espah."""

    def __init__(self, name):
        self.words = ['espah', '-n', name]

    def configure(self, lines):
        run_tool([*self.words, '-b', '-'], '\n'.join(lines) + '\n')

    def counters(self):
        return json.loads(run_tool([*self.words, '-j', 'stat']))['counters']

    def states(self):
        """Of each SPI: packets, and what else the SA has counted."""
        return {int(state['spi'], 16): (state['packets'], state['counters'])
                for state in json.loads(run_tool([*self.words, '-j', 'state']))}


class Xfrm:
    """The end with the kernel's own."""

    def __init__(self, name):
        self.name = name

    def configure(self, lines):
        run_tool(['ip', '-n', self.name, '-b', '-'],
                 ''.join(f'xfrm {line}\n' for line in lines))

    def counters(self):
        with Namespace(self.name), \
             open('/proc/thread-self/net/xfrm_stat', encoding='ascii') as file:
            return {name: int(value) for name, value in map(str.split, file)}

    def states(self):
        text = run_tool(['ip', '-n', self.name, '-s', 'xfrm', 'state'])
        found = re.findall(r'\bspi (0x[0-9a-f]+).*?\b(\d+)\(packets\).*?stats:\s*'
                           r'replay-window (\d+) replay (\d+) failed (\d+)', text, re.S)
        return {int(spi, 16): (int(packets), {'replay-window': int(window), 'replay': int(replay),
                                              'failed': int(failed)})
                for spi, packets, window, replay, failed in found}


def moved(now, before):
    return {name: now[name] - before[name] for name in now if now[name] != before[name]}


# --- what is sent ------------------------------------------------------------

def send(sock, data, to):
    """Who has just learnt how large a packet may be sends it again, smaller or in parts."""
    for _ in range(3):
        try:
            return sock.sendto(data, to)
        except OSError as why:
            if why.errno != errno.EMSGSIZE:
                raise
    raise Failure(f'{len(data)} octets: too large for what it was told three times')


def datagrams(client, server, sizes):
    """A datagram of each size, and back."""
    to = server.getsockname()
    for size in sizes:
        data = bytes((size + at) & 0xff for at in range(size))
        send(client, data, to)
        sender = receive(server, data, 'there')
        send(server, data, sender)
        receive(client, data, 'back')


def talk(link, names):
    """UDP and TCP, begun by each end."""
    ends = [f'{name}@{addr}' for name, addr in zip(names, link.inner)]
    edge = largest(link.run)
    sizes = (*SIZES, edge - 1, edge)
    if takes_fragments(link.run):
        sizes += (edge + 1, *FRAGMENTED)
    sizes = [size for size in sizes if size >= least(link.run)]
    for one, other in (ends, ends[::-1]):
        with make_socket(one, socket.SOCK_DGRAM) as client, \
             make_socket(other, socket.SOCK_DGRAM, port=traffic_ends.PORT) as server:
            datagrams(client, server, sizes if one == ends[0] else (64,))
        tcp(one, other, STREAM)


# --- a run -------------------------------------------------------------------

class Course:
    """A run: what became of it."""

    def __init__(self, link):
        self.link = link
        self.wrong = []
        self.numbers = [[], []]
        self.longest = [0, 0]
        self.first = None

    def take(self, names):
        try:
            talk(self.link, names)
        except (Failure, OSError) as why:
            self.wrong.append(str(why))

    def see(self, end, packet, octets):
        """What an end has sent."""
        try:
            number = number_in(self.link, end, packet)
        except Unprotected as why:
            self.wrong.append(f'{why}: {octets[:64].hex()}')
            return
        if number is None:
            return
        if end and not self.first:
            self.first = octets
        self.numbers[end].append(number)
        if not packet.part:
            self.longest[end] = max(self.longest[end], packet.length)

    def mistakes(self, ours, theirs):
        """What is wrong, and what both ends have counted then."""
        ours, theirs = ([states.get(spi, (0, {})) for spi in self.link.spis]
                        for states in (ours, theirs))
        found = [*self.wrong, *self.on_the_wire()]
        for end, spi in enumerate(self.link.spis):
            sent = len(self.numbers[end])
            if not sent == ours[end][0] == theirs[end][0]:
                found.append(f'{spi:#x}: {sent} packets on the wire, espah has counted '
                             f'{ours[end][0]}, xfrm {theirs[end][0]}')
        if ours[1][1].get(self.refused()) != 1:
            found.append(f'the first packet again: expected {self.refused()}')
        return found and found[:3] + [f'espah: {ours}', f'xfrm: {theirs}']

    def on_the_wire(self):
        """Each packet has the number that follows, and none is longer or shorter than it may be."""
        for spi, numbers in zip(self.link.spis, self.numbers):
            expected = {(self.link.start + 1 + at) & 0xffffffff for at in range(len(numbers))}
            if set(numbers) != expected:
                yield (f'numbers of {spi:#x}: {sorted(numbers)[:4]}... of {len(numbers)}, '
                       f'{len(set(numbers))} of them different')
        wanted = packet_len(self.link.run, largest(self.link.run))
        if self.longest[0] != wanted:
            yield f'the longest packet: expected {wanted} octets, saw {self.longest[0]}'

    def refused(self):
        """What counts the first packet when it comes again in the end.

        One that is left of the window has the next 2^32's high half (RFC 4303 appendix A2.2).
        """
        if len(self.numbers[1]) <= self.link.window:
            return 'in-replay-dup'
        return 'in-icv' if self.link.run.esn == 'esn' else 'in-replay-old'

    def row(self, wrong):
        there, back = map(len, self.numbers)
        return f'| {self.link.run.name:<58} | {"FAILED" if wrong else "ok":<6} | {there:>4} | {back:>4} |'


# --- all of them -------------------------------------------------------------

class Matrix:
    """The two ends and what stays there for all runs."""

    def __init__(self, names, count):
        self.names = names
        self.stacks = Espah(names[0]), Xfrm(names[1])
        self.wire = Wire(names, Namespace)
        self.owners = {}
        self.strays = []
        self.opened = contextlib.ExitStack()
        # The kernel loads what understands the sockets' option for who speaks to it.
        self.opened.enter_context(
            socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM))
        for end, name in enumerate(names):
            self.route(name, end)
            for family in (socket.AF_INET, socket.AF_INET6):
                self.door(name, family)
        self.addresses(count)

    def route(self, name, end):
        """One neighbour, whatever the address."""
        run_tool(['ip', '-n', name, '-b', '-'], (
            f'addr add fd09::{end + 1}/64 dev veth0 nodad\n'
            f'route add 10.64.0.0/10 via 10.9.0.{2 - end}\n'
            f'route add 10.128.0.0/10 via 10.9.0.{2 - end}\n'
            f'route add fd00::/16 via fd09::{2 - end}\n'))

    def addresses(self, count):
        """All runs' own."""
        for end, name in enumerate(self.names):
            lines = set()
            for number, run in enumerate(count):
                lines |= {f'addr add {addr}/{128 if ":" in addr else 32} dev lo'
                          f'{" nodad" if ":" in addr else ""}'
                          for addr in Link(number, run).addresses()[end]}
            run_tool(['ip', '-n', name, '-b', '-'], '\n'.join(sorted(lines)) + '\n')

    def door(self, name, family):
        """A key daemon's socket, out of which the kernel takes ESP."""
        with Namespace(name):
            sock = self.opened.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        policy = bytearray(POLICY_LEN)
        policy[POLICY_FAMILY] = family
        level, option = socket.IPPROTO_IP, IP_XFRM_POLICY
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            level, option = socket.IPPROTO_IPV6, IPV6_XFRM_POLICY
        sock.bind(('', PORT))
        sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
        for direction in (0, 1):
            policy[POLICY_DIR] = direction
            sock.setsockopt(level, option, bytes(policy))

    def some(self, links):
        """Configure these runs, have them take their course, and print what became of them.

        TCP may say something again when a run is over: packets are sorted by their addresses.
        """
        for end, stack in enumerate(self.stacks):
            stack.configure(['policy flush', 'state flush']
                            + [line for link in links for line in link.lines(end)])
        before = [stack.counters() for stack in self.stacks]
        courses = [Course(link) for link in links]
        self.owners.update((addr, course) for course in courses
                           for addr in set().union(*course.link.addresses()))
        for course in courses:
            course.take(self.names)
            self.collect()
        for course in courses:
            if course.first:
                self.wire.again(1, course.first)
        return report(courses, *self.books(courses, before))

    def collect(self):
        """What has been on the wire meanwhile."""
        for end in (0, 1):
            for octets in self.wire.take(end):
                packet = parse(octets)
                owner = self.owners.get(packet.src) or self.owners.get(packet.dst)
                if owner:
                    owner.see(end, packet, octets)
                elif not neighbours(packet):
                    self.strays.append(octets[:64].hex())

    def books(self, courses, before):
        """Of each run its mistakes, and of both ends the counters that are not as they should be.

        Waits until there are none.
        """
        end = time.monotonic() + PATIENCE
        while True:
            states = [stack.states() for stack in self.stacks]
            changes = [moved(stack.counters(), was) for stack, was in zip(self.stacks, before)]
            self.collect()
            mistakes = [course.mistakes(*states) for course in courses]
            strange = self.strange(courses, *changes)
            if not any(mistakes) and not strange or time.monotonic() > end:
                return mistakes, strange

    def strange(self, courses, ours, theirs):
        """What has been counted and should not, or the other way round."""
        expected = {'in-ok': sum(len(course.numbers[1]) for course in courses),
                    'out-ok': sum(len(course.numbers[0]) for course in courses),
                    **Counter(course.refused() for course in courses)}
        # TCP, and who sends what is too large, are told so.
        ours.pop('out-too-big', 0)
        if (ours, theirs, self.strays) == (expected, {}, []):
            return ''
        return (f'espah has counted {ours}, expected {expected}; xfrm {theirs}; '
                f'what is of no run: {self.strays[:3]}')


def report(courses, mistakes, strange):
    """The table's lines; returns how many failed."""
    for course, wrong in zip(courses, mistakes):
        print(course.row(wrong))
        for words in wrong:
            print(f'    {words}')
    if strange:
        print(f'    these {len(courses)}: {strange}')
    return max(sum(map(bool, mistakes)), bool(strange))


def choice(which, names):
    """The runs that are asked for."""
    if which == 'runs':
        return [named(name) for name in names]
    if which in ('short', 'long'):
        return matrix(which == 'long')
    return [run for run in possible_runs() if re.search(which, run.name)]


def main(names, *which):
    traffic_ends.PATIENCE = PATIENCE
    runs = choice(which[0], which[1:])
    links = [Link(number, run) for number, run in enumerate(runs)]
    ground = Matrix(names, runs)
    failed = 0
    print(f'| {"run":<58} | result |  a>b |  b>a |')
    for at in range(0, len(links), TOGETHER):
        failed += ground.some(links[at:at + TOGETHER])
    print(f'| {len(links)} runs, {failed} failed')
    return 1 if failed or not links else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:3], *sys.argv[3:]))
