# SPDX-License-Identifier: GPL-2.0-only
"""No memory for each CPU: that comes in pages, which are there long before they are needed, so
that it has to be used up before an allocation can fail.
"""

import contextlib
import ctypes
import errno
import os
import struct

from fault import DEBUGFS, KNOBS, MODULES, Sites, function_range, set_filter, stop, write
from fault_control import CHAPOLY
from fault_lives import load_module
from fault_packets import TUNNEL, Shot, Trial, each_shot, goes_on, with_tunnels
from genl import Client
from genl_espah import OLD_SA, must, policy, sa, send
from genl_net import inside, libc, removed, wait_until
from rtnl_link import Links

SYS_BPF = 321
BPF_MAP_TYPE_PERCPU_ARRAY = 6
SIZES = (4096, 1024, 256, 64, 32, 16, 8)


def percpu_text():
    """About where the allocator's code is: what it does when asked, and in the background."""
    names = (' pcpu_alloc\n', ' pcpu_balance_workfn\n', ' pcpu_populate_chunk\n')
    with open('/proc/kallsyms', encoding='ascii') as file:
        places = [int(line.split()[0], 16) for line in file if line.endswith(names)]
    return min(places), max(places) + 4096


def take(size):
    """As much for each CPU, held by a file. Return: its descriptor, or -1."""
    words = struct.pack('=IIII', BPF_MAP_TYPE_PERCPU_ARRAY, 4, size, 1)
    return libc.syscall(SYS_BPF, 0, ctypes.create_string_buffer(words, len(words)), len(words))


class Hunger:
    """All memory for each CPU is used up, and no more is to be had."""

    def __init__(self, faults):
        self.faults = faults
        self.held = []

    def __enter__(self):
        text = percpu_text()
        write(f'{DEBUGFS}/fail_page_alloc/min-order', 0)
        for knob in KNOBS:
            set_filter(knob, text)
        for size in SIZES:
            self.held += iter(lambda size=size: take(size), -1)
        self.faults.trace.new_lines()
        return self

    def __exit__(self, *_):
        for knob in KNOBS:
            stop(knob)
        write(f'{DEBUGFS}/fail_page_alloc/min-order', 1)
        for file in self.held:
            os.close(file)


def wanted(faults):
    """Did the module ask for such memory in vain?"""
    return any(point.ours for point in faults.new_points())


def arrives(faults, trial, what):
    """Also where the route of its SA could not be kept."""
    goes_on(trial, what)
    point = faults.hit()
    if not point or not point.ours:
        raise AssertionError(f'{what}: expected no room for a route, saw {point}')


def route_is_not_kept(faults, namespaces, note):
    """An SA takes nothing of that kind. The first packet that leaves in a tunnel wants a route
    to be kept for the next ones; without, each of them looks for it, and tries again.
    """
    for tunnel, words in with_tunnels(namespaces, modes=(TUNNEL,)):
        with contextlib.closing(Shot(tunnel)) as shot, Hunger(faults) as hunger:
            trial = Trial(tunnel, shot)
            for values in (OLD_SA, sa(0x101)):
                must(tunnel.clients[0], 'SA_ADD', values)
            if wanted(faults):
                raise AssertionError(f'{words}: an SA wants memory for each CPU')
            for _ in range(2):
                arrives(faults, trial, f'{words}: no route')
            note.append(f'{len(hunger.held)} pieces were left')
        with contextlib.closing(Shot(tunnel)) as shot:
            goes_on(Trial(tunnel, shot), f'{words}: with memory again')
            with Hunger(faults):
                goes_on(Trial(tunnel, shot), f'{words}: with a route')
                if wanted(faults):
                    raise AssertionError(f'{words}: the route was not kept')


def interface_is_refused(faults):
    links = Links()
    with Hunger(faults):
        error = links.add('espah7', 7).err
        point = faults.hit()
    assert error == errno.ENOMEM and point.ours, f'an interface: {os.strerror(error)}: {point}'
    for error in links.add('espah7', 7).err, links.remove('espah7').err:
        assert not error, f'an interface afterwards: {os.strerror(error)}'
    links.close()


def policy_is_refused(faults, names):
    with inside(names[0]):
        client = Client()
    with Hunger(faults):
        error = send(client, 'POLICY_ADD', policy()).err
        point = faults.hit()
    assert error == errno.ENOMEM and point.ours, f'a policy: {os.strerror(error)}: {point}'
    must(client, 'POLICY_ADD', policy())
    must(client, 'POLICY_FLUSH', {})
    client.close()


def nothing_is_left(faults, namespaces, note):
    """The first request on a CPU finds no memory of the one before, also where the cipher has parts."""
    faults.within = function_range('espah_chapoly_seal')
    for tunnel, words in with_tunnels(namespaces, (CHAPOLY,), modes=(TUNNEL,)):
        each_shot(tunnel, words, (Shot,), lambda: Sites(faults), note)
    if not any('espah_chapoly_seal+' in point for point in faults.points):
        raise AssertionError('expected espah_chapoly_seal() to have failed')


def per_cpu(faults, namespaces, note):
    """The cached route of an SA, the traffic of a policy, the counters of an interface and those of a
    namespace.
    """
    route_is_not_kept(faults, namespaces, note)
    policy_is_refused(faults, namespaces)
    interface_is_refused(faults)
    wait_until(60, removed, 'rmmod')
    faults.within = MODULES
    with Hunger(faults):
        error = load_module()
        point = faults.hit()
    assert error == errno.ENOMEM and point.ours, f'insmod: {os.strerror(error)}: {point}'
    error = load_module()
    assert not error, f'insmod afterwards: {os.strerror(error)}'
    nothing_is_left(faults, namespaces, note)
