# SPDX-License-Identifier: GPL-2.0-only
"""Does memory come back? Slab and per-CPU figures before and after."""

import os
import re
import time

# What the module, or the kernel on its behalf, allocates from. The caches of files, processes
# and inodes are left out: they grow with what the test itself reads.
CACHES = re.compile(r'kmalloc-(cg-|rcl-)?\d+k?|skbuff_\w+|skb_\w+|xfrm_\w+|radix_tree_node|'
                    r'ip_dst_cache|net_namespace|secpath_cache|pool_workqueue')


def objects(name):
    """Objects in use. Every CPU that has just allocated counts a whole slab as used: give all
    back, ask, and take the least of some tries.
    """
    least = None
    for _ in range(4):
        with open(f'/sys/kernel/slab/{name}/shrink', 'w', encoding='ascii') as file:
            file.write('1')
        with open(f'/sys/kernel/slab/{name}/objects', encoding='ascii') as file:
            count = int(file.read().split()[0])
        least = count if least is None else min(least, count)
    return least


def percpu():
    """kB of per-CPU memory."""
    with open('/proc/meminfo', encoding='ascii') as file:
        return int(re.search(r'Percpu:\s+(\d+) kB', file.read())[1])


def figures():
    """Objects in use by cache, and kB of per-CPU memory."""
    names = [name for name in os.listdir('/sys/kernel/slab') if CACHES.fullmatch(name)]
    return {'Percpu': percpu(), **{name: objects(name) for name in names}}


def settled(seconds=30):
    """The figures once nothing is freed any more: what is on its way out is no base."""
    end = time.monotonic() + seconds
    last = figures()
    while time.monotonic() < end:
        time.sleep(0.3)
        now = figures()
        if sum(now.values()) >= sum(last.values()):
            break
        last = now
    return last


def expect_back(before, tolerance, seconds=60):
    """Wait until memory is back; what is freed after a grace period comes late."""
    end = time.monotonic() + seconds
    grown = list(before)
    while True:
        now = {name: percpu() if name == 'Percpu' else objects(name) for name in grown}
        grown = [name for name in grown if now[name] - before[name] > tolerance(name)]
        if not grown:
            return
        if time.monotonic() > end:
            break
        time.sleep(0.2)
    figures_of = {name: (before[name], now[name]) for name in grown}
    raise AssertionError(f'grew beyond tolerance (before, after): {figures_of}')


def nothing_is_lost(rounds, tolerance):
    """Memory is back after rounds().

    The kernel allocates this and that once and keeps it; so where figures grew, all is done again,
    and what is lost in each round is lost again.
    """
    for last in (False, True):
        before = settled()
        rounds()
        try:
            expect_back(before, tolerance)
            return
        except AssertionError:
            if last:
                raise
