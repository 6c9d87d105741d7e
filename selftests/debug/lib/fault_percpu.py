# SPDX-License-Identifier: GPL-2.0-only
"""No memory for each CPU: that comes in pages, which are there long before they are needed, so
that it has to be used up before an allocation can fail.
"""

import ctypes
import errno
import os
import struct

from fault import DEBUGFS, KNOBS, MODULES, set_filter, stop, write
from fault_control import empty
from fault_lives import load_module
from genl import Client
from genl_espah import must, sa, send
from genl_net import libc, removed, wait_until

SYS_BPF = 321
BPF_MAP_TYPE_PERCPU_ARRAY = 6
SIZES = (4096, 1024, 256, 64, 32, 16, 8)
# What an SA's figures take; its cached route takes more.
USAGE = 16


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
        self.held = [take(USAGE)]
        for size in SIZES:
            self.held += iter(lambda size=size: take(size), -1)
        self.faults.trace.new_lines()
        return self

    def give_back(self):
        """Room for an SA's figures."""
        os.close(self.held.pop(0))

    def __exit__(self, *_):
        for knob in KNOBS:
            stop(knob)
        write(f'{DEBUGFS}/fail_page_alloc/min-order', 1)
        for file in self.held:
            os.close(file)


def refused(faults, client, what):
    verdict = send(client, 'SA_ADD', sa())
    point = faults.hit()
    if verdict.err != errno.ENOMEM or verdict.words or not point.ours:
        raise AssertionError(f'{what}: {verdict.err} {verdict.words}: {point}')


def per_cpu(faults, _, note):
    """An SA's figures, its cached route, and a namespace's counters."""
    client = Client()
    empty(client)
    with Hunger(faults) as hunger:
        refused(faults, client, 'no figures')
        hunger.give_back()
        refused(faults, client, 'no cached route')
        note.append(f'{len(hunger.held)} pieces were left')
    must(client, 'SA_ADD', sa())
    empty(client)
    client.close()
    wait_until(60, removed, 'rmmod')
    faults.within = MODULES
    with Hunger(faults):
        error = load_module()
        point = faults.hit()
    assert error == errno.ENOMEM and point.ours, f'insmod: {os.strerror(error)}: {point}'
    error = load_module()
    assert not error, f'insmod afterwards: {os.strerror(error)}'
